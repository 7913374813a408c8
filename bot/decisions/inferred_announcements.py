"""What was announced where no feed says so: entries that could not be read, records of missed days. Pure.

Of an entry that could not be read, only what arXiv itself writes around it is looked at: its abstract may name any
number of other papers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from bot.arxiv.categories import archive_of
from bot.arxiv.ids import parse_id
from bot.model import Announced, Announcement, Kind, Malformed, Paper, PaperRef

_IDS = (
    re.compile(r"<(?:\w+:)?(?:id|identifier)>\s*oai:arXiv\.org:([^<\s]+)"),
    re.compile(r'href="https?://arxiv\.org/abs/([^"]+)"'),
    re.compile(r"<(?:\w+:)?summary[^>]*>\s*arXiv:([^<\s]+)"),
    re.compile(r"<(?:\w+:)?id>\s*([^<\s]+)\s*<"),
)
_KINDS = (
    re.compile(r"<(?:\w+:)?announce_type>\s*([a-z-]+)"),
    re.compile(r"<(?:\w+:)?summary[^>]*>\s*arXiv:[^<]{0,100}?Announce Type:\s*([a-z-]+)"),
)
_TERM = re.compile(r'<(?:\w+:)?category term="([^"]+)"')
_LISTED = re.compile(r"<(?:\w+:)?categories>([^<]+)<")


def paper_of(entry: Malformed) -> PaperRef | None:
    """The paper that an entry names, with its version where it tells; None where that cannot be read either."""
    for pattern in _IDS:
        if (match := pattern.search(entry.raw)) and (ref := parse_id(match[1])):
            return ref
    return None


def kind_of(entry: Malformed) -> Kind | None:
    """How the entry announces its paper; None where it does not tell."""
    for pattern in _KINDS:
        if (match := pattern.search(entry.raw)) and match[1] in [*Kind]:
            return Kind(match[1])
    return None


def concerns(entry: Malformed, archives: Collection[str]) -> bool:
    """Whether an entry may be of these archives; one that names no category may be of any."""
    named = _TERM.findall(entry.raw) or [name for found in _LISTED.findall(entry.raw) for name in found.split()]
    return not named or any(archive_of(category) in archives for category in named)


def by_paper(aside: Iterable[Malformed]) -> dict[str, Malformed]:
    """The entries of a known day that name a paper, by its id; the first that names it."""
    found: dict[str, Malformed] = {}
    for entry in aside:
        if entry.day and (ref := paper_of(entry)) is not None:
            found.setdefault(ref.id, entry)
    return found


def is_as_new(paper: Paper, entry: Malformed) -> bool:
    """Whether a record is of the version that an entry names, or of a later one: the API may not know that one yet."""
    ref = paper_of(entry)
    return ref is None or ref.version is None or paper.version >= ref.version


def as_announced(entry: Malformed, paper: Paper, before: Mapping[str, Paper]) -> Announced:
    """A paper as an entry announced it that could not be read. How, is inferred where the entry does not tell; `before`
    are papers that were announced before its day, as they were known then."""
    if entry.day is None:
        raise ValueError("An entry of no day announces nothing.")
    told = kind_of(entry)
    kind = told or (Kind.NEW if paper.version == 1 else Kind.REPLACE)
    announced = Announced(paper, Announcement(paper.id, paper.version, entry.day, kind, inferred=True))
    return announced if told else inferred(announced, paper.id in before, before.get(paper.id))


def inferred(entry: Announced, had: bool, known: Paper | None) -> Announced:
    """What an OAI record most likely was on its day: one that was announced before was cross-listed if it bears more
    categories now, and replaced otherwise."""
    if not had:
        return entry
    grown = known is not None and bool(set(entry.paper.categories) - set(known.categories))
    kind = Kind.CROSS if grown else Kind.REPLACE
    return replace(entry, announcement=replace(entry.announcement, kind=kind, inferred=True))
