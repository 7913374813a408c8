"""Posts for Hexo, a static site generator: Markdown below a front matter in YAML. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from bot.model import Card, Digest, topic_label
from bot.render.cards import day_of, shown_figures, title_of
from bot.render.digests import digest_title
from bot.render.dossier import dossier_digest, dossier_document
from bot.render.evidence import front_claims
from bot.render.labels import label
from bot.render.markdown import markdown
from bot.render.plain import one_line
from bot.tex.latex import readable

MAX_TAGS = 12
"""Tags of one post."""


def digest_post(digest: Digest) -> str:
    """A post of a digest. Its categories are the topics, its cover the first figure that may be shown."""
    description = label("n of m", digest.language, n=digest.matched, of=digest.announced)
    topics = tuple(map(topic_label, digest.topics))
    matter = front_matter(
        # With one topic its name comes first, since a site may have a digest of each topic for the same day.
        title=" · ".join([*topics, digest_title(digest)]) if len(topics) == 1 else digest_title(digest),
        day=digest.window.last,
        categories=topics,
        tags=_tags(digest.cards),
        description=description,
        cover=_cover(digest.cards),
    )
    return matter + "\n" + markdown(dossier_digest(digest, header=False))


def card_post(card: Card, language: str) -> str:
    """A post of one paper."""
    summary = card.summary
    matter = front_matter(
        title=title_of(card.paper),
        day=day_of(card),
        categories=card.paper.categories[:1],
        tags=_tags([card]),
        description=readable(front_claims(card, summary)[0].text if summary else card.paper.abstract),
        cover=_cover([card]),
    )
    return matter + "\n" + markdown(dossier_document(card, language))


def front_matter(
    *, title: str, day: date | None, categories: Iterable[str], tags: Iterable[str], description: str, cover: str | None
) -> str:
    """YAML between two lines of dashes.

    Strings are written as JSON, which is a subset of YAML: nothing in a title can be read as YAML syntax.
    """
    rows = [f"title: {_quoted(title)}"]
    # Hexo orders posts by date and time; a listing day has no time, so midnight stands for it.
    if day:
        rows.append(f"date: {day.isoformat()} 00:00:00")
    rows += _listed("categories", categories) + _listed("tags", tags)
    rows.append(f"description: {_quoted(description)}")
    if cover:
        rows.append(f"cover: {_quoted(cover)}")
    return "---\n" + "\n".join(rows) + "\n---\n"


def _listed(name: str, values: Iterable[str]) -> list[str]:
    rows = [f"  - {_quoted(value)}" for value in values]
    return [f"{name}:", *rows] if rows else [f"{name}: []"]


def _quoted(text: str) -> str:
    return json.dumps(one_line(text), ensure_ascii=False)


def _tags(cards: Sequence[Card]) -> list[str]:
    """The keywords of the summaries, the most frequent first; without keywords, the primary categories."""
    counts: dict[str, int] = {}
    for card in cards:
        for keyword in map(readable, card.summary.keywords if card.summary else ()):
            counts[keyword] = counts.get(keyword, 0) + 1
    # A post without tags would be missing from the site's index of tags.
    if not counts:
        return list(dict.fromkeys(card.paper.primary_category for card in cards if card.paper.primary_category))
    return sorted(counts, key=lambda keyword: -counts[keyword])[:MAX_TAGS]


def _cover(cards: Iterable[Card]) -> str | None:
    return next((figure.file for card in cards for figure in shown_figures(card)), None)
