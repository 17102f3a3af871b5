"""A question of QTI 1.2 as its XML says it: texts, responses, conditions, feedback."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from app.sdk import say
from plugins.question_exchange.canvas_scores import Condition, conditions
from plugins.question_exchange.documents import child_text, markup_within
from plugins.question_exchange.gift_answers import CannotRead
from plugins.question_exchange.items import Text

_RESPONSES = frozenset(
    {"response_lid", "response_str", "response_num", "response_xy", "response_grp"}
)


@dataclass(slots=True)
class Page:
    """A question as its XML says it."""

    element: Element
    fields: dict[str, str]
    stem: Text
    responses: list[Element]
    conditions: list[Condition]
    feedback: dict[str, Text]

    def labels(self, response: Element) -> list[tuple[str, Text]]:
        """Return (ident, text) of what can be chosen."""
        return [
            (label.get("ident", ""), material(label)) for label in response.iter("response_label")
        ]

    def options(self, response: Element) -> list[tuple[str, Text]]:
        """Return the labels that have words; raises CannotRead where a right one has none."""
        found = self.labels(response)
        worth = self.worth(response)
        if any(not text.text and ident in worth for ident, text in found):
            raise CannotRead(
                say("What is right here is a picture or has no words."),
                say("Write it again by hand."),
            )
        return [(ident, text) for ident, text in found if text.text]

    def worth(self, response: Element) -> dict[str, Decimal]:
        """Return what each ident of a response is worth when it is chosen alone."""
        name = response.get("ident", "")
        return {
            value: condition.score
            for condition in self.conditions
            for ident, value in condition.chosen
            if ident == name and condition.score > 0
        }

    def said_of(self, ident: str) -> Text | None:
        """Return the feedback of an option."""
        for condition in self.conditions:
            if condition.shows and [value for _, value in condition.chosen] == [ident]:
                return self.feedback.get(condition.shows)
        return self.feedback.get(f"{ident}_fb")


def page_of(element: Element) -> Page:
    """Return the question; raises CannotRead where it has no text."""
    presentation = element.find("presentation")
    if presentation is None:
        raise CannotRead(
            say("This question has no text; it may only point to a bank."),
            say("Export the bank that it comes from."),
        )
    fields: dict[str, str] = {}
    for entry in element.iter("qtimetadatafield"):
        fields.setdefault(child_text(entry, "fieldlabel"), child_text(entry, "fieldentry"))
    return Page(
        element,
        fields,
        _stem(presentation),
        [node for node in presentation.iter() if node.tag in _RESPONSES],
        conditions(element),
        {
            entry.get("ident", ""): text
            for entry in element.iter("itemfeedback")
            if (text := material(entry)).text
        },
    )


def outer(node: Element) -> Iterator[Element]:
    """Yield texts and responses in their order, without what is inside responses."""
    for inner in node:
        if inner.tag == "material" or inner.tag in _RESPONSES:
            yield inner
        elif inner.tag.startswith("flow"):
            yield from outer(inner)


def _stem(presentation: Element) -> Text:
    texts = [material(node) for node in outer(presentation) if node.tag == "material"]
    return _joined(texts)


def _joined(texts: list[Text]) -> Text:
    texts = [text for text in texts if text.text]
    form = "html" if any(text.format == "html" for text in texts) else "plain"
    return Text("\n\n".join(text.text for text in texts), form if texts else "plain")


def material(node: Element) -> Text:
    """Return the text of a node's materials; HTML where it says so or looks so."""
    found = []
    for text in node.iter("mattext"):
        words = markup_within(text).strip()
        html = text.get("texttype") == "text/html" or len(text) > 0
        found.append(Text(words, "html" if html else "plain"))
    return _joined(found)
