import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sdk.testing import read_blocks as nodes
from app.sdk.testing import split_front as split
from plugins.quizzes.comparison import compare
from plugins.quizzes.questions import KINDS, from_dict, to_dict, version
from plugins.quizzes.reader import read_quiz
from plugins.quizzes.writer import write_question, write_quiz

COURSES = Path(__file__).resolve().parents[3] / "courses"


def test_every_kind_of_question_is_read(bank):
    assert {question.kind for question in bank.values()} == set(KINDS)


def test_a_choice_keeps_its_options_feedback_hints_and_points(bank):
    question = bank["one"]
    assert [option.text for option in question.options] == ["5", "7", "12"]
    assert [option.right for option in question.options] == [False, True, False]
    assert question.options[0].feedback == "C'est la valeur de `x`."
    assert question.hints[0].text == "Remplacez `x`."
    assert bank["many"].points == 2


def test_numbers_texts_and_formulas_keep_what_is_accepted(bank):
    price = bank["number"]
    assert (price.accepted[0].low, price.accepted[0].high) == (Decimal("19.49"), Decimal("19.51"))
    assert [answer.share for answer in price.accepted] == [100, 50, 0]
    assert price.units == ("DH", "درهم")
    assert [answer.text for answer in bank["text"].accepted][2:] == ["Rabbat", "Casablanca"]
    assert bank["formula"].formula.tolerance == "1%"
    assert [variable.name for variable in bank["formula"].variables] == ["n", "p", "k"]


def test_gaps_are_chosen_or_typed_and_code_has_none(bank):
    chosen, typed, single = bank["cloze"].gaps
    assert [option.text for option in chosen.options] == ["crochets", "parenthèses", "accolades"]
    assert [answer.text for answer in typed.accepted] == ["Rabat", "الرباط"]
    assert [answer.text for answer in single.accepted] == ["def"]
    assert "`x[[1]]`" in bank["cloze"].body
    assert f"[[{chosen.key}]]" in bank["cloze"].body


def test_an_arrow_in_code_is_no_arrow(bank):
    assert bank["match"].pairs[2].left == "`f() -> int`"
    assert bank["match"].pairs[3].left == ""


def test_an_essay_keeps_rubric_solution_and_what_hints_cost(bank):
    essay = bank["essay"]
    assert [(line.key, line.points) for line in essay.rubric] == [("clarity", 2), ("example", 2)]
    assert essay.hints[0].cost == Decimal("0.5")
    assert essay.solution == "La médiane ne bouge pas."


def test_written_keys_stay_and_leave_the_text(read):
    question = read("### Q {#q}\n- [x] oui {#yes}\n- [ ] non {#no}")
    assert [(option.key, option.text) for option in question.options] == [
        ("yes", "oui"),
        ("no", "non"),
    ]


def test_keys_do_not_depend_on_the_order(read):
    one = read("### Q {#q}\n- [x] oui\n- [ ] non\n- [ ] peut-être")
    other = read("### Q {#q}\n- [ ] peut-être\n- [ ] non\n- [x] oui")
    assert {o.text: o.key for o in one.options} == {o.text: o.key for o in other.options}


def test_several_lines_and_code_belong_to_an_option(read):
    question = read(
        "### Q {#q}\n- [x] ainsi :\n\n  ```python\n  - [x] x = [1]\n  ```\n"
        "  > Oui\n  > bien.\n- [ ] non"
    )
    assert question.options[0].text == "ainsi :\n```python\n- [x] x = [1]\n```"
    assert question.options[0].feedback == "Oui\nbien."


def test_a_block_says_how_many_attempts_and_what_is_drawn(read_all):
    quiz, problems = read_all("", '#exam attempts=2 draw=20 tags="loops basics" shuffle=no')
    assert problems == []
    assert (quiz.attempts, quiz.draw, quiz.tags) == (2, 20, ("loops", "basics"))


WRONG = [
    ("", 1, 1, "no question"),
    ("### Q {#q}", 2, 7, "no answer"),
    ("### Q\n- [x] a\n- [ ] b", 2, 1, "no id"),
    ("### Q {#Q}\n- [x] a\n- [ ] b", 2, 7, "no id"),
    ("### {#q}\n- [x] a\n- [ ] b", 2, 1, "asks nothing"),
    ("### Q {#q pionts=2}\n- [x] a\n- [ ] b", 2, 11, "“pionts” means nothing"),
    ("### Q {#q points=0}\n- [x] a\n- [ ] b", 2, 11, "are no points"),
    ("### Q {#q points=NaN}\n- [x] a\n- [ ] b", 2, 11, "are no points"),
    ("### Q {#q type=nombre}\n= 3", 2, 11, "no type of question"),
    ("### Q {#q}\n- [ ] a\n- [ ] b", 2, 7, "No option is right"),
    ("### Q {#q}\n- [x] a", 2, 7, "two options or more"),
    ("### Q {#q}\n- [x] a\n- [x] b", 2, 7, "Every option is right"),
    ("### Q {#q}\n- [x] a\n- [ ] b\n- [x] a", 5, 7, "Line 3 says the same"),
    ("### Q {#q}\n- [x] a\n-[ ] b\n- [ ] c", 4, 1, "almost an option"),
    ("### Q {#q}\n- [x] a\n- [] b\n- [ ] c", 4, 1, "almost an option"),
    ("### Q {#q}\n- [x] a {#A}\n- [ ] b", 3, 8, "cannot be a key"),
    ("### Q {#q}\n- [x] a {#k}\n- [ ] b {#k}", 4, 8, "used twice in this question"),
    ("### Q {#q}\n- [200%] a\n- [x] b\n- [ ] c", 3, 1, "worth −100% to 100%"),
    ("### Q {#q}\n- [x] a\n- [ ] b\n\nEncore du texte.", 6, 1, "below the answers"),
    ("### Q {#q}\n= 3", 2, 7, "no answer"),
    ("### Q {#q type=number}", 2, 7, "no right answer"),
    ("### Q {#q type=number}\n= trois", 3, 3, "is no number"),
    ("### Q {#q type=number}\n- [x] a", 3, 1, "does not belong"),
    ("### Q {#q type=text}\n~ 50% presque", 2, 7, "no right answer"),
    ("### Q {#q type=text}\n= /a(/", 3, 3, "pattern cannot be used"),
    ("### Q {#q type=text}\n= Médiane\n= mediane", 4, 3, "Line 3 says the same"),
    ("### Q {#q type=truefalse}\n= peut-être", 3, 3, "is no answer here"),
    ("### Q {#q type=match}\n- a -> b", 2, 7, "nothing to match"),
    ("### Q {#q type=match}\n- a -> b\n- c\n- d -> e", 4, 3, "no arrow"),
    ("### Q {#q type=match}\n- a -> b\n- a -> c", 4, 3, "says the same"),
    ("### Q {#q type=order}\n1. seul", 2, 7, "nothing to put in order"),
    ("### Q {#q type=cloze}\nSans trou.", 2, 7, "no gap"),
    ("### Q {#q type=cloze}\nUn [[trou|", 3, 4, "never closed"),
    ("### Q {#q type=cloze}\nUn [[a|a]] et [[b|c]]", 3, 4, "twice"),
    ("### Un [[trou]] {#q type=cloze}\nUn [[a|b]]", 2, 1, "title of a question"),
    ("### Q {#q type=formula}\nAvec {n}.\nvars: n = 1..3", 2, 1, "one formula"),
    ("### Q {#q type=formula}\nAvec {n}.\n= n * m\nvars: n = 1..3", 4, 3, "what “m” is"),
    ("### Q {#q type=formula}\nAvec {n}.\n= n * (2\nvars: n = 1..3", 4, 9, "ends too early"),
    ("### Q {#q type=formula}\nAvec {n}.\n= 1/(n-2)\nvars: n = 1..3", 4, 3, "divides by zero"),
    ("### Q {#q type=formula}\nAvec {n}.\n= n/3\nvars: n = 1..3", 4, 3, "no end"),
    ("### Q {#q type=formula}\nAvec {n}.\n= n\nvars: n = 3..1", 5, 7, "is no variable"),
    ("### Q {#q type=formula}\nSans.\n= n\nvars: n = 1..3", 2, 7, "never see the value"),
    ("### Q {#q type=essay rubric=a:1,b:2}", 2, 22, "adds up to 3"),
    ("### Q {#q type=essay}\n\n> [!HINT] {cost=5}\n> Aide", 4, 1, "costs cannot be read"),
    ("### Q {#q type=essay}\n\n> [!SOLUTION]", 4, 1, "nothing in this quote"),
    ("### Q {#q credit=all}\n- [x] a\n- [ ] b", 2, 11, "part or whole"),
]


@pytest.mark.parametrize(("body", "line", "column", "message"), WRONG)
def test_what_is_wrong_is_said_with_its_place_and_a_remedy(read_all, body, line, column, message):
    _, problems = read_all(body)
    found = [p for p in problems if message in str(p.message)]
    assert found, [str(problem) for problem in problems]
    assert (found[0].line, found[0].column) == (line, column)
    assert str(found[0].remedy)


def test_all_problems_come_at_once_in_order_of_place(read_all):
    _, problems = read_all(
        "### A {#a type=number}\n= x\n\n### B {#b}\n- [ ] 1\n- [ ] 2\n\n### C {#c type=order}\n1. x"
    )
    assert len({problem.line for problem in problems}) >= 4
    assert problems == sorted(problems, key=lambda problem: problem.order())


def quizzes_of_the_project(language="fr"):
    for path in sorted(COURSES.rglob(f"*.{language}.md")):
        _, body, first = split(path.read_text("utf-8"))
        for node in nodes(body.split("\n"), first):
            if node.name == "quiz":
                yield path, node


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_every_quiz_of_the_courses_is_read_without_a_problem(language):
    found = list(quizzes_of_the_project(language))
    assert found
    for path, node in found:
        _, problems = read_quiz(node)
        assert problems == [], [f"{path.name}: {problem}" for problem in problems]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_translations_of_the_courses_ask_the_same_as_their_source(language):
    sources = {(path.name.split(".")[0], node.id): node for path, node in quizzes_of_the_project()}
    twins = list(quizzes_of_the_project(language))
    assert twins
    for path, node in twins:
        problems = compare(sources[path.name.split(".")[0], node.id], node)
        assert problems == [], [f"{path.name}: {problem}" for problem in problems]


def test_what_is_written_is_read_back_the_same(bank, read):
    for question in bank.values():
        assert read(write_question(question)) == question
    for _, node in quizzes_of_the_project():
        quiz, _ = read_quiz(node)
        (again,) = nodes(write_quiz(quiz).split("\n"))
        assert read_quiz(again) == (quiz, [])


def test_a_question_survives_json_and_its_version_follows_every_word(bank):
    for question in bank.values():
        assert from_dict(json.loads(json.dumps(to_dict(question)))) == question
    versions = {version(question) for question in bank.values()}
    assert len(versions) == len(bank)


LINES = st.sampled_from(
    [
        "### Q {#q}", "### {#q type=cloze}", "### Q {#a type=match}", "### Q {#f type=formula}",
        "### Q {#n type=number points=2}", "### Q {#o type=order}", "- [x] a", "- [ ] b {#k}",
        "- [50%] c", "  > retour", "> [!HINT] {cost=1}", "> x", "= 3 ± 0.1", "~ 20% x", "= n/0",
        "vars: n = 1..9, m = 1|2", "[[a|b]] [[c", "- a -> b", "-> x", "1. un", "```", "````",
        "", "  suite", "texte {n}", "= /(a+)+$/", "~ *", "{#k}", "- [", "[[|]]", "vars:",
        "> [!SOLUTION]", "= " + "(" * 60, "- - -> -> -",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=25))
def test_nothing_that_is_written_can_break_the_reader(node, lines):
    body = "\n".join(line.replace("\r", "").replace("````", "```") for line in lines)
    try:
        block = node(body)
    except ValueError:
        return
    quiz, problems = read_quiz(block)
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert str(problem)
    for question in quiz.questions:
        assert from_dict(to_dict(question)) == question
