"""Values that the steps of PDF reading pass on. All coordinates are points from the lower left corner."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Box:
    """A rectangle with `x0 <= x1` and `y0 <= y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def center(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def contains(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Whether a point is inside, or at most `slack` points outside."""
        return self.x0 - slack <= x <= self.x1 + slack and self.y0 - slack <= y <= self.y1 + slack

    def covers(self, other: Box) -> bool:
        """Whether all of `other` is inside."""
        return self.x0 <= other.x0 and other.x1 <= self.x1 and self.y0 <= other.y0 and other.y1 <= self.y1

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def touches(self, other: Box, slack: float = 0.0) -> bool:
        """Whether the boxes overlap, or are at most `slack` points apart."""
        return (
            self.x0 - slack <= other.x1
            and other.x0 - slack <= self.x1
            and self.y0 - slack <= other.y1
            and other.y0 - slack <= self.y1
        )


@dataclass(slots=True)
class TextRun:
    """Characters in one font next to each other on one baseline, without white space."""

    text: str
    """A hyphen that breaks a word at the end of a line is U+00AD."""
    box: Box
    baseline: float
    size: float
    """Font size in points, as printed (with the scale of the page's transformation)."""
    font: str
    """The font's name without the prefix of a subset: "CMR10"."""
    bold: bool
    italic: bool
    space_before: bool
    hidden: bool = False
    """Whether readers cannot see it: not drawn, covered, of the colour below it, outside the page, or too small."""
    rotated: bool = False
    in_drawing: bool = False
    """Whether it is part of a drawing that was placed on the page as a whole (a form XObject)."""
    uri: str | None = None
    """The web address that it links to."""


@dataclass(slots=True)
class PageContent:
    """The contents of one page, before any layout; `number` is 1-based."""

    number: int
    width: float
    height: float
    runs: list[TextRun]
    """In the order of the content stream, which is mostly the order of reading."""
    graphics: list[Box] = field(default_factory=list)
    """Pictures and drawings."""
    rules: list[Box] = field(default_factory=list)
    """Thin straight lines, as in tables and above footnotes."""
    unmapped: int = 0
    """Characters whose fonts do not say which letters they are."""


@dataclass(frozen=True, slots=True)
class PageArea:
    """Where a figure is: its 0-based page and its box."""

    page: int
    box: Box
