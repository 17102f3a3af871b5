"""What the pages of exams send."""

from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.exams.rules import MOST_BATCH
from app.web.forms import Form


class SaveForm(Form):
    """A batch of answers from a script. The capability is the proof, instead of a token."""

    class Meta(Form.Meta):
        """No token: it would die with the session, and answers must not."""

        csrf = False

    cap = StringField(validators=[InputRequired(), Length(max=400)])
    answers = StringField(validators=[InputRequired(), Length(max=MOST_BATCH)])


class QuestionForm(Form):
    """One question of the paper without a script, and where to go next.

    What was answered are the fields `given` and `given-…`.
    """

    class Meta(Form.Meta):
        """As above."""

        csrf = False

    cap = StringField(validators=[InputRequired(), Length(max=400)])
    item = StringField(validators=[InputRequired(), Length(max=64)])
    go = StringField(validators=[Regexp(r"^([0-9]{1,3}|hand-in)?$")])
    flag = StringField(validators=[Length(max=2)])
    given = Field()
