"""How the documents write a signature, made from the code."""

import inspect
import re

_MODULE = re.compile(r"'[^']*'|(?:\b[A-Za-z_]\w*\.)+")


def signature(thing, name=""):
    """Return a call with each parameter on its line, without the modules of types."""
    parameters = inspect.signature(thing).parameters.values()
    lines, keyword = [], False
    for p in parameters:
        if p.name == "self":
            continue
        if p.kind is p.KEYWORD_ONLY and not keyword:
            keyword = True
            lines.append("*")
        lines.append(_parameter(p))
    inside = "".join(f"    {line},\n" for line in lines)
    name = name or thing.__name__
    return f"{name}(\n{inside})" if inside else f"{name}()"


def _parameter(p):
    text = str(p)
    if callable(p.default) and p.default is not p.empty:
        text = text.split(" = ")[0] + " = ..."
    text = text.replace("<factory>", "...")
    return _MODULE.sub(lambda found: found[0] if found[0][0] == "'" else "", text).replace("'", '"')
