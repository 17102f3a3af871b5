"""What a lesson's page sends about an activity."""

from wtforms import Field, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from app.kernel.i18n import LANGUAGES
from app.web.forms import Form


class AnswerForm(Form):
    """One answer: to which item, from which page (`writer`), in which language of the text.

    What was answered are the fields `given` and `given-…`, which the kind of activity reads.
    """

    item = StringField(validators=[InputRequired(), Length(max=64)])
    writer = StringField(validators=[InputRequired(), Regexp(r"^[A-Za-z0-9_-]{8,40}$")])
    language = StringField(validators=[Optional(), AnyOf(LANGUAGES)])
    hints = IntegerField(validators=[Optional(), NumberRange(0, 20)])
    given = Field()
