import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.kernel.audit import AuditContent, AuditEntry
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.secondfactor import queries, services
from app.secondfactor.models import SecondFactor
from app.settings import SettingsError, load_settings, use_settings
from app.signin import rules as passwords
from app.tokens import services as tokens
from tests.centers.making import belong, make_center
from tests.conftest import add_session
from tests.letters import waiting
from tests.secondfactor.phone import Phone, set_up, with_second_factor

PASSWORD = "quatre mots en ligne"
HASH = passwords.hash_password(PASSWORD)
PAGE = "/fr/account/second-factor"


@pytest.fixture
def amina(make_person, sign_in):
    person = make_person(email="amina@example.org", password_hash=HASH)
    sign_in(person)
    return person


def verbs():
    return db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()


def test_setting_up_asks_for_the_password_then_for_a_first_code(client, amina):
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, data={"password": "wrong"}).status_code == 422
    assert "<svg viewBox" not in client.get(PAGE).text
    assert client.post(PAGE, data={"password": PASSWORD}).status_code == 303
    page = client.get(PAGE).text
    key = re.search(r'class="secret"[^>]*>([^<]+)<', page)[1]
    assert "otpauth://totp/" in page
    assert len(key.replace(" ", "")) == 32
    assert client.post(f"{PAGE}/confirm", data={"code": "000000"}).status_code == 422
    assert not queries.is_on(amina.id)
    answer = client.post(f"{PAGE}/confirm", data={"code": Phone(amina).code()})
    codes = re.findall(r"<bdi>([0-9A-Z]{4}-[0-9A-Z]{4})</bdi>", answer.text)
    assert len(set(codes)) == 10
    assert queries.is_on(amina.id)
    assert "secondfactor.on" in verbs()
    assert "asks for your password and a code" in waiting("amina@example.org")[-1]


def test_the_key_is_shown_only_until_it_is_confirmed(client, amina):
    phone, _ = set_up(client, amina)
    page = client.get(PAGE).text
    assert "otpauth" not in page
    assert "<svg viewBox" not in page
    row = db.session.get_one(SecondFactor, amina.id)
    assert phone.key.hex() not in row.sealed


def test_pressing_twice_keeps_the_key_that_was_scanned(client, amina):
    client.post(PAGE, data={"password": PASSWORD})
    phone = Phone(amina)
    client.post(PAGE, data={"password": PASSWORD})
    assert client.post(f"{PAGE}/confirm", data={"code": phone.code()}).status_code == 200


def test_a_key_that_waited_for_an_hour_is_shown_no_more(client, amina, travel):
    client.post(PAGE, data={"password": PASSWORD})
    phone = Phone(amina)
    travel(minutes=61)
    client.set_cookie("sid", add_session(amina))
    assert "otpauth" not in client.get(PAGE).text
    answer = client.post(f"{PAGE}/confirm", data={"code": phone.code()})
    assert answer.status_code == 409
    client.post(PAGE, data={"password": PASSWORD})
    assert Phone(amina).key != phone.key


def test_switching_on_gives_a_new_token_and_ends_the_other_browsers(client, app, amina):
    other = app.test_client()
    other.set_cookie("sid", add_session(amina))
    before = client.get_cookie("sid").value
    set_up(client, amina)
    assert client.get_cookie("sid").value != before
    assert client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 303


def test_switched_on_it_is_not_begun_again(client, amina):
    phone, _ = set_up(client, amina)
    assert client.post(PAGE, data={"password": PASSWORD}).status_code == 409
    assert client.post(f"{PAGE}/confirm", data={"code": phone.code(1)}).status_code == 409
    assert Phone(amina).key == phone.key


def test_new_codes_end_the_old_ones(client, amina):
    _, page = set_up(client, amina)
    old = re.findall(r"<bdi>([0-9A-Z]{4}-[0-9A-Z]{4})</bdi>", page.text)
    assert client.post(f"{PAGE}/codes", data={"password": "wrong"}).status_code == 422
    page = client.post(f"{PAGE}/codes", data={"password": PASSWORD})
    fresh = re.findall(r"<bdi>([0-9A-Z]{4}-[0-9A-Z]{4})</bdi>", page.text)
    assert len(fresh) == 10
    assert not set(fresh) & set(old)
    address = queries.recovery_address(amina.id)
    assert tokens.find(("recovery",), old[0], address=address) is None
    assert tokens.find(("recovery",), fresh[0], address=address)


def test_switching_off_needs_password_and_code_and_is_told(client, amina):
    phone, page = set_up(client, amina)
    off = f"{PAGE}/off"
    for data in (
        {"password": "wrong", "code": phone.code(1)},
        {"password": PASSWORD, "code": "000000"},
        {"password": PASSWORD, "code": ""},
        {"password": PASSWORD, "code": phone.code(0)},
    ):
        assert client.post(off, data=data).status_code == 422, data
    assert queries.is_on(amina.id)
    assert client.post(off, data={"password": PASSWORD, "code": phone.code(1)}).status_code == 303
    assert not queries.is_on(amina.id)
    assert tokens.count("recovery", address=queries.recovery_address(amina.id)) == 0
    assert "secondfactor.off" in verbs()
    assert "your password only" in waiting("amina@example.org")[-1]
    assert client.get(PAGE).status_code == 200


def test_a_code_from_paper_switches_it_off_too(client, amina):
    _, page = set_up(client, amina)
    code = re.search(r"<bdi>([0-9A-Z]{4}-[0-9A-Z]{4})</bdi>", page.text)[1]
    data = {"password": PASSWORD, "code": code}
    assert client.post(f"{PAGE}/off", data=data).status_code == 303
    assert not queries.is_on(amina.id)


@pytest.mark.parametrize("path", ["", "/confirm", "/codes", "/off"])
def test_a_visitor_sets_up_nothing(client, path):
    assert client.post(PAGE + path, data={}).status_code == 403


def test_guessing_at_the_switch_is_slowed(client, amina):
    set_up(client, amina)
    data = {"password": PASSWORD, "code": "000000"}
    answers = [client.post(f"{PAGE}/off", data=data).status_code for _ in range(8)]
    assert answers[-1] == 429


def test_it_goes_with_the_person_and_is_in_their_copy(client, amina):
    set_up(client, amina)
    copy = client.post("/fr/account/my-data/export")
    assert copy.status_code == 200
    assert b"second_factor" in copy.data
    assert db.session.get_one(SecondFactor, amina.id).sealed.encode() not in copy.data
    data = {"password": PASSWORD, "sure": "y"}
    assert client.post("/fr/account/my-data/erase", data=data).status_code in (200, 303)
    db.session.expire_all()
    assert db.session.get(SecondFactor, amina.id) is None
    assert tokens.count("recovery", address=queries.recovery_address(amina.id)) == 0


class TestResetByStaff:
    @pytest.fixture
    def kenitra(self, database):
        return make_center("kenitra")

    @pytest.fixture
    def manager(self, make_person, kenitra, sign_in):
        manager = make_person("Manager", role="manager", scope="center", scope_id=kenitra)
        belong(kenitra, manager)
        sign_in(manager)
        return manager

    def test_a_manager_helps_a_learner_of_the_center(self, client, app, kenitra, manager, amina):
        client.set_cookie("sid", add_session(manager))
        belong(kenitra, amina)
        url = f"/fr/c/kenitra/people/{amina.public_id}"
        assert "reset-second-factor" not in client.get(url).text
        with_second_factor(amina)
        browser = app.test_client()
        browser.set_cookie("sid", add_session(amina))
        assert "reset-second-factor" in client.get(url).text
        assert client.post(f"{url}/reset-second-factor").status_code == 303
        assert not queries.is_on(amina.id)
        assert browser.get("/fr/account").status_code == 303, "signed out everywhere"
        assert "The staff switched it off" in waiting("amina@example.org")[-1]
        entry = db.session.scalars(
            select(AuditContent)
            .join(AuditEntry, AuditEntry.id == AuditContent.entry_id)
            .where(AuditEntry.verb == "secondfactor.reset")
        ).one()
        assert (entry.actor_id, entry.object) == (manager.id, f"person:{amina.id}")
        assert client.post(f"{url}/reset-second-factor").status_code == 422, "nothing to take back"

    @pytest.mark.parametrize(("role", "scope"), [("manager", "center"), ("admin", "site")])
    def test_nobody_resets_an_equal_or_somebody_above(
        self, client, kenitra, manager, make_person, role, scope
    ):
        equal = make_person(role=role, scope=scope, scope_id=kenitra if scope == "center" else 0)
        belong(kenitra, equal)
        with_second_factor(equal)
        url = f"/fr/c/kenitra/people/{equal.public_id}"
        assert "reset-second-factor" not in client.get(url).text
        assert client.post(f"{url}/reset-second-factor").status_code == 422
        assert queries.is_on(equal.id)

    def test_nobody_resets_their_own_in_that_way(self, make_person):
        admin = make_person(role="admin")
        with_second_factor(admin)
        with pytest.raises(Forbidden), write():
            services.reset(actor=admin.actor, person_id=admin.id)

    def test_a_stranger_is_not_there_for_a_manager(self, manager, make_person):
        stranger = make_person()
        with_second_factor(stranger)
        with pytest.raises(NotFound), write():
            services.reset(actor=manager.actor, person_id=stranger.id)

    def test_an_admin_resets_a_manager_and_no_other_admin(
        self, client, sign_in, make_person, kenitra
    ):
        sign_in(make_person(role="admin"))
        manager = make_person(role="manager", scope="center", scope_id=kenitra)
        other = make_person(role="admin")
        for person, page_has, left in ((manager, True, False), (other, False, True)):
            with_second_factor(person)
            url = f"/fr/admin/roles/{person.public_id}"
            assert ("reset-second-factor" in client.get(url).text) == page_has
            assert client.post(f"{url}/reset-second-factor").status_code == 303
            assert queries.is_on(person.id) == left

    def test_the_command_line_resets_an_admin(self, app, make_person):
        admin = make_person(email="admin@example.org", role="admin")
        with_second_factor(admin)
        run = app.test_cli_runner().invoke
        arguments = ["accounts", "reset-second-factor", "admin@example.org"]
        assert run(args=arguments).output == "done\n"
        assert not queries.is_on(admin.id)
        assert "not switched on" in run(args=arguments).output

    def test_nothing_is_told_twice(self, make_person):
        admin, person = make_person(role="admin"), make_person()
        with_second_factor(person)
        with write():
            services.reset(actor=admin.actor, person_id=person.id)
        with pytest.raises(Conflict), write():
            services.reset(actor=admin.actor, person_id=person.id)


class TestRequired:
    @pytest.fixture
    def strict(self, app, database, monkeypatch):
        use_settings(replace(app.extensions["settings"], staff_second_factor="require"))
        yield
        use_settings(app.extensions["settings"])

    def test_staff_are_led_to_it_before_anything_else(self, client, sign_in, make_person, strict):
        sign_in(make_person(role="instructor", scope="center", scope_id=3))
        for path in ("/fr/", "/fr/courses", "/fr/studio", "/fr/account", "/fr/account/password"):
            answer = client.get(path)
            assert (answer.status_code, answer.location) == (303, PAGE), path
        assert client.post("/fr/account", data={"name": "x"}).status_code == 403
        assert client.get(PAGE).status_code == 200
        assert client.get("/healthz").status_code == 200
        assert client.post("/fr/sign-out").status_code == 303

    def test_they_go_on_once_it_is_set_up(self, client, sign_in, make_person, strict):
        office = make_person(role="office")
        sign_in(office)
        set_up(client, office)
        assert client.get("/fr/").status_code == 200

    def test_switching_off_leads_back_to_it(self, client, sign_in, make_person, strict):
        office = make_person(role="office", password_hash=HASH)
        sign_in(office)
        phone, _ = set_up(client, office)
        data = {"password": PASSWORD, "code": phone.code(1)}
        client.post(f"{PAGE}/off", data=data)
        assert client.get("/fr/").location == PAGE

    def test_learners_and_visitors_are_not_led(self, client, sign_in, make_person, strict):
        assert client.get("/fr/").status_code == 200
        sign_in(make_person())
        assert client.get("/fr/account").status_code == 200

    def test_what_is_offered_leads_nobody(self, client, sign_in, make_person):
        sign_in(make_person(role="admin"))
        assert client.get("/fr/").status_code == 200


def test_the_setting_takes_no_other_word():
    with pytest.raises(SettingsError, match="staff_second_factor"):
        load_settings(
            Path("/nonexistent"), {"RIHLA_STAFF_SECOND_FACTOR": "always", "RIHLA_SECRET_KEY": "x"}
        )
