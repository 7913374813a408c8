"""Affiliations of authors, word for word as the paper's first page prints them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from lxml import etree

from bot.reading.html_text import class_names, normalize_spaces, note_text, text_of

MAX_AFFILIATIONS = 30
MAX_LENGTH = 240
_INSTITUTION = re.compile(
    r"\b(?:univ\w*|institut\w*|college|school|department|dept|dipartimento|departamento|départe\w*|facult\w*|fakult\w*"
    r"|fachbereich|academ\w*|laborator\w*|labs?|center|centre|centro|research|hospital|clinic\w*|company|corp\w*|inc"
    r"|ltd|gmbh|llc|group|foundation|polytechni\w*|politecnic\w*|école|ecole|hochschule|technische|technolog\w*"
    r"|observator\w*|agency|ministry|cnrs|inria|csiro|nasa|mit|eth|epfl|kaist|mila|cmu|ucla|caltech|ibm|google"
    r"|microsoft|meta|facebook|amazon|apple|nvidia|intel|huawei|tencent|alibaba|baidu|bytedance|openai|deepmind"
    r"|anthropic|samsung|adobe|salesforce|sony|brain|ai|bank|museum|library|consortium|society)\b"
    r"|大学|研究|学院|公司|实验室",
    re.I,
)
_CERTAIN_INSTITUTION = re.compile(
    r"\b(?:univ\w+|institut\w*|department|school of|college|laborator\w+|academy|cent(?:er|re) for)\b", re.I
)
_SENTENCE_WORD = re.compile(r"\b(?:we|our|was|were|thanks?|this|by|while)\b", re.I)
_NO_AFFILIATION = re.compile(
    r"equal(?:ly)?\s+contribut|contributed equally|corresponding|correspondence|work (?:done|performed)"
    r"|intern(?:ship)?\b|e-?mail|@|https?://|footnotemark|abstract|keywords?|preprint|submitted|accepted"
    r"|under review|\barxiv\b|draft|version|permission|copyright|©|proceedings|conference|typeset",
    re.I,
)
# Numbers, letters and signs that tie an affiliation to its authors; "?" is how some fonts' ⋆ reads.
_MARKS = re.compile(r"^[\s\d*†‡§¶∗⋆♠♣♥♦♢△▽#,;.()\[\]⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜ?]+(?=\D)")
_CONTACT_ROLES = frozenset(("ltx_role_affiliation", "ltx_role_address", "ltx_role_institute"))
_NOTE_ROLES = frozenset(("ltx_role_institutetext", "ltx_role_affiliationtext", "ltx_role_institute"))


def html_affiliations(article: etree._Element, authors: Sequence[str]) -> tuple[str, ...]:
    """Return the contacts and notes that LaTeXML marks as affiliations; else lines under the authors' names."""
    found: list[str] = []
    for element in article.iter():
        if not isinstance(element.tag, str):
            continue
        classes = class_names(element)
        if classes & {"ltx_section", "ltx_abstract"} and "ltx_document" not in classes:
            break  # the title page ends here
        if "ltx_contact" in classes and classes & _CONTACT_ROLES:
            found.append(text_of(element))
        elif "ltx_note" in classes and classes & _NOTE_ROLES:
            found.append(_note_without_email(element))
    if not found:
        for names in article.xpath(".//*[contains(@class, 'ltx_personname')]"):
            found.extend(line for line in _lines(names) if is_affiliation(line, authors))
    return clean_affiliations(found)


def _note_without_email(note: etree._Element) -> str:
    for email in note.xpath(".//*[contains(@class, 'ltx_role_email')]"):
        email.getparent().remove(email)
    return note_text(note)


def _lines(names: etree._Element) -> list[str]:
    """The lines of a block of names, cut at line breaks and at the ampersands and cells between authors."""
    for note in names.xpath(".//*[contains(@class, 'ltx_note')]"):
        note.text, note[:] = "", []
    for cut in names.iter("br", "tr", "td"):
        cut.tail = "\n" + (cut.tail or "")
    text = "".join(map(str, names.itertext()))
    # "\AND" is a command of conference styles that LaTeXML may not know and then prints.
    return [normalize_spaces(part) for part in re.split(r"\n|&|\\and|\\AND", text)]


def is_certain_affiliation(line: str) -> bool:
    """Whether a line of a footnote, which may be any sentence, can hardly be anything else than an affiliation."""
    return bool(_CERTAIN_INSTITUTION.search(line)) and not _SENTENCE_WORD.search(line)


def is_affiliation(line: str, authors: Iterable[str]) -> bool:
    """Whether a line between title and abstract names an institution, not a person, an address or a remark."""
    text = _MARKS.sub("", line).strip()
    if not 2 <= len(text) <= MAX_LENGTH or _NO_AFFILIATION.search(text) or "{" in text:
        return False
    if not _INSTITUTION.search(text):
        return False
    # "Ada Quill, University of Looms" on one line: the author's name would be shown as part of the institution.
    folded = _fold(text)
    return not any(name in folded for author in authors if (name := _fold(author)))


def clean_affiliations(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines in order, without duplicates and without the marks that tie them to authors."""
    unique: dict[str, str] = {}
    for line in lines:
        text = _MARKS.sub("", normalize_spaces(line)).strip(" ,;")
        if len(text) > 1:
            unique.setdefault(_fold(text), text)
    return tuple(unique.values())[:MAX_AFFILIATIONS]


def _fold(text: str) -> str:
    """Return the letters only, in lower case and without accents, for comparisons."""
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
    return re.sub(r"[^a-z\u0400-\uffff]+", " ", letters).strip()
