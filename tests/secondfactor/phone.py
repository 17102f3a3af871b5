"""The phone of somebody in a test: what its app shows."""

from datetime import timedelta

from app.accounts.queries import list_addresses
from app.kernel import clock
from app.kernel.db import db, write
from app.secondfactor import queries, rules, services
from app.secondfactor.models import SecondFactor
from tests.conftest import add_session


class Phone:
    """An app with a person's key."""

    def __init__(self, person):
        db.session.expire_all()
        row = db.session.get_one(SecondFactor, person.id)
        self.key = rules.unseal(row.sealed, person.id)

    def code(self, steps=0):
        """Return what it shows now, or some half minutes away."""
        return rules.code_at(self.key, clock.now() + timedelta(seconds=rules.STEP * steps))


def set_up(client, person):
    """Let a person who is signed in in this browser switch it on; return phone and page."""
    with write():
        services.begin(actor=person.actor, now=clock.now())
    phone = Phone(person)
    page = client.post("/fr/account/second-factor/confirm", data={"code": phone.code()})
    assert page.status_code == 200
    return phone, page


def with_second_factor(person):
    """Switch it on for a person in a browser that nobody uses; return phone and codes."""
    add_session(person)
    with write():
        services.begin(actor=person.actor, now=clock.now())
    phone = Phone(person)
    with write():
        _, codes = services.switch_on(
            actor=person.actor,
            code=phone.code(-1),
            remembered=False,
            browser=services.Browser(),
            now=clock.now(),
        )
    assert queries.is_on(person.id)
    assert list_addresses(person.id)
    return phone, codes
