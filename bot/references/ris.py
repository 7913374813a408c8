"""Reads the entries of a RIS file, the exchange format of reference managers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.references.collected import Collected, Entry, surname

_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
_END = "ER  - "
_LINKS = ("DO", "UR", "L1", "L2", "LK")
_TEXTS = ("M1", "M3", "N1", "AN", "ID", "JO", "JF", "T2", "PB", "VL", "C1", "C7", "SE", "SP")
_TITLES = ("TI", "T1", "CT", "BT")
_AUTHORS = ("AU", "A1")


def read(text: str) -> Collected:
    """Read the entries of a file, also of one that ends in the middle of an entry."""
    import rispy  # imported when needed

    found = Collected()
    # As lists of lines by tag, since writers repeat any of them.
    wanted = (*_LINKS, *_TEXTS, *_TITLES, *_AUTHORS)
    parser = rispy.RisParser(
        mapping={tag: tag for tag in ("TY", "ER", "UK", *wanted)},
        list_tags=list(wanted),
        delimiter_tags_mapping={},
        skip_unknown_tags=True,
    )
    for record in _records(text):
        if found.is_full:
            found.leave_out()
            continue
        for fields in parser.parse_lines(iter(record)):
            found.add(_entry(fields), " ".join(record[1:3]))
    return found


def _records(text: str) -> Iterator[list[str]]:
    """The lines of each entry, from its type to its end, with continued lines joined."""
    record: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("TY  -"):
            # Also where the last entry has no end.
            yield from _ended(record)
            record = [[line]]
        elif line.startswith(_END.strip()):
            yield from _ended(record)
            record = []
        elif _TAG.match(line):
            record.append([line])
        elif record and line.strip():
            record[-1].append(line.strip())
    yield from _ended(record)


def _ended(record: list[list[str]]) -> Iterator[list[str]]:
    if record and record[0][0].startswith("TY"):
        yield [*(" ".join(lines) for lines in record), _END]


def _entry(fields: dict[str, list[str]]) -> Entry:
    def all_of(tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value for tag in tags for value in fields.get(tag, ()))

    return Entry(
        title=next(iter(all_of(_TITLES)), ""),
        author=surname(next(iter(all_of(_AUTHORS)), "")),
        links=all_of(_LINKS),
        texts=all_of(_TEXTS),
    )
