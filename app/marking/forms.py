"""What a marker sends about one answer."""

from collections.abc import Mapping

from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange

from app.kernel.i18n import say
from app.marking.rules import MOST_COMMENT
from app.web.forms import AtMost, Form


class MarkForm(Form):
    """A level for each line of the rubric (`line-0`, `line-1`, …) and a comment.

    `answer` and `number` say which answer and which mark of it the page showed. `saved` is a
    comment that was used before; `comment` comes after it.
    """

    answer = IntegerField(validators=[NumberRange(1)])
    number = IntegerField(validators=[NumberRange(0, 10_000)])
    line = Field()
    saved = StringField(say("A comment that you used before"), validators=[AtMost(MOST_COMMENT)])
    comment = TextAreaField(say("A word to the learner"), validators=[AtMost(MOST_COMMENT)])

    def text(self) -> str:
        """Return the whole comment."""
        return "\n".join(filter(None, (self.saved.data or "", (self.comment.data or "").strip())))

    def levels(self, keys: list[str], given: Mapping[str, str]) -> dict[str, int]:
        """Return the level that was chosen for each line; a line without one is left out."""
        found = ((key, given.get(f"line-{at}", "")) for at, key in enumerate(keys))
        return {key: int(level) for key, level in found if level.isdecimal() and len(level) == 1}
