"""What answers tell about a question: facility, discrimination, options, doubtful keys. Pure.

Everything is measured against what else the same people answered, each question counted by how far
somebody was above or below the mean of that question: their level. So an exam drawn from a bank,
where everybody saw other questions, can be judged like one that was the same for all.

Facility is the mean share of the points. Discrimination is the corrected item-total correlation,
Pearson's coefficient between the share of a question and the level in everything else: the
question itself is left out, or a short test would agree with itself (Henrysson, "Correction of
item-total correlations in item analysis", Psychometrika 28, 1963). Best and weakest are the thirds
by that level; Kelley's 27 % ("The selection of upper and lower groups for the validation of test
items", Journal of Educational Psychology 30, 1939) would need more people than a cohort has.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from app.activities.rules import Choice
from app.kernel.i18n import Sentence, say

FEWEST = 20
"""With fewer answers nothing is said of a question but its facility."""
FEWEST_TOGETHER = 5
"""What fewer did is shown to nobody who may not know them; what they typed, to nobody."""
SURE = 3.0
"""So many standard errors above chance is what a choice must be to be taken for the right one."""
RARE = 0.05
WEAKEST, MIDDLE, BEST = 1, 2, 3
MANY_RIGHT, FEW_RIGHT = 0.95, 0.2


@dataclass(frozen=True, slots=True)
class Spot:
    """A question as it was worded once: where it stands, its id, the id of its version."""

    lesson_id: str
    block_id: str
    item: str
    version_id: int


@dataclass(frozen=True, slots=True)
class Response:
    """What one person gave to one question, as JSON, and which share of its points it earned."""

    learner: int
    spot: Spot
    share: float
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """Equal answers of people of one third, counted, with the sums that correlations need.

    `third` is 0 for those who answered nothing else: they have no level. `earned` are shares of the
    points, `both` the products of share and level.
    """

    value: str
    third: int
    count: int
    earned: float
    earned_squares: float
    level: float = 0.0
    level_squares: float = 0.0
    both: float = 0.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: how many took it, which part of the best and of the weakest third, its relation.

    The relation goes from −1 to 1: above 0, those who took it did better in everything else.
    """

    choice: Choice
    count: int
    best: float
    weakest: float
    relation: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of one question. `likely` is the choice that is probably the right one."""

    answers: int
    facility: float
    discrimination: float | None = None
    choices: tuple[Chosen, ...] = ()
    likely: Chosen | None = None
    remarks: tuple[Sentence, ...] = ()


Choices = Callable[[str], Sequence[Choice]]
"""The choices that an answer holds."""


def analyze_all(
    responses: Sequence[Response], asked: Callable[[Spot], tuple[Sequence[Choice], Choices]]
) -> dict[Spot, Analysis]:
    """Return what is known of each question; `asked` gives what it offers and what answers hold.

    It is worked out twice where a key is doubtful: such a question does not say who is strong.
    """
    known = {spot: asked(spot) for spot in dict.fromkeys(one.spot for one in responses)}
    doubtful: frozenset[Spot] = frozenset()
    found: dict[Spot, Analysis] = {}
    for _ in range(2):
        groups = group(responses, doubtful)
        found = {spot: analyze(own, *known[spot]) for spot, own in groups.items()}
        doubtful = frozenset(spot for spot, one in found.items() if one.likely)
        if not doubtful:
            break
    return found


def group(responses: Iterable[Response], without: Collection[Spot] = ()) -> dict[Spot, list[Group]]:
    """Return equal answers counted by question; questions in `without` give nobody a level."""
    by_spot: dict[Spot, list[Response]] = defaultdict(list)
    for one in responses:
        by_spot[one.spot].append(one)
    mean = {spot: sum(one.share for one in own) / len(own) for spot, own in by_spot.items()}
    total: defaultdict[int, float] = defaultdict(float)
    count: Counter[int] = Counter()
    for spot, own in by_spot.items():
        if spot not in without:
            for one in own:
                total[one.learner] += one.share - mean[spot]
                count[one.learner] += 1
    found = {}
    for spot, own in by_spot.items():
        helps = spot not in without
        leveled = [
            (
                one,
                (total[one.learner] - helps * (one.share - mean[spot]))
                / (count[one.learner] - helps)
                if count[one.learner] > helps
                else None,
            )
            for one in own
        ]
        found[spot] = _grouped(leveled)
    return found


def _grouped(leveled: Iterable[tuple[Response, float | None]]) -> list[Group]:
    ranked: list[tuple[float, int, Response]] = []
    shares: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for one, level in leveled:
        if level is None:
            shares[one.value, 0].append((one.share, 0.0))
        else:
            ranked.append((level, one.learner, one))
    ranked.sort(key=lambda row: row[:2])
    third = len(ranked) // 3
    for rank, (level, _, one) in enumerate(ranked, 1):
        place = WEAKEST if rank <= third else BEST if rank > len(ranked) - third else MIDDLE
        shares[one.value, place].append((one.share, level))
    return [
        Group(
            value,
            place,
            len(rows),
            sum(share for share, _ in rows),
            sum(share * share for share, _ in rows),
            sum(level for _, level in rows),
            sum(level * level for _, level in rows),
            sum(share * level for share, level in rows),
        )
        for (value, place), rows in shares.items()
    ]


def analyze(
    groups: Sequence[Group],
    offered: Sequence[Choice] = (),
    chosen: Choices = lambda _value: (),
) -> Analysis:
    """Return what is known of a question from the answers to it, of which there is at least one.

    `offered` are its choices, `chosen` gives those that an answer holds.
    """
    answers = sum(group.count for group in groups)
    facility = sum(group.earned for group in groups) / answers
    measured = [group for group in groups if group.third]
    if sum(group.count for group in measured) < FEWEST:
        return Analysis(answers, facility)
    levels = _Levels(measured)
    discrimination = levels.relation(
        sum(group.earned for group in measured),
        sum(group.earned_squares for group in measured),
        sum(group.both for group in measured),
    )
    choices = tuple(_choices(measured, levels, offered, chosen))
    likely = _likely(choices, discrimination, levels.count)
    wrong = {choice.key for choice in offered if not choice.is_right}
    idle = [one for one in choices if one.choice.key in wrong and one.count < RARE * answers]
    remarks = tuple(_remarks(facility, discrimination, likely, bool(idle)))
    return Analysis(answers, facility, discrimination, choices, likely, remarks)


class _Levels:
    """How people did in everything else, of all who answered a question."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.count = sum(group.count for group in groups)
        self._sum = sum(group.level for group in groups)
        self._squares = sum(group.level_squares for group in groups)

    def relation(self, xs: float, squares: float, products: float) -> float:
        """Return Pearson's coefficient with something of these sums; 0 where one never changes."""
        spread_x = squares - xs * xs / self.count
        spread_y = self._squares - self._sum * self._sum / self.count
        if spread_x <= 1e-9 or spread_y <= 1e-9:
            return 0.0
        return (products - xs * self._sum / self.count) / sqrt(spread_x * spread_y)


def _choices(
    groups: Sequence[Group],
    levels: _Levels,
    offered: Sequence[Choice],
    chosen: Choices,
) -> Iterable[Chosen]:
    known = {choice.key: choice for choice in offered}
    taken: dict[str, list[Group]] = {key: [] for key in known}
    for group in groups:
        for choice in chosen(group.value):
            known.setdefault(choice.key, choice)
            taken.setdefault(choice.key, []).append(group)
    thirds = _count_thirds(groups)
    listed = {choice.key for choice in offered}
    for key, own in taken.items():
        if key not in listed and sum(group.count for group in own) < FEWEST_TOGETHER:
            continue
        count, counts = sum(group.count for group in own), _count_thirds(own)
        yield Chosen(
            known[key],
            count,
            counts[BEST] / max(1, thirds[BEST]),
            counts[WEAKEST] / max(1, thirds[WEAKEST]),
            levels.relation(count, count, sum(group.level for group in own)),
        )


def _count_thirds(groups: Iterable[Group]) -> Mapping[int, int]:
    counts = dict.fromkeys((WEAKEST, MIDDLE, BEST), 0)
    for group in groups:
        counts[group.third] += group.count
    return counts


def _likely(choices: Sequence[Chosen], discrimination: float, answers: int) -> Chosen | None:
    """Return the wrong choice that strong people take, where the right one draws weak people."""
    few = max(FEWEST_TOGETHER, RARE * answers)
    wrong = [one for one in choices if not one.choice.is_right and one.count >= few]
    if not wrong or discrimination > 0:
        return None
    rival = max(wrong, key=lambda one: one.relation)
    keyed = max((one.relation for one in choices if one.choice.is_right), default=0.0)
    is_sure = rival.relation * sqrt(answers - 1) >= SURE
    return rival if is_sure and rival.relation > max(keyed, discrimination) else None


def _remarks(
    facility: float, discrimination: float, likely: Chosen | None, has_idle: bool
) -> Iterable[Sentence]:
    if likely:
        yield say(
            "The key is probably wrong: those who do well elsewhere choose “%(words)s”.",
            words=likely.choice.words,
        )
    elif discrimination < 0:
        yield say("Those who do well elsewhere fail here more often than others: read it again.")
    elif facility > MANY_RIGHT:
        yield say("Nearly everybody has it right: it tells little.")
    elif facility < FEW_RIGHT:
        yield say("Few have it right: is it what was taught?")
    if has_idle and not likely:
        yield say("Some options are hardly ever chosen: nobody falls for them.")
