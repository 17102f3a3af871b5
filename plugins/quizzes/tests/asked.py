"""One question of each kind in French and Arabic, and answers to each as its form sends them."""

from plugins.quizzes.questions import Question
from plugins.quizzes.solving import right_answer

FRENCH = {
    "one": """### Que vaut `y` ? {#one points=1}
- [ ] 5 {#five}
  > CANARY-said-one
- [x] 7 {#seven}
  > CANARY-praise-one
- [ ] `12` {#twelve}

> [!HINT] {cost=0.25}
> CANARY-hint-one

> [!SOLUTION]
> CANARY-solution-one""",
    "many": """### Quelles lignes affectent ? {#many points=2}
- [x] `a = 1` {#first}
- [x] `b = a` {#second}
- [ ] `a == 1` {#third}
  > CANARY-said-many
- [ ] `1 = a` {#fourth}

> [!SOLUTION]
> CANARY-solution-many""",
    "truefalse": """### La Terre est ronde. {#truefalse type=truefalse}
= true
  > CANARY-praise-truefalse
~ false
  > CANARY-said-truefalse

> [!SOLUTION]
> CANARY-solution-truefalse""",
    "number": """### Combien coûtent 3 kg ? {#number type=number unit=DH|درهم points=2}
= 1937.25 ± 0.01
  > CANARY-praise-number
~ 50% 1937..1938
  > CANARY-half-number
~ *
  > CANARY-said-number

> [!SOLUTION]
> CANARY-solution-number""",
    "text": """### La capitale ? {#text type=text}
= Canarabat
  > CANARY-praise-text
~ 50% Canaribat
  > CANARY-half-text
~ Fes
  > CANARY-said-text

> [!SOLUTION]
> CANARY-solution-text""",
    "match": """### Associez. {#match type=match points=2}
- moyenne -> somme divisée {#mean}
- médiane -> valeur du milieu {#median}
- -> personne ne va ici

> [!SOLUTION]
> CANARY-solution-match""",
    "order": """### Rangez. {#order type=order}
1. collecter {#collect}
2. nettoyer {#clean}
3. montrer {#show}

> [!SOLUTION]
> CANARY-solution-order""",
    "cloze": """### Complétez. {#cloze type=cloze points=2}
Une liste s'écrit entre [[crochets|parenthèses]]{#brackets} ; [[canardef]]{#keyword} commence.

> [!SOLUTION]
> CANARY-solution-cloze""",
    "formula": """### Calculez. {#formula type=formula unit=DH}
Un panier de {n} tomates à {p} DH ?
= n * p + 100000 ± 1%
vars: n = 2..9, p = 0.5..4 step 0.5

> [!SOLUTION]
> CANARY-solution-formula""",
    "essay": """### Expliquez. {#essay type=essay points=4 rubric=clarity:2,example:2}

> [!HINT] {cost=0.5}
> CANARY-hint-essay

> [!SOLUTION]
> CANARY-solution-essay""",
}
WORDS = {
    "Que vaut `y` ?": "ما قيمة `y`؟",
    "Quelles lignes affectent ?": "أي الأسطر تُسند؟",
    "La Terre est ronde.": "الأرض كروية.",
    "Combien coûtent 3 kg ?": "كم ثمن 3 كغ؟",
    "La capitale ?": "ما العاصمة؟",
    "Associez.": "صل.",
    "moyenne": "المتوسط",
    "somme divisée": "المجموع مقسوما",
    "médiane": "الوسيط",
    "valeur du milieu": "القيمة الوسطى",
    "personne ne va ici": "لا شيء",
    "Rangez.": "رتّب.",
    "collecter": "اجمع",
    "nettoyer": "نظّف",
    "montrer": "اعرض",
    "Complétez.": "أكمل.",
    "Une liste s'écrit entre": "تُكتب القائمة بين",
    "crochets": "معقوفتين",
    "parenthèses": "قوسين",
    "commence": "يبدأ",
    "Calculez.": "احسب.",
    "Un panier de {n} tomates à {p} DH ?": "سلة من {n} طماطم بثمن {p} درهم؟",
    "Expliquez.": "اشرح.",
}


def in_arabic(text):
    for french, arabic in WORDS.items():
        text = text.replace(french, arabic)
    return text


def lesson(header, *kinds):
    """Return a lesson's texts with one quiz of these kinds, or of all, in both languages."""
    body = "\n\n".join(FRENCH[kind] for kind in kinds or FRENCH)
    text = f"Avant.\n\n````quiz {{{header}}}\n{body}\n````\n\nAprès."
    return {"fr": text, "ar": in_arabic(text)}


WRONG = {
    "one": {"given": "five"},
    "many": {"given": ["third", "fourth"]},
    "truefalse": {"given": "false"},
    "number": {"given": "3"},
    "text": {"given": "Fès"},
    "order": {"given-collect": "3", "given-clean": "2", "given-show": "1"},
    "cloze": {"given-keyword": "x"},
    "formula": {"given": "1"},
}
PARTLY = {
    "many": {"given": ["first"]},
    "number": {"given": "1937,8"},
    "text": {"given": "Canaribat"},
    "order": {"given-collect": "2", "given-clean": "1", "given-show": "3"},
    "cloze": {"given-keyword": "CanarDef"},
}
BAD = {
    "one": {"given": "no-such-key"},
    "many": {"given": ["first", "no-such-key"]},
    "truefalse": {"given": "maybe"},
    "number": {"given": "beaucoup"},
    "text": {"given": "\ufffe<script>"},
    "match": {"given-mean": "nowhere"},
    "order": {"given-collect": "1", "given-clean": "1", "given-show": "٣"},
    "cloze": {"given-brackets": "nowhere"},
    "formula": {"given": "un peu"},
}


def right(question: Question, seed: str) -> dict[str, object]:
    """Return the fields of the answer that earns everything."""
    value = right_answer(question, seed).value
    if question.kind == "order":
        return {f"given-{key}": str(place) for place, key in enumerate(value, 1)}
    if isinstance(value, dict):
        return {f"given-{key}": item for key, item in value.items()}
    return {"given": value}


def wrong(question: Question) -> dict[str, object]:
    """Return the fields of an answer that earns nothing."""
    if question.kind == "match":
        mean, median, _ = question.pairs
        return {"given-mean": median.right_key, "given-median": mean.right_key}
    return WRONG[question.kind]


def partly(question: Question) -> dict[str, object]:
    """Return the fields of an answer that earns half of the points."""
    if question.kind == "match":
        return {"given-mean": question.pairs[0].right_key}
    return PARTLY[question.kind]
