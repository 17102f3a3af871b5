"""The heads of the audit trail, kept where who rewrites the database does not reach."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.cli import ScriptInfo
from sqlalchemy import text

from app.admin import queries, rules, services
from app.cli import main
from app.kernel import audit
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.settings import Secret, use_settings
from tests.letters import waiting

MAILS = {"mail": "smtp", "smtp_url": Secret("smtp://localhost")}


@pytest.fixture
def instance(app, database, tmp_path):
    use_settings(replace(app.extensions["settings"], instance=tmp_path, **MAILS))
    yield tmp_path
    use_settings(app.extensions["settings"])


def act(count=3, center_id=0):
    for n in range(count):
        with write():
            audit.record(SYSTEM, "test.act", obj=f"thing:{n}", center_id=center_id)


def lines():
    return queries.heads_file().read_text().splitlines()


def rewrite_the_trail():
    """Do what somebody does who has the database: change an act and every hash after it."""
    with write() as session:
        for table in ("audit_content", "audit_entry", "audit_chain"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    act(5)


def test_what_was_kept_holds(instance):
    act()
    act(2, center_id=4)
    services.keep_heads()
    act()
    assert queries.audit_faults() == []
    kept = json.loads(lines()[0])
    assert {center: length for center, (length, _) in kept["heads"].items()} == {"0": 3, "4": 2}


def test_a_trail_that_was_rewritten_as_a_whole_is_found(instance):
    act()
    services.keep_heads()
    rewrite_the_trail()
    assert audit.verify() == [], "the chain alone does not show it"
    (fault,) = queries.audit_faults()
    assert "center 0, entry 3: it is not what was kept" in fault


def test_a_trail_that_was_cut_is_found(instance):
    act()
    services.keep_heads()
    with write() as session:
        for table in ("audit_content", "audit_entry", "audit_chain"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    assert any("kept outside" in fault for fault in queries.audit_faults())


def test_the_nightly_check_and_the_command_say_so(instance, app):
    act()
    services.keep_heads()
    rewrite_the_trail()
    services.verify_audit()
    assert "kept outside" in queries.last_audit_check().fault
    run = CliRunner().invoke(main, ["audit", "verify"], obj=ScriptInfo(create_app=lambda: app))
    assert run.exit_code == 1
    assert "center 0, entry 3: it is not what was kept" in run.output


def test_nothing_new_writes_and_mails_nothing_new(instance, make_person):
    make_person(email="admin@example.org", role="admin")
    act()
    for _ in range(3):
        services.keep_heads()
    assert len(lines()) == 1
    assert len(waiting("admin@example.org")) == 1
    act(1)
    services.keep_heads()
    assert len(lines()) == 2
    assert len(waiting("admin@example.org")) == 2


def test_a_line_from_the_mail_finds_what_the_machine_does_not_show_any_more(
    instance, make_person, tmp_path
):
    make_person(email="admin@example.org", role="admin")
    act()
    services.keep_heads()
    mailed = next(row for row in waiting("admin@example.org")[0].split("\n") if row[:1] == "{")
    outside = tmp_path / "from-mail.txt"
    outside.write_text(f"\n{mailed}\n\n")
    assert queries.audit_faults(outside) == []
    rewrite_the_trail()
    queries.heads_file().unlink()
    services.keep_heads()
    assert queries.audit_faults() == []
    (fault,) = queries.audit_faults(outside)
    assert "center 0, entry 3" in fault


def test_only_admins_are_mailed_and_only_where_mail_leaves_the_machine(instance, app, make_person):
    make_person(email="admin@example.org", role="admin")
    make_person(email="office@example.org", role="office")
    act()
    use_settings(replace(app.extensions["settings"], instance=instance, mail="folder"))
    services.keep_heads()
    assert waiting("admin@example.org") == []
    use_settings(replace(app.extensions["settings"], instance=instance, **MAILS))
    services.keep_heads()
    assert len(waiting("admin@example.org")) == 1
    assert waiting("office@example.org") == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda kept: kept[1:], "a line before it was removed"),
        (lambda kept: [kept[0], kept[2]], "a line before it was removed"),
        (lambda kept: [kept[0].replace('[1,"', '[2,"'), *kept[1:]], "not of this site's key"),
        (lambda kept: [kept[0][:40], *kept[1:]], "cannot be read"),
        (lambda kept: [*kept, "[]"], "cannot be read"),
        (lambda kept: [*kept, '{"at":1,"heads":[],"signature":"x"}'], "cannot be read"),
    ],
)
def test_a_file_that_was_changed_is_found(instance, spoil, said):
    for _ in range(3):
        act(1)
        services.keep_heads()
    queries.heads_file().write_text("\n".join(spoil(lines())) + "\n")
    assert any(said in fault for fault in queries.audit_faults())


def test_a_line_of_another_key_is_not_believed(instance):
    act()
    services.keep_heads()
    forged = rules.write_line(
        {0: (1, "a" * 64)},
        at=queries.clock.now(),
        site="http://localhost",
        before=lines()[-1],
        key=Ed25519PrivateKey.generate(),
    )
    with queries.heads_file().open("a") as file:
        file.write(f"{forged}\n")
    assert queries.audit_faults() == [
        "audit-heads.jsonl, line 2: its signature is not of this site's key"
    ]


def test_a_key_that_is_gone_is_said(instance):
    act()
    services.keep_heads()
    queries.key_file().unlink()
    assert "audit.key" in queries.audit_faults()[0]


def test_the_key_is_read_by_nobody_else_and_made_once(instance):
    services.keep_heads()
    assert queries.key_file().stat().st_mode & 0o777 == 0o600
    before = queries.key_file().read_bytes()
    act()
    services.keep_heads()
    assert queries.key_file().read_bytes() == before
    assert not list(instance.glob("audit.[0-9]*"))


def test_a_line_has_no_space_so_that_a_mail_keeps_it(instance):
    act()
    services.keep_heads()
    assert " " not in lines()[0]
