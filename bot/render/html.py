"""Trees as HTML: a fragment for pages of the archive, or a page of its own. Every string is escaped here. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path

from bot.render.nodes import (
    Block,
    Bullets,
    Code,
    Document,
    Fold,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Rule,
    Span,
)
from bot.render.plain import visible, web_address

Locate = Callable[[str], str]
"""Maps a figure's file (a path below DATA_DIR) to the address that a page uses for it."""

# No scripts at all: papers' text is untrusted. `file:` lets pages work that were saved to disk.
POLICY = "default-src 'none'; img-src 'self' data: file:; style-src 'self' 'unsafe-inline' file:; base-uri 'none'"


def fragment(document: Document, locate: Locate = lambda file: file) -> str:
    """The tree as elements, without a page around them."""
    return "\n".join(piece for block in document.blocks if (piece := _block(block, locate)))


def page(document: Document, title: str, language: str) -> str:
    """The tree as one file without references to other files, except figures."""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>\n{stylesheet()}</style>\n</head>\n"
        f"<body>\n<main>\n{fragment(document)}\n</main>\n</body>\n</html>\n"
    )


@cache
def stylesheet() -> str:
    """The style sheet of all pages."""
    return (Path(__file__).with_name("page.css")).read_text(encoding="utf-8")


def _text(text: str) -> str:
    return escape(visible(text))


def _block(block: Block, locate: Locate) -> str:
    # `dir="auto"`: a title or summary may be in Arabic or Hebrew on a page in English.
    if isinstance(block, Heading):
        return f'<h{block.level} dir="auto">{_spans(block.spans)}</h{block.level}>'
    if isinstance(block, Line):
        return f'<p dir="auto">{_spans(block.spans)}</p>'
    if isinstance(block, Note):
        return f'<p class="note" dir="auto">{_spans(block.spans)}</p>'
    if isinstance(block, Bullets):
        tag, start = ("ol", f' start="{block.start}"' if block.start > 1 else "") if block.numbered else ("ul", "")
        items = "".join(f'<li dir="auto">{_spans(item)}</li>' for item in block.items)
        return f"<{tag}{start}>{items}</{tag}>"
    if isinstance(block, Fold):
        inner = "".join(_block(part, locate) for part in block.blocks)
        return f"<details><summary>{_spans(block.title)}</summary>{inner}</details>"
    if isinstance(block, Code):
        return f"<pre>{_text(block.text)}</pre>"
    if isinstance(block, Picture):
        return _picture(block, locate)
    return "<hr>" if isinstance(block, Rule) else ""


def _picture(picture: Picture, locate: Locate) -> str:
    caption = f'<figcaption dir="auto">{_text(picture.alt)}</figcaption>'
    if picture.file:
        image = f'<img src="{escape(locate(picture.file))}" alt="{_text(picture.alt)}" loading="lazy">'
        return f"<figure>{image}{caption}</figure>"
    return _block(Line((Link(picture.alt, picture.url or ""),)), locate)


def _spans(spans: Sequence[Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    html = _text(span.text)
    if isinstance(span, Link):
        url = web_address(span.url)
        html = f"<strong>{html}</strong>" if span.bold else html
        # An address that is refused leaves its text, which may be the only sign of the link.
        return f'<a href="{escape(url)}" rel="noopener">{html}</a>' if url else html
    for tag, on in (("code", span.code), ("em", span.italic), ("strong", span.bold)):
        html = f"<{tag}>{html}</{tag}>" if on else html
    return html
