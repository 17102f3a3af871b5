import io
import zipfile
from collections import Counter
from decimal import Decimal

import pytest

from plugins.question_exchange.canvas import read
from plugins.question_exchange.conversion import to_bank, to_data
from plugins.question_exchange.items import Unreadable

MALFORMED = {
    "choice_vary_points_by_answer.xml", "choice_vary_points_by_answer_zero_points.xml",
    "fib.xml", "fib_str.xml", "item_no_title.xml",
}  # fmt: skip
"""Fixtures that are no well-formed XML: no space before an attribute, an element never closed."""
NOT_OURS = {
    "bank_entry_item.xml": None,
    "categorization.xml": "categorization_question",
    "formula_mform.xml": "several steps",
    "hot_spot.xml": "hot_spot_question",
    "upload.xml": "file_upload_question",
    "upload_with_custom_settings.xml": "file_upload_question",
}
"""Fixtures of types that have no place here, and what is said of them."""


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


ITEM = """<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment
 title="T"><section><item ident="i1" title="Q1"><itemmetadata><qtimetadata><qtimetadatafield>
<fieldlabel>question_type</fieldlabel><fieldentry>multiple_choice_question</fieldentry>
</qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext
 texttype="text/html">&lt;p&gt;Que vaut &lt;b&gt;x&lt;/b&gt; ?&lt;img
 src="$IMS-CC-FILEBASE$/a/b.png"
 alt="b"&gt;&lt;/p&gt;</mattext></material><response_lid ident="r" rcardinality="Single">
<render_choice><response_label ident="1"><material><mattext>5</mattext></material></response_label>
<response_label ident="2"><material><mattext>7</mattext></material></response_label>
</render_choice></response_lid></presentation><resprocessing><respcondition><conditionvar>
<varequal respident="r">2</varequal></conditionvar><setvar action="Set" varname="SCORE">100</setvar>
</respcondition></resprocessing></item></section></assessment></questestinterop>"""


def test_a_fixture_of_canvas_is_read_or_named(qti_item):
    if qti_item.name in MALFORMED:
        with pytest.raises(Unreadable, match="no XML"):
            read(qti_item.read_bytes())
        return
    reading = read(qti_item.read_bytes())
    if qti_item.name in NOT_OURS:
        said = [str(entry.message) for entry in reading.unread]
        assert reading.items == ()
        assert NOT_OURS[qti_item.name] is None or NOT_OURS[qti_item.name] in said[0]
        return
    assert reading.items
    assert not [entry for entry in reading.unread if entry.is_error]


def test_all_simple_types_of_canvas_come_in(fixtures):
    reading = read(
        (fixtures("canvas-qti") / "spec/fixtures/all_canvas_simple_1.2.xml").read_bytes()
    )
    assert reading.count() == {
        "choice": 2, "cloze": 2, "essay": 1, "formula": 1, "match": 1, "number": 1, "text": 1,
        "truefalse": 1,
    }  # fmt: skip


def test_a_quiz_made_by_text2qti_comes_in_whole(fixtures):
    reading = read((fixtures("text2qti") / "quiz.zip").read_bytes())
    datas, lost = to_bank(reading.items)
    assert lost == []
    assert [data["kind"] for data in datas] == ["one", "many", "number", "text", "essay"]
    assert datas[0]["prompt"] == "Quel protocole chiffre le web ?"
    assert datas[0]["solution"] == "Bravo"
    assert [o["text"] for o in datas[1]["options"] if o["right"]] == ["الرباط", "فاس"]
    assert datas[2]["accepted"][0]["text"] == "1024"
    assert [a["text"] for a in datas[3]["accepted"]] == ["Rabat", "الرباط"]
    assert {item.category for item in reading.items} == {"Sécurité — الأمن"}


def test_a_zip_brings_the_pictures_that_are_shown():
    reading = read(zipped([("q/quiz.xml", ITEM), ("a/b.png", b"png"), ("a/c.png", b"other")]))
    data, _ = to_data(reading.items[0])
    assert data["prompt"] == "Que vaut **x** ?![b](../media/b.png)"
    assert [option["right"] for option in data["options"]] == [False, True]
    assert [file.name for file in reading.files] == ["b.png"]


def test_numbers_keep_their_bounds(fixtures):
    folder = fixtures("canvas-qti") / "spec/fixtures/items_1.2"
    (item,) = read((folder / "numeric_margin_error.xml").read_bytes()).items
    assert [(c.number.low, c.number.high) for c in item.choices] == [(Decimal(70), Decimal(84))]


def test_the_same_question_is_read_once():
    assert len(read(zipped([("a.xml", ITEM), ("b.xml.qti", ITEM)])).items) == 1


def test_a_damaged_file_is_named_and_the_rest_is_read():
    reading = read(zipped([("a.xml", ITEM), ("b.xml", "<broken"), ("__MACOSX/x.xml", "?")]))
    assert Counter(entry.name for entry in reading.unread) == {"b.xml": 1}
    assert len(reading.items) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped([("../../etc/passwd.xml", ITEM)]), "lead out of it"),
        (zipped([("/etc/cron.xml", ITEM)]), "lead out of it"),
        (zipped([("C:\\x.xml", ITEM)]), "lead out of it"),
        (zipped([("a.xml", b"0" * 30_000_000)]), "far too large"),
        (zipped([(f"{n}.txt", "") for n in range(5_001)]), "far too large"),
        (zipped([("a.txt", "nothing")]), "no quiz of QTI 1.2"),
        (zipped([("a.xml", "<assessmentItem/>")]), "QTI 2"),
        (zipped([("a.xml", ITEM)])[:-40], "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b"PK" + b"\0" * 50_000_000, "larger than"),
    ],
    ids=["up", "root", "drive", "bomb", "many", "none", "qti2", "cut", "stub", "large"],
)
def test_hostile_zips_are_refused_as_a_whole(data, message):
    with pytest.raises(Unreadable) as refusal:
        read(data)
    assert message in str(refusal.value.message)


def test_a_zip_that_lies_about_sizes_is_refused():
    data = bytearray(zipped([("a.xml", ITEM + " " * 100_000)]))
    size = len(ITEM.encode()) + 100_000
    honest, lie = size.to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert data.count(honest) == 2
    with pytest.raises(Unreadable, match="damaged|too large"):
        read(bytes(data.replace(honest, lie)))
