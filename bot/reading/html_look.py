"""How the text of an element looks on the page: colours, size and whether it is there at all, from its styles. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.reading.contrast import can_be_told_apart
from bot.reading.html_colours import BLACK, WHITE, Colour, painted_over, parse_colour
from bot.reading.html_lengths import font_size_px, length_px, scale_of, shift_px
from bot.reading.html_styles import Declarations

MIN_FONT_PX = 4.0
"""The smallest font that can be read; subscripts of subscripts have 4 pixels."""
MIN_SCALED_FONT_PX = 2.5
"""Wide tables are made smaller as a whole, and people enlarge them."""
OFF_PAGE_PX = 500.0
"""Moved by this much to the left or up; LaTeXML itself moves text by negative margins of some 100 points."""
FAR_OFF_PAGE_PX = 3000.0
"""Moved by this much to the right or down, where a page has room."""

_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_FILTER_OPACITY = re.compile(rf"opacity\(\s*({_NUMBER})(%?)\s*\)")
_SMALL_BOX_PX = 1.5
# A function with its arguments, a number of a colour, or a word.
_WORDS_OF_VALUE = re.compile(r"[\w-]+\([^()]*(?:\([^()]*\)[^()]*)*\)|#\w+|[\w-]+")
_MASKS = ("mask", "mask-image", "-webkit-mask", "-webkit-mask-image")


@dataclass(frozen=True, slots=True)
class Look:
    """How text inside an element looks."""

    colour: Colour = BLACK
    ground: Colour = WHITE
    has_picture_behind: bool = False
    """Whether the background is a picture or a gradient, whose colours are not known."""
    opacity: float = 1.0
    font_px: float = 16.0
    scale: float = 1.0
    is_invisible: bool = False
    """`visibility: hidden`, which an element inside may undo."""
    is_gone: bool = False
    """Not displayed, moved off the page, or cut off: nothing inside can undo it."""
    variables: Declarations = field(default_factory=dict)

    @property
    def is_hidden(self) -> bool:
        """Whether nobody can read the text."""
        if self.is_gone or self.is_invisible:
            return True
        if self.font_px < MIN_FONT_PX or self.font_px * self.scale < MIN_SCALED_FONT_PX:
            return True
        alpha = self.colour.alpha * self.opacity
        if self.has_picture_behind:
            return alpha < 0.05
        seen = painted_over(self.colour._replace(alpha=alpha), self.ground)
        return not can_be_told_apart(seen, self.ground)


def look_inside(outer: Look, declared: Declarations) -> Look:
    """The look of text inside an element with these declarations, inside one of the look `outer`."""
    if not declared:
        return outer
    custom = {name: value for name, value in declared.items() if name.startswith("--")}
    variables = {**outer.variables, **custom} if custom else outer.variables
    values = {name: _resolved(value, variables) for name, value in declared.items() if not name.startswith("--")}
    look = replace(outer, variables=variables)
    look = _with_size(look, values)
    look = _with_colours(look, values)
    visibility = values.get("visibility", "")
    if visibility in ("hidden", "collapse", "visible"):
        look = replace(look, is_invisible=visibility != "visible")
    return replace(look, is_gone=look.is_gone or _is_taken_away(values, look.font_px))


def _resolved(value: str, variables: Declarations) -> str:
    """A value with its `var()` filled in; an unknown one becomes its fallback."""
    for _ in range(8):  # a variable may be defined by another; a circle ends here
        match = _VAR.search(value)
        if match is None:
            break
        value = value[: match.start()] + variables.get(match[1], match[2] or "") + value[match.end() :]
        if len(value) > 1000:
            break
    return value.strip().lower()


def _with_size(look: Look, values: Declarations) -> Look:
    size = values.get("font-size")
    if size is None and "font" in values:
        # "italic bold 12px/30px Georgia": the first length is the size.
        size = next((part for part in values["font"].split("/")[0].split() if re.match(r"[\d.]|calc", part)), None)
    font_px = font_size_px(size, look.font_px) if size else None
    scale = look.scale * scale_of(values.get("transform", ""))
    for name in ("scale", "zoom"):
        numbers = [length_px(part, percent_of_px=1.0) for part in values.get(name, "").split()]
        scale *= min((abs(number) for number in numbers if number is not None), default=1.0)
    return replace(look, font_px=look.font_px if font_px is None else max(font_px, 0.0), scale=scale)


def _with_colours(look: Look, values: Declarations) -> Look:
    colour = look.colour
    for name in ("color", "-webkit-text-fill-color"):
        if name in values:
            colour = parse_colour(values[name], look.colour) or colour
    look = replace(look, colour=colour)
    if (opacity := length_px(values.get("opacity", ""), percent_of_px=1.0)) is not None:
        look = replace(look, opacity=look.opacity * min(max(opacity, 0.0), 1.0))
    if match := _FILTER_OPACITY.search(values.get("filter", "")):
        look = replace(look, opacity=look.opacity * min(float(match[1]) / (100 if match[2] else 1), 1.0))
    for name in ("background", "background-color"):
        if name in values:
            look = _with_ground(look, values[name])
    return look


def _with_ground(look: Look, background: str) -> Look:
    if re.search(r"url\(|gradient\(|image", background):
        return replace(look, has_picture_behind=True)
    # "background: white no-repeat": the colour is one of the words; functions contain spaces.
    for part in (background, *_WORDS_OF_VALUE.findall(background)):
        if colour := parse_colour(part, look.colour):
            if colour.alpha >= 0.95:
                look = replace(look, has_picture_behind=False)
            return replace(look, ground=painted_over(colour, look.ground))
    return look


def _is_taken_away(values: Declarations, em_px: float) -> bool:
    if values.get("display") == "none" or values.get("content-visibility") == "hidden":
        return True
    if any(_is_transparent_gradient(values[name]) for name in _MASKS if name in values):
        return True
    return _is_moved_off(values, em_px) or _is_cut_off(values, em_px)


def _is_transparent_gradient(mask: str) -> bool:
    _, found, arguments = mask.partition("gradient(")
    colours = [parse_colour(part, BLACK) for part in _WORDS_OF_VALUE.findall(arguments)] if found else []
    stops = [colour.alpha for colour in colours if colour]
    return bool(stops) and max(stops) < 0.05


def is_cover(declared: Declarations) -> bool:
    """Whether an element with these declarations is painted over all that the box around it contains."""
    if declared.get("position") not in ("absolute", "fixed") or declared.get("z-index", "").startswith("-"):
        return False
    painted = (parse_colour(declared.get(name, ""), BLACK) for name in ("background", "background-color"))
    if not any(colour and colour.alpha >= 0.95 for colour in painted):
        return False
    left, top, width, height = (
        length_px(declared.get(name, ""), percent_of_px=400.0) for name in ("left", "top", "width", "height")
    )
    is_large = (width or 0.0) >= 300 and (height or 0.0) >= 12
    return (left == top == 0 and is_large) or length_px(declared.get("inset", "")) == 0


def _is_moved_off(values: Declarations, em_px: float) -> bool:
    def px(name: str, value: str | None = None) -> float:
        return length_px(values.get(name, "") if value is None else value, em_px=em_px, percent_of_px=400.0) or 0.0

    if abs(px("text-indent")) >= OFF_PAGE_PX or px("letter-spacing") <= -0.6 * em_px:
        return True
    margins = [px("margin-left"), px("margin-top"), *(px("", part) for part in values.get("margin", "").split())]
    if min(margins) <= -OFF_PAGE_PX or px("margin-right") <= -FAR_OFF_PAGE_PX:
        return True
    transform = values.get("transform", "")
    # LaTeXML moves what it makes smaller, by half of what the box has lost.
    farthest = OFF_PAGE_PX if scale_of(transform) > 0.95 else FAR_OFF_PAGE_PX
    moved = shift_px(f"translate({values.get('translate', '')})", em_px)
    if shift_px(transform, em_px) >= farthest or moved >= OFF_PAGE_PX:
        return True
    if values.get("position", "static") == "static":
        return False
    offsets = [px(name) for name in ("left", "top", "right", "bottom")]
    offsets += [px("", part) for part in values.get("inset", "").split()]
    return min(offsets) <= -OFF_PAGE_PX or max(offsets) >= FAR_OFF_PAGE_PX


def _is_cut_off(values: Declarations, em_px: float) -> bool:
    clip = re.findall(rf"-?{_NUMBER}", values.get("clip", "")) if values.get("clip", "").startswith("rect") else []
    if len(clip) == 4:
        top, right, bottom, left = map(float, clip)
        if right - left <= 1 or bottom - top <= 1:
            return True
    if _clips_all(values.get("clip-path", "")):
        return True
    overflow = " ".join(values.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    if not re.search(r"hidden|clip", overflow):
        return False
    if (length_px(values.get("text-indent", ""), em_px=em_px, percent_of_px=400.0) or 0.0) >= 400:
        return True
    sizes = ("width", "height", "max-width", "max-height", "block-size", "inline-size", "line-height")
    found = [length_px(values.get(name, ""), em_px=em_px, percent_of_px=400.0) for name in sizes]
    return any(size is not None and size <= _SMALL_BOX_PX for size in found[:-1]) or found[-1] == 0


def _clips_all(path: str) -> bool:
    if path.startswith("inset("):
        insets = [float(number) for number in re.findall(rf"({_NUMBER})%", path)]
        top, right, bottom, left = (insets * 4)[:4] if len(insets) in (1, 2) else [*insets, 0, 0, 0, 0][:4]
        return top + bottom >= 100 or left + right >= 100
    if path.startswith(("circle(", "ellipse(")):
        return bool(re.match(r"\w+\(\s*0(?:\D|$)", path))
    points = re.findall(r"(-?[\d.]+)\S*\s+(-?[\d.]+)\S*", path) if path.startswith("polygon(") else []
    xs, ys = {x for x, _ in points}, {y for _, y in points}
    return bool(points) and (len(xs) == 1 or len(ys) == 1)
