"""Who may see and change whose account, and hand out which role."""

from typing import cast

from sqlalchemy import select

from app.accounts import rules
from app.accounts.hooks import CentersOfPerson, WiderPlaces
from app.accounts.models import RoleGrant
from app.kernel.actors import SCOPES, Actor, Grant, Permission, ScopeKind
from app.kernel.db import db
from app.kernel.hooks import hooks
from app.kernel.i18n import say

PERMISSIONS = {
    "accounts.view": Permission(say("See accounts"), ("manager", "office", "admin")),
    "accounts.manage": Permission(say("Help people with their accounts"), ("manager", "admin")),
    "accounts.suspend": Permission(say("Suspend accounts"), ("manager", "admin")),
    "roles.grant": Permission(say("Give and take roles"), ("manager", "admin")),
}


def register() -> None:
    """Declare the permissions of this feature."""
    for name, permission in PERMISSIONS.items():
        hooks.register(Permission, name, permission)


def wider_places(scope: str, scope_id: int) -> dict[str, int] | None:
    """Return the places in which a place lies, itself included; None when there is no such."""
    if scope == "site":
        return {} if scope_id == 0 else None
    if scope not in SCOPES or scope_id <= 0:
        return None
    finder = hooks.get(WiderPlaces, scope)
    around = finder.find(scope_id) if finder else {}
    return None if around is None else {**around, scope: scope_id}


def _holds(grant: Grant, where: dict[str, int]) -> bool:
    return grant.scope == "site" or (
        grant.scope_id > 0 and where.get(grant.scope) == grant.scope_id
    )


def can_grant(actor: Actor, grant: Grant) -> bool:
    """Tell whether the actor may give or take this role: only strictly less than they hold there.

    Managers hand out instructor and learner inside their center, admins everything but admin;
    another admin is made on the command line.
    """
    if actor.is_system:
        return True
    where = wider_places(grant.scope, grant.scope_id)
    if where is None or not actor.can("roles.grant", **where):
        return False
    return any(
        _holds(own, where) and rules.stands_below(grant.role, own.role) for own in actor.grants
    )


def outranks(actor: Actor, person_id: int) -> bool:
    """Tell whether every role of the person is one that the actor could hand out."""
    rows = db.session.execute(
        select(RoleGrant.role, RoleGrant.scope, RoleGrant.scope_id).where(
            RoleGrant.person_id == person_id, RoleGrant.role != "learner"
        )
    )
    return all(
        can_grant(actor, Grant(role, cast(ScopeKind, scope), scope_id))
        for role, scope, scope_id in rows
    )


def _may(actor: Actor, permission: str, person_id: int) -> bool:
    if actor.can(permission):
        return True
    if not actor.can_somewhere(permission):
        return False
    finder = hooks.get(CentersOfPerson, "centers")
    centers = finder.find(person_id) if finder else frozenset()
    return any(actor.can(permission, center=center) for center in centers)


def can_view(actor: Actor, person_id: int) -> bool:
    """Tell whether the actor may see this account: their own, or one of their center."""
    return actor.id == person_id or _may(actor, "accounts.view", person_id)


def can_manage(actor: Actor, person_id: int) -> bool:
    """Tell whether the actor may help with this account; never with one as powerful as theirs."""
    return (
        actor.id != person_id
        and _may(actor, "accounts.manage", person_id)
        and outranks(actor, person_id)
    )


def can_suspend(actor: Actor, person_id: int) -> bool:
    """Tell whether the actor may suspend this account, or let it in again."""
    return (
        actor.id != person_id
        and _may(actor, "accounts.suspend", person_id)
        and outranks(actor, person_id)
    )
