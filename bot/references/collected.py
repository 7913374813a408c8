"""What readers of lists share: from the fields of one entry to a paper, and from entries to a `PaperList`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.arxiv.ids import all_ids, parse_id
from bot.model import NamedPaper, PaperList
from bot.topics.text import raw_words, searchable

MOST_ENTRIES = 2000
"""Entries of one list that are read; those beyond are counted."""

MOST_UNREAD = 20
"""Entries without a paper that are kept to be shown."""

LONGEST_TITLE = 400
"""Characters of a title; a longer text is not one."""

_SHOWN = 60
_OLD_NUMBER = re.compile(r"\d{7}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference. `eprint` is (number, archive or category), `links` are addresses and DOIs. `texts` are fields that
    may name an id among other words, as "arXiv preprint arXiv:2406.14272"."""

    title: str = ""
    author: str = ""
    eprint: tuple[str, str] = ("", "")
    links: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def identify(self) -> str | NamedPaper | None:
        """Its arXiv id; else its title and author; None if it has no title either."""
        number, category = self.eprint
        if _OLD_NUMBER.fullmatch(number.strip()):
            number = f"{category.partition('.')[0]}/{number.strip()}"
        if paper := parse_id(number):
            return paper.id
        for link in self.links:
            if found := all_ids(link):
                return found[0]
        for text in self.texts:
            # Volumes and page numbers look like ids: a text counts only if it says that it is about arXiv.
            if re.search(r"arxiv|corr\b|\babs/", text, re.IGNORECASE) and (found := all_ids(_without_abs(text))):
                return found[0]
        title = searchable(self.title)[:LONGEST_TITLE].strip(" .")
        return NamedPaper(title, searchable(self.author)) if title else None


def _without_abs(text: str) -> str:
    return re.sub(r"\babs/", " ", text)  # DBLP has the volume "abs/1706.03762"


@dataclass(slots=True)
class Collected:
    """Entries as they are read. Beyond `MOST_ENTRIES` they are only counted: see `is_full`."""

    _ids: dict[str, None] = field(default_factory=dict)
    _named: dict[tuple[str, ...], NamedPaper] = field(default_factory=dict)
    _unread: list[str] = field(default_factory=list)
    _count: int = 0
    _left_out: int = 0

    @property
    def is_full(self) -> bool:
        return self._count >= MOST_ENTRIES

    def leave_out(self, entries: int = 1) -> None:
        """Count entries that are not read."""
        self._left_out += entries

    def add(self, entry: Entry, shown: str) -> None:
        """Add what an entry names; `shown` is how to show it if it names nothing."""
        match entry.identify():
            case str(paper_id):
                self.add_ids([paper_id])
            case NamedPaper() as named:
                self._count += 1
                self._named.setdefault(raw_words(named.title) or (named.title,), named)
            case None:
                self.add_unread(shown)

    def add_ids(self, paper_ids: Iterable[str]) -> None:
        for paper_id in paper_ids:
            self._count += 1
            self._ids.setdefault(paper_id)

    def add_unread(self, shown: str) -> None:
        self._count += 1
        text = " ".join(shown.split())
        if text and len(self._unread) < MOST_UNREAD:
            self._unread.append(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")

    def as_list(self) -> PaperList:
        return PaperList(tuple(self._ids), tuple(self._named.values()), tuple(self._unread), self._left_out)


def surname(author: str) -> str:
    """The surname in one name: of "Vaswani, Ashish" and of "Ashish Vaswani"."""
    last, comma, _ = author.partition(",")
    return (last if comma else (author.split() or [""])[-1]).strip()
