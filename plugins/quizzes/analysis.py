"""What answers tell about the questions: facility, discrimination, time, distractors, wrong keys.

Everything is measured against what else the same people answered, each question counted by how far
somebody was above or below the mean of that question. So an exam drawn from a bank, where everybody
saw other questions, can be judged like one that was the same for all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles

from app.sdk import Sentence, say

FEWEST = 20
"""With fewer answers nothing is said of a question but its facility."""
SURE = 3.0
"""So many standard errors above chance is what an option must be to be taken for the right one."""
RARE = 0.05


@dataclass(frozen=True, slots=True)
class Response:
    """What one person gave to one question, and which share of its points it earned.

    `chosen` holds the keys of options, or one folded text where the answer was typed.
    """

    learner: str
    question: str
    share: float
    chosen: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Distractor:
    """One answer: how many gave it, which part of the best and the weakest third, its relation.

    The relation goes from −1 to 1: above 0, those who gave it did better in everything else.
    """

    key: str
    count: int
    best_third: float
    weakest_third: float
    relation: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of one question. `likely_key` is the answer that is probably the right one."""

    question: str
    answers: int
    facility: float
    discrimination: float | None = None
    seconds: tuple[float, float, float] | None = None
    distractors: tuple[Distractor, ...] = ()
    likely_key: str = ""
    remarks: tuple[Sentence, ...] = ()

    @property
    def is_key_doubtful(self) -> bool:
        """Tell whether the key is probably wrong."""
        return bool(self.likely_key)


def analyze(
    responses: Iterable[Response], right: Mapping[str, frozenset[str]]
) -> dict[str, Analysis]:
    """Return what is known of each question. `right` holds the keys of its right options.

    It is worked out twice: questions whose key is doubtful do not help to say who is strong.
    """
    by_question: dict[str, list[Response]] = defaultdict(list)
    for response in responses:
        by_question[response.question].append(response)
    doubtful: set[str] = set()
    for _ in range(2):
        strength = _Strength(by_question, doubtful)
        found = {
            name: _question(name, given, right.get(name, frozenset()), strength)
            for name, given in sorted(by_question.items())
        }
        doubtful = {name for name, analysis in found.items() if analysis.is_key_doubtful}
    return found


class _Strength:
    """How far people are above the mean in what they answered, without one question."""

    def __init__(self, by_question: Mapping[str, Sequence[Response]], without: set[str]) -> None:
        self._mean = {
            name: sum(response.share for response in given) / len(given)
            for name, given in by_question.items()
        }
        self._without = without
        self._sum: defaultdict[str, float] = defaultdict(float)
        self._count: Counter[str] = Counter()
        for name, given in by_question.items():
            if name not in without:
                for response in given:
                    self._sum[response.learner] += response.share - self._mean[name]
                    self._count[response.learner] += 1

    def besides(self, response: Response) -> float | None:
        """Return the strength of a person in everything else; None where there is nothing else."""
        total, count = self._sum[response.learner], self._count[response.learner]
        if response.question not in self._without:
            total -= response.share - self._mean[response.question]
            count -= 1
        return total / count if count > 0 else None


def _question(
    name: str, given: Sequence[Response], right: frozenset[str], strength: _Strength
) -> Analysis:
    facility = sum(response.share for response in given) / len(given)
    seconds = _seconds([r.seconds for r in given if r.seconds is not None])
    pairs = [(r, s) for r in given if (s := strength.besides(r)) is not None]
    if len(pairs) < FEWEST:
        return Analysis(name, len(given), facility, seconds=seconds)
    levels = [level for _, level in pairs]
    discrimination = correlation([response.share for response, _ in pairs], levels)
    distractors = tuple(_distractors(pairs, right))
    likely = _likely_key(distractors, discrimination, len(pairs))
    return Analysis(
        name,
        len(given),
        facility,
        discrimination,
        seconds,
        distractors,
        likely,
        tuple(_remarks(facility, discrimination, distractors, likely)),
    )


def _seconds(times: Sequence[float]) -> tuple[float, float, float] | None:
    """Return the quartiles of the time that people took."""
    if len(times) < 2:
        return (times[0],) * 3 if times else None
    first, _, third = quantiles(times, n=4, method="inclusive")
    return first, median(times), third


def _distractors(
    pairs: Sequence[tuple[Response, float]], right: frozenset[str]
) -> Iterable[Distractor]:
    ranked = sorted(pairs, key=lambda pair: pair[1])
    third = max(1, len(ranked) // 3)
    weakest = Counter(key for response, _ in ranked[:third] for key in set(response.chosen))
    best = Counter(key for response, _ in ranked[-third:] for key in set(response.chosen))
    counts = Counter(key for response, _ in pairs for key in set(response.chosen))
    levels = [level for _, level in pairs]
    wanted = right or _earning(pairs)
    for key in sorted(counts.keys() | right):
        picked = [float(key in response.chosen) for response, _ in pairs]
        yield Distractor(
            key,
            counts[key],
            best[key] / third,
            weakest[key] / third,
            correlation(picked, levels),
            key in wanted,
        )


def _earning(pairs: Sequence[tuple[Response, float]]) -> set[str]:
    """Return the typed answers that earned all the points."""
    return {key for response, _ in pairs if response.share >= 1 for key in response.chosen}


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Pearson's coefficient; 0 where one side never changes."""
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    square_x = sum((x - mean_x) ** 2 for x in xs)
    square_y = sum((y - mean_y) ** 2 for y in ys)
    if square_x <= 1e-12 or square_y <= 1e-12:
        return 0.0
    product = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return product / sqrt(square_x * square_y)


def _likely_key(distractors: Sequence[Distractor], discrimination: float, answers: int) -> str:
    """Return the wrong answer that strong people give, where the right one draws weak people."""
    wrong = [d for d in distractors if not d.is_right and d.count >= RARE * answers]
    if not wrong or discrimination > 0:
        return ""
    rival = max(wrong, key=lambda distractor: distractor.relation)
    keyed = max((d.relation for d in distractors if d.is_right), default=0.0)
    sure = rival.relation * sqrt(answers - 1) >= SURE
    return rival.key if sure and rival.relation - max(keyed, discrimination) > 0 else ""


def _remarks(
    facility: float, discrimination: float, distractors: Sequence[Distractor], likely: str
) -> Iterable[Sentence]:
    if likely:
        yield say("The key is probably wrong: those who do well elsewhere choose another answer.")
    elif discrimination < 0:
        yield say("Those who do well elsewhere fail here more often than others: read it again.")
    if facility > 0.95:
        yield say("Nearly everybody has it right: it tells little.")
    if facility < 0.2:
        yield say("Few have it right: is it what was taught?")
    total = max(1, max((d.count for d in distractors), default=1))
    if any(d.count < RARE * total and not d.is_right for d in distractors) or (
        any(not d.count for d in distractors)
    ):
        yield say("Some options are hardly ever chosen: nobody falls for them.")
