"""What an admin sends."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from app.admin import queries
from app.kernel.i18n import Sentence, say, translate
from app.web.forms import Form

ROLE_NAMES: dict[str, Sentence] = {
    "learner": say("Learner"),
    "instructor": say("Instructor"),
    "manager": say("Center manager"),
    "partner": say("Partner"),
    "office": say("Program office"),
    "admin": say("Admin"),
}
WHOLE_SITE = say("The whole site")


class FindForm(Form):
    """An address by which a person is found."""

    class Meta(Form.Meta):
        """A question, which changes nothing."""

        csrf = False

    address = StringField(
        say("E-mail address or phone number"),
        [DataRequired(), Length(max=200)],
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )


class GrantForm(Form):
    """A role and the place where it holds."""

    role = SelectField(say("Role"), [DataRequired()])
    place = SelectField(say("Place"), [DataRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            (role, translate(name))
            for role, name in ROLE_NAMES.items()
            if role not in ("learner", "admin")
        ]
        self.place.choices = [("site:0", translate(WHOLE_SITE))] + [
            (f"{kind}:{id_}", name) for kind, id_, name in queries.list_places()
        ]


class RevokeForm(Form):
    """A role to take back."""

    role = StringField(validators=[DataRequired(), Length(max=20)])
    place = StringField(validators=[DataRequired(), Length(max=30)])
