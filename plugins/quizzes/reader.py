"""Reads a `quiz` block into questions, and says everything that is wrong with it, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from app.sdk import BLOCK_ID, BlockNode, Header, Problem, Sentence, parse_header, say
from plugins.quizzes import parts
from plugins.quizzes.lines import Note, Raw, cut
from plugins.quizzes.questions import KINDS, Criterion, Hint, Question, Quiz

MAX_QUESTIONS = 200
MAX_PARTS = 50
MAX_POINTS = 1_000
_OF_QUIZ = ("attempts", "draw", "shuffle", "tags")
_OF_QUESTION = ("credit", "exact", "points", "rubric", "shuffle", "tags", "type", "unit")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(slots=True)
class Reading:
    """What is being read, with the problems met so far; lines are the file's."""

    problems: list[Problem] = field(default_factory=list)

    def error(self, line: int, column: int, message: Sentence, remedy: Sentence) -> None:
        """Keep a problem that stops a publication."""
        self.problems.append(Problem("error", "", line, column, message, remedy))

    def warning(self, line: int, column: int, message: Sentence, remedy: Sentence) -> None:
        """Keep a problem that does not."""
        self.problems.append(Problem("warning", "", line, column, message, remedy))


@dataclass(slots=True)
class Attributes:
    """The attributes of a header, and where they stand."""

    reading: Reading
    header: Header
    line: int
    source: str

    def column(self, name: str) -> int:
        """Return the column of an attribute."""
        return self.source.rfind(f"{name}=") + 1 or 1

    def refuse(self, name: str, message: Sentence, remedy: Sentence) -> None:
        """Keep a problem at the place of an attribute."""
        self.reading.error(self.line, self.column(name), message, remedy)

    def only(self, known: Sequence[str]) -> None:
        """Refuse what is not known."""
        for name in self.header.attrs:
            if name in known:
                continue
            near = get_close_matches(name, known, 1, 0.6)
            remedy = (
                say("Did you mean “%(near)s”?", near=near[0])
                if near
                else say("Possible here: %(names)s.", names=", ".join(known))
            )
            self.refuse(name, say("“%(name)s” means nothing here.", name=name), remedy)

    def whole(self, name: str, limit: int) -> int:
        """Return a whole number from 1 to `limit`; 0 where the attribute is missing."""
        text = self.header.attrs.get(name)
        if text is None:
            return 0
        if text.isascii() and text.isdigit() and 1 <= int(text) <= limit:
            return int(text)
        self.refuse(
            name,
            say("“%(name)s” must be a number.", name=name),
            say("Write a whole number from 1 to %(limit)s.", limit=limit),
        )
        return 0

    def flag(self, name: str, otherwise: bool) -> bool:
        """Return yes or no."""
        text = self.header.attrs.get(name)
        if text is None:
            return otherwise
        if text in _YES_NO:
            return _YES_NO[text]
        self.refuse(
            name,
            say("“%(name)s” must be yes or no.", name=name),
            say("Write %(name)s=yes or %(name)s=no.", name=name),
        )
        return otherwise

    def words(self, name: str, sign: str | None = None) -> tuple[str, ...]:
        """Return several words."""
        found = (word.strip() for word in self.header.attrs.get(name, "").split(sign))
        return tuple(dict.fromkeys(word for word in found if word))


def read_quiz(node: BlockNode) -> tuple[Quiz, list[Problem]]:
    """Return the quiz as far as it can be read, and every problem, in order of place.

    Parts without a key of their own get one; a translation takes those of its source
    (`comparison.adopt`), a new version those of the one before (`changes.carry_over`).
    """
    reading = Reading()
    header = Header(node.id, (), node.attrs, "")
    attributes = Attributes(reading, header, node.line, _block_line(node))
    attributes.only(_OF_QUIZ)
    shuffle = attributes.flag("shuffle", True)
    intro, raws = cut(node.body, node.line + 1)
    questions = tuple(_question(reading, raw, shuffle) for raw in raws[:MAX_QUESTIONS])
    draw = attributes.whole("draw", 200)
    _check_quiz(reading, node, raws, draw)
    quiz = Quiz(
        node.id,
        "\n".join(line for _, line in intro).strip("\n"),
        questions,
        attributes.whole("attempts", 100),
        draw,
        attributes.words("tags"),
    )
    return quiz, sorted(reading.problems, key=Problem.order)


def _block_line(node: BlockNode) -> str:
    pairs = " ".join(f"{name}={value}" for name, value in node.attrs.items())
    return f"````{node.name} {{#{node.id} {pairs}}}"


def _check_quiz(reading: Reading, node: BlockNode, raws: list[Raw], draw: int) -> None:
    if not raws and not draw:
        reading.error(
            node.line,
            1,
            say("This quiz has no question."),
            say("Begin each question with “### The question? {#some-id}”."),
        )
    if len(raws) > MAX_QUESTIONS:
        reading.error(
            raws[MAX_QUESTIONS].line,
            1,
            say("This quiz has more than %(limit)s questions.", limit=MAX_QUESTIONS),
            say("Split it into several."),
        )


def _question(reading: Reading, raw: Raw, shuffle: bool) -> Question:
    header = parse_header(raw.header) if raw.header else Header("", (), {}, "")
    attributes = Attributes(reading, header, raw.line, raw.source)
    _check_header(reading, raw, header)
    attributes.only(_OF_QUESTION)
    kind = _kind(attributes, raw)
    points = _points(attributes)
    reading.problems += [Problem("error", "", *problem) for problem in raw.problems]
    question = Question(
        id=header.id,
        kind=kind,
        prompt=raw.prompt,
        body=raw.text,
        points=points,
        units=attributes.words("unit", "|"),
        rubric=_rubric(attributes, kind, points),
        tags=attributes.words("tags"),
        shuffle=attributes.flag("shuffle", shuffle),
        exact=attributes.flag("exact", False),
        whole=_credit(attributes),
        hints=tuple(_hint(reading, note, points) for note in raw.notes if note.name == "hint"),
        solution=_solution(reading, raw),
        line=raw.line,
    )
    _check_size(reading, raw)
    return parts.build(reading, raw, question)


def _check_header(reading: Reading, raw: Raw, header: Header) -> None:
    if not header.id or not BLOCK_ID.match(header.id):
        reading.error(
            raw.line,
            raw.column,
            say("This question has no id that can be used."),
            say("End its line with {#some-id}: small letters a–z, digits and hyphens."),
        )
    if header.rest or header.repeated or header.classes:
        reading.error(
            raw.line,
            raw.column,
            say("The header of this question cannot be read."),
            say('Write {#id key=value key="two words"}, each key once.'),
        )
    if not raw.prompt.strip():
        reading.error(
            raw.line,
            1,
            say("This question asks nothing."),
            say("Write the question between ### and {#%(id)s}.", id=header.id or "id"),
        )


def _check_size(reading: Reading, raw: Raw) -> None:
    if len(raw.parts) > MAX_PARTS:
        reading.error(
            raw.parts[MAX_PARTS].line,
            1,
            say("This question has more than %(limit)s parts.", limit=MAX_PARTS),
            say("Nobody reads so many: split it."),
        )


def _kind(attributes: Attributes, raw: Raw) -> str:
    kind = attributes.header.attrs.get("type", "")
    if kind in KINDS:
        return kind
    if kind:
        near = get_close_matches(kind, KINDS, 1, 0.6)
        attributes.refuse(
            "type",
            say("There is no type of question “%(type)s”.", type=kind),
            say("Did you mean “%(near)s”?", near=near[0])
            if near
            else say("Types are: %(names)s.", names=", ".join(KINDS)),
        )
        return ""
    return "" if not raw.of("option") and not raw.of("almost") else parts.kind_of_choice(raw)


def _points(attributes: Attributes) -> Decimal:
    text = attributes.header.attrs.get("points", "1")
    try:
        points = Decimal(text.replace(",", "."))
        if 0 < points <= MAX_POINTS and points == round(points, 2):
            return points
    except InvalidOperation:
        pass
    attributes.refuse(
        "points",
        say("“%(text)s” are no points.", text=text),
        say("Write a number above 0 and up to %(limit)s, as 2 or 0.5.", limit=MAX_POINTS),
    )
    return Decimal(1)


def _credit(attributes: Attributes) -> bool:
    text = attributes.header.attrs.get("credit", "part")
    if text not in ("part", "whole"):
        attributes.refuse(
            "credit",
            say("“credit” is part or whole."),
            say("Write credit=part for marks in part, credit=whole for all or nothing."),
        )
    return text == "whole"


def _rubric(attributes: Attributes, kind: str, points: Decimal) -> tuple[Criterion, ...]:
    if "rubric" not in attributes.header.attrs:
        return ()
    found: list[Criterion] = []
    for entry in attributes.words("rubric", ","):
        name, _, worth = entry.partition(":")
        try:
            found.append(Criterion(name.strip(), Decimal(worth)))
        except InvalidOperation:
            found.append(Criterion(name.strip(), Decimal(0)))
    keys = [criterion.key for criterion in found]
    if not all(BLOCK_ID.match(key) for key in keys) or len(set(keys)) < len(keys) or not found:
        message = say("The rubric cannot be read.")
    elif any(criterion.points <= 0 for criterion in found):
        message = say("Each line of a rubric needs points above 0.")
    elif sum(criterion.points for criterion in found) != points:
        total = sum(criterion.points for criterion in found)
        message = say("The rubric adds up to %(sum)s points, not to %(points)s.",
                      sum=str(total), points=str(points))  # fmt: skip
    elif kind != "essay":
        message = say("Only a question of type essay has a rubric.")
    else:
        return tuple(found)
    attributes.refuse(
        "rubric", message, say("Write rubric=clarity:2,example:2 with points=4 and type=essay.")
    )
    return ()


def _hint(reading: Reading, note: Note, points: Decimal) -> Hint:
    text = "\n".join(note.text).strip()
    if not text:
        _empty_note(reading, note)
    if not note.header:
        return Hint(text)
    header = parse_header(note.header)
    cost = header.attrs.get("cost", "")
    try:
        worth = Decimal(cost.rstrip("%")) * (points / 100 if cost.endswith("%") else 1)
        if set(header.attrs) == {"cost"} and not header.rest and 0 <= worth <= points:
            return Hint(text, worth)
    except InvalidOperation:
        pass
    reading.error(
        note.line,
        1,
        say("What this hint costs cannot be read."),
        say("Write > [!HINT] {cost=0.5} or {cost=25%}, at most the question's points."),
    )
    return Hint(text)


def _solution(reading: Reading, raw: Raw) -> str:
    notes = [note for note in raw.notes if note.name == "solution"]
    for note in notes[1:]:
        reading.error(
            note.line,
            1,
            say("This question has two solutions."),
            say("Put them into one."),
        )
    for note in notes:
        if not "".join(note.text).strip():
            _empty_note(reading, note)
    return "\n".join(notes[0].text).strip() if notes else ""


def _empty_note(reading: Reading, note: Note) -> None:
    reading.error(
        note.line,
        1,
        say("There is nothing in this quote."),
        say("Write its text on the next lines, each beginning with >."),
    )
