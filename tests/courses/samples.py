"""Small courses as files, for tests."""

from collections.abc import Mapping

COURSE = """\
id = "{key}"
source = "fr"
languages = {languages}
level = "beginner"
hours = 2
license = "CC-BY-4.0"
authors = ["Équipe Rihla"]
reviewed = ["fr"]

[title]
{titles}

[summary]
{summaries}
"""

MODULE = """\
id = "debut"

[title]
{titles}
"""

LESSON = """\
---
id: {id}
title: {title}
minutes: 10
objectives:
  - Lire
---

{body}
"""

QUIZ = """\
Avant le quiz.

````quiz {#q}
### Deux et deux ? {#sum}
- [ ] 3
- [x] 4
````

```python {.cell #demo}
print(1 + 1)
```

Après le quiz.
"""

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h9"/></svg>'


def course(
    key: str = "petit-cours",
    lessons: Mapping[str, tuple[str, str]] | None = None,
    languages: tuple[str, ...] = ("fr",),
    title: str = "Petit cours",
    **extra: bytes,
) -> dict[str, bytes]:
    """Return the files of a course; `lessons` gives (title, body) by id, in order."""
    lessons = lessons or {"bonjour": ("Bonjour", "Un **début**."), "suite": ("La suite", "Encore.")}

    def words(text: str) -> str:
        return "\n".join(f'{code} = "{text} {code}"' for code in languages)

    files = {
        "course.toml": COURSE.format(
            key=key,
            languages=str(list(languages)).replace("'", '"'),
            titles=words(title),
            summaries=words("Un résumé"),
        ),
        "01-debut/module.toml": MODULE.format(titles=words("Début")),
    }
    for place, (id_, (name, body)) in enumerate(lessons.items(), 1):
        for code in languages:
            path = f"01-debut/{place:02d}-{id_}.{code}.md"
            files[path] = LESSON.format(id=id_, title=name, body=body)
    return {path: text.encode() for path, text in files.items()} | extra


def with_files(**changes: str) -> dict[str, bytes]:
    """Return a course with a picture, data, and questions in its bank."""
    body = "![Un trait](../media/trait.svg)\n\n[Des chiffres](../data/prix.csv)"
    files = course(lessons={"image": ("Une image", body)}, **changes)
    return files | {
        "media/trait.svg": PICTURE,
        "data/prix.csv": b"ville,prix\nRabat,12\n",
        "bank/secret.fr.md": b"````quiz {#b}\n### Un ? {#un}\n- [ ] 2\n- [x] 1\n````\n",
    }


def broken() -> dict[str, bytes]:
    """Return a course with three errors in two files."""
    files = course()
    files["course.toml"] += b"\n[oups]\nx = 1\n"
    path = "01-debut/02-suite.fr.md"
    files[path] = (
        files[path].replace(b"id: suite", b"id: bonjour") + b"\n![](../media/absent.png)\n"
    )
    return files
