"""What the style sheets and attributes of a page declare for its elements: parsing, media, selectors, cascade."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cssselect
import tinycss2
from cssselect.parser import CombinedSelector
from lxml import etree

MAX_STYLE_SHEET = 200_000
MAX_RULES = 200
"""Rules past this number are not read; only those count that declare something that may hide text."""
MAX_PASSES = 60
"""Combinators past this number are not read: each one is a pass over the page."""
MAX_NESTING = 6
MAX_DIGITS = 4000
VIEWPORT_PX = 1280.0

RELEVANT = frozenset(
    (
        "display", "visibility", "content-visibility", "opacity", "filter", "color", "-webkit-text-fill-color",
        "background", "background-color", "font", "font-size", "transform", "scale", "zoom", "translate", "rotate",
        "text-indent", "letter-spacing", "position", "left", "top", "right", "bottom", "inset", "margin", "margin-left",
        "margin-top", "margin-right", "clip", "clip-path", "overflow", "overflow-x", "overflow-y", "width", "height",
        "max-width", "max-height", "block-size", "inline-size", "line-height", "z-index", "mask", "mask-image",
        "-webkit-mask", "-webkit-mask-image",
    )
)  # fmt: skip
"""Properties that may hide text."""
# LaTeXML writes the colours of the author as custom properties, which its style sheet applies.
_LATEXML_COLOURS = {"--ltx-fg-color": "color", "--ltx-bg-color": "background-color"}
_FEATURE = re.compile(r"\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]+)(px|em|rem)?\s*\)")
_LONG_NUMBER = re.compile(rf"(?<!\d)\d{{{MAX_DIGITS},}}")
_NOTE_SELECTOR = re.compile(r"\.ltx_(?:note|role_footnote|ERROR)")

Declarations = Mapping[str, str]
"""Values by property, as written; custom properties are among them."""


@dataclass(frozen=True, slots=True)
class _Declaration:
    name: str
    value: str
    important: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Any
    """As `cssselect` parses it."""
    specificity: tuple[int, int, int]
    declarations: tuple[_Declaration, ...]


class PageStyles:
    """The declarations for every element of a page that has any."""

    def __init__(self, page: etree._Element) -> None:
        self._matched: dict[etree._Element, list[tuple[tuple[int, int, int], tuple[_Declaration, ...]]]] = {}
        self._declared: dict[etree._Element, Declarations] = {}
        matcher = _Matcher(page)
        for rule in _rules_of(page):
            for element in matcher.matched(rule.selector):
                self._matched.setdefault(element, []).append((rule.specificity, rule.declarations))

    def styled(self, page: etree._Element) -> list[etree._Element]:
        """The elements that have declarations or attributes that may hide text, in the order of the page."""
        with_attributes = page.xpath(
            "//*[@style or @hidden or @popover or @aria-hidden or @color or @bgcolor]"
            "|//*[@mathcolor or @mathbackground or @mathsize]|//details|//mphantom"
            "|//*[contains(@class, 'ltx_phantom') or contains(@class, 'ltx_nodisplay') or contains(@class, 'ltx_rdf')]"
        )
        kept = [element for element in with_attributes if element not in self._matched and self.declared(element)]
        return [*self._matched, *kept] if not self._matched else _in_page_order(page, {*self._matched, *kept})

    def declared(self, element: etree._Element) -> Declarations:
        """What is declared for one element, the cascade applied; empty for most."""
        if element not in self._declared:
            self._declared[element] = self._cascaded(element)
        return self._declared[element]

    def _cascaded(self, element: etree._Element) -> Declarations:
        found: dict[str, str] = dict(_attributes_as_style(element))
        style = element.get("style")
        inline = _inline_declarations(str(style)) if style else ()
        matched = sorted(self._matched.get(element, ()), key=lambda item: item[0])
        for important in (False, True):
            for _, declarations in matched:
                found |= {d.name: d.value for d in declarations if d.important is important}
            found |= {d.name: d.value for d in inline if d.important is important}
        for custom, name in _LATEXML_COLOURS.items():
            if custom in found:
                found.setdefault(name, found[custom])
        return found


class _Matcher:
    """Finds the elements of selectors in time proportional to the page.

    XPath finds those of a part without combinators; for a combinator the parts are found on their own and compared,
    since XPath would look at all descendants of each element again.
    """

    def __init__(self, page: etree._Element) -> None:
        self._page = page
        self._passes = 0
        self._translator = cssselect.HTMLTranslator()

    def matched(self, selector: Any) -> set[etree._Element]:
        """The elements of a parsed selector; none for one that cannot be translated."""
        if isinstance(selector, CombinedSelector):
            self._passes += 1
            if self._passes > MAX_PASSES:
                return set()
            left, right = self.matched(selector.selector), self.matched(selector.subselector)
            return right & self._related(left, selector.combinator) if left and right else set()
        try:
            return set(self._page.xpath(f"descendant-or-self::{self._translator.xpath(selector)}"))
        except (cssselect.SelectorError, etree.XPathError, RecursionError):
            return set()

    def _related(self, left: set[etree._Element], combinator: str) -> set[etree._Element]:
        """The elements that stand to one of `left` as a combinator says."""
        found: set[etree._Element] = set()
        for element in self._page.iter(etree.Element):
            other = element.getparent() if combinator in " >" else element.getprevious()
            if other is not None and (other in left or (combinator in " ~" and other in found)):
                found.add(element)
        return found


def _in_page_order(page: etree._Element, elements: set[etree._Element]) -> list[etree._Element]:
    return [element for element in page.iter(etree.Element) if element in elements]


def _attributes_as_style(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Attributes and classes that the browser's and LaTeXML's own style sheets give a meaning to."""
    if element.get("hidden") is not None or element.get("popover") is not None or element.tag == "mphantom":
        yield "display", "none"
    if element.tag == "details" and element.get("open") is None:
        yield "visibility", "hidden"  # so that its own text is hidden, but not its summary
    parent = element.getparent()
    if parent is not None and parent.tag == "details" and parent.get("open") is None:
        yield ("visibility", "visible") if element.tag == "summary" else ("display", "none")
    if element.get("aria-hidden") == "true" and not _is_in_math(element):
        yield "display", "none"
    classes = str(element.get("class") or "").split()
    if {"ltx_phantom", "ltx_nodisplay", "ltx_rdf"}.intersection(classes):
        yield "visibility", "hidden"
    for attribute, name in (
        ("color", "color"), ("bgcolor", "background-color"), ("mathcolor", "color"),
        ("mathbackground", "background-color"), ("mathsize", "font-size"),
    ):  # fmt: skip
        if value := element.get(attribute):
            yield name, str(value)


def _is_in_math(element: etree._Element) -> bool:
    return element.tag == "math" or next(element.iterancestors("math"), None) is not None


# ── parsing ───────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=4096)  # LaTeXML repeats the same few styles thousands of times
def _inline_declarations(style: str) -> tuple[_Declaration, ...]:
    return _declarations(tinycss2.parse_blocks_contents(_parsable(style), skip_comments=True, skip_whitespace=True))


def _declarations(nodes: Sequence[Any]) -> tuple[_Declaration, ...]:
    return tuple(
        _Declaration(node.lower_name, _written(node.value), node.important)
        for node in nodes
        if node.type == "declaration" and (node.lower_name in RELEVANT or node.lower_name.startswith("--"))
    )


def _parsable(style: str) -> str:
    """A style with its numbers cut to a length that Python reads: it refuses those of more than 4,300 digits."""
    return _LONG_NUMBER.sub(lambda match: match.group()[:MAX_DIGITS], style)


def _written(nodes: Sequence[Any]) -> str:
    """Parsed nodes as text; empty if their brackets are nested too deeply, which no browser would apply either."""
    try:
        text: str = tinycss2.serialize(nodes)
    except RecursionError:
        return ""
    return text.strip()


def _rules_of(page: etree._Element) -> list[_Rule]:
    rules: list[_Rule] = []
    for sheet in page.iter("style"):
        if _media_applies(str(sheet.get("media") or "")):
            text = "".join(map(str, sheet.itertext()))[:MAX_STYLE_SHEET]
            nodes = tinycss2.parse_stylesheet(_parsable(text), skip_comments=True, skip_whitespace=True)
            rules.extend(_read(nodes, (), 0))
    return rules[:MAX_RULES]


def _read(nodes: Sequence[Any], parents: tuple[str, ...], depth: int) -> Iterator[_Rule]:
    """The rules among parsed nodes and inside them; `parents` are the selectors that they are nested in."""
    if depth > MAX_NESTING:
        return
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = _nested(_written(node.prelude), parents)
            yield from _read_block(node.content, selectors, depth)
        elif node.type == "at-rule" and node.content is not None:
            if node.lower_at_keyword == "media" and not _media_applies(_written(node.prelude)):
                continue
            if node.lower_at_keyword in ("media", "supports", "layer", "container", "scope"):
                if parents:
                    yield from _read_block(node.content, parents, depth)
                else:
                    inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                    yield from _read(inner, parents, depth + 1)


def _read_block(content: Sequence[Any], selectors: tuple[str, ...], depth: int) -> Iterator[_Rule]:
    nodes = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    declarations = _declarations(nodes)
    if declarations:
        for selector in selectors:
            yield from _compiled(selector, declarations)
    yield from _read([node for node in nodes if node.type != "declaration"], selectors, depth + 1)


def _compiled(selector: str, declarations: tuple[_Declaration, ...]) -> Iterator[_Rule]:
    # LaTeXML's style sheet hides footnotes, which open when they are pointed at.
    if _NOTE_SELECTOR.search(selector) or len(selector) > 500:
        return
    try:
        for parsed in cssselect.parse(selector):
            if parsed.pseudo_element is None:
                yield _Rule(parsed.parsed_tree, parsed.specificity(), declarations)
    except (cssselect.SelectorError, RecursionError):
        return


def _nested(prelude: str, parents: tuple[str, ...]) -> tuple[str, ...]:
    """The selectors of a rule, each one joined to each of those that it is nested in."""
    own = [part.strip() for part in _split_selectors(prelude)]
    if not parents:
        return tuple(own)
    joined = [part.replace("&", parent) if "&" in part else f"{parent} {part}" for parent in parents for part in own]
    return tuple(joined[:MAX_RULES])


def _split_selectors(prelude: str) -> list[str]:
    parts, depth = [""], 0
    for char in prelude:
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _media_applies(query: str) -> bool:
    """Whether a media query holds on a usual screen: 1280 pixels wide, light, not printed."""
    return any(_one_media_applies(part.strip().lower()) for part in query.split(",")) if query.strip() else True


def _one_media_applies(query: str) -> bool:
    negated = query.startswith("not ")
    query = query.removeprefix("not ").removeprefix("only ").strip()
    applies = not re.match(r"(?:print|speech|tty|aural|braille)\b", query)
    applies = applies and not re.search(r"prefers-color-scheme\s*:\s*dark|prefers-contrast|forced-colors", query)
    for bound, number, unit in _FEATURE.findall(query):
        pixels = float(number) * (16 if unit in ("em", "rem") else 1)
        applies = applies and (pixels <= VIEWPORT_PX if bound == "min" else pixels >= VIEWPORT_PX)
    return applies != negated
