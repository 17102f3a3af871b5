"""The shape of what is typed to announce something."""

from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.sdk import AtMost, Form, say
from plugins.announcements.rules import LANGUAGES, MOST_TEXT, MOST_TITLE, Draft, Said

_FR, _AR, _EN = ({"lang": one, "dir": "rtl" if one == "ar" else "ltr"} for one in LANGUAGES)


class AnnouncementForm(Form):
    """What is said in which language, from when until when."""

    form_key = HiddenField(validators=[DataRequired(), Length(max=64)])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    title_fr = StringField(say("Title in French"), [AtMost(MOST_TITLE)], render_kw=_FR)
    text_fr = TextAreaField(say("Text in French"), [AtMost(MOST_TEXT)], render_kw=_FR | {"rows": 4})
    title_ar = StringField(say("Title in Arabic"), [AtMost(MOST_TITLE)], render_kw=_AR)
    text_ar = TextAreaField(say("Text in Arabic"), [AtMost(MOST_TEXT)], render_kw=_AR | {"rows": 4})
    title_en = StringField(say("Title in English"), [AtMost(MOST_TITLE)], render_kw=_EN)
    text_en = TextAreaField(
        say("Text in English"), [AtMost(MOST_TEXT)], render_kw=_EN | {"rows": 4}
    )
    shown_from = DateField(say("First day"), [DataRequired()])
    shown_until = DateField(
        say("Last day"),
        [Optional()],
        description=say("Empty: until somebody ends it."),
    )
    is_pinned = BooleanField(say("Keep it above the others"))

    def draft(self) -> Draft:
        """Return what was typed, without the spaces around it."""
        words = {
            one: Said(
                one,
                " ".join((self[f"title_{one}"].data or "").split()),
                (self[f"text_{one}"].data or "").replace("\r\n", "\n").strip(),
            )
            for one in LANGUAGES
        }
        return Draft(words, self.shown_from.data, self.shown_until.data, bool(self.is_pinned.data))
