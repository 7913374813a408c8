"""Step 8 of PDF reading, first half: which lines are headings, judged by number, type and well-known titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.reading.headings_and_captions import split_number
from bot.reading.pdf_lines import TextLine

_KNOWN_TITLE = re.compile(
    r"abstract|introduction|references?|bibliography|acknowledge?ments?|appendi(?:x|ces)(?:\s+[a-z])?|conclusions?"
    r"|related works?|discussion|methods?|results|background|limitations?|(?:broader )?impact statement"
    r"|ethics statement|data availability|supplementary material.*"
    r"|author contributions?|funding|reproducibility statement|conclusions? and (?:future work|outlook|discussion)",
    re.I,
)
MAX_HEADING_LENGTH = 160
MAX_STYLED_LENGTH = 80
MAX_ITALIC_LENGTH = 90
MAX_EXTRA_LINES = 3


@dataclass(frozen=True, slots=True)
class Heading:
    number: str | None
    title: str
    level: int
    """1 for a section, 2 for a subsection …"""
    lines: int
    """How many lines it takes."""


@dataclass(frozen=True, slots=True)
class _TypeStyle:
    size: float
    font: str


class HeadingFinder:
    """Learns from a paper's numbered headings which type its headings are set in, and judges lines by it.

    `lines` are those of the whole paper in reading order, `line_spacing` is the distance between lines of text in
    points. `has_roman_numbers` is true where sections are numbered I, II, III: then "A." numbers a subsection.
    """

    def __init__(self, lines: Sequence[TextLine], body_size: float, line_spacing: float) -> None:
        self.lines, self.body_size, self.line_spacing = lines, body_size, line_spacing
        self.has_roman_numbers = False
        levels: Counter[tuple[_TypeStyle, int]] = Counter()
        for index, line in enumerate(lines):
            if found := self._numbered_heading(index):
                levels[(_style(line), found.level)] += 1
                roman = re.fullmatch(r"I{1,3}|IV|VI*", found.number or "")
                self.has_roman_numbers = self.has_roman_numbers or bool(roman)
        self.level_of_style: dict[_TypeStyle, int] = {}
        # The commonest level of a type wins: an item of a numbered list may look like a heading once.
        for (style, level), _ in levels.most_common():
            self.level_of_style.setdefault(style, level)
        self.has_numbered_headings = sum(levels.values()) >= 3

    def find(self, index: int, *, in_front_matter: bool, in_references: bool) -> Heading | None:
        """The heading that begins at line `index`, if one does.

        `in_front_matter` is true before the abstract or first section: there large type is a title, name or banner.
        `in_references` is true inside the list of references, whose numbered entries look like headings.
        """
        line = self.lines[index]
        if line.letters < 2 or len(line.text) > MAX_HEADING_LENGTH:
            return None
        found = self._numbered_heading(index) or self._known_heading(index)
        if not found and not in_front_matter:
            found = self._styled_heading(index)
        if found and in_references and _style(line) not in self.level_of_style and not self._known_heading(index):
            return None
        return self._with_further_lines(found, index) if found else None

    def _numbered_heading(self, index: int) -> Heading | None:
        line = self.lines[index]
        number, title = split_number(_without_letter_spacing(line.text))
        if number is None or not title or title.endswith((",", ";")):
            return None
        # A title begins with a capital, a name such as "iPhone", or "3D"; "2 of them" is text.
        if not re.match(r"[^\W\d_a-z]|[a-z]+[A-Z]|\d+[A-Z]", title):
            return None
        if len(line.text) > MAX_HEADING_LENGTH or not self._is_emphasized(line) or not self._has_space_above(index):
            return None
        # Two sentences are an item of a numbered list; hardly any letters, a row of a table.
        if re.search(r"[.!?]\s+[A-Z]\w+ \w+", title) or sum(map(str.isalpha, title)) < 3:
            return None
        return Heading(number, title, self._level(number), 1)

    def _level(self, number: str) -> int:
        if re.fullmatch(r"[A-Z]", number) and self.has_roman_numbers and number not in "IVX":
            return 2
        return min(number.count(".") + 1, 4)

    def _is_emphasized(self, line: TextLine) -> bool:
        """Whether a line is bold, larger than text, in capitals, or short and italic."""
        if line.bold or line.size > 1.05 * self.body_size:
            return True
        letters = [char for char in line.text if char.isalpha()]
        if len(letters) > 4 and all(char.isupper() for char in letters):
            return True
        return line.italic and line.letters > 4 and len(line.text) < MAX_ITALIC_LENGTH

    def _known_heading(self, index: int) -> Heading | None:
        """A title that papers use, such as "Introduction", set apart from the text in some way."""
        line = self.lines[index]
        title = _without_letter_spacing(line.text).strip(" .:—-")
        if not _KNOWN_TITLE.fullmatch(title):
            return None
        capitals = title.isupper() or title.istitle()
        large_or_slanted = line.bold or line.size > 1.05 * self.body_size or line.italic
        return Heading(None, title, 1, 1) if large_or_slanted or (capitals and self._has_space_above(index)) else None

    def _styled_heading(self, index: int) -> Heading | None:
        """Any title, if it is set like the numbered headings, or clearly larger than the text."""
        line = self.lines[index]
        text = line.text.strip()
        is_sentence = re.search(r"[.,;:]$|[.!?:]\s", text)
        if line.letters < 4 or is_sentence or not text[0].isupper() or not self._has_space_above(index):
            return None
        level = self.level_of_style.get(_style(line))
        if level is not None and (line.bold or line.size > 1.05 * self.body_size):
            return Heading(None, text, level, 1)
        if line.size >= 1.12 * self.body_size:
            return Heading(None, text, 1, 1)
        # Bold lines of the text's size are headings only in papers that do not number theirs.
        if line.bold and not self.has_numbered_headings and len(line.text) < MAX_STYLED_LENGTH:
            return Heading(None, text, 2, 1)
        return None

    def _has_space_above(self, index: int) -> bool:
        """Whether there is more space above than between lines of text, or nothing above."""
        if index == 0:
            return True
        line, before = self.lines[index], self.lines[index - 1]
        if before.page != line.page or before.column != line.column:
            return True
        step = before.baseline - line.baseline
        # Less than a point apart: the number and the title of one heading.
        return step < 0 or step > 1.15 * self.line_spacing or abs(step) < 1

    def _with_further_lines(self, found: Heading, index: int) -> Heading:
        """The heading with those lines after its first that belong to it."""
        line = self.lines[index]
        title, count = found.title, 1
        for further in self.lines[index + 1 : index + 1 + MAX_EXTRA_LINES]:
            step = self.lines[index + count - 1].baseline - further.baseline
            same_type = _style(further) == _style(line) and further.bold == line.bold and further.page == line.page
            if not same_type or not (0.5 * line.size < step < 1.6 * line.size or abs(step) < 1):
                break
            # A subsection's heading may follow at once.
            starts_another = split_number(further.text)[0] or _KNOWN_TITLE.fullmatch(further.text.strip())
            if starts_another or _KNOWN_TITLE.fullmatch(title):
                break
            # A short first line has ended: a title breaks only where its column does.
            if abs(step) >= 1 and step > 1.45 * line.size and line.box.width < 120:
                break
            title = f"{title[:-1]}{further.text}" if title.endswith("\u00ad") else f"{title} {further.text}"
            count += 1
        return Heading(found.number, title.replace("\u00ad", "-").strip(), found.level, count)


def _style(line: TextLine) -> _TypeStyle:
    return _TypeStyle(round(line.size, 1), line.font)


def _without_letter_spacing(text: str) -> str:
    """The text, with the letters of a spaced-out word ("A B S T R A C T") put together."""
    if re.fullmatch(r"(?:\w ){3,}\w", text.strip()):
        return text.replace(" ", "")
    return text
