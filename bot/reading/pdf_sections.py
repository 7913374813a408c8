"""Step 8 of PDF reading, second half: the lines of all pages as sections of paragraphs, across columns and pages."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from bot.model import Paragraph, Section, SectionKind
from bot.reading.headings_and_captions import section_kind
from bot.reading.pdf_columns import reading_order
from bot.reading.pdf_footnotes import Footnote, footnote_mark
from bot.reading.pdf_headings import Heading, HeadingFinder
from bot.reading.pdf_lines import PageLayout, TextLine, plain_text
from bot.reading.pdf_text import LineJoiner

_LIST_ITEM = re.compile(r"(?:[•‣◦▪■●○∙·–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+\S")
_REFERENCE = re.compile(r"\[(?:\d{1,3}|[A-Z][\w+]{1,12})\]|\(?\d{1,3}[.)]\s")
_KEYWORDS = re.compile(r"(?:key ?words?|index terms|ccs concepts|unified astronomy thesaurus concepts|pacs)\b", re.I)
_ABSTRACT = re.compile(r"^abstract\s*[.:—–-]+\s*|^abstract\s+(?=[A-Z][a-z])", re.I)
_SENTENCE_END = re.compile(r"[.!?:”)]$")
_AFTER_ALL_PAGES = 10**6


@dataclass
class SectionDraft:
    """A section that is not finished; its paragraphs and footnotes are lists of lines."""

    title: str
    number: str | None
    level: int
    kind: SectionKind
    paragraphs: list[list[TextLine]] = field(default_factory=list)
    notes: list[Footnote] = field(default_factory=list)


class SectionBuilder:
    """Goes through the lines once, in reading order, with the section and the paragraph that are open.

    `notes` are the footnotes of each page by its number. The first draft is the front matter: title, authors,
    affiliations and all else before the first heading.
    """

    def __init__(self, layouts: Sequence[PageLayout], body_size: float, notes: dict[int, list[Footnote]]) -> None:
        self.layouts = {layout.number: layout for layout in layouts}
        self.lines = [line for layout in layouts for line in reading_order(layout)]
        self.body_size, self.notes = body_size, notes
        self.line_spacing = _line_spacing(self.lines, body_size)
        self.headings = HeadingFinder(self.lines, body_size, self.line_spacing)
        self.drafts = [SectionDraft("", None, 1, SectionKind.FRONT)]
        self.paragraph: list[TextLine] = []
        self.past_references = False
        self.justified = self._is_justified()

    def build(self) -> list[SectionDraft]:
        """All sections in order."""
        index, page = 0, self.lines[0].page if self.lines else 1
        while index < len(self.lines):
            line = self.lines[index]
            if line.page != page:
                self._add_footnotes(page, line.page)
                page = line.page
            heading = self.headings.find(
                index,
                in_front_matter=len(self.drafts) == 1 and self._kind is SectionKind.FRONT,
                in_references=self._kind is SectionKind.REFERENCES,
            )
            if heading:
                self._start_section(heading)
                index += heading.lines
                continue
            if not self.past_references and self._references_begin(index):
                self._start_section(Heading(None, "References", 1, 0))
            self._add_line(line)
            index += 1
        self._end_paragraph()
        self._add_footnotes(page, _AFTER_ALL_PAGES)
        return self.drafts

    @property
    def _kind(self) -> SectionKind:
        """The kind of the open section."""
        return self.drafts[-1].kind

    def _add_footnotes(self, first_page: int, until: int) -> None:
        """Give the footnotes of the pages before `until` to the section that is open at the end of the page."""
        for page in [number for number in self.notes if first_page <= number < until]:
            for note in self.notes.pop(page):
                # On page 1 a note with a sign, not a number, is about an author: an address, "equal contribution".
                of_authors = page == 1 and not (footnote_mark(note[0]) or "").isdigit()
                self.drafts[0 if of_authors else -1].notes.append(note)

    def _start_section(self, heading: Heading) -> None:
        self._end_paragraph()
        kind = section_kind(heading.title, heading.number, past_references=self.past_references)
        if heading.level > 1 and self._kind in (SectionKind.APPENDIX, SectionKind.BACK) and kind is SectionKind.BODY:
            kind = self._kind
        # Before the references "A." numbers an appendix, but a subsection where sections have Roman numbers.
        lettered = kind is SectionKind.APPENDIX and not self.past_references and heading.number
        if lettered and self.headings.has_roman_numbers and heading.level > 1:
            kind = SectionKind.BODY
        if kind is SectionKind.REFERENCES:
            self.past_references = True
        self.drafts.append(SectionDraft(heading.title, heading.number, heading.level, kind))

    def _end_paragraph(self) -> None:
        if self.paragraph:
            self.drafts[-1].paragraphs.append(self.paragraph)
        self.paragraph = []

    def _add_line(self, line: TextLine) -> None:
        if self.paragraph and self._starts_paragraph(line, self.paragraph[-1]):
            self._end_paragraph()
        if not self.paragraph and self._kind is SectionKind.ABSTRACT and _KEYWORDS.match(line.text):
            self.drafts.append(SectionDraft("", None, 1, SectionKind.FRONT))
        if self._kind is SectionKind.FRONT and _starts_abstract(line):
            self._end_paragraph()
            self.drafts.append(SectionDraft("Abstract", None, 1, SectionKind.ABSTRACT))
        if not self.paragraph and (title := _run_in_back_matter_title(line)):
            self.drafts.append(SectionDraft(title.strip(" .:"), None, 1, SectionKind.BACK))
            line.runs = [run for run in line.runs if not run.bold]
            line.measure()
        self.paragraph.append(line)

    # where paragraphs begin

    def _starts_paragraph(self, line: TextLine, last: TextLine) -> bool:
        if self._kind is SectionKind.REFERENCES:
            return self._starts_reference(line, last)
        # Another size: a quotation, an affiliation. Short lines may be formulas, whose size says nothing.
        if abs(line.size - last.size) > 0.12 * self.body_size and line.letters > 8 and last.letters > 8:
            return True
        left, _ = self._edges(line)
        indent = line.box.x0 - left
        if line.page != last.page or line.column != last.column:
            return self._starts_on_new_column(line, last, indent)
        step = last.baseline - line.baseline
        if abs(step) < 1:
            return False
        if step > 1.5 * self.line_spacing * max(line.size / self.body_size, 0.8):
            return not _is_formula(line) and not _is_formula(last)
        if _LIST_ITEM.match(line.text):
            set_apart = line.box.x0 > left + 3 or step > 1.1 * self.line_spacing
            if set_apart or self._ends_short(last):
                return True
        # An indent of one to two letters; formulas and items of lists are indented without a new paragraph.
        if 0.6 * line.size < indent < 4 * line.size and last.box.x0 < line.box.x0 - 0.5 * line.size:
            return last.letters > 15 and not _LIST_ITEM.match(last.text) and not _is_formula(line)
        # Papers without indents: the last line of a paragraph is short and ends a sentence.
        sentence_ended = bool(re.search(r"[.!?:”\"’)\]]$", last.text))
        return self._ends_short(last) and sentence_ended and indent < 3 and last.letters > 8

    def _starts_on_new_column(self, line: TextLine, last: TextLine, indent: float) -> bool:
        """At the top of a column or page there is no space above to tell."""
        if self._ends_short(last) and re.search(r"[.!?:]$", last.text):
            return True
        if 0.6 * line.size < indent < 3 * line.size and _SENTENCE_END.search(last.text):
            return True
        return bool(_LIST_ITEM.match(line.text)) and indent > 3

    def _starts_reference(self, line: TextLine, last: TextLine) -> bool:
        if _REFERENCE.match(line.text):
            return True
        if _REFERENCE.match(self.paragraph[0].text):
            return False  # the list is numbered, and this line is not
        # Lists without numbers have hanging indents, or entries that end with a page or year.
        left, _ = self._edges(line)
        entry_ended = bool(re.search(r"[.\d]$", last.text)) and self._ends_short(last)
        return line.box.x0 < left + 2 and (last.box.x0 > left + 4 or entry_ended)

    def _ends_short(self, line: TextLine) -> bool:
        """Whether a line ends before the edge of its column; ragged text does so everywhere by a little."""
        _, right = self._edges(line)
        return line.box.x1 < right - (2.0 if self.justified else 6.0) * line.size

    def _edges(self, line: TextLine) -> tuple[float, float]:
        return self.layouts[line.page].columns.get(line.column, (line.box.x0, line.box.x1))

    def _is_justified(self) -> bool:
        wide = [line for line in self.lines if line.letters > 30]
        return sum(line.box.x1 >= self._edges(line)[1] - 3 for line in wide) > 0.5 * max(1, len(wide))

    def _references_begin(self, index: int) -> bool:
        """Whether a list that counts up from [1] begins here, late in the paper: some journals give it no heading."""
        if index < 0.4 * len(self.lines) or not re.match(r"\[1\]\s", self.lines[index].text):
            return False
        following = 2
        for line in self.lines[index + 1 : index + 40]:
            if re.match(rf"\[{following}\]\s", line.text):
                following += 1
        return following >= 5


def _starts_abstract(line: TextLine) -> bool:
    """Whether the line begins with the word "Abstract", set apart from the text that follows it."""
    first = line.runs[0]
    return bool(_ABSTRACT.match(line.text)) and (first.bold or first.italic or line.text[:8].isupper())


def _is_formula(line: TextLine) -> bool:
    """Whether a line consists mostly of digits and signs."""
    return line.letters < 0.55 * max(1, sum(len(run.text) for run in line.runs)) or line.letters < 4


def _run_in_back_matter_title(line: TextLine) -> str | None:
    """The bold words that a line begins with, if they name a part of the back matter ("Acknowledgements We …")."""
    bold = list(takewhile(lambda run: run.bold, line.runs))
    if not bold or len(bold) == len(line.runs):
        return None
    title = plain_text(bold)
    return title if section_kind(title, None, past_references=False) is SectionKind.BACK else None


def _line_spacing(lines: Sequence[TextLine], body_size: float) -> float:
    """The distance between the baselines of the text's lines, in points."""
    steps = [
        upper.baseline - lower.baseline
        for upper, lower in pairwise(lines)
        if (upper.page, upper.column) == (lower.page, lower.column)
        and min(upper.letters, lower.letters) > 25
        and abs(upper.size - body_size) < 0.5
    ]
    plausible = [step for step in steps if 0.9 * body_size < step < 1.9 * body_size]
    return statistics.median(plausible) if plausible else 1.2 * body_size


# ── drafts → sections ─────────────────────────────────────────────────────────────────────────────────────────────


def finish_sections(
    drafts: Sequence[SectionDraft], joiner: LineJoiner, marks: dict[int, frozenset[str]]
) -> tuple[Section, ...]:
    """The drafts as text; `marks` are those of the footnotes of each page, which are left out of the text.

    Footnotes come after the paragraphs of the section that they are in.
    """
    sections: list[Section] = []
    for draft in drafts:
        paragraphs = [_paragraph(lines, joiner, marks) for lines in draft.paragraphs + draft.notes]
        kept = tuple(paragraph for paragraph in paragraphs if paragraph.text)
        if draft.kind is SectionKind.ABSTRACT and kept:
            kept = (Paragraph(_ABSTRACT.sub("", kept[0].text, count=1), kept[0].page), *kept[1:])
        if kept or draft.title:
            sections.append(Section(draft.title, kept, draft.number, draft.level, draft.kind))
    return _with_body(tuple(sections))


def _paragraph(lines: list[TextLine], joiner: LineJoiner, marks: dict[int, frozenset[str]]) -> Paragraph:
    page = lines[0].page
    return Paragraph(joiner.join(lines, marks.get(page, frozenset())), page)


def _with_body(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """A paper without headings is all front matter so far: what follows its first long paragraph is the body."""
    if any(section.kind is SectionKind.BODY and section.paragraphs for section in sections) or not sections:
        return sections
    first, rest = sections[0], sections[1:]
    start = next((n for n, paragraph in enumerate(first.paragraphs) if len(paragraph.text) > 500), None)
    if start is None:
        return sections
    front = Section(first.title, first.paragraphs[:start], first.number, first.level, first.kind)
    return (front, Section("", first.paragraphs[start:], None, 1, SectionKind.BODY), *rest)
