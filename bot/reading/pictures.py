"""Areas of a PDF's pages as pictures that read well on a phone."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageOps

from bot.reading.figures import LONG_SIDE
from bot.reading.pdf import Area

MARGIN = 12
"""Pixels of white left around a picture."""
MAX_SCALE = 6.0


def crop(document: pdfium.PdfDocument, area: Area) -> Image.Image:
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
