"""The words of one HTML element in reading order: formulas as text, footnotes set aside, with_urls kept if asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from bot.reading.html_math import math_text

MAX_DEPTH = 120
"""Elements deeper than this are read as plain text: nothing that people write nests so far."""

_SKIPPED_TAGS = frozenset(("img", "svg", "figure", "annotation", "annotation-xml", "head", "audio", "video", "canvas"))
_SKIPPED = frozenset(
    ("ltx_ERROR", "ltx_pagination", "ltx_rule", "ltx_note_mark", "ltx_note_type", "ltx_tag_note", "ltx_eqn_eqno")
)
_BLOCKS = frozenset(("p", "div", "br", "tr", "td", "th", "li", "dd", "dt", "table", "blockquote", "pre"))


@dataclass
class ExtractedText:
    """What `gather` found in an element: its words, and the notes that hang on them."""

    parts: list[str] = field(default_factory=list)
    notes: list[etree._Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return normalize_spaces("".join(self.parts))


def normalize_spaces(text: str) -> str:
    """One line: white space collapsed, none before punctuation that closes."""
    text = re.sub(r"[\s\u00a0\u2000-\u200a\u202f]+", " ", text.replace("\u200b", "").replace("\u00ad", ""))
    text = re.sub(r", (?=[);])", "", text)
    text = re.sub(r" (?=[,;.:!?)\]](?:\s|$))", "", text)
    return re.sub(r"(?<=[(\[]) (?=\S)", "", text).strip()


def class_names(element: etree._Element) -> frozenset[str]:
    return frozenset(str(element.get("class") or "").split())


def extract_text(
    element: etree._Element, *, with_urls: bool = False, skip: frozenset[str] = frozenset()
) -> ExtractedText:
    """The words of `element`. With `with_urls` a link reads as its address, and notes stand where they hang."""
    words = ExtractedText()
    _gather(element, words, with_urls, skip, 0)
    return words


def inline_text(element: etree._Element) -> str:
    """The words of an element that stands in a line, as its parent would read it."""
    words = ExtractedText()
    _child(element, words, False, frozenset(), 0)
    return "".join(words.parts)


def text_of(element: etree._Element, *, skip: frozenset[str] = frozenset()) -> str:
    return extract_text(element, skip=skip).text


def _gather(element: etree._Element, words: ExtractedText, with_urls: bool, skip: frozenset[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        words.parts.append("".join(map(str, element.itertext())))
        return
    if element.text:
        words.parts.append(element.text)
    for child in element:
        if isinstance(child.tag, str):
            _child(child, words, with_urls, skip, depth + 1)
        if child.tail:
            words.parts.append(child.tail)


def _child(child: etree._Element, words: ExtractedText, with_urls: bool, skip: frozenset[str], depth: int) -> None:
    tag = child.tag
    named = class_names(child)
    if tag == "math":
        words.parts.append(math_text(child))
    elif "ltx_note" in named:
        if with_urls:
            words.parts.append(" ")
            _gather(child, words, with_urls, skip, depth)
        words.notes.append(child)
    elif tag in _SKIPPED_TAGS or named & _SKIPPED or named & skip:
        if tag == "img" and "ltx_Math" in named:
            words.parts.append(str(child.get("alt") or ""))
    elif with_urls and tag == "a" and str(child.get("href") or "").startswith("http"):
        words.parts.append(f" {child.get('href')} ")
    else:
        if tag in _BLOCKS:
            words.parts.append(" ")
        _gather(child, words, with_urls, skip, depth)
        if tag in _BLOCKS:
            words.parts.append(" ")


def note_text(note: etree._Element) -> str:
    """The words of a footnote without its marks."""
    for part in note.iter():
        if isinstance(part.tag, str) and "ltx_note_content" in class_names(part):
            return text_of(part)
    return text_of(note)
