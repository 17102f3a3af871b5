"""Forms for installing, going back and uninstalling."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.kernel.i18n import say
from app.signin.forms import present_password
from app.web.forms import AtMost, Form

NEEDED = say("Fill this in.")
AGREE = say("Tick this, or leave everything as it is.")


def code_field() -> Any:
    """Return a field for the second step; it is asked only of those who switched that on."""
    return StringField(
        say("Code from your phone or from paper"),
        [Optional(), AtMost(20)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "dir": "ltr"},
    )


class ActForm(Form):
    """An act without fields."""


class UploadForm(Form):
    """An archive, and its signature where there is one."""

    file = FileField(
        say("Archive of the plugin"),
        [FileRequired(say("Choose a file first."))],
        description=say("A file rihla_….whl, as its maker gave it to you."),
        render_kw={"accept": ".whl"},
    )
    signature = FileField(
        say("Its signature"),
        description=say("The file with .sig at the end. Without it nobody vouches for it."),
        render_kw={"accept": ".sig"},
    )
    password = present_password(say("Your password"))
    code = code_field()


class ChooseForm(Form):
    """A version in the catalog."""

    name = StringField(validators=[InputRequired(), AtMost(40)])
    version = StringField(validators=[InputRequired(), AtMost(40)])


class InstallForm(Form):
    """The agreement; `seen` is what the page showed, `agreed` that it was read."""

    seen = HiddenField(validators=[Optional(), AtMost(4000)])
    agreed = BooleanField(say("I have read what it asks for."), [InputRequired(AGREE)])
    older = BooleanField(say("It is older than what is in use: go back to it all the same."))
    password = present_password(say("Your password"))
    code = code_field()


class RollbackForm(Form):
    """Which data counts after going back."""

    choice = RadioField(
        say("The data"),
        choices=[
            SelectChoice(
                "before", say("Of before the upgrade. What was written since is kept in a file.")
            ),
            SelectChoice("present", say("As it is now. Nothing that was written since is lost.")),
        ],
    )
    password = present_password(say("Your password"))
    code = code_field()


class UninstallForm(Form):
    """What becomes of the data."""

    choice = RadioField(
        say("Its data"),
        choices=[
            SelectChoice("keep", say("Keep it in the database, for when the plugin comes back.")),
            SelectChoice("export", say("Keep it in a file, and delete it from the database.")),
            SelectChoice("drop", say("Delete it for ever.")),
        ],
        default="keep",
    )
    typed = StringField(
        say("To delete data, type the plugin's name"),
        [Optional(), AtMost(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "dir": "ltr"},
    )
    password = present_password(say("Your password"))
    code = code_field()
