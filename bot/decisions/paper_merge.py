"""Merges the stored record of a paper with a new one, from the feed or from the API. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.model import Announced, Paper


def merge_all(known: Mapping[str, Paper], announced: Sequence[Announced]) -> dict[str, Paper]:
    """Merge announced papers into the known ones; returns all of them by id."""
    merged = dict(known)
    for entry in announced:
        before = merged.get(entry.paper.id)
        merged[entry.paper.id] = entry.paper if before is None else merge(before, entry.paper)
    return merged


def merge(known: Paper, new: Paper) -> Paper:
    """Merge the feed's record into a known paper: a newer version replaces it, an older one changes nothing.

    At the same version the known record stays, and only the fields that it lacks are filled in.
    """
    if new.version < known.version:
        return known
    winner, other = (new, known) if new.version > known.version else (known, new)
    return replace(
        _filled(winner, other),
        # A source may name only some of the categories, so none is ever removed. The primary one stays first.
        categories=tuple(dict.fromkeys((*known.categories, *new.categories))),
        published=known.published or new.published,
        withdrawn=new.withdrawn if new.version > known.version else known.withdrawn or new.withdrawn,
    )


def complete(known: Paper, record: Paper) -> Paper:
    """Merge the API's record, which is complete, into a known paper: it replaces it unless it is older."""
    if record.version < known.version:
        return known
    return replace(
        _filled(record, known),
        categories=tuple(dict.fromkeys((*known.categories, *record.categories))),
        withdrawn=record.withdrawn or (record.version == known.version and known.withdrawn),
    )


def _filled(paper: Paper, other: Paper) -> Paper:
    """The paper with the fields that it lacks taken from the other record."""
    return replace(
        paper,
        title=paper.title or other.title,
        authors=paper.authors or other.authors,
        abstract=paper.abstract or other.abstract,
        comment=paper.comment or other.comment,
        published=paper.published or other.published,
        updated=paper.updated or other.updated,
        license=paper.license or other.license,
        doi=paper.doi or other.doi,
        journal_ref=paper.journal_ref or other.journal_ref,
    )
