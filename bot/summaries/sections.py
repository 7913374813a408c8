"""Which part of a paper a section is, and which sections are read where not all of them fit. Pure."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

from bot.model import Extent, Reading, Section, SectionKind
from bot.summaries.source_text import section_label


class SectionPart(enum.IntEnum):
    """The parts of a paper in the order in which they are worth reading."""

    ABSTRACT = 0
    INTRODUCTION = 1
    CONCLUSION = 2
    RESULTS = 3
    METHOD = 4
    RELATED = 5
    APPENDIX = 6


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


_HEADING_CHARACTERS = 8
"""Of a section's heading beside its title: "## ", a number and line ends."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The sections to read, in order, one of them maybe cut, and how much of the paper they are."""

    sections: tuple[Section, ...]
    extent: Extent
    whole: bool

    @property
    def text(self) -> str:
        """Each section under a line with its number and title."""
        return "\n\n".join(
            "\n".join((f"## {section_label(section.number, section.title)}", *(p.text for p in section.paragraphs)))
            for section in self.sections
        )


def reading_notes(reading: Reading) -> tuple[str, ...]:
    """What a card says of a full text besides how much of it was read: passages that were hidden from human readers,
    and what was wrong with it."""
    count = len(reading.hidden)
    hidden = f"{count} hidden passage{'' if count == 1 else 's'} left out"
    return (*((hidden,) if count else ()), *((reading.problem.rstrip("."),) if reading.problem else ()))


def parts(reading: Reading) -> list[tuple[SectionPart, Section]]:
    """The sections of the paper's argument, each with its part; a subsection without a part of its own has its
    section's, as has every subsection of related work. References and back matter are left out."""
    found: list[tuple[SectionPart, Section]] = []
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
            found.append((part, section))
    return found


def choose(reading: Reading, limit: int) -> Selection:
    """As many sections as fit into `limit` characters, in the order of `SectionPart`; the next one is cut."""
    found = parts(reading)
    taken: dict[int, Section] = {}
    left = limit
    for index in sorted(range(len(found)), key=lambda i: (found[i][0], i)):
        section = found[index][1]
        size = sum(len(paragraph.text) for paragraph in section.paragraphs) + len(section.title) + _HEADING_CHARACTERS
        if size > left:
            section, size = _cut(section, left)
        if section.paragraphs:
            taken[index] = section
            left -= size
    whole = len(taken) == len(found) and all(taken[i] is found[i][1] for i in taken)
    extent = reading.extent if whole and reading.extent is not None else Extent("sections", len(taken), len(found))
    return Selection(tuple(taken[index] for index in sorted(taken)), extent, whole)


def _cut(section: Section, limit: int) -> tuple[Section, int]:
    """The first paragraphs of a section that fit, and their size in characters with the title."""
    kept, size = [], len(section.title) + _HEADING_CHARACTERS
    for paragraph in section.paragraphs:
        if size + len(paragraph.text) > limit:
            break
        kept.append(paragraph)
        size += len(paragraph.text)
    return replace(section, paragraphs=tuple(kept)), size


def _part(title: str) -> SectionPart | None:
    """The part that a title names; None if it names none. Titles of methods are as many as methods."""
    return next((part for part, pattern in _TITLES if re.search(pattern, title, re.IGNORECASE)), None)
