"""Step 3 of PDF reading: removes what is in the margins of pages and is not text of the paper.

That is running headers and footers, page numbers, line numbers of drafts, and arXiv's stamp on the first page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bot.reading.pdf_lines import PageLayout, TextLine, remove_lines

MARGIN = 0.13
"""The share of a page's height at its top and bottom where headers, footers and page numbers are."""
MAX_MARGIN_LINES = 4
"""Lines at the top or bottom of a page that may be a header or footer."""

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?", re.I)
_STAMP = re.compile(r"arXiv:\s*\d{4}\.\d{4,5}|arXiv:[a-z-]+(?:\.[A-Z]{2})?/\d{7}")
_ONLY_NUMBER = "#"
"""What a header without any letters is compared as."""


def remove_margins(layouts: Sequence[PageLayout]) -> None:
    """Take stamps, line numbers, running headers and footers, and page numbers out of the pages' lines."""
    for layout in layouts:
        remove_lines(layout, [line for line in layout.lines if _STAMP.match(line.text)])
        _remove_line_numbers(layout)
    # Counted before page numbers go: a header may consist of a number and a name on one line.
    repeated = _count_repeated(layouts)
    _remove_page_numbers(layouts)
    # Left and right pages have different headers, so that each is on every second page only.
    enough = 2 if len(layouts) < 12 else 3
    for layout in layouts:
        in_margin = _margin_lines(layout)
        remove_lines(
            layout,
            [
                line
                for line in in_margin
                if _is_lone_page_number(line, layout) or repeated[_without_numbers(line.text)] >= enough
            ],
        )


def _is_lone_page_number(line: TextLine, layout: PageLayout) -> bool:
    at_edge = line.box.y0 > 0.9 * layout.height or line.box.y1 < MARGIN * layout.height
    return at_edge and bool(_PAGE_NUMBER.fullmatch(line.text))


def _remove_page_numbers(layouts: Sequence[PageLayout]) -> None:
    """Numbers in the margins that count up with the pages (those of a journal begin anywhere)."""
    found = [
        (layout, line, int(line.text) - layout.number)
        for layout in layouts
        for line in _margin_lines(layout)
        if re.fullmatch(r"\d{1,5}", line.text)
    ]
    offsets = Counter(offset for _, _, offset in found)
    for layout, line, offset in found:
        if offsets[offset] >= 3:
            remove_lines(layout, [line])


def _without_numbers(text: str) -> str:
    """A header as it is compared with those of other pages: its page number differs."""
    return re.sub(r"[\d\W_]+", " ", text).casefold().strip() or _ONLY_NUMBER


def _margin_lines(layout: PageLayout) -> list[TextLine]:
    """The first and last few lines of a page, as far as they are in its margins."""
    high = [line for line in layout.lines if line.box.y0 > (1 - MARGIN) * layout.height]
    low = [line for line in layout.lines if line.box.y1 < MARGIN * layout.height]
    return [
        *sorted(high, key=lambda line: -line.box.y0)[:MAX_MARGIN_LINES],
        *sorted(low, key=lambda line: line.box.y0)[:MAX_MARGIN_LINES],
    ]


def _count_repeated(layouts: Sequence[PageLayout]) -> Counter[str]:
    """On how many pages each text is in the margins."""
    pages: Counter[str] = Counter()
    for layout in layouts:
        pages.update({_without_numbers(line.text) for line in _margin_lines(layout)})
    pages[_ONLY_NUMBER] = 0  # two numbers have nothing in common: `_remove_page_numbers` judges them
    return pages


def _remove_line_numbers(layout: PageLayout) -> None:
    """Drafts for review number every line, or every fifth one, at the left or right edge."""
    numbers = [line for line in layout.lines if re.fullmatch(r"\d{1,4}", line.text)]
    for side in (
        [line for line in numbers if line.box.x1 < 0.16 * layout.width],
        [line for line in numbers if line.box.x0 > 0.84 * layout.width],
    ):
        values = [int(line.text) for line in sorted(side, key=lambda line: -line.box.y0)]
        # Numbers of formulas and pages are in the margin too, but few of them follow on each other.
        rising = sum(following - value in (1, 5) for value, following in pairwise(values))
        if len(values) >= 10 and rising >= 0.8 * (len(values) - 1):
            remove_lines(layout, side)
