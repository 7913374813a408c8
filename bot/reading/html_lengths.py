"""Lengths and transformations of CSS as pixels and factors. Pure."""

from __future__ import annotations

import math
import re

_UNITS_PX = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945, "rem": 16.0,
    "vw": 12.8, "vh": 8.0, "vmin": 8.0, "vmax": 12.8, "svw": 12.8, "svh": 8.0, "dvw": 12.8, "dvh": 8.0,
}  # fmt: skip
_EM_UNITS = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2, "cap": 0.7}
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]+)?", re.I)
_FUNCTION = re.compile(r"([\w-]+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


def length_px(value: str, *, em_px: float = 16.0, percent_of_px: float = 0.0) -> float | None:
    """A length in pixels; None if it is none ("auto"). Sums and products inside `calc()` are worked out."""
    value = value.strip().lower()
    function = _FUNCTION.fullmatch(value)
    if function:
        name, inside = function[1], function[2]
        if name == "calc":
            return _calculated(inside, em_px, percent_of_px)
        parts = [length_px(part, em_px=em_px, percent_of_px=percent_of_px) for part in inside.split(",")]
        known = [part for part in parts if part is not None]
        if not known or name not in ("min", "max", "clamp"):
            return None
        return min(known) if name == "min" else max(known) if name == "max" else sorted(known)[len(known) // 2]
    match = _LENGTH.fullmatch(value)
    if not match:
        return None
    number, unit = float(match[1]), match[2] or ""
    if not math.isfinite(number):
        return None
    if unit == "%":
        return number / 100 * percent_of_px
    factor = _UNITS_PX.get(unit, _EM_UNITS.get(unit, math.nan) * em_px)
    return None if math.isnan(factor) else number * factor


def _calculated(text: str, em_px: float, percent_of_px: float) -> float | None:
    total, sign, product, operator = 0.0, 1.0, None, "*"
    for part in re.findall(r"[*/]|(?<=\s)[+-](?=\s)|[^\s*/]+", text):
        if part in "*/":
            operator = part
        elif part in "+-":
            total, sign, product, operator = total + sign * (product or 0.0), 1.0 if part == "+" else -1.0, None, "*"
        else:
            number = length_px(part, em_px=em_px, percent_of_px=percent_of_px)
            if number is None:
                return None
            if product is None:
                product = number
            elif operator == "*":
                product *= number
            else:
                product = product / number if number else 0.0
    return total + sign * (product or 0.0)


def font_size_px(value: str, parent_px: float) -> float | None:
    """The size of a font; relative ones are of the parent's. None for what does not say one."""
    keywords = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
                "xx-large": 32.0, "smaller": parent_px / 1.2, "larger": parent_px * 1.2}  # fmt: skip
    value = value.strip().lower()
    return keywords[value] if value in keywords else length_px(value, em_px=parent_px, percent_of_px=parent_px)


def scale_of(transform: str) -> float:
    """By which factor a transformation shrinks the smaller side of its element; 0 if nothing of it remains."""
    factor = 1.0
    for name, inside in _FUNCTION.findall(transform.lower()):
        numbers = _numbers(inside)
        if name in ("scale", "scale3d") and numbers:
            factor *= min(abs(number) for number in numbers[:2])
        elif name in ("scalex", "scaley") and numbers:
            factor *= abs(numbers[0])
        elif name == "matrix" and len(numbers) >= 4:
            factor *= min(math.hypot(numbers[0], numbers[1]), math.hypot(numbers[2], numbers[3]))
        elif name in ("rotatex", "rotatey") and numbers:
            turned = math.degrees(numbers[0]) if "rad" in inside else numbers[0] * (360 if "turn" in inside else 1)
            factor *= abs(math.cos(math.radians(turned)))
    return factor


def shift_px(transform: str, em_px: float) -> float:
    """How far a transformation moves its element up, to the left, or thousands of pixels to the right or down."""
    farthest = 0.0
    for name, inside in _FUNCTION.findall(transform.lower()):
        parts = re.split(r"[,\s]+(?![^(]*\))", inside.strip())
        if name in ("translate", "translatex", "translatey", "translate3d"):
            moved = [length_px(part, em_px=em_px, percent_of_px=400.0) for part in parts[:2]]
        elif name == "matrix" and len(parts) >= 6:
            moved = [length_px(part, em_px=em_px) for part in parts[4:6]]
        else:
            continue
        farthest = max([farthest, *(abs(px) if px < 0 or px > 3000 else 0.0 for px in moved if px is not None)])
    return farthest


def _numbers(inside: str) -> list[float]:
    """Numbers and percentages; infinite ones, of which no angle could be taken, as very large ones."""
    found = []
    for digits, unit in _LENGTH.findall(inside):
        number = min(max(float(digits), -_LARGEST), _LARGEST)
        found.append(number / 100 if unit == "%" else number)
    return found


_LARGEST = 1e9
