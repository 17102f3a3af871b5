import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.question_exchange import aiken, formats
from plugins.question_exchange.conversion import to_bank, to_data
from plugins.question_exchange.items import Text, Unreadable
from plugins.question_exchange.markup import escaped, safe_name, to_markdown

AIKEN = """Que vaut x ?
A. 5
B) 7
ANSWER: B

Sans réponse ?
A. a
B. b

Faux ?
A. a
B. b
ANSWER: D
"""


def test_aiken_reads_what_fits_and_names_the_rest():
    reading = aiken.read(AIKEN.encode())
    (item,) = reading.items
    assert [(choice.text.text, choice.right) for choice in item.choices] == [
        ("5", False),
        ("7", True),
    ]
    assert [(entry.line, entry.name) for entry in reading.unread] == [
        (6, "Sans réponse ?"),
        (10, "Faux ?"),
    ]


def test_aiken_writes_single_choices_and_says_what_it_leaves_out():
    datas, _ = to_bank(aiken.read(AIKEN.encode()).items)
    essay = {"id": "e", "kind": "essay", "prompt": "?"}
    written = formats.write([*datas, essay], "aiken")
    assert written.data.decode() == "Que vaut x ?\nA. 5\nB. 7\nANSWER: B\n"
    assert [note.name for note in written.notes] == ["e"]
    assert to_bank(aiken.read(written.data).items)[0] == datas


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"Q{T}", "gift"),
        (AIKEN.encode(), "aiken"),
        (b"\n <?xml version='1.0'?><quiz/>", "moodle-xml"),
        (b"<questestinterop/>", "canvas"),
        (b"PK\x03\x04", "canvas"),
    ],
)
def test_a_file_is_known_by_what_is_in_it(data, name):
    assert formats.sniff(data) == name


@pytest.mark.parametrize(("data", "name"), [(b"", ""), (b" \n", ""), (b"x", "word")])
def test_nothing_and_unknown_formats_are_refused(data, name):
    with pytest.raises(Unreadable):
        formats.read(data, name)


def test_the_preview_is_plain_json():
    preview = formats.read(b"Un ?{T}\n\nDeux ?{~a =b}\n\nTrois ?{").to_dict()
    assert json.loads(json.dumps(preview)) == preview
    assert (preview["questions"], preview["by_type"]) == (2, {"choice": 1, "truefalse": 1})
    assert preview["left_out"] == 1


def test_every_file_of_others_gives_a_preview_and_plain_questions(gift_file):
    datas, _ = to_bank(formats.read(gift_file.read_bytes(), "gift").items)
    assert len({data["id"] for data in datas}) == len(datas)
    assert json.loads(json.dumps(datas)) == datas


@pytest.mark.parametrize(
    "more",
    [
        {"of": "x", "set": {"options": "x"}},
        {"of": "x", "set": {"kind": "evil"}},
        {"set": [1]},
        {"set": {"points": "NaN"}},
        {"set": {"points": 5}},
        {"set": {"hints": [{"text": 1}]}},
        {"set": {"id": "../x"}},
        {"set": {"unknown": "x"}},
    ],
)
def test_a_comment_that_makes_no_sense_is_passed_over(more):
    text = f"// rihla {json.dumps(more)}\n::a::Un ?{{T}}"
    (item,) = formats.read(text.encode(), "gift").items
    assert to_data(item)[0] == to_data(formats.read(b"::a::Un ?{T}", "gift").items[0])[0]


def test_a_question_changed_elsewhere_keeps_its_change_and_what_only_we_know():
    data = {"id": "a", "kind": "order", "prompt": "?", "points": "3", "steps": [
        {"text": "un"}, {"text": "deux"}]}  # fmt: skip
    text = formats.write([data], "gift").data.decode()
    (item,) = formats.read(text.encode(), "gift").items
    assert to_data(item)[0] == data
    (item,) = formats.read(text.replace("[markdown]?", "[markdown]Autre ?").encode(), "gift").items
    changed = to_data(item)[0]
    assert (changed["prompt"], changed["kind"], changed["points"]) == ("Autre ?", "essay", "3")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>un</p><p>deux</p>", "un\n\ndeux"),
        ("a<br>b", "a  \nb"),
        ("<b>a</b><b>b</b>", "**ab**"),
        ("2 * 3 &lt; 7", "2 \\* 3 \\< 7"),
        ("<code>x*y</code>", "`x*y`"),
        ("<ol><li>un</li><li>deux</li></ol>", "1. un\n2. deux"),
        ("<a href='javascript:alert(1)'>x</a>", "x"),
        ("<a href='https://example.org/a b'>x</a>", "[x](https://example.org/ab)"),
        ("<img src='https://evil.example/p.gif' alt='p'>", "p"),
        ("<p># titre</p>", "\\# titre"),
        ("snake_case et _mot_", "snake_case et \\_mot\\_"),
    ],
)
def test_html_becomes_markdown(html, markdown):
    assert to_markdown(Text(html, "html"))[0] == markdown


def test_scripts_are_lost_and_said():
    words, lost = to_markdown(Text("a<script>alert(1)</script><video src=x></video>b", "html"))
    assert words == "ab"
    assert lost == {"script", "video"}


@pytest.mark.parametrize("piece", ["<", "<!--", "<a ", "<a href='", "<?", "<b>", "<li>", "<div>"])
def test_hostile_html_is_read_in_linear_time(piece):
    """60,000 signs that cost a naive reader a minute; a runaway would be stopped by the suite."""
    words, _ = to_markdown(Text(piece * (60_000 // len(piece)), "html"))
    assert len(words) <= 130_000


def test_names_of_files_are_only_names():
    assert safe_name("../../etc/Pass wd.PNG") == "pass-wd.png"
    assert safe_name("C:\\x\\صورة.png") == "file.png" or safe_name("صورة.png").endswith("png")
    assert safe_name("") == "file"


def test_plain_words_are_shown_as_they_are():
    assert escaped("1. un") == "1\\. un"
    assert escaped("- [x] a") == "\\- \\[x\\] a"
    assert escaped("$5 à $6") == "\\$5 à \\$6"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([*formats.READERS, ""]))
def test_whatever_the_file_it_is_read_or_refused(data, name):
    try:
        reading = formats.read(data, name)
    except Unreadable:
        return
    to_bank(reading.items)
    json.dumps(reading.to_dict())
