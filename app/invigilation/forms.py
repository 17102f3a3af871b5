"""What staff send about windows of exams, and about somebody's time."""

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.exams.rules import Window
from app.invigilation.rules import MOST_REASON
from app.kernel.i18n import say
from app.web.forms import AtMost, Form, MomentField


class WindowForm(Form):
    """From when until when an exam may be begun, by the clocks of Morocco; `seen` is what stood."""

    seen = HiddenField(validators=[AtMost(100)])
    opens = MomentField(say("Can be begun from"), [Optional()])
    closes = MomentField(say("until"), [Optional()])

    def window(self) -> Window:
        """Return the window."""
        return Window(self.opens.data, self.closes.data)


class AccommodationForm(Form):
    """What somebody needs, why, and whether it counts for an exam that is running."""

    seen = HiddenField(validators=[AtMost(40)])
    factor = RadioField(
        say("Time"),
        [InputRequired()],
        choices=[
            SelectChoice("100", say("as others")),
            SelectChoice("125", say("a quarter more (× 1.25)")),
            SelectChoice("150", say("half as much again (× 1.5)")),
            SelectChoice("200", say("twice as much (× 2)")),
        ],
    )
    larger_text = BooleanField(say("Larger text"))
    reason = TextAreaField(say("Why"), [AtMost(MOST_REASON)], render_kw={"rows": 3, "dir": "auto"})
    extend = BooleanField(say("Also in the exam that is running now"))
