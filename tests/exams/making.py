"""A course with a bank and an exam, whose every key and feedback is a word found nowhere else."""

import json
import re

from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.learning import services as learning

CANARY = re.compile(r"zqx[a-z]+")
RULES = "  draw: 3\n  attempts: 2\n  pass: 60\n  solution: marked"
COURSE = """\
id = "petit-examen"
source = "fr"
languages = ["fr", "ar"]
level = "beginner"
hours = 1
license = "CC-BY-4.0"
authors = ["Une autrice"]

[title]
fr = "Petit examen"
ar = "امتحان صغير"

[summary]
fr = "Un cours d'essai."
ar = "درس للتجربة."
"""
BANK = """\
````quiz {#base}
### Un plus un ? {#one tags="sums easy"}
- [ ] trois {#a}
  > zqxfeedbackone
- [x] deux {#b}
  > zqxfeedbacktwo

> [!HINT]
> zqxhint

> [!SOLUTION]
> zqxsolution

### La racine de neuf ? {#two type=number tags=sums}
= 3

### La couleur du jour ? {#three type=text tags=words}
= zqxkeyword
  > zqxfeedbackword

### Choisissez. {#four tags=words points=2}
- [x] jaune {#r}
- [x] vert {#g}
- [ ] gris {#n}
  > zqxfeedbackgray
````
"""
PAGE = "/fr/courses/petit-examen/bilan/exam"


def files(rules=RULES, bank=BANK, minutes=30):
    """Return the course as files."""
    front = f"id: bilan\ntitle: Bilan\nminutes: {minutes}\nkind: exam\nexam:\n{rules}"
    exam = f"---\n{front}\n---\n\nLe bilan.\n"
    return {
        "course.toml": COURSE.encode(),
        "01-a/module.toml": b'id = "m-a"\n\n[title]\nfr = "A"\nar = "A"\n',
        "01-a/01-un.fr.md": b"---\nid: un\ntitle: Un\nminutes: 5\n---\n\nUn texte.\n",
        "01-a/02-bilan.fr.md": exam.encode(),
        "bank/base.fr.md": bank.encode(),
    }


def publish(**changes):
    """Publish the course to everybody and return its address."""
    checked = courses.check_files(files(**changes), "petit-examen")
    assert not checked.errors, [str(problem) for problem in checked.errors]
    with write():
        kept = courses.import_course(
            actor=SYSTEM, checked=checked, slug="petit-examen", now=clock.now()
        )
        courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    return "petit-examen"


def enroll(person):
    """Enroll somebody."""
    with write():
        learning.enroll_learner(actor=person.actor, slug="petit-examen", now=clock.now())


class Sheet:
    """The paper as a browser has it."""

    def __init__(self, client, address=None):
        self.client = client
        if address is None:
            begun = client.post(PAGE)
            assert begun.status_code == 303, begun.text
            address = begun.location
        self.address = address
        self.load()

    def load(self, number=1):
        """Load one question."""
        self.page = self.client.get(f"{self.address}?q={number}").text
        found = dict(re.findall(r'data-([a-z]+)="([^"]*)"', self.page))
        self.attempt, self.cap, self.writer = found["attempt"], found["cap"], found["writer"]
        self.save, self.item = found["save"], found["item"]
        self.form_cap = re.search(r'name="cap" value="([^"]+)"', self.page)[1]
        self.items = re.findall(r'data-place="([^"]+)"', self.page)
        return self

    def send(self, *entries, cap=None):
        """Send a batch as the script does; an entry is (seq, item, given)."""
        batch = [
            {
                "seq": seq,
                "item": item,
                "value": given if isinstance(given, dict) else {"given": [given]},
            }
            for seq, item, given in entries
        ]
        return self.client.post(
            self.save, data={"cap": cap or self.cap, "answers": json.dumps(batch)}
        )

    def fill(self, given, go=2, **more):
        """Send the question on the page as a plain form."""
        fields = {"cap": self.form_cap, "item": self.item, "go": str(go), "given": given} | more
        return self.client.post(f"{self.address}/question", data=fields)
