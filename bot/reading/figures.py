"""Which figures of a paper are shown, and in which order. Pure; `bot.reading.pictures` makes the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.model import Figure

MAX_SHOWN = 4
_OPEN_LICENSE = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(?:by|by-sa|by-nc-sa)/\d|publicdomain/zero/\d|licenses/publicdomain)",
    re.I,
)
_EXPLAINS = re.compile(
    r"\b(?:overview|overall|pipeline|framework|architecture|teaser|workflow|schematic|diagram|illustrat\w+|at a glance"
    r"|our (?:method|approach|model|system|framework)|proposed|structure of|system|concept\w*|sketch|main idea"
    r"|outline)\b",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:results?|comparison|compar\w+|ablation|accuracy|performance|curves?|loss|scores?|histogram|distribution"
    r"|qualitative|examples?|visuali[sz]ations?|statistics|frequency|error|human evaluation|failure)\b",
    re.I,
)
LEAD_LENGTH = 160
"""Characters of a caption that say what the figure is; the rest often mentions methods and results alike."""


def is_open_license(license_url: str | None) -> bool:
    """Whether a licence lets anyone show the paper's pictures: CC BY, BY-SA, BY-NC-SA, CC0, of any version.

    Not the ND licences: pictures are cropped, joined and made smaller.
    """
    return bool(license_url and _OPEN_LICENSE.match(license_url.strip()))


def choose(figures: Sequence[Figure], most: int = MAX_SHOWN) -> tuple[Figure, ...]:
    """Return up to `most` figures: first the one that explains the paper best, then the others in the paper's order."""
    ranked = sorted(range(len(figures)), key=lambda index: -_score(figures[index], index))[:most]
    if not ranked:
        return ()
    first, *others = ranked
    return (figures[first], *(figures[index] for index in sorted(others)))


def _score(figure: Figure, index: int) -> float:
    """How well a figure explains the paper: by its caption and its place, since early figures are overviews."""
    # Later figures need a reason: the caption of an overview is worth five places.
    score = -0.8 * index
    lead = figure.caption[:LEAD_LENGTH]
    score += 4.0 if _EXPLAINS.search(lead) else 1.0 if _EXPLAINS.search(figure.caption) else 0.0
    score -= 2.0 if _REPORTS.search(lead) else 0.0
    # Figures "A1" and "S2" are those of appendices.
    score -= 6.0 if not figure.number[:1].isdigit() else 0.0
    # A long strip is hard to see on a phone.
    if figure.width and figure.height and max(figure.width, figure.height) > 6 * min(figure.width, figure.height):
        score -= 2.0
    return score


def arrange(
    figures: Sequence[Figure], license_url: str | None, setting: Literal["licensed", "always", "never"]
) -> tuple[Figure, ...]:
    """Return all figures with their licence, the chosen ones first; those have `shown` set if the setting allows it."""
    allowed = setting == "always" or (setting == "licensed" and is_open_license(license_url))
    licensed = [replace(figure, license=license_url, shown=False) for figure in figures]
    chosen = choose(licensed)
    others = [figure for figure in licensed if figure not in chosen]
    return (*(replace(figure, shown=allowed and figure.file is not None) for figure in chosen), *others)
