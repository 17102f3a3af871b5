"""What is sent: a certificate to check, a proposal, a decision, a revocation."""

from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields import IntegerField
from wtforms.validators import AnyOf, DataRequired, InputRequired, NumberRange, Optional

from app.credentials.checking import MOST_BYTES
from app.credentials.rules import MOST_REASON
from app.kernel.i18n import say
from app.web.forms import AtMost, Form


class CheckForm(Form):
    """The file of a certificate, or its text."""

    file = FileField(
        say("File of the certificate"),
        description=say("The signed file (.json) or the badge (.png, .svg)."),
        render_kw={"accept": ".json,.png,.svg,application/json,image/png,image/svg+xml"},
    )
    text = TextAreaField(
        say("Or its text"),
        [Optional(), AtMost(MOST_BYTES)],
        render_kw={"rows": 4, "dir": "ltr", "spellcheck": "false"},
    )


class ProposalForm(Form):
    """Who is to be awarded what, and why."""

    person = SelectField(say("Learner"), [InputRequired()])
    course = SelectField(say("Course"), [InputRequired()], coerce=int)
    partner = SelectField(say("Financed by"), [Optional()], coerce=int, default=0)
    expires_on = DateField(say("Counts until"), [Optional()])
    reason = TextAreaField(
        say("Why it was earned"),
        [DataRequired(), AtMost(MOST_REASON)],
        description=say("Whoever checks the certificate may read it."),
        render_kw={"rows": 3},
    )


class DecisionForm(Form):
    """Whether a second person agrees."""

    proposal = IntegerField(validators=[NumberRange(1)])
    agrees = StringField(validators=[AtMost(3)])


class ShownForm(Form):
    """Who sees a certificate: `all` who have its address, or `nobody`."""

    to = StringField(validators=[AnyOf(("all", "nobody"))])


class RevocationForm(Form):
    """Why a certificate counts no more."""

    reason = TextAreaField(
        say("Why"),
        [DataRequired(), AtMost(MOST_REASON)],
        description=say("Whoever checks the certificate reads it: no names, no details."),
        render_kw={"rows": 3},
    )
    appeal_until = DateField(say("Can be appealed until"), [Optional()])
