"""The platform's own small calculator: numbers, names, + − × ÷ ^ and a few functions.

Nothing that an author writes is ever executed. Text is read into a tree, the tree is counted, and
its value is calculated with decimals of 30 digits that may not grow beyond a bound.
"""

import decimal
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.sdk import Sentence, say

MAX_LENGTH = 300
MAX_NODES = 100
MAX_DEPTH = 20
MAX_EXPONENT = 1_000
LARGEST = Decimal("1e30")

_CONTEXT = decimal.Context(
    prec=30, Emax=200, Emin=-200, rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)|(?P<name>[A-Za-z_]\w{0,30})"
    r"|(?P<sign>\*\*|[-+*/^(),×÷−·]))",
    re.ASCII,
)
_SAME = {"×": "*", "·": "*", "÷": "/", "−": "-", "**": "^"}


class FormulaError(ValueError):
    """The formula cannot be used; `sentence` says why, `column` (from 0) where."""

    def __init__(self, sentence: Sentence, column: int = 0) -> None:
        super().__init__(sentence.text)
        self.sentence = sentence
        self.column = column


@dataclass(frozen=True, slots=True)
class Node:
    """A number (`value`), a name, or an operation on other nodes."""

    kind: str
    name: str = ""
    value: Decimal = Decimal(0)
    inside: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str) -> Node:
    """Read a formula; raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            say("The formula is longer than %(limit)s characters.", limit=MAX_LENGTH)
        )
    return _Parser(_tokens(text), len(text)).whole()


def names_in(node: Node) -> frozenset[str]:
    """Return the names of the variables that a formula uses."""
    own = frozenset({node.name}) if node.kind == "name" else frozenset()
    return own.union(*(names_in(part) for part in node.inside))


def evaluate(node: Node, values: Mapping[str, Decimal]) -> Decimal:
    """Return the value of a formula; raises FormulaError where there is none."""
    with decimal.localcontext(_CONTEXT):
        try:
            found = _value(node, values)
        except decimal.DivisionByZero:
            raise FormulaError(say("It divides by zero.")) from None
        except (decimal.Overflow, OverflowError):
            raise FormulaError(say("The result is too large.")) from None
        except (decimal.InvalidOperation, ValueError):
            raise FormulaError(say("It has no result, as the root of a negative number.")) from None
    return found


def _tokens(text: str) -> list[_Token]:
    found = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None:
            column = position + len(text[position:]) - len(text[position:].lstrip())
            raise FormulaError(
                say("“%(sign)s” means nothing in a formula.", sign=text[column]), column
            )
        kind = str(token.lastgroup)
        sign = token[kind]
        found.append(_Token(kind, _SAME.get(sign, sign), token.start(kind)))
        position = token.end()
    return found


class _Parser:
    """Reads sums of products of powers, and counts what it reads."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._position = 0
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._sum()
        if self._peek():
            raise self._unexpected()
        return node

    def _peek(self, *signs: str) -> str:
        if self._position >= len(self._tokens):
            return ""
        token = self._tokens[self._position]
        if signs:
            return token.text if token.kind == "sign" and token.text in signs else ""
        return token.text

    def _take(self) -> _Token:
        token = self._tokens[self._position]
        self._position += 1
        return token

    def _unexpected(self) -> FormulaError:
        if self._position >= len(self._tokens):
            return FormulaError(say("The formula ends too early."), self._end)
        token = self._tokens[self._position]
        return FormulaError(say("“%(sign)s” cannot stand here.", sign=token.text), token.column)

    def _node(self, kind: str, name: str = "", value: Decimal = Decimal(0), *parts: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise FormulaError(say("The formula has more than %(limit)s parts.", limit=MAX_NODES))
        return Node(kind, name, value, parts)

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaError(say("The formula is nested too deeply."))
        node = self._product()
        while self._peek("+", "-"):
            node = self._node("operation", self._take().text, Decimal(0), node, self._product())
        self._depth -= 1
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._peek("*", "/"):
            node = self._node("operation", self._take().text, Decimal(0), node, self._signed())
        return node

    def _signed(self) -> Node:
        minus = 0
        while self._peek("+", "-"):
            minus += self._take().text == "-"
        node = self._power()
        return self._node("operation", "negative", Decimal(0), node) if minus % 2 else node

    def _power(self) -> Node:
        base = self._atom()
        if not self._peek("^"):
            return base
        self._take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaError(say("The formula is nested too deeply."))
        node = self._node("operation", "^", Decimal(0), base, self._signed())
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        if not self._peek() or (self._peek("+", "-", "*", "/", "^", ")", ",")):
            raise self._unexpected()
        token = self._take()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "name":
            return self._name(token)
        node = self._sum()
        self._close()
        return node

    def _number(self, token: _Token) -> Node:
        value = Decimal(token.text)
        if value > LARGEST:
            raise FormulaError(say("The number is too large."), token.column)
        return self._node("number", "", value)

    def _name(self, token: _Token) -> Node:
        if not self._peek("("):
            if token.text == "pi":
                return self._node("number", "", _PI)
            return self._node("name", token.text)
        known = FUNCTIONS.get(token.text)
        if known is None:
            raise FormulaError(
                say(
                    "There is no function “%(name)s”; there are %(names)s.",
                    name=token.text,
                    names=", ".join(sorted(FUNCTIONS)),
                ),
                token.column,
            )
        self._take()
        parts = [self._sum()]
        while self._peek(","):
            self._take()
            parts.append(self._sum())
        self._close()
        if not known[0] <= len(parts) <= known[1]:
            raise FormulaError(
                say("“%(name)s” has too many or too few values.", name=token.text), token.column
            )
        return self._node("call", token.text, Decimal(0), *parts)

    def _close(self) -> None:
        if not self._peek(")"):
            raise self._unexpected()
        self._take()


def _value(node: Node, values: Mapping[str, Decimal]) -> Decimal:
    if node.kind == "number":
        return node.value
    if node.kind == "name":
        if node.name not in values:
            raise FormulaError(say("Nothing says what “%(name)s” is.", name=node.name))
        return values[node.name]
    parts = [_value(part, values) for part in node.inside]
    found = _OPERATIONS[node.name](*parts) if node.kind == "operation" else _call(node.name, parts)
    if abs(found) > LARGEST:
        raise FormulaError(say("The result is too large."))
    return found


def _call(name: str, parts: list[Decimal]) -> Decimal:
    return FUNCTIONS[name][2](*parts)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > MAX_EXPONENT:
        raise FormulaError(say("The exponent is too large."))
    if base == 0 and exponent <= 0:
        raise decimal.DivisionByZero
    return base**exponent


def _divided(a: Decimal, b: Decimal) -> Decimal:
    if b == 0:
        raise decimal.DivisionByZero
    return a / b


def _remainder(a: Decimal, b: Decimal) -> Decimal:
    return a - b * (_divided(a, b)).to_integral_value(decimal.ROUND_FLOOR)


def _rounded(value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    if digits != int(digits) or not 0 <= digits <= 12:
        raise FormulaError(say("A number is rounded to 0 to 12 digits."))
    return value.quantize(Decimal(1).scaleb(-int(digits)), decimal.ROUND_HALF_UP)


def _circular(function: Callable[[float], float]) -> Callable[[Decimal], Decimal]:
    return lambda value: Decimal(f"{function(float(value)):.12g}")


def _whole(rounding: str) -> Callable[[Decimal], Decimal]:
    return lambda value: value.to_integral_value(rounding)


_PI = Decimal("3.14159265358979323846264338328")
_OPERATIONS: Mapping[str, Callable[..., Decimal]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "^": _power,
    "negative": lambda a: -a,
}
FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Decimal]]] = {
    "abs": (1, 1, abs),
    "ceil": (1, 1, _whole(decimal.ROUND_CEILING)),
    "cos": (1, 1, _circular(math.cos)),
    "exp": (1, 1, lambda value: value.exp()),
    "floor": (1, 1, _whole(decimal.ROUND_FLOOR)),
    "ln": (1, 1, lambda value: value.ln()),
    "log10": (1, 1, lambda value: value.log10()),
    "max": (1, 10, max),
    "min": (1, 10, min),
    "mod": (2, 2, _remainder),
    "round": (1, 2, _rounded),
    "sin": (1, 1, _circular(math.sin)),
    "sqrt": (1, 1, lambda value: value.sqrt()),
    "tan": (1, 1, _circular(math.tan)),
}
"""Name → (fewest values, most values, function)."""
