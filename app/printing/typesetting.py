"""Sets a certificate in type. What it says goes in as values; the template is ours alone."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from app.credentials.statements import draw_qr
from app.kernel.errors import Invalid
from app.kernel.i18n import say
from app.kernel.logs import get_logger
from app.printing.rules import MOST_BYTES, Sheet, values_of

Standard = Literal["a-2a", "ua-1"]
HERE = Path(__file__).parent
LEFT = 60_000
"""What a name, a title and the like may add to a sample."""
STANDARDS: list[Standard] = ["a-2a", "ua-1"]


@cache
def _fonts() -> typst.Fonts:
    """Return our fonts and those within typst, never the machine's: the same bytes everywhere."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[HERE / "fonts"]
    )


@cache
def _template() -> bytes:
    return (HERE / "certificate.typ").read_bytes()


def set_pdf(sheet: Sheet, *, made_at: datetime) -> bytes:
    """Return a certificate as PDF/A-2a and PDF/UA-1: for the same sheet and moment the same bytes.

    With a sign that no font has (an emoji in a name) it comes as a PDF that promises neither.
    """
    try:
        return _compile(sheet, "pdf", made_at, STANDARDS)
    except typst.TypstError as error:
        get_logger().warning("certificate without standards", reason=error.message)
        return _compile(sheet, "pdf", made_at, [])


def check_sample(sheet: Sheet, *, made_at: datetime) -> None:
    """Raise Invalid when what looks like this sample could not be printed as promised."""
    try:
        size = len(_compile(sheet, "pdf", made_at, STANDARDS))
    except typst.TypstError as error:
        raise Invalid(
            say("A picture is damaged, or a text has a sign that no font has. Nothing was kept.")
        ) from error
    if size > MOST_BYTES - LEFT:
        raise Invalid(say("The logos make certificates heavier than 200 kB. Nothing was kept."))


def set_picture(sheet: Sheet, *, made_at: datetime, ppi: int = 110) -> bytes:
    """Return a certificate as PNG."""
    return _compile(sheet, "png", made_at, [], ppi)


def set_drawing(drawing: str, width: int) -> bytes:
    """Return an SVG of ours as PNG, so many dots wide, with our letters and no ground."""
    source = b"""#set page(width: 100pt, height: auto, margin: 0pt, fill: none)
#image("drawing.svg", width: 100%)"""
    made = typst.compile(  # type: ignore[call-overload] # takes files too
        {"main": source, "drawing.svg": drawing.encode()},
        format="png",
        font_paths=_fonts(),
        ppi=width * 0.72,
    )
    return bytes(made)


def _compile(
    sheet: Sheet,
    form: Literal["pdf", "png"],
    made_at: datetime,
    standards: list[Standard],
    ppi: int = 0,
) -> bytes:
    files = {"main": _template(), "code.svg": draw_qr(sheet.code).encode()}
    made: bytes | list[bytes] = typst.compile(  # type: ignore[call-overload] # files of text
        files,
        format=form,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(values_of(sheet))},
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
        ppi=ppi or None,
    )
    return made if isinstance(made, bytes) else made[0]
