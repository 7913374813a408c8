"""Digests as neutral trees: the header, the cards, the titles past the digest's size, and the notes. Pure."""

from __future__ import annotations

from collections.abc import Callable

from bot.model import Card, Digest, split_query, topic_label
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.labels import format_window, label
from bot.render.nodes import Block, Bullets, Document, Heading, Line, Link, Note, Span, Text
from bot.render.packing import Cost, Group


def digest_title(digest: Digest) -> str:
    """ "New on arXiv · 2 June 2026"."""
    return f"{label('digest', digest.language)} · {format_window(digest.window, digest.language)}"


def digest_header(digest: Digest) -> Document:
    """The days, the topics, how many of the announced papers match, and the reason if there are none."""
    language = digest.language
    blocks: list[Block] = [Heading((Text(digest_title(digest), bold=True),), level=1)]
    if digest.topics:
        spans: list[Span] = []
        for topic in digest.topics:
            # A query is shown as code, to be copied; a text that somebody wrote is not.
            shown = Text(topic_label(topic), code=not split_query(topic)[1])
            spans += [Text(" · "), shown] if spans else [shown]
        blocks.append(Note(tuple(spans)))
    # On days without a listing there is nothing to count.
    if digest.announced or digest.matched:
        blocks.append(Note((Text(label("n of m", language, n=digest.matched, of=digest.announced)),)))
    if digest.quiet or not (digest.cards or digest.also):
        blocks.append(Line((Text(digest.quiet or label("nothing", language)),)))
    return Document(tuple(blocks))


def also_heading(digest: Digest) -> Heading:
    """The heading above the title lines of papers past the digest's size."""
    return Heading(
        (Text(f"{label('also', digest.language)} ({len(digest.also) + digest.unlisted})", bold=True),), level=3
    )


def title_line(card: Card) -> Bullets:
    """A paper as one line: its title as a link."""
    return Bullets(((Link(title_of(card.paper), paper_urls(card.paper)["abs"]),),))


def digest_notes(digest: Digest) -> Document:
    """Notes on missing parts of the digest, with the reasons."""
    return Document(tuple(Note((Text(note, italic=True),)) for note in digest.notes))


def unlisted_line(digest: Digest, archive_url: str | None = None) -> Line:
    """ "… and 85 more", as a link to the archive where it is public."""
    text = label("and more papers", digest.language, n=digest.unlisted)
    return Line((Link(text, archive_url) if archive_url else Text(text),))


def digest_groups(
    digest: Digest,
    card_group: Callable[[Card], Group],
    title_group: Callable[[Card], Group],
    *,
    base_cost: Cost = (0, 0),
    archive_url: str | None = None,
) -> list[Group]:
    """A digest as groups that should not be divided: the header, each card, each further title, the notes.

    `card_group` makes the group of a card, `title_group` that of a title line; `base_cost` is what each of the other
    groups costs besides its blocks. `archive_url` is the public address of the archive.
    """
    groups = [Group(digest_header(digest).blocks, base_cost=base_cost, stays_with_next=True)]
    groups += map(card_group, digest.cards)
    for number, card in enumerate(digest.also):
        group = title_group(card)
        # Together with the first title, so that a message never ends in the heading.
        groups.append(group if number else Group((also_heading(digest), *group.blocks), group.ids, group.base_cost))
    if digest.unlisted:
        groups.append(Group((unlisted_line(digest, archive_url),), base_cost=base_cost))
    groups.append(Group(digest_notes(digest).blocks, base_cost=base_cost))
    return groups
