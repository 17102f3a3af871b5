"""The forms."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.sdk import Form, say
from rihla_glossary.services import LONGEST_MEANING, LONGEST_TERM


class TermForm(Form):
    """A term and what it means."""

    term = StringField(
        say("Term"), [DataRequired(), Length(max=LONGEST_TERM)], render_kw={"dir": "auto"}
    )
    meaning = TextAreaField(
        say("Meaning"),
        [DataRequired(), Length(max=LONGEST_MEANING)],
        render_kw={"dir": "auto", "rows": 3},
    )


class ActForm(Form):
    """A form with one button."""
