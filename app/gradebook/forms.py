"""What is sent to change marks and how they add up."""

from decimal import Decimal

from wtforms import DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.gradebook.rules import MOST_CONTEST_DAYS, MOST_REASON
from app.kernel.i18n import say
from app.web.forms import AtMost, Form, MomentField


class ChangeForm(Form):
    """A mark in place of the calculated one (empty: the calculated one again), and why."""

    at = StringField(validators=[InputRequired(), AtMost(200)])
    number = IntegerField(validators=[NumberRange(0, 10_000)])
    points = DecimalField(
        say("New mark"), [Optional(), NumberRange(Decimal(0), Decimal(1_000_000))], places=2
    )
    reason = TextAreaField(say("Why: the learner reads it"), [DataRequired(), AtMost(MOST_REASON)])


class DecisionForm(Form):
    """Whether a second person agrees that a mark is lowered."""

    change = IntegerField(validators=[NumberRange(1)])
    agrees = StringField(validators=[AtMost(3)])


class ContestForm(Form):
    """A mark that a learner contests, and why."""

    at = StringField(validators=[InputRequired(), AtMost(200)])
    words = TextAreaField(
        say("What is wrong with this mark, in your words"), [DataRequired(), AtMost(MOST_REASON)]
    )


class ReadingForm(Form):
    """What a second reader decides: another mark (empty: it stays), and why."""

    contest = IntegerField(validators=[NumberRange(1)])
    points = DecimalField(
        say("New mark"), [Optional(), NumberRange(Decimal(0), Decimal(1_000_000))], places=2
    )
    reason = TextAreaField(say("Why: the learner reads it"), [DataRequired(), AtMost(MOST_REASON)])


class PlanForm(Form):
    """Weights, how many of the lowest are dropped, and from when learners see the total."""

    practice = IntegerField(say("Lessons"), [NumberRange(0, 1000)])
    project = IntegerField(say("Projects"), [NumberRange(0, 1000)])
    exam = IntegerField(say("Exams"), [NumberRange(0, 1000)])
    practice_drop = IntegerField(say("Lowest dropped"), [NumberRange(0, 20)])
    project_drop = IntegerField(say("Lowest dropped"), [NumberRange(0, 20)])
    exam_drop = IntegerField(say("Lowest dropped"), [NumberRange(0, 20)])
    release_at = MomentField(say("Learners see the total from"), [Optional()])
    contest_days = IntegerField(
        say("Days in which a mark can be contested"), [NumberRange(0, MOST_CONTEST_DAYS)]
    )
