"""What a lesson's page sends about an activity."""

from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.web.forms import Form


class AnswerForm(Form):
    """One answer: to which item, from which page (`writer`); `hint` opens the hint of
    that number instead. `owner` is sent by the page's script only: for whom the page was made.

    What was answered are the fields `given` and `given-…`, which the kind of activity reads.
    """

    item = StringField(validators=[InputRequired(), Length(max=64)])
    writer = StringField(validators=[InputRequired(), Regexp(r"^[A-Za-z0-9_-]{8,40}$")])
    owner = StringField(validators=[Regexp(r"^[A-Za-z0-9_-]{0,64}$")])
    hint = StringField(validators=[Regexp(r"^[0-9]{0,2}$")])
    given = Field()
