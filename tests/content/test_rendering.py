"""What a lesson looks like as HTML."""

import re

import pytest

from app.content.context import FileRef, RenderContext, resolve
from app.content.markdown import fragment, inline, render
from app.content.rules import BlockNode

CONTEXT = RenderContext(
    path="01-start/01-hello.fr.md",
    lesson=lambda lesson, fragment: f"/fr/l/{lesson}" if lesson == "hello" else None,
    file=lambda path: FileRef("/f/" + path, 2_400_000, 40, 20) if "gone" not in path else None,
    glossary=(("variable", "Un nom."), ("متغيّر", "اسم لقيمة"), ("reste", "")),
)


def html(source: str, language: str = "en") -> str:
    return render(source, language=language, context=CONTEXT).html


def test_paragraphs_have_numbers_and_headings_names():
    assert html("One.\n\n## My title\n\nTwo.") == (
        '<p id="p-1">One.</p>\n<h2 id="h-my-title">My title</h2>\n<p id="p-3">Two.</p>'
    )


def test_a_heading_may_bring_its_own_id():
    rendered = render("## Title {#own}\n\n## Title\n\n## Title", language="en")
    assert [h.id for h in rendered.headings] == ["h-own", "h-title", "h-title-2"]
    assert rendered.headings[0].text == "Title"


def test_a_hash_without_a_space_is_no_heading():
    assert html("#hashtag") == '<p id="p-1">#hashtag</p>'


def test_arabic_headings_keep_their_letters():
    assert 'id="h-شرط-بسيط"' in html("## شرط بسيط", "ar")


def test_callouts_have_a_kind_and_a_title():
    text = html("> [!WARNING]\n> Careful.\n\n> [!NOTE] My *title*\n> Text.\n\n> A quote.", "fr")
    assert '<div class="note warning" id="p-1"><strong>Attention</strong><p>Careful.</p>' in text
    assert '<div class="note" id="p-2"><strong>My <em>title</em></strong><p>Text.</p>' in text
    assert '<blockquote id="p-3">' in text


def test_a_callout_holds_lists_and_code():
    text = html("> [!TIP]\n> Try:\n> - one\n> - two\n>\n> ```python\n> x = 1\n> ```")
    assert text.count("<li>") == 2
    assert '<div class="cell"><pre dir="ltr"' in text


def test_formulas_become_mathml_and_stay_out_of_code():
    text = html("A $\\frac{1}{2}$ and `$x$`.\n\n$$\n\\sum_{i=1}^n x_i\n$$")
    assert "<math><mrow><mfrac>" in text
    assert "<code>$x$</code>" in text
    assert '<p id="p-2"><math display="block" tabindex="0">' in text
    assert "latex" not in text


def test_money_is_not_a_formula():
    assert "<math" not in html("From 5 $ to 10 $, or $5 and $10, or \\$5\\$.")


def test_a_formula_that_cannot_be_read_is_shown_as_text_and_told():
    rendered = render("Here: $\\foo{x}$.", language="en")
    assert '<code class="formula" dir="ltr">\\foo{x}</code>' in rendered.html
    assert "\\foo" in str(rendered.problems[0])


def test_code_has_few_classes_and_is_left_to_right_even_in_arabic():
    text = html("```python\n# c\ndef f(x):\n    return 'a' + 1\n```", "ar")
    assert '<pre dir="ltr" tabindex="0" role="group" aria-label="شيفرة"><code>' in text
    assert set(re.findall(r'span class="(\w)"', text)) == {"c", "k", "f", "s", "n"}
    assert "style=" not in text


def test_output_is_a_sample_and_not_code():
    assert "<samp>6.5 &lt; 7</samp>" in html("```text\n6.5 < 7\n```")


def test_inline_code_in_arabic_is_an_island():
    assert '<code dir="ltr">x = 1</code>' in html("اكتب `x = 1` هنا", "ar")
    assert "<code>x = 1</code>" in html("Write `x = 1` here")


def test_blocks_and_cells_are_nodes_between_segments():
    source = '---\nid: a\n---\nA\n\n````quiz {#q attempts=3 title="two words"}\n### B {#c}\n'
    source += "```python {.cell #no}\n```\n````\n\nC\n\n```python {.cell #run}\nx\n```\n"
    rendered = render(source, language="en")
    quiz, cell = rendered.blocks
    assert quiz.attrs == {"attempts": "3", "title": "two words"}
    assert (quiz.name, quiz.id, quiz.line) == ("quiz", "q", 6)
    assert quiz.body == "### B {#c}\n```python {.cell #no}\n```"
    assert cell == BlockNode("cell", "run", {"language": "python"}, "x", 14)
    kinds = [type(part).__name__ for part in rendered.segments]
    assert kinds == ["str", "BlockNode", "str", "BlockNode"]


def test_a_block_shown_as_code_is_not_a_block():
    rendered = render("`````markdown\n````quiz {#q}\n````\n`````", language="en")
    assert rendered.blocks == ()
    assert "````quiz {#q}" in re.sub(r"<[^>]*>", "", rendered.html)


def test_four_backticks_without_a_header_are_code():
    assert render("````text\n```\n````", language="en").blocks == ()


def test_links_are_rewritten_and_files_show_their_size():
    text = html(
        "[a](lesson:hello) [b](../data/x.csv) [c](https://x.org) [d](#e) [f](mailto:a@b.c)", "fr"
    )
    assert '<a href="/fr/l/hello">a</a>' in text
    assert 'href="/f/data/x.csv"' in text
    assert '<span class="size">(2,4&nbsp;Mo)</span>' in text
    assert 'href="https://x.org" rel="noopener noreferrer"' in text
    assert 'href="#h-e"' in text
    assert 'href="mailto:a@b.c"' in text


def test_dead_links_lose_their_address_and_keep_their_words():
    text = html("[a](lesson:nowhere) [b](../data/gone.csv) ![c](../media/gone.svg) [d](ftp://x)")
    assert "<a " not in text
    assert "<img" not in text
    assert text.count('<span class="missing">') == 4


def test_pictures_know_their_size_and_wait():
    text = html('![Un carré](../media/a.svg "Titre : oui")', "fr")
    for part in ('alt="Un carré"', 'width="40"', 'height="20"', 'loading="lazy"'):
        assert part in text
    assert "<figcaption>Titre&nbsp;: oui</figcaption></figure>" in text


def test_pictures_of_other_sites_are_not_loaded():
    assert "<img" not in html("![x](https://tracker.example/a.png)")


def test_tables_scroll_in_their_box_and_name_their_columns():
    text = html("| | A |\n|---|--:|\n| b | 1 |")
    assert '<div class="scroll" role="group" tabindex="0"' in text or 'class="scroll"' in text
    assert '<th class="end" scope="col">A</th>' in text
    assert "<td></td>" in text
    assert "style" not in text


def test_footnotes_lead_there_and_back():
    text = html("A[^1].\n\n[^1]: Note.", "fr")
    assert 'href="#fn:1"' in text
    assert 'href="#fnref:1"' in text
    assert "Revenir au texte" in text


def test_terms_are_linked_once_and_never_in_code_headings_or_links():
    text = html("## variable\n\n`variable` [variable](#x) les variables, une variable", "fr")
    assert text.count('<a class="term" href="#t-0">variables</a>') == 1
    assert '<dt id="t-0"><dfn>variable</dfn></dt><dd>Un nom.</dd>' in text


def test_arabic_terms_are_found_with_article_and_without_vowel_signs():
    assert '<a class="term" href="#t-1">والمتغير</a>' in html("القيمة والمتغير", "ar")
    assert '<a class="term" href="#t-1">المتغيّرات</a>' in html("هذه المتغيّرات", "ar")


def test_a_term_inside_another_word_is_left_alone():
    assert "term" not in html("invariablement", "fr")


def test_a_term_without_a_definition_is_not_linked():
    assert "term" not in html("le reste", "fr")


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Quoi ? Oui ! Bien ; voici : 50 %", "Quoi\xa0? Oui\xa0! Bien\xa0; voici\xa0: 50\xa0%"),
        ("Quoi? Oui!", "Quoi\xa0? Oui\xa0!"),
        ("« a » et «b»", "«\xa0a\xa0» et «\xa0b\xa0»"),
        ("à 10:30, l'heure d'été", "à 10:30, l’heure d’été"),
    ],
)
def test_french_gets_its_spaces(typed, set_):
    assert inline(typed, language="fr").replace("&nbsp;", "\xa0") == set_
    assert inline(typed, language="en").replace("&nbsp;", "\xa0") == typed


def test_french_spaces_stay_out_of_code_and_follow_it():
    assert inline("`a ? b` ? **c** :", language="fr") == (
        "<code>a ? b</code>&nbsp;? <strong>c</strong>&nbsp;:"
    )


def test_lists_are_read_as_people_write_them():
    text = html("Text\n- a\n  - b\n\n    more\n- c\n\n1) one\n2) two")
    assert text.count("<ul") == 2
    assert text.count("<ol") == 1
    assert "<p>more</p>" in text


def test_code_inside_a_list_stays_in_the_list():
    text = html("- a\n\n  ```python\n  x = 1\n  ```\n\n- b")
    assert re.search(r"<li>\s*<p>a</p>\s*<div class=\"cell\">", text)
    assert text.count("<ul") == 1


def test_a_year_does_not_begin_a_list():
    assert "<ol" not in html("It was in\n2024. A good year.")


def test_raw_html_is_shown_and_not_run():
    text = html("A <b>bold</b> <script>alert(1)</script>\n\n<div>x</div>")
    assert "<b>" not in text
    assert "<div>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_text_for_search_is_plain():
    rendered = render("L'**idée** : $x$\n\n```python\nprint(1)\n```", language="fr")
    assert rendered.text == "L'idée : x print(1)"


def test_links_and_weight_are_told():
    rendered = render("[a](lesson:hello#x) ![b](../media/b.svg)", language="en", context=CONTEXT)
    assert [(link.kind, link.target) for link in rendered.links] == [
        ("lesson", "hello#x"),
        ("image", "media/b.svg"),
    ]
    assert rendered.weight == len(rendered.html.encode())


def test_a_fragment_has_no_ids():
    text = fragment("## T\n\nA\n\n```python\nx\n```", language="en")
    assert " id=" not in text
    assert inline("`a` **b**", language="en") == "<code>a</code> <strong>b</strong>"


def test_marks_of_slots_in_a_text_are_harmless():
    assert "\ue000" not in html("\ue0000\ue001 \ue0021\ue003\n\n```python\nx\n```")


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "..", "a\\b", "a\0b", "", "?x"])
def test_nothing_outside_the_course_is_reached(target):
    assert resolve("01-a/b.md", target) is None


def test_a_quote_may_follow_text_without_a_blank_line():
    text = html("Text\n> quote")
    assert '<p id="p-1">Text</p>' in text
    assert '<blockquote id="p-2">' in text


def test_quotes_in_quotes_end_somewhere():
    assert html("> " * 11 + "a").count("<blockquote") == 8


def test_a_title_in_a_lesson_becomes_an_ordinary_heading():
    assert html("# Title") == '<h2 id="h-title">Title</h2>'


def test_an_option_with_several_paragraphs_keeps_them():
    assert inline("| a | b |", language="en") == "| a | b |"
    assert inline("", language="en") == ""


def test_a_language_without_a_lexer_is_plain_and_escaped():
    assert "<code>IF a &lt; b</code>" in html("```cobol\nIF a < b\n```")


@pytest.mark.parametrize("latex", ["x_", "{" * 30 + "}" * 30, "x" * 1_001, "\\left( x"])
def test_a_formula_out_of_bounds_is_text(latex):
    rendered = render(f"a ${latex}$ b", language="en")
    assert "<math" not in rendered.html
    assert len(rendered.problems) == 1
