"""What browsers send about a lesson."""

from wtforms import StringField
from wtforms.validators import Length

from app.web.forms import Form


class PlaceForm(Form):
    """Where somebody is reading."""

    paragraph = StringField(validators=[Length(max=80)])
