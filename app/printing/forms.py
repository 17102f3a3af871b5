"""What somebody chooses about how certificates look."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.kernel.i18n import Sentence, say
from app.printing.rules import MOST_PICTURE_BYTES, Look, Place, Signatory
from app.web.forms import AtMost, Form

SIGNATORIES = ("1", "2")
PLACES = ("1", "2", "3")
COLORS = {"ocean": say("Blue"), "mint": say("Green"), "clay": say("Brick")}
_ARABIC = {"dir": "rtl", "lang": "ar"}
_LATIN = {"dir": "ltr"}


def _text(label: Sentence, most: int, how: Mapping[str, str]) -> StringField:
    return StringField(label, [Optional(), AtMost(most)], render_kw={**how})


def _picture() -> FileField:
    return FileField(say("Picture (PNG or JPEG)"), render_kw={"accept": "image/png,image/jpeg"})


class TemplateForm(Form):
    """Color, a sentence, who signs by hand, and logos; `base` is what it was begun from."""

    base = HiddenField(default="0")
    color = RadioField(
        say("Color"),
        [InputRequired()],
        choices=[SelectChoice(key, name) for key, name in COLORS.items()],
        default="ocean",
    )
    sentence = _text(say("A sentence in French"), 120, _LATIN)
    sentence_ar = _text(say("The sentence in Arabic"), 120, _ARABIC)
    name_1 = _text(say("Name in Latin script"), 60, _LATIN)
    role_1 = _text(say("Role in French"), 60, _LATIN)
    name_ar_1 = _text(say("Name in Arabic script"), 60, _ARABIC)
    role_ar_1 = _text(say("Role in Arabic"), 60, _ARABIC)
    name_2 = _text(say("Name in Latin script"), 60, _LATIN)
    role_2 = _text(say("Role in French"), 60, _LATIN)
    name_ar_2 = _text(say("Name in Arabic script"), 60, _ARABIC)
    role_ar_2 = _text(say("Role in Arabic"), 60, _ARABIC)
    file_1 = _picture()
    alt_1 = _text(say("Whose logo it is"), 60, {"dir": "auto"})
    drop_1 = BooleanField(say("Leave this logo out"))
    file_2 = _picture()
    alt_2 = _text(say("Whose logo it is"), 60, {"dir": "auto"})
    drop_2 = BooleanField(say("Leave this logo out"))
    file_3 = _picture()
    alt_3 = _text(say("Whose logo it is"), 60, {"dir": "auto"})
    drop_3 = BooleanField(say("Leave this logo out"))

    def look(self) -> Look:
        """Return what was chosen, but the logos."""
        found = [
            Signatory(
                *(self._said(f"{key}_{one}") for key in ("name", "role", "name_ar", "role_ar"))
            )
            for one in SIGNATORIES
        ]
        return Look(
            self.color.data,
            self._said("sentence"),
            self._said("sentence_ar"),
            tuple(one for one in found if one != Signatory()),
        )

    def _said(self, name: str) -> str:
        return (self[name].data or "").strip()

    def places(self, content: Mapping[str, Any]) -> list[Place]:
        """Return what is in each place for a logo; what is not replaced is kept of a template."""
        kept = content.get("logos", ())
        found = []
        for at, key in enumerate(PLACES):
            old = kept[at] if at < len(kept) else None
            sent = self[f"file_{key}"].data
            picture = sent.read(MOST_PICTURE_BYTES + 1) if sent else b""
            keeps = old is not None and not picture and not self[f"drop_{key}"].data
            found.append(
                Place(self._said(f"alt_{key}"), picture, old["picture"] if keeps and old else 0)
            )
        return found


def filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form as a template has them."""
    found = {key: content[key] for key in ("color", "sentence", "sentence_ar") if key in content}
    for one, signatory in zip(SIGNATORIES, content.get("signatories", ()), strict=False):
        found |= {f"{key}_{one}": text for key, text in signatory.items()}
    for one, logo in zip(PLACES, content.get("logos", ()), strict=False):
        found |= {f"alt_{one}": logo["alt"]} if logo else {}
    return found
