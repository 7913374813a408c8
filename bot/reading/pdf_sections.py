"""Lines of a whole paper → sections of paragraphs, across columns and pages, with footnotes aside."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from bot.model import Paragraph, Section, SectionKind
from bot.reading.headings_and_captions import kind_of_title
from bot.reading.pdf_columns import reading_order
from bot.reading.pdf_footnotes import footnote_mark
from bot.reading.pdf_headings import HeadingLine, Outline
from bot.reading.pdf_lines import PrintLine, Sheet, plain_text
from bot.reading.pdf_text import Prose

_BULLET = re.compile(r"(?:[•‣◦▪■●○∙·–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+\S")
_ENTRY = re.compile(r"\[(?:\d{1,3}|[A-Z][\w+]{1,12})\]|\(?\d{1,3}[.)]\s")
_KEYWORDS = re.compile(r"(?:key ?words?|index terms|ccs concepts|unified astronomy thesaurus concepts|pacs)\b", re.I)
_ABSTRACT = re.compile(r"^abstract\s*[.:—–-]+\s*|^abstract\s+(?=[A-Z][a-z])", re.I)


@dataclass
class Draft:
    """A section while it is read; each paragraph is its lines."""

    title: str
    number: str | None
    level: int
    kind: SectionKind
    paragraphs: list[list[PrintLine]] = field(default_factory=list)
    notes: list[list[PrintLine]] = field(default_factory=list)


class Flow:
    """Reads the ordered lines once, keeping the section and paragraph that are open."""

    def __init__(self, sheets: Sequence[Sheet], body: float, notes: dict[int, list[list[PrintLine]]]) -> None:
        self.sheets = {sheet.number: sheet for sheet in sheets}
        self.lines = [line for sheet in sheets for line in reading_order(sheet)]
        self.body, self.notes = body, notes
        self.leading = _leading(self.lines, body)
        self.outline = Outline(self.lines, body, self.leading)
        self.drafts = [Draft("", None, 1, SectionKind.FRONT)]
        self.open: list[PrintLine] = []
        self.past_references = False
        self.justified = self._is_justified()

    def run(self) -> list[Draft]:
        index, page = 0, self.lines[0].page if self.lines else 1
        while index < len(self.lines):
            line = self.lines[index]
            if line.page != page:
                self._turn(page, line.page)
                page = line.page
            front = self.drafts[-1].kind is SectionKind.FRONT and len(self.drafts) == 1
            heading = self.outline.heading(index, front=front, in_references=self._here is SectionKind.REFERENCES)
            if heading:
                self._begin(heading)
                index += heading.lines
                continue
            if not self.past_references and self._references_begin(index):
                self._begin(HeadingLine(None, "References", 1, 0))
            self._take(line)
            index += 1
        self._close()
        self._turn(page, 10**6)
        return self.drafts

    @property
    def _here(self) -> SectionKind:
        return self.drafts[-1].kind

    def _turn(self, first: int, until: int) -> None:
        for page in [p for p in self.notes if first <= p < until]:
            for note in self.notes.pop(page):
                of_authors = page == 1 and not (footnote_mark(note[0]) or "").isdigit()
                self.drafts[0 if of_authors else -1].notes.append(note)

    def _begin(self, heading: HeadingLine) -> None:
        self._close()
        kind = kind_of_title(heading.title, heading.number, past_references=self.past_references)
        if heading.level > 1 and self._here in (SectionKind.APPENDIX, SectionKind.BACK) and kind is SectionKind.BODY:
            kind = self._here
        if kind is SectionKind.APPENDIX and not self.past_references and heading.number and not self._late():
            kind = SectionKind.BODY if heading.level > 1 else kind
        if kind is SectionKind.REFERENCES:
            self.past_references = True
        self.drafts.append(Draft(heading.title, heading.number, heading.level, kind))

    def _late(self) -> bool:
        return not self.outline.roman

    def _close(self) -> None:
        if self.open:
            self.drafts[-1].paragraphs.append(self.open)
        self.open = []

    def _take(self, line: PrintLine) -> None:
        if self._here is SectionKind.ABSTRACT and not self.open and _KEYWORDS.match(line.text):
            self.drafts.append(Draft("", None, 1, SectionKind.FRONT))
        if self.open and self._starts_paragraph(line, self.open[-1]):
            self._close()
            if self._here is SectionKind.ABSTRACT and _KEYWORDS.match(line.text):
                self.drafts.append(Draft("", None, 1, SectionKind.FRONT))
        if (
            self._here is SectionKind.FRONT
            and _ABSTRACT.match(line.text)
            and (line.pieces[0].bold or line.pieces[0].italic or line.text[:8].isupper())
        ):
            self._close()
            self.drafts.append(Draft("Abstract", None, 1, SectionKind.ABSTRACT))
        if not self.open and (lead := _lead(line)):
            self.drafts.append(Draft(lead.strip(" .:"), None, 1, SectionKind.BACK))
            line.pieces = [piece for piece in line.pieces if not piece.bold]
            line.measure()
        self.open.append(line)

    def _starts_paragraph(self, line: PrintLine, last: PrintLine) -> bool:
        left, _ = self._edges(line)
        indent = line.box.x0 - left
        if self._here is SectionKind.REFERENCES:
            return self._starts_entry(line, last)
        if abs(line.size - last.size) > 0.12 * self.body and line.letters > 8 and last.letters > 8:
            return True
        if line.page != last.page or line.column != last.column:
            return self._starts_on_new_column(line, last, indent)
        step = last.base - line.base
        if abs(step) < 1:
            return False
        if step > 1.5 * self.leading * max(line.size / self.body, 0.8):
            return not self._is_formula(line) and not self._is_formula(last)
        if _BULLET.match(line.text) and (line.box.x0 > left + 3 or step > 1.1 * self.leading or self._ends_short(last)):
            return True
        if 0.6 * line.size < indent < 4 * line.size and last.box.x0 < line.box.x0 - 0.5 * line.size:
            return last.letters > 15 and not self._is_item(last) and not self._is_formula(line)
        return (
            self._ends_short(last) and bool(re.search(r"[.!?:”\"’)\]]$", last.text)) and indent < 3 and last.letters > 8
        )

    def _starts_on_new_column(self, line: PrintLine, last: PrintLine, indent: float) -> bool:
        if self._ends_short(last) and re.search(r"[.!?:]$", last.text):
            return True
        return (0.6 * line.size < indent < 3 * line.size and bool(re.search(r"[.!?:”)]$", last.text))) or bool(
            _BULLET.match(line.text) and indent > 3
        )

    def _starts_entry(self, line: PrintLine, last: PrintLine) -> bool:
        if _ENTRY.match(line.text):
            return True
        if any(_ENTRY.match(one.text) for one in self.open[:1]):
            return False
        left, _ = self._edges(line)
        return line.box.x0 < left + 2 and (
            last.box.x0 > left + 4 or bool(re.search(r"[.\d]$", last.text) and self._ends_short(last))
        )

    def _ends_short(self, line: PrintLine) -> bool:
        _, right = self._edges(line)
        return line.box.x1 < right - (2.0 if self.justified else 6.0) * line.size

    def _is_item(self, line: PrintLine) -> bool:
        return bool(_BULLET.match(line.text))

    def _is_formula(self, line: PrintLine) -> bool:
        return line.letters < 0.55 * max(1, sum(len(p.text) for p in line.pieces)) or line.letters < 4

    def _edges(self, line: PrintLine) -> tuple[float, float]:
        return self.sheets[line.page].columns.get(line.column, (line.box.x0, line.box.x1))

    def _is_justified(self) -> bool:
        wide = [line for line in self.lines if line.letters > 30]
        return sum(not line.box.x1 < self._edges(line)[1] - 3 for line in wide) > 0.5 * max(1, len(wide))

    def _references_begin(self, index: int) -> bool:
        """A list that begins with [1] near the end, under no heading of its own."""
        if index < 0.4 * len(self.lines) or not re.match(r"\[1\]\s|1\.\s", self.lines[index].text):
            return False
        bracket = self.lines[index].text.startswith("[")
        wanted = 2
        for line in self.lines[index + 1 : index + 40]:
            if re.match(rf"\[{wanted}\]\s" if bracket else rf"{wanted}\.\s", line.text):
                wanted += 1
        return wanted >= 5 and bracket


def _lead(line: PrintLine) -> str | None:
    """The bold words that a line begins with, where they name a part of the back matter ("Acknowledgements We …")."""
    bold = list(takewhile(lambda piece: piece.bold, line.pieces))
    if not bold or len(bold) == len(line.pieces):
        return None
    lead = plain_text(bold)
    return lead if kind_of_title(lead, None, past_references=False) is SectionKind.BACK else None


def _leading(lines: Sequence[PrintLine], body: float) -> float:
    steps = [
        a.base - b.base
        for a, b in pairwise(lines)
        if a.page == b.page and a.column == b.column and a.letters > 25 and b.letters > 25 and abs(a.size - body) < 0.5
    ]
    near = [step for step in steps if 0.9 * body < step < 1.9 * body]
    return statistics.median(near) if near else 1.2 * body


def sections_of(drafts: Sequence[Draft], prose: Prose, marks: dict[int, frozenset[str]]) -> tuple[Section, ...]:
    """The drafts as text; footnotes come after the paragraphs of the section they stand in."""
    sections: list[Section] = []
    for draft in drafts:
        paragraphs = [_paragraph(lines, prose, marks) for lines in draft.paragraphs + draft.notes]
        kept = tuple(p for p in paragraphs if p.text)
        if draft.kind is SectionKind.ABSTRACT and kept:
            kept = (Paragraph(_ABSTRACT.sub("", kept[0].text, count=1), kept[0].page), *kept[1:])
        if kept or draft.title:
            sections.append(Section(draft.title, kept, draft.number, draft.level, draft.kind))
    return tuple(sections)


def _paragraph(lines: list[PrintLine], prose: Prose, marks: dict[int, frozenset[str]]) -> Paragraph:
    return Paragraph(prose.join(lines, marks.get(lines[0].page, frozenset())), lines[0].page)
