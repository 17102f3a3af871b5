"""Which kinds of things a plugin may bring, and what happens when one of them fails.

`register` is read once at the start; a failure there gives the plugin up. `contribute` is asked
while a page is made: what fails is left out and the page stays whole. `decide` is asked before an
act: what fails forbids it. `event` runs in the background and is tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.accounts.hooks import AccountPage, PersonalData, PersonalDataExtra
from app.activities.hooks import ActivityType
from app.centers.hooks import PlaceLink
from app.content.hooks import BlockType
from app.kernel.actors import Permission
from app.kernel.health import Check, HealthCheck
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.kernel.outbox import Subscriber
from app.learning.hooks import CoursePart
from app.plugins.hooks import Command, Lifecycle, Routes
from app.web.hooks import NavItem

Policy = Literal["register", "contribute", "decide", "event"]
PASS_ON = object()
"""As a fallback: the failure is counted and goes on to the core, which shows a note itself."""


@dataclass(frozen=True)
class Call:
    """A callable inside a contribution: with how many arguments it is called (None: any), and what
    stands for its answer when it fails."""

    arguments: int | None
    otherwise: Any = PASS_ON


@dataclass(frozen=True)
class KindRule:
    """How the core treats one kind of contribution.

    `reach` says where it counts: at the centers where the plugin is on (`here`), as soon as it is
    on for one (`anywhere`), or also while it is off (`always`). `free_name` is for names that
    people write; all others get the plugin's name in front.
    """

    policy: Policy
    calls: Mapping[str, Call] = field(default_factory=dict)
    reach: Literal["here", "anywhere", "always"] = "here"
    uses: str = ""
    free_name: bool = False


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
    CoursePart: KindRule("contribute", {"render": Call(2, "")}, uses="panels"),
    BlockType: KindRule(
        "contribute",
        {
            "validate": Call(1, ()),
            "text": Call(1, ""),
            "compare": Call(2, ()),
            "prepare": Call(2),
            "render": Call(3),
        },
        uses="blocks",
        free_name=True,
    ),
    ActivityType: KindRule(
        "decide",
        {"read": Call(1), "take": Call(2), "mark": Call(4)},
        uses="activities",
        free_name=True,
    ),
    HealthCheck: KindRule("contribute", {"check": Call(0, UNKNOWN)}, "anywhere", uses="health"),
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
