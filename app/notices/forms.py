"""The shape of a notice."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.kernel.db import new_public_id
from app.kernel.i18n import say
from app.notices.services import MOST
from app.web.forms import Form


class NoticeForm(Form):
    """A short text. `key` is made with the empty form, so that pressing twice sends once."""

    text = TextAreaField(
        say("Message"),
        [DataRequired(), Length(max=MOST)],
        description=say("Plain text, at most 1,000 characters."),
        render_kw={"rows": 5, "dir": "auto", "maxlength": MOST},
    )
    key = HiddenField(validators=[DataRequired(), Length(max=22)], default=new_public_id)


class ReadForm(Form):
    """The notices of a page that were read."""

    allowed_extra = ("notice",)
