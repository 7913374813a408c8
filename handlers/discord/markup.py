"""Spans and blocks as Discord's Markdown, in which nothing of a paper's text is active. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.render.nodes import Block, Bullets, Code, Fold, Heading, Line, Link, Note, Span, Text
from bot.render.packing import is_tight
from bot.render.plain import visible, web_address

# Markdown that is active anywhere in a line, only at its beginning, and what notifies people.
_ANYWHERE = re.compile(r"[\\*_~`|<>\[\]#]")
_LINE_START = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))", re.MULTILINE)
_MASS_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
_SCHEME = re.compile(r":(?=//)")
_GAP = "\u200b"
"""A zero-width space."""


def escape(text: str) -> str:
    """Text in which Discord finds no style, link, mention, heading, quotation, list or code."""
    text = _ANYWHERE.sub(r"\\\g<0>", visible(text))
    text = _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)
    # Discord shows ":\//" as "://", and makes no link of it.
    text = _SCHEME.sub(":\\\\", text)
    return _MASS_MENTION.sub(f"@{_GAP}", text)


def markdown(blocks: Sequence[Block]) -> str:
    """Blocks as the content of one text display. Pictures and rules are left out: they are components of their own."""
    out = ""
    last: Block | None = None
    for block in blocks:
        if piece := block_markdown(block):
            if last is not None:
                out += "\n" if is_tight(last, block) or isinstance(last, Heading) else "\n\n"
            out += piece
            last = block
    return out


# Many chats get the same cards each morning, and packing measures and renders each block several times.
@lru_cache(maxsize=4096)
def block_markdown(block: Block) -> str:
    """One block; empty for blocks without text."""
    if isinstance(block, Heading):
        # Headings of levels 1 and 2 are bold already. Discord knows "#" to "###"; lower levels are lines.
        line = spans_markdown(block.spans if block.level > 2 else tuple(_unbold(span) for span in block.spans))
        return f"{'#' * (block.level + 1)} {line}" if block.level <= 2 else line
    if isinstance(block, Line):
        return spans_markdown(block.spans)
    if isinstance(block, Note):
        line = spans_markdown(block.spans)
        return f"-# {line}" if line.strip() else ""
    if isinstance(block, Bullets):
        return "\n".join(_mark(block, n) + spans_markdown(item) for n, item in enumerate(block.items))
    if isinstance(block, Fold):
        return "\n".join([spans_markdown(block.title), *(block_markdown(inner) for inner in block.blocks)])
    if isinstance(block, Code):
        return "```\n" + visible(block.text).replace("```", f"`{_GAP}``") + "\n```"
    return ""


def _unbold(span: Span) -> Span:
    return Link(span.text, span.url) if isinstance(span, Link) else Text(span.text, italic=span.italic, code=span.code)


def _mark(block: Bullets, index: int) -> str:
    return f"{block.start + index}. " if block.numbered else "- "


def spans_markdown(spans: Sequence[Span]) -> str:
    """Spans of one line. An invisible gap separates neighbouring styles, whose marks ("**" and "*") would merge."""
    line = ""
    was_styled = False
    for span in spans:
        piece = _span(span)
        is_styled = isinstance(span, Text) and (span.bold or span.italic or span.code)
        if was_styled and is_styled and piece and not piece[0].isspace() and line and not line[-1].isspace():
            line += _GAP
        line += piece
        was_styled = is_styled
    return line


def _span(span: Span) -> str:
    # A line feed in plain text is one; in a style or a link it would end that.
    if isinstance(span, Text) and not (span.bold or span.italic or span.code) and "\n" in span.text:
        return "\n".join(_span(Text(line.strip())) for line in span.text.split("\n"))
    text = " ".join(visible(span.text).split("\n"))
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if isinstance(span, Link):
        url = web_address(span.url)
        label = escape(core)
        core = label if url is None else f"[{label}]({address(url)})"
        return before + (f"**{core}**" if span.bold else core) + after
    if span.code:
        return before + _code(core) + after
    core = escape(core)
    mark = "*" * (span.italic + 2 * span.bold)
    return before + mark + core + mark + after


def _code(text: str) -> str:
    # A backtick would end the code, and inside code nothing can be escaped.
    if "`" in text:
        return escape(text)
    return f"`{_MASS_MENTION.sub(f'@{_GAP}', text)}`"


def address(url: str) -> str:
    """An address as it may stand in a masked link, which ends at the first parenthesis."""
    return url.replace("(", "%28").replace(")", "%29")
