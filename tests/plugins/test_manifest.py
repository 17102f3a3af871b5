"""plugin.toml: what is read, and what is refused with the place and the reason."""

import pytest

from app.plugins.manifest import parse
from app.plugins.rules import ManifestError, Setting
from tests.plugins import making
from tests.plugins.making import NOBODY, manifest

PRIVATE = "made_row = { person = 'person_id', export = ['text'], %s }"


def setting(*lines: str, place: str = "settings.key") -> str:
    return "\n".join([f"[{place}]", *lines])


WRONG = {
    "no toml": ("name =", "plugin.toml cannot be read"),
    "no plugin": ("[privacy]\nreason = 'x'", "[plugin.toml] lacks plugin."),
    "no name": (manifest().replace('name = "made"', ""), "[plugin] lacks name."),
    "a name with signs": (manifest("a-b"), "[plugin] name: a-b cannot be the name of a plugin."),
    "a name that climbs": (manifest("../x"), "[plugin] name: ../x cannot be the name of a plugin."),
    "a name of one letter": (manifest("a"), "[plugin] name: a cannot be"),
    "a name that is ours": (manifest("static"), "[plugin] name: static cannot be"),
    "no version": (manifest(version="one"), "[plugin] version: one is not a version."),
    "a number as title": (
        manifest().replace('title = "Made"', "title = 3"),
        "[plugin] title must be str / dict.",
    ),
    "no English": (
        manifest().replace('"Made"', '{ fr = "Fait" }'),
        "[plugin] title needs its words in en.",
    ),
    "a foreign language": (
        manifest().replace('"Made"', '{ en = "Made", xx = "?" }'),
        "[plugin] title: no such language: xx.",
    ),
    "no range": (
        manifest().replace(">=0.1,<1", "soon"),
        "[plugin] api: soon does not say which versions.",
    ),
    "a scope": (manifest(about='scope = "course"'), "[plugin] scope must be site or center."),
    "a typo": (manifest(about='licence = "MIT"'), "[plugin] nobody knows: licence."),
    "a table": (manifest(more="[setings]"), "[plugin.toml] nobody knows: setings."),
    "no table": (
        manifest().replace("[capabilities]", "[requires]\nplugins = 3\n[capabilities]"),
        "[requires] plugins must be dict.",
    ),
    "a path": (manifest(about='migrations = "../up"'), "[plugin] migrations must be a folder"),
    "an absolute path": (manifest(about='migrations = "/up"'), "[plugin] migrations must be"),
    "a capability": (manifest(uses=("root",)), "[capabilities] nobody knows: root."),
    "capabilities as text": (
        manifest().replace("uses = [", "uses = [3, "),
        "[capabilities] uses must be a list of texts.",
    ),
    "needs": (
        manifest(more="[requires.plugins]\ntracks = 'new'"),
        "[requires] plugins.tracks: new does not say which versions.",
    ),
    "a foreign permission": (
        manifest(more='[permissions]\n"courses.publish" = { label = "x" }'),
        "[permissions] courses.publish must begin with made.",
    ),
    "a role": (
        manifest(more='[permissions]\n"made.x" = { label = "x", default = ["king"] }'),
        "[permissions.made.x] there is no role king.",
    ),
    "a type": (manifest(more=setting('type = "date"')), "[settings.key] nobody knows the type"),
    "a default": (
        manifest(more=setting('type = "int"', 'default = "3"')),
        "[settings.key] default is not of type int.",
    ),
    "a truth as a number": (
        manifest(more=setting('type = "int"', "default = true")),
        "[settings.key] default is not of type int.",
    ),
    "choices": (
        manifest(more=setting('type = "choice"', 'choices = ["a"]', 'default = "b"')),
        "[settings.key] needs choices, the default among them.",
    ),
    "a key of a setting": (
        manifest(more=setting('type = "int"', "maximum = 3")),
        "[settings.key] nobody knows: maximum.",
    ),
    "a setting's name": (
        manifest(more=setting('type = "int"', place='settings."a b"')),
        "[settings.a b] nobody knows the type int.",
    ),
    "a center's setting": (
        manifest(more=setting('type = "int"', "min = 'a'", place="center_settings.key")),
        "[center_settings.key] min must be int / float.",
    ),
    "no privacy": (manifest(privacy=""), "[privacy] must name the tables about people"),
    "a foreign table": (
        manifest(privacy="person = { person = 'id', erase = 'delete' }"),
        "[privacy.person] needs a table of the plugin",
    ),
    "an erasure": (
        manifest(privacy=PRIVATE % "erase = 'burn'"),
        "[privacy.made_row] needs a table of the plugin",
    ),
    "kept without reason": (
        manifest(privacy=PRIVATE % "erase = 'keep'"),
        "[privacy.made_row] must say why it keeps, or what it empties.",
    ),
    "emptied of nothing": (
        manifest(privacy=PRIVATE % "erase = 'anonymize'"),
        "[privacy.made_row] must say why",
    ),
    "a default outside": (
        manifest(more=setting('type = "int"', "default = 9", "max = 3")),
        "[settings.key] default is outside of what is allowed.",
    ),
    "an address that runs": (
        manifest(about='homepage = "javascript:alert(1)"'),
        "[plugin] homepage must be an address",
    ),
    "a style elsewhere": (
        manifest(more='[assets]\ncss = ["../../web/static/site.css"]'),
        "[assets] css must name files of its folder static, as x.css.",
    ),
    "an endless nest": ("x = " + "[" * 20_000, "plugin.toml cannot be read"),
    "a novel": ("#" * 70_000, "plugin.toml is longer than 64,000 signs."),
    "files of all": (manifest(more='[assets]\ncss = "a.css"'), "[assets] css must be list."),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_manifest_is_refused_with_place_and_reason(case: str) -> None:
    text, sentence = WRONG[case]
    with pytest.raises(ManifestError) as refused:
        parse(text)
    assert str(refused.value.sentence).startswith(sentence)


def test_a_manifest_says_all_that_is_needed() -> None:
    found = parse(
        manifest(
            "quiz_bank",
            version="1.2.0-rc1",
            about='scope = "site"\nauthors = ["Salma"]\nmigrations = "migrations"',
            more="\n".join(
                [
                    '[requires]\ncore = ">=0.1"\ncore_schema = "core_0002"',
                    '[requires.plugins]\ntracks = ">=1"',
                    '[permissions]\n"quiz_bank.write" = { label = "Write", default = ["manager"] }',
                    setting('type = "int"', "default = 3", "min = 1", 'label = "Most"'),
                    setting('type = "str"', "required = true", place="center_settings.room"),
                    '[assets]\ncss = ["quiz.css"]',
                ]
            ),
            privacy="quiz_bank_row = { person = 'person_id', erase = 'keep', keep_reason = 'Law' }",
        )
    )
    assert (found.name, found.version, found.scope) == ("quiz_bank", "1.2.0rc1", "site")
    assert found.version_table == "alembic_version_quiz_bank"
    assert found.plugins == {"tracks": ">=1"}
    assert [(p.name, str(p.label), p.roles) for p in found.permissions] == [
        ("quiz_bank.write", "Write", ("manager",))
    ]
    (most,) = found.settings
    assert isinstance(most, Setting)
    assert (most.key, most.type, most.default, most.min, str(most.label)) == (
        "key",
        "int",
        3,
        1,
        "Most",
    )
    (room,) = found.center_settings
    assert (str(room.label), room.required, room.default) == ("Room", True, None)
    (private,) = found.privacy
    assert (private.erase, str(private.keep_reason)) == ("keep", "Law")
    assert found.css == ("quiz.css",)


def test_words_are_kept_in_each_language() -> None:
    text = manifest().replace('"Made"', '{ en = "Made", fr = "Fait", ar = "صنع" }')
    assert parse(text).words == {
        "en": {"Made": "Made"},
        "fr": {"Made": "Fait"},
        "ar": {"Made": "صنع"},
    }


def test_a_switch_may_be_on_by_default() -> None:
    (found,) = parse(manifest(more=setting('type = "bool"', "default = true"))).settings
    assert found.default is True


def test_stores_nothing_needs_its_reason_and_nothing_else() -> None:
    found = parse(manifest(privacy=NOBODY))
    assert found.privacy == ()
    assert str(found.privacy_reason) == "Stores nothing about people."


def test_the_makers_own_manifest_is_right() -> None:
    assert parse(making.manifest()).name == "made"
