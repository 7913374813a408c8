"""Which part of a paper a section is, and which sections are read where not all of them fit. Pure."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

from bot.model import Extent, NoteKind, Paragraph, Reading, Section, SectionKind, SummaryNote
from bot.summaries.planted_orders import order_count


class SectionPart(enum.IntEnum):
    """The parts of a paper in the order in which they are worth reading."""

    ABSTRACT = 0
    INTRODUCTION = 1
    CONCLUSION = 2
    RESULTS = 3
    METHOD = 4
    RELATED = 5
    APPENDIX = 6


# In this order: "Discussion of results" is a conclusion. What matches none is method, see `_part`.
_TITLES: tuple[tuple[SectionPart, str], ...] = (
    (SectionPart.ABSTRACT, r"abstract|summary$"),
    (SectionPart.INTRODUCTION, r"introduc|motivation|overview$"),
    (SectionPart.RELATED, r"related|prior (?:work|art)|literature|previous work|background|preliminar"),
    (SectionPart.CONCLUSION, r"conclu|discussion|future|limitation|outlook|summary and|closing|implication"),
    (
        SectionPart.RESULTS,
        r"result|experiment|evaluat|ablation|benchmark|analys[ei]s|finding|comparison|case stud|performance|"
        r"observation",
    ),
)


_HEADING_CHARACTERS = 12
"""Characters that a section's heading has besides its title: "## S12 ", a number and line ends."""

_MARK_CHARACTERS = 6
"""Characters that the number before a sentence takes, with its line end."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The sections to read, in order, and their share of the paper. One of them may be shortened.

    `numbers` are the places of these sections among all of the paper, from 1.
    """

    sections: tuple[Section, ...]
    numbers: tuple[int, ...]
    extent: Extent
    whole: bool

    @property
    def size(self) -> int:
        """About how many characters of a prompt these sections take."""
        return sum(_size(section) for section in self.sections)


def reading_notes(reading: Reading) -> tuple[SummaryNote, ...]:
    """Notes on a full text for a card: what was left out of it, and the problem of its reading.

    Left out are passages that were hidden from human readers, and sentences that give orders (those of the abstract
    have a note of their own).
    """
    hidden = len(reading.hidden)
    body = (section for part, section in parts(reading) if part is not SectionPart.ABSTRACT)
    orders = sum(order_count(paragraph.text) for section in body for paragraph in section.paragraphs)
    notes = [SummaryNote(NoteKind.HIDDEN, hidden)] if hidden else []
    notes += [SummaryNote(NoteKind.ORDERS_IN_FULL_TEXT, orders)] if orders else []
    notes += [SummaryNote(NoteKind.READING_PROBLEM, text=reading.problem.rstrip("."))] if reading.problem else []
    return tuple(notes)


def parts(reading: Reading) -> list[tuple[SectionPart, Section]]:
    """The sections with text, each with its part; references and back matter are left out.

    A subsection whose title names no part has the part of its section, as has every subsection of related work.
    """
    parts_of_paper: list[tuple[SectionPart, Section]] = []
    parent = SectionPart.METHOD
    for section in reading.sections:
        if section.kind in (SectionKind.REFERENCES, SectionKind.BACK, SectionKind.FRONT):
            continue
        named = _part(section.title)
        if section.kind is SectionKind.ABSTRACT:
            part = SectionPart.ABSTRACT
        elif section.kind is SectionKind.APPENDIX:
            part = SectionPart.APPENDIX
        elif section.level > 1:
            part = parent if named is None or parent is SectionPart.RELATED else named
        else:
            part = named if named is not None else SectionPart.METHOD
            parent = part
        if section.paragraphs:
            parts_of_paper.append((part, section))
    return parts_of_paper


def choose(reading: Reading, limit: int) -> Selection:
    """As many sections as fit into `limit` characters, in the order of `SectionPart`; the next one is cut."""
    available = parts(reading)
    taken: dict[int, Section] = {}
    left = limit
    for index in sorted(range(len(available)), key=lambda i: (available[i][0], i)):
        section = available[index][1]
        size = _size(section)
        # Later sections are still tried: a short one may fit where a long one did not.
        if size > left:
            section, size = _cut(section, left)
        if section.paragraphs:
            taken[index] = section
            left -= size
    whole = len(taken) == len(available) and all(taken[i] is available[i][1] for i in taken)
    # The reader's own extent may be smaller than the paper: "100 of 180 pages".
    extent = reading.extent if whole and reading.extent is not None else Extent("sections", len(taken), len(available))
    order = sorted(taken)
    # By identity: two sections may be equal.
    places = {id(section): number for number, section in enumerate(reading.sections, 1)}
    numbers = tuple(places[id(available[index][1])] for index in order)
    return Selection(tuple(taken[index] for index in order), numbers, extent, whole)


def _cut(section: Section, limit: int) -> tuple[Section, int]:
    """The first paragraphs of a section that fit, and their size in characters with the title."""
    kept, size = [], len(section.title) + _HEADING_CHARACTERS
    for paragraph in section.paragraphs:
        if size + _paragraph_size(paragraph) > limit:
            break
        kept.append(paragraph)
        size += _paragraph_size(paragraph)
    return replace(section, paragraphs=tuple(kept)), size


def _size(section: Section) -> int:
    return len(section.title) + _HEADING_CHARACTERS + sum(_paragraph_size(p) for p in section.paragraphs)


def _paragraph_size(paragraph: Paragraph) -> int:
    """The characters of a paragraph with the numbers of its sentences."""
    return len(paragraph.text) + _MARK_CHARACTERS * (1 + paragraph.text.count(". "))


def _part(title: str) -> SectionPart | None:
    """The part that a title names; None if it names none. Titles of methods are as many as methods."""
    return next((part for part, pattern in _TITLES if re.search(pattern, title, re.IGNORECASE)), None)
