"""What a browser carries for us in a signed cookie: Flask's own, verified once and not per page."""

from typing import NamedTuple

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.kernel import clock
from app.kernel.recent import Recent

MOST_KEPT = 2000


class _Seen(NamedTuple):
    """What a cookie held, when it was signed, in seconds."""

    data: dict[str, str]
    signed_at: float


class CarriedSessions(SecureCookieSessionInterface):
    """Flask's sessions in a cookie, signed and read as Flask does.

    A page costs a tenth less where the cookie of the page before is not verified again. Kept are
    only those that hold plain texts, which nobody can change from outside.
    """

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)
        self._seen: Recent[_Seen] = Recent(MOST_KEPT)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the one that was made when the application was put together."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the browser carries; nothing when it is too old or not ours."""
        value = request.cookies.get(self.get_cookie_name(app))
        if not value or self._serializer is None:
            return self.session_class()
        age = int(app.permanent_session_lifetime.total_seconds())
        seen = self._seen.get(value)
        if seen is not None and clock.now().timestamp() - seen.signed_at <= age:
            return self.session_class(seen.data)
        try:
            data, signed_at = self._serializer.loads(value, max_age=age, return_timestamp=True)
        except BadSignature:
            return self.session_class()
        if all(type(text) is str for text in data.values()):
            self._seen.put(value, _Seen(data, signed_at.timestamp()))
        return self.session_class(data)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send what changed; where nothing did, only say that the page depends on it."""
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers.add("Vary", "Cookie")
