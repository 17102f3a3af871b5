"""What is tried with a loaded plugin: its tables, pages, jobs, and what is left when it is off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from flask import Flask, current_app
from flask.signals import got_request_exception
from sqlalchemy import Column

from app.content.hooks import BlockType
from app.content.rules import BlockNode
from app.credentials.hooks import AwardCondition, Candidates
from app.kernel import place
from app.kernel.db import db
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.plugins import queries, schema
from app.plugins.discovery import Record
from app.plugins.guard import Guarded
from app.plugins.inventory import blueprints_of
from app.plugins.kinds import KINDS
from app.plugins.tables import tables_of
from app.workshop import world
from app.workshop.pages import faults_of_page
from app.workshop.world import Place, Somebody

Tell = Callable[..., None]
CORE_PAGES = (
    "/{lang}/",
    "/{lang}/courses",
    f"/{{lang}}/courses/{world.COURSE}",
    f"/{{lang}}/courses/{world.COURSE}/{world.LESSON}",
    "/{lang}/search?q=order",
    "/{lang}/account",
    "/{lang}/notices",
    "/{lang}/c/here/",
    "/{lang}/c/here/people",
    "/{lang}/admin",
)
"""Pages of the core that a plugin can add to."""


@dataclass(frozen=True)
class People:
    """Where and by whom a plugin is tried: it is on at one center, off at the other."""

    here: Place
    there: Place
    all: tuple[Somebody, ...]

    @classmethod
    def make(cls, record: Record) -> "People":
        """Fill the database."""
        here, there = world.add_center("here"), world.add_center("there")
        course = world.add_course()
        people = [world.add_person("visitor"), world.add_person("admin")]
        people += [world.add_person(role, here) for role in ("learner", "instructor", "manager")]
        world.enroll(people[2], course, here)
        if record.manifest and record.manifest.scope == "center":
            world.count_everywhere(record.name, everywhere=True)
            world.switch(record.name, there, on=False)
        return cls(here, there, tuple(people))


def try_migrations(record: Record, tell: Tell) -> None:
    """Take the tables down and up again: nothing is left behind, and the models agree."""
    if schema.head_of(record) is None:
        if tables_of(record.name):
            tell("It has tables and no migrations.")
        return
    db.session.rollback()
    schema.downgrade(record)
    if left := queries.tables_in_database(record.name):
        tell(f"Taken down, it leaves {', '.join(left)} behind.")
    db.session.rollback()
    schema.upgrade(record)
    for difference in schema.differences(record):
        tell(f"Models and migrations differ: {_said(difference)}")
    db.session.rollback()


def _said(difference: Any) -> str:
    parts = [getattr(part, "name", None) or str(part) for part in _flat(difference)]
    return " ".join(part for part in parts if part != "None")[:200]


def _flat(thing: Any) -> Iterator[Any]:
    if isinstance(thing, list | tuple):
        for inner in thing:
            yield from _flat(inner)
    else:
        yield thing


def try_privacy(record: Record, tell: Tell) -> None:
    """Every table that points at a person is declared, and every declaration is true."""
    declared = {table.table: table for table in record.manifest.privacy} if record.manifest else {}
    tables = {table.name: table for table in tables_of(record.name)}
    for name, table in tables.items():
        pointing = [column.name for column in table.columns if _points_at_person(column)]
        if pointing and name not in declared:
            tell(f"It points at people ({', '.join(pointing)}): declare it in [privacy].", name)
    for name, data in declared.items():
        if name not in tables:
            tell("plugin.toml declares a table that no model has.", name)
            continue
        columns = {column.name for column in tables[name].columns}
        for column in sorted({data.person, *data.export, *data.anonymize} - columns):
            tell(f"plugin.toml names a column that it lacks: {column}.", name)


def _points_at_person(column: Column[Any]) -> bool:
    return any(key.target_fullname == "person.id" for key in column.foreign_keys)


def try_capabilities(record: Record, tell: Tell) -> None:
    """What plugin.toml asks for is used."""
    used = {KINDS[kind].uses for (kind, _), owner in hooks.owners.items() if owner == record.name}
    used |= {"routes"} if _endpoints_of(record) else set()
    used |= {"db"} if tables_of(record.name) else set()
    seen = {rule.uses for rule in KINDS.values()} - {"commands"} | {"db"}
    asked = record.manifest.uses if record.manifest else frozenset()
    for name in sorted((asked & seen) - used):
        tell(f"plugin.toml asks for {name} and nothing uses it.", "plugin.toml", "warning")


def _endpoints_of(record: Record) -> list[Any]:
    own = blueprints_of(record.name)
    rules = current_app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.partition(".")[0] in own]


def _addresses(app: Flask, record: Record, lang: str, *, with_arguments: bool) -> Iterator[str]:
    adapter = app.url_map.bind("localhost")
    for rule in _endpoints_of(record):
        if "GET" not in (rule.methods or ()):
            continue
        values: dict[str, Any] = {"lang": lang, "center": "here"}
        values = {name: values[name] for name in values if name in rule.arguments}
        rest = rule.arguments - values.keys()
        if rest and not with_arguments:
            continue
        values |= {name: _example(rule._converters[name]) for name in rest}
        yield adapter.build(rule.endpoint, values)


def _example(converter: Any) -> Any:
    return 1 if "int" in type(converter).__name__.lower() else "x"


def try_pages(app: Flask, record: Record, people: People, tell: Tell) -> None:
    """Open every page of the plugin, and those of the core that it adds to, as everybody."""
    with _watched(app) as errors:
        for person in people.all:
            client = world.browser(app, person)
            for lang in ("en", "fr", "ar"):
                own = _addresses(app, record, lang, with_arguments=False)
                core = [page.format(lang=lang) for page in CORE_PAGES]
                for address in (*own, *core):
                    _open(client, address, person, errors, tell)
    for failure in queries.list_failures(record.name):
        if not failure.hook.startswith("page:"):
            tell(failure.error, failure.hook)


def _open(
    client: Any, address: str, person: Somebody, errors: list[BaseException], tell: Tell
) -> None:
    errors.clear()
    answer = client.get(address)
    who = f"{address} as {person.role}"
    if answer.status_code >= 500:
        why = f": {type(errors[-1]).__name__}: {errors[-1]}" if errors else ""
        tell(f"It answers {answer.status_code}{why}", who)
    elif answer.status_code == 200 and answer.mimetype == "text/html" and "/x/" in address:
        for fault in faults_of_page(answer.get_data(as_text=True)):
            tell(fault, who)


@contextmanager
def _watched(app: Flask) -> Iterator[list[BaseException]]:
    """Collect what views raise, for who reads the report."""
    seen: list[BaseException] = []

    def note(_app: Any, exception: BaseException, **_: Any) -> None:
        seen.append(exception)

    got_request_exception.connect(note, app)
    try:
        yield seen
    finally:
        got_request_exception.disconnect(note, app)


def try_blocks(_app: Flask, record: Record, _people: People, tell: Tell) -> None:
    """Blocks bear any text: authors write what they like."""
    for name, kind in _brought(record, BlockType):
        for body in ("", "\x00", "x" * 20_000, "\u202e<script>", "[" * 3000):
            node = BlockNode(name, "b", {}, body, 1)
            for act in ("validate", "text"):
                inner = _unguarded(getattr(kind, act))
                try:
                    inner(node)
                except Exception as error:  # noqa: BLE001  (foreign code)
                    tell(f"{act} raises {type(error).__name__} for the text {body[:10]!r}", name)


def try_conditions(_app: Flask, record: Record, people: People, tell: Tell) -> None:
    """Conditions of awards read in every language, and answer for nobody, for one, and again."""
    rules = KINDS[AwardCondition].calls
    for name, one in _brought(record, AwardCondition):
        given: list[tuple[str, Any]] = [("asks", 0), ("asks", one.most)]
        given += [("look", asked) for asked in _candidates(people, one.most)]
        for act, argument in given:
            try:
                with place.at(people.here.id):
                    answers = [_unguarded(getattr(one, act))(argument) for _ in range(2)]
                rules[act].then(answers[0], record.name)  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001  (foreign code)
                tell(f"{act} raises {type(error).__name__}: {error}", name)
                continue
            if answers[0] != answers[1]:
                tell(f"{act} answers differently when it is asked again", name)
            if act == "look" and set(answers[0]) - set(argument.people):
                tell("look answers for people about whom nobody asked", name)


def _candidates(people: People, most: int) -> tuple[Candidates, ...]:
    here, course = people.here, world.course_id()
    return tuple(
        Candidates(here.id, here.cohort_id, course, asked, most)
        for asked in ((), (people.all[2].id,))
    )


def try_jobs(app: Flask, record: Record, _people: People, tell: Tell) -> None:
    """Scheduled jobs can run twice."""
    for name, kind in _brought(record, JobType):
        if not kind.schedule:
            continue
        for _ in range(2):
            db.session.rollback()
            try:
                kind.handle()
            except Exception as error:  # noqa: BLE001  (foreign code)
                tell(f"The job raises {type(error).__name__}: {error}", name)
                break


def try_failures(app: Flask, record: Record, people: People, tell: Tell) -> None:
    """With everything that it contributes raising, the pages of the core stay up."""
    kept = []
    for (kind, name), owner in hooks.owners.items():
        thing = hooks._found[kind][name]
        if owner != record.name or not is_dataclass(thing):
            continue
        for guarded in (getattr(thing, field.name) for field in fields(thing)):
            if isinstance(guarded, Guarded):
                kept.append((guarded, guarded.call))
                object.__setattr__(guarded, "call", _raise)
    try:
        _look_at_core(app, people, tell, lambda page: "")
    finally:
        for guarded, call in kept:
            object.__setattr__(guarded, "call", call)


def _raise(*_args: Any, **_kwargs: Any) -> Any:
    raise RuntimeError("made to fail by the suite")


def try_off(app: Flask, record: Record, people: People, tell: Tell) -> None:
    """Where it is off nothing of it is left: its pages answer 404, no page names it."""
    world.switch(record.name, on=False)
    trace = f"/x/{record.name}"

    def fault(page: str) -> str:
        return f"The page still leads to {trace}." if trace in page else ""

    _look_at_core(app, people, tell, fault)
    for person in people.all[:2]:
        client = world.browser(app, person)
        for address in _addresses(app, record, "en", with_arguments=True):
            code = client.get(address).status_code
            if code != 404:
                tell(f"Switched off, it answers {code}.", f"{address} as {person.role}")
    world.switch(record.name, on=True)


def _look_at_core(app: Flask, people: People, tell: Tell, fault: Callable[[str], str]) -> None:
    with _watched(app) as errors:
        for person in people.all:
            client = world.browser(app, person)
            for page in CORE_PAGES:
                address = page.format(lang="en")
                errors.clear()
                answer = client.get(address)
                if answer.status_code >= 500:
                    tell(f"A page of the core answers {answer.status_code}: {errors}", address)
                elif why := fault(answer.get_data(as_text=True)):
                    tell(why, f"{address} as {person.role}")


def try_other_center(app: Flask, record: Record, people: People, tell: Tell) -> None:
    """At a center where it is off, its pages do not exist."""
    if record.manifest is None or record.manifest.scope == "site":
        return
    client = world.browser(app, people.all[1])
    for address in _addresses(app, record, "en", with_arguments=True):
        if "/c/here/" not in address:
            continue
        code = client.get(address.replace("/c/here/", "/c/there/")).status_code
        if code != 404:
            tell(f"Off at this center, it answers {code}.", address)


def _brought(record: Record, kind: Any) -> list[tuple[str, Any]]:
    found = hooks._found[kind].items()
    return [(name, one) for name, one in found if hooks.owners.get((kind, name)) == record.name]


def _unguarded(call: Any) -> Any:
    return call.call if isinstance(call, Guarded) else call


WITH_PEOPLE: dict[str, Callable[[Flask, Record, People, Tell], None]] = {
    "pages": try_pages,
    "blocks": try_blocks,
    "conditions": try_conditions,
    "jobs": try_jobs,
    "failures": try_failures,
    "other center": try_other_center,
    "switched off": try_off,
}
