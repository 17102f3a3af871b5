"""Shapes of what is sent to bring people in, and to help one person."""

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.kernel.i18n import say
from app.web.forms import Form


class UploadForm(Form):
    """A file of people."""

    file = FileField(
        say("CSV file"),
        [FileRequired(say("Choose a file first."))],
        description=say(
            "Titles in the first line: name, name_ar, email, phone, cohort, language. At most "
            "5,000 lines and 2 MB."
        ),
        render_kw={"accept": ".csv,.txt,text/csv"},
    )


class ConfirmForm(Form):
    """Whether to make the accounts, and how the people get their way in."""

    delivery = RadioField(
        say("How do they get in the first time?"),
        choices=[
            SelectChoice("print", say("With a code that you print and hand out")),
            SelectChoice(
                "mail", say("With a link by mail; those without e-mail get a printed code")
            ),
        ],
        default="print",
    )


class ButtonForm(Form):
    """A button and nothing else."""


class SuspendForm(Form):
    """Why somebody is kept from signing in."""

    reason = TextAreaField(say("Reason"), [DataRequired(), Length(max=500)], render_kw={"rows": 2})
