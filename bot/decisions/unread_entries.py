"""Finds the papers of entries that could not be parsed, and matches them with recovered records. Pure.

Only the fields that arXiv itself writes into an entry are searched for ids and kinds: the abstract may name any number
of other papers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from bot.arxiv.categories import is_in_archives
from bot.arxiv.ids import parse_id
from bot.model import Kind, Malformed, Paper, PaperRef

_IDS = (
    re.compile(r"<(?:\w+:)?(?:id|identifier)>\s*oai:arXiv\.org:([^<\s]+)"),
    re.compile(r'href="https?://arxiv\.org/abs/([^"]+)"'),
    re.compile(r"<(?:\w+:)?summary[^>]*>\s*arXiv:([^<\s]+)"),
    re.compile(r"<(?:\w+:)?id>\s*([^<\s]+)\s*<"),
)
"""Where an entry of the feed, of OAI or of the API names its paper, most reliable first."""

_KINDS = (
    re.compile(r"<(?:\w+:)?announce_type>\s*([a-z-]+)"),
    re.compile(r"<(?:\w+:)?summary[^>]*>\s*arXiv:[^<]{0,100}?Announce Type:\s*([a-z-]+)"),
)
_FEED_CATEGORY = re.compile(r'<(?:\w+:)?category term="([^"]+)"')
_OAI_CATEGORIES = re.compile(r"<(?:\w+:)?categories>([^<]+)<")


def paper_of(entry: Malformed) -> PaperRef | None:
    """Return the paper that an entry names, with its version if it is given; None if the id cannot be read either."""
    # A field may hold something else than an id: then the next, less reliable one is tried.
    for pattern in _IDS:
        if (match := pattern.search(entry.raw)) and (ref := parse_id(match[1])):
            return ref
    return None


def kind_of(entry: Malformed) -> Kind | None:
    """Return how the entry announces its paper; None if it does not say."""
    for pattern in _KINDS:
        if (match := pattern.search(entry.raw)) and match[1] in [*Kind]:
            return Kind(match[1])
    return None


def may_concern(entry: Malformed, archives: Collection[str]) -> bool:
    """Whether an entry may belong to one of these archives; an entry without categories may belong to any."""
    categories = _FEED_CATEGORY.findall(entry.raw)
    if not categories:
        categories = [name for found in _OAI_CATEGORIES.findall(entry.raw) for name in found.split()]
    return not categories or is_in_archives(categories, archives)


def by_paper(entries: Iterable[Malformed]) -> dict[str, Malformed]:
    """Return the entries that name a paper and whose day is known, by paper id; of several, the first."""
    # An entry of the API has no listing day, so it announces nothing.
    found: dict[str, Malformed] = {}
    for entry in entries:
        if entry.day and (ref := paper_of(entry)) is not None:
            found.setdefault(ref.id, entry)
    return found


def missing_papers(entries: Iterable[Malformed], archives: Collection[str], newest: date) -> dict[str, Malformed]:
    """Return the entries of these archives up to the day `newest` whose papers have to be asked for, by paper id."""
    named = by_paper(entry for entry in entries if may_concern(entry, archives))
    return {paper_id: entry for paper_id, entry in named.items() if entry.day is not None and entry.day <= newest}


def recovered(
    entries: Mapping[str, Malformed], papers: Iterable[Paper], archives: Collection[str]
) -> dict[date, list[Paper]]:
    """Return the papers of the API that stand for these entries, by the entries' days, oldest day first.

    A paper in none of the archives is left out: its entry named no category, and no topic needs it.
    """
    found: dict[date, list[Paper]] = {}
    for paper in papers:
        entry = entries.get(paper.id)
        if entry is None or entry.day is None or not is_in_archives(paper.categories, archives):
            continue
        if is_as_new(paper, entry):
            found.setdefault(entry.day, []).append(paper)
    return dict(sorted(found.items()))


def is_as_new(paper: Paper, entry: Malformed) -> bool:
    """Whether a record has the version that an entry names, or a later one; the API may not know that version yet."""
    ref = paper_of(entry)
    return ref is None or ref.version is None or paper.version >= ref.version
