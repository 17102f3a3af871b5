"""The examples of docs/certificate-vectors.json, and the script that writes them:

    python -m tests.checker.vectors > docs/certificate-vectors.json

They come of one seed, so that they can be made again byte for byte.
"""

import base64
import json
import random
import sys
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import documents, proofs, statements

ISSUER = documents.Issuer("https://x.example", "Example")
KEYS = {n: Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2, 3)}
COUNT = 1000
WORDS = ("Amina", "Zoé", "Çelik", "Nour‑Eddine", "أمينة", "نُور", "محمّد", "李", "😀", "")


def make() -> dict[str, Any]:
    """Return keys, names of facts, and examples: [text, outcome, facts where it is good]."""
    chance = random.Random(212)  # noqa: S311  (no secret)
    listed = [(n, proofs.multikey(key.public_key())) for n, key in KEYS.items()]
    return {
        "keys": documents.keys_document(ISSUER, listed),
        "facts": [one.name for one in fields(statements.Statement)],
        "vectors": [_one(chance, number) for number in range(COUNT)],
    }


def _one(chance: random.Random, number: int) -> list[Any]:
    made = _statement(chance, chance.choice((1, 2, 3)))
    body = statements.encode(made)
    signature = KEYS[made.key].sign(statements.DOMAIN + body)
    kind = number % 10
    if kind < 5:
        return [statements.write_text(body + signature), "good", _said(made)]
    if kind == 5:
        return [statements.write_text(body + KEYS[made.key].sign(body)), "broken", None]
    if kind == 6:
        other = statements.encode(replace(made, minutes=made.minutes + 60))
        return [statements.write_text(other + signature), "broken", None]
    if kind == 7:
        strange = replace(made, key=9) if number % 20 == 7 else replace(made, issuer="y.example")
        text = statements.write_text(statements.encode(strange) + signature)
        return [text, "unknown key", None]
    return [_unreadable(chance, body, signature, number // 10), "unreadable", None]


def _statement(chance: random.Random, key: int) -> statements.Statement:
    earned = date(2026, 1, 1) + timedelta(chance.randrange(2000))
    return statements.Statement(
        "x.example",
        key,
        base64.urlsafe_b64encode(chance.randbytes(16)).decode().rstrip("="),
        chance.choice((1, 2, 65_535)),
        chance.choice((0, 131_071, chance.randrange(documents.SLOTS))),
        earned,
        chance.choice((None, earned + timedelta(730))),
        chance.choice(statements.LEVELS),
        chance.choice((0, 60, 90, 16_777_155)),
        chance.choice(WORDS[:-1]),
        chance.choice(WORDS),
        chance.choice(WORDS[:-1]),
        *(chance.choice(WORDS) if chance.random() < 0.3 else "" for _ in range(5)),
    )


def _unreadable(chance: random.Random, body: bytes, signature: bytes, number: int) -> str:
    """Return the text of something that is no statement, although its signature may be right."""
    tail = body[statements.HEAD :]
    name = statements.HEAD + 1 + body[statements.HEAD]
    wrong = [
        b"\2" + body[1:], body[:1] + b"\0\0" + body[3:], body[:19] + b"\0\0" + body[21:],
        body[:21] + b"\2\0\0" + body[24:], body[:28] + b"\4" + body[29:], body + b"\0",
        body[:-1], body[: statements.HEAD] + b"\3x y" + tail[1 + tail[0] :],
        body[:name] + b"\2a\n" + body[name + 1 + body[name] :],
        body[:name] + b"\3e\xcc\x81" + body[name + 1 + body[name] :],
        body[:name] + b"\1\xff" + body[name + 1 + body[name] :],
        body[:name] + b"\4a\xe2\x80\xae" + body[name + 1 + body[name] :],
    ]  # fmt: skip
    text = statements.write_text(body + signature)
    at = chance.randrange(len(text))
    texts = [
        text.lower() if text != text.lower() else "a", text[:at] + "." + text[at + 1 :],
        text[: len(text) // 3 * 3 - 3] + ":::", text[:30], "",
        text + "0" * (3 - (len(text) + 1) % 3 + 1),
    ]  # fmt: skip
    place = number % (len(wrong) + len(texts))
    if place >= len(wrong):
        return texts[place - len(wrong)]
    signed = statements.DOMAIN + wrong[place]
    return statements.write_text(wrong[place] + KEYS[1].sign(signed))


def _said(made: statements.Statement) -> list[Any]:
    """Return the facts in the order of their names."""
    facts = asdict(made) | {
        "earned_on": made.earned_on.isoformat(),
        "until": made.until.isoformat() if made.until else "",
    }
    return list(facts.values())


def packed() -> str:
    """Return the file, one example a line."""
    made = make()
    lines = ",\n".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in made["vectors"]
    )
    head = ",\n".join(f'"{name}": {json.dumps(made[name])}' for name in ("keys", "facts"))
    return f'{{{head},\n"vectors": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    sys.stdout.write(packed())
