"""Reads one question of QTI 1.2, as Canvas writes it and as others do."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from app.sdk import Sentence, say
from plugins.question_exchange.canvas_page import Page, material, outer, page_of
from plugins.question_exchange.documents import child_text
from plugins.question_exchange.gift_answers import CannotRead, decimal
from plugins.question_exchange.items import GAP, MAX_TEXT, Choice, Gap, Item, Number, Pair, Text

Notes = list[tuple[Sentence, Sentence]]
_NAME = re.compile(r"[^a-z0-9]+")
_NO_ANSWER = (say("This question has no right answer."), say("Complete it in Canvas."))


def read(element: Element) -> tuple[Item, Notes]:
    """Return the question, and what of it was not kept; raises CannotRead."""
    page = page_of(element)
    kind = page.fields.get("question_type", "") or _guess(page)
    reader = _READERS.get(kind)
    if reader is None:
        raise CannotRead(
            say("There is no place here for questions of type “%(type)s”.",
                type=kind[:40] or "unknown"),
            say("Write it again by hand, with another type."),
        )  # fmt: skip
    if sum(len(text) for text in element.itertext()) > MAX_TEXT * 2:
        raise CannotRead(
            say("This question is longer than %(limit)s characters.", limit=MAX_TEXT),
            say("Shorten it in Canvas."),
        )
    item = reader(page)
    points = decimal(page.fields.get("points_possible", ""))
    named = replace(
        item,
        stem=item.stem if item.stem.text else page.stem,
        title=element.get("title") or None,
        points=points if points and points > 0 else None,
        feedback=page.feedback.get("general_fb"),
        whole=page.fields.get("scoring_algorithm") == "AllOrNothing",
    )
    return named, _notes(page)


def _notes(page: Page) -> Notes:
    if {"correct_fb", "general_incorrect_fb"} & set(page.feedback):
        return [
            (
                say("Its feedback for right or wrong answers as a whole was not kept."),
                say("Put it under the options, or into the solution."),
            )
        ]
    return []


def _guess(page: Page) -> str:
    """Return the type of a question that does not say it."""
    if not page.responses:
        return "text_only_question"
    first = page.responses[0]
    if first.tag == "response_lid":
        return _guess_choice(page, first)
    if first.tag in ("response_str", "response_num"):
        return _guess_typed(page, first)
    return ""


def _guess_choice(page: Page, first: Element) -> str:
    cardinality = first.get("rcardinality", "Single").lower()
    if len(page.responses) > 1:
        return ""
    if cardinality == "ordered":
        return "ordering_question"
    return "multiple_answers_question" if cardinality == "multiple" else "multiple_choice_question"


def _guess_typed(page: Page, first: Element) -> str:
    if not any(condition.chosen or condition.bounds for condition in page.conditions):
        return "essay_question"
    if len(page.responses) > 1:
        return "inline_blanks"
    fib = first.find("render_fib")
    kind = (fib.get("fibtype", "") if fib is not None else "").lower()
    number = kind in ("decimal", "integer") or first.tag == "response_num"
    return "numerical_question" if number else "short_answer_question"


def _response(page: Page) -> Element:
    if not page.responses:
        raise CannotRead(*_NO_ANSWER)
    return page.responses[0]


def _one(page: Page) -> Item:
    response = _response(page)
    worth = page.worth(response)
    best = max(worth.values(), default=Decimal(0))
    if not best:
        raise CannotRead(*_NO_ANSWER)
    choices = []
    for ident, text in page.options(response):
        share = worth.get(ident, Decimal(0)) / best * 100
        weight = None if share in (0, 100) else round(share, 5)
        choices.append(Choice(text, share == 100, weight, page.said_of(ident)))
    return Item("choice", Text(""), choices=tuple(choices))


def _truth(page: Page) -> Item:
    item = _one(page)
    found = {choice.text.text.strip().lower(): choice for choice in item.choices}
    if set(found) != {"true", "false"}:
        return item
    truth = found["true"].right
    right, wrong = found[str(truth).lower()], found[str(not truth).lower()]
    return Item(
        "truefalse", Text(""), truth=truth, if_right=right.feedback, if_wrong=wrong.feedback
    )


def _many(page: Page) -> Item:
    response = _response(page)
    best = max(page.conditions, key=lambda condition: condition.score, default=None)
    if best is None or best.score <= 0:
        raise CannotRead(*_NO_ANSWER)
    right = {value for _, value in best.chosen} or set(page.worth(response))
    if sum(condition.score > 0 for condition in page.conditions) > 1:
        right = set(page.worth(response))
    labels = page.options(response)
    wrong = len(labels) - sum(ident in right for ident, _ in labels)
    if not right or len(labels) == wrong:
        raise CannotRead(*_NO_ANSWER)
    plus, minus = Decimal(100) / (len(labels) - wrong), Decimal(-100) / max(1, wrong)
    choices = tuple(
        Choice(text, False, round(plus if ident in right else minus, 5), page.said_of(ident))
        for ident, text in labels
    )
    return Item("choice", Text(""), choices=choices, several=True)


def _text(page: Page) -> Item:
    found = dict.fromkeys(
        value for condition in page.conditions if condition.score > 0
        for _, value in condition.chosen
    )  # fmt: skip
    if not found:
        raise CannotRead(*_NO_ANSWER)
    choices = tuple(
        Choice(Text(value, "plain"), True, None, page.said_of(value)) for value in found
    )
    return Item("text", Text(""), choices=choices)


def _number(page: Page) -> Item:
    choices = []
    for condition in page.conditions:
        if condition.score <= 0:
            continue
        if condition.bounds:
            choices += [_between(low, high) for low, high in condition.bounds]
            continue
        for _, value in condition.chosen:
            number = decimal(value)
            if number is not None:
                choices.append(Choice(Text(value, "plain"), True, number=Number(number)))
    if not choices:
        raise CannotRead(*_NO_ANSWER)
    return Item("number", Text(""), choices=tuple(dict.fromkeys(choices)))


def _between(low: Decimal, high: Decimal) -> Choice:
    number = Number(low) if low == high else Number(low=low, high=high)
    return Choice(Text(f"{low:f}..{high:f}", "plain"), True, number=number)


def _match(page: Page) -> Item:
    pairs = []
    spare: dict[str, Text] = {}
    used: set[str] = set()
    for response in page.responses:
        labels = dict(page.labels(response))
        worth = page.worth(response)
        right = next((ident for ident in labels if ident in worth), None)
        left = response.find("material")
        if right is None or left is None:
            raise CannotRead(*_NO_ANSWER)
        used.add(labels[right].text)
        pairs.append(Pair(_left(response), labels[right]))
        spare |= {text.text: text for text in labels.values()}
    pairs = [pair for pair in dict.fromkeys(pairs) if pair.left.text and pair.right.text]
    pairs += [Pair(Text(""), text) for words, text in spare.items() if words and words not in used]
    return Item("match", Text(""), pairs=tuple(pairs))


def _left(response: Element) -> Text:
    """Return the words of a response itself, without those of its labels."""
    return next((material(node) for node in response if node.tag == "material"), Text(""))


def _gap_name(response: Element, number: int) -> tuple[str, str]:
    """Return the name that stands in the text, and a key made of it."""
    name = response.get("ident", "").removeprefix("response_")
    plain = _NAME.sub("-", name.lower()).strip("-")[:40]
    return name, f"g{number}-{plain}" if plain else f"g{number}"


def _blanks(page: Page) -> Item:
    return _gapped(page, typed=True)


def _dropdowns(page: Page) -> Item:
    return _gapped(page, typed=False)


def _gapped(page: Page, typed: bool) -> Item:
    words = page.stem.text
    gaps: list[Gap] = []
    for number, response in enumerate(page.responses, 1):
        name, key = _gap_name(response, number)
        worth = page.worth(response)
        choices = tuple(
            Choice(text, typed or ident in worth) for ident, text in page.labels(response)
        )
        if not any(choice.right for choice in choices) or f"[{name}]" not in words:
            raise CannotRead(*_NO_ANSWER)
        words = words.replace(f"[{name}]", GAP.format(key=key), 1)
        gaps.append(Gap(key, choices, typed))
    if not gaps:
        raise CannotRead(*_NO_ANSWER)
    gaps.sort(key=lambda gap: words.index(GAP.format(key=gap.key)))
    return Item("cloze", Text(words, page.stem.format), gaps=tuple(gaps))


def _inline(page: Page) -> Item:
    """Read blanks that stand between pieces of text, without names."""
    presentation = page.element.find("presentation")
    pieces: list[str] = []
    gaps: list[Gap] = []
    for node in outer(presentation) if presentation is not None else ():
        if node.tag == "material":
            pieces.append(material(node).text)
            continue
        key = f"g{len(gaps) + 1}"
        accepted = tuple(Choice(Text(v, "plain"), True) for v in page.worth(node))
        if not accepted:
            raise CannotRead(*_NO_ANSWER)
        gaps.append(Gap(key, accepted, typed=True))
        pieces.append(GAP.format(key=key))
    return Item("cloze", Text(" ".join(pieces), page.stem.format), gaps=tuple(gaps))


def _order(page: Page) -> Item:
    response = _response(page)
    texts = dict(page.labels(response))
    best = max(page.conditions, key=lambda condition: condition.score, default=None)
    order = [value for _, value in best.chosen if value in texts] if best else []
    if len(order) < 2:
        raise CannotRead(*_NO_ANSWER)
    return Item("order", Text(""), choices=tuple(Choice(texts[ident]) for ident in order))


def _formula(page: Page) -> Item:
    found = page.element.find(".//calculated")
    formulas = [] if found is None else [child_text(f, ".") for f in found.iter("formula")]
    if found is None or len(formulas) != 1 or "=" in formulas[0]:
        raise CannotRead(
            say("A formula of several steps has no place here."),
            say("Write the calculation as one formula."),
        )
    variables = []
    words = page.stem.text
    for entry in found.iterfind("vars/var"):
        name, scale = entry.get("name", ""), entry.get("scale", "0")
        low, high = decimal(child_text(entry, "min")), decimal(child_text(entry, "max"))
        places = int(scale) if scale.isdigit() and len(scale) == 1 else 0
        if low is None or high is None or not re.fullmatch(r"[A-Za-z_]\w{0,30}", name, re.ASCII):
            raise CannotRead(*_NO_ANSWER)
        variables.append((name, low, high, Decimal(1).scaleb(-places)))
        words = words.replace(f"[{name}]", f"{{{name}}}")
    tolerance = child_text(found, "answer_tolerance")
    return Item(
        "formula",
        Text(words, page.stem.format),
        formula=formulas[0],
        tolerance="" if tolerance in ("", "0") else tolerance,
        variables=tuple(variables),
    )


def _essay(page: Page) -> Item:
    return Item("essay", Text(""))


def _description(page: Page) -> Item:
    return Item("description", Text(""))


_READERS: dict[str, Callable[[Page], Item]] = {
    "multiple_choice_question": _one,
    "true_false_question": _truth,
    "multiple_answers_question": _many,
    "short_answer_question": _text,
    "numerical_question": _number,
    "matching_question": _match,
    "fill_in_multiple_blanks_question": _blanks,
    "multiple_dropdowns_question": _dropdowns,
    "inline_blanks": _inline,
    "ordering_question": _order,
    "calculated_question": _formula,
    "essay_question": _essay,
    "text_only_question": _description,
}
