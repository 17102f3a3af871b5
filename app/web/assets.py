"""Static files: named by the hash of their content, compressed once, cached for ever."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import brotli
from flask import Flask, Response, abort, has_request_context, request

from app.web.access import access
from app.web.compression import chosen_encoding

HERE = Path(__file__).resolve().parent / "static"
PACKED = (".css", ".js", ".mjs", ".svg", ".json", ".txt", ".html", ".wasm")
LINKED = "rihla.linked"
"""Where a request keeps what its page links beside the files of every page."""
FOREVER = "public, max-age=31536000, immutable"
_LINK = re.compile(rb"url\((['\"]?)([^'\")]+)\1\)")


@dataclass(frozen=True)
class Asset:
    """A file as it goes over the wire."""

    content: bytes
    kind: str
    packed: bool

    @cached_property
    def brotli(self) -> bytes:
        """The content, compressed as well as possible; done once for each process."""
        return brotli.compress(self.content, quality=11)

    @cached_property
    def gzip(self) -> bytes:
        """The same for browsers without brotli."""
        return gzip.compress(self.content, 9, mtime=0)


class Assets:
    """All static files of the site: their addresses by path, their content by address."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.files: dict[str, Asset] = {}

    def add_folder(self, folder: Path, prefix: str = "") -> None:
        """Take in a folder; style sheets last, since they name the others."""
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        for path in sorted(paths, key=lambda p: p.suffix == ".css"):
            name = prefix + path.relative_to(folder).as_posix()
            content = path.read_bytes()
            if path.suffix == ".css":
                content = self._relink(content, Path(name).parent)
            self._add(name, content)

    def _relink(self, css: bytes, folder: Path) -> bytes:
        def hashed(match: re.Match[bytes]) -> bytes:
            target = match[2].decode()
            if target.startswith(("data:", "#", "/")):
                return match[0]
            parts: list[str] = []
            for part in (folder / target).as_posix().split("/"):
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            return f"url({self.urls['/'.join(parts)]})".encode()

        return _LINK.sub(hashed, css)

    def _add(self, name: str, content: bytes) -> None:
        stem, dot, suffix = name.rpartition(".")
        digest = hashlib.sha256(content).hexdigest()[:10]
        url = f"/static/{stem}.{digest}{dot}{suffix}" if dot else f"/static/{suffix}.{digest}"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.urls[name] = url
        self.files[url] = Asset(content, kind, name.endswith(PACKED))

    def url(self, name: str) -> str:
        """Return the address of a file. Raises KeyError for one that does not exist."""
        return self.urls[name]


def link(*names: str) -> None:
    """Link files on the page that is being made, beside those of every page, each once.

    Those who bring something to the page call it before the page itself is rendered.
    """
    if names and has_request_context():
        request.environ.setdefault(LINKED, {}).update(dict.fromkeys(names))


def linked(suffix: str) -> list[str]:
    """Return the files that are linked on the page, of one ending."""
    return [name for name in request.environ.get(LINKED, ()) if name.endswith(suffix)]


def init_app(app: Flask) -> None:
    """Read the static files and serve them."""
    assets = Assets()
    assets.add_folder(HERE)
    app.extensions["assets"] = assets
    app.jinja_env.globals.update(asset=assets.url, linked=linked)

    @access("public")
    def static(name: str) -> Any:
        """Send a file in the best encoding that the browser takes."""
        asset = assets.files.get(f"/static/{name}")
        if asset is None:
            abort(404)
        response = Response(asset.content, content_type=asset.kind)
        response.headers["Cache-Control"] = FOREVER
        if asset.packed:
            response.headers["Vary"] = "Accept-Encoding"
            if encoding := chosen_encoding():
                response.set_data(asset.brotli if encoding == "br" else asset.gzip)
                response.headers["Content-Encoding"] = encoding
        return response

    app.add_url_rule("/static/<path:name>", "web.static", static)
