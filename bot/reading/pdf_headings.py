"""Which lines of a paper are headings: by number, type and the names that papers use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.reading.headings_and_captions import split_number
from bot.reading.pdf_lines import PrintLine

_KNOWN = re.compile(
    r"abstract|introduction|references?|bibliography|acknowledge?ments?|appendi(?:x|ces)(?:\s+[a-z])?|conclusions?"
    r"|related works?|discussion|methods?|results|background|limitations?|(?:broader )?impact statement"
    r"|ethics statement|data availability|supplementary material.*"
    r"|author contributions?|funding|reproducibility statement|conclusions? and (?:future work|outlook|discussion)",
    re.I,
)
LONGEST = 160


@dataclass(frozen=True, slots=True)
class HeadingLine:
    number: str | None
    title: str
    level: int
    lines: int
    """How many lines it takes."""


@dataclass(frozen=True, slots=True)
class _Look:
    size: float
    font: str


class Outline:
    """Knows the type that a paper's numbered headings are set in, and judges lines by it."""

    def __init__(self, lines: Sequence[PrintLine], body: float, leading: float) -> None:
        self.lines, self.body, self.leading = lines, body, leading
        self.looks: dict[_Look, int] = {}
        self.roman = False
        looks: Counter[tuple[_Look, int]] = Counter()
        for index in range(len(lines)):
            if found := self._numbered(index):
                looks[(_look(lines[index]), found.level)] += 1
                self.roman = self.roman or bool(re.fullmatch(r"I{1,3}|IV|VI*", found.number or ""))
        for (look, level), _ in looks.most_common():
            self.looks.setdefault(look, level)
        self.numbered = sum(looks.values()) >= 3

    def heading(self, index: int, *, front: bool, in_references: bool) -> HeadingLine | None:
        """The heading that begins at line `index`. `front` is true before the abstract or the first section."""
        line = self.lines[index]
        if line.letters < 2 or len(line.text) > LONGEST:
            return None
        found = self._numbered(index) or self._named(index)
        if not found and not front:
            found = self._styled(index)
        if found and in_references and _look(line) not in self.looks and not self._named(index):
            return None
        return self._whole(found, index) if found else None

    def _numbered(self, index: int) -> HeadingLine | None:
        line = self.lines[index]
        number, title = split_number(_unspaced(line.text))
        if (
            number is None
            or not title
            or not re.match(r"[^\W\d_a-z]|[a-z]+[A-Z]|\d+[A-Z]", title)
            or title.endswith((",", ";"))
        ):
            return None
        if len(line.text) > LONGEST or not self._stands_out(line):
            return None
        if not self._has_room(index) or re.search(r"[.!?]\s+[A-Z]\w+ \w+", title) or sum(map(str.isalpha, title)) < 3:
            return None
        return HeadingLine(number, title, self._level(number), 1)

    def _level(self, number: str) -> int:
        if re.fullmatch(r"[A-Z]", number) and self.roman and number not in "IVX":
            return 2
        return min(number.count(".") + 1, 4)

    def _stands_out(self, line: PrintLine) -> bool:
        if line.bold or line.size > 1.05 * self.body:
            return True
        letters = [c for c in line.text if c.isalpha()]
        if len(letters) > 4 and all(c.isupper() for c in letters):
            return True
        return line.italic and line.letters > 4 and len(line.text) < 90

    def _named(self, index: int) -> HeadingLine | None:
        line = self.lines[index]
        title = _unspaced(line.text).strip(" .:—-")
        if not _KNOWN.fullmatch(title):
            return None
        caps = title.isupper() or title.istitle()
        if line.bold or line.size > 1.05 * self.body or line.italic or (caps and self._has_room(index)):
            return HeadingLine(None, title, 1, 1)
        return None

    def _styled(self, index: int) -> HeadingLine | None:
        line = self.lines[index]
        text = line.text.strip()
        sentence = re.search(r"[.,;:]$|[.!?:]\s", text)
        if line.letters < 4 or sentence or not text[0].isupper() or not self._has_room(index):
            return None
        look = _look(line)
        if look in self.looks and (line.bold or line.size > 1.05 * self.body):
            return HeadingLine(None, text, self.looks[look], 1)
        if line.size >= 1.12 * self.body or (line.bold and not self.numbered and self._short(line)):
            return HeadingLine(None, text, 1 if line.size >= 1.12 * self.body else 2, 1)
        return None

    def _short(self, line: PrintLine) -> bool:
        return len(line.text) < 80

    def _has_room(self, index: int) -> bool:
        """Whether there is more space above than between lines of text (or nothing above)."""
        if index == 0:
            return True
        line, before = self.lines[index], self.lines[index - 1]
        if before.page != line.page or before.column != line.column:
            return True
        step = before.base - line.base
        return step < 0 or step > 1.15 * self.leading or abs(step) < 1

    def _whole(self, found: HeadingLine, index: int) -> HeadingLine:
        """With the further lines of a heading that is too long for one."""
        line = self.lines[index]
        title, count = found.title, 1
        for further in self.lines[index + 1 : index + 4]:
            last = self.lines[index + count - 1]
            step = last.base - further.base
            same = _look(further) == _look(line) and further.bold == line.bold and further.page == line.page
            if not same or not (0.5 * line.size < step < 1.6 * line.size or abs(step) < 1):
                break
            if split_number(further.text)[0] or _KNOWN.fullmatch(further.text.strip()) or _KNOWN.fullmatch(title):
                break
            if abs(step) >= 1 and step > 1.45 * line.size and line.box.width < 120:
                break
            title = f"{title[:-1]}{further.text}" if title.endswith("\u00ad") else f"{title} {further.text}"
            count += 1
        return HeadingLine(found.number, title.replace("\u00ad", "-").strip(), found.level, count)


def _look(line: PrintLine) -> _Look:
    return _Look(round(line.size, 1), line.font)


def _unspaced(text: str) -> str:
    """ "A B S T R A C T" as one word."""
    if re.fullmatch(r"(?:\w ){3,}\w", text.strip()):
        return text.replace(" ", "")
    return text
