"""How each plugin stands, in a word and a sentence, for pages, commands and the health check."""

from dataclasses import dataclass
from typing import Literal

from app.kernel.health import Check
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say, say_n
from app.plugins.discovery import Record
from app.plugins.gate import Gate, get_gate
from app.plugins.hooks import Installing
from app.plugins.rules import Words
from app.plugins.snapshot import Snapshot

Standing = Literal[
    "on",
    "nowhere",
    "off",
    "revoked",
    "paused",
    "waits",
    "upgrading",
    "failed",
    "incompatible",
    "quarantined",
    "missing",
    "asleep",
]
WORDS: dict[str, tuple[Sentence, str, str]] = {
    "on": (say("on"), "mint", "check"),
    "nowhere": (say("on at no center"), "plain", "lock"),
    "off": (say("off"), "plain", "lock"),
    "revoked": (say("taken back"), "clay", "warn"),
    "paused": (say("partly paused"), "clay", "warn"),
    "waits": (say("waits"), "clay", "wait"),
    "upgrading": (say("being renewed"), "", "down"),
    "failed": (say("does not start"), "clay", "warn"),
    "incompatible": (say("does not fit"), "clay", "warn"),
    "quarantined": (say("set aside"), "clay", "warn"),
    "missing": (say("files gone"), "clay", "warn"),
    "asleep": (say("asleep"), "plain", "lock"),
}
NEEDS_CARE = ("revoked", "paused", "waits", "failed", "incompatible", "quarantined", "missing")


@dataclass(frozen=True)
class Status:
    """One plugin as an admin sees it."""

    record: Record
    standing: Standing
    sentence: Sentence | None
    is_enabled: bool

    @property
    def name(self) -> str:
        """The plugin's own name."""
        return self.record.name

    @property
    def title(self) -> Words:
        """The name for people; the plugin's own where nothing says more."""
        return self.record.manifest.title if self.record.manifest else self.record.name

    @property
    def description(self) -> Words:
        """What it does, in a line."""
        return self.record.manifest.description if self.record.manifest else ""

    @property
    def word(self) -> Sentence:
        """How it stands, in a word or two."""
        return WORDS[self.standing][0]

    @property
    def tone(self) -> str:
        """The color of the word."""
        return WORDS[self.standing][1]

    @property
    def symbol(self) -> str:
        """The drawing beside the word."""
        return WORDS[self.standing][2]

    @property
    def needs_care(self) -> bool:
        """Tell whether an admin should look."""
        return self.standing in NEEDS_CARE

    @property
    def is_running(self) -> bool:
        """Tell whether its code is loaded, so that it can be switched."""
        return self.record.state == "loaded"


def list_status() -> list[Status]:
    """Return how every plugin stands, those that need care first. No statement."""
    gate = get_gate()
    paused = {plugin for plugin, _ in gate.current().decisions.paused}
    found = [_status(gate, record, record.name in paused) for record in gate.records.values()]
    return sorted(found, key=lambda status: (not status.needs_care, status.name))


def find_status(name: str) -> Status | None:
    """Return how one plugin stands; None for a name that nobody knows."""
    return next((status for status in list_status() if status.name == name), None)


def _status(gate: Gate, record: Record, paused: bool) -> Status:
    now = gate.current()
    enabled = now.is_enabled(record.name)
    if record.state != "loaded" and record.state != "found":
        sentence = record.problems[0] if record.problems else None
        return Status(record, record.state, sentence, enabled)
    if not enabled:
        return Status(record, "off", say("Its data is kept, its pages are closed."), enabled)
    if now.is_upgrading(record.name):
        sentence = say("It gets new code at this moment; its pages come back by themselves.")
        return Status(record, "upgrading", sentence, enabled)
    if doubt := _doubt(record):
        return Status(record, "revoked", doubt, enabled)
    if waits := _waits(now, record):
        return Status(record, "waits", waits, enabled)
    if paused:
        sentence = say("A part of it failed time and again and is left out; the pages are whole.")
        return Status(record, "paused", sentence, enabled)
    if record.name not in now.anywhere:
        sentence = say("It is ready; choose the centers where it is on.")
        return Status(record, "nowhere", sentence, enabled)
    return Status(record, "on", None, enabled)


def _doubt(record: Record) -> Sentence | None:
    known = hooks.get(Installing, "installer")
    why = known.doubt(record.name, record.version) if known else None
    return why and say("Switch it off, or take another version; its data is kept. %(why)s", why=why)


def _waits(now: Snapshot, record: Record) -> Sentence | None:
    if not now.has_schema(record.name):
        return say("Its tables are not those of this version: run `rihla db upgrade`.")
    if record.name in now.ready:
        return None
    needs = record.manifest.plugins if record.manifest else {}
    absent = [name for name in needs if name not in now.ready]
    return say("It needs %(names)s, which is off.", names=", ".join(absent))


def check_plugins() -> Check:
    """Tell whether a plugin needs care. No statement: the decisions are in memory."""
    care = [status for status in list_status() if status.needs_care]
    if not care:
        count = len(get_gate().current().ready)
        return Check(True, say_n("%(n)s plugin is on.", "%(n)s plugins are on.", count))
    names = ", ".join(str(status.name) for status in care)
    return Check(
        False,
        say("These plugins need care: %(names)s. The site works without them.", names=names),
        say("Look at the page of plugins: the reason stands there."),
        urgent=False,
    )
