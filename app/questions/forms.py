"""Shapes of what authors send: a file of questions, where they go."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app.kernel.i18n import say
from app.web.forms import AtMost, Form


class FileForm(Form):
    """A file of questions."""

    file = FileField(
        say("File of questions"),
        description=say("At most 20 MB."),
        render_kw={"accept": ".gift,.txt,.xml,.zip,.imscc", "required": True},
    )

    def validate_file(self, field: Any) -> None:
        """Ask for a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(say("Choose a file."))


class PlaceForm(Form):
    """Where the questions go."""

    place = RadioField(
        say("Where do they go?"),
        choices=[
            SelectChoice("bank", say("Into the bank, from which exams draw")),
            SelectChoice("lesson", say("Into a lesson of their own")),
        ],
        default="bank",
    )
    module = SelectField(
        say("Module of the lesson"), default="", description=say("For a lesson only.")
    )
    title = StringField(say("Title"), [InputRequired(say("Write a title.")), AtMost(80)])
    base = HiddenField(validators=[Length(max=8)])

    def offer(self, modules: Iterable[tuple[str, str]]) -> None:
        """Set the modules to choose from, as (folder, title)."""
        self.module.choices = [
            SelectChoice("", say("Choose…")),
            *(SelectChoice(folder, title) for folder, title in modules),
        ]

    @property
    def folder(self) -> str:
        """Return the module's folder, or nothing for the bank."""
        return str(self.module.data or "") if self.place.data == "lesson" else ""

    def validate_module(self, field: Any) -> None:
        """Ask for the module when it is to be a lesson."""
        if self.place.data == "lesson" and not field.data:
            raise ValidationError(say("Choose the module."))
