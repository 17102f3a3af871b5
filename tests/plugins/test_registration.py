"""What a plugin may not touch: each theft is seen, undone, and said in a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.kernel.db import Base
from app.plugins import loading, tables
from app.plugins.discovery import Record
from app.plugins.inventory import Taken
from app.plugins.manifest import parse
from app.plugins.sentinel import Sentinel
from tests.conftest import build, close
from tests.databases import clone
from tests.plugins.making import make

PAGES = """
from flask import Blueprint
from app.sdk import Routes, access
{imports}

bp = Blueprint({name!r}, __name__)

{before}
@bp.get({path!r})
@access("public")
def index():
    return "mine"

{after}

def register(hooks):
    hooks.register(Routes, "pages", Routes(bp{area}))
"""


def pages(**changes: Any) -> str:
    given = {"imports": "", "name": "made", "before": "", "path": "/", "after": "", "area": ""}
    return PAGES.format(**(given | changes))


def at_registration(act: str) -> str:
    return pages(after=f"bp.record(lambda state: {act})")


THEFTS = {
    "a function before every request": (
        pages(after="bp.before_app_request(lambda: 'mine')"),
        "It changes the site itself (a function before every request). Nothing of it was kept.",
    ),
    "a function after every request": (
        pages(after="bp.after_app_request(lambda response: response)"),
        "It changes the site itself (a function after every request). Nothing of it was kept.",
    ),
    "a function at the end of every request": (
        pages(after="bp.teardown_app_request(lambda error: None)"),
        "It changes the site itself (a function after every request). Nothing of it was kept.",
    ),
    "the error page": (
        pages(after="bp.app_errorhandler(404)(lambda error: ('mine', 200))"),
        "It changes the site itself (the site's error pages). Nothing of it was kept.",
    ),
    "values for every page": (
        pages(after="bp.app_context_processor(lambda: {'_': 3})"),
        "It changes the site itself (values for every page). Nothing of it was kept.",
    ),
    "a name of templates": (
        pages(after="bp.add_app_template_global(lambda: 'x', 'csrf_token')"),
        "It changes the site itself (names that every page uses). Nothing of it was kept.",
    ),
    "a filter of templates": (
        pages(after="bp.add_app_template_filter(lambda x: 'x', 'e')"),
        "It changes the site itself (names that every page uses). Nothing of it was kept.",
    ),
    "another one's view": (
        at_registration("state.app.view_functions.update({'home.home': index})"),
        "It changes the site itself (pages of others). Nothing of it was kept.",
    ),
    "another one's address": (
        at_registration("state.app.add_url_rule('/<lang>/courses', 'made.x', index)"),
        "It takes the address /<lang>/courses, which is not its own.",
    ),
    "the address of another plugin": (
        at_registration("state.app.add_url_rule('/<lang>/x/made2/', 'made.x', index)"),
        "It takes the address /<lang>/x/made2/, which is not its own.",
    ),
    "another one's endpoint": (
        at_registration("state.app.add_url_rule('/<lang>/x/made/x', 'home.home', index)"),
        "It takes the page home.home, which is not its own.",
    ),
    "a blueprint of the site": (
        pages(name="admin"),
        "Its pages must stand in a blueprint named made.",
    ),
    "a page for whoever": (
        pages().replace('@access("public")\n', ""),
        "Its page made.index does not say who may open it.",
    ),
    "a page for a permission that nobody has": (
        pages().replace('"public"', '"made.anything"'),
        "Its page made.index does not say who may open it.",
    ),
    "the middleware": (
        at_registration("setattr(state.app, 'wsgi_app', index)"),
        "It changes the site itself (wsgi_app). Nothing of it was kept.",
    ),
    "the configuration": (
        at_registration("state.app.config.update(SECRET_KEY='known')"),
        "It changes the site itself (config). Nothing of it was kept.",
    ),
    "the loader of templates": (
        at_registration("setattr(state.app.jinja_env, 'loader', None)"),
        "It changes the site itself (how pages are made). Nothing of it was kept.",
    ),
    "escaping": (
        at_registration("setattr(state.app.jinja_env, 'autoescape', False)"),
        "It changes the site itself (how pages are made). Nothing of it was kept.",
    ),
    "the kinds of addresses": (
        at_registration("state.app.url_map.converters.update(string=None)"),
        "It changes the site itself (addresses outside its own). Nothing of it was kept.",
    ),
    "a signal": (
        "from flask import request_started\n"
        "def heard(sender, **_): pass\n"
        "request_started.connect(heard)\n"
        "def register(hooks): pass\n",
        "It changes the site itself (a function at every request). Nothing of it was kept.",
    ),
    "the registry of the core": (
        "from app.kernel.hooks import hooks as core\n"
        "from app.web.hooks import NavItem\n"
        "def register(hooks):\n"
        "    core.register(NavItem, 'mine', NavItem('x', 'home.home'))\n",
        "It changes the site itself (what others brought). Nothing of it was kept.",
    ),
    "the registry, by the way of a blueprint": (
        at_registration(
            "__import__('app.kernel.hooks', fromlist='x').hooks._found"
            "[__import__('app.web.hooks', fromlist='x').NavItem].clear()"
        ),
        "It changes the site itself (what others brought). Nothing of it was kept.",
    ),
    "the gate": (
        "from app.kernel.hooks import hooks as core\n"
        "def register(hooks): core.active = lambda *_: True\n",
        "It changes the site itself (what others brought). Nothing of it was kept.",
    ),
    "a table among those of the core": (
        "from app.kernel.db import Base\n"
        "from sqlalchemy.orm import Mapped, mapped_column\n"
        "class Mine(Base):\n"
        "    __tablename__ = 'made_row'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "def register(hooks): pass\n",
        "It changes the site itself (tables of the core). Nothing of it was kept.",
    ),
    "a table of the core": (
        "from app.sdk import PluginBase\n"
        "from sqlalchemy.orm import Mapped, mapped_column\n"
        "class Mine(PluginBase):\n"
        "    __tablename__ = 'person'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "def register(hooks): pass\n",
        "It declares the table person, which is not its own: names begin with made_.",
    ),
    "a kind that nobody knows": (
        "class Menu: pass\ndef register(hooks): hooks.register(Menu, 'x', Menu())\n",
        "It brings Menu, which this site does not know.",
    ),
    "a thing of another kind": (
        "from app.sdk import NavItem\n"
        "def register(hooks): hooks.register(NavItem, 'x', {'label': 'x'})\n",
        "What it brings as NavItem x is something else.",
    ),
    "a capability that it did not name": (
        "from app.sdk import Command\n"
        "def register(hooks): hooks.register(Command, 'x', Command(None))\n",
        "It brings Command, and its plugin.toml does not say that it uses commands.",
    ),
    "a link to nowhere": (
        "from app.sdk import NavItem, say\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'made.nothing'))\n",
        "NavItem made.x leads to made.nothing, where no page can be opened from there.",
    ),
    "a link from everywhere to a page of a center": (
        "from app.sdk import NavItem, say\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'centers.center'))\n",
        "NavItem made.x leads to centers.center, where no page can be opened from there.",
    ),
    "a link without words": (
        "from app.sdk import NavItem\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(None, 'home.home'))\n",
        "NavItem x: label must be Sentence.",
    ),
    "an order that is none": (
        "from app.sdk import NavItem, say\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'home.home', order='first'))\n",
        "NavItem x: order must be int.",
    ),
    "a name twice": (
        "from app.sdk import NavItem, say\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'home.home'))\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'home.home'))\n",
        "It could not be loaded: ValueError: NavItem 'made.x' is registered twice",
    ),
    "the block of another one": (
        "from app.sdk import BlockType\n"
        "def register(hooks):\n"
        "    hooks.register(BlockType, 'sample', BlockType('sample', list, str))\n",
        "It could not be loaded: ValueError: BlockType 'sample' is registered twice",
    ),
    "wrong arguments": (
        "from app.sdk import NavItem, say\n"
        "def register(hooks):\n"
        "    hooks.register(NavItem, 'x', NavItem(say('x'), 'home.home', visible=lambda: True))\n",
        "It could not be loaded: app.plugins.guard.WrongArguments: NavItem made.x: visible is "
        "called with 1 arguments: too many positional arguments",
    ),
    "no function register": ("x = 1\n", "Its package has no function register(hooks)."),
    "a syntax error": ("def register(hooks:\n", "It could not be loaded: SyntaxError: "),
    "an import that fails": (
        "import nothing_like_it\n",
        "It could not be loaded: ModuleNotFoundError: No module named 'nothing_like_it'",
    ),
    "an end": (
        "import sys\nsys.exit(3)\n",
        "It could not be loaded: SystemExit: 3",
    ),
    "an endless depth": (
        "def register(hooks): register(hooks)\n",
        "It could not be loaded: RecursionError: maximum recursion depth exceeded",
    ),
}


@pytest.fixture(scope="module")
def fresh(
    schema_url: str, site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """A site that has answered nobody yet, so that plugins can still come."""
    with clone(schema_url, site_folder) as url:
        app = build(url, tmp_path_factory.mktemp("fresh"))
        yield app
        close(app)


@pytest.fixture
def bring(fresh: Flask, shelf: Path, forgotten: None) -> Iterator[Any]:
    """Load one more plugin into the site and return how it went."""
    from tests.conftest import back_to

    back_to(fresh)

    def load(code: str, name: str = "made", **changes: Any) -> Record:
        changes.setdefault("uses", ("db", "routes", "blocks", "navigation"))
        folder = make(shelf, name, code, **changes)
        manifest = parse((folder / "plugin.toml").read_text())
        record = Record(name, "folder", folder, f"plugins.{name}", manifest, path=shelf)
        gate = fresh.extensions["plugins"]
        gate.records[name] = record
        sentinel = Sentinel(gate.folder)
        loading._load(fresh, record, gate, fresh.extensions["plugin_failures"], sentinel)
        return record

    yield load
    fresh.extensions["plugins"].records.pop("made", None)


def rules(app: Flask) -> list[tuple[Any, ...]]:
    found = app.url_map.iter_rules()
    return [(r.rule, r.endpoint, sorted(r.methods or ()), r.defaults, r.redirect_to) for r in found]


def columns() -> dict[str, list[str]]:
    return {name: [c.name for c in table.columns] for name, table in Base.metadata.tables.items()}


@pytest.mark.parametrize("theft", THEFTS)
def test_a_theft_is_seen_and_undone(fresh: Flask, bring: Any, theft: str) -> None:
    code, sentence = THEFTS[theft]
    before, rules_before, columns_before = Taken(fresh), rules(fresh), columns()
    gate = fresh.extensions["plugins"]
    pages_before = dict(gate.pages)
    record = bring(code)
    assert (record.state, str(record.problems[0])[: len(sentence)]) == ("failed", sentence)
    assert before.changes() == []
    assert rules(fresh) == rules_before
    assert columns() == columns_before
    assert gate.pages == pages_before
    assert tables.tables_of("made") == []
    assert tables.modules_of("plugins.made") == []


def test_what_a_plugin_may_bring_is_kept(fresh: Flask, bring: Any) -> None:
    before = Taken(fresh)
    code = pages(after="bp.before_request(lambda: None)\nbp.errorhandler(404)(lambda e: 'mine')")
    record = bring(code)
    assert (record.state, record.problems) == ("loaded", [])
    assert "blueprints" in before.changes()
    assert ("/<lang>/x/made/", "made.index") in {(r[0], r[1]) for r in rules(fresh)}
    before.undo()
    assert before.changes() == []


def test_a_plugin_with_the_name_of_tables_of_the_core_does_not_fit(
    open_site: Any, shelf: Path
) -> None:
    make(shelf, "course")
    app = open_site(shelf)
    record = app.extensions["plugins"].records["course"]
    assert record.state == "incompatible"
    assert str(record.problems[0]) == (
        "Its name is that of a part of the site, whose tables begin with it: course."
    )


def test_plugins_in_a_circle_and_those_that_need_a_broken_one_are_told(
    open_site: Any, shelf: Path
) -> None:
    make(shelf, "one", more='[requires.plugins]\ntwo = ""')
    make(shelf, "two", more='[requires.plugins]\none = ""')
    make(shelf, "broken", "1 / 0")
    make(shelf, "needs", more='[requires.plugins]\nbroken = ""')
    make(shelf, "old", more='[requires]\ncore = ">=99"')
    records = open_site(shelf).extensions["plugins"].records
    told = {
        name: (record.state, str(record.problems[0]))
        for name, record in records.items()
        if record.problems
    }
    assert told["one"][0] == told["two"][0] == "incompatible"
    assert told["one"][1].startswith("Plugins wait for each other: ")
    assert told["broken"] == (
        "failed",
        "It could not be loaded: ZeroDivisionError: division by zero",
    )
    assert told["needs"] == ("failed", "It needs broken, which did not start.")
    assert told["old"] == ("incompatible", "It needs Rihla >=99; this site runs 0.1.0.")
    assert records["sample"].state == "loaded"


def test_a_plugin_whose_tables_would_mix_with_anothers_does_not_fit(
    open_site: Any, shelf: Path
) -> None:
    make(shelf, "made")
    make(shelf, "made_too")
    records = open_site(shelf).extensions["plugins"].records
    assert records["made"].state == "loaded"
    assert records["made_too"].state == "incompatible"
    assert str(records["made_too"].problems[0]) == (
        "Its name begins with that of made, so their tables could not be told apart."
    )
