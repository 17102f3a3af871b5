"""Code with colors: Pygments reads, five classes come out (k s n c f), nothing else."""

from functools import lru_cache
from html import escape
from typing import Any

MAX_CODE = 20_000

LANGUAGES = {
    "python": "Python", "pycon": "Python", "bash": "Bash", "console": "Bash", "json": "JSON",
    "sql": "SQL", "html": "HTML", "css": "CSS", "javascript": "JavaScript", "toml": "TOML",
    "yaml": "YAML", "r": "R", "diff": "Diff", "markdown": "Markdown",
}  # fmt: skip
PLAIN = {"": "", "text": "", "csv": "CSV", "output": "", "ini": "INI"}
SHORT = {"py": "python", "sh": "bash", "js": "javascript", "yml": "yaml", "md": "markdown"}


def known(language: str) -> bool:
    """Tell whether code in this language has colors, or is meant to have none."""
    return SHORT.get(language, language) in LANGUAGES or language in PLAIN


@lru_cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@lru_cache
def _class_of(token: Any) -> str:
    from pygments.token import Comment, Keyword, Name, Number, Operator, String

    classes = (
        (Comment, "c"), (String, "s"), (Number, "n"), (Keyword, "k"), (Operator.Word, "k"),
        (Name.Function, "f"), (Name.Builtin, "f"), (Name.Class, "f"), (Name.Tag, "k"),
    )  # fmt: skip
    return next((name for kind, name in classes if token in kind), "")


def highlight(code: str, language: str) -> str:
    """Return the code as escaped HTML with spans; without spans for a language it cannot read."""
    language = SHORT.get(language, language)
    if language not in LANGUAGES or len(code) > MAX_CODE:
        return escape(code, quote=False)
    parts: list[str] = []
    last, held = "", ""
    for token, text in _lexer(language).get_tokens(code):
        name = _class_of(token) if text.strip() else last
        if name == last:
            held += text
            continue
        parts.append(_span(last, held))
        last, held = name, text
    parts.append(_span(last, held))
    return "".join(parts)


def _span(name: str, text: str) -> str:
    text = escape(text, quote=False)
    return f'<span class="{name}">{text}</span>' if name and text else text
