"""Picture files of figures: cut out of a PDF's pages, or joined from downloaded images. Runs in the worker process."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageOps, ImageStat, UnidentifiedImageError

from bot.reading.pdf_model import PageArea

LONG_SIDE = 1500
"""Pixels: readable on a phone, and far below the limits of the platforms."""
MIN_SIDE = 48
"""Pixels; anything smaller is an icon."""
MAX_PIXELS = 60_000_000
"""A larger image would take more than 180 MB when it is unpacked as RGB."""
COLOURS = 256
"""Colours of a PNG with a palette, which takes less than half the bytes of one without."""
MAX_COLOUR_ERROR = 2.5
"""Root mean square of the difference, of 255, up to which nobody sees that a drawing has a palette."""
PHOTOGRAPH_RATIO = 3
"""A picture that JPEG stores in so many times fewer bytes than PNG is a photograph."""
MARGIN = 12
"""Pixels of white left around a cropped picture."""
GAP = 16
"""Pixels of white between joined images."""
MAX_SCALE = 6.0
"""Pixels for each point of the PDF; more would only enlarge the dots of a tiny figure."""


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
            return _trim(picture.convert("RGB"))
        finally:
            bitmap.close()
    finally:
        page.close()


def _trim(picture: Image.Image) -> Image.Image:
    """Cut off the white edges of a drawing, except for a margin."""
    ground = Image.new("RGB", picture.size, "white")
    # More than 12 of 255, since JPEG leaves faint noise on white.
    difference = ImageChops.difference(picture, ground).convert("L")
    content = difference.point(lambda value: 255 if value > 12 else 0).getbbox()
    return ImageOps.expand(picture.crop(content), MARGIN, "white") if content else picture


def join_images(rows: Sequence[Sequence[Path]]) -> Image.Image | None:
    """Join the images of one figure as the page lays them out; None if one of them is no image, or an icon."""
    opened = [[image for path in row if (image := _open(path)) is not None] for row in rows]
    images = [image for row in opened for image in row]
    if not images or len(images) != sum(map(len, rows)):
        return None
    return images[0] if len(images) == 1 else _stack([_join_row(row) for row in opened if row])


def _open(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as image:
            # Half the limit: small panels may make up a large figure.
            if image.width * image.height > MAX_PIXELS or min(image.size) < MIN_SIDE // 2:
                return None
            image.load()
            return _on_white(image)
    # Pillow's readers of single formats raise all of these for damaged files.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _on_white(image: Image.Image) -> Image.Image:
    """Replace transparency by white: drawings are made for white paper, and chats may have a dark background."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image.convert("RGB")


def _join_row(images: Sequence[Image.Image]) -> Image.Image:
    """Put the images side by side, scaled to one height."""
    if len(images) == 1:
        return images[0]
    height = min(max(image.height for image in images), LONG_SIDE)
    scaled = [image.resize((max(1, round(image.width * height / image.height)), height)) for image in images]
    row = Image.new("RGB", (sum(image.width for image in scaled) + GAP * (len(scaled) - 1), height), "white")
    x = 0
    for image in scaled:
        row.paste(image, (x, 0))
        x += image.width + GAP
    return row


def _stack(rows: Sequence[Image.Image]) -> Image.Image:
    """Put the rows below each other, scaled to one width."""
    width = min(max(row.width for row in rows), 2 * LONG_SIDE)
    scaled = [row.resize((width, max(1, round(row.height * width / row.width)))) for row in rows]
    picture = Image.new("RGB", (width, sum(row.height for row in scaled) + GAP * (len(scaled) - 1)), "white")
    y = 0
    for row in scaled:
        picture.paste(row, (0, y))
        y += row.height + GAP
    return picture


def save_picture(picture: Image.Image, stem: Path) -> tuple[Path, int, int] | None:
    """Write a picture to `stem` with .png added, or .jpg; returns (file, width, height), None for an icon."""
    if min(picture.size) < MIN_SIDE:
        return None
    if max(picture.size) > LONG_SIDE:
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    content, suffix = _compressed(picture)
    target = stem.parent / f"{stem.name}{suffix}"  # not with_suffix: "figure-1.2" has no suffix
    target.write_bytes(content)
    return target, picture.width, picture.height


def _compressed(picture: Image.Image) -> tuple[bytes, str]:
    """Return the picture's file and suffix: a PNG with a palette for a drawing, JPEG for a photograph.

    JPEG blurs the edges of letters and lines, and a palette shows as steps in a photograph.
    """
    photograph = io.BytesIO()
    picture.save(photograph, "JPEG", quality=88, optimize=True)
    # The second round takes ten times as long, and finds better colours for a drawing with many shades. Both keep the
    # colours of large areas as they are, such as white.
    for rounds in (0, 1):
        drawing = picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, rounds, dither=Image.Dither.NONE)
        flat = io.BytesIO()
        drawing.save(flat, "PNG")
        if flat.tell() > PHOTOGRAPH_RATIO * photograph.tell():
            break
        if max(ImageStat.Stat(ImageChops.difference(picture, drawing.convert("RGB"))).rms) <= MAX_COLOUR_ERROR:
            return flat.getvalue(), ".png"
    return photograph.getvalue(), ".jpg"
