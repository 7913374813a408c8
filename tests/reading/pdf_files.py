"""Small PDFs written operator by operator, so that every test knows exactly what is in its document."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

WIDTH, HEIGHT = 612, 792
LEADING = 12.0
FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "italic": "Helvetica-Oblique"}


def _escaped(text: str) -> bytes:
    return text.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


@dataclass
class Page:
    """One page as content stream operators; coordinates in points from the lower left corner.

    `padding` is the number of blanks that follow, which take next to no space in the compressed file.
    """

    operators: list[bytes] = field(default_factory=list)
    padding: int = 0
    resources: str = ""
    """Further resources of the page: "/ExtGState << … >>"."""
    attributes: str = ""
    """Further entries of the page: "/CropBox [0 0 300 300]"."""

    def raw(self, operators: str) -> Page:
        self.operators.append(operators.encode("latin-1"))
        return self

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 10,
        font: str = "regular",
        colour: str = "0",
        mode: int = 0,
    ) -> Page:
        name = b"/" + font.encode()
        head = f"q {colour} {'rg' if ' ' in colour else 'g'} BT {mode} Tr ".encode()
        self.operators.append(head + name + f" {size} Tf {x} {y} Td (".encode() + _escaped(text) + b") Tj ET Q")
        return self

    def lines(self, x: float, y: float, lines: Sequence[str], *, size: float = 10, font: str = "regular") -> float:
        """Lines below each other; returns the y of the line after the last."""
        for line in lines:
            self.text(x, y, line, size=size, font=font)
            y -= LEADING * size / 10
        return y

    def box(self, x: float, y: float, width: float, height: float, colour: str = "0.2 0.4 0.8") -> Page:
        self.operators.append(f"q {colour} rg {x} {y} {width} {height} re f Q".encode())
        return self

    def rule(self, x: float, y: float, width: float) -> Page:
        self.operators.append(f"q 0.5 w {x} {y} m {x + width} {y} l S Q".encode())
        return self


FIRST_EXTRA = 3
"""The number of the first of `extra` objects."""


def form(operators: str, entries: str = "") -> str:
    """A form XObject as an object, with the fonts of the pages."""
    head = f"<< /Type /XObject /Subtype /Form /BBox [0 0 {WIDTH} {HEIGHT}] {entries}"
    return f"{head} /Resources << /Font << {_fonts()} >> >> /Length {len(operators)} >>\nstream\n{operators}\nendstream"


def _fonts() -> str:
    return " ".join(f"/{n} << /Type /Font /Subtype /Type1 /BaseFont /{f} >>" for n, f in FONTS.items())


def pdf(pages: Sequence[Page], *, encrypt: bool = False, extra: Sequence[str] = (), catalog: str = "") -> bytes:
    """A whole document; with `encrypt` it needs a password that does not exist."""
    objects: list[bytes] = [f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(), b""]
    objects.extend(item.encode("latin-1") for item in extra)
    fonts = _fonts().encode()
    kids = []
    for page in pages:
        stream = b"\n".join(page.operators)
        filtered = b""
        if page.padding:
            stream, filtered = _packed(stream, page.padding), b" /Filter /FlateDecode"
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(stream), filtered, stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
            b" /Resources << /Font << %s >> %s >> %s >>"
            % (WIDTH, HEIGHT, content, fonts, page.resources.encode(), page.attributes.encode())
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _assembled(objects, encrypt)


def _packed(stream: bytes, padding: int) -> bytes:
    packer, blanks = zlib.compressobj(1), b" " * 1_000_000
    return (
        packer.compress(stream)
        + b"".join(packer.compress(blanks) for _ in range(padding // 1_000_000))
        + packer.flush()
    )


def _assembled(objects: Sequence[bytes], encrypt: bool) -> bytes:
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    lock = b""
    if encrypt:
        secret = b"<" + b"5a" * 32 + b">"
        lock = b" /Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -44 >> /ID [<%s> <%s>]" % (
            secret,
            secret,
            b"11" * 16,
            b"11" * 16,
        )
    out.write(b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, lock, start))
    return out.getvalue()


def scanned(pages: int = 2) -> bytes:
    """A document whose pages are pictures without text."""
    pictures = [Image.new("RGB", (400, 500), (200, 200, 190)) for _ in range(pages)]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


def prose(seed: int, lines: int, words: int = 11) -> list[str]:
    """Invented running text: `lines` full lines of words, the same for the same seed."""
    stock = re.findall(
        r"\w+",
        "lantern meadow orchard river pebble window garden thunder copper sailor harvest mirror candle valley bridge"
        " feather kettle marble ribbon saddle timber velvet willow anchor basket cellar dragon ember",
    )
    out = []
    for line in range(lines):
        at = seed * 7 + line * 5
        out.append(" ".join(stock[(at + 3 * n + n * n) % len(stock)] for n in range(words)))
    return out


TITLE = "Weaving Lanterns from Moonlight"


def one_column_paper(pages: int = 2) -> bytes:
    """Title, authors, abstract, two numbered sections, a drawn figure, a ruled table, a footnote, references."""
    first = Page()
    first.text(120, 720, TITLE, size=18, font="bold")
    first.text(200, 695, "Ada Quill and Ben Reed", size=11)
    first.text(200, 680, "University of Nowhere", size=10)
    first.text(270, 650, "Abstract", size=12, font="bold")
    y = first.lines(72, 630, [*prose(1, 5), "and the lanterns glow."])
    first.text(72, y - 16, "1 Introduction", size=13, font="bold")
    y = first.lines(72, y - 36, prose(2, 6))
    first.text(72, y, "The code is at the foot of the hill.")
    y = first.lines(82, y - LEADING, ["A second paragraph begins with an indent in this house style."])
    y = first.lines(72, y, prose(3, 5))
    first.rule(72, 106, 100)
    first.text(75, 96, "1", size=5.5)
    first.text(80, 92, "Our code is available at https://github.com/quill/lanterns.", size=8)
    first.text(300, 40, "1", size=10)
    second = Page()
    second.box(150, 600, 120, 90).box(330, 600, 120, 90, "0.8 0.3 0.2")
    second.text(170, 640, "loom", size=9).text(360, 640, "glow", size=9)
    second.lines(
        72, 575, ["Figure 1: Overview of the loom. Light comes in on the left and leaves", "as lanterns."], size=9
    )
    second.text(72, 530, "2 Results", size=13, font="bold")
    y = second.lines(72, 510, prose(4, 6))
    second.text(200, y - 14, "Table 1: Lanterns made by each loom.", size=9)
    second.rule(180, y - 24, 220)
    second.text(190, y - 36, "Loom", size=9).text(320, y - 36, "Lanterns", size=9)
    second.rule(180, y - 42, 220)
    second.text(190, y - 54, "Small", size=9).text(320, y - 54, "17", size=9)
    second.rule(180, y - 60, 220)
    second.text(72, y - 100, "References", size=13, font="bold")
    second.lines(72, y - 120, ["[1] A. Moth. On light. 1999.", "[2] B. Wick. On wax. 2003."])
    second.text(300, 40, "2", size=10)
    return pdf([first, second, *_more(pages - 2)])


def _more(pages: int) -> list[Page]:
    made = []
    for number in range(pages):
        page = Page()
        page.lines(72, 700, [f"[{number + 3}] C. Flame. On smoke, part {number}. 2004."])
        made.append(page)
    return made
