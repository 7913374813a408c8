"""Which figures of a paper are shown, and in which order; pictures made from PDF areas and downloaded files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from PIL import Image, UnidentifiedImageError

from bot.model import Figure

MOST = 4
LONG_SIDE = 1500
"""Pixels: reads well on a phone and stays far below what chats take."""
SMALLEST_SIDE = 48
MAX_PIXELS = 60_000_000
MAX_PNG_BYTES = 900_000

_OPEN = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(?:by|by-sa|by-nc-sa)/\d|publicdomain/zero/\d|licenses/publicdomain)",
    re.I,
)
_EXPLAINS = re.compile(
    r"\b(?:overview|overall|pipeline|framework|architecture|teaser|workflow|schematic|diagram|illustrat\w+|at a glance"
    r"|our (?:method|approach|model|system|framework)|proposed|structure of|system|concept\w*|sketch|main idea"
    r"|outline)\b",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:results?|comparison|compar\w+|ablation|accuracy|performance|curves?|loss|scores?|histogram|distribution|qualitative"
    r"|examples?|visuali[sz]ations?|statistics|frequency|error|human evaluation|failure)\b",
    re.I,
)


def is_open(license_url: str | None) -> bool:
    """Whether a licence lets anyone show the paper's pictures: CC BY, BY-SA, BY-NC-SA, CC0, of any version."""
    return bool(license_url and _OPEN.match(license_url.strip()))


def choose(figures: Sequence[Figure], most: int = MOST) -> tuple[Figure, ...]:
    """Up to `most` figures, the one that explains the paper first; the others in the paper's order."""
    ranked = sorted(range(len(figures)), key=lambda n: -_weight(figures[n], n))[:most]
    if not ranked:
        return ()
    first, *rest = ranked
    return (figures[first], *(figures[n] for n in sorted(rest)))


def _weight(figure: Figure, place: int) -> float:
    weight = -0.8 * place
    lead = figure.caption[:160]
    weight += 4.0 if _EXPLAINS.search(lead) else 1.0 if _EXPLAINS.search(figure.caption) else 0.0
    weight -= 2.0 if _REPORTS.search(lead) else 0.0
    weight -= 6.0 if not figure.number[:1].isdigit() else 0.0
    if figure.width and figure.height and max(figure.width, figure.height) > 6 * min(figure.width, figure.height):
        weight -= 2.0
    return weight


def arrange(
    figures: Sequence[Figure], license_url: str | None, setting: Literal["licensed", "always", "never"]
) -> tuple[Figure, ...]:
    """The figures with their licence, the chosen ones first; `shown` where the setting lets their picture be shown."""
    allowed = setting == "always" or (setting == "licensed" and is_open(license_url))
    licensed = [replace(figure, license=license_url, shown=False) for figure in figures]
    chosen = choose(licensed)
    rest = [figure for figure in licensed if figure not in chosen]
    return (*(replace(figure, shown=allowed and figure.file is not None) for figure in chosen), *rest)


# ── pictures (in the worker's process) ────────────────────────────────────────────────────────────────────────────


def compose(rows: Sequence[Sequence[Path]]) -> Image.Image | None:
    """The pictures of one figure joined as the page lays them out; None where one is no picture or a mere icon."""
    lines = [[picture for path in row if (picture := _opened(path)) is not None] for row in rows]
    if sum(map(len, lines)) != sum(map(len, rows)) or not any(lines):
        return None
    if sum(map(len, lines)) == 1:
        return next(picture for line in lines for picture in line)
    return _stacked([_beside(line) for line in lines if line])


def _opened(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS or min(picture.size) < SMALLEST_SIDE // 2:
                return None
            picture.load()
            return _on_white(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _beside(pictures: Sequence[Image.Image]) -> Image.Image:
    if len(pictures) == 1:
        return pictures[0]
    height = min(max(picture.height for picture in pictures), LONG_SIDE)
    scaled = [p.resize((max(1, round(p.width * height / p.height)), height)) for p in pictures]
    gap = 16
    ground = Image.new("RGB", (sum(p.width for p in scaled) + gap * (len(scaled) - 1), height), "white")
    x = 0
    for picture in scaled:
        ground.paste(picture, (x, 0))
        x += picture.width + gap
    return ground


def _stacked(rows: Sequence[Image.Image]) -> Image.Image:
    width = min(max(row.width for row in rows), 2 * LONG_SIDE)
    scaled = [row.resize((width, max(1, round(row.height * width / row.width)))) for row in rows]
    gap = 16
    ground = Image.new("RGB", (width, sum(r.height for r in scaled) + gap * (len(scaled) - 1)), "white")
    y = 0
    for row in scaled:
        ground.paste(row, (0, y))
        y += row.height + gap
    return ground


def save(picture: Image.Image, stem: Path) -> tuple[Path, int, int] | None:
    """Write a picture as PNG, or as JPEG where that would be heavy; (file, width, height), None for a mere icon."""
    if min(picture.size) < SMALLEST_SIDE:
        return None
    if max(picture.size) > LONG_SIDE:
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    target = stem.parent / f"{stem.name}.png"
    picture.save(target, optimize=False, compress_level=6)
    if target.stat().st_size > MAX_PNG_BYTES:
        target.unlink()
        target = stem.parent / f"{stem.name}.jpg"
        picture.save(target, quality=88, optimize=True, progressive=False)
    return target, picture.width, picture.height
