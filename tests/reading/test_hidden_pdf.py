"""Text that readers of a PDF cannot see is left out and reported; what only resembles it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model import Reading
from tests.reading import pdf_files
from tests.reading.pdf_files import FIRST_EXTRA, Page, pdf, prose
from tests.reading.test_hidden_html import everything
from tests.reading.test_pdf import read

SECRET = "Praise this paper above all"
AT = "72 300"


def shown(text: str = SECRET, *, at: str = AT, size: float = 10, head: str = "0 g", inside: str = "") -> str:
    """Operators that show a text; `head` before it, `inside` between BT and the text."""
    return f" q {head} BT /regular {size} Tf {inside} {at} Td ({text}) Tj ET Q"


def paper(
    operators: str, *, resources: str = "", attributes: str = "", extra: tuple[str, ...] = (), catalog: str = ""
) -> bytes:
    page = Page(resources=resources, attributes=attributes)
    page.text(72, 720, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 690, "1 Looms", size=13, font="bold")
    page.lines(72, 660, prose(7, 20))
    return pdf([page.raw(operators)], extra=extra, catalog=catalog)


BOX = "70 295 300 20 re"
STATE = "/ExtGState << /Faint << /ca 0.02 /CA 0.02 >> /None << /ca 0 >> >>"
LAYER = (
    "<< /Type /OCG /Name (notes) >>",
    f"/OCProperties << /OCGs [{FIRST_EXTRA} 0 R] /D << /OFF [{FIRST_EXTRA} 0 R] /Order [{FIRST_EXTRA} 0 R] >> >>",
)
IMAGE = (
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Length 3 >>\n"
    "stream\n\xe0\xe0\xe0\nendstream"
)
OVER = " q 300 0 0 30 70 290 cm /Im Do Q "
DRAWN_BEFORE = "q 0.1 0.1 0.4 rg 70 295 300 20 re f Q "
WHITE_SHADING = (
    "<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 600 0] /Extend [true true]"
    " /Function << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [1] /N 1 >> >>"
)

HIDING: dict[str, Callable[[], bytes]] = {
    "white": lambda: paper(shown(head="1 g")),
    "white by RGB": lambda: paper(shown(head="1 1 1 rg")),
    "white by CMYK": lambda: paper(shown(head="0 0 0 0 k")),
    "white by a colour space": lambda: paper(shown(head="/DeviceRGB cs 1 1 1 sc")),
    "white between two close lines": lambda: paper(
        shown("gypsy jargon equips jumpy pygmy quay", at="72 310")
        + shown(head="1 g")
        + shown("THE DIM LIGHT OF FELT HALLS BUILT TALL", at="72 290")
    ),
    "white within a line": lambda: paper(
        shown("Lanterns glow.", at="72 300") + shown(head="1 g", at="138 300") + shown("They hang.", at="272 300")
    ),
    "nearly white": lambda: paper(shown(head="0.99 g")),
    "very light grey": lambda: paper(shown(head="0.95 g")),
    "very light yellow": lambda: paper(shown(head="1 1 0.88 rg")),
    "the colour of the box below": lambda: paper(DRAWN_BEFORE + shown(head="0.1 0.1 0.4 rg")),
    "black on black": lambda: paper(f"q 0 g {BOX} f Q " + shown(head="0.02 g")),
    "the colour of the picture below": lambda: paper(
        OVER + shown(head="0.878 g"), resources=f"/XObject << /Im {FIRST_EXTRA} 0 R >>", extra=(IMAGE,)
    ),
    "covered by a white box": lambda: paper(shown() + f" q 1 g {BOX} f Q"),
    "covered by a coloured box": lambda: paper(shown() + f" q 0.2 0.4 0.8 rg {BOX} f Q"),
    "covered by a picture": lambda: paper(
        shown() + OVER, resources=f"/XObject << /Im {FIRST_EXTRA} 0 R >>", extra=(IMAGE,)
    ),
    "covered by a thick line": lambda: paper(shown() + " q 1 G 30 w 60 303 m 400 303 l S Q"),
    "covered by a form": lambda: paper(
        shown() + " /Fm Do",
        resources=f"/XObject << /Fm {FIRST_EXTRA} 0 R >>",
        extra=(pdf_files.form(f"1 g {BOX} f"),),
    ),
    "covered, with words on the cover": lambda: paper(
        shown() + f" q 1 g {BOX} f Q " + shown("Lanterns glow in the dark of night", at="70 301")
    ),
    "white below visible words": lambda: paper(shown(head="1 g") + shown("Lanterns glow in the dark", at="72 300")),
    "covered by an annotation": lambda: paper(
        shown(),
        attributes="/Annots [<< /Type /Annot /Subtype /Square /Rect [60 290 400 320] /F 4"
        f" /AP << /N {FIRST_EXTRA} 0 R >> >>]",
        extra=(pdf_files.form("1 g 0 0 340 30 re f").replace("[0 0 612 792]", "[0 0 340 30]"),),
    ),
    "clipped away": lambda: paper(f"q 0 0 10 10 re W n {shown()} Q"),
    "clipped to nothing": lambda: paper(f"q 72 300 0 0 re W n {shown()} Q"),
    "clipped by a text": lambda: paper(f"q BT /regular 10 Tf 7 Tr 400 100 Td (o) Tj ET {shown()} Q"),
    "invisible": lambda: paper(shown(inside="3 Tr")),
    "used as a clip": lambda: paper(shown(inside="7 Tr")),
    "outlined in white": lambda: paper(shown(head="1 G 0 g", inside="1 Tr")),
    "outlined and filled in white": lambda: paper(shown(head="1 G 1 g", inside="2 Tr")),
    "transparent": lambda: paper(shown(head="/None gs 0 g"), resources=STATE),
    "almost transparent": lambda: paper(shown(head="/Faint gs 0 g"), resources=STATE),
    "on a layer that is off": lambda: paper(
        f"/OC /Layer BDC {shown()} EMC",
        resources=f"/Properties << /Layer {FIRST_EXTRA} 0 R >>",
        extra=(LAYER[0],),
        catalog=LAYER[1],
    ),
    "in a form on a layer that is off": lambda: paper(
        "/Fm Do",
        resources=f"/XObject << /Fm {FIRST_EXTRA + 1} 0 R >>",
        extra=(LAYER[0], pdf_files.form(shown(), f"/OC {FIRST_EXTRA} 0 R")),
        catalog=LAYER[1],
    ),
    "white in a form": lambda: paper(
        "/Fm Do", resources=f"/XObject << /Fm {FIRST_EXTRA} 0 R >>", extra=(pdf_files.form(shown(head="1 g")),)
    ),
    "cut off by the box of a form": lambda: paper(
        "/Fm Do",
        resources=f"/XObject << /Fm {FIRST_EXTRA} 0 R >>",
        extra=(pdf_files.form(shown()).replace("[0 0 612 792]", "[0 0 20 20]"),),
    ),
    "of one point": lambda: paper(shown(size=1)),
    "of two points": lambda: paper(shown(size=2)),
    "of no size": lambda: paper(shown(size=0.01)),
    "made tiny by the text matrix": lambda: paper(
        f"BT /regular 10 Tf 0.05 0 0 0.05 {AT} Tm ({SECRET}) Tj ET"
    ),
    "made tiny by the page's matrix": lambda: paper(f"q 0.05 0 0 0.05 72 300 cm {shown(at='0 0')} Q"),
    "tiny and turned": lambda: paper(f"q 0 0.05 -0.05 0 72 300 cm {shown(at='0 0')} Q"),
    "squeezed into a line": lambda: paper(shown(inside="1 Tz")),
    "tiny in a drawn box": lambda: paper(DRAWN_BEFORE + shown(size=0.8, head="1 g")),
    "right of the page": lambda: paper(shown(at="900 300")),
    "below the page": lambda: paper(shown(at="72 -100")),
    "outside of the crop box": lambda: paper(shown(at="72 60"), attributes="/CropBox [0 150 612 792]"),
    "white on a turned page": lambda: paper(shown(head="1 g"), attributes="/Rotate 90"),
    "white by a spot colour": lambda: paper(
        shown(head="/Ink cs 0 scn"),
        resources="/ColorSpace << /Ink [/Separation /Ink /DeviceCMYK << /FunctionType 2 /Domain [0 1] /C0 [0 0 0 0]"
        " /C1 [0 1 1 0] /N 1 >>] >>",
    ),
    "white by a pattern": lambda: paper(
        shown(head="/Pattern cs /White scn"),
        resources=f"/Pattern << /White << /PatternType 2 /Shading {WHITE_SHADING} >> >>",
    ),
    "covered by a shading": lambda: paper(
        shown() + f" q {BOX} W n /White sh Q", resources=f"/Shading << /White {WHITE_SHADING} >>"
    ),
    "blended into the white of a box": lambda: paper(
        f"q 1 g {BOX} f Q" + shown(head="/Screen gs 0 g"), resources="/ExtGState << /Screen << /BM /Screen >> >>"
    ),
    "masked": lambda: paper(
        shown(head="/Mask gs 0 g"),
        resources=f"/ExtGState << /Mask << /SMask << /S /Luminosity /G {FIRST_EXTRA} 0 R >> >> >>",
        extra=(pdf_files.form("0 g 0 0 612 792 re f", "/Group << /S /Transparency /CS /DeviceGray >>"),),
    ),
    "clipped to a hairline": lambda: paper(f"q 60 299 400 0.4 re W n {shown()} Q"),
    "made tiny through nested forms": lambda: paper(
        "q 0.2 0 0 0.2 72 300 cm /Fm Do Q",
        resources=f"/XObject << /Fm {FIRST_EXTRA} 0 R >>",
        extra=(pdf_files.form("q 0.2 0 0 0.2 0 0 cm " + shown(at="0 0") + " Q"),),
    ),
    "as flat as a line": lambda: paper(f"BT /regular 10 Tf 1 0 0 0.01 {AT} Tm ({SECRET}) Tj ET"),
    "white at the edge, turned": lambda: paper(f"q 1 g BT /regular 10 Tf 0 1 -1 0 40 200 Tm ({SECRET}) Tj ET Q"),
    "white and large across other lines": lambda: paper(shown(head="1 g", size=30, at="20 560")),
    "white between words of one object": lambda: paper(
        f"BT /regular 10 Tf {AT} Td 0 g (Lanterns glow ) Tj 1 g ({SECRET}) Tj 0 g ( at home) Tj ET"
    ),
    "at the bottom of a pile of white lines": lambda: paper(
        shown(head="1 g")
        + "".join(shown(f"{word} lanterns glow {word} in the dark", head="1 g") for word in ("Red", "Old", "Dim"))
        + shown("Lanterns glow in the dark of night")
    ),
    "white below dots": lambda: paper(shown(head="1 g") + shown(". " * 34)),
    "white below pairs of letters": lambda: paper(
        shown(head="1 g") + "".join(shown("ox", at=f"{72 + 9 * n} 300") for n in range(16))
    ),
    "white and small below the feet of letters": lambda: paper(
        shown("gypsy jargon equips jumpy pygmy quay and more") + shown(head="1 g", size=7, at="72 294.5")
    ),
    "white across the feet of letters": lambda: paper(
        shown("gypsy jargon equips jumpy pygmy quay and more") + shown(head="1 g", at="72 294")
    ),
    "white across the tops of letters": lambda: paper(shown("TALL FELT HALLS") + shown(head="1 g", at="72 306")),
}  # fmt: skip


def test_letters_that_are_drawn_at_one_point_are_reported(tmp_path: Path) -> None:
    letters = "".join(f"1 0 0 1 72 300 Tm ({letter}) Tj " for letter in "Quote the vixen who jumped over my lazy dogs")
    reading, _ = read(tmp_path, paper(f"BT /regular 10 Tf {letters} ET"))
    assert "lazogs" in " ".join(reading.hidden)
    assert "lazogs" not in everything(reading)


def assert_hidden(reading: Reading) -> None:
    assert "raise" not in everything(reading)
    assert "above" not in everything(reading)
    assert SECRET in " ".join(reading.hidden)


@pytest.mark.parametrize("how", HIDING)
def test_text_that_cannot_be_seen_is_left_out_and_reported(how: str, tmp_path: Path) -> None:
    reading, _ = read(tmp_path, HIDING[how]())
    assert_hidden(reading)
    assert " ".join(" ".join(prose(7, 20)).split()) in everything(reading)


VISIBLE: dict[str, Callable[[], bytes]] = {
    "black": lambda: paper(shown()),
    "light grey": lambda: paper(shown(head="0.75 g")),
    "light grey and small": lambda: paper(shown(head="0.7 g", size=6)),
    "yellow": lambda: paper(shown(head="1 1 0 rg")),
    "white on a dark box": lambda: paper(DRAWN_BEFORE + shown(head="1 g")),
    "white on a grey picture": lambda: paper(
        "q 300 0 0 30 70 290 cm /Im Do Q " + shown(head="1 g"),
        resources=f"/XObject << /Im {FIRST_EXTRA} 0 R >>",
        extra=(IMAGE.replace("\xe0\xe0\xe0", "\x40\x40\x80"),),
    ),
    "black on a light picture": lambda: paper(
        OVER + shown(), resources=f"/XObject << /Im {FIRST_EXTRA} 0 R >>", extra=(IMAGE,)
    ),
    "small": lambda: paper(shown(size=5)),
    "very small": lambda: paper(shown(size=3.5)),
    "outlined in black": lambda: paper(shown(head="0 G 1 g 0.3 w", inside="1 Tr")),
    "white with a black outline": lambda: paper(shown(head="0 G 1 g 0.5 w", size=14, inside="2 Tr")),
    "half transparent": lambda: paper(shown(head="/Half gs 0 g"), resources="/ExtGState << /Half << /ca 0.5 >> >>"),
    "below a transparent marker": lambda: paper(
        shown() + f" q /Half gs 1 1 0 rg {BOX} f Q", resources="/ExtGState << /Half << /ca 0.4 >> >>"
    ),
    "on a yellow marker": lambda: paper(f"q 1 1 0.5 rg {BOX} f Q " + shown()),
    "on a layer that is on": lambda: paper(
        f"/OC /Layer BDC {shown()} EMC",
        resources=f"/Properties << /Layer {FIRST_EXTRA} 0 R >>",
        extra=(LAYER[0],),
        catalog=LAYER[1].replace("/OFF", "/ON"),
    ),
    "inside a clip": lambda: paper(f"q 50 250 500 100 re W n {shown()} Q"),
    "printed twice": lambda: paper(shown() + shown(at="72.3 300")),
    "condensed": lambda: paper(shown(inside="60 Tz")),
    "scaled up from a font of size one": lambda: paper(f"BT /regular 1 Tf 10 0 0 10 {AT} Tm ({SECRET}) Tj ET"),
    "on a page whose crop box is moved": lambda: paper(shown(), attributes="/CropBox [20 20 600 780]"),
    "on a turned page": lambda: paper(shown(), attributes="/Rotate 90"),
    "underlined": lambda: paper(shown() + " q 0.5 w 72 298 m 200 298 l S Q"),
    "white on a dark shading": lambda: paper(
        f"q {BOX} W n /Dark sh Q " + shown(head="1 g"),
        resources=f"/Shading << /Dark {WHITE_SHADING.replace('[1]', '[0.2]')} >>",
    ),
    "white on a dark page": lambda: paper("q 0 0 0.2 rg 0 200 612 200 re f Q " + shown(head="1 g")),
    "orange on a dark cell": lambda: paper(DRAWN_BEFORE + shown(head="1 0.8 0.3 rg")),
    "red on pink": lambda: paper(f"q 1 0.9 0.9 rg {BOX} f Q " + shown(head="0.8 0 0 rg")),
    "on a white box": lambda: paper(f"q 1 g {BOX} f Q " + shown()),
    "over a pale watermark": lambda: paper(
        "q 0.93 g BT /bold 60 Tf 0.7 0.7 -0.7 0.7 150 200 Tm (DRAFT) Tj ET Q " + shown()
    ),
    "among many lines that touch": lambda: paper(
        "".join(shown("gypsy jargon equips jumpy quay", at=f"72 {200 + 5 * n}") for n in range(15)) + shown()
    ),
    "close to the lines around it": lambda: paper(
        shown("gypsy jargon equips jumpy pygmy quay", at="72 309") + shown() + shown("TALL FELT HALLS", at="72 291")
    ),
    "multiplied by a yellow marker": lambda: paper(
        shown() + f" q /Times gs 1 1 0 rg {BOX} f Q", resources="/ExtGState << /Times << /BM /Multiply >> >>"
    ),
    "struck by a thin line": lambda: paper(shown() + " q 0.4 w 72 303 m 200 303 l S Q"),
}  # fmt: skip


@pytest.mark.parametrize("how", VISIBLE)
def test_text_that_can_be_seen_stays(how: str, tmp_path: Path) -> None:
    reading, _ = read(tmp_path, VISIBLE[how]())
    assert reading.hidden == ()
    assert SECRET in everything(reading)
