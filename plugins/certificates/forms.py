"""What is sent: a rule, and which rule something is done with."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.sdk import AwardCondition, CohortCourse, Form, Invalid, say, translate
from plugins.certificates.rules import COURSE, KINDS, WITH_LEAST, Condition, Rule

PERCENT = [Optional(), NumberRange(1, 100)]
LANGUAGES = ("fr", "ar", "en")


class RuleForm(Form):
    """What must be reached; a number that is left empty asks for nothing. See `rule_form`."""

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
    courses = SelectMultipleField(
        say("These courses too are completed"),
        [Optional()],
        coerce=int,
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    total = IntegerField(say("Percent of all marks, at least"), PERCENT)
    exams = IntegerField(say("Percent in every exam, at least"), PERCENT)
    projects = IntegerField(say("Percent in every project, at least"), PERCENT)
    jury = BooleanField(say("Two of a jury have signed every project"))
    marked = BooleanField(say("No answer waits for a person"))
    by_itself = BooleanField(
        say("Award it as soon as the last of it is met"),
        description=say("Otherwise somebody looks at the list and awards it."),
    )
    sponsor = SelectField(say("Financed by"), [Optional()], coerce=int, default=0)
    years = IntegerField(
        say("Counts for so many years"), [Optional(), NumberRange(1, 20)],
        description=say("Empty: for ever."),
    )  # fmt: skip
    brought: Mapping[str, AwardCondition] = {}
    others: Mapping[int, CohortCourse] = {}

    def rule(self) -> Rule:
        """Return what was asked for, with the words in which it is agreed to."""
        asked = [
            Condition(kind, self[kind].data if kind in WITH_LEAST else 0)
            for kind in KINDS
            if self[kind].data
        ]
        asked += [Condition(COURSE, one, self.others[one].titles) for one in self.courses.data]
        asked += [
            _condition(name, one, int(self[field_name(name)].data))
            for name, one in self.brought.items()
            if self[field_name(name)].data
        ]
        return Rule(
            tuple(asked),
            self.mode.data == "any",
            self.by_itself.data,
            self.sponsor.data or 0,
            self.years.data or 0,
        )


def field_name(name: str) -> str:
    """Return what the field of a plugin's condition is called."""
    return "brought_" + name.replace(".", "_")


def _condition(name: str, one: AwardCondition, given: int) -> Condition:
    least = given if one.most else 0
    said = one.asks(least)
    if said is None:  # it failed, which is the plugin's matter
        raise Invalid(say("What a plugin asks could not be read: nothing was kept."))
    return Condition(name, least, {lang: translate(said, lang) for lang in LANGUAGES})


def rule_form(
    brought: Mapping[str, AwardCondition],
    others: Mapping[int, CohortCourse],
    sponsors: Mapping[int, str],
    **options: Any,
) -> RuleForm:
    """Return the form of a rule, with a field for each condition that plugins bring.

    `others` are the other courses of the cohort, `sponsors` who may have financed it.
    """
    kind: Any = type("RuleForm", (RuleForm,), {"brought": brought, "others": others})
    for name, one in brought.items():
        number = IntegerField(one.label, [Optional(), NumberRange(1, one.most)])
        setattr(kind, field_name(name), number if one.most else BooleanField(one.label))
    form: RuleForm = kind(**options)
    form.courses.choices = [SelectChoice(one.id, one.title) for one in others.values()]
    form.sponsor.choices = [
        SelectChoice(0, "–"),
        *(SelectChoice(number, name) for number, name in sponsors.items()),
    ]
    return form


class ChoiceForm(Form):
    """A rule by its number."""

    rule = IntegerField(validators=[NumberRange(1)])
