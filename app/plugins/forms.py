"""Forms about plugins; those of their settings are made from plugin.toml."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FloatField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, InputRequired, NumberRange, Optional

from app.kernel.i18n import say
from app.plugins.rules import Setting, fits
from app.web.forms import AtMost, Form

MOST_SIGNS = 2000
_FIELDS: Mapping[str, Any] = {
    "str": StringField,
    "text": TextAreaField,
    "int": IntegerField,
    "float": FloatField,
    "bool": BooleanField,
    "choice": SelectField,
    "url": StringField,
    "secret": PasswordField,
}
SETTING, LOCK = "set_", "lock_"


class SwitchForm(Form):
    """On or off."""

    on = BooleanField()


class ActForm(Form):
    """An act without fields."""


class RulesForm(Form):
    """What counts at centers about which nothing was decided, and who decides there."""

    everywhere = BooleanField(say("On at every center where nothing else was decided"))
    open_to_centers = BooleanField(say("Centers decide themselves, and choose their settings"))


class CentersForm(Form):
    """At which centers a plugin is on; `shown` are those that the page listed."""

    on = SelectMultipleField(coerce=int, validate_choice=False)
    shown = SelectMultipleField(coerce=int, validate_choice=False)


def settings_form(
    declared: Iterable[Setting],
    values: Mapping[str, Any],
    *,
    lockable: Iterable[Setting] = (),
    locked: frozenset[str] = frozenset(),
) -> Form:
    """Return a form with a field for each setting, and one that locks each lockable one.

    `values` fill it when it is not sent. A secret is never shown; an empty one stays as it is.
    """
    both = (*declared, *lockable)
    fields: dict[str, Any] = {SETTING + setting.key: _field(setting) for setting in both}
    for setting in lockable:
        fields[LOCK + setting.key] = BooleanField(
            say("The same at every center: %(label)s", label=setting.label)
        )
    data = {SETTING + s.key: values.get(s.key) for s in both if s.type != "secret"}
    data |= {LOCK + setting.key: setting.key in locked for setting in lockable}
    form: Form = type("SettingsForm", (Form,), fields)(data=data)
    return form


def _field(setting: Setting) -> Field:
    made: Field = _FIELDS[setting.type](
        setting.label,
        validators=_validators(setting),
        description=setting.help,
        **(
            {"choices": [SelectChoice(c, c) for c in setting.choices]}
            if setting.type == "choice"
            else {}
        ),
    )
    return made


def _validators(setting: Setting) -> list[Any]:
    if setting.type == "bool":
        return []
    number = setting.type in ("int", "float")
    required = setting.required and setting.type != "secret"
    first: Any = (InputRequired() if number else DataRequired()) if required else Optional()
    found = [first]
    if number:
        if setting.min is not None or setting.max is not None:
            found.append(NumberRange(setting.min, setting.max))
    elif setting.type != "choice":
        found.append(AtMost(MOST_SIGNS))
    if setting.type == "url":
        found.append(URL(require_tld=False))
    return found


def chosen_values(form: Form, declared: Iterable[Setting]) -> dict[str, Any]:
    """Return what a valid form says, by key; a secret that was left empty is not in it."""
    found = {}
    for setting in declared:
        value = form[SETTING + setting.key].data
        if setting.type == "secret" and not value:
            continue
        if fits(setting, value):
            found[setting.key] = value
    return found


def chosen_locks(form: Form, lockable: Iterable[Setting]) -> list[str]:
    """Return the keys of the settings that no center may change."""
    return [setting.key for setting in lockable if form[LOCK + setting.key].data]
