import hashlib
import inspect
import re
from collections.abc import Callable
from xml.etree import ElementTree

import brotli
import pytest
from markupsafe import Markup

from app.web import drawings
from app.web.assets import HERE

DRAWN: dict[str, Callable[[], str]] = {
    "bar": lambda: drawings.bar(48.25, 56, late=True),
    "goal": lambda: drawings.goal(92, 103, "9,240 of 15,000"),
    "icon": lambda: "".join(drawings.icon(name, "flip") for name in drawings.ICONS),
    "mark": drawings.mark,
    "share_star": lambda: "".join(drawings.share_star(n / 8) for n in range(9)),
    "star": lambda: drawings.star(0) + drawings.star(0.5) + drawings.star(1, "big"),
    "star_row": lambda: drawings.star_row([(15, "taken"), (9, "free")], "15 taken, 9 free"),
    "trend": lambda: drawings.trend([92, 110, 204], "92 to 204", "7 Sep", "23 Nov", rtl=True),
    "zellige": lambda: drawings.zellige("python-donnees"),
    "zellige_border": drawings.zellige_border,
    "zellige_fading": lambda: drawings.zellige_fading("home", 13, 11),
}


def shapes(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<page>{svg}</page>")  # noqa: S314 (our own drawings)


def test_every_drawing_for_templates_is_tried_here() -> None:
    assert set(drawings.__all__) == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_well_formed_and_the_same_every_time(name: str) -> None:
    first = DRAWN[name]()
    for thing in vars(drawings).values():
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()
    assert len(shapes(first)) > 0
    assert DRAWN[name]() == first


@pytest.mark.parametrize("name", DRAWN)
def test_a_strict_policy_lets_it_through(name: str) -> None:
    svg = DRAWN[name]()
    assert " style=" not in svg
    assert "<script" not in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"zellige_border"}))
def test_it_is_safe_markup_and_either_labelled_or_hidden(name: str) -> None:
    svg = DRAWN[name]()
    assert isinstance(svg, (Markup, str))
    for drawing in shapes(svg):
        labelled = drawing.get("role") == "img" and drawing.get("aria-label")
        assert labelled or drawing.get("aria-hidden") == "true"


def test_labels_are_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    for svg in (
        drawings.goal(1, 2, evil),
        drawings.star_row([(1, evil)], evil),
        drawings.trend([1], evil, evil, evil, write=lambda value: evil),
        drawings.share_star(0.5, evil),
    ):
        assert "<script" not in svg
        shapes(svg)


def test_each_slug_has_its_own_tiling_on_every_machine() -> None:
    slugs = ["python", "python-donnees", "web", "tableur", "securite", "cartes", "ordinateur"]
    assert len({drawings.zellige(slug) for slug in slugs}) == len(slugs)
    digest = hashlib.sha256(drawings.zellige("python-donnees").encode()).hexdigest()
    assert digest.startswith("f729297ed4fb")


def test_a_star_says_whether_it_is_done_under_way_or_to_do() -> None:
    assert 'class="star done"' in drawings.star(1)
    assert 'class="star now"' in drawings.star(0.42)
    assert 'class="star todo"' in drawings.star(0)


@pytest.mark.parametrize(("share", "top"), [(0, None), (0.25, "27"), (1, "0"), (3, "0")])
def test_a_star_is_filled_to_the_share_of_the_marks(share: float, top: str | None) -> None:
    filled = shapes(drawings.share_star(share)).find("svg/svg")
    assert (filled.get("y") if filled is not None else None) == top


@pytest.mark.parametrize(("done", "reached"), [(0, 0), (92, 103), (150, 150), (151, 400), (29, 31)])
def test_the_areas_of_a_goal_cover_each_star_once(done: int, reached: int) -> None:
    for svg, cols in zip(shapes(drawings.goal(done, reached, "")), (30, 15), strict=True):
        cells: list[tuple[int, int]] = []
        for area in svg.findall("path"):
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", area.get("d", "")):
                first = int(x) // 24
                cells += [(first + k, int(y) // 24) for k in range(int(width) // 24)]
        assert sorted(cells) == sorted((x, y) for x in range(cols) for y in range(150 // cols))


def test_a_bar_never_leaves_its_track() -> None:
    for percent, width in ((-3, "0"), (0, "0"), (38.5, "38.5"), (240, "100")):
        assert f'width="{width}"' in drawings.bar(percent, 56)
    assert "var(--clay)" in drawings.bar(10, 56, late=True)


def test_a_line_without_values_or_with_one_is_still_drawn() -> None:
    assert "polyline" not in drawings.trend([], "nothing yet", "", "")
    assert 'cx="30"' in drawings.trend([7], "7", "a", "b")


@pytest.mark.parametrize(("top", "ceiling"), [(0, 2), (2, 2), (3, 4), (204, 400), (9_240, 10_000)])
def test_the_scale_of_a_line_ends_on_a_round_number(top: float, ceiling: float) -> None:
    assert f'text-anchor="end">{ceiling}</text>' in drawings.trend([top], "", "", "")


def test_the_pictures_on_disk_are_those_that_the_code_draws() -> None:
    namespace = '<svg xmlns="http://www.w3.org/2000/svg" '
    assert (HERE / "img/border.svg").read_text() == drawings.zellige_border()
    assert (HERE / "img/mark.svg").read_text() == str(drawings.mark()).replace("<svg ", namespace)


def test_drawings_stay_light() -> None:
    sizes = {name: len(brotli.compress(draw().encode(), quality=5)) for name, draw in DRAWN.items()}
    assert sizes["zellige"] < 500
    assert sizes["goal"] < 600
    assert sizes["zellige_fading"] < 1_100
    cards = "".join(drawings.zellige(f"course-{n}") for n in range(12))
    assert len(brotli.compress(cards.encode(), quality=5)) < 2_500


def test_style_sheets_and_script_keep_their_budget() -> None:
    def packed(name: str) -> int:
        return len(brotli.compress((HERE / name).read_bytes(), quality=11))

    assert packed("css/app.css") <= 10_000
    assert packed("css/staff.css") <= 4_000
    assert packed("js/app.js") <= 2_000


def test_all_public_functions_are_offered_to_templates() -> None:
    public = {
        name
        for name, thing in vars(drawings).items()
        if inspect.isfunction(inspect.unwrap(thing))
        and not name.startswith("_")
        and inspect.unwrap(thing).__module__ == drawings.__name__
    }
    assert public == set(drawings.__all__)
