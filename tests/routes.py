"""How each route is opened in a test: what stands for the arguments of its address.

`center` and `lang` fill themselves in. A value names an attribute of `world.Side`; with `=` it is
itself, with `?` the secret of that purpose, with `+` a thing of a plugin (tests/shipped.py). A
route with other arguments needs a line here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.settings import Secret, Settings
from tests import shipped
from tests.conftest import ABOUT_QUIZZES, BARE, SHELF
from tests.world import STAFF, Side, World

OWN_PROJECT = {"slug": "course", "lesson_id": "=tarif-du-taxi"}
PROJECT = {"public_id": "cohort", "slug": "=python-donnees", "lesson_id": "=tarif-du-taxi"}
ARGUMENTS: dict[str, dict[str, str]] = {
    "activities.answer": {"slug": "course", "lesson_id": "lesson", "block_id": "=predire"},
    "admin.forget_job": {"job_id": "=1"},
    "admin.grant_role": {"public_id": "member"},
    "admin.reset_second_factor": {"public_id": "member"},
    "admin.retry_job": {"job_id": "=1"},
    "admin.revoke_role": {"public_id": "member"},
    "admin.roles_of": {"public_id": "member"},
    "centers.add_member": {"public_id": "cohort"},
    "centers.add_trainer": {"public_id": "cohort"},
    "centers.cohort": {"public_id": "cohort"},
    "centers.edit_cohort": {"public_id": "cohort"},
    "centers.remove_member": {"public_id": "cohort", "person": "member"},
    "centers.remove_staff": {"public_id": "instructor", "role": "=instructor"},
    "centers.remove_trainer": {"public_id": "cohort", "person": "trainer"},
    "badges.png": {"number": "credential"},
    "badges.svg": {"number": "credential"},
    "badges.wide": {"number": "credential"},
    "credentials.cohort": {"public_id": "cohort"},
    "credentials.correct": {"public_id": "cohort", "number": "credential"},
    "credentials.credential": {"number": "credential"},
    "credentials.decide": {"public_id": "cohort"},
    "credentials.document": {"number": "credential"},
    "credentials.one": {"public_id": "cohort", "number": "credential"},
    "credentials.revoke": {"public_id": "cohort", "number": "credential"},
    "credentials.shown": {"number": "credential"},
    "credentials.status_list": {"number": "=1"},
    "credentials.verdict": {"number": "credential"},
    "courses.course_file": {"slug": "course", "short": "short", "path": "file"},
    "exams.answers": {"public_id": "exam"},
    "exams.begin": {"slug": "course", "lesson_id": "=bilan"},
    "exams.close": {"public_id": "exam"},
    "exams.door": {"slug": "course", "lesson_id": "=bilan"},
    "exams.hand_in": {"public_id": "exam"},
    "exams.paper": {"public_id": "exam"},
    "exams.question": {"public_id": "exam"},
    "exams.result": {"public_id": "exam_done"},
    "gradebook.book": {"public_id": "cohort"},
    "gradebook.book_csv": {"public_id": "cohort"},
    "gradebook.book_xlsx": {"public_id": "cohort"},
    "gradebook.decide": {"public_id": "cohort", "slug": "course", "person": "member"},
    "gradebook.member": {"public_id": "cohort", "slug": "course", "person": "member"},
    "gradebook.own": {"slug": "course"},
    "gradebook.second_reading": {"public_id": "cohort", "slug": "course", "person": "member"},
    "gradebook.plan": {"public_id": "cohort", "slug": "course"},
    "exams.whole": {"public_id": "exam"},
    "installer.archive": {"artifact_id": "=1"},
    "installer.delete_kept": {"name": "=sample", "file": "=x.zip"},
    "installer.examine": {"artifact_id": "=1"},
    "installer.forget": {"artifact_id": "=1"},
    "installer.install": {"artifact_id": "=1"},
    "installer.kept": {"name": "=sample", "file": "=x.zip"},
    "installer.rollback": {"name": "=sample"},
    "installer.uninstall": {"name": "=sample"},
    "installer.versions": {"name": "=sample"},
    "invigilation.accommodation": {"public_id": "member"},
    "invigilation.exams": {"public_id": "cohort"},
    "invigilation.sitting": {"public_id": "cohort", "sat": "exam_done"},
    "invigilation.sittings": {
        "public_id": "cohort",
        "slug": "=python-donnees",
        "lesson_id": "=bilan",
    },
    "invigilation.window": {
        "public_id": "cohort",
        "slug": "=python-donnees",
        "lesson_id": "=bilan",
    },
    "itemanalysis.course": {"slug": "course"},
    "learning.course": {"slug": "course"},
    "learning.enroll": {"slug": "course"},
    "learning.finish": {"slug": "course", "lesson_id": "lesson"},
    "learning.leave": {"slug": "course"},
    "learning.lesson": {"slug": "course", "lesson_id": "lesson"},
    "learning.place": {"slug": "course", "lesson_id": "lesson"},
    "learning.progress": {"slug": "course"},
    "learning.resume": {"slug": "course"},
    "marking.answers": {
        "public_id": "cohort",
        "slug": "course",
        "lesson_id": "lesson",
        "block_id": "=predire",
        "item": "=y",
    },
    "marking.questions": {"public_id": "cohort"},
    "marking.release": {
        "public_id": "cohort",
        "slug": "course",
        "lesson_id": "lesson",
        "block_id": "=predire",
        "item": "=y",
    },
    "notices.to_cohort": {"public_id": "cohort"},
    "notices.to_person": {"public_id": "member"},
    "offline.contents": {"slug": "course", "short": "short", "text": "=fr"},
    "offline.edition": {"slug": "course", "short": "short", "text": "=fr", "lesson_id": "lesson"},
    "offline.plan": {"slug": "course", "short": "short", "text": "=fr"},
    "partners.add_person": {"slug": "partner"},
    "partners.edit": {"slug": "partner"},
    "partners.partner": {"slug": "partner"},
    "partners.remove_person": {"slug": "partner", "person": "partner_person"},
    "plugins.center_settings": {"name": "=sample"},
    "plugins.center_switch": {"name": "=sample"},
    "plugins.plugin": {"name": "=sample"},
    "plugins.resume": {"name": "=sample"},
    "plugins.rules": {"name": "=sample"},
    "plugins.settings": {"name": "=sample"},
    "plugins.switch": {"name": "=sample"},
    "plugins.switch_centers": {"name": "=sample"},
    "printing.own": {"number": "credential"},
    "printing.preview": {"template_id": "template"},
    "printing.staff": {"public_id": "cohort", "number": "credential"},
    "printing.template": {"template_id": "template"},
    "printing.use": {"template_id": "template"},
    "projects.ask": {**PROJECT, "person": "learner"},
    "projects.download": {**PROJECT, "person": "learner", "file_id": "project_file"},
    "projects.file": {**PROJECT, "person": "learner", "file_id": "project_file"},
    "projects.own": OWN_PROJECT,
    "projects.own_download": {**OWN_PROJECT, "file_id": "project_file"},
    "projects.own_file": {**OWN_PROJECT, "file_id": "project_file"},
    "projects.projects": {"public_id": "cohort"},
    "projects.sheets": PROJECT,
    "projects.sign": {**PROJECT, "person": "learner"},
    "projects.work": {**PROJECT, "person": "learner"},
    "projects.works": PROJECT,
    "questions.drop": {"slug": "course", "public_id": "questions"},
    "questions.export": {"slug": "course", "short": "short", "name": "=gift"},
    "questions.index": {"slug": "course"},
    "questions.preview": {"slug": "course", "public_id": "questions"},
    "regrading.one": {"slug": "course", "public_id": "regrading"},
    "regrading.sign": {"slug": "course", "public_id": "regrading"},
    "rosters.confirm": {"public_id": "roster"},
    "rosters.join": {"slug": "center"},
    "rosters.person": {"public_id": "member"},
    "rosters.print_code": {"public_id": "member"},
    "rosters.report": {"public_id": "roster"},
    "rosters.reset_second_factor": {"public_id": "member"},
    "rosters.roster": {"public_id": "roster"},
    "rosters.send_link": {"public_id": "member"},
    "rosters.sheet": {"public_id": "roster"},
    "rosters.suspend": {"public_id": "member"},
    "rosters.unsuspend": {"public_id": "member"},
    "signin.reset": {"token": "?reset"},
    "signin.send_reset": {"token": "?reset"},
    "signup.confirm": {"token": "?sign_up"},
    "signup.invitation": {"token": "?invitation"},
    "signup.send_confirm": {"token": "?sign_up"},
    "signup.send_invitation": {"token": "?invitation"},
    "studio.course": {"slug": "course"},
    "studio.download": {"slug": "course", "short": "short"},
    "studio.one_upload": {"public_id": "upload"},
    "studio.preview": {"slug": "course", "short": "short"},
    "studio.preview_file": {"slug": "course", "short": "short", "path": "file"},
    "studio.preview_lesson": {
        "slug": "course",
        "short": "short",
        "text": "=fr",
        "lesson_id": "lesson",
    },
    "studio.publish": {"slug": "course", "short": "short"},
    "studio.report": {"slug": "course", "short": "short"},
    "studio.take_back": {"slug": "course", "publication_id": "publication"},
    "web.static": {"name": "=nothing.css"},
    **shipped.arguments(),
}
OF_ARCHIVES = {
    "installer.archive",
    "installer.choose",
    "installer.delete_kept",
    "installer.examine",
    "installer.install",
    "installer.kept",
    "installer.rollback",
    "installer.uninstall",
    "installer.upload",
    "installer.versions",
}
"""Routes about archives and what they installed: the world has none, so who may finds nothing.

tests/installer and tests/browser/test_plugins.py open them with archives.
"""
NO_PAGES = {
    "activities.waiting",
    "badges.png",
    "badges.svg",
    "badges.wide",
    "checker.code",
    "checker.data",
    "checker.worker",
    "installer.archive",
    "installer.kept",
    "installer.versions",
    "gradebook.book_csv",
    "gradebook.book_xlsx",
    "courses.course_file",
    "credentials.credential",
    "credentials.did",
    "credentials.document",
    "credentials.status_list",
    "learning.resume",
    "offline.contents",  # these three need a token: tests/browser/test_offline.py looks at them
    "offline.edition",
    "offline.manifest",
    "offline.plan",
    "offline.worker",
    "printing.own",
    "printing.preview",
    "printing.staff",
    "projects.download",
    "projects.own_download",
    "questions.export",
    "rosters.report",
    "secondfactor.code",  # these two need a sign-in under way: tests/browser/test_second_factor.py
    "secondfactor.recovery",
    "studio.download",
    "studio.preview_file",
    "web.healthz",
    "web.readyz",
    "web.root",
    "web.static",
}
"""Routes that answer GET with something else than a page."""
IMPLIED = {"lang", "center"}


@cache
def _methods() -> dict[str, set[str]]:
    settings = Settings(
        instance=Path("/nonexistent"),
        secret_key=Secret("x"),
        database_url="sqlite://",
        testing=True,
        plugin_folders=(str(SHELF),),
        plugins_shipped=not BARE,
    )
    found: dict[str, set[str]] = {}
    for rule in create_app(settings).url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update(rule.methods or ())
    return found


def _is_walked(endpoint: str) -> bool:
    """Tell whether there is anything to see: nothing is asked where quizzes are left out."""
    return not (BARE and endpoint.partition(".")[0] in ABOUT_QUIZZES)


def endpoints() -> list[str]:
    """Return the names of all routes, for tests that are made for each of them."""
    return sorted(filter(_is_walked, _methods()))


def page_endpoints() -> list[str]:
    """Return the names of the routes that show a page."""
    return [e for e in endpoints() if "GET" in _methods()[e] and e not in NO_PAGES]


def rules(app: Flask) -> list[Rule]:
    """Return all routes, sorted by endpoint."""
    found = (rule for rule in app.url_map.iter_rules() if _is_walked(rule.endpoint))
    return sorted(found, key=lambda rule: (rule.endpoint, rule.rule))


def missing(app: Flask) -> list[str]:
    """Return the routes whose arguments nobody gave, and entries that belong to no route."""
    known = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    wanted = {e: set(rule.arguments) - IMPLIED for e, rule in known.items()}
    wrong = [e for e, names in wanted.items() if names != set(ARGUMENTS.get(e, ()))]
    return sorted({*wrong, *(set(ARGUMENTS) - set(known)), *(NO_PAGES - set(known))})


def address(app: Flask, rule: Rule, world: World, side: Side, lang: str = "fr") -> str:
    """Return the path of a route for the things of one side."""
    values: dict[str, Any] = {}
    if "lang" in rule.arguments:
        values["lang"] = lang
    if "center" in rule.arguments:
        values["center"] = side.center
    for name, value in ARGUMENTS.get(rule.endpoint, {}).items():
        if value.startswith("="):
            values[name] = value[1:]
        elif value.startswith("?"):
            values[name] = world.secrets[value[1:]]
        elif value.startswith("+"):
            values[name] = side.things[value[1:]]
        else:
            values[name] = getattr(side, value)
    return app.url_map.bind("localhost").build(rule.endpoint, values)


VIEWERS: dict[str, tuple[str, ...]] = {
    "home.home": ("visitor", "learner", *STAFF),
    "learning.course": ("visitor", "learner"),
    "learning.lesson": ("visitor", "learner"),
}
"""Pages that look different to several roles; the others are looked at by whom they are for."""
ORDER = ("visitor", "learner", "partner", "instructor", "manager", "office", "admin")


def viewers(app: Flask, rule: Rule, world: World) -> tuple[str, ...]:
    """Return as whom a page is looked at: the least of the roles that may open it."""
    if rule.endpoint in VIEWERS:
        return VIEWERS[rule.endpoint]
    declared = app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]
    if declared.rule in ("public", "signed-in"):
        return ("visitor",) if declared.rule == "public" else ("learner",)
    permission = hooks.get(Permission, declared.rule)
    assert permission
    on_site = {"office", "admin"}
    for role in ORDER:
        reaches = declared.scope != "site" or role in on_site
        if role in permission.roles and reaches:
            return (role,)
    raise AssertionError(f"nobody may open {rule.rule}")


def pages(app: Flask) -> Iterator[Rule]:
    """Go through the routes that show a page."""
    for rule in rules(app):
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            yield rule
