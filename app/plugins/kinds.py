"""Which kinds of things a plugin may bring, and what happens when one of them fails.

`register` is read once at the start; a failure there gives the plugin up. `contribute` is asked
while a page is made: what fails is left out and the page stays whole. `decide` is asked before an
act: what fails forbids it. `event` runs in the background and is tried again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from app.accounts.hooks import AccountPage, PersonalData, PersonalDataExtra
from app.activities.hooks import ActivityType, Marked
from app.activities.rules import Choice
from app.admin.hooks import AdminPage
from app.catalog.hooks import SearchHit, SearchSource
from app.centers.hooks import PlaceLink
from app.content.hooks import BlockType
from app.content.rules import Problem
from app.credentials.hooks import AwardCondition, Reached
from app.home.hooks import HomeCard
from app.kernel.actors import Permission, PermissionCheck
from app.kernel.health import Check, HealthCheck
from app.kernel.i18n import LANGUAGES, Sentence, say, translate
from app.kernel.jobs import JobType
from app.kernel.outbox import Subscriber
from app.learning.hooks import CoursePanel, EnrollmentRule
from app.notices.hooks import NotificationType
from app.plugins.hooks import Command, Lifecycle, Routes
from app.questions.hooks import QuestionExporter, QuestionImporter
from app.questions.rules import QuestionsRead, QuestionsWritten
from app.web.hooks import AuditVerb, NavItem
from app.web.pieces import show_piece

Policy = Literal["register", "contribute", "decide", "event"]
PASS_ON = object()
"""As a fallback: the failure is counted and goes on to the core, which shows a note itself."""


@dataclass(frozen=True)
class Call:
    """A callable inside a contribution: with how many arguments it is called (None: any), and what
    stands for its answer when it fails."""

    arguments: int | None
    otherwise: Any = PASS_ON
    then: Callable[[Any, str], Any] | None = None
    """Examines the answer, or makes it what the core shows; gets the plugin's name too. What it
    raises is the plugin's failure."""
    shows: bool = False
    """Its answer stands on the page, so that the page needs the plugin's styles and scripts."""


@dataclass(frozen=True)
class KindRule:
    """How the core treats one kind of contribution.

    `calls` are its callables by the name of their field, `outer.inner` inside another value.
    `reach` says where it counts: at the centers where the plugin is on (`here`), as soon as it is
    on for one (`anywhere`), or also while it is off (`always`). `free_name` is for names that
    people write; all others get the plugin's name in front.
    """

    policy: Policy
    calls: Mapping[str, Call] = field(default_factory=dict)
    reach: Literal["here", "anywhere", "always"] = "here"
    uses: str = ""
    free_name: bool = False


MOST_ANSWERS = 1000


def _all(kind: type) -> Callable[[Any, str], Any]:
    """Read the answer to its end, where its failures still count: a few things of one kind."""

    def read(found: Any, _plugin: str) -> tuple[Any, ...]:
        things = tuple(islice(found or (), MOST_ANSWERS))
        for thing in things:
            _one(kind)(thing, _plugin)
        return things

    return read


def _one(kind: type) -> Callable[[Any, str], Any]:
    def check(found: Any, _plugin: str) -> Any:
        if not isinstance(found, kind):
            raise TypeError(f"{kind.__name__} is needed, not {type(found).__name__}")
        return found

    return check


def _texts(found: Any, _plugin: str) -> tuple[str, str]:
    asked, answer = found
    return _one(str)(asked, _plugin), _one(str)(answer, _plugin)


def _lines(found: Any, _plugin: str) -> tuple[tuple[str, int], ...]:
    read = _all(tuple)(found, _plugin)
    return tuple((_one(str)(key, _plugin), _one(int)(most, _plugin)) for key, most in read)


def _sentence(found: Any, plugin: str) -> Any:
    for language in LANGUAGES:  # a value that it lacks is the plugin's failure, not the page's
        translate(_one(Sentence)(found, plugin), language)
    return found


def _reached(found: Any, plugin: str) -> dict[int, Reached]:
    read = {}
    for person_id, one in dict(found).items():
        _sentence(_one(Reached)(one, plugin).now, plugin)
        read[_one(int)(person_id, plugin)] = one
    return read


UNKNOWN = Check(
    False,
    say("This could not be checked: the plugin's own check failed."),
    say("Look at the plugin's page: its failures stand there."),
    urgent=False,
)
KINDS: dict[Any, KindRule] = {
    Routes: KindRule("register", uses="routes"),
    Command: KindRule("register", uses="commands"),
    NavItem: KindRule("contribute", {"visible": Call(1, False)}, uses="navigation"),
    AccountPage: KindRule("contribute", uses="navigation"),
    PlaceLink: KindRule("contribute", uses="navigation"),
    CoursePanel: KindRule("contribute", {"find": Call(1, None, show_piece, True)}, uses="panels"),
    HomeCard: KindRule("contribute", {"find": Call(1, None, show_piece, True)}, uses="cards"),
    AdminPage: KindRule("contribute", reach="anywhere", uses="admin_pages"),
    SearchSource: KindRule(
        "contribute",
        {"find": Call(3, (), _all(SearchHit)), "can_see": Call(2, False)},
        uses="search",
    ),
    NotificationType: KindRule("register", reach="always", uses="notifications"),
    EnrollmentRule: KindRule("decide", {"check": Call(1)}, uses="enrollment"),
    PermissionCheck: KindRule("decide", {"allows": Call(2)}, free_name=True),
    BlockType: KindRule(
        "contribute",
        {
            "validate": Call(1, (), _all(Problem)),
            "text": Call(1, "", _one(str)),
            "compare": Call(2, (), _all(Problem)),
            "prepare": Call(2),
            "render": Call(3, then=_one(str), shows=True),
            "carry": Call(2, ("", ()), _one(tuple)),
        },
        uses="blocks",
        free_name=True,
    ),
    ActivityType: KindRule(
        "decide",
        {
            "read": Call(1),
            "take": Call(2),
            "mark": Call(4),
            "by_hand.texts": Call(2, then=_texts),
            "by_hand.lines": Call(1, then=_lines),
            "by_hand.mark": Call(3, then=_one(Marked)),
            "show": Call(6),
            "write": Call(2, then=_one(str)),
            "compare": Call(2),
            "remark": Call(5),
            "say_answer": Call(2),
            "choices": Call(2, then=_all(Choice)),
        },
        uses="activities",
        free_name=True,
    ),
    QuestionImporter: KindRule(
        "decide",
        {"sniff": Call(1, then=_one(int)), "read": Call(1, then=_one(QuestionsRead))},
        uses="import",
        free_name=True,
    ),
    QuestionExporter: KindRule(
        "decide", {"write": Call(2, then=_one(QuestionsWritten))}, uses="import", free_name=True
    ),
    AwardCondition: KindRule(
        "contribute",
        {"asks": Call(1, None, _sentence), "look": Call(1, {}, _reached)},
        uses="credentials",
    ),
    HealthCheck: KindRule(
        "contribute", {"check": Call(0, UNKNOWN, _one(Check))}, "anywhere", uses="health"
    ),
    AuditVerb: KindRule("register", reach="always"),
    Permission: KindRule("register", reach="always", free_name=True),
    JobType: KindRule("event", {"handle": Call(None)}, "always", uses="jobs"),
    Subscriber: KindRule("event", {"handle": Call(1)}, "anywhere", uses="events"),
    PersonalData: KindRule("register", reach="always", free_name=True),
    PersonalDataExtra: KindRule("event", {"export": Call(1), "erase": Call(1)}, "always"),
    Lifecycle: KindRule(
        "event",
        {
            "enabled": Call(0),
            "disabled": Call(0),
            "center_enabled": Call(1),
            "center_disabled": Call(1),
            "upgraded": Call(1),
        },
        "always",
    ),
}
"""Who adds a hook for plugins to a feature adds its kind here."""
