"""Which part of a paper a section is, and which sections are read where not all of them fit. Pure."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

from bot.model import Extent, Reading, Section, SectionKind


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


@dataclass(frozen=True, slots=True)
class Selection:
    """The sections to read, in order (the last of them maybe cut), and how much of the paper that is."""

    sections: tuple[Section, ...]
    extent: Extent
    whole: bool

    @property
    def text(self) -> str:
        """Each section under a line with its title."""
        return "\n\n".join(
            "\n".join((f"## {_label(section)}", *(paragraph.text for paragraph in section.paragraphs)))
            for section in self.sections
        )


def reading_notes(reading: Reading) -> tuple[str, ...]:
    """What a card says of a full text beside how much of it was read."""
    count = len(reading.hidden)
    hidden = f"{count} hidden passage{'' if count == 1 else 's'} left out"
    return (*((hidden,) if count else ()), *((reading.problem.rstrip("."),) if reading.problem else ()))


def parts(reading: Reading) -> list[tuple[SectionPart, Section]]:
    """The sections that are part of the paper's argument, each with its part; a subsection goes with its section."""
    found: list[tuple[SectionPart, Section]] = []
    above = SectionPart.METHOD
    for section in reading.sections:
        if section.kind in (SectionKind.REFERENCES, SectionKind.BACK, SectionKind.FRONT):
            continue
        named = _part(section.title)
        if section.kind is SectionKind.ABSTRACT:
            part = SectionPart.ABSTRACT
        elif section.kind is SectionKind.APPENDIX:
            part = SectionPart.APPENDIX
        elif section.level > 1:
            part = above if named is None or above is SectionPart.RELATED else named
        else:
            part = named if named is not None else SectionPart.METHOD
            above = part
        if section.paragraphs:
            found.append((part, section))
    return found


def choose(reading: Reading, limit: int) -> Selection:
    """As many sections as fit into `limit` characters, the most telling parts first; the next one is cut."""
    found = parts(reading)
    taken: dict[int, Section] = {}
    left = limit
    for index in sorted(range(len(found)), key=lambda i: (found[i][0], i)):
        section = found[index][1]
        size = sum(len(paragraph.text) for paragraph in section.paragraphs) + len(section.title) + 8
        if size > left:
            section, size = _cut(section, left)
        if section.paragraphs:
            taken[index] = section
            left -= size
    whole = len(taken) == len(found) and all(taken[i] is found[i][1] for i in taken)
    extent = reading.extent if whole and reading.extent is not None else Extent("sections", len(taken), len(found))
    return Selection(tuple(taken[index] for index in sorted(taken)), extent, whole)


def _cut(section: Section, limit: int) -> tuple[Section, int]:
    kept, size = [], len(section.title) + 8
    for paragraph in section.paragraphs:
        if size + len(paragraph.text) > limit:
            break
        kept.append(paragraph)
        size += len(paragraph.text)
    return replace(section, paragraphs=tuple(kept)), size


def _part(title: str) -> SectionPart | None:
    return next((part for part, pattern in _TITLES if re.search(pattern, title, re.IGNORECASE)), None)


def _label(section: Section) -> str:
    return f"{section.number} {section.title}".strip() if section.number else section.title
