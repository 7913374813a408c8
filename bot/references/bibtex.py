"""Reads the entries of a BibTeX file. Pure.

`bibtexparser` reads one entry at a time: it takes time for every brace, and one damaged entry would cost it all that
follow. Long fields that name no paper are removed before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.references.collected import Collected, Entry, surname

if TYPE_CHECKING:
    from bibtexparser.bparser import BibTexParser

MAX_ENTRY = 100_000
"""Characters of one entry; three thousand authors take 60,000."""

MOST_PARSED = 1_000_000
"""Characters of a file that are parsed, which takes up to ten seconds: more than two thousand entries usually have.
Of further entries only the ids are found."""

MAX_DEPTH = 20
"""Braces inside each other; the parser's recursion ends at some hundred."""

_BEGIN = re.compile(r"@[ \t]*([A-Za-z]+)\s*\{")
# An "@" that begins a line inside an entry: a closing brace is missing before it.
_STEP = re.compile(r"\\.|[{}]|\n[ \t]*@[ \t]*[A-Za-z]+\s*\{", re.DOTALL)
_LONG_FIELD = re.compile(r"[\s,{](?:abstract|annote|annotation|file|keywords|review)\s*=\s*\{", re.IGNORECASE)
_TEXTS = ("journal", "journaltitle", "volume", "number", "pages", "howpublished", "note", "publisher", "series", "key")


@dataclass(frozen=True, slots=True)
class _Raw:
    """The text of an entry; `is_damaged` if its end was not found."""

    kind: str
    text: str
    is_damaged: bool


def read(text: str) -> Collected:
    """Read the entries of a file; of a damaged one the id that it names somewhere."""
    found, parser, left = Collected(), _new_parser(), MOST_PARSED
    for raw in _entries(text):
        if raw.kind in ("comment", "preamble"):
            continue
        if found.is_full:
            found.leave_out()
            continue
        short = _without_long_fields(raw.text)
        left -= len(short)
        fields = _parse(parser, short) if not raw.is_damaged and left >= 0 else None
        if raw.kind == "string":
            continue
        if fields is None:
            found.add(Entry(texts=(raw.text,)), raw.text)
        else:
            found.add(_entry(fields), raw.text)
    return found


def _entries(text: str) -> Iterator[_Raw]:
    at = 0
    while begin := _BEGIN.search(text, at):
        at, is_closed = _end(text, begin.end())
        yield _Raw(begin[1].lower(), text[begin.start() : at], is_damaged=not is_closed)


def _end(text: str, begin: int) -> tuple[int, bool]:
    """Where the braces are closed of which the first was opened before `begin`; (where it was given up, False)."""
    depth = 1
    for step in _STEP.finditer(text, begin, begin + MAX_ENTRY):
        if step[0] == "{":
            depth += 1
        elif step[0] == "}":
            depth -= 1
        elif step[0].startswith("\n"):
            return step.start(), False
        if depth == 0:
            return step.end(), True
        if depth > MAX_DEPTH:
            return step.end(), False
    return min(len(text), begin + MAX_ENTRY), False


def _without_long_fields(entry: str) -> str:
    kept, at = [], 0
    while field := _LONG_FIELD.search(entry, at):
        kept.append(entry[at : field.end()])
        end, is_closed = _end(entry, field.end())
        at = end - 1 if is_closed else end  # with its last brace the value is an empty one
    return "".join([*kept, entry[at:]])


def _new_parser() -> BibTexParser:
    # Imported when needed: it takes a tenth of a second.
    from bibtexparser.bparser import BibTexParser

    # Without interpolation: an abbreviation that the file does not define would be an error.
    parser = BibTexParser(ignore_nonstandard_types=False, interpolate_strings=False)
    parser.expect_multiple_parse = True
    return parser


def _parse(parser: BibTexParser, text: str) -> dict[str, str] | None:
    """The fields of an entry by name, without abbreviations that nothing defines; None if it cannot be parsed."""
    from bibtexparser.bibdatabase import UndefinedString, as_text
    from pyparsing import ParseException

    entries: list[dict[str, Any]] = parser.bib_database.entries
    entries.clear()
    try:
        parser.parse(text)
    except (ParseException, RecursionError):
        return None
    fields = {}
    for name, value in entries[-1].items() if entries else ():
        with suppress(UndefinedString):
            fields[name] = str(as_text(value))
    return fields or None


def _entry(fields: dict[str, str]) -> Entry:
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    category = fields.get("primaryclass") or fields.get("eprintclass") or ""
    first_author = re.split(r"\s+and\s+", fields.get("author", "").strip(), maxsplit=1)[0]
    return Entry(
        title=fields.get("title", ""),
        author=surname(first_author),
        eprint=(fields.get("eprint", ""), category) if archive.casefold() == "arxiv" else ("", ""),
        links=tuple(fields[name] for name in ("doi", "url", "ee", "link") if name in fields),
        texts=tuple(fields[name] for name in _TEXTS if name in fields),
    )
