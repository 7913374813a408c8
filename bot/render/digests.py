"""The parts of a digest around its cards as neutral trees: the header, the papers past its size, the notes. Pure."""

from __future__ import annotations

from bot.model import Digest, split_query, topic_label
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.labels import format_window, label
from bot.render.nodes import Block, Bullets, Document, Heading, Line, Link, Note, Rule, Span, Text


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


def other_papers(digest: Digest) -> tuple[Block, ...]:
    """The papers past the digest's size: titles as links, then how many more there are; empty without any."""
    blocks: list[Block] = []
    if digest.also:
        heading = f"{label('also', digest.language)} ({len(digest.also) + digest.unlisted})"
        links = [(Link(title_of(card.paper), paper_urls(card.paper)["abs"]),) for card in digest.also]
        blocks += [Rule(), Heading((Text(heading, bold=True),), level=3), Bullets(tuple(links))]
    if digest.unlisted:
        blocks.append(Line((Text(label("and more papers", digest.language, n=digest.unlisted)),)))
    return tuple(blocks)


def digest_notes(digest: Digest) -> Document:
    """Notes on missing parts of the digest, with the reasons."""
    return Document(tuple(Note((Text(note, italic=True),)) for note in digest.notes))
