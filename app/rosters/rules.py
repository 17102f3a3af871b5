"""Reading a file of people, and judging its lines: plain Python without database or clock."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.accounts.rules import NAME_LENGTH, is_arabic, parse_address
from app.centers.rules import clean_line, starts_like_formula
from app.kernel.i18n import Sentence, say

MAX_BYTES = 2_000_000
MAX_LINES = 5_000
COLUMNS = ("name", "name_ar", "email", "phone", "cohort", "language")
_TITLES = {
    "name": "name,full name,nom,nom complet,nom et prenom,prenom et nom,الاسم,الاسم الكامل,"
    "الاسم باللاتينية",
    "name_ar": "name ar,arabic name,name in arabic,nom ar,nom arabe,nom en arabe,الاسم بالعربية,"
    "الاسم العربي",
    "email": "email,e mail,mail,courriel,adresse e mail,adresse email,البريد,البريد الإلكتروني,"
    "email address,e mail address",
    "phone": "phone,phone number,telephone,tel,gsm,mobile,portable,numero de telephone,الهاتف,"
    "رقم الهاتف",
    "cohort": "cohort,cohorte,groupe,group,classe,الفوج,المجموعة",
    "language": "language,langue,lang,اللغة",
}
_LANGUAGES = {
    "fr": "fr,francais,french,الفرنسية,فرنسية",
    "ar": "ar,arabe,arabic,العربية,عربية",
    "en": "en,anglais,english,الإنجليزية,انجليزية",
}
_ARABIC_RUN = re.compile("[\u0621-\u064a]{3}")

PROBLEMS: dict[str, Sentence] = {
    "too_many": say("The file has more than %(most)s lines. Split it, and send the parts."),
    "too_large": say("The file is larger than %(most)s. Split it, and send the parts."),
    "no_text": say("This is no text file. In your spreadsheet, save the sheet as CSV."),
    "empty": say("The file has no line with people. Fill it in below the line with the titles."),
    "broken": say("Line %(line)s cannot be read: a quotation mark is missing there."),
    "no_columns": say(
        "The first line must hold the titles of the columns: name, and email or phone."
    ),
    "twice_column": say("Two columns mean %(column)s. Remove one of them."),
    "not_allowed": say("Your role changed before the accounts were made. What is there stays."),
    "no_name": say("The name is missing. Write it in this line."),
    "long_name": say("The name is longer than %(most)s characters. Shorten it."),
    "long": say("This line is far too long. Look for a missing line break or quotation mark."),
    "no_address": say("There is neither e-mail nor phone number. Write one of them."),
    "bad_email": say("This is no e-mail address: %(value)s. Correct it or leave it empty."),
    "bad_phone": say("This is no phone number: %(value)s. Correct it or leave it empty."),
    "bad_language": say("The language is fr, ar or en, or empty; here it is: %(value)s."),
    "no_cohort": say(
        "This center has no cohort called %(value)s. Correct it, or begin the cohort first."
    ),
    "twice": say("The same address stands in line %(line)s. Keep one of the two lines."),
    "two_people": say("The e-mail and the phone number belong to two people of this center."),
    "elsewhere": say(
        "This address belongs to an account elsewhere. Ask the person to sign in and to join your "
        "center; the link for that stands below the list."
    ),
}
OUTCOMES: dict[str, Sentence] = {
    "new": say("New"),
    "made": say("Account made"),
    "known": say("Already there"),
    "joined": say("Already there, now in the cohort"),
    "refused": say("Refused"),
}


class UnreadableFile(Exception):
    """The file as a whole cannot be used: a code of PROBLEMS, with its values."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.problem = {"code": code, **values}


@dataclass(frozen=True)
class Line:
    """One person of the file, as read and then as judged."""

    number: int
    name: str = ""
    name_ar: str = ""
    email: str = ""
    phone: str = ""
    cohort: str = ""
    language: str = ""
    is_formula: bool = False
    outcome: str = "new"
    problem: dict[str, Any] | None = None
    cohort_id: int | None = None

    def refuse(self, code: str, **values: Any) -> "Line":
        """Return the line as refused; the first reason stays."""
        if self.problem:
            return self
        return replace(self, outcome="refused", problem={"code": code, **values})

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses that the line names."""
        return tuple(value for value in (self.email, self.phone) if value)


@dataclass(frozen=True)
class Sheet:
    """The lines of a file, and the titles of columns that mean nothing here."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]


def explain(problem: dict[str, Any]) -> Sentence:
    """Return the sentence for a kept problem."""
    values = {name: value for name, value in problem.items() if name != "code"}
    return Sentence(PROBLEMS[problem["code"]].text, values)


def check_size(content: bytes) -> None:
    """Raise UnreadableFile at once for what is far too much to be looked at."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile("too_large", most="2 MB")
    if max(content.count(b"\n"), content.count(b"\r")) > 2 * MAX_LINES:
        raise UnreadableFile("too_many", most=MAX_LINES)


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8 or in what Windows writes in French or Arabic."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableFile("no_text") from None
    if b"\x00" in content:
        raise UnreadableFile("no_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Both code pages have the French small letters in the same places; only 1256 makes of the rest
    # words in Arabic.
    arabic = content.decode("cp1256", errors="replace")
    return arabic if _ARABIC_RUN.search(arabic) else content.decode("cp1252", errors="replace")


def read(content: bytes) -> Sheet:
    """Return the lines of a file. Raises UnreadableFile with what to do about it."""
    check_size(content)
    text = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: dict[str, int] | None = None
    unknown: tuple[str, ...] = ()
    lines: list[Line] = []
    number = 1
    try:
        for cells in reader:
            first, number = number, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns, unknown = _columns(cells)
                continue
            if len(lines) == MAX_LINES:
                raise UnreadableFile("too_many", most=MAX_LINES)
            lines.append(_line(first, cells, columns))
    except csv.Error:
        raise UnreadableFile("broken", line=number) from None
    if not lines:
        raise UnreadableFile("empty" if columns else "no_columns")
    return Sheet(tuple(lines), unknown)


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _columns(cells: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    unknown: list[str] = []
    for index, cell in enumerate(cells):
        column = _COLUMN_OF.get(_plain(cell))
        if column is None:
            unknown += [clean_line(cell)[:60]] if cell.strip() else []
        elif column in found:
            raise UnreadableFile("twice_column", column=column)
        else:
            found[column] = index
    if not ({"name", "name_ar"} & found.keys() and {"email", "phone"} & found.keys()):
        raise UnreadableFile("no_columns")
    return found, tuple(unknown[:20])


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    letters = (c for c in parts if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]|_", " ", "".join(letters)).split())


_COLUMN_OF = {_plain(t): column for column, ts in _TITLES.items() for t in ts.split(",")}
_LANGUAGE_OF = {_plain(t): lang for lang, ts in _LANGUAGES.items() for t in ts.split(",")}


def _line(number: int, cells: list[str], columns: dict[str, int]) -> Line:
    raw = {c: cells[i] if i < len(cells) else "" for c, i in columns.items()}
    if sum(map(len, cells)) > 2_000:
        shown = clean_line(raw.get("name", ""))[:60]
        return Line(number, name=shown).refuse("long")
    texts = [raw.get(c, "") for c in ("name", "name_ar", "cohort", "email")]
    is_formula = any(map(starts_like_formula, texts))
    cleaned: dict[str, Any] = {column: clean_line(text) for column, text in raw.items()}
    line = Line(number, is_formula=is_formula, **cleaned)
    return _check_address(_check_names(_check_language(line)))


def _check_names(line: Line) -> Line:
    name, name_ar = line.name, line.name_ar
    if name and not name_ar and is_arabic(name):
        name, name_ar = "", name
    if not (name or name_ar):
        return line.refuse("no_name")
    if max(len(name), len(name_ar)) > NAME_LENGTH:
        kept = replace(line, name=name[:NAME_LENGTH], name_ar=name_ar[:NAME_LENGTH])
        return kept.refuse("long_name", most=NAME_LENGTH)
    return replace(line, name=name, name_ar=name_ar)


def _check_language(line: Line) -> Line:
    if not line.language:
        return line
    language = _LANGUAGE_OF.get(_plain(line.language))
    if language is None:
        return line.refuse("bad_language", value=line.language[:40])
    return replace(line, language=language)


def _check_address(line: Line) -> Line:
    if not line.addresses:
        return line.refuse("no_address")
    for kind, text in (("email", line.email), ("phone", line.phone)):
        parsed = parse_address(text) if text else None
        if text and (parsed is None or parsed.kind != kind):
            return line.refuse(f"bad_{kind}", value=text[:80])
        if parsed:
            found: dict[str, Any] = {kind: parsed.value}
            line = replace(line, **found)
    return line


def refuse_twins(lines: Iterable[Line]) -> list[Line]:
    """Refuse each line whose address stood in an earlier good one."""
    seen: dict[str, int] = {}
    judged: list[Line] = []
    for line in lines:
        earlier = next((seen[a] for a in line.addresses if a in seen), None)
        if earlier is not None:
            line = line.refuse("twice", line=earlier)
        if not line.problem:
            seen.update(dict.fromkeys(line.addresses, line.number))
        judged.append(line)
    return judged


def judge(line: Line, owners: dict[str, int], members: set[int], cohorts: dict[str, int]) -> Line:
    """Return the line as new, already there or refused.

    `owners` are the accounts that hold addresses, `members` those of this center, `cohorts` the
    center's, by name.
    """
    if line.problem:
        return line
    if line.cohort:
        cohort_id = cohorts.get(line.cohort.casefold())
        if cohort_id is None:
            return line.refuse("no_cohort", value=line.cohort[:60])
        line = replace(line, cohort_id=cohort_id)
    holders = {owners[a] for a in line.addresses if a in owners}
    if holders - members:
        return line.refuse("elsewhere")
    if len(holders) > 1:
        return line.refuse("two_people")
    return replace(line, outcome="known") if holders else line
