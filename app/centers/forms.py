"""Shapes of what is typed on the pages of centers and cohorts."""

from wtforms import (
    DateField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from app.centers.rules import MAX_NAME
from app.kernel.i18n import say
from app.web.forms import Form

STATES = [
    SelectChoice("planned", say("Planned")),
    SelectChoice("open", say("Open")),
    SelectChoice("closed", say("Closed")),
]
CENTER_ROLES = [
    SelectChoice("instructor", say("Instructor")),
    SelectChoice("manager", say("Center manager")),
]
SLUG_HINT = say("Small Latin letters, figures and hyphens: it stands in addresses and stays.")


class NamedForm(Form):
    """What a place is called, in both scripts."""

    name = StringField(say("Name"), [DataRequired(), Length(max=MAX_NAME)])
    name_ar = StringField(
        say("Name in Arabic"),
        [Optional(), Length(max=MAX_NAME)],
        render_kw={"dir": "rtl", "lang": "ar"},
    )
    city = StringField(say("City"), [Optional(), Length(max=MAX_NAME)])


class NewPlaceForm(NamedForm):
    """A new place, with its short name."""

    slug = StringField(
        say("Short name"),
        [DataRequired(), Length(max=60)],
        description=SLUG_HINT,
        render_kw={"dir": "ltr", "autocapitalize": "none"},
    )


class StateForm(Form):
    """Whether a center is planned, open or closed, and from when."""

    state = SelectField(say("State"), choices=STATES, default="open")
    opens_on = DateField(
        say("Open from"),
        [Optional()],
        description=say("Empty: at once. A later day: it opens by itself on that day."),
    )


class CenterForm(NewPlaceForm, StateForm):
    """A new center."""


class StaffForm(Form):
    """Somebody for a role in the center."""

    address = EmailField(say("E-mail address"), [DataRequired(), Length(max=254)])
    role = SelectField(say("Role"), choices=CENTER_ROLES)


class AddressForm(Form):
    """Somebody, named by e-mail address or phone number."""

    address = StringField(
        say("E-mail address or phone number"),
        [DataRequired(), Length(max=254)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )


class MemberForm(Form):
    """Somebody for a cohort."""

    member = StringField(
        say("E-mail address or phone number"),
        [DataRequired(), Length(max=254)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )


class TrainerForm(Form):
    """Somebody to train a cohort."""

    trainer = StringField(
        say("E-mail address or phone number"),
        [DataRequired(), Length(max=254)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )


class CoursesForm(Form):
    """The courses that a center offers."""

    courses = SelectMultipleField(
        say("Courses"),
        coerce=int,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )


class CohortForm(Form):
    """Name and dates of a cohort."""

    name = StringField(say("Name"), [DataRequired(), Length(max=MAX_NAME)])
    starts_on = DateField(say("First day"), [DataRequired()])
    ends_on = DateField(say("Last day"), [DataRequired()])
