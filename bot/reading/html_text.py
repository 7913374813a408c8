"""The text of one HTML element in reading order: formulas as text, footnotes collected, link addresses on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from bot.reading.html_math import math_text

MAX_DEPTH = 120
"""The text of deeper elements is taken as it is; no real paper nests that far, but a hostile page may."""

_SKIPPED_TAGS = frozenset(("img", "svg", "figure", "annotation", "annotation-xml", "head", "audio", "video", "canvas"))
_SKIPPED_CLASSES = frozenset(
    ("ltx_ERROR", "ltx_pagination", "ltx_rule", "ltx_note_mark", "ltx_note_type", "ltx_tag_note", "ltx_eqn_eqno")
)
_BLOCK_TAGS = frozenset(("p", "div", "br", "tr", "td", "th", "li", "dd", "dt", "table", "blockquote", "pre"))


@dataclass
class ExtractedText:
    """The text of an element, and the footnotes whose marks are in it."""

    parts: list[str] = field(default_factory=list)
    notes: list[etree._Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return normalize_spaces("".join(self.parts))


def normalize_spaces(text: str) -> str:
    """One line: white space collapsed, none before closing punctuation, no soft hyphens."""
    text = re.sub(r"[\s\u00a0\u2000-\u200a\u202f]+", " ", text.replace("\u200b", "").replace("\u00ad", ""))
    # What skipped elements leave behind: the comma before an empty citation, a space before a full stop.
    text = re.sub(r", (?=[);])", "", text)
    text = re.sub(r" (?=[,;.:!?)\]](?:\s|$))", "", text)
    return re.sub(r"(?<=[(\[]) (?=\S)", "", text).strip()


def class_names(element: etree._Element) -> frozenset[str]:
    """The classes of an element; LaTeXML's begin with "ltx_"."""
    return frozenset(str(element.get("class") or "").split())


def extract_text(
    element: etree._Element, *, with_urls: bool = False, skip: frozenset[str] = frozenset()
) -> ExtractedText:
    """The text of `element`, without elements of the classes in `skip`.

    With `with_urls` a link reads as its address, and the text of a footnote is where its mark is, so that the words
    before an address tell what it is.
    """
    extracted = ExtractedText()
    _add_children(element, extracted, with_urls, skip, 0)
    return extracted


def inline_text(element: etree._Element) -> str:
    """The text of an element inside a line, with the spaces at its ends."""
    extracted = ExtractedText()
    _add_element(element, extracted, False, frozenset(), 0)
    return "".join(extracted.parts)


def text_of(element: etree._Element, *, skip: frozenset[str] = frozenset()) -> str:
    """The text of an element without its footnotes."""
    return extract_text(element, skip=skip).text


def note_text(note: etree._Element) -> str:
    """The text of a footnote without its marks."""
    for part in note.iter():
        if isinstance(part.tag, str) and "ltx_note_content" in class_names(part):
            return text_of(part)
    return text_of(note)


def _add_children(
    element: etree._Element, extracted: ExtractedText, with_urls: bool, skip: frozenset[str], depth: int
) -> None:
    if depth > MAX_DEPTH:
        extracted.parts.append("".join(map(str, element.itertext())))
        return
    if element.text:
        extracted.parts.append(element.text)
    for child in element:
        if isinstance(child.tag, str):  # not a comment
            _add_element(child, extracted, with_urls, skip, depth + 1)
        if child.tail:
            extracted.parts.append(child.tail)


def _add_element(
    element: etree._Element, extracted: ExtractedText, with_urls: bool, skip: frozenset[str], depth: int
) -> None:
    tag = element.tag
    classes = class_names(element)
    if tag == "math":
        extracted.parts.append(math_text(element))
    elif "ltx_note" in classes:
        if with_urls:
            extracted.parts.append(" ")
            _add_children(element, extracted, with_urls, skip, depth)
        extracted.notes.append(element)
    elif tag in _SKIPPED_TAGS or classes & _SKIPPED_CLASSES or classes & skip:
        if tag == "img" and "ltx_Math" in classes:  # a formula that LaTeXML made a picture of
            extracted.parts.append(str(element.get("alt") or ""))
    elif with_urls and tag == "a" and str(element.get("href") or "").startswith("http"):
        extracted.parts.append(f" {element.get('href')} ")
    else:
        space = " " if tag in _BLOCK_TAGS else ""
        extracted.parts.append(space)
        _add_children(element, extracted, with_urls, skip, depth)
        extracted.parts.append(space)
