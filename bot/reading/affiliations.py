"""Affiliations as the paper's own first page prints them, verbatim."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from lxml import etree

from bot.reading.html_text import class_names, normalize_spaces, note_text, text_of

MOST = 30
_PLACE = re.compile(
    r"\b(?:univ\w*|institut\w*|college|school|department|dept|dipartimento|departamento|départe\w*|facult\w*|fakult\w*"
    r"|fachbereich|academ\w*|laborator\w*|labs?|center|centre|centro|research|hospital|clinic\w*|company|corp\w*|inc"
    r"|ltd|gmbh|llc|group|foundation|polytechni\w*|politecnic\w*|école|ecole|hochschule|technische|technolog\w*"
    r"|observator\w*|agency|ministry|cnrs|inria|csiro|nasa|mit|eth|epfl|kaist|mila|cmu|ucla|caltech|ibm|google"
    r"|microsoft|meta|facebook|amazon|apple|nvidia|intel|huawei|tencent|alibaba|baidu|bytedance|openai|deepmind"
    r"|anthropic|samsung|adobe|salesforce|sony|brain|ai|bank|museum|library|consortium|society)\b"
    r"|大学|研究|学院|公司|实验室",
    re.I,
)
_PLAINLY = re.compile(
    r"\b(?:univ\w+|institut\w*|department|school of|college|laborator\w+|academy|cent(?:er|re) for)\b", re.I
)
_NOT_A_PLACE = re.compile(
    r"equal(?:ly)?\s+contribut|contributed equally|corresponding|correspondence|work (?:done|performed)"
    r"|intern(?:ship)?\b|e-?mail|@|https?://|footnotemark|abstract|keywords?|preprint|submitted|accepted"
    r"|under review|\barxiv\b|draft|version|permission|copyright|©|proceedings|conference|typeset",
    re.I,
)
_MARKS = re.compile(r"^[\s\d*†‡§¶∗⋆♠♣♥♦♢△▽#,;.()\[\]⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜ?]+(?=\D)")


def html_affiliations(article: etree._Element, authors: Sequence[str]) -> tuple[str, ...]:
    """From contacts and notes that LaTeXML marked as such, else from the lines under the authors' names."""
    found: list[str] = []
    for element in article.iter():
        if not isinstance(element.tag, str):
            continue
        named = class_names(element)
        if named & {"ltx_section", "ltx_abstract"} and "ltx_document" not in named:
            break
        if "ltx_contact" in named and named & {"ltx_role_affiliation", "ltx_role_address", "ltx_role_institute"}:
            found.append(text_of(element))
        elif "ltx_note" in named and named & {
            "ltx_role_institutetext",
            "ltx_role_affiliationtext",
            "ltx_role_institute",
        }:
            found.extend(_note_lines(element))
    if not found:
        for block in article.xpath(".//*[contains(@class, 'ltx_personname')]"):
            found.extend(line for line in _lines(block) if is_affiliation(line, authors))
    return clean_affiliations(found)


def _note_lines(note: etree._Element) -> list[str]:
    for inner in note.xpath(".//*[contains(@class, 'ltx_role_email')]"):
        inner.getparent().remove(inner)
    return [note_text(note)]


def _lines(block: etree._Element) -> list[str]:
    """The lines of a name block, cut at line breaks and at the ampersands and cells that part its authors."""
    for note in block.xpath(".//*[contains(@class, 'ltx_note')]"):
        note.text, note[:] = "", []
    for cut in block.iter("br", "tr", "td"):
        cut.tail = "\n" + (cut.tail or "")
    text = "".join(map(str, block.itertext()))
    return [normalize_spaces(part) for part in re.split(r"\n|&|\\and|\\AND", text)]


def is_certain_affiliation(line: str) -> bool:
    """Whether a line of a footnote, which may be any sentence, can hardly be but an address of a place of work."""
    return bool(_PLAINLY.search(line)) and not re.search(r"\b(?:we|our|was|were|thanks?|this|by|while)\b", line, re.I)


def is_affiliation(line: str, authors: Iterable[str]) -> bool:
    """Whether a line between title and abstract names a place of work rather than a person, an address or a note."""
    words = _MARKS.sub("", line).strip()
    if not 2 <= len(words) <= 240 or _NOT_A_PLACE.search(words) or "{" in words:
        return False
    if not _PLACE.search(words):
        return False
    plain = _plain(words)
    names = [_plain(author) for author in authors]
    return sum(1 for name in names if name and name in plain) == 0


def clean_affiliations(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines as printed but for the marks that tie them to authors; each once, in order."""
    kept: dict[str, str] = {}
    for line in lines:
        text = _MARKS.sub("", normalize_spaces(line)).strip(" ,;")
        if len(text) > 1:
            kept.setdefault(_plain(text), text)
    return tuple(kept.values())[:MOST]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text)
    return re.sub(
        r"[^a-z\u0400-\uffff]+", " ", "".join(c for c in folded if not unicodedata.combining(c)).casefold()
    ).strip()
