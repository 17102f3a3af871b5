"""Shapes of what authors send: an upload, a decision to publish."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from app.kernel import clock
from app.kernel.i18n import say, translate
from app.web.forms import Form, MomentField

FARTHEST = timedelta(days=3 * 365)


class UploadForm(Form):
    """A course as a zip file, or as a folder."""

    archive = FileField(
        say("Zip file"),
        description=say("The folder of the course, packed. At most 60 MB."),
        render_kw={"accept": ".zip,application/zip"},
    )
    folder = MultipleFileField(
        say("Or the folder itself"),
        description=say("Choose the folder in which course.toml stands; up to 900 files."),
        render_kw={"webkitdirectory": True},
    )

    def parts(self) -> list[Any]:
        """Return the files of the folder that were sent; a field left empty sends one nameless."""
        return [part for part in self.folder.data or () if part.filename]


class PublishForm(Form):
    """Who sees a revision, and from when."""

    audience = RadioField(
        say("Who will see it?"),
        choices=[SelectChoice("all", say("Everybody")), SelectChoice("cohort", say("One cohort"))],
        default="all",
    )
    cohort = SelectField(say("Cohort"), [Optional()], coerce=int, default=0)
    starts_at = MomentField(
        say("From when?"),
        [Optional()],
        description=say("Morocco's time. Leave it empty to publish at once."),
    )
    mark = HiddenField(validators=[Length(max=40)])
    regrade = RadioField(
        say("The marks that were given"),
        choices=[
            SelectChoice("raise", say("Mark again, never lower")),
            SelectChoice("leave", say("Leave all marks as they are")),
            SelectChoice("lower", say("Mark again, lower too: a colleague has to sign")),
        ],
        default="raise",
    )
    reason = StringField(
        say("Why? The learners whose marks change read this."),
        [Optional(), Length(max=300)],
        default=lambda: translate(say("The right answer of a question was corrected.")),
    )

    def offer(self, cohorts: Iterable[tuple[int, str]]) -> None:
        """Set the cohorts to choose from, as (id, name)."""
        self.cohort.choices = [
            SelectChoice(0, say("Choose…")),
            *(SelectChoice(id_, name) for id_, name in cohorts),
        ]

    @property
    def cohort_id(self) -> int | None:
        """Return the cohort, or None for everybody."""
        return self.cohort.data if self.audience.data == "cohort" else None

    def validate_cohort(self, field: Any) -> None:
        """Ask for the cohort when it is to be one."""
        if self.audience.data == "cohort" and not field.data:
            raise ValidationError(say("Choose the cohort."))

    def validate_starts_at(self, _field: Any) -> None:
        """Refuse a year that is surely a slip."""
        moment = self.starts_at.data
        if moment and not timedelta(days=-1) < moment - clock.now() < FARTHEST:
            raise ValidationError(say("Choose a moment from today on, within three years."))
