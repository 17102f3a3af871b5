"""The base of all forms: our translations, and no field that the form does not name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, ValidationError
from wtforms.i18n import get_translations

from app.kernel import i18n
from app.kernel.i18n import Sentence, say, translate


class _Translations:
    """Speaks WTForms' own messages and ours in the language of the moment."""

    def gettext(self, text: str | Sentence) -> str:
        if isinstance(text, Sentence):
            return translate(text)
        return _own_messages(i18n.language.get()).gettext(text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return _own_messages(i18n.language.get()).ngettext(one, many, n)


@lru_cache
def _own_messages(language: str) -> Any:
    """Return WTForms' messages, which it would look for on the disk for each field of a form."""
    return get_translations([language])


class Form(FlaskForm):
    """A form of ours. Labels are Sentences; a field that it does not name is an error."""

    class Meta(FlaskForm.Meta):
        """Our translations instead of the extension's."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read forms only: JSON, however deep, counts as an empty one."""
            return None if request.is_json else super().wrap_formdata(form, formdata)

        def get_translations(self, form: Any) -> Any:
            """Return messages in the language of the moment."""
            return _Translations()

    allowed_extra: tuple[str, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and refuse what nobody asked for."""
        known = {*self._fields, *self.allowed_extra}
        unknown = [n for n in (*request.form, *request.files) if n.rsplit("-", 1)[0] not in known]
        unknown = [n for n in unknown if n not in known]
        good: bool = super().validate(extra_validators)
        if unknown:
            self.form_errors.append(
                translate(say("The form holds a field that it should not: nothing was kept."))
            )
            return False
        return good


class MomentField(DateTimeLocalField):
    """A moment: `data` is in UTC, what people read and choose is by the clocks of Morocco."""

    data: datetime | None

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was chosen."""
        super().process_formdata(valuelist)
        if self.data:
            self.data = self.data.replace(tzinfo=i18n.ZONE).astimezone(UTC)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(i18n.ZONE).strftime(self.format[0]) if self.data else ""


class AtMost:
    """Refuses text that is too long; the browser does not let one type more."""

    def __init__(self, signs: int) -> None:
        self.signs = signs
        self.field_flags = {"maxlength": signs}

    def __call__(self, _form: Any, field: Any) -> None:
        """Raise ValidationError."""
        if len(field.data or "") > self.signs:
            raise ValidationError(
                translate(say("This is too long: at most %(n)s signs.", n=self.signs))
            )
