"""The source of a summary: numbered sentences that claims name, and passages in which words are looked up. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from bot.model import Evidence, Paper, Reading, SectionKind
from bot.summaries.names import Vocabulary
from bot.summaries.numbers import Number, numbers_in
from bot.summaries.quotes import fold
from bot.summaries.sentences import split
from bot.tex.invisible import without_invisible

FRONT = 0
"""The number of title and abstract among the sections of a full text; the paper's own sections follow from 1."""

_ID = re.compile(r"S?(?:(?P<section>\d+)\.)?(?P<sentence>\d+)", re.I)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a source with its place."""

    text: str
    section: str | None = None
    page: int | None = None
    kind: SectionKind = SectionKind.BODY
    anchor: str | None = None
    prefix: str | None = None
    """What the ids of its sentences begin with: "" or "S3."; None if its sentences cannot be named."""


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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a numbered sentence stands: its index among all, its passage, and its offsets in that."""

    index: int
    passage: int
    start: int
    end: int


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
    def sentences(self) -> tuple[SourceSentence, ...]:
        """All sentences that can be named, in reading order, the title first."""
        return tuple(sentence for sentence, _ in self._numbered)

    def sentence(self, sentence_id: str) -> SourceSentence | None:
        """The sentence with this id, of which the "S" may be missing and zeros may precede the numbers."""
        match = _ID.fullmatch(sentence_id.strip())
        if match is None:
            return None
        number = str(int(match["sentence"]))
        place = self._places.get(f"S{int(match['section'])}.{number}" if match["section"] else number)
        if place is None and match["section"] and int(match["section"]) == FRONT:
            place = self._places.get(number)  # "S0.2" of an abstract that stands alone
        return self.sentences[place.index] if place else None

    def named(self, ids: Sequence[str]) -> tuple[SourceSentence, ...]:
        """The sentences with these ids, each once, in reading order; none at all if one of them does not exist."""
        found = [self.sentence(sentence_id) for sentence_id in ids]
        places = {self._places[sentence.id].index for sentence in found if sentence is not None}
        return tuple(self.sentences[index] for index in sorted(places)) if None not in found else ()

    def context(self, named: Sequence[SourceSentence], unclear: Sequence[SourceSentence]) -> tuple[SourceSentence, ...]:
        """The numbered ones of these, and before each unclear one the sentence before it in its section, in reading
        order."""
        wanted: set[int] = set()
        for sentence in named:
            place = self._places.get(sentence.id)
            if place is None:  # a passage of an earlier reading
                continue
            prefix = self.passages[place.passage].prefix
            for index in (place.index - 1, place.index) if sentence in unclear else (place.index,):
                if index >= 0:
                    neighbour = self.passages[self._numbered[index][1].passage]
                    wanted |= {index} if neighbour.prefix == prefix else set()
        return tuple(self.sentences[index] for index in sorted(wanted))

    def evidence(self, named: Sequence[SourceSentence]) -> tuple[Evidence, ...]:
        """These sentences verbatim with their places; those that follow each other in a paragraph are one passage."""
        runs: list[list[_Place]] = []
        for place in sorted((self._places[sentence.id] for sentence in named), key=lambda place: place.index):
            last = runs[-1][-1] if runs else None
            if last is not None and (last.passage, last.index + 1) == (place.passage, place.index):
                runs[-1].append(place)
            else:
                runs.append([place])
        return tuple(self._quoted(run[0], run[-1].end) for run in runs)

    def sentences_in(self, evidence: Sequence[Evidence]) -> tuple[SourceSentence, ...]:
        """The sentences that these passages consist of, or that they are parts of, in reading order."""
        quotes = [(fold(passage.quote), passage) for passage in evidence]

        def is_quoted(sentence: SourceSentence) -> bool:
            folded = fold(sentence.text)
            return any(
                (folded in quote or quote in folded)
                for quote, passage in quotes
                # Summaries of earlier versions know neither page nor anchor of some passages.
                if passage.section == sentence.section
                and passage.page in (None, sentence.page)
                and passage.anchor in (None, sentence.anchor)
            )

        return tuple(sentence for sentence in self.sentences if is_quoted(sentence))

    def section_sentences(self, section: int, paragraphs: int | None = None) -> tuple[SourceSentence, ...]:
        """The sentences of a section of a full text, of its first `paragraphs` only if a number is given."""
        passages = [index for index, passage in enumerate(self.passages) if passage.prefix == f"S{section}."]
        kept = set(passages[:paragraphs])
        return tuple(sentence for sentence, place in self._numbered if place.passage in kept)

    def passage_of(self, sentence: SourceSentence) -> Passage | None:
        """The paragraph of a numbered sentence."""
        place = self._places.get(sentence.id)
        return self.passages[place.passage] if place is not None else None

    def numbers_around(self, passage: Passage) -> tuple[Number, ...]:
        """The numbers of the section that a passage belongs to, and of title and abstract."""
        name = passage.section or ""
        if name not in self._section_numbers:
            text = "\n\n".join(p.text for p in self.passages if p.section == passage.section)
            self._section_numbers[name] = numbers_in(text, decimal_comma=False)
        return (*self._section_numbers[name], *self.front_numbers)

    def _quoted(self, first: _Place, end: int) -> Evidence:
        passage = self.passages[first.passage]
        return Evidence(passage.text[first.start : end], passage.section, passage.page, passage.anchor)

    @cached_property
    def _numbered(self) -> tuple[tuple[SourceSentence, _Place], ...]:
        numbered: list[tuple[SourceSentence, _Place]] = []
        counts: dict[str, int] = {}
        for index, passage in enumerate(self.passages):
            if passage.prefix is None:
                continue
            is_title = index == 0
            offset = 0
            for text in filter(None, [passage.text.strip()]) if is_title else split(passage.text):
                offset = passage.text.index(text, offset)
                number = counts.get(passage.prefix, 0 if is_title else 1)
                counts[passage.prefix] = number + 1
                sentence = SourceSentence(
                    f"{passage.prefix}{number}", text, passage.section, passage.page, passage.anchor, passage.kind
                )
                numbered.append((sentence, _Place(len(numbered), index, offset, offset + len(text))))
                offset += len(text)
        return tuple(numbered)

    @cached_property
    def _places(self) -> dict[str, _Place]:
        return {sentence.id: place for sentence, place in self._numbered}

    @cached_property
    def _section_numbers(self) -> dict[str, tuple[Number, ...]]:
        """Filled as sections are asked for: the numbers of a whole paper take long to find."""
        return {}


def source_of(paper: Paper, reading: Reading | None = None) -> SourceText:
    """The source of a brief summary (title and abstract) or, with a reading, of a deep one (the full text as well)."""
    return _abstract_source(paper) if reading is None else _source(paper, reading)


@lru_cache(maxsize=256)  # the maker's prompt and the checks of its reply ask for the same one
def _abstract_source(paper: Paper) -> SourceText:
    return _source(paper, None)


def _source(paper: Paper, reading: Reading | None) -> SourceText:
    paper = as_seen(paper)
    other_words = "\n".join((*paper.authors, *paper.categories, paper.comment or ""))
    front = f"{paper.title}\n{paper.abstract}"
    title = Passage(paper.title, "Title", kind=SectionKind.FRONT, prefix=f"S{FRONT}.")
    abstract = Passage(paper.abstract, "Abstract", kind=SectionKind.ABSTRACT, prefix=f"S{FRONT}.")
    if reading is None:
        # A card of the abstract alone names no sections: all of its quotes are from the same few lines.
        passages = (replace(title, section=None, prefix=""), replace(abstract, section=None, prefix=""))
        return SourceText(paper.title, passages, front, other_words)
    # Tables and captions are not among the sections, but their numbers are quoted.
    tables = tuple(
        Passage("\n".join((table.caption, *(" ".join(row) for row in table.rows))), f"Table {table.number}", table.page)
        for table in reading.tables
    )
    figures = tuple(
        Passage(figure.caption, f"Figure {figure.number}", figure.page) for figure in reading.figures if figure.caption
    )
    return SourceText(paper.title, (title, abstract, *_paragraphs(reading), *tables, *figures), front, other_words)


def _paragraphs(reading: Reading) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            paragraph.text,
            section_label(section.number, section.title),
            paragraph.page,
            section.kind,
            paragraph.anchor,
            f"S{number}.",
        )
        for number, section in enumerate(reading.sections, FRONT + 1)
        for paragraph in section.paragraphs
    )


def as_seen(paper: Paper) -> Paper:
    """The paper without invisible characters in title and abstract: what was stored or imported may have some."""
    title, abstract = without_invisible(paper.title), without_invisible(paper.abstract)
    return (
        paper if (title, abstract) == (paper.title, paper.abstract) else replace(paper, title=title, abstract=abstract)
    )


def section_label(number: str | None, title: str) -> str:
    """How a section is named on a card: "3.1 Training"."""
    return f"{number} {title}".strip() if number and not title.startswith(number) else title
