"""Who and what a demonstration shows: invented names and histories, the same every time. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

DOMAIN = "rihla.example"
SEED = 212
LEARNERS = 120
MAIN_COURSE = "python-donnees"
ALONE = 8
"""Learners who came by themselves and belong to no center."""

Phase = Literal["past", "running", "coming"]
Pace = Literal["finished", "fast", "steady", "slow", "stopped", "left", "waiting"]

WOMEN = (
    ("Amina", "أمينة"),
    ("Asmae", "أسماء"),
    ("Chaimae", "شيماء"),
    ("Dounia", "دنيا"),
    ("Fadwa", "فدوى"),
    ("Ghita", "غيثة"),
    ("Hanane", "حنان"),
    ("Houda", "هدى"),
    ("Imane", "إيمان"),
    ("Jihane", "جيهان"),
    ("Khadija", "خديجة"),
    ("Laila", "ليلى"),
    ("Meryem", "مريم"),
    ("Najat", "نجاة"),
    ("Ouafae", "وفاء"),
    ("Rania", "رانيا"),
    ("Safae", "صفاء"),
    ("Zineb", "زينب"),
)
MEN = (
    ("Adam", "آدم"),
    ("Anas", "أنس"),
    ("Bilal", "بلال"),
    ("Hamza", "حمزة"),
    ("Ilyas", "إلياس"),
    ("Ismail", "إسماعيل"),
    ("Karim", "كريم"),
    ("Mehdi", "مهدي"),
    ("Mouad", "معاذ"),
    ("Nabil", "نبيل"),
    ("Omar", "عمر"),
    ("Rachid", "رشيد"),
    ("Saad", "سعد"),
    ("Samir", "سمير"),
    ("Yassine", "ياسين"),
    ("Younes", "يونس"),
)
FAMILIES = (
    ("Alaoui", "العلوي"),
    ("Amrani", "العمراني"),
    ("Bennani", "بناني"),
    ("Berrada", "برادة"),
    ("Chraibi", "الشرايبي"),
    ("El Fassi", "الفاسي"),
    ("El Idrissi", "الإدريسي"),
    ("Skalli", "الصقلي"),
    ("Filali", "الفيلالي"),
    ("Hajji", "حجي"),
    ("Kabbaj", "القباج"),
    ("Lahlou", "لحلو"),
    ("Mansouri", "المنصوري"),
    ("Naciri", "الناصري"),
    ("Ouazzani", "الوزاني"),
    ("Rami", "الرامي"),
    ("Saidi", "السعيدي"),
    ("Tazi", "التازي"),
    ("Ziani", "الزياني"),
)

CENTERS = (
    ("rabat", "Code 212 Rabat", "كود 212 الرباط", "Rabat", "open"),
    ("kenitra", "Code 212 Kénitra", "كود 212 القنيطرة", "Kénitra", "open"),
    ("agadir", "Code 212 Agadir", "كود 212 أكادير", "Agadir", "open"),
    ("oujda", "Code 212 Oujda", "كود 212 وجدة", "Oujda", "planned"),
)
"""Oujda is planned only: docs/decisions/0004."""
PARTNERS = (
    ("atlas-retail", "Atlas Retail", "أطلس للتجارة", "Oujda"),
    ("oriental-soft", "Oriental Soft", "أورينتال سوفت", "Oujda"),
    ("souss-data", "Souss Data", "سوس داتا", "Agadir"),
    ("gharb-logistique", "Gharb Logistique", "الغرب للوجستيك", "Kénitra"),
    ("bouregreg-conseil", "Bouregreg Conseil", "أبي رقراق للاستشارة", "Rabat"),
)


@dataclass(frozen=True)
class CohortPlan:
    """A cohort, its days counted from today."""

    center: str
    slug: str
    name: str
    starts: int
    ends: int
    learners: int

    @property
    def phase(self) -> Phase:
        """Return where the cohort stands today."""
        if self.starts > 0:
            return "coming"
        return "past" if self.ends < 0 else "running"


COHORTS = (
    CohortPlan("rabat", "da-5", "DA-5 Rabat", -150, -20, 22),
    CohortPlan("rabat", "da-7", "DA-7 Rabat", -38, 60, 23),
    CohortPlan("kenitra", "da-6", "DA-6 Kénitra", -45, 55, 28),
    CohortPlan("agadir", "da-8", "DA-8 Agadir", -24, 75, 20),
    CohortPlan("kenitra", "da-9", "DA-9 Kénitra", 14, 120, 10),
    CohortPlan("rabat", "da-10", "DA-10 Rabat", 21, 130, 8),
)
LEARNERS_COHORT = COHORTS[1]
"""Where learner@ is one more member, and instructor@ the trainer."""

NOTICE = (
    "Bonjour à toutes et à tous. Jeudi, nous reprenons les boucles ensemble : "
    "lisez la leçon avant, et apportez vos questions."
)


@dataclass(frozen=True)
class Account:
    """Somebody with a role; the first six, named after their role, are told to people."""

    login: str
    name: str
    name_ar: str
    role: str
    scope: str = ""
    place: str = ""
    about: str = ""
    """For the table that is printed."""

    @property
    def email(self) -> str:
        """Return the address."""
        return f"{self.login}@{DOMAIN}"


ACCOUNTS = (
    Account(
        "learner",
        "Salma Ouazzani",
        "سلمى الوزاني",
        "learner",
        about="in the middle of the Python course, cohort DA-7 in Rabat",
    ),
    Account(
        "instructor",
        "Driss Bennani",
        "إدريس بناني",
        "instructor",
        "center",
        "rabat",
        "author of the courses, trainer of DA-7 in Rabat",
    ),
    Account(
        "manager",
        "Nadia Filali",
        "نادية الفيلالي",
        "manager",
        "center",
        "kenitra",
        "runs the center in Kénitra",
    ),
    Account(
        "partner",
        "Hicham Tazi",
        "هشام التازي",
        "partner",
        "partner",
        "atlas-retail",
        "of Atlas Retail, an invented company",
    ),
    Account(
        "office",
        "Leila Chraibi",
        "ليلى الشرايبي",
        "office",
        "site",
        about="the programme office",
    ),
    Account(
        "admin",
        "Yassir Naciri",
        "ياسر الناصري",
        "admin",
        "site",
        about="looks after the site",
    ),
)
STAFF = (
    Account("manager.rabat", "Samira Lahlou", "سميرة لحلو", "manager", "center", "rabat"),
    Account("manager.agadir", "Brahim Saidi", "إبراهيم السعيدي", "manager", "center", "agadir"),
    Account("trainer.kenitra", "Latifa Hajji", "لطيفة حجي", "instructor", "center", "kenitra"),
    Account("trainer.agadir", "Khalid Mansouri", "خالد المنصوري", "instructor", "center", "agadir"),
)
"""More people, so that every open center has its own."""


@dataclass(frozen=True)
class LearnerPlan:
    """An invented learner: how they are reached, where they belong, how they go about it."""

    number: int
    name: str
    name_ar: str
    address: str
    """An e-mail address under DOMAIN, or an obviously invented phone number."""
    language: str
    cohort: CohortPlan | None
    pace: Pace
    other_courses: bool = False
    """They look into the other courses too."""


@dataclass(frozen=True)
class History:
    """What somebody did in one course; no moment of it lies after now."""

    enrolled_at: datetime
    seen_at: datetime
    done: tuple[tuple[str, datetime], ...]
    left_at: datetime | None = None


_PACES: dict[Phase, tuple[tuple[Pace, int], ...]] = {
    "past": (("finished", 66), ("stopped", 20), ("left", 14)),
    "running": (
        ("fast", 12),
        ("steady", 45),
        ("slow", 20),
        ("stopped", 12),
        ("left", 6),
        ("waiting", 5),
    ),
    "coming": (("waiting", 100),),
}
_SHARES: dict[Pace, tuple[float, float]] = {
    "finished": (1.0, 1.0),
    "fast": (1.0, 1.0),
    "steady": (0.4, 0.8),
    "slow": (0.1, 0.4),
    "stopped": (0.1, 0.6),
    "left": (0.05, 0.35),
    "waiting": (0.0, 0.0),
}
_AWAY: dict[Pace, tuple[int, int]] = {"slow": (1, 6), "stopped": (8, 20), "left": (8, 20)}
"""Days since a sign of life, in a cohort that runs; everybody else was here lately."""


def _dice(*seed: object) -> random.Random:
    return random.Random("/".join(map(str, (SEED, *seed))))  # noqa: S311  (an invention, no secret)


def plan_learners() -> list[LearnerPlan]:
    """Return the same invented learners every time; with learner@ they are LEARNERS."""
    dice = _dice("people")
    places = [cohort for cohort in COHORTS for _ in range(cohort.learners)] + [None] * ALONE
    return [
        _plan(dice, number, names, cohort)
        for number, (names, cohort) in enumerate(zip(_names(dice), places, strict=True), 1)
    ]


def _plan(
    dice: random.Random,
    number: int,
    names: tuple[tuple[str, str], tuple[str, str]],
    cohort: CohortPlan | None,
) -> LearnerPlan:
    (first, first_ar), (family, family_ar) = names
    login = f"{first}.{family}".lower().replace(" ", "-")
    by_phone = dice.random() < 0.15
    paces = _PACES[cohort.phase if cohort else "running"]
    return LearnerPlan(
        number,
        f"{first} {family}",
        f"{first_ar} {family_ar}",
        f"+2126000{number:05d}" if by_phone else f"{login}@{DOMAIN}",
        dice.choices(("fr", "ar", "en"), (60, 35, 5))[0],
        cohort,
        dice.choices([pace for pace, _ in paces], [weight for _, weight in paces])[0],
        dice.random() < 0.3,
    )


def _names(dice: random.Random) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    pairs = [(first, family) for first in WOMEN + MEN for family in FAMILIES]
    dice.shuffle(pairs)
    return pairs[: LEARNERS - 1]


def joined_at(plan: LearnerPlan, now: datetime) -> datetime:
    """Return when somebody got their account and came into their cohort."""
    dice = _dice("joined", plan.number)
    if plan.cohort is None:
        return now - timedelta(days=dice.randint(6, 60), hours=dice.randint(1, 12))
    if plan.cohort.phase == "coming":
        return now - timedelta(days=dice.randint(1, 12), hours=dice.randint(1, 12))
    return now + timedelta(days=plan.cohort.starts - dice.randint(1, 6), hours=-dice.randint(1, 9))


def history(
    plan: LearnerPlan, course: str, lessons: Sequence[str], now: datetime
) -> History | None:
    """Return what somebody did in a course up to now; None when they never enrolled."""
    if plan.pace == "waiting" or not lessons:
        return None
    dice = _dice("history", plan.number, course)
    begin = joined_at(plan, now) + timedelta(days=dice.uniform(0.1, 3))
    if plan.cohort:
        begin = max(begin, now + timedelta(days=plan.cohort.starts + dice.uniform(0.1, 2)))
    end = _last_sign(dice, plan, begin, now)
    share = dice.uniform(*_SHARES[plan.pace])
    count = min(len(lessons), round(len(lessons) * share))
    drawn = sorted(begin + (end - begin) * dice.random() for _ in range(count))
    moments = [_by_day(moment, begin) for moment in drawn]
    done = tuple(zip(lessons, moments, strict=False))
    return History(begin, end, done, end if plan.pace == "left" else None)


def _last_sign(dice: random.Random, plan: LearnerPlan, begin: datetime, now: datetime) -> datetime:
    if plan.cohort and plan.cohort.phase == "past":
        lasted = plan.cohort.ends - plan.cohort.starts
        part = dice.uniform(0.7, 1.0) if plan.pace == "finished" else dice.uniform(0.1, 0.6)
        return begin + timedelta(days=lasted * part)
    away = timedelta(days=dice.randint(*_AWAY.get(plan.pace, (0, 2))), minutes=dice.randint(9, 700))
    return max(now - away, begin + timedelta(minutes=40))


def _by_day(moment: datetime, earliest: datetime) -> datetime:
    """Move what would lie in the night into the evening before."""
    if moment.hour < 7:
        moment -= timedelta(hours=moment.hour + 3)
    return max(moment, earliest)


def learners_history(lessons: Sequence[str], now: datetime) -> History:
    """Return what learner@ did: half of the course, and yesterday they were reading on."""
    half = len(lessons) // 2 + 1
    done = tuple(
        (lesson, now - timedelta(days=3 * (half - place) - 2, hours=2))
        for place, lesson in enumerate(lessons[:half])
    )
    begin = now + timedelta(days=LEARNERS_COHORT.starts + 1)
    return History(begin, now - timedelta(hours=20), done)
