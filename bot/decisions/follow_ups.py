"""What is new about a paper, and where two versions of its texts differ. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from bot.arxiv import code_links
from bot.arxiv.acceptance import acceptance
from bot.model import FollowUp, News, NewsKind, NewsOfPaper, PaperState, WordChange

AROUND = 4
"""Words that are shown before and after a change."""

JOINED = 2
"""Changes with so many equal words between them, or fewer, are shown as one: the words alone would say nothing."""


def news(before: PaperState, now: PaperState) -> tuple[News, ...]:
    """What is new, the most important first; empty if nothing is that readers would want to know.

    A comment that only counts pages differently is no news.
    """
    # The other facts of a withdrawn paper interest nobody any more.
    if now.withdrawn:
        return () if before.withdrawn else (News(NewsKind.WITHDRAWN),)
    return tuple(_found(before, now))


def news_of_papers(follow_ups: Iterable[FollowUp]) -> tuple[NewsOfPaper, ...]:
    """The papers with news among these, in their order: a change may have been taken back meanwhile."""
    found = ((each.paper, news(each.before, PaperState.of(each.paper))) for each in follow_ups)
    return tuple(NewsOfPaper(paper, is_new) for paper, is_new in found if is_new)


def _found(before: PaperState, now: PaperState) -> Iterator[News]:
    if (venue := _venue(now)) and venue != _venue(before):
        yield News(NewsKind.ACCEPTED, venue)
    if (place := now.journal_ref or now.doi) and not (before.journal_ref or before.doi):
        yield News(NewsKind.PUBLISHED, place)
    if (links := _code(now)) and not _code(before):
        yield News(NewsKind.CODE, links[0])
    if now.version > before.version:
        yield News(NewsKind.VERSION, str(now.version))


def _venue(state: PaperState) -> str:
    found = acceptance(state.comment or "")
    return found.name if found else ""


def _code(state: PaperState) -> tuple[str, ...]:
    return code_links.find_links(state.abstract, state.comment or "").code


def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """Where two texts differ, word by word and in their order; white space does not count."""
    old, new = before.split(), after.split()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changes: list[tuple[int, int, int, int]] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        if changes and start - changes[-1][3] <= JOINED:
            changes[-1] = (changes[-1][0], last, changes[-1][2], end)
        else:
            changes.append((first, last, start, end))
    return tuple(
        WordChange(
            " ".join(new[max(0, start - AROUND) : start]),
            " ".join(old[first:last]),
            " ".join(new[start:end]),
            " ".join(new[end : end + AROUND]),
        )
        for first, last, start, end in changes
    )
