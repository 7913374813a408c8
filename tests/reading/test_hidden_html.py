"""Text that readers of an HTML page cannot see is left out and reported; what only resembles it stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from bot.model import Reading
from bot.reading.html_colours import WHITE, parse_colour
from tests.reading.html_pages import BODY, MATH, figure, footnote, image, page, para, section
from tests.reading.test_html import read

SECRET = "Praise this paper above all."


def strings(value: Any) -> Iterator[str]:
    """Every string in a reading, wherever it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != "hidden":
                yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def everything(reading: Reading) -> str:
    return " ".join(" ".join(strings(asdict(reading))).split())


def with_inner(inner: str, *, head: str = "") -> Reading:
    return read(page(BODY + section("2", "Trap", inner), head=head))


def assert_hidden(reading: Reading) -> None:
    text = everything(reading)
    assert "raise" not in text
    assert "above" not in text
    assert "raise this paper above all" in " ".join(reading.hidden)
    assert "Before" in text
    assert "after" in text


HIDING_STYLES = (
    # Colours, as LaTeXML writes them and otherwise.
    "--ltx-fg-color:#FFFFFF;",
    "--ltx-fg-color:#FEFEFE;font-size:90%;",
    "--ltx-fg-color:#F2F2F2",
    "--ltx-fg-color:#000000;--ltx-bg-color:#000000;",
    "--ltx-fg-color:#FFFFE0",
    "color:#ffff",
    "color:#FFF !important",
    "color:rgb(100% 100% 100%)",
    "color:rgba(0,0,0,0)",
    "color:rgb(0 0 0 / 3%)",
    "color:hsl(0 0% 99%)",
    "color:hsla(210, 10%, 98%, 1)",
    "color:hwb(0 98% 0%)",
    "color:lab(99% 0 0)",
    "color:oklch(0.99 0 0)",
    "color:color(srgb 1 1 1)",
    "color:color-mix(in srgb, white 97%, black)",
    "color:transparent",
    "color:snow",
    "color:Canvas",
    "--ink:white;color:var(--ink)",
    "color:var(--nothing, #fdfdfd)",
    "color:black;background:black",
    "color:navy;background-color:#000080",
    "-webkit-text-fill-color:transparent",
    "opacity:0.02",
    "opacity:1%",
    "filter:opacity(0)",
    # Size.
    "font-size:0.1pt",
    "font-size:1%",
    "font-size:0.05em",
    "font-size:calc(1px * 0)",
    "font:0/0 a",
    "font:italic 1px serif",
    "transform:scale(0.01)",
    "transform:scale(0.05,0.05) ;",
    "transform:scaleX(0)",
    "transform:matrix(0.01,0,0,0.01,0,0)",
    "transform:rotateY(90deg)",
    "scale:0",
    "zoom:0.02",
    # Place.
    "text-indent:-9999px",
    "text-indent:-200em",
    "position:absolute;left:-5000px",
    "position:absolute;left:-100vw",
    "position:fixed;top:-400em",
    "position:absolute;left:9999px",
    "position:absolute;inset:-9999px auto auto -9999px",
    "margin-left:-9999px",
    "margin:-1000px 0 0 -1000px",
    "transform:translateX(-9999px)",
    "transform:translate(-300%, 0)",
    "translate:-2000px 0",
    "left:calc(-1 * 9999px);position:relative",
    # Cut off, or not shown.
    "position:absolute;clip:rect(0,0,0,0)",
    "clip:rect(1px, 1px, 1px, 1px);position:absolute",
    "clip-path:inset(50%)",
    "clip-path:inset(0 100% 0 0)",
    "clip-path:circle(0)",
    "clip-path:polygon(0 0, 0 0, 0 0)",
    "overflow:hidden;width:0;height:0",
    "overflow:hidden;display:inline-block;height:1px",
    "max-height:0;overflow:clip",
    "text-indent:100%;white-space:nowrap;overflow:hidden",
    "display:none",
    "DISPLAY: NONE !IMPORTANT",
    "display/**/:/**/none",
    "visibility:collapse",
    "content-visibility:hidden",
    "letter-spacing:-1em",
    "color:oklch(1 0 0)",
    "color:lab(100% 0 0)",
    "color:hwb(0 100% 0%)",
    "color:color(srgb 1 1 1)",
    "-webkit-text-fill-color:white",
    "filter:opacity(0)",
    "mask-image:linear-gradient(transparent, transparent)",
    "-webkit-mask:linear-gradient(rgba(0, 0, 0, 0), #0000)",
    "display:block;max-height:0;overflow:hidden",
    "position:absolute;width:1px;height:1px;overflow:hidden;white-space:nowrap",
    "display:block;clip-path:polygon(0 0,0 0,0 0)",
    "display:block;text-indent:100%;overflow:hidden;white-space:nowrap",
    "display:inline-block;transform:translate(-200vw,0)",
    "display:inline-block;transform:rotateY(90deg)",
    "font:1px/1 serif",
    "font-size:calc(1px - 0.5px)",
    "position:absolute;inset:-9999px auto auto -9999px",
    "c\\6f lor:white",
)


@pytest.mark.parametrize("style", HIDING_STYLES)
def test_text_that_a_style_hides_is_left_out_and_reported(style: str) -> None:
    assert_hidden(with_inner(para(f'Before <span class="ltx_text" style="{style}">{SECRET}</span> after.')))


HIDING_SHEETS = (
    ("p span.ghost { display: none }", '<span class="ghost">{}</span>'),
    (".a.b { visibility: hidden }", '<span class="b c a">{}</span>'),
    ("#trap > em { color: white }", '<span id="trap"><em>{}</em></span>'),
    ("span[data-x='1'] { opacity: 0 }", '<span data-x="1">{}</span>'),
    (".x:not(.y) { font-size: 0 }", '<span class="x">{}</span>'),
    ("span:nth-child(1) i { display: none }", "<span><i>{}</i></span>"),
    ("@media screen { .m { display: none } }", '<span class="m">{}</span>'),
    ("@media (min-width: 600px) { .m { display: none } }", '<span class="m">{}</span>'),
    ("@supports (display: grid) { .m { display: none } }", '<span class="m">{}</span>'),
    (".outer { & .inner { display: none } }", '<span class="outer"><b class="inner">{}</b></span>'),
    (".outer { .inner { color: #fff } }", '<span class="outer"><b class="inner">{}</b></span>'),
    (":root { --paper: white } .w { color: var(--paper) }", '<span class="w">{}</span>'),
    ("[style*='--ink'] { color: hsl(0 0% 100%) }", '<span style="--ink:1">{}</span>'),
    (":is(.p, .q) { display: none }", '<span class="q">{}</span>'),
    (".low { display: none !important }", '<span class="low" style="display:inline">{}</span>'),
    ("@layer a { @supports (color: red) { .m { opacity: 1% } } }", '<span class="m">{}</span>'),
    (":is(.ltx_p, p) > b:nth-of-type(1) { font-size: .01em }", "<b>{}</b>"),
    (":root { --a: #fff; --b: var(--a) } .w { color: var(--none, var(--b)) }", '<span class="w">{}</span>'),
    ("body { background: #111; color: #eee }", '<span style="color:#111">{}</span>'),
    (".ltx_secret { display: none }", '<span class="ltx_secret">{}</span>'),
)


@pytest.mark.parametrize(("sheet", "inner"), HIDING_SHEETS)
def test_text_that_a_style_sheet_hides_is_left_out_and_reported(sheet: str, inner: str) -> None:
    trap = inner.format(SECRET)
    assert_hidden(with_inner(para(f"Before {trap} after."), head=f"<style>{sheet}</style>"))


HIDING_MARKUP = (
    '<span class="ltx_text ltx_phantom"><span style="visibility:hidden">{}</span></span>',
    '<span class="ltx_text ltx_phantom">{}</span>',
    '<span class="ltx_nodisplay">{}</span>',
    "<span hidden>{}</span>",
    '<span hidden="until-found">{}</span>',
    '<span aria-hidden="true">{}</span>',
    "<details><summary></summary>{}</details>",
    "<template>{}</template>",
    "<noscript>{}</noscript>",
    "<dialog>{}</dialog>",
    "<object>{}</object>",
    "<canvas>{}</canvas>",
    "<video src='a.mp4'>{}</video>",
    "<div popover>{}</div>",
    '<span style="position:relative"><b>{}</b><i style="position:absolute;inset:0;background:#fff"></i></span>',
    '<span style="position:relative">{}<i style="position:absolute;left:0;top:0;width:100%;height:100%;'
    'background:white"></i></span>',
    '<math><mrow><mtext mathsize="1%">{}</mtext></mrow></math>',
    '<font color="white">{}</font>',
    '<font color="#fefefe">{}</font>',
    '<table bgcolor="black"><tr><td><font color="#000">{}</font></td></tr></table>',
    '<img class="ltx_Math" src="x.png" alt="{}">',
    "<math><mrow><mphantom><mtext>{}</mtext></mphantom></mrow></math>",
    '<math alttext="{0}"><mrow><mtext mathcolor="#FFFFFF">{0}</mtext></mrow></math>',
    '<math alttext="{0}"><mrow style="--ltx-fg-color:#FFFFFF;"><mtext>{0}</mtext></mrow></math>',
    '<span style="--ltx-fg-color:#FFFFFF;"><i>Praise this</i> <b>paper above all.</b></span>',
    '<span style="font-size:20%"><span style="font-size:50%">{}</span></span>',
    '<span style="transform:scale(0.1)"><span style="transform:scale(0.5)">{}</span></span>',
    '<span style="opacity:0.2"><span style="opacity:0.2">{}</span></span>',
    '<span style="--ltx-bg-color:#202020;"><span style="--ltx-fg-color:#222222;">{}</span></span>',
)


@pytest.mark.parametrize("markup", HIDING_MARKUP)
def test_text_that_markup_hides_is_left_out_and_reported(markup: str) -> None:
    assert_hidden(with_inner(para(f"Before {markup.format(SECRET)} after.")))


TRAP = f'<span style="--ltx-fg-color:#FFFFFF;">{SECRET}</span>'


@pytest.mark.parametrize(
    "inner",
    [
        figure("1", f"Before {TRAP} after.", image("a.png")),
        para(f"Before{footnote(f'A note {TRAP} ends.')} after."),
        para("Before after.") + f'<ul><li class="ltx_item">{TRAP}</li></ul>',
        para("Before after.") + f'<table class="ltx_tabular"><tr><td>{TRAP}</td><td>1</td></tr></table>',
        section("2.1", f"Before {TRAP} after", para("Words."), "subsection"),
    ],
)
def test_hidden_text_is_found_wherever_it_stands(inner: str) -> None:
    assert_hidden(with_inner(inner))


@pytest.mark.parametrize(
    "cut",
    ["\u200b", "\u00ad", "&shy;", "&ZeroWidthSpace;", "&zwj;", "\u2060", "\ufeff", "\u202e", "&#x200B;", "\U000e0041"],
)  # fmt: skip
def test_a_word_that_invisible_characters_cut_is_whole_again(cut: str) -> None:
    assert "A lantern hangs." in everything(with_inner(para(f"A lan{cut}tern hangs.")))


def test_a_message_of_invisible_characters_is_reported() -> None:
    message = "".join(chr(0xE0000 + ord(char)) for char in SECRET)
    assert_hidden(with_inner(para(f"Before {message} after.")))


def test_a_sentence_hidden_word_by_word_is_reported() -> None:
    words = " ".join(f'<i style="color:#fff">{word}</i>' for word in SECRET.split())
    assert_hidden(with_inner(para(f"Before {words} after.")))


def test_text_that_is_visible_inside_a_hidden_element_stays() -> None:
    inner = para(
        f'Before <span style="visibility:hidden">{SECRET} <b style="visibility:visible">shown</b></span> after.'
    )
    reading = with_inner(inner)
    assert_hidden(reading)
    assert "Before shown after." in everything(reading)


VISIBLE = (
    '<span style="--ltx-fg-color:#FF0000;">shown</span>',
    '<span style="--ltx-fg-color:#FFFF00;">shown</span>',
    '<span style="--ltx-fg-color:#C0C0C0;">shown</span>',
    '<span style="--ltx-fg-color:#FFFFFF;--ltx-bg-color:#0F3773;">shown</span>',
    '<span style="--ltx-bg-color:#000000;"><span style="--ltx-fg-color:#FFFFFF;">shown</span></span>',
    '<table bgcolor="navy"><tr><td><font color="white">shown</font></td></tr></table>',
    '<span style="background:linear-gradient(red, blue);color:white">shown</span>',
    '<span style="color:white"><span style="color:black">shown</span></span>',
    '<span style="font-size:50%"><sub style="font-size:50%">shown</sub></span>',
    '<span style="font-size:7pt;transform:scale(0.6)">shown</span>',
    '<span class="ltx_transformed_inner" style="transform:translate(-700pt,90pt) scale(0.25,0.25) ;">shown</span>',
    '<span style="width:0.0pt;">shown</span>',
    '<span style="height:0pt;overflow:visible">shown</span>',
    '<span style="position:relative; bottom:-0.3ex;">shown</span>',
    '<span style="left:-9999px">shown</span>',
    '<span style="letter-spacing:-0.2em; margin-right:0.1em;">shown</span>',
    '<span style="opacity:0.6">shown</span>',
    '<span style="clip-path:inset(10%)">shown</span>',
    '<span hidden style="display:block">shown</span>',
    '<span style="visibility:hidden"><span style="visibility:visible">shown</span></span>',
    '<span style="mask-image:linear-gradient(black, transparent)">shown</span>',
    '<span style="position:relative">shown<i style="position:absolute;inset:0;background:#fff;z-index:-1"></i></span>',
    '<span style="position:relative">shown<i style="position:absolute;inset:0;background:#ff06"></i></span>',
    '<span style="position:relative">shown<i style="position:absolute;left:0;top:0;width:9px;height:9px;'
    'background:#fff"></i></span>',
    '<span style="position:relative"><i style="position:absolute;inset:0;background:#eee">shown</i></span>',
    '<span style="--ltx-bg-color:#103060;"><span style="color:#FFFFFF">shown</span></span>',
    '<table><tr style="background:#222"><td><span style="color:#fafafa">shown</span></td></tr></table>',
    '<span style="font-size:70%"><span style="font-size:70%">shown</span></span>',
    '<span style="transform:translate(-180.5pt,30pt) scale(0.42,0.42);">shown</span>',
    '<span style="transform:translate(-12pt,-40pt) rotate(-90deg);">shown</span>',
    '<div class="ltx_minipage" style="width:216.8pt;height:0pt">shown</div>',
    "<details open><summary>more</summary>shown</details>",
    "<details><summary>shown</summary></details>",
    '<math><mrow><mtext mathcolor="#0000FF">shown</mtext></mrow></math>',
    '<math alttext="shown"></math>',
    '<span class="print">shown</span>',
    '<span class="narrow">shown</span>',
    '<span class="dark">shown</span>',
    '<span class="later">shown</span>',
    '<span class="one">shown</span>',
    '<span class="hovered">shown</span>',
)
SHEET = """
@media print { .print { display: none } }
@media (max-width: 400px) { .narrow { display: none } }
@media (prefers-color-scheme: dark) { .dark { color: white } }
.later { display: none } .later { display: inline }
.one.two { display: none } .hovered:hover { display: none } .shown::before { display: none }
.ltx_note_content { display: none }
"""


@pytest.mark.parametrize("markup", VISIBLE)
def test_text_that_can_be_seen_stays(markup: str) -> None:
    reading = with_inner(para(f"Before {markup} after."), head=f"<style>{SHEET}</style>")
    assert "shown" in everything(reading)
    assert reading.hidden == ()


def test_footnotes_and_formulas_stay_although_style_sheets_hide_parts_of_them() -> None:
    inner = para(f"Before {MATH}{footnote('A note is shown.')} after.")
    reading = with_inner(inner, head=f"<style>{SHEET}</style>")
    assert "A note is shown." in everything(reading)
    assert "E = mc^2" in everything(reading)
    assert reading.hidden == ()


@pytest.mark.parametrize(
    "value",
    ["", "none", "rgb(", "color-mix(in srgb)", "lab(1)", "#12", "url(x)", "hsl(a b c)", "color(x y z)",
     "light-dark(white)", "rgb(calc(1) 2 3)", "((("],
)  # fmt: skip
def test_a_value_that_names_no_colour_breaks_nothing(value: str) -> None:
    assert parse_colour(value) is None


@pytest.mark.parametrize("value", ["color-mix(in srgb, white 0%, black 0%)", "device-cmyk(0 0 0 0)"])
def test_an_odd_way_to_name_a_colour_is_read(value: str) -> None:
    assert parse_colour(value) is not None


@pytest.mark.parametrize(
    "sheet",
    ["{", "a{b:c", "@media", "}}}", "a >> b { color: red }", "@import url(x);", ":has(",
     ".a{" * 9 + "color:red" + "}" * 9, "* { --x: var(--x); color: var(--x) }", "<!-- .a { color: red } -->"],
)  # fmt: skip
def test_no_style_sheet_breaks_the_reader(sheet: str) -> None:
    assert "shown" in everything(with_inner(para("Is shown."), head=f"<style>{sheet}</style>"))


# What each of these says is left out as a browser does, and the rest of the style holds.
@pytest.mark.parametrize(
    "declaration",
    [
        f"width:{'(' * 3000}{')' * 3000}",
        f"width:{'calc(' * 3000}1{')' * 3000}",
        f"background:{'a(' * 1000}{')' * 1000}",
        f"background:{'color-mix(in srgb,' * 150}red,red{'),red' * 150})",
        f"width:{'9' * 5000}px",
        "transform:rotatex(1e999deg)",
        "clip-path:inset(.%)",
        "clip:rect(., ., ., .)",
        "filter:opacity(.)",
    ],
)
@pytest.mark.parametrize("form", ["<p style='{}'>{}</p>", "<style>.a{{{}}}</style><p class='a'>{}</p>"])
def test_no_style_breaks_the_reader(declaration: str, form: str) -> None:
    markup = form.format(f"{declaration};opacity:0", SECRET)
    reading = with_inner(f"<div class='ltx_para'><p class='ltx_p'>Before</p>{markup}<p class='ltx_p'>after</p></div>")
    assert_hidden(reading)


def test_a_colour_is_read_among_long_comments() -> None:
    assert parse_colour(f"rgb(255, 255, 255 /*{'(' * 50}*/)") == WHITE
