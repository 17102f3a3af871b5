"""Who and what a demonstration shows: invented names and histories, the same every time. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DOMAIN = "rihla.example"
SEED = 212
LEARNERS = 120

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
    ("Ezzahra", "الزهراء"),
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
PARTNERS = (
    ("atlas-retail", "Atlas Retail", "أطلس للتجارة", "Oujda"),
    ("oriental-soft", "Oriental Soft", "أورينتال سوفت", "Oujda"),
    ("souss-data", "Souss Data", "سوس داتا", "Agadir"),
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


COHORTS = (
    CohortPlan("rabat", "da-5", "DA-5 Rabat", -150, -20, 24),
    CohortPlan("rabat", "da-7", "DA-7 Rabat", -38, 60, 30),
    CohortPlan("kenitra", "da-6", "DA-6 Kénitra", -45, 55, 30),
    CohortPlan("agadir", "da-8", "DA-8 Agadir", -24, 75, 24),
    CohortPlan("kenitra", "da-9", "DA-9 Kénitra", 14, 120, 12),
)


@dataclass(frozen=True)
class Account:
    """An account of the demonstration that people are told about."""

    name: str
    name_ar: str
    role: str
    scope: str
    place: str

    @property
    def email(self) -> str:
        """Return its address."""
        return f"{self.role}@{DOMAIN}"


ACCOUNTS = (
    Account("Salma Ouazzani", "سلمى الوزاني", "learner", "", ""),
    Account("Driss Bennani", "إدريس بناني", "instructor", "center", "rabat"),
    Account("Nadia Filali", "نادية الفيلالي", "manager", "center", "kenitra"),
    Account("Hicham Tazi", "هشام التازي", "partner", "partner", "atlas-retail"),
    Account("Leila Chraibi", "ليلى الشرايبي", "office", "site", ""),
    Account("Yassir Naciri", "ياسر الناصري", "admin", "site", ""),
)


@dataclass(frozen=True)
class LearnerPlan:
    """An invented learner: how they are reached, and how they go about it."""

    name: str
    name_ar: str
    email: str | None
    phone: str | None
    language: str
    cohort: CohortPlan
    pace: float
    """Share of the lessons that they have done by now, above 1 for whoever is ahead."""
    away_days: int
    """Days since they were last seen."""


def plan_learners() -> list[LearnerPlan]:
    """Return the same LEARNERS invented learners every time."""
    dice = random.Random(SEED)  # noqa: S311  (an invention, not a secret)
    names = _names(dice)
    plans: list[LearnerPlan] = []
    for cohort in COHORTS:
        for _ in range(cohort.learners):
            (first, first_ar), (family, family_ar) = names[len(plans)]
            number = len(plans) + 1
            by_phone = dice.random() < 0.2
            plans.append(
                LearnerPlan(
                    f"{first} {family}",
                    f"{first_ar} {family_ar}",
                    None if by_phone else f"learner{number:03d}@{DOMAIN}",
                    f"+2126000{number:05d}" if by_phone else None,
                    dice.choices(("fr", "ar", "en"), (60, 35, 5))[0],
                    cohort,
                    _pace(dice),
                    dice.choices((0, 1, 2, 3, 5, 9, 16), (22, 24, 18, 12, 10, 8, 6))[0],
                )
            )
    return plans


def _names(dice: random.Random) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    pairs = [(first, family) for first in WOMEN + MEN for family in FAMILIES]
    dice.shuffle(pairs)
    return pairs[:LEARNERS]


def _pace(dice: random.Random) -> float:
    kind = dice.random()
    if kind < 0.12:
        return dice.uniform(0.0, 0.15)  # hardly begun, or gone
    if kind < 0.85:
        return dice.uniform(0.35, 0.95)
    return dice.uniform(1.0, 1.4)


def history(lessons: Sequence[str], plan: LearnerPlan, now: datetime) -> list[tuple[str, datetime]]:
    """Return which lessons somebody has done by `now`, and when; nothing lies in the future."""
    start = now + timedelta(days=plan.cohort.starts)
    end = min(now - timedelta(days=plan.away_days), now + timedelta(days=plan.cohort.ends))
    if end <= start:
        return []
    elapsed = min(1.0, -plan.cohort.starts / (plan.cohort.ends - plan.cohort.starts))
    count = min(len(lessons), round(len(lessons) * elapsed * 1.6 * plan.pace))
    step = (end - start) / (count + 1) if count else timedelta()
    return [(lessons[n], start + step * (n + 1)) for n in range(count)]
