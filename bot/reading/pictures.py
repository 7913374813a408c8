"""Areas of a PDF's pages as pictures that read well on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from bot.reading.pdf_model import PageArea

LONG_SIDE = 1500
"""Pixels: reads well on a phone and stays far below what chats take."""
SMALLEST_SIDE = 48
MAX_PIXELS = 60_000_000
MAX_PNG_BYTES = 900_000
MARGIN = 12
"""Pixels of white left around a picture."""
MAX_SCALE = 6.0


def crop_area(document: pdfium.PdfDocument, area: PageArea) -> Image.Image:
    """The area with a little white around it, its long side about `LONG_SIDE` pixels."""
    page = document[area.page]
    try:
        width, height = page.get_size()
        box = area.box
        left, bottom = max(box.x0, 0), max(box.y0, 0)
        right, top = max(width - box.x1, 0), max(height - box.y1, 0)
        longest = max(width - left - right, height - bottom - top, 1)
        scale = min(LONG_SIDE / longest, MAX_SCALE)
        bitmap = page.render(scale=scale, crop=(left, bottom, right, top), fill_color=(255, 255, 255, 255))
        try:
            picture: Image.Image = bitmap.to_pil()
            return _trimmed(picture.convert("RGB"))
        finally:
            bitmap.close()
    finally:
        page.close()


def _trimmed(picture: Image.Image) -> Image.Image:
    """Without the white that drawings bring along, but for a margin."""
    ground = Image.new("RGB", picture.size, "white")
    content = (
        ImageChops.difference(picture, ground).convert("L").point(lambda value: 255 if value > 12 else 0).getbbox()
    )
    return ImageOps.expand(picture.crop(content), MARGIN, "white") if content else picture


def join_images(rows: Sequence[Sequence[Path]]) -> Image.Image | None:
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


def save_picture(picture: Image.Image, stem: Path) -> tuple[Path, int, int] | None:
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
