"""The page that checks codes, what it carries, and the worker that keeps both.

They lie under one folder, which is all that the worker has a say in. None of them knows who asks.
"""

import json
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, url_for

from app.catalog.routes import LEVEL_NAMES
from app.credentials import documents, queries
from app.credentials.showing import FACTS
from app.kernel.actors import ANONYMOUS
from app.kernel.i18n import LANGUAGES, NAMES
from app.web.access import access
from app.web.locale import preferred_language
from app.web.pages import SHORT, Link

bp = Blueprint("checker", __name__, template_folder="templates")

KEPT = ("css/app.css", "js/app.js", "img/mark.svg", "checker/checker.js", "checker/statement.js")
APART = {"ed25519": "checker/ed25519.min.js", "qr": "checker/qr.min.js"}
"""What only some browsers need."""
SOON = "public, max-age=300"
WORKER = (files("app.checker") / "static" / "worker.js").read_text("utf-8")


@bp.get("/c/")
@access("public")
def code() -> Any:
    """Lead from the address in a code to the page, in the language of the browser."""
    response = redirect(url_for("checker.page", lang=preferred_language()), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get("/c/<lang>/")
@access("public")
def page() -> Any:
    """Show the page that checks codes; the same for everybody."""
    g.actor = ANONYMOUS
    response = Response(
        render_template(
            "checker/page.html",
            theme="",
            low_data=True,  # it has few bytes to spend: none on letters
            messages=list,
            account_nav=[],
            foot_nav=[],
            nav=[],
            language_links=[
                Link(NAMES[lang], f"/c/{lang}/", lang == g.lang, lang, SHORT[lang])
                for lang in LANGUAGES
            ],
            issuer=queries.issuer().did,
            labels=FACTS,
            levels=LEVEL_NAMES,
            apart=APART,
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/c/data.json")
@access("public")
def data() -> Response:
    """Give what the page carries: every key, and every list of what counts no more."""
    keys = json.dumps(documents.keys_document(queries.issuer(), queries.list_keys()))
    text = ",".join(f'"{number}":{found}' for number, found in queries.list_lists().items())
    response = Response(f'{{"keys":{keys},"lists":{{{text}}}}}', mimetype="application/json")
    response.headers["Cache-Control"] = SOON
    return response


@bp.get("/c/worker.js")
@access("public")
def worker() -> Response:
    """Send the worker; its text changes when anything does of what it keeps."""
    asset = current_app.extensions["assets"].url
    kept = {
        "build": _build(),
        "files": [asset(name) for name in KEPT],
        "apart": {name: asset(path) for name, path in APART.items()},
        "pages": [f"/c/{lang}/" for lang in LANGUAGES],
        "data": "/c/data.json",
    }
    text = WORKER.replace("/* kept */ null", json.dumps(kept), 1)
    response = Response(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache
def _build() -> str:
    """Return a name for what the page is made of."""
    found = sha256()
    for folder, suffix in (("checker", "*.html"), ("web", "base.html"), ("translations", "*.mo")):
        root = files("app") / folder
        for path in sorted(root.rglob(suffix), key=str):  # type: ignore[attr-defined]
            found.update(path.read_bytes())
    return found.hexdigest()[:10]
