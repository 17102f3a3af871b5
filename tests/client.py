"""A test client that looks at every page it gets: what must hold of all of them holds of each."""

import re
from contextvars import Context
from functools import partial
from typing import Any

from flask.testing import FlaskClient

H1 = re.compile(r"<h1[\s>]")
HTML = re.compile(r'<html lang="(fr|ar|en)" dir="(ltr|rtl)"')
CONTROL = re.compile(r"<(input|select|textarea)\b[^>]*>")


class CheckingClient(FlaskClient):
    """Sends what a browser sends from our own pages, and checks the pages that come back."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        kwargs.setdefault("buffered", True)  # closes the answer, as servers do
        request = partial(super().open, *args, headers=headers, **kwargs)
        response = Context().run(request)  # as in a server: nothing of the test's own context
        if (
            response.mimetype == "text/html"
            and response.status_code != 204
            and not 300 <= response.status_code < 400
        ):
            check_page(response.get_data(as_text=True))
        return response


def check_page(page: str) -> None:
    """Fail when a page lacks a title, language, its one heading, or a label."""
    found = HTML.search(page)
    assert found, "a page says its language and direction"
    assert (found[1] == "ar") == (found[2] == "rtl")
    assert re.search(r"<title>\s*\S", page), "a page has a title"
    assert len(H1.findall(page)) == 1, "a page has one first-level heading"
    assert "{{" not in page, "no template syntax is shown"
    assert ' style="' not in page, "the policy refuses style attributes"
    assert not re.search(r"<[^>]+\son[a-z]+=", page), "the policy refuses inline scripts"
    labels = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', page))
    wrapped = " ".join(re.findall(r"<label\b.*?</label>", page, re.DOTALL))
    for match in CONTROL.finditer(page):
        tag = match[0]
        if 'type="hidden"' in tag or 'type="submit"' in tag or "aria-label" in tag:
            continue
        name = re.search(r'\bid="([^"]+)"', tag)
        assert tag in wrapped or (name and name[1] in labels), f"without label: {tag}"
