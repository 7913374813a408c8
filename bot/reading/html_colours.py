"""Colours of CSS as red, green, blue and alpha from 0 to 1. Pure."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

import tinycss2
from tinycss2 import color5
from tinycss2.color4 import Color as ParsedColour

_SYSTEM_COLOURS = {"canvas": "white", "canvastext": "black"}
# From XYZ (D65) to linear sRGB.
_TO_LINEAR = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))

MAX_BRACKETS = 20
"""A mixture of more colours is not worked out: each one in another takes the time of all inside it."""
# A comment that is not closed reaches to the end.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


class Colour(NamedTuple):
    """Channels from 0 to 1; `alpha` is 1 for an opaque colour."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0


BLACK = Colour(0.0, 0.0, 0.0)
WHITE = Colour(1.0, 1.0, 1.0)


@functools.lru_cache(maxsize=1024)  # a page has few colours and many elements
def parse_colour(value: str, current: Colour = BLACK) -> Colour | None:
    """The colour that a CSS value names; None if it names none. `current` is the value of `currentcolor`."""
    if value.count("(") > MAX_BRACKETS and (value := _COMMENT.sub(" ", value)).count("(") > MAX_BRACKETS:
        return None
    value = _SYSTEM_COLOURS.get(value.strip().lower(), value)
    token = tinycss2.parse_one_component_value(value, skip_comments=True)
    if token.type == "function" and token.lower_name == "color-mix":
        return _mixed(tinycss2.serialize(token.arguments), current)
    if token.type == "error":
        return None
    try:
        parsed = color5.parse_color(token)
    except (AssertionError, ValueError, ZeroDivisionError):  # numbers that the parser does not expect
        return None
    if parsed == "currentcolor":
        return current
    return _in_srgb(parsed) if isinstance(parsed, ParsedColour) else None


def painted_over(colour: Colour, ground: Colour) -> Colour:
    """What a colour that may be transparent looks like on an opaque ground."""
    share = colour.alpha
    red, green, blue = (share * top + (1 - share) * below for top, below in zip(colour[:3], ground[:3], strict=True))
    return Colour(red, green, blue)


def _in_srgb(parsed: ParsedColour) -> Colour:
    if parsed.space in ("lab", "lch", "oklab", "oklch"):
        xyz = parsed.to("xyz-d50" if parsed.space in ("lab", "lch") else "xyz-d65").coordinates
        channels = [_encoded(sum(a * b for a, b in zip(row, xyz, strict=True))) for row in _TO_LINEAR]
    else:
        try:
            channels = list(parsed.to("srgb").coordinates)
        except NotImplementedError:  # display-p3 and the like: near enough to tell white from black
            channels = [channel or 0.0 for channel in parsed.coordinates]
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in channels[:3])
    return Colour(red, green, blue, parsed.alpha)


def _encoded(linear: float) -> float:
    linear = min(max(linear, 0.0), 1.0)
    return linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _mixed(arguments: str, current: Colour) -> Colour | None:
    """`color-mix(in SPACE, A p%, B q%)`, mixed in sRGB: other spaces differ by less than can be seen here."""
    colours: list[Colour] = []
    shares: list[float | None] = []
    for part in _split_at_commas(arguments)[1:]:
        tokens = [t for t in tinycss2.parse_component_value_list(part, skip_comments=True) if t.type != "whitespace"]
        percentages = [t.value / 100 for t in tokens if t.type == "percentage"]
        names = [t for t in tokens if t.type != "percentage"]
        colour = parse_colour(tinycss2.serialize(names), current) if names else None
        if colour is None:
            return None
        colours.append(colour)
        shares.append(percentages[0] if percentages else None)
    if len(colours) != 2:
        return None
    first, second = shares
    share = first if first is not None else 1 - second if second is not None else 0.5
    if first is not None and second is not None:
        share = first / (first + second) if first + second > 0 else 0.5
    return Colour(*(share * a + (1 - share) * b for a, b in zip(colours[0], colours[1], strict=True)))


def _split_at_commas(text: str) -> list[str]:
    parts: list[list[object]] = [[]]
    for node in tinycss2.parse_component_value_list(text, skip_comments=True):
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return [tinycss2.serialize(part) for part in parts]
