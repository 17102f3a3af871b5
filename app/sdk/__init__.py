"""Everything that a plugin may import. What is not here may change without notice.

`register(hooks)` of a plugin's package brings contributions: `hooks.register(NavItem, "name", …)`.
What each kind is, when it is asked and what happens when it fails: docs/plugins/hooks.md. What a
plugin does with the site: `Plugin(__name__)`, and the functions about people.
"""

from app.accounts.hooks import AccountPage, PersonalDataExtra, PersonErased, PersonJoined
from app.activities.hooks import (
    Activity,
    ActivityType,
    AnswerMarked,
    BlockTexts,
    ByHand,
    Change,
    Item,
    Marked,
)
from app.activities.rules import Choice, Draws, ItemState, State
from app.activities.showing import Frame, Shown, as_html, as_inline, show_item, states_of, texts_of
from app.admin.hooks import AdminPage
from app.admin.routes import admin_tabs
from app.catalog.hooks import SearchHit, SearchSource
from app.centers.hooks import CohortJoined, CohortLeft, PlaceLink
from app.centers.routes import place_frame as center_tabs
from app.content.blocks import ID as BLOCK_ID
from app.content.blocks import Header, parse_header
from app.content.fences import fences, mask
from app.content.hooks import BlockType
from app.content.rules import BlockNode, Problem
from app.courses.hooks import BlockContext, CourseImported, CoursePublished, PublicationWithdrawn
from app.gradebook.hooks import MarkSet
from app.home.hooks import HomeCard
from app.kernel import clock
from app.kernel.actors import Actor, PermissionCheck
from app.kernel.db import JSONDocument, PublicId, UTCDateTime, db, new_public_id, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany
from app.kernel.health import Check, HealthCheck
from app.kernel.i18n import Sentence, say, say_n, translate
from app.kernel.jobs import JobType
from app.kernel.outbox import Event, Subscriber
from app.kernel.pieces import Piece
from app.learning.hooks import (
    CourseFinished,
    CoursePanel,
    Enrolling,
    EnrollmentRule,
    LearnerEnrolled,
    LessonFinished,
)
from app.notices.hooks import NotificationType
from app.plugins.hooks import Command, Lifecycle, Routes
from app.plugins.registration import PluginHooks as Hooks
from app.plugins.rules import SDK_VERSION
from app.plugins.tables import PluginBase
from app.questions.hooks import QuestionExporter, QuestionImporter
from app.questions.rules import QuestionRead, QuestionsRead, QuestionsWritten
from app.regrading.hooks import MarksChanged
from app.sdk.credentials import (
    AwardCondition,
    Candidates,
    CohortCourse,
    Graded,
    Reached,
    Results,
    award_credential,
    find_own_results,
    list_award_conditions,
    list_cohort_courses,
    list_own_courses,
    list_results,
    list_sponsors,
)
from app.sdk.files import Files
from app.sdk.people import (
    CohortRow,
    Name,
    PeoplePage,
    PersonRow,
    get_person,
    list_cohorts,
    list_members,
    list_people,
    names_of,
)
from app.sdk.plugin import Plugin, current_center
from app.web.access import access, load_actor
from app.web.forms import AtMost, Form
from app.web.hooks import AuditVerb, NavItem, Place
from app.web.pages import flash

session = db.session
"""Reads; writes only inside `with write() as session:`."""

EVENTS: tuple[type[Event], ...] = (
    PersonJoined,
    PersonErased,
    CohortJoined,
    CohortLeft,
    CourseImported,
    CoursePublished,
    PublicationWithdrawn,
    LearnerEnrolled,
    LessonFinished,
    CourseFinished,
    AnswerMarked,
    MarkSet,
    MarksChanged,
)
"""The events of the core to which a plugin can subscribe."""

KINDS: tuple[type, ...] = (
    Routes,
    NavItem,
    AccountPage,
    PlaceLink,
    AdminPage,
    HomeCard,
    CoursePanel,
    BlockType,
    ActivityType,
    SearchSource,
    JobType,
    Subscriber,
    NotificationType,
    PermissionCheck,
    EnrollmentRule,
    AwardCondition,
    HealthCheck,
    AuditVerb,
    Lifecycle,
    PersonalDataExtra,
    Command,
    QuestionImporter,
    QuestionExporter,
)
"""The kinds of things that a plugin can bring with `hooks.register(Kind, name, thing)`."""

__all__ = [
    "AccountPage",
    "Activity",
    "ActivityType",
    "Actor",
    "AdminPage",
    "AnswerMarked",
    "AtMost",
    "AuditVerb",
    "AwardCondition",
    "BLOCK_ID",
    "BlockContext",
    "BlockNode",
    "BlockTexts",
    "BlockType",
    "ByHand",
    "Candidates",
    "Change",
    "Choice",
    "Check",
    "CohortCourse",
    "CohortJoined",
    "CohortLeft",
    "CohortRow",
    "Command",
    "Conflict",
    "CourseFinished",
    "CourseImported",
    "CoursePanel",
    "CoursePublished",
    "Draws",
    "EVENTS",
    "Enrolling",
    "EnrollmentRule",
    "Event",
    "Files",
    "Forbidden",
    "Form",
    "Frame",
    "Graded",
    "Header",
    "HealthCheck",
    "HomeCard",
    "Hooks",
    "Invalid",
    "Item",
    "ItemState",
    "JSONDocument",
    "JobType",
    "KINDS",
    "LearnerEnrolled",
    "LessonFinished",
    "Lifecycle",
    "MarkSet",
    "Marked",
    "MarksChanged",
    "Name",
    "NavItem",
    "NotFound",
    "NotificationType",
    "PeoplePage",
    "PermissionCheck",
    "PersonErased",
    "PersonJoined",
    "PersonRow",
    "PersonalDataExtra",
    "Piece",
    "Place",
    "PlaceLink",
    "Plugin",
    "PluginBase",
    "Problem",
    "PublicId",
    "PublicationWithdrawn",
    "QuestionExporter",
    "QuestionImporter",
    "QuestionRead",
    "QuestionsRead",
    "QuestionsWritten",
    "Reached",
    "Refusal",
    "Results",
    "Routes",
    "SDK_VERSION",
    "SearchHit",
    "SearchSource",
    "Sentence",
    "Shown",
    "State",
    "Subscriber",
    "TooMany",
    "UTCDateTime",
    "access",
    "admin_tabs",
    "as_html",
    "as_inline",
    "award_credential",
    "center_tabs",
    "clock",
    "current_center",
    "fences",
    "find_own_results",
    "flash",
    "get_person",
    "list_award_conditions",
    "list_cohort_courses",
    "list_cohorts",
    "list_members",
    "list_own_courses",
    "list_people",
    "list_results",
    "list_sponsors",
    "load_actor",
    "mask",
    "names_of",
    "new_public_id",
    "parse_header",
    "say",
    "say_n",
    "session",
    "show_item",
    "states_of",
    "texts_of",
    "translate",
    "write",
]
