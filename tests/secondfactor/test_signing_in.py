import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.kernel import clock
from app.kernel.db import db, write
from app.signin import rules as passwords
from app.signin import services as signin
from app.signin.models import SignInSession
from app.tokens import services as tokens
from tests.conftest import add_session
from tests.letters import last_link, waiting
from tests.secondfactor.phone import with_second_factor

PASSWORD = "quatre mots en ligne"
HASH = passwords.hash_password(PASSWORD)
RIGHT = {"email": "amina@example.org", "password": PASSWORD}
CODE, PAPER = "/fr/sign-in/code", "/fr/sign-in/recovery"


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


@pytest.fixture
def phone(amina):
    return with_second_factor(amina)[0]


@pytest.fixture
def sheet(amina):
    return with_second_factor(amina)[1]


def is_in(client):
    return client.get("/fr/account").status_code == 200


def test_the_password_alone_opens_nothing(client, phone):
    answer = client.post("/fr/sign-in", data=RIGHT)
    assert answer.status_code == 303
    assert answer.location == CODE
    assert not is_in(client)
    assert client.get(CODE).status_code == 200


def test_the_code_signs_in_and_changes_the_token(client, phone):
    client.post("/fr/sign-in", data=RIGHT)
    before = client.get_cookie("sid").value
    answer = client.post(CODE, data={"code": phone.code()})
    assert answer.status_code == 303
    assert is_in(client)
    assert client.get_cookie("sid").value != before
    client.set_cookie("sid", before)
    assert not is_in(client)
    row = db.session.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()
    assert row.mfa_at
    assert not row.waits


def test_one_goes_on_to_where_one_wanted(client, phone):
    answer = client.post("/fr/sign-in?next=/fr/courses", data=RIGHT)
    assert answer.location == f"{CODE}?next=/fr/courses"
    assert "next=/fr/courses" in client.get(answer.location).text, "also by way of paper"
    answer = client.post(answer.location, data={"code": phone.code()})
    assert answer.location == "/fr/courses"
    client.post("/fr/sign-in", data=RIGHT)
    answer = client.post(f"{CODE}?next=//evil.example", data={"code": phone.code(1)})
    assert answer.location == "/fr/"


def test_a_code_works_once(client, app, phone):
    code = phone.code()
    client.post("/fr/sign-in", data=RIGHT)
    assert client.post(CODE, data={"code": code}).status_code == 303
    other = app.test_client()
    other.post("/fr/sign-in", data=RIGHT)
    assert other.post(CODE, data={"code": code}).status_code == 422
    assert other.post(CODE, data={"code": phone.code(1)}).status_code == 303


def test_a_code_older_than_the_last_one_works_no_more(client, app, phone):
    client.post("/fr/sign-in", data=RIGHT)
    assert client.post(CODE, data={"code": phone.code(1)}).status_code == 303
    other = app.test_client()
    other.post("/fr/sign-in", data=RIGHT)
    assert other.post(CODE, data={"code": phone.code(0)}).status_code == 422


def test_a_wrong_code_says_so_and_keeps_the_sign_in(client, phone):
    client.post("/fr/sign-in", data=RIGHT)
    page = client.post(CODE, data={"code": "000000"})
    assert page.status_code == 422
    assert 'class="errors"' in page.text
    assert client.post(CODE, data={"code": ""}).status_code == 422
    assert client.post(CODE, data={"code": phone.code()}).status_code == 303


def test_guessing_codes_is_slowed_whatever_the_browser_and_network(client, app, phone):
    answers = []
    for n in range(30):
        guesser = app.test_client()
        network = {"REMOTE_ADDR": f"10.{n}.0.1"}
        guesser.post("/fr/sign-in", data=RIGHT, environ_base=network)
        data = {"code": f"{n:06}"}
        answers.append(guesser.post(CODE, data=data, environ_base=network).status_code)
    assert answers[:20] == [422] * 20
    assert 429 in answers[20:]


def test_guessing_from_one_place_is_slowed_sooner_and_never_locked(client, phone, travel):
    client.post("/fr/sign-in", data=RIGHT)
    answers = [client.post(CODE, data={"code": f"{n:06}"}).status_code for n in range(8)]
    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
    travel(seconds=30)
    assert client.post(CODE, data={"code": phone.code()}).status_code == 303


def test_a_code_from_paper_works_once_and_is_told(client, app, sheet, amina):
    client.post("/fr/sign-in", data=RIGHT)
    assert client.get(PAPER).status_code == 200
    assert client.post(PAPER, data={"code": sheet[0].lower()}).status_code == 303
    assert is_in(client)
    assert "Codes left: 9" in waiting("amina@example.org")[-1]
    other = app.test_client()
    other.post("/fr/sign-in", data=RIGHT)
    assert other.post(PAPER, data={"code": sheet[0]}).status_code == 422
    assert other.post(PAPER, data={"code": sheet[1].replace("-", "")}).status_code == 303


def test_somebody_elses_paper_opens_nothing(client, make_person, phone):
    _, codes = with_second_factor(make_person())
    client.post("/fr/sign-in", data=RIGHT)
    assert client.post(PAPER, data={"code": codes[0]}).status_code == 422


def test_codes_for_paper_are_kept_as_hashes(sheet):
    from app.tokens.models import Token

    kept = db.session.scalars(select(Token).where(Token.purpose == "recovery")).all()
    assert len(kept) == 10
    for token in kept:
        assert all(code.replace("-", "") not in str(vars(token)) for code in sheet)


def test_a_new_password_does_not_go_round_it(client, phone):
    client.post("/fr/forgot", data={"email": "amina@example.org"})
    answer = client.post(last_link("amina@example.org"), data={"password": "un tout autre secret"})
    assert answer.location == CODE
    assert not is_in(client)
    assert client.post(CODE, data={"code": phone.code()}).status_code == 303
    assert is_in(client)


def test_changing_ones_password_asks_for_no_code_again(client, phone):
    client.post("/fr/sign-in", data=RIGHT)
    client.post(CODE, data={"code": phone.code()})
    data = {"old": PASSWORD, "password": "un tout autre secret"}
    assert client.post("/fr/account/password", data=data).location == "/fr/account"
    assert is_in(client)


def test_the_step_takes_ten_minutes_at_most(client, phone, travel):
    client.post("/fr/sign-in?next=/fr/courses", data=RIGHT)
    travel(minutes=11)
    answer = client.post(f"{CODE}?next=/fr/courses", data={"code": phone.code()})
    assert answer.location == "/fr/sign-in?next=/fr/courses"
    assert "ten minutes" in client.get(answer.location).text
    assert not is_in(client)


def test_a_password_changed_in_between_ends_the_sign_in(client, phone, amina):
    client.post("/fr/sign-in", data=RIGHT)
    with write():
        signin.end_all_sessions(amina.id)
    assert client.post(CODE, data={"code": phone.code()}).status_code == 303
    assert not is_in(client)


def test_a_suspended_person_does_not_come_in_by_the_second_step(client, phone, amina):
    client.post("/fr/sign-in", data=RIGHT)
    with write():
        db.session.get_one(Person, amina.id).suspended_at = clock.now()
    client.post(CODE, data={"code": phone.code()})
    assert not is_in(client)


def test_who_is_not_signing_in_is_led_to_begin(client, sign_in, make_person):
    assert client.get(CODE).location == "/fr/sign-in"
    assert client.post(PAPER, data={"code": "x"}).location == "/fr/sign-in"
    sign_in(make_person())
    assert client.get(CODE).location == "/fr/"


def test_what_a_visitor_did_is_kept_over_the_second_step(client, phone):
    with client.session_transaction() as carried:
        carried["carried"] = {"anything": 1}
    client.post("/fr/sign-in", data=RIGHT)
    with client.session_transaction() as carried:
        assert carried["carried"] == {"anything": 1}
    client.post(CODE, data={"code": phone.code()})
    with client.session_transaction() as carried:
        assert "carried" not in carried


def test_staying_signed_in_holds_over_the_second_step(client, phone):
    client.post("/fr/sign-in", data=RIGHT | {"remembered": "y"})
    assert client.get_cookie("sid").max_age is None, "what waits is not kept"
    client.post(CODE, data={"code": phone.code()})
    assert client.get_cookie("sid").max_age == 30 * 86400


def test_a_sign_in_that_waits_is_in_no_list(client, app, phone, amina):
    client.post("/fr/sign-in", data=RIGHT)
    owner = app.test_client()
    owner.set_cookie("sid", add_session(amina))
    page = owner.get("/fr/account/sessions").text
    assert page.count('action="/fr/account/sessions/end"') == 2, "this one, and that of the set-up"


def test_those_without_it_sign_in_as_before(client, make_person, statements):
    make_person(email="plain@example.org", password_hash=HASH)
    answer = client.post("/fr/sign-in", data={"email": "plain@example.org", "password": PASSWORD})
    assert answer.location == "/fr/"
    assert is_in(client)


def test_codes_on_paper_outlive_the_hourly_clean_up(client, sheet, travel):
    travel(days=400)
    with write():
        tokens.forget_old(now=clock.now())
    client.post("/fr/sign-in", data=RIGHT)
    assert client.post(PAPER, data={"code": sheet[3]}).status_code == 303


def test_nothing_waits_for_those_who_finished(client, phone):
    client.post("/fr/sign-in", data=RIGHT)
    client.post(CODE, data={"code": phone.code()})
    waits = select(func.count()).select_from(SignInSession).where(SignInSession.waits)
    assert db.session.scalar(waits) == 0
