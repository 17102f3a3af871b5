"""Coming in: sign-up, invitation, confirmation, printed codes. All assume a transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.accounts import policies
from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.hooks import PersonJoined
from app.accounts.rules import ParsedAddress, parse_address
from app.kernel import audit, outbox
from app.kernel.actors import SYSTEM, Actor, Grant
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import Sentence, say
from app.messages import services as messages
from app.settings import get_settings
from app.signin import services as signin
from app.signin.services import Browser, link, may_write_to
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.tokens import services as tokens
from app.tokens.rules import shown
from app.tokens.services import Issued

CONFIRM_LASTS = timedelta(days=3)
INVITATION_LASTS = timedelta(days=14)
CODE_LASTS = timedelta(days=14)
CODE = Limit(free=5, window=24 * 3600, first=5, most=900)
LINKED = ("sign_up", "address", "invitation")
TYPED = ("sign_up", "address", "code", "reset")
WRONG_CODE = say("This code does not fit this address, was used already, or is too old.")
USED_UP = say("This link was used already, or it is too old. Nothing was changed.")


@dataclass(frozen=True)
class NewAccount:
    """What somebody wrote who signs up. The hash is made before the transaction."""

    name: str
    name_ar: str
    language: str
    password_hash: str


@dataclass(frozen=True)
class Admitted:
    """Somebody who came in: their public id, and the token of the session that was opened."""

    public_id: str
    token: str


def sign_up(
    *,
    address: ParsedAddress,
    account: NewAccount,
    proof: str,
    network: str,
    carried: dict[str, Any] | None,
    now: datetime,
) -> None:
    """Begin a sign-up: send what proves that the address is theirs. Nothing exists before that.

    Whoever holds the address already is told so by message; the page is the same. `proof` is what
    the browser keeps to finish without typing the password again. Raises TooMany for a network
    that asked for too many messages.
    """
    if get_settings().sign_up != "open":
        raise Forbidden(say("Accounts are made by invitation here."))
    if not may_write_to(address, network):
        return
    held = people.find_person_by_address(address.value)
    if held is not None:
        _tell_owner(address, held.language)
        return
    code = address.kind == "phone"
    unreached = not messages.can_reach(address.kind)
    secret = tokens.issue(
        "sign_up",
        lasts=CODE_LASTS if unreached else CONFIRM_LASTS,
        now=now,
        address=address.value,
        code=code,
        data={
            "name": account.name,
            "name_ar": account.name_ar,
            "language": account.language,
            "password_hash": account.password_hash,
            "proof": proof,
            "carried": carried or {},
        },
    )
    _send_confirmation(address, secret, account.language, path="confirm")


def _tell_owner(address: ParsedAddress, language: str) -> None:
    messages.send(
        channel=messages.CHANNELS[address.kind],
        address=address.value,
        subject=say("You have an account already"),
        body=[
            say("Somebody, probably you, wanted to sign up with this address."),
            say("It has an account already. Sign in, or choose a new password here:"),
            link(f"/{language}/forgot"),
        ],
        language=language,
    )


def _send_confirmation(address: ParsedAddress, secret: str, language: str, *, path: str) -> None:
    if address.kind == "phone":
        body: list[Sentence | str] = [say("Your code for the sign-up:"), shown(secret)]
    else:
        body = [
            say("Somebody, probably you, gave this address. Open this page to confirm it:"),
            link(f"/{language}/{path}/{secret}"),
            say("If it was not you, there is nothing to do."),
        ]
    messages.send(
        channel=messages.CHANNELS[address.kind],
        address=address.value,
        subject=say("Confirm your address"),
        body=body,
        language=language,
    )


def find_link(secret: str) -> Issued:
    """Look at a link without using it. Raises NotFound when it opens nothing."""
    found = tokens.find(LINKED, secret)
    if found is None:
        raise NotFound(USED_UP, todo=say("Sign in, or sign up again."))
    return found


def count_code(*, address: str, network: str) -> None:
    """Count that a code is tried for an address. Raises TooMany."""
    throttling.take(
        [
            Counter(throttling.keyed("code", address), CODE),
            Counter(throttling.keyed("code-network", network), signin.NETWORK),
        ]
    )


def find_code(*, address: ParsedAddress, code: str) -> Issued | None:
    """Look at a code without using it."""
    return tokens.find(TYPED, code, address=address.value)


def finish_sign_up(
    *, secret: str, code_for: str | None = None, browser: Browser, now: datetime
) -> Admitted:
    """Make the account that a proven address was waiting for, and sign the browser in."""
    used = tokens.use_alone(("sign_up",), secret, address=code_for)
    address = parse_address(used.address) if used else None
    if used is None or address is None:
        raise NotFound(USED_UP, todo=say("Sign in, or sign up again."))
    wanted = used.data
    person = accounts.add_person(
        name=wanted["name"],
        name_ar=wanted["name_ar"],
        language=wanted["language"],
        address=address,
        confirmed=True,
        password_hash=wanted["password_hash"],
        now=now,
    )
    return _welcome(person, used, browser, carried=wanted["carried"], now=now)


def _welcome(
    person: accounts.NewPerson,
    used: Issued,
    browser: Browser,
    *,
    carried: dict[str, Any],
    now: datetime,
) -> Admitted:
    tokens.void_address(address=used.address, purposes=("sign_up", "invitation"))
    outbox.record(PersonJoined(person.id, used.data.get("center_id", 0)))
    arrived = Browser(browser.device, browser.old_token, browser.carried or carried)
    token = signin.open_session(person_id=person.id, browser=arrived, now=now)
    return Admitted(person.public_id, token)


def add_address(*, actor: Actor, address: ParsedAddress, network: str, now: datetime) -> None:
    """Begin to add an address to one's account; it counts once it is confirmed.

    Says nothing about whether somebody else holds it: then only they are told.
    """
    if not messages.can_reach(address.kind):
        raise Conflict(
            say("This site cannot send SMS, so the number cannot be confirmed here."),
            todo=say("Ask the staff of your center."),
        )
    if not may_write_to(address, network):
        return
    held = people.find_person_by_address(address.value)
    if held is not None and held.id != actor.id:
        _tell_owner(address, held.language)
        return
    secret = tokens.issue(
        "address",
        lasts=CONFIRM_LASTS,
        now=now,
        person_id=actor.id,
        address=address.value,
        code=address.kind == "phone",
    )
    _send_confirmation(address, secret, actor.language, path="confirm")


def confirm_address(
    *, actor: Actor, secret: str, code_for: str | None = None, now: datetime
) -> None:
    """Confirm an address of one's own account; the others of the account hear of it."""
    used = tokens.use(("address",), secret, address=code_for)
    address = parse_address(used.address) if used else None
    if used is None or address is None or used.person_id != actor.id:
        raise NotFound(USED_UP, todo=say("Sign in with the account that the address is for."))
    accounts.tell(
        actor.id,
        say("A new address was added"),
        say("An address was added to your account. One can sign in with it from now on."),
        say("If that was not you, set a new password at once and speak to your center's staff."),
    )
    accounts.hold_address(actor.id, address, confirmed_at=now)
    audit.record(actor, "accounts.add_address", obj=f"person:{actor.id}")


def invite(
    *,
    actor: Actor,
    address: ParsedAddress,
    language: str,
    role: str = "learner",
    scope: str = "site",
    scope_id: int = 0,
    now: datetime,
) -> None:
    """Invite somebody to an account with a role; whoever has one gets the role at once."""
    grant = Grant(role, scope, scope_id)  # type: ignore[arg-type]
    where = policies.wider_places(scope, scope_id)
    if where is None:
        raise Invalid(say("There is no such role or place."))
    may_give = role == "learner" or policies.can_grant(actor, grant)
    if not may_give or not actor.can("accounts.invite", **where):
        raise Forbidden(say("You cannot invite people with this role."))
    held = people.find_person_by_address(address.value, confirmed=True)
    if held is not None:
        if role != "learner":
            accounts.grant_role(
                actor=actor, person_id=held.id, role=role, scope=scope, scope_id=scope_id, now=now
            )
        return
    if not messages.can_reach(address.kind):
        raise Conflict(say("This site cannot send SMS. Print a code instead."))
    secret = tokens.issue(
        "invitation",
        lasts=INVITATION_LASTS,
        now=now,
        address=address.value,
        data={
            "role": role,
            "scope": scope,
            "scope_id": scope_id,
            "center_id": where.get("center", 0),
            "by": 0 if actor.is_system else actor.id,
        },
    )
    audit.record(
        actor,
        "accounts.invite",
        obj=f"{scope}:{scope_id}",
        center_id=where.get("center", 0),
        details={"role": role},
    )
    messages.send(
        channel=messages.CHANNELS[address.kind],
        address=address.value,
        subject=say("An invitation to %(site)s", site=get_settings().site_name),
        body=[
            say("You are invited to %(site)s.", site=get_settings().site_name),
            say("Open this page within 14 days to make your account:"),
            link(f"/{language}/invitation/{secret}"),
        ],
        language=language,
    )


def accept_invitation(
    *, secret: str, account: NewAccount, browser: Browser, now: datetime
) -> Admitted:
    """Make the account that somebody was invited to, with the role if it may still be given."""
    used = tokens.use_alone(("invitation",), secret)
    address = parse_address(used.address) if used else None
    if used is None or address is None:
        raise NotFound(USED_UP, todo=say("Ask to be invited again."))
    person = accounts.add_person(
        name=account.name,
        name_ar=account.name_ar,
        language=account.language,
        address=address,
        confirmed=True,
        password_hash=account.password_hash,
        now=now,
    )
    _give_invited_role(used.data, person.id, now)
    return _welcome(person, used, browser, carried={}, now=now)


def _give_invited_role(wanted: dict[str, Any], person_id: int, now: datetime) -> None:
    grant = Grant(wanted["role"], wanted["scope"], wanted["scope_id"])
    host = people.actor_of(wanted["by"]) if wanted["by"] else SYSTEM
    if grant.role != "learner" and policies.can_grant(host, grant):
        accounts.grant_role(
            actor=host,
            person_id=person_id,
            role=grant.role,
            scope=grant.scope,
            scope_id=grant.scope_id,
            now=now,
        )


def issue_code(*, actor: Actor, person_id: int, now: datetime) -> str:
    """Return a code for paper with which a person chooses a password, within 14 days, once.

    Only for people whom no message reaches, so that nobody signs in for somebody else; the others
    are sent a link (`request_reset`). A new code voids the one before. What comes back is shown
    once and kept nowhere.
    """
    if not policies.can_view(actor, person_id):
        raise NotFound
    if not policies.can_manage(actor, person_id):
        raise Forbidden(say("You cannot print a code for this account."))
    if people.find_contact(person_id) and not actor.is_system:
        raise Conflict(
            say("This person can be reached, so no code is printed."),
            todo=say("Send them a link for a new password instead."),
        )
    addresses = people.list_addresses(person_id)
    if not addresses:
        raise Conflict(say("This account has no phone number and no e-mail yet. Add one first."))
    tokens.void(person_id=person_id, purposes=("code",))
    code = tokens.issue(
        "code",
        lasts=CODE_LASTS,
        now=now,
        person_id=person_id,
        address=addresses[0].value,
        code=True,
    )
    audit.record(actor, "signin.issue_code", obj=f"person:{person_id}")
    return shown(code)


def use_code(*, address: ParsedAddress, code: str, now: datetime) -> str | None:
    """Use up a code for a new password and return the secret of the page where it is chosen."""
    used = tokens.use(("code", "reset"), code, address=address.value)
    if used is None or used.person_id is None:
        return None
    return tokens.issue(
        "reset", lasts=signin.RESET_LASTS, now=now, person_id=used.person_id, address=used.address
    )


def issue_sign_up_code(
    *, actor: Actor, address: ParsedAddress, center_id: int, now: datetime
) -> str:
    """Return a code for paper that finishes a sign-up whose phone number no message reaches.

    The staff see the person and their number, which is the proof; the center comes to know them.
    """
    if not actor.can("accounts.manage", center=center_id):
        raise Forbidden(say("You cannot print codes for this center."))
    waiting = tokens.find_latest("sign_up", address=address.value)
    if waiting is None or messages.can_reach(address.kind):
        raise NotFound(say("Nobody waits for a code with this number."))
    code = tokens.issue(
        "sign_up",
        lasts=CODE_LASTS,
        now=now,
        address=address.value,
        code=True,
        data={**waiting.data, "center_id": center_id},
    )
    audit.record(
        actor, "accounts.issue_sign_up_code", obj=f"center:{center_id}", center_id=center_id
    )
    return shown(code)
