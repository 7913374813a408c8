"""Captions: "Figure 3: …", "Table 2. …": what they label and with which number."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = re.compile(
    r"^\s*(?P<label>(?:Extended Data |Supplementary |Supplemental )?"
    r"(?:Figure|FIGURE|Fig|FIG|Table|TABLE|Tab|TAB|Algorithm|ALGORITHM|Listing|Scheme|Chart|Box))s?\.?\s*"
    r"(?P<number>[A-Z]{0,2}[.\-–]?\d+(?:[.\-–]\d+)*[a-z]?|[A-Z]\d*|[IVXLC]{1,7})(?P<end>\s*[:.|—–\-]\s*|\s+|$)"
)
_KINDS = {
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
    """`kind` is figure, table, algorithm, listing or box; `firm` is true where a colon or the like ends the label."""

    kind: str
    number: str
    text: str
    firm: bool


def parse_caption(text: str) -> Caption | None:
    """The caption that `text` is, None where it does not begin with a label and a number."""
    match = _LABEL.match(text)
    if not match:
        return None
    label = match["label"].lower().removeprefix("extended data ")
    prefix = "S" if label.startswith("suppl") else ""
    kind = _KINDS[label.removeprefix("supplementary ").removeprefix("supplemental ")[:3]]
    rest = text[match.end() :].strip()
    return Caption(kind, prefix + match["number"].strip(".-–"), rest, bool(match["end"].strip()) or not rest)
