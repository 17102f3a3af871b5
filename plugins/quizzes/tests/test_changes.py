from dataclasses import replace

import pytest

from plugins.quizzes.changes import carry_over, essence, kinds_of_change

BEFORE = """### Que fait une boucle ? {#q points=2}
- [x] elle répète des lignes
- [ ] elle s'arrête toujours
- [ ] elle définit une fonction"""


@pytest.mark.parametrize(
    ("was", "becomes", "kinds"),
    [
        ("répète", "répete", {"typo"}),
        ("Que fait", "Que peut faire", {"typo"}),
        ("- [ ] elle s'arrête", "- [x] elle s'arrête", {"type"}),
        ("- [x] elle répète", "- [ ] elle répète", {"key"}),
        ("points=2", "points=3", {"points"}),
        ("\n- [ ] elle définit une fonction", "", {"options"}),
        ("une fonction", "une fonction\n- [ ] rien du tout", {"options"}),
        ("une fonction", "une fonction\n\n> [!HINT] {cost=1}\n> ?", {"hints"}),
    ],
)
def test_an_edit_has_its_kind(read_all, read, was, becomes, kinds):
    old = read(BEFORE)
    quiz, _ = read_all(BEFORE.replace(was, becomes))
    new, _ = carry_over(old, quiz.questions[0])
    assert kinds_of_change(old, new) == kinds


def test_no_edit_and_a_deletion_are_said_too(bank):
    for question in bank.values():
        assert kinds_of_change(question, question) == frozenset()
        assert kinds_of_change(question, None) == {"deletion"}


def test_another_order_is_an_order_except_where_the_order_is_asked(bank):
    many, steps = bank["many"], bank["order"]
    turned = replace(many, options=many.options[::-1])
    assert kinds_of_change(many, turned) == {"order"}
    assert essence(many) == essence(turned)
    assert kinds_of_change(steps, replace(steps, steps=steps.steps[::-1])) == {"key"}


def test_parts_keep_their_keys_through_typos_and_moves(read):
    old = read(BEFORE)
    new = read(
        """### Que fait une boucle ? {#q points=2}
- [ ] elle définit une fonction
- [x] elle répète les lignes
- [ ] elle s'arrête toujours"""
    )
    carried, doubts = carry_over(old, new)
    keys = {option.key: option.text for option in carried.options}
    assert keys[old.options[0].key] == "elle répète les lignes"
    assert keys[old.options[1].key] == "elle s'arrête toujours"
    assert doubts == ()


def test_what_is_only_somewhat_alike_is_a_doubt(read):
    old = read(BEFORE)
    new = read(BEFORE.replace("elle répète des lignes", "elle recommence plusieurs lignes"))
    carried, doubts = carry_over(old, new)
    assert carried.options[0].key == old.options[0].key
    (doubt,) = doubts
    assert (doubt.before, doubt.after) == (
        "elle répète des lignes",
        "elle recommence plusieurs lignes",
    )


def test_what_is_not_alike_is_another_option(read):
    old = read(BEFORE)
    new = read(BEFORE.replace("elle s'arrête toujours", "42").replace("elle définit", "on écrit"))
    carried, _ = carry_over(old, new)
    assert carried.options[1].key not in {option.key for option in old.options}


def test_a_key_is_never_given_to_two_parts(read):
    """`A` becomes `B`; later somebody adds `A` again: that is another option."""
    one = read("### Q {#q}\n- [x] alpha\n- [ ] beta")
    two, _ = carry_over(one, read("### Q {#q}\n- [x] alphas\n- [ ] beta"))
    assert two.options[0].key == one.options[0].key
    three, _ = carry_over(two, read("### Q {#q}\n- [x] alphas\n- [ ] beta\n- [ ] alpha"))
    assert len({option.key for option in three.options}) == 3
    assert three.options[0].key == one.options[0].key


def test_gaps_keep_their_keys_when_one_comes_before(read):
    old = read("### Q {#q type=cloze}\nUn [[chat|chien]] et [[midi]].")
    new, _ = carry_over(old, read("### Q {#q type=cloze}\n[[Le|La]] [[chat|chien]] et [[midi]]."))
    assert [gap.key for gap in new.gaps][1:] == [gap.key for gap in old.gaps]
    assert new.body == f"[[{new.gaps[0].key}]] [[{old.gaps[0].key}]] et [[{old.gaps[1].key}]]."


def test_written_keys_stay_whatever_the_words(read):
    old = read("### Q {#q}\n- [x] oui {#a}\n- [ ] non {#b}")
    new, doubts = carry_over(old, read("### Q {#q}\n- [x] tout autre chose {#a}\n- [ ] non {#b}"))
    assert [option.key for option in new.options] == ["a", "b"]
    assert doubts == ()
