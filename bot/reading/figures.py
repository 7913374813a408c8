"""Which figures of a paper are shown, and in which order; pictures made from PDF areas and downloaded files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.model import Figure

MOST = 4
_OPEN = re.compile(
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
    r"\b(?:results?|comparison|compar\w+|ablation|accuracy|performance|curves?|loss|scores?|histogram|distribution|qualitative"
    r"|examples?|visuali[sz]ations?|statistics|frequency|error|human evaluation|failure)\b",
    re.I,
)


def is_open_license(license_url: str | None) -> bool:
    """Whether a licence lets anyone show the paper's pictures: CC BY, BY-SA, BY-NC-SA, CC0, of any version."""
    return bool(license_url and _OPEN.match(license_url.strip()))


def choose(figures: Sequence[Figure], most: int = MOST) -> tuple[Figure, ...]:
    """Up to `most` figures, the one that explains the paper first; the others in the paper's order."""
    ranked = sorted(range(len(figures)), key=lambda n: -_weight(figures[n], n))[:most]
    if not ranked:
        return ()
    first, *rest = ranked
    return (figures[first], *(figures[n] for n in sorted(rest)))


def _weight(figure: Figure, place: int) -> float:
    weight = -0.8 * place
    lead = figure.caption[:160]
    weight += 4.0 if _EXPLAINS.search(lead) else 1.0 if _EXPLAINS.search(figure.caption) else 0.0
    weight -= 2.0 if _REPORTS.search(lead) else 0.0
    weight -= 6.0 if not figure.number[:1].isdigit() else 0.0
    if figure.width and figure.height and max(figure.width, figure.height) > 6 * min(figure.width, figure.height):
        weight -= 2.0
    return weight


def arrange(
    figures: Sequence[Figure], license_url: str | None, setting: Literal["licensed", "always", "never"]
) -> tuple[Figure, ...]:
    """The figures with their licence, the chosen ones first; `shown` where the setting lets their picture be shown."""
    allowed = setting == "always" or (setting == "licensed" and is_open_license(license_url))
    licensed = [replace(figure, license=license_url, shown=False) for figure in figures]
    chosen = choose(licensed)
    rest = [figure for figure in licensed if figure not in chosen]
    return (*(replace(figure, shown=allowed and figure.file is not None) for figure in chosen), *rest)
