"""What is special of a list on Discord: the words that announce it, and titles that stand out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.model import JSON, Digest, Style
from bot.render.digest_list import MOST_LINES, digest_lines, list_heading
from bot.render.labels import label
from bot.render.nodes import Block, Line, Link
from bot.render.plain import one_line, utf16
from handlers.discord.components import shortened
from handlers.discord.markup import escape
from handlers.discord.messages import TITLE_LENGTH

CONTENT_LIMIT = 2000
"""Characters of ordinary content."""
TITLE_LENGTHS = (200, 120, 80, 60, 50)
"""Characters of the titles in it, tried in this order until it fits."""


def announcement(digest: Digest, rows: Sequence[JSON]) -> JSON:
    """What a digest is created with: its heading and its titles as ordinary content, with these rows below; and the
    heading as the title of a forum's post."""
    count = min(len(digest.cards), MOST_LINES)
    heading = one_line(list_heading(digest, count=count))
    if not rows:  # nothing carries the signature by which such a message would be found again
        return {"title": shortened(heading, TITLE_LENGTH)}
    lines = digest_lines(digest, style=Style.TITLES)
    for length in TITLE_LENGTHS:
        # A notification shows Markdown as it is written, so nothing is escaped that need not be.
        said = [f"{line.number}. {escape(shortened(one_line(line.title), length))}" for line in lines]
        said = said or [escape(digest.quiet or label("nothing", digest.language))]
        content = "\n".join([escape(shortened(heading, TITLE_LENGTHS[0])), *said])
        if utf16(content) <= CONTENT_LIMIT:
            break
    return {"title": shortened(heading, TITLE_LENGTH), "announcement": {"content": content, "components": [*rows]}}


def with_bold_titles(block: Block) -> Block:
    """A line of a list whose title stands out from its sentence."""
    if isinstance(block, Line):
        return Line(tuple([replace(span, bold=True) if isinstance(span, Link) else span for span in block.spans]))
    return block
