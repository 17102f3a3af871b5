"""What learners send of a project, and what staff say of it."""

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.kernel.i18n import say
from app.marking.forms import MarkForm
from app.projects.rules import MOST_COMMENT, MOST_LINK, MOST_NOTE, VersionRow
from app.web.forms import AtMost, Form, MomentField


class HandInForm(Form):
    """Files, a link, a note; `keep` are the files of the version before that stay."""

    files = MultipleFileField(say("Files"))
    keep = SelectMultipleField(
        say("Files that stay"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    link = StringField(
        say("Link"),
        [Optional(), AtMost(MOST_LINK)],
        description=say("An address that begins with https:// and that your instructor can open."),
        render_kw={"inputmode": "url", "dir": "ltr", "autocomplete": "off"},
    )
    note = TextAreaField(
        say("A word to your instructor"),
        [Optional(), AtMost(MOST_NOTE)],
        render_kw={"rows": 3, "dir": "auto"},
    )

    def offer(self, newest: VersionRow | None) -> None:
        """Let the files of the newest version stay."""
        self.keep.choices = [(one.id, one.name) for one in newest.files] if newest else []

    def parts(self) -> list[Any]:
        """Return the files that were sent; a field left empty sends one nameless."""
        return [part for part in self.files.data or () if part and part.filename]


class TermForm(Form):
    """Until when a cohort hands in, and whether a jury marks."""

    due_at = MomentField(
        say("To hand in until"),
        [Optional()],
        description=say("Later work is taken too, and marked as late."),
    )
    is_jury = BooleanField(
        say("A jury marks"), description=say("Marks count once two people have signed.")
    )


class WorkForm(MarkForm):
    """A mark by the rubric: see `MarkForm`. `answer` is the version, `newest` the last one."""

    newest = IntegerField(validators=[NumberRange(1)])


class AskForm(Form):
    """What is to be done again, and until when."""

    newest = IntegerField(validators=[NumberRange(1)])
    text = TextAreaField(
        say("What is missing: the learner reads it"),
        [DataRequired(), AtMost(MOST_COMMENT)],
        render_kw={"rows": 3, "dir": "auto"},
    )
    until = MomentField(say("To hand in until"), [InputRequired()])


class SignForm(Form):
    """The number of the mark that the page showed."""

    number = IntegerField(validators=[NumberRange(1)])


class CommentForm(Form):
    """A comment about a line, or which one to take back."""

    line = IntegerField(validators=[Optional(), NumberRange(1)])
    text = TextAreaField(
        say("A word about this line"),
        [Optional(), AtMost(MOST_COMMENT)],
        render_kw={"rows": 3, "dir": "auto"},
    )
    remove = IntegerField(validators=[Optional(), NumberRange(1)])
