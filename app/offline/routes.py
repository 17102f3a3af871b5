"""The editions that phones keep, the worker that shows them, and the page that lists them.

An edition is the same for everybody: it is fetched without cookies, with a token that the cover of
the course gave to somebody who may read it, and it is made as for a visitor, whoever asks.
"""

import json
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from markupsafe import Markup

from app.content.rules import Lesson
from app.courses.hooks import BlockContext, render_segments
from app.courses.queries import find_open_revision, get_lesson, outline_of
from app.courses.rules import Addresses, Outline, RevisionRef
from app.kernel import clock
from app.kernel.actors import ANONYMOUS
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import DIRECTIONS, LANGUAGES, NAMES, format_size, say, translate
from app.learning.policies import can_read
from app.learning.queries import Study
from app.offline import queries, rules
from app.offline.forms import DataForm
from app.settings import get_settings
from app.web.access import access
from app.web.pages import DATA, SHORT, Link, flash, is_low

bp = Blueprint("offline", __name__, template_folder="templates")

YEAR = 31_536_000
DAY_LONG = "private, max-age=86400, immutable"
HOUR_LONG = "public, max-age=3600"
SHELL = ("css/app.css", "js/app.js", "offline/offline.js", "img/mark.svg")
FONTS = {"ltr": "fonts/readex-latin.woff2", "rtl": "fonts/readex-arabic.woff2"}
WORKER = (files("app.offline") / "static" / "worker.js").read_text("utf-8")


@bp.get("/<lang>/manifest.webmanifest")
@access("public")
def manifest() -> Any:
    """Describe the site to a phone on whose first screen it is to stand."""
    asset = current_app.extensions["assets"].url
    name = get_settings().site_name
    icons: list[dict[str, str]] = [
        {"src": asset("offline/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    ]
    icons += [
        {
            "src": asset(f"offline/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    about = {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": translate(say("Courses that you can also read without network.")),
        "lang": g.lang,
        "dir": DIRECTIONS[g.lang],
        "start_url": f"/{g.lang}/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#FBF7F0",
        "theme_color": "#1E2670",
        "icons": icons,
    }
    response = Response(json.dumps(about), content_type="application/manifest+json")
    response.headers["Cache-Control"] = HOUR_LONG
    return response


@bp.get("/sw.js")
@access("public")
def worker() -> Any:
    """Send the worker; its text changes when anything does of what it keeps of the site itself."""
    asset = current_app.extensions["assets"].url
    shell = {
        "build": _build(),
        "files": [asset(name) for name in SHELL],
        "pages": [f"/{lang}/offline/shell" for lang in LANGUAGES],
    }
    text = WORKER.replace("/* shell */ null", json.dumps(shell), 1)
    response = Response(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@lru_cache
def _build() -> str:
    """Return a name for what the page without network is made of."""
    found = sha256()
    for folder, suffix in (("offline", "*.html"), ("web", "base.html"), ("translations", "*.mo")):
        root = files("app") / folder
        for path in sorted(root.rglob(suffix), key=str):  # type: ignore[attr-defined]
            found.update(path.read_bytes())
    return found.hexdigest()[:10]


def _plainly(template: str, **values: Any) -> str:
    """Render a page as for a visitor whose browser carries nothing, whoever asks."""
    g.actor = ANONYMOUS
    return render_template(
        template, theme="", low_data=False, messages=list, account_nav=[], nav=[], **values
    )


def _languages(tail: str) -> list[Link]:
    return [
        Link(NAMES[code], f"/{code}/{tail}", code == g.lang, code, SHORT[code])
        for code in LANGUAGES
    ]


@bp.get("/<lang>/offline/shell")
@access("public")
def shell() -> Any:
    """Show what the worker answers without network: what is kept. It holds nothing personal."""
    page = _plainly("offline/shell.html", language_links=_languages("offline"))
    response = Response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/<lang>/offline")
@access("public")
def kept() -> Any:
    """Show what this phone keeps and how much this browser loads; both are known to it alone."""
    return render_template("offline/kept.html", low=is_low())


@bp.post("/<lang>/offline/data")
@access("public")
def choose_data() -> Any:
    """Keep in the browser how much it loads."""
    form = DataForm()
    if not form.validate():
        raise Invalid(say("Choose one of the two; nothing was changed."))
    chosen = form.load.data or ""
    response = redirect(url_for("offline.kept"), 303)
    response.set_cookie(DATA, chosen, max_age=YEAR, samesite="Lax", httponly=True)
    flash(
        say("Pictures come when you ask for them, in this browser.")
        if chosen == "low"
        else say("Pictures come with the lessons again.")
    )
    return response


def _open(slug: str, short: str, text: str) -> tuple[RevisionRef, Outline, rules.Scope]:
    """Return the revision that the request's token opens, or raise NotFound."""
    key, now = _key(), clock.now()
    token = request.args.get("token", "")
    scope = rules.read_token(key, slug, short, token, int(now.timestamp()))
    ref = find_open_revision(slug, short, now=now) if scope else None
    if ref is None or scope is None:
        raise NotFound
    outline = outline_of(ref)
    if text not in outline.course.languages:
        raise NotFound
    return ref, outline, scope


def _key() -> bytes:
    return str(get_settings().secret_key).encode()


def _addresses(slug: str, short: str) -> Addresses:
    base = f"/{g.lang}/courses/{slug}"
    return Addresses(f"{base}/{{id}}", f"{base}/files/{short}/")


@bp.get("/<lang>/offline/<slug>/<short>/<any(fr, ar, en):text>/plan.json")
@access("public")
def plan(slug: str, short: str, text: str) -> Any:
    """List what there is to fetch, with its weight, and the mark by which a change is known."""
    ref, outline, scope = _open(slug, short, text)
    addresses = _addresses(slug, short)
    pages = queries.list_pages(ref, rules.readable(outline, scope), text, addresses)
    module_of = {
        lesson.id: number
        for number, module in enumerate(outline.course.modules)
        for lesson in module.lessons
    }
    asset = current_app.extensions["assets"].url
    directions = {"ltr", DIRECTIONS[g.lang], DIRECTIONS[text]}
    found = {
        "title": outline.title(text),
        "short": short,
        "fonts": [asset(FONTS[direction]) for direction in sorted(directions)],
        "pages": [
            {
                "id": page.lesson.id,
                "module": module_of[page.lesson.id],
                "title": page.title,
                "digest": page.digest,
                "size": page.size,
                "files": {addresses.files + path: size for path, size in page.files.items()},
            }
            for page in pages
        ],
    }
    return _kept_for_a_day(Response(json.dumps(found), content_type="application/json"))


def _kept_for_a_day(response: Response) -> Response:
    response.headers["Cache-Control"] = DAY_LONG
    return response


@bp.get("/<lang>/offline/<slug>/<short>/<any(fr, ar, en):text>")
@access("public")
def contents(slug: str, short: str, text: str) -> Any:
    """Show the lessons of a course as a phone keeps them."""
    _, outline, scope = _open(slug, short, text)
    page = _plainly(
        "offline/contents.html",
        outline=outline,
        language=text,
        direction=DIRECTIONS[text],
        lessons=rules.readable(outline, scope),
        base=f"/{g.lang}/courses/{slug}",
        language_links=_languages(f"courses/{slug}"),
    )
    return _kept_for_a_day(Response(page))


@bp.get("/<lang>/offline/<slug>/<short>/<any(fr, ar, en):text>/<lesson_id>")
@access("public")
def edition(slug: str, short: str, text: str, lesson_id: str) -> Any:
    """Show a lesson as a phone keeps it: without forms and without anything personal."""
    ref, outline, scope = _open(slug, short, text)
    lessons = rules.readable(outline, scope)
    found = next((lesson for lesson in lessons if lesson.id == lesson_id), None)
    if found is None:
        raise NotFound
    shown = found.text(text, outline.course.source)
    place = lessons.index(found)
    base = f"/{g.lang}/courses/{slug}"

    def neighbor(number: int) -> Link | None:
        if not 0 <= number < len(lessons):
            return None
        other = lessons[number]
        title = other.text(shown.language, outline.course.source).title
        return Link(title, f"{base}/{other.id}")

    page = _plainly(
        "offline/lesson.html",
        outline=outline,
        lesson=found,
        text=shown,
        language=shown.language,
        direction=DIRECTIONS[shown.language],
        html=_html(slug, ref, outline, found, text),
        previous=neighbor(place - 1),
        next=neighbor(place + 1),
        base=base,
        language_links=_languages(f"courses/{slug}/{lesson_id}"),
    )
    return _kept_for_a_day(Response(page))


def _html(slug: str, ref: RevisionRef, outline: Outline, lesson: Lesson, text: str) -> Markup:
    rendered = get_lesson(ref, lesson.id, text, _addresses(slug, ref.short))
    context = BlockContext(
        actor=ANONYMOUS,
        course_id=0,
        course_key=outline.course.id,
        revision_id=ref.revision_id,
        revision=ref.hash,
        lesson_id=lesson.id,
        language=lesson.text(text, outline.course.source).language,
        is_preview=True,
    )
    html = render_segments(rendered.segments, context)
    word = translate(say("Answering needs the network: open the lesson when it is back."))
    return Markup(rules.without_forms(html, word))  # noqa: S704  (sanitized)


def offer(study: Study, language: str) -> str:
    """Return the offer to take a course along, for its cover; "" where nothing may be read."""
    outline, seen = study.outline, study.seen
    lessons = [lesson for lesson in outline.lessons if can_read(study.enrollment, lesson)]
    if not lessons:
        return ""
    scope: rules.Scope = "all" if study.enrollment else "open"
    now = int(clock.now().timestamp())
    sizes = queries.wire_sizes(outline)
    return render_template(
        "offline/_offer.html",
        outline=outline,
        language=language,
        direction=DIRECTIONS[language],
        slug=seen.slug,
        short=seen.short,
        scope=scope,
        token=rules.make_token(_key(), seen.slug, seen.short, scope, now),
        lessons=lessons,
        size=rules.course_size(outline, lessons, language, sizes),
        modules=[
            (number, module, rules.course_size(outline, module.lessons, language, sizes))
            for number, module in enumerate(outline.course.modules)
        ],
    )


def spare_pictures(html: str, study: Study, language: str) -> str:
    """Return a lesson without its pictures when the browser is to load little."""
    if "<img" not in html or not is_low():
        return html
    base = _addresses(study.seen.slug, study.seen.short).files
    weights = queries.wire_sizes(study.outline)
    sizes = {base + path: format_size(weight, g.lang) for path, weight in weights.items()}
    return rules.without_pictures(html, sizes, translate(say("Show the picture")))
