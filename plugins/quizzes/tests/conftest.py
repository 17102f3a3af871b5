"""Reads quizzes from texts, as the checker would hand them over."""

import pytest

from app.sdk.testing import *  # noqa: F403  (fixtures)
from app.sdk.testing import read_blocks as nodes
from plugins.quizzes.reader import read_quiz


def node_of(body, header="#q1"):
    source = f"````quiz {{{header}}}\n{body.strip(chr(10))}\n````"
    (node,) = nodes(source.split("\n"))
    return node


@pytest.fixture(scope="session")
def node():
    """Return the block node of the body of a quiz; its first line is line 2."""
    return node_of


@pytest.fixture(scope="session")
def read_all():
    """Return (quiz, problems) for the body of a quiz."""
    return lambda body, header="#q1": read_quiz(node_of(body, header))


@pytest.fixture(scope="session")
def read(read_all):
    """Return the one question of a body that has no problem."""

    def read(body):
        quiz, problems = read_all(body)
        assert problems == [], [str(problem) for problem in problems]
        (question,) = quiz.questions
        return question

    return read


SAMPLES = {
    "one": """### Que vaut `y` ? {#y points=1}
- [ ] 5
  > C'est la valeur de `x`.
- [x] 7
  > Oui.
- [ ] 12

> [!HINT]
> Remplacez `x`.""",
    "many": """### Quelles lignes affectent ? {#which points=2}
- [x] `a = 1`
- [x] `b = a`
- [ ] `a == 1`
  > Deux signes comparent.
- [ ] `1 = a`""",
    "weighted": """### Un seul choix, plus ou moins juste. {#weighted type=one points=4}
- [x] Nazareth
- [50%] Galilée
  > Plus précis ?
- [ ] Rome""",
    "truefalse": """### La Terre est ronde. {#round type=truefalse}
= true
  > Oui.
~ false
  > Regardez un bateau s'éloigner.""",
    "number": """### Combien coûtent 3 kg ? {#price type=number unit=DH|درهم points=2}
= 19.5 ± 0.01
  > Juste.
~ 50% 19..20
  > À un demi près.
~ *
  > Multipliez.""",
    "text": """### La capitale du Maroc ? {#capital type=text}
= Rabat
  > Oui.
= /er?-?ribat/
~ 50% Rabbat
  > Un seul b.
~ Casablanca
  > La plus grande ville, pas la capitale.""",
    "match": """### Associez. {#pairs type=match points=3}
- moyenne -> somme divisée par l'effectif
- médiane -> valeur du milieu
- `f() -> int` -> une fonction
- -> personne ne va ici""",
    "order": """### Rangez les étapes. {#steps type=order}
1. collecter
2. nettoyer
3. montrer
4. décider""",
    "cloze": """### Complétez. {#gaps type=cloze points=2}
Une liste s'écrit entre [[crochets|parenthèses|accolades]].

La capitale est [[= Rabat|= الرباط]], et `x[[1]]` n'est pas un trou ; [[def]] commence.""",
    "formula": """### Calculez. {#calc type=formula unit=DH}
Un panier de {n} tomates à {p} DH, {k} fois ?
= n * p ^ 2 / k ± 1%
vars: n = 2..9, p = 0.5..4 step 0.5, k = 2|4|8""",
    "essay": """### Expliquez. {#why type=essay points=4 rubric=clarity:2,example:2}

> [!HINT] {cost=0.5}
> Un exemple aide.

> [!SOLUTION]
> La médiane ne bouge pas.""",
}


@pytest.fixture(scope="session")
def bank(read):
    """Return one question of each kind, by the name of its sample."""
    return {name: read(body) for name, body in SAMPLES.items()}
