"""The verdict on a certificate, by its number or by the file itself, in plain sentences."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.credentials import baking, proofs, queries, rules
from app.credentials.models import Credential
from app.credentials.proofs import Outcome
from app.kernel import i18n
from app.kernel.i18n import Sentence, say

MOST_BYTES = 100_000
"""Of a credential itself; a picture around it may have `baking.MOST_BYTES`."""
ISOLATED = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
"""Around words of people within a sentence that may run the other way."""


@dataclass(frozen=True)
class Verdict:
    """What is known: `tone` ok, warn or bad; the record, where it may be shown; what differs."""

    tone: str
    heading: Sentence
    lines: list[Sentence] = field(default_factory=list)
    found: Credential | None = None
    successor: Credential | None = None
    differences: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def symbol(self) -> str:
        """Return the sign that stands in the seal."""
        return {"ok": "check", "bad": "cross"}.get(self.tone, "warn")


PHOTOS = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
"""How pictures of other kinds begin; those of newer phones say `ftyp` a little later."""
NO_BADGE = say(
    "No certificate lies in this picture: photos and screenshots never have one, and messengers "
    "take it out. Send the badge's own file, or check the number."
)
PDF = say(
    "A PDF proves nothing by itself. Scan the code on it, or check the number below the code."
)
TOO_LARGE = say("It is too large. Check the number below the code instead.")
BROKEN = say(
    "It is broken, cut off, or something else. Send the whole file (.json, .png or .svg), as it "
    "came from the page of the certificate."
)


class Unread(ValueError):
    """A file holds no credential; `sentence` says so to whoever sent it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.text)
        self.sentence = sentence


UNKNOWN = Verdict(
    "bad",
    say("No certificate has this number"),
    [say("Compare the number with the paper, sign by sign.")],
)


PRIVATE = Verdict(
    "warn",
    say("Whose certificate this is does not show it"),
    [say("The number is right. Ask them to show it, or for its signed file.")],
)


def check_number(number: str, *, viewer_id: int, now: datetime) -> Verdict:
    """Return the verdict on a number; UNKNOWN for one that nobody has.

    What somebody keeps to themselves is told to nobody else, only that it was taken back.
    """
    found = queries.find_credential(number)
    if found is None:
        return UNKNOWN
    verdict = _by_record(found, now)
    if not found.is_private:
        return verdict
    if found.person_id == viewer_id:
        verdict.lines.append(say("Only you see this page: you keep this certificate to yourself."))
        return verdict
    is_standing = rules.state_of(found, now) in ("valid", "expired")
    return PRIVATE if is_standing else replace(verdict, found=None)


def _by_record(found: Credential, now: datetime) -> Verdict:
    state = rules.state_of(found, now)
    if state == "valid":
        return Verdict(
            "ok", say("This certificate is valid"), [say("It stands in the record.")], found
        )
    if state == "revoked":
        return Verdict(
            "bad", say("This certificate was revoked"), _why(found, found.revoked_at or now), found
        )
    if state == "replaced":
        return Verdict(
            "warn",
            say("This certificate was replaced"),
            [say("A newer one counts in its place: its name was corrected, or it was renewed.")],
            found,
            queries.find_successor(found),
        )
    if state == "expired":
        return Verdict(
            "warn",
            say("This certificate has expired"),
            [say("What it says was earned; it counted until the day that it names.")],
            found,
        )
    return Verdict(
        "warn",
        say("This site does not know any more whose certificate this is"),
        [say("The person had their data erased. The signed file, if they kept it, still proves "
             "itself: check that file.")],
    )  # fmt: skip


def _why(found: Credential, at: datetime) -> list[Sentence]:
    lines = [
        say(
            "On %(day)s, for this reason: %(reason)s",
            day=i18n.format_date(at),
            reason=ISOLATED % found.revoked_reason,
        )
    ]
    if found.appeal_until:
        lines.append(
            say("It can be appealed until %(day)s.", day=i18n.format_date(found.appeal_until))
        )
    return lines


def check_file(content: bytes, *, now: datetime) -> Verdict:
    """Return the verdict on the file of a certificate, whatever it is."""
    try:
        document = _read(content)
    except Unread as why:
        return Verdict("bad", say("This is no file of a certificate"), [why.sentence])
    who = proofs.issuer_of(document) or ""
    if who != queries.issuer().did:
        return Verdict(
            "warn",
            say("This site did not issue this certificate"),
            [say("It names another issuer: %(who)s. Only they can say whether it is right.",
                 who=who[:200] or "–")],
        )  # fmt: skip
    found = queries.find_credential(rules.said_by(document)["number"])
    kept = json.loads(found.document) if found and found.document else None
    if found is not None and document == kept:
        return _with_key(_by_record(found, now), document)
    return _by_signature(document, found, kept, now)


def _read(content: bytes) -> dict[str, Any]:
    """Return the credential in a file. Raises Unread with what is the matter."""
    if content.startswith(baking.PNG) or baking.begins_as_xml(content):
        try:
            content = baking.read_badge(content)
        except baking.NoBadge as why:
            raise Unread(NO_BADGE) from why
    elif content.startswith(PHOTOS) or content[4:8] == b"ftyp":
        raise Unread(NO_BADGE)
    elif content.startswith(b"%PDF"):
        raise Unread(PDF)
    if len(content) > MOST_BYTES:
        raise Unread(TOO_LARGE)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as why:
        raise Unread(BROKEN) from why
    if not (isinstance(document, dict) and isinstance(document.get("credentialSubject"), dict)):
        raise Unread(BROKEN)
    return document


def _with_key(verdict: Verdict, document: dict[str, Any]) -> Verdict:
    """Add what the signature says: the file is the one that was signed."""
    newest, proof = queries.find_newest_key(), proofs.proof_of(document)
    here = queries.issuer()
    if newest and proof and proof["verificationMethod"] != here.method(newest.number):
        verdict.lines.append(
            say(
                "The file is unchanged. It was signed with an older key of this site, which counts."
            )
        )
    else:
        verdict.lines.append(say("The file is unchanged, and signed by this site."))
    return verdict


def _by_signature(
    document: dict[str, Any], found: Credential | None, kept: dict[str, Any] | None, now: datetime
) -> Verdict:
    try:
        outcome = proofs.check(document, queries.find_public_key)
    except proofs.Unreadable:
        outcome = Outcome.BROKEN
    if outcome is Outcome.GOOD and found is not None and kept:  # only written otherwise
        return _with_key(_by_record(found, now), document)
    if outcome is Outcome.GOOD:
        return _signed_and_unknown()
    differing = rules.differences(document, kept) if kept else []
    if outcome is Outcome.UNKNOWN_KEY:
        return Verdict(
            "bad",
            say("This certificate is signed with a key that is not ours"),
            [say("It says that this site issued it. This site did not sign it.")],
            differences=differing,
        )
    if outcome is Outcome.UNSIGNED:
        return Verdict(
            "bad",
            say("This certificate is not signed"),
            [say("Without its signature a file proves nothing. Check its number instead.")],
            differences=differing,
        )
    lines = [say("What it says is not what this site signed.")]
    if differing:
        lines = [say("The file differs from the record. What counts is the record.")]
    return Verdict(
        "bad", say("This certificate was changed after it was signed"), lines,
        differences=differing,
    )  # fmt: skip


def _signed_and_unknown() -> Verdict:
    return Verdict(
        "warn",
        say("This site signed this certificate, and keeps no record of it"),
        [say("The signature is right. Whether it was revoked cannot be said here: the record was "
             "erased, or this site was put back from an older backup.")],
    )  # fmt: skip
