"""Blocks as Telegram's HTML, valid by construction, in which nothing of a paper's text is active. Pure.

Lengths are in UTF-16 units after parsing, as Telegram counts. An invisible word joiner breaks what Telegram would turn
into a link, a mention, a hashtag or a command by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.render.nodes import Block, Bullets, Code, Document, Fold, Heading, Line, Link, Note, Rule, Span, Text
from bot.render.packing import Cost, is_tight
from bot.render.plain import utf16, visible, web_address

# Each alternative begins with its character, so that the pattern skips what holds none of them.
_ACTIVE = re.compile(
    # Telegram may know letters that our version of Unicode does not have yet.
    r"@(?=\w)|#(?=\w|[^\x00-\x7f])|\$(?=[A-Z])|:(?=//)|/(?<!\w/)(?=[A-Za-z0-9_])"
    # In a host's name Telegram accepts more than letters: "~", and every character from U+00C0 on.
    # A dot at the beginning counts as well: the span before may end in a host's name or a number.
    r"|\.(?<![^\w~\u00c0-\U0010ffff]\.)(?=[^\W\d_]{2}|xn--)|\.(?<!\D\.)(?=\d+\.\d+\.\d)"
)
_JOINER = "\u2060"
"""WORD JOINER: invisible, and no part of a word for Telegram's detection."""
_JOIN_REACH = 12
"""Characters on both sides of a boundary that `_ACTIVE` has to see: an IP address up to its last dot."""
_RULE = "———"


@dataclass(frozen=True, slots=True)
class Piece:
    """HTML with the blocks that it begins and ends with, which decide how it is joined with others."""

    first: Block
    last: Block
    html: str


def document_html(document: Document) -> str:
    """A document as one piece of HTML, whatever its length."""
    whole = piece(document.blocks)
    return whole.html if whole else ""


def cost(block: Block) -> Cost:
    """What a block takes of a message: UTF-16 units with the empty line before it, and entities."""
    text, entities = _measure(block)
    return (text + 2, entities) if text else (0, 0)


def piece(blocks: Sequence[Block]) -> Piece | None:
    """The HTML of blocks; None if none of them has text, as pictures, which are messages of their own."""
    pieces = [Piece(block, block, html) for block in blocks if (html := block_html(block))]
    return Piece(pieces[0].first, pieces[-1].last, joined(pieces)) if pieces else None


def joined(pieces: Sequence[Piece]) -> str:
    """The HTML of pieces below each other, with an empty line between them unless they belong together."""
    html = "".join(
        [
            f"{before.html}\n" if is_tight(before.last, after.first) else f"{before.html}\n\n"
            for before, after in pairwise(pieces)
        ]
    )
    return html + pieces[-1].html if pieces else html


# ── one block ─────────────────────────────────────────────────────────────────────────────────────────────────────


# Many chats get the same cards each morning, and packing measures and renders each block several times.
@lru_cache(maxsize=4096)
def block_html(block: Block, *, folded: bool = False) -> str:
    """One block; empty for blocks without text."""
    if isinstance(block, Heading | Line | Note):
        return _row(block.spans)
    if isinstance(block, Bullets):
        return "\n".join(_mark(block, n) + _row(item) for n, item in enumerate(block.items))
    if isinstance(block, Fold):
        lines = [_row(block.title), *(block_html(inner, folded=True) for inner in block.blocks)]
        body = "\n".join(line for line in lines if line)
        # Telegram refuses a quotation inside another one.
        return body if folded else f"<blockquote expandable>{body}</blockquote>"
    if isinstance(block, Code):
        return f"<pre>{_escape(visible(block.text))}</pre>" if visible(block.text).strip() else ""
    if isinstance(block, Rule):
        return _RULE
    return ""  # pictures are messages of their own


@lru_cache(maxsize=4096)
def _measure(block: Block) -> Cost:
    if isinstance(block, Heading | Line | Note):
        return _spans_cost(block.spans)
    if isinstance(block, Bullets):
        costs = [_spans_cost(item) for item in block.items]
        marks = sum(len(_mark(block, n)) + 1 for n in range(len(costs)))
        return sum(text for text, _ in costs) + marks, sum(entities for _, entities in costs)
    if isinstance(block, Fold):
        costs = [_spans_cost(block.title), *(_measure(inner) for inner in block.blocks)]
        return sum(text + 1 for text, _ in costs), sum(entities for _, entities in costs) + 1
    if isinstance(block, Code):
        return utf16(visible(block.text)), 1
    return (len(_RULE), 0) if isinstance(block, Rule) else (0, 0)


def _mark(block: Bullets, index: int) -> str:
    return f"{block.start + index}. " if block.numbered else "• "


def _spans_cost(spans: Sequence[Span]) -> Cost:
    text = sum(_would_join(before, after) for before, after in pairwise(spans))
    entities = 0
    for span in spans:
        plain = isinstance(span, Text) and not span.code
        text += utf16(plain_text(span.text) if plain else visible(span.text))
        if isinstance(span, Link):
            entities += 1 + span.bold
        else:
            entities += span.bold + span.italic + span.code
    return text, entities


def _row(spans: Sequence[Span]) -> str:
    """Spans side by side, kept apart where two of them together would become active ("/" and "start")."""
    html = ""
    before: Span | None = None
    for span in spans:
        if before is not None and _would_join(before, span):
            html += _JOINER
        html += span_html(span)
        before = span if span.text else before
    return html


def _would_join(before: Span, after: Span) -> bool:
    """Whether the end of one span and the beginning of the next make something active that neither has alone."""
    tail, head = visible(before.text)[-_JOIN_REACH:], visible(after.text)[:_JOIN_REACH]
    active_alone = {match.start() for match in _ACTIVE.finditer(tail)}
    return any(
        match.start() < len(tail) and match.start() not in active_alone for match in _ACTIVE.finditer(tail + head)
    )


def span_html(span: Span) -> str:
    """One span in its style; a link that leads nowhere allowed is text."""
    if not visible(span.text).strip():
        return visible(span.text)
    if isinstance(span, Link):
        url = web_address(span.url)
        if url is None:
            return span_html(Text(span.text, bold=span.bold))
        label = _escape(visible(span.text))
        return f'<a href="{_escape(url)}">{f"<b>{label}</b>" if span.bold else label}</a>'
    # Code takes no other style on Telegram, and finds no links in it, so that it needs no joiners.
    html = _escape(visible(span.text) if span.code else plain_text(span.text))
    for tag, on in (("code", span.code), ("i", span.italic and not span.code), ("b", span.bold and not span.code)):
        if on:
            html = f"<{tag}>{html}</{tag}>"
    return html


def plain_text(text: str) -> str:
    """Text in which Telegram finds no link, mention, hashtag or command."""
    return _ACTIVE.sub(rf"\g<0>{_JOINER}", visible(text))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
