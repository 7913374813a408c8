"""The source of a summary, as passages in which quotes, numbers and names are looked up. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bot.model import Paper, Reading, SectionKind
from bot.summaries.names import Vocabulary
from bot.summaries.numbers import Number, numbers_in
from bot.summaries.quotes import Folded, fold


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a source with its place."""

    text: str
    section: str | None = None
    page: int | None = None
    kind: SectionKind = SectionKind.BODY
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """One sentence of a source, verbatim, with its place.

    `id` names it in prompts and replies: "4" in an abstract ("0" is the title), "S3.2" in the third section of a text.
    """

    id: str
    text: str
    section: str | None = None
    page: int | None = None
    anchor: str | None = None
    kind: SectionKind = SectionKind.BODY


@dataclass(frozen=True)
class SourceText:
    """The source of a summary; `passages` are in reading order and include the title."""

    title: str
    passages: tuple[Passage, ...]
    front: str
    """Title and abstract: a claim about any section may use their numbers."""
    other_words: str = ""
    """Further words that a claim may use: authors, categories, the comment."""

    @cached_property
    def text(self) -> str:
        return "\n\n".join((self.title, *(passage.text for passage in self.passages)))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(f"{self.front}\n{self.text}\n{self.other_words}", self.front)

    @cached_property
    def front_numbers(self) -> tuple[Number, ...]:
        return numbers_in(f"{self.front}\n{self.other_words}", decimal_comma=False)

    @cached_property
    def all_numbers(self) -> tuple[Number, ...]:
        return (*self.front_numbers, *numbers_in(self.text, decimal_comma=False))

    def find(self, quote: str) -> Passage | None:
        """The passage that contains a quote, or two passages joined if a page break divides it; None if none does."""
        wanted = fold(quote)
        for index, folded in enumerate(self._folded_passages):
            if wanted in folded:
                return self.passages[index]
        # Only after all single passages: joining is slower and seldom needed.
        for index in range(len(self.passages) - 1):
            first, second = self.passages[index], self.passages[index + 1]
            if first.section == second.section and wanted in fold(f"{first.text}\n{second.text}"):
                return replace(first, text=f"{first.text}\n{second.text}")
        return None

    def numbers_around(self, passage: Passage) -> tuple[Number, ...]:
        """The numbers of the section that a passage belongs to, and of title and abstract."""
        name = passage.section or ""
        if name not in self._section_numbers:
            text = "\n\n".join(p.text for p in self.passages if p.section == passage.section)
            self._section_numbers[name] = numbers_in(text, decimal_comma=False)
        return (*self._section_numbers[name], *self.front_numbers)

    @cached_property
    def _folded_passages(self) -> tuple[Folded, ...]:
        return tuple(fold(passage.text) for passage in self.passages)

    @cached_property
    def _section_numbers(self) -> dict[str, tuple[Number, ...]]:
        """Filled as sections are asked for: the numbers of a whole paper take long to find."""
        return {}


def source_of(paper: Paper, reading: Reading | None = None) -> SourceText:
    """The source of a brief summary (title and abstract) or, with a reading, of a deep one (the full text as well)."""
    other_words = "\n".join((*paper.authors, *paper.categories, paper.comment or ""))
    front = f"{paper.title}\n{paper.abstract}"
    title = Passage(paper.title, "Title", None, SectionKind.FRONT)
    abstract = Passage(paper.abstract, "Abstract", None, SectionKind.ABSTRACT)
    if reading is None:
        # A card of the abstract alone names no sections: all of its quotes are from the same few lines.
        passages = (replace(title, section=None), replace(abstract, section=None))
        return SourceText(paper.title, passages, front, other_words)
    body = tuple(
        Passage(
            paragraph.text, section_label(section.number, section.title), paragraph.page, section.kind, paragraph.anchor
        )
        for section in reading.sections
        for paragraph in section.paragraphs
    )
    # Tables and captions are not among the sections, but their numbers are quoted.
    tables = tuple(
        Passage("\n".join((table.caption, *(" ".join(row) for row in table.rows))), f"Table {table.number}", table.page)
        for table in reading.tables
    )
    figures = tuple(
        Passage(figure.caption, f"Figure {figure.number}", figure.page) for figure in reading.figures if figure.caption
    )
    return SourceText(paper.title, (title, abstract, *body, *tables, *figures), front, other_words)


def section_label(number: str | None, title: str) -> str:
    """How a section is named on a card: "3.1 Training"."""
    return f"{number} {title}".strip() if number and not title.startswith(number) else title
