"""Abuse 13: bodies, fields, cookies and JSON of absurd size are refused at once, unread."""

import io
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests import routes

HUGE = 2_000_000_000
pytestmark = pytest.mark.usefixtures("must_end")


class Endless(io.RawIOBase):
    """A body that counts what is read of it, and would never end."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        assert self.taken < 3_000_000, "far too much is read"
        buffer[:] = b"a" * len(buffer)
        return len(buffer)


def post(app: Any, path: str, **options: Any) -> int:
    builder = EnvironBuilder(path=path, method="POST", base_url="http://localhost")
    environ = builder.get_environ()
    environ["HTTP_SEC_FETCH_SITE"] = "same-origin"
    environ.update(options)
    body, status, _ = run_wsgi_app(app, environ, buffered=True)
    list(body)
    return int(status.split()[0])


def posts(app: Any, world: Any) -> list[str]:
    return [
        routes.address(app, rule, world, world.own)
        for rule in routes.rules(app)
        if "POST" in rule.methods
    ]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_two_gigabytes_are_read_by_no_route_for_a_visitor(place: Any, kind: str) -> None:
    app, world = place
    for path in posts(app, world):
        body = Endless()
        status = post(
            app,
            path,
            **{"CONTENT_LENGTH": str(HUGE), "CONTENT_TYPE": kind, "wsgi.input": body},
        )
        assert status < 500, (path, status)
        assert body.taken == 0, path


def test_nor_for_an_admin(place: Any) -> None:
    app, world = place
    for path in posts(app, world):
        body = Endless()
        status = post(
            app,
            path,
            **{
                "CONTENT_LENGTH": str(HUGE),
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "wsgi.input": body,
                "HTTP_COOKIE": f"sid={world.cookies['admin']}",
            },
        )
        assert status < 500, (path, status)
        assert body.taken == 0, path


def form_of(fields: int) -> bytes:
    return "&".join(f"f{n}={n}" for n in range(fields)).encode()


@pytest.mark.parametrize("path", ["/fr/sign-in", "/fr/sign-up", "/fr/forgot", "/fr/code"])
def test_ten_thousand_fields_are_refused(client: Any, path: str) -> None:
    answer = client.post(
        path, data=form_of(10_000), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


def test_ten_thousand_parts_are_refused(place: Any) -> None:
    app, world = place
    part = '--b\r\nContent-Disposition: form-data; name="f{}"\r\n\r\n1\r\n'
    body = "".join(part.format(n) for n in range(10_000)) + "--b--\r\n"
    client = app.test_client()
    client.set_cookie("sid", world.cookies["manager"])
    answer = client.post(
        f"/fr/c/{world.own.center}/rosters",
        data=body.encode(),
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code == 413


def test_a_cookie_of_a_megabyte_signs_nobody_in_and_blocks_nobody(place: Any) -> None:
    app, _ = place
    for cookie in ("sid=" + "a" * 1_000_000, "rihla=" + "b" * 1_000_000, "x=1; " * 200_000):
        answer = app.test_client(use_cookies=False).get("/fr/account", headers={"Cookie": cookie})
        assert answer.status_code in (303, 400, 431)


def test_deep_json_is_no_form(client: Any) -> None:
    deep = b"[" * 4_000 + b"]" * 4_000
    for path in ("/fr/sign-in", "/fr/sign-up", "/fr/forgot"):
        answer = client.post(path, data=deep, content_type="application/json")
        assert answer.status_code in (413, 415, 422)


def test_addresses_of_a_hundred_kilobytes_are_answered(place: Any) -> None:
    app, _ = place
    for path in ("/fr/" + "a" * 100_000, "/fr/search?q=" + "b" * 100_000, "/" + "../" * 30_000):
        assert app.test_client().get(path).status_code < 500
