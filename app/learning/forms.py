"""What browsers send about a lesson."""

from wtforms import StringField
from wtforms.validators import Length

from app.web.forms import Form


class ActForm(Form):  # type: ignore[misc]
    """A button without fields."""


class PlaceForm(Form):  # type: ignore[misc]
    """Where somebody is reading."""

    paragraph = StringField(validators=[Length(max=80)])
