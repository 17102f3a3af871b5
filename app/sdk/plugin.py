"""What a plugin does with the site: `me = Plugin(__name__)` in any of its modules."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import current_app, g, has_request_context

from app.centers import queries as centers
from app.kernel import audit, jobs, outbox, place
from app.kernel.actors import Actor, Grant
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence
from app.kernel.logs import get_logger
from app.kernel.outbox import Event
from app.notices import services as notices
from app.notices.hooks import NotificationType
from app.plugins.gate import get_gate
from app.plugins.tables import owner_of
from app.sdk.files import Files
from app.settings import get_settings
from app.web.hooks import Place


def current_center() -> Place | None:
    """Return the center in the address of the request, if there is one."""
    return g.get("center") if has_request_context() else None


class Plugin:
    """A plugin's own view of the site: its settings, addresses, files, jobs, notices, log."""

    def __init__(self, module: str) -> None:
        """Take `__name__` of any module of the plugin."""
        self.name = owner_of(module)
        self.files = Files(self.name)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's settings as they count at the center of the moment."""
        return get_gate().current().settings(self.name, place.center.get())

    @property
    def center_id(self) -> int | None:
        """The center of the moment; None for the site as a whole."""
        return place.center.get()

    @property
    def log(self) -> Any:
        """A logger that names the plugin: `log.info("short_name", field=value)`."""
        return get_logger().bind(plugin=self.name)

    def is_on(self, center_id: int | None = None) -> bool:
        """Tell whether the plugin is on at a center, by default that of the moment."""
        at = place.center.get() if center_id is None else center_id
        return self.name in get_gate().current().for_center(at)

    def centers(self) -> list[int]:
        """Return the open centers where the plugin is on, for a job that acts in each.

        Where a center is given already (its pages, its events), that is the only one.
        """
        here = place.center.get()
        found = [center.id for center in centers.list_open_centers()]
        return [one for one in found if self.is_on(one) and here in (None, one)]

    @contextmanager
    def acting_at(self, center_id: int) -> Iterator[Actor]:
        """Be at a center inside the block; gives an actor who may see its people and nothing else.

        For jobs and event handlers. Raises NotFound where the plugin is off, and at another center
        than that of the request or event.
        """
        here = place.center.get()
        if here not in (None, center_id) or has_request_context() and here is None:
            raise NotFound
        if not self.is_on(center_id):
            raise NotFound
        with place.at(center_id):
            yield Actor(0, name=self.name, grants=(Grant("manager", "center", center_id),))

    def url(self, page: str, *, language: str = "", absolute: bool = False, **values: Any) -> str:
        """Return the address of one of the plugin's pages, also outside of requests.

        `page` is the view's name; for one of `<plugin>_center` write `center:` before it and give
        `center`, the slug of a center, unless it is that of the moment.
        """
        area, colon, view = page.rpartition(":")
        blueprint = f"{self.name}_{area}" if colon else self.name
        lang = language or (g.get("lang") if has_request_context() else "")
        given = {"lang": lang or get_settings().default_language, **values}
        if colon and "center" not in given:
            given |= self._center_of_moment()
        path = current_app.url_map.bind("").build(f"{blueprint}.{view}", given)
        return get_settings().public_url.rstrip("/") + path if absolute else path

    def _center_of_moment(self) -> dict[str, str]:
        """Return the center as addresses name it; a search or a job is at one without saying it."""
        here, center_id = current_center(), place.center.get()
        if here is not None:
            return {"center": here.slug}
        return {} if center_id is None else {"center": centers.get_center(center_id).slug}

    def audit(
        self,
        actor: Actor,
        act: str,
        *,
        obj: str,
        center_id: int = 0,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep in the audit trail that somebody did something; inside `write()`."""
        verb = f"{self.name}.{act}"
        audit.record(actor, verb, obj=obj, center_id=center_id, details=dict(details or {}))

    def enqueue(
        self, job: str, args: Mapping[str, Any], *, key: str = "", delay: float = 0
    ) -> None:
        """Have a job of the plugin done after the commit; inside `write()`.

        With a `key` that was used before, nothing is added. `delay` is in seconds.
        """
        name = f"{self.name}.{job}"
        jobs.enqueue(name, dict(args), key=f"{name}:{key}" if key else None, delay=delay)

    def report(self, done: int, total: int) -> None:
        """Keep how far the running job has come; outside of `write()`."""
        jobs.report(done, total)

    def find_progress(self, job: str, args: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return how far a job with these arguments has come, as (done, total).

        (0, 0) before it said anything; None when none is waiting or being done.
        """
        return jobs.find_progress(f"{self.name}.{job}", args)

    def record(self, event: Event) -> None:
        """Tell an event of the plugin to who subscribed, after the commit; inside `write()`.

        Its name begins with the plugin's. Raises ValueError otherwise.
        """
        if not event.name.startswith(f"{self.name}."):
            raise ValueError(f"{event.name}: events of a plugin begin with {self.name}.")
        outbox.record(event)

    def notify(
        self,
        kind: str,
        people: Collection[int],
        text: Sentence,
        *,
        center_id: int,
        key: str,
        now: datetime,
    ) -> int:
        """Send people of a center a notice, in their language; inside `write()`.

        `kind` is a NotificationType that the plugin brought. Who is not of the center gets nothing;
        with the same `kind` and `key` nobody gets anything twice. Returns how many people it is.
        """
        here = place.center.get()
        if here not in (None, center_id) or not self.is_on(center_id):
            raise NotFound
        name = f"{self.name}.{kind}"
        if hooks.get(NotificationType, name) is None:
            raise LookupError(f"nobody declared the notification {name}")
        return notices.notify_people(
            kind=name, people=people, text=text, center_id=center_id, key=key, now=now
        )
