"""Who acts: a person with their grants, frozen for the length of a request or job.

A grant is (role, scope kind, scope id). A role is a set of permissions; features, and later
plugins, declare each permission with the roles that hold it by default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence

ROLES = ("learner", "instructor", "manager", "partner", "office", "admin")
ScopeKind = Literal["site", "center", "course", "cohort", "partner"]
SCOPES: tuple[ScopeKind, ...] = ("site", "center", "course", "cohort", "partner")


@dataclass(frozen=True)
class Permission:
    """What may be done, in words, and the roles that may do it by default."""

    label: Sentence
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PermissionCheck:
    """Who declares a permission may look closer: registered under the permission's name.

    `allows(actor, where)` is asked when a role allows it already, and can only refuse. `where` are
    the places named by whoever asks. Filters of lists do not ask it.
    """

    allows: Callable[["Actor", Mapping[str, int | None]], bool]


@dataclass(frozen=True)
class Grant:
    """A role that somebody holds for the site (scope id 0) or for one center, course, …"""

    role: str
    scope: ScopeKind
    scope_id: int = 0


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf something is done. `id` is 0 for a visitor and for the system."""

    id: int
    public_id: str = ""
    name: str = ""
    language: str = ""
    grants: tuple[Grant, ...] = ()
    session_id: int = 0
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Tell whether this is a person with an account."""
        return self.id > 0

    def has_role(self, *roles: str) -> bool:
        """Tell whether one of the roles is held anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def can(self, permission: str, **where: int | None) -> bool:
        """Tell whether the permission is held for the site, or for one of the places named.

        `where` names places by kind, `center=3, course=7`; without any, only a grant for the
        whole site counts. The system may do everything.
        """
        if self.is_system:
            return True
        roles = _roles_with(permission)
        held = any(
            grant.scope == "site" or (grant.scope_id and where.get(grant.scope) == grant.scope_id)
            for grant in self.grants
            if grant.role in roles
        )
        closer = hooks.get(PermissionCheck, permission) if held else None
        return held if closer is None else bool(closer.allows(self, where))

    def can_somewhere(self, permission: str) -> bool:
        """Tell whether the permission is held for at least one place."""
        roles = _roles_with(permission)
        return self.is_system or any(grant.role in roles for grant in self.grants)

    def scopes(self, permission: str, kind: ScopeKind) -> frozenset[int] | None:
        """Return the places of that kind where the permission is held; None means everywhere."""
        if self.can(permission):
            return None
        roles = _roles_with(permission)
        return frozenset(g.scope_id for g in self.grants if g.role in roles and g.scope == kind)


def _roles_with(permission: str) -> tuple[str, ...]:
    declared = hooks.get(Permission, permission)
    if declared is None:
        raise LookupError(f"permission {permission!r} is declared by nobody")
    return declared.roles


ANONYMOUS = Actor(0)
SYSTEM = Actor(0, name="system", is_system=True)
