"""What is sent: a rule, and which rule is agreed to or awarded by."""

from wtforms import BooleanField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from app.sdk import Form, say
from plugins.certificates.rules import KINDS, WITH_LEAST, Condition, Rule

PERCENT = [Optional(), NumberRange(1, 100)]


class RuleForm(Form):
    """What must be reached; a number that is left empty asks for nothing."""

    mode = RadioField(
        say("What must be met"),
        [InputRequired()],
        choices=[
            SelectChoice("all", say("All of it")),
            SelectChoice("any", say("One of it is enough")),
        ],
        default="all",
    )
    completed = BooleanField(say("The course is completed"))
    total = IntegerField(say("Percent of all marks, at least"), PERCENT)
    exams = IntegerField(say("Percent in every exam, at least"), PERCENT)
    projects = IntegerField(say("Percent in every project, at least"), PERCENT)
    marked = BooleanField(say("No answer waits for a person"))

    def rule(self) -> Rule:
        """Return what was asked for."""
        asked = [
            Condition(kind, self[kind].data if kind in WITH_LEAST else 0)
            for kind in KINDS
            if self[kind].data
        ]
        return Rule(tuple(asked), self.mode.data == "any")


class ChoiceForm(Form):
    """A rule by its number."""

    rule = IntegerField(validators=[NumberRange(1)])
