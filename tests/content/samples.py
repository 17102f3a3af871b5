"""A small good course as files, which tests damage."""

COURSE = """\
id = "tiny"
source = "fr"
languages = ["fr", "en"]
level = "beginner"
hours = 1
license = "CC-BY-4.0"
authors = ["Rihla"]
[title]
fr = "Petit cours"
en = "Tiny course"
[summary]
fr = "Le plus petit."
en = "The smallest."
[[glossary]]
fr = "variable"
en = "variable"
[glossary.definition]
fr = "Un nom pour une valeur."
en = "A name for a value."
"""

MODULE = """\
id = "start"
[title]
fr = "Début"
en = "Start"
"""

LESSON = """\
---
id: hello
title: Bonjour
minutes: 5
objectives:
  - Afficher un texte
---

Une variable garde une valeur.

## Essayez {#try}

```python {.cell #demo}
print("bonjour")
```

![Un carré](../media/square.svg "Un carré")

[Les données](../data/towns.csv), [plus bas](#try), [ici](lesson:hello#demo).

````quiz {#first}
### Que vaut `x` ? {#x-value points=1}
- [x] 5
- [ ] 7
````
"""

ENGLISH = (
    LESSON.replace("Bonjour", "Hello")
    .replace("Afficher un texte", "Print a text")
    .replace("Une variable garde une valeur.", "A variable keeps a value.")
)

SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h9"/></svg>'


def good_course() -> dict[str, bytes]:
    """Return a course without a mistake."""
    return {
        "course.toml": COURSE.encode(),
        "01-start/module.toml": MODULE.encode(),
        "01-start/01-hello.fr.md": LESSON.encode(),
        "01-start/01-hello.en.md": ENGLISH.encode(),
        "media/square.svg": SQUARE,
        "data/towns.csv": b"town,people\nOujda,500000\n",
    }


FR = "01-start/01-hello.fr.md"
EN = "01-start/01-hello.en.md"


def with_text(addition: str, path: str = FR) -> dict[str, bytes]:
    """Return the good course with lines added at the end of one lesson."""
    files = good_course()
    files[path] = files[path] + addition.encode()
    return files


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the good course with one text replaced in one file."""
    files = good_course()
    assert old.encode() in files[path], old
    files[path] = files[path].replace(old.encode(), new.encode())
    return files
