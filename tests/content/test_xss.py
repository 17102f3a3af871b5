"""Whatever an author writes, nothing runs in a learner's page."""

import itertools
from html.parser import HTMLParser

import pytest

from app.content.markdown import RenderContext, render
from app.content.rules import BlockNode
from app.content.sanitizer import sanitize

ELEMENTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "<math><mtext><script>x",
    "<math href=javascript:alert(1)>x</math>",
    "<form><button formaction=javascript:alert(1)>x",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<style>@import 'x'</style>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//evil>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=x>",
    "<p style=background:url(javascript:x)>",
    "<div onclick=alert(1)>x</div>",
    "<template><script>x",
    "<annotation-xml encoding='text/html'><img src onerror=alert(1)>",
    "<select><iframe></select>",
    "<xmp><img src onerror=alert(1)></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<a id=main name=x>",
]
URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example",
    "data:image/svg+xml;base64,PHN2Zz4=",
    "file:///etc/passwd",
    "blob:x",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript://%0aalert(1)",
    "about:blank",
    "\\\\evil\\x",
    "ftp://x",
]
SHAPES = [
    "{0}",
    "**{0}**",
    "> {0}",
    "- {0}",
    "## {0}",
    "| a | b |\n|---|---|\n| {0} | x |",
    "`{0}`",
    "```html\n{0}\n```",
    "$\\text{{{0}}}$",
    "[a](lesson:{0})",
]
LINKS = [
    "[a]({0})",
    "[a](<{0}>)",
    "![a]({0})",
    "[a][b]\n\n[b]: {0}",
    "<{0}>",
    '![a](../media/a.svg "{0}")',
]
PAYLOADS = [
    *(shape.format(element) for element, shape in itertools.product(ELEMENTS, SHAPES)),
    *(shape.format(url) for url, shape in itertools.product(URLS, LINKS)),
]
CONTEXT = RenderContext(path="01-a/b.md", glossary=(("x", "<script>alert(1)</script>"),))


ALLOWED = ("", "http", "https", "mailto")


class Reader(HTMLParser):
    """Collects elements and attributes as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in (
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "meta",
            "link",
            "svg",
        ):
            self.bad.append(tag)
        for name, value in attrs:
            plain = "".join((value or "").split()).lower()
            if name.startswith("on") or name in ("style", "srcset", "formaction", "action"):
                self.bad.append(name)
            scheme = plain.split("/")[0].rpartition(":")[0]
            if name in ("href", "src", "xlink:href") and scheme not in ALLOWED:
                self.bad.append(value or "")
            if name in ("href", "src") and plain.startswith(("//", "\\\\")):
                self.bad.append(value or "")
            if name == "id" and not plain.startswith(("h-", "p-", "t-", "fn")):
                self.bad.append(value or "")


def bad_in(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.bad


def test_there_are_more_than_200_payloads():
    assert len(PAYLOADS) > 400


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_no_payload_survives_rendering(language):
    for payload in PAYLOADS:
        rendered = render(payload, language=language, context=CONTEXT)
        assert all(not isinstance(part, BlockNode) for part in rendered.segments)
        assert bad_in(rendered.html) == [], payload


def test_no_payload_survives_the_sanitizer_alone():
    for payload in ELEMENTS:
        bad = [item for item in bad_in(sanitize(payload)) if item != "main"]
        assert bad == [], payload


def test_the_reader_of_this_test_would_see_them():
    assert bad_in("<a onclick=x href=javascript:y style=z>") == ["onclick", "javascript:y", "style"]
