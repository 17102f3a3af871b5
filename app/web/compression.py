"""Smaller answers: text goes out in brotli or gzip, whichever the browser takes.

Static files have been compressed before, as well as possible; pages are compressed as they are
made, at the level where saved time on a phone still outweighs our own.
"""

import gzip

import brotli
from flask import Flask, Response, request

LEAST = 500
BROTLI_QUALITY = 5
BROTLI_WINDOW = 18
"""A page is smaller than the 256 kB that this looks back: the usual 4 MB would only be cleared."""
GZIP_LEVEL = 5
KINDS = ("text/", "application/json", "application/javascript", "image/svg+xml")


def init_app(app: Flask) -> None:
    """Compress what goes out."""
    app.after_request(compress)


def chosen_encoding() -> str:
    """Return the best encoding that the browser accepts and we make: br, gzip or nothing."""
    accepted = request.headers.get("Accept-Encoding", "")
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def compress(response: Response) -> Response:
    """Compress a whole text answer; leave streams, small ones and packed ones alone."""
    if (
        response.direct_passthrough
        or response.is_streamed
        or "Content-Encoding" in response.headers
        or not (response.content_type or "").startswith(KINDS)
    ):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    body = response.get_data()
    encoding = chosen_encoding()
    if len(body) < LEAST or not encoding:
        return response
    if encoding == "br":
        packed = brotli.compress(
            body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW
        )
    else:
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
    response.set_data(packed)
    response.headers["Content-Encoding"] = encoding
    return response
