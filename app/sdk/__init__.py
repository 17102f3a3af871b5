"""Everything that a plugin may import. What is not here may change without notice.

`register(hooks)` of a plugin's package brings contributions: `hooks.register(NavItem, "name", …)`.
What each kind is, when it is asked and what happens when it fails: docs/plugins/hooks.md.
"""

from app.accounts.hooks import AccountPage, PersonalDataExtra, PersonErased, PersonJoined
from app.activities.hooks import Activity, ActivityType, AnswerMarked, BlockTexts, Item, Marked
from app.activities.rules import ItemState, State
from app.activities.showing import (
    Frame,
    Shown,
    as_html,
    as_inline,
    show_item,
    states_of,
    texts_of,
)
from app.centers.hooks import PlaceLink
from app.content.blocks import ID as BLOCK_ID
from app.content.blocks import Header, parse_header
from app.content.fences import fences, mask
from app.content.hooks import BlockType
from app.content.rules import BlockNode, Problem
from app.courses.hooks import BlockContext, CoursePublished, PublicationWithdrawn
from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import JSONDocument, PublicId, UTCDateTime, new_public_id, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from app.kernel.health import Check, HealthCheck
from app.kernel.i18n import Sentence, say, say_n, translate
from app.kernel.jobs import JobType
from app.kernel.outbox import Event, Subscriber
from app.learning.hooks import CoursePart
from app.plugins.hooks import Command, Lifecycle, Routes
from app.plugins.registration import PluginHooks as Hooks
from app.plugins.rules import SDK_VERSION
from app.plugins.tables import PluginBase
from app.web.access import access, load_actor
from app.web.forms import Form
from app.web.hooks import NavItem

__all__ = [
    "BLOCK_ID",
    "states_of",
    "texts_of",
    "BlockTexts",
    "show_item",
    "as_inline",
    "as_html",
    "Shown",
    "Frame",
    "State",
    "ItemState",
    "Marked",
    "Item",
    "AnswerMarked",
    "ActivityType",
    "Activity",
    "SDK_VERSION",
    "AccountPage",
    "Actor",
    "BlockContext",
    "BlockNode",
    "BlockType",
    "Check",
    "Command",
    "Conflict",
    "CoursePart",
    "CoursePublished",
    "Event",
    "Forbidden",
    "Form",
    "Header",
    "HealthCheck",
    "Hooks",
    "Invalid",
    "JSONDocument",
    "JobType",
    "Lifecycle",
    "NavItem",
    "NotFound",
    "PersonErased",
    "PersonJoined",
    "PersonalDataExtra",
    "PlaceLink",
    "PluginBase",
    "Problem",
    "PublicId",
    "PublicationWithdrawn",
    "Refusal",
    "Routes",
    "Sentence",
    "Subscriber",
    "UTCDateTime",
    "access",
    "clock",
    "fences",
    "load_actor",
    "mask",
    "new_public_id",
    "parse_header",
    "say",
    "say_n",
    "translate",
    "write",
]
