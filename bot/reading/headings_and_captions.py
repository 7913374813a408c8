"""What the text of headings and captions says: numbers, titles, what is labelled, and where references begin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import SectionKind

# ── captions ──────────────────────────────────────────────────────────────────────────────────────────────────────

_LABEL = re.compile(
    r"^\s*(?P<label>(?:Extended Data |Supplementary |Supplemental )?"
    r"(?:Figure|FIGURE|Fig|FIG|Table|TABLE|Tab|TAB|Algorithm|ALGORITHM|Listing|Scheme|Chart|Box))s?\.?\s*"
    r"(?P<number>[A-Z]{0,2}[.\-–]?\d+(?:[.\-–]\d+)*[a-z]?|[A-Z]\d*|[IVXLC]{1,7})(?P<end>\s*[:.|—–\-]\s*|\s+|$)"
)
_KIND_OF_LABEL = {
    "fig": "figure",
    "sch": "figure",
    "cha": "figure",
    "tab": "table",
    "alg": "algorithm",
    "lis": "listing",
    "box": "box",
}


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption split into its label and its text."""

    kind: str
    """figure, table, algorithm, listing or box."""
    number: str
    """As printed: "3", "A.1", "II"; "S2" for Supplementary Figure 2."""
    text: str
    has_separator: bool
    """Whether a colon or the like follows the number, so that it can hardly be the beginning of a sentence."""


def parse_caption(text: str) -> Caption | None:
    """The caption that `text` is; None if it does not begin with a label and a number."""
    match = _LABEL.match(text)
    if not match:
        return None
    label = match["label"].lower().removeprefix("extended data ")
    prefix = "S" if label.startswith("suppl") else ""
    kind = _KIND_OF_LABEL[label.removeprefix("supplementary ").removeprefix("supplemental ")[:3]]
    rest = text[match.end() :].strip()
    return Caption(kind, prefix + match["number"].strip(".-–"), rest, bool(match["end"].strip()) or not rest)


# ── headings ──────────────────────────────────────────────────────────────────────────────────────────────────────

_NUMBER = re.compile(
    r"^(?:(?:Appendix|Appendices|APPENDIX)\s+(?P<letter>[A-Z](?:\.\d+)*)\b[.:\s—–-]*"
    # A single letter is a number only before a capital: "A Proofs", but not "A new loom".
    r"|(?P<number>\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})+|[IVX]{1,5}(?=\.\s)|[A-Z](?=\.?\s+[A-Z]))\.?\)?\s+)"
    r"(?P<title>\S.*)?$"
)
_REFERENCES = re.compile(r"references?|bibliography|literature cited|works cited|参考文献", re.I)
_APPENDIX = re.compile(r"(?:appendi(?:x|ces)|supplement(?:ary|al)?)\b", re.I)
_APPENDIX_NUMBER = re.compile(r"[A-HJ-UWYZ](?:\.|$)")  # not I, V and X, which number sections the Roman way
_BACK_MATTER = re.compile(
    r"acknowledge?ments?|author(?:s['’]?|['’]s)? contributions?|contributions? statement|funding|author information"
    r"|(?:conflicts?|declarations?) of .*interests?|competing interests?|credit .*"
    r"|ethic(?:s|al) (?:statement|considerations?)|reproducibility statement|(?:data|code).* availability.*"
    r"|(?:broader )?impacts?(?: statement)?|disclosures?.*|declarations?.*|use of (?:llms|ai).*|contributors?|致谢",
    re.I,
)


def split_number(heading: str) -> tuple[str | None, str]:
    """("3.1", "Training") of "3.1 Training"; (None, heading) if it has no number."""
    heading = heading.strip()
    match = _NUMBER.match(heading)
    if not match:
        return None, heading
    number = match["letter"] or match["number"]
    return number, (match["title"] or "").strip()


def section_kind(title: str, number: str | None, *, past_references: bool) -> SectionKind:
    """What a section is, from its title, its number, and whether the references came before it."""
    bare = title.strip(" .:").casefold()
    if _REFERENCES.fullmatch(bare):
        return SectionKind.REFERENCES
    if bare == "abstract":
        return SectionKind.ABSTRACT
    if _BACK_MATTER.fullmatch(bare):
        return SectionKind.BACK
    if _APPENDIX.match(bare) or past_references or (number and _APPENDIX_NUMBER.match(number)):
        return SectionKind.APPENDIX
    return SectionKind.BODY
