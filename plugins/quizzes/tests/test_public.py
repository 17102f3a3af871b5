"""A canary stands wherever something is hidden; no byte that is sent may hold one."""

import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from plugins.quizzes.draws import draw_values
from plugins.quizzes.public import Choice, PublicGap, PublicQuestion, hint_text, public, to_plain
from plugins.quizzes.questions import Formula, Option

CANARY = "c4n4ry"
SHOWN = {
    "id", "kind", "prompt", "body", "points", "choices", "lefts", "gaps", "unit", "rubric",
    "hint_costs",
}  # fmt: skip


def bytes_of(question, seed):
    return json.dumps(to_plain(public(question, seed)), ensure_ascii=False)


def hidden(question):
    """Return the question with a canary in everything that must not be seen."""
    return replace(
        question,
        options=tuple(replace(o, feedback=CANARY) for o in question.options),
        accepted=tuple(replace(a, text=CANARY, feedback=CANARY) for a in question.accepted),
        gaps=tuple(
            replace(
                gap,
                options=tuple(replace(o, feedback=CANARY) for o in gap.options),
                accepted=tuple(replace(a, text=CANARY, feedback=CANARY) for a in gap.accepted),
            )
            for gap in question.gaps
        ),
        hints=tuple(replace(hint, text=CANARY) for hint in question.hints),
        solution=CANARY,
        tags=(CANARY,),
        formula=Formula(CANARY, CANARY) if question.formula else None,
        units=(*question.units, CANARY) if question.units else (),
    )


def test_no_hidden_word_is_in_what_is_sent(bank):
    for question in bank.values():
        assert CANARY not in bytes_of(hidden(question), "seed")


def test_what_is_right_changes_no_byte(bank):
    """Two questions that differ only in what is right look the same to everybody."""
    for question in bank.values():
        other = replace(
            question,
            options=tuple(replace(o, right=not o.right, share=None) for o in question.options),
            accepted=(),
            gaps=tuple(
                replace(
                    gap,
                    options=tuple(replace(o, right=not o.right) for o in reversed(gap.options)),
                )
                for gap in question.gaps
            ),
            formula=None,
            whole=not question.whole,
            exact=not question.exact,
        )
        assert bytes_of(other, "seed") == bytes_of(question, "seed")


def test_other_pairs_of_the_same_sides_change_no_byte(bank):
    question = bank["match"]
    rights = [(pair.right_key, pair.right) for pair in question.pairs]
    turned = [*rights[1:], rights[0]]
    other = replace(
        question,
        pairs=tuple(
            replace(pair, right_key=key, right=text)
            for pair, (key, text) in zip(question.pairs, turned, strict=True)
        ),
    )
    assert bytes_of(other, "seed") == bytes_of(question, "seed")


def test_a_key_says_nothing_about_its_place(read):
    """The keys of steps and of gaps follow from their words, not from what is right."""
    one = read("### Q {#q type=order}\n1. a\n2. b\n3. c")
    other = read("### Q {#q type=order}\n1. c\n2. a\n3. b")
    assert {s.text: s.key for s in one.steps} == {s.text: s.key for s in other.steps}
    first = read("### Q {#q type=cloze}\nUn [[a|b|c]].").gaps[0]
    second = read("### Q {#q type=cloze}\nUn [[c|a|b]].").gaps[0]
    assert first.key == second.key
    assert {o.text: o.key for o in first.options} == {o.text: o.key for o in second.options}
    typed = read("### Q {#q type=cloze}\nUn [[rabat]].").gaps[0]
    assert typed.key == read("### Q {#q type=cloze}\nUn [[fes]].").gaps[0].key


def test_the_list_of_what_is_shown_grows_only_on_purpose():
    assert {field.name for field in fields(PublicQuestion)} == SHOWN
    assert {field.name for field in fields(Choice)} == {"key", "text"}
    assert {field.name for field in fields(PublicGap)} == {"key", "choices"}


def test_each_attempt_has_its_order_and_its_values(bank):
    orders = {tuple(c.key for c in public(bank["many"], str(n)).choices) for n in range(50)}
    assert len(orders) > 10
    fixed = replace(bank["many"], shuffle=False)
    assert {tuple(c.key for c in public(fixed, str(n)).choices) for n in range(50)} == {
        tuple(option.key for option in fixed.options)
    }
    formula = bank["formula"]
    values = draw_values(formula, "s")
    assert "{n}" not in public(formula, "s").body
    assert f"Un panier de {values['n']} tomates" in public(formula, "s").body


@pytest.mark.parametrize("name", ["match", "order", "cloze"])
def test_these_are_drawn_even_where_the_author_fixed_the_order(bank, name):
    fixed = replace(bank[name], shuffle=False)
    seen = {bytes_of(fixed, str(n)) for n in range(30)}
    assert len(seen) > 3


def test_hints_are_counted_and_given_one_by_one(bank):
    essay = bank["essay"]
    assert public(essay, "s").hint_costs == (Decimal("0.5"),)
    assert hint_text(essay, "s", 1) == "Un exemple aide."


def test_braces_that_are_no_variable_stay(bank):
    question = replace(bank["one"], prompt="`{n}` et {x}", options=(Option("a", "{n}"),))
    assert public(question, "s").prompt == "`{n}` et {x}"
