"""Papers that somebody names in a list: by id, or by title and author where the list has no id."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.papers import Paper


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A paper as a reference list names it: its title and the surname of its first author ("" if unknown)."""

    title: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class PaperList:
    """What a list names, in its order and each paper once.

    `ids` are arXiv ids without a version, `named` the entries without one, `unread` the beginnings of entries that name
    no paper in either way. `left_out` entries stand past the limit of one list.
    """

    ids: tuple[str, ...] = ()
    named: tuple[NamedPaper, ...] = ()
    unread: tuple[str, ...] = ()
    left_out: int = 0

    def __bool__(self) -> bool:
        """Whether the list names a paper."""
        return bool(self.ids or self.named)


@dataclass(frozen=True, slots=True)
class FoundPapers:
    """The papers of a list that arXiv has, in the list's order: first those with an id.

    `unknown_ids` are ids that arXiv does not know, `unknown_titles` titles under which it has no paper. Of `unsearched`
    titles it was not asked: there were more than one list may look up.
    """

    papers: tuple[Paper, ...] = ()
    unknown_ids: tuple[str, ...] = ()
    unknown_titles: tuple[str, ...] = ()
    unsearched: int = 0
