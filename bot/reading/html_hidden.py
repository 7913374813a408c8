"""Text in an HTML page that its readers would not see: found by how it looks, removed, and reported.

Such text is written for programs: keywords for search engines, or orders to a model that summarizes the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bot.reading.html_look import Look, is_cover, look_inside
from bot.reading.html_styles import PageStyles
from bot.tex.invisible import invisible_messages, without_invisible

MAX_REPORTED = 400
"""Characters of one hidden passage that are kept for the report."""

# Not text of the paper in any case: scripts, and the controls of arXiv's page.
_REMOVED_TAGS = ("script", "style", "iframe", "form", "button", "nav")
# Not shown either; inside the paper somebody put text there that is meant for programs.
_NEVER_SHOWN_TAGS = ("template", "noscript", "object", "embed", "dialog", "datalist", "textarea", "select", "option",
                     "canvas", "video", "audio")  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text that cannot be seen: that of an element, its tail, or all inside it."""

    element: etree._Element
    part: str
    """"text", "tail" or "all"."""
    text: str


def remove_hidden(page: etree._Element) -> tuple[str, ...]:
    """Take every text that cannot be seen out of `page`; returns the passages that had words, shortened, in order."""
    styles = PageStyles(page)
    messages = _remove_invisible_characters(page)
    never_shown = [element for element in page.iter(*_NEVER_SHOWN_TAGS) if _is_in_paper(element)]
    passages = [_all_text(element) for element in never_shown]
    for element in list(page.iter(*_REMOVED_TAGS, *_NEVER_SHOWN_TAGS)):
        _remove(element)
    walk = _Walk(styles)
    styled = styles.styled(page)
    walk.covered.update(_covered_by(element, styles) for element in styled)
    for element in styled:
        if element in walk.visited or next(element.iterancestors("svg"), None) is not None:
            continue
        pieces = list(walk.hidden_pieces(element))
        passages.extend(_joined(pieces))
        for piece in pieces:
            _take_out(piece)
    passages.extend(_remove_texts_of_pictures(page))
    return _reported(passages) + messages


def _is_in_paper(element: etree._Element) -> bool:
    return any("ltx_document" in str(ancestor.get("class") or "") for ancestor in element.iterancestors("article"))


def _all_text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


# ── the walk ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Walk:
    """Walks through parts of a page and finds the texts in them that cannot be seen."""

    def __init__(self, styles: PageStyles) -> None:
        self._styles = styles
        self._page_look = Look()
        self._looks: dict[tuple[int, tuple[tuple[str, str], ...]], tuple[Look, Look]] = {}
        self.visited: set[etree._Element] = set()
        """The elements with styles that a walk has come to."""
        self.covered: set[etree._Element | None] = set()
        """The elements that others are painted over."""

    def hidden_pieces(self, root: etree._Element) -> Iterator[_Piece]:
        """The texts inside `root` that cannot be seen, in the order of the page."""
        stack: list[tuple[etree._Element, Look, bool]] = [(root, self._page_look, False)]
        while stack:
            element, outer, is_tail = stack.pop()
            if is_tail:
                if element.tail and element.tail.strip() and outer.is_hidden:
                    yield _Piece(element, "tail", element.tail)
                continue
            look = self._look(element, outer)
            if look.is_gone or element in self.covered:
                yield _Piece(element, "all", _all_text(element))
                continue
            if element.text and element.text.strip() and look.is_hidden:
                yield _Piece(element, "text", element.text)
            for child in reversed(element):
                if child.tail:
                    stack.append((child, look, True))
                if isinstance(child.tag, str) and child.tag not in ("svg", "annotation", "annotation-xml"):
                    stack.append((child, look, False))

    def _look(self, element: etree._Element, outer: Look) -> Look:
        declared = self._styles.declared(element)
        if not declared:
            return outer
        self.visited.add(element)
        # Pages repeat few styles. The outer look is kept with the result, so that its id stays its own.
        key = (id(outer), tuple(declared.items()))
        if key not in self._looks:
            self._looks[key] = (outer, look_inside(outer, declared))
        return self._looks[key][1]


def _covered_by(element: etree._Element, styles: PageStyles) -> etree._Element | None:
    """The box that an empty element is painted over: the next one around it that has a position."""
    if not is_cover(styles.declared(element)) or _all_text(element):
        return None
    around = element.iterancestors("span", "div", "p", "section", "figure")
    return next((box for box in around if styles.declared(box).get("position", "static") != "static"), None)


def _take_out(piece: _Piece) -> None:
    element = piece.element
    # Where the formula itself is empty, its TeX would be read.
    for formula in (element, *element.iterancestors("math")):
        formula.attrib.pop("alttext", None)
    if piece.part == "all":
        _remove(element)
    elif piece.part == "tail":
        element.tail = " "
    else:
        element.text = " "


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        # An empty element stays before the text that follows: joining that text to the text before it would copy the
        # paragraph once for each of its hidden words; 80,000 of them would take minutes.
        element.clear(keep_tail=True)
        element.tag = "span"
    else:
        parent.remove(element)


# ── texts that are no text ────────────────────────────────────────────────────────────────────────────────────────


def _remove_invisible_characters(page: etree._Element) -> tuple[str, ...]:
    """Remove them from every text of the page; returns the messages that long rows of them spell."""
    whole = "".join(map(str, page.itertext()))
    if without_invisible(whole) == whole:
        return ()
    messages: list[str] = []
    for element in page.iter(etree.Element):
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and not text.isascii():
                cleaned = without_invisible(text)
                if cleaned != text:
                    messages.extend(invisible_messages(text))
                    setattr(element, name, cleaned)
    return tuple(message[:MAX_REPORTED] for message in messages)


def _remove_texts_of_pictures(page: etree._Element) -> list[str]:
    """Take out descriptions in words from formulas that are pictures: a formula's description is its TeX."""
    found = []
    for image in page.xpath("//img[contains(@class, 'ltx_Math')][@alt]"):
        words = _WORD.findall(re.sub(r"\\[A-Za-z]+", " ", str(image.get("alt"))))
        if len(words) >= 5:
            found.append(str(image.get("alt")))
            image.set("alt", "")
    return found


# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────


def _joined(pieces: list[_Piece]) -> Iterator[str]:
    text = " ".join(" ".join(piece.text for piece in pieces).split())
    if text:
        yield text


def _reported(passages: list[str]) -> tuple[str, ...]:
    """The passages that had words, and one of single words if there are some: a sentence may be hidden word by word."""
    whole, single = [], []
    for text in passages:
        # Fewer letters are icons and spacers.
        if sum(char.isalpha() for char in text) >= 8 and (" " in text or not text.isascii()):
            whole.append(text[:MAX_REPORTED])
        else:
            single.extend(_WORD.findall(text))
    return (*whole, *((" ".join(single)[:MAX_REPORTED],) if len(single) >= 5 else ()))
