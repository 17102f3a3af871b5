from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.accounts.queries import list_grants
from app.admin import queries
from app.admin.models import AuditCheck
from app.backups.models import BackupRun
from app.centers.models import Center
from app.kernel import audit, clock, jobs
from app.kernel.actors import SYSTEM, Grant
from app.kernel.audit import AuditEntry
from app.kernel.db import write
from app.kernel.health import Check, HealthCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import Job
from app.messages.models import Message
from app.plugins.gate import get_gate
from app.settings import Secret, describe_settings, load_settings, settings_markdown

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("", "/jobs", "/settings", "/audit", "/roles")


@pytest.fixture
def admin(make_person, sign_in):
    person = make_person("Nadia Admin", role="admin")
    sign_in(person)
    return person


def add_dead_job(name="messages.send"):
    with write() as session:
        job_id = jobs.enqueue(name, {"message": "x"})
        job = session.get_one(Job, job_id)
        job.state, job.error, job.tries = "dead", "ValueError: <b>no</b>", 6
    return job_id


def backed_up(hours_ago=2, **changes):
    at = clock.now() - timedelta(hours=hours_ago)
    values = {"at": at, "file": "rihla.tar", "size": 9, "rows": 3, "verified_at": at} | changes
    with write() as session:
        session.add(BackupRun(**values))


def finding(name):
    return next(found.check for found in queries.run_checks() if found.name == name)


def shown(client, path, lang="en"):
    response = client.get(f"/{lang}/admin{path}")
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_every_page_opens_for_an_admin_in_every_language(client, admin, lang):
    add_dead_job()
    backed_up()
    for path in PAGES:
        shown(client, path, lang)


@pytest.mark.parametrize("role", [None, "instructor", "manager", "office"])
def test_nobody_else_opens_them_or_acts(client, make_person, sign_in, role):
    job_id = add_dead_job()
    sign_in(make_person(role=role))
    for path in PAGES:
        assert client.get(f"/en/admin{path}").status_code == 403
    for path in (f"/jobs/{job_id}/retry", f"/jobs/{job_id}/forget", "/audit/verify"):
        assert client.post(f"/en/admin{path}").status_code == 403


def test_a_site_with_a_verified_backup_is_well(client, admin):
    backed_up()
    page = shown(client, "")
    assert "The site is well" in page
    assert "verified 2 hours ago" in page


def test_each_trouble_is_named_with_what_to_do(client, admin):
    backed_up(hours_ago=50)
    add_dead_job()
    with write() as session:
        session.add(
            Message(
                channel="email",
                address="a@example.org",
                subject="s",
                text="t",
                language="fr",
                created_at=clock.now() - timedelta(hours=1),
            )
        )
        session.add(
            AuditCheck(at=clock.now(), entries=4, fault="center 0, entry 2: it was changed")
        )
    page = shown(client, "")
    assert "4 things are wrong" in page
    for sentence in (
        "The last verified backup is 50 hours old.",
        "1 job failed for good.",
        "1 message has not left for half an hour.",
        "The audit trail is broken: center 0, entry 2: it was changed",
    ):
        assert sentence in page
    assert page.count("What to do:") >= 4


def test_a_late_job_says_that_nobody_works(database):
    with write():
        jobs.enqueue("messages.send", {"message": "x"}, delay=-400)
    assert not finding("jobs").ok
    assert "late" in str(finding("jobs").message)


def test_a_check_that_fails_itself_does_not_break_the_page(client, admin):
    def broken():
        raise OSError("gone")

    hooks.register(HealthCheck, "broken", HealthCheck(say("Broken"), broken))
    try:
        assert "This could not be checked: OSError" in shown(client, "")
    finally:
        del hooks._found[HealthCheck]["broken"]


def test_checks_cost_at_most_one_statement_each(database, statements):
    get_gate().current()  # what was decided about plugins is read once, by any request
    with statements() as seen:
        queries.run_checks()
    assert len(seen) <= len(hooks.collect(HealthCheck)) + 1


def test_a_dead_job_is_tried_again_and_that_is_audited(client, admin, database):
    job_id = add_dead_job()
    page = shown(client, "/jobs")
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in page
    assert client.post(f"/en/admin/jobs/{job_id}/retry").status_code == 303
    assert database.get(Job, job_id).state == "ready"
    assert database.scalar(select(AuditEntry.verb)) == "jobs.retry"
    client.post(f"/en/admin/jobs/{job_id}/retry")
    assert "not among the failed ones any more" in shown(client, "/jobs")


def test_a_dead_job_is_forgotten_but_no_other(client, admin, database):
    job_id = add_dead_job()
    with write():
        waiting = jobs.enqueue("messages.send", {"message": "y"})
    client.post(f"/en/admin/jobs/{job_id}/forget")
    client.post(f"/en/admin/jobs/{waiting}/forget")
    database.expire_all()
    assert list(database.scalars(select(Job.id))) == [waiting]


def test_the_audit_trail_is_shown_by_center_and_page_by_page(client, admin):
    with write() as session:
        session.add(Center(slug="k", name="Kénitra", state="open", created_at=clock.now()))
        session.flush()
        center_id = session.scalar(select(Center.id))
        for number in range(60):
            audit.record(
                SYSTEM, f"test.act{number}", obj="thing:1", center_id=center_id * (number % 2)
            )
    page = shown(client, "/audit")
    assert "test.act59" in page
    assert "test.act9 " not in page
    assert 'rel="next"' in page
    page = shown(client, f"/audit?center={center_id}")
    assert "test.act59" in page
    assert "test.act58" not in page
    assert "test.act58" in shown(client, "/audit?center=0")
    for strange in ("?center=x", "?before=-1", "?before=99999999999999", "?center=9"):
        shown(client, f"/audit{strange}")


def test_the_trail_says_in_words_what_was_done(client, admin, make_person):
    person = make_person("Karim")
    client.post(
        f"/en/admin/roles/{person.public_id}/grant", data={"role": "office", "place": "site:0"}
    )
    page = shown(client, "/audit")
    assert "Role given" in page
    assert "roles.grant" not in page


def test_the_trail_is_verified_as_a_job_and_the_result_stands_on_the_page(client, admin):
    with write():
        audit.record(SYSTEM, "test.act", obj="thing:1")
    assert "not checked yet" in shown(client, "/audit")
    client.post("/en/admin/audit/verify")
    jobs.drain()
    assert "1 entry was checked." in shown(client, "/audit")
    with write() as session:
        session.execute(text("UPDATE audit_entry SET verb = 'test.forged'"))
    client.post("/en/admin/audit/verify")
    jobs.drain()
    assert "it was changed" in shown(client, "/audit")
    assert not finding("audit").ok


def test_a_role_is_given_and_taken_and_both_are_audited(client, admin, make_person, database):
    person = make_person("Karim")
    page = shown(client, f"/roles?address={person.email}")
    assert "Karim" in page
    assert f"/en/admin/roles/{person.public_id}/grant" in page
    where = f"/en/admin/roles/{person.public_id}"
    given = client.post(f"{where}/grant", data={"role": "office", "place": "site:0"})
    assert given.status_code == 303
    assert list_grants(person.id) == [Grant("office", "site", 0)]
    assert "Program office" in shown(client, f"/roles/{person.public_id}")
    client.post(f"{where}/revoke", data={"role": "office", "place": "site:0"})
    assert list_grants(person.id) == []
    assert list(database.scalars(select(AuditEntry.verb).order_by(AuditEntry.id))) == [
        "roles.grant",
        "roles.revoke",
    ]


def test_no_admin_is_made_and_no_place_invented_in_the_browser(client, admin, make_person):
    person = make_person()
    where = f"/en/admin/roles/{person.public_id}"
    for role, place in (
        ("admin", "site:0"),
        ("manager", "center:999"),
        ("manager", "nonsense"),
        ("king", "site:0"),
    ):
        assert client.post(f"{where}/grant", data={"role": role, "place": place}).status_code == 422
    for place in ("site:x", "site", "moon:1", "site:0"):
        assert client.post(
            f"{where}/revoke", data={"role": "office", "place": place}
        ).status_code in (303, 422)
    own = f"/en/admin/roles/{admin.public_id}/grant"
    client.post(own, data={"role": "office", "place": "site:0"})
    assert list_grants(person.id) == []
    assert list_grants(admin.id) == [Grant("admin", "site", 0)]
    assert client.get("/en/admin/roles?address=nobody@example.org").status_code == 200
    assert client.get("/en/admin/roles/unknown").status_code == 404


def test_settings_show_value_and_origin_and_hide_secrets(tmp_path):
    (tmp_path / "settings.toml").write_text('site_name = "Ici"\n')
    settings = load_settings(
        tmp_path,
        {
            "RIHLA_BACKUP_PASSPHRASE": "hush",
            "RIHLA_DATABASE_URL": "postgresql://rihla:hidden@db/rihla",
        },
    )
    rows = {row.name: row for row in describe_settings(settings)}
    assert (rows["site_name"].value, rows["site_name"].origin) == (
        "Ici",
        str(tmp_path / "settings.toml"),
    )
    assert (rows["backup_passphrase"].value, rows["backup_passphrase"].origin) == (
        "…",
        "RIHLA_BACKUP_PASSPHRASE",
    )
    assert rows["database_url"].value == "postgresql://rihla:…@db/rihla"
    assert rows["proxies"].origin == "default"
    assert rows["secret_key"].value == "…"
    assert rows["smtp_url"].value == ""


def test_the_settings_page_shows_no_secret(client, admin, app):
    settings = app.extensions["settings"]
    object.__setattr__(settings, "smtp_url", Secret("smtp://hush@host"))
    try:
        page = shown(client, "/settings")
    finally:
        object.__setattr__(settings, "smtp_url", Secret(""))
    assert "hush" not in page
    assert "for tests only" not in page
    assert "backups_kept" in page


def test_the_settings_page_of_the_docs_is_the_one_made_from_the_code():
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_markdown(), (
        "run: rihla settings --markdown > docs/settings.md"
    )


def test_the_doctor_tells_by_its_exit_status(app, database):
    runner = app.test_cli_runner()
    fine = runner.invoke(args=["doctor"])
    assert fine.exit_code == 0, fine.output
    assert "note Backups: There is no backup yet." in fine.output
    backed_up(error="the disk is full", verified_at=None)
    bad = runner.invoke(args=["doctor"])
    assert bad.exit_code == 1
    assert "BAD  Backups: The last backup failed: the disk is full" in bad.output


def test_the_command_prints_settings_with_their_origin(app, database):
    output = app.test_cli_runner().invoke(args=["settings"]).output
    assert "mail = folder  (default)" in output
    assert "for tests only" not in output


def test_checks_are_values():
    assert Check(True, say("x")).urgent


def test_only_the_last_verifications_are_kept(database, monkeypatch):
    from app.admin import services

    monkeypatch.setattr(services, "KEPT", 3)
    for _ in range(5):
        services.verify_audit()
    assert database.scalar(select(func.count()).select_from(AuditCheck)) == 3
