"""Trees as Markdown for CommonMark, GitHub and Hexo. Text of papers is escaped so that it has no effect. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as html_escape

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
    Text,
)
from bot.render.plain import visible, web_address

# Characters that mean something anywhere in a line, and only at its start.
_ANYWHERE = re.compile(r"[\\`*_\[\]#!|~$]")
_LINE_START = re.compile(r"^(\s*)(?:([-+=:])|(\d+)([.)]))", re.MULTILINE)
# HTML is part of Markdown, Hexo runs a template language over posts, and GitHub links bare addresses and names.
_ENTITIES = re.compile(r"[&<>{}]|:(?=//)|(?<=www)\.|@(?=\w)")


def escape(text: str) -> str:
    """Escape text, on one line, so that every Markdown renderer shows it as it is."""
    text = _ENTITIES.sub(lambda match: f"&#{ord(match.group())};", visible(text).replace("\n", " "))
    # Private-use characters stand in for "&#" and ";", so that the "#" of entities is not escaped.
    text = re.sub(r"&#(\d+);", "\ue000\\1\ue001", text)
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)
    return re.sub("\ue000(\\d+)\ue001", r"&#\1;", text)


def markdown(document: Document) -> str:
    """A tree as Markdown, ending in a line feed."""
    return "\n\n".join(piece for block in document.blocks if (piece := _block(block))) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_spans(tuple(_unbold(span) for span in block.spans))}"
    if isinstance(block, Line | Note):
        return _spans(block.spans)
    if isinstance(block, Bullets):
        return "\n".join(_mark(block, n) + _spans(item) for n, item in enumerate(block.items))
    if isinstance(block, Fold):
        # Markdown is not read inside of <summary>, so the title is escaped as HTML; "{" is for Hexo's templates.
        title = html_escape("".join(visible(span.text) for span in block.title)).replace("{", "&#123;")
        inner = "\n\n".join(piece for part in block.blocks if (piece := _block(part)))
        return f"<details>\n<summary>{title}</summary>\n\n{inner}\n\n</details>"
    if isinstance(block, Code):  # indented, since a fence could occur in the text
        return "\n".join(f"    {line}" for line in visible(block.text).split("\n"))
    if isinstance(block, Picture):
        return _picture(block)
    return "---" if isinstance(block, Rule) else ""


def _picture(picture: Picture) -> str:
    target = picture.file or (web_address(picture.url) if picture.url else None)
    if target is None:
        return f"*{escape(picture.alt)}*"
    return f"![{escape(picture.alt)}]({_address(target)})\n\n*{escape(picture.alt)}*"


def _unbold(span: Span) -> Span:
    """A heading is bold already; some renderers would show the asterisks."""
    return Link(span.text, span.url) if isinstance(span, Link) else Text(span.text, italic=span.italic, code=span.code)


def _mark(block: Bullets, index: int) -> str:
    return f"{block.start + index}. " if block.numbered else "- "


def _spans(spans: Sequence[Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = visible(span.text).replace("\n", " ")
    # Markdown does not recognize emphasis with a space inside of its marks: spaces go outside.
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if isinstance(span, Link):
        url = web_address(span.url)
        core = f"[{escape(core)}]({_address(url)})" if url else escape(core)
        return before + (f"**{core}**" if span.bold else core) + after
    # HTML instead of backticks: nothing is escaped between those, and the text may have backticks itself.
    if span.code:
        return before + f"<code>{escape(core)}</code>" + after
    mark = "*" * (span.italic + 2 * span.bold)
    return before + mark + escape(core) + mark + after


def _address(url: str) -> str:
    """Percent-encode the characters that would end the address of a link."""
    return re.sub(r"[() <>{}\\]", lambda match: f"%{ord(match.group()):02X}", url)
