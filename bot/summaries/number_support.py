"""Whether a source has the numbers of a claim: as they are, rounded as the claim says, or computed from two of its own.

Pure. "About 80,000" is supported by 79,846, "by 10 points, from 48.7% to 58.7%" by its own two ends, and "fewer than
half (43.24%)" by 43.24.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bot.summaries.numbers import Number, is_number_in, numbers_in, without_tex

_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|nearly|almost|approximately|approx\.?|some|close to|circa|ca\.|unos|unas|casi|"
    r"cerca de|aproximadamente|alrededor de|около|почти|примерно|порядка)|[~≈∼]|约|約|近|大约|大約|将近|將近|"
    r"ほぼ|およそ)"
    r"\s*(?:an?\s|el\s|la\s|un\s|una\s)?\s*$",
    re.I,
)
_MORE = re.compile(
    r"(?:\b(?:more than|over|above|at least|exceeding|upwards of|más de|mas de|al menos|более(?: чем)?|больше|свыше|"
    r"не менее)|[>≥]|超过|超過|逾|至少)\s*(?:an?\s|el\s|la\s|un\s|una\s)?\s*$",
    re.I,
)
_LESS = re.compile(
    r"(?:\b(?:less than|fewer than|under|below|at most|up to|menos de|como mucho|менее(?: чем)?|меньше|не более)|[<≤]|"
    r"不到|不足|少于|少於)\s*(?:an?\s|el\s|la\s|un\s|una\s)?\s*$",
    re.I,
)
_MORE_AFTER = re.compile(r"\s*[^\d\s,，。、]{0,3}?(?:以上|余|多|を超え|超)|\s*con creces")
_LESS_AFTER = re.compile(r"\s*[^\d\s,，。、]{0,3}?(?:以下|未満|弱)")

_ROUNDING = Decimal("0.06")
"""How far a rounded number may be from the one it stands for, as a share of it."""
_BOUND = Decimal("0.5")
"""How far "more than" and "less than" may be from the number that they speak of, as a share of it."""


def unsupported_number(text: str, claimed: Sequence[Number], source: Sequence[Number]) -> Number | None:
    """The first number of a text that the source neither has nor supports; None if there is none."""
    plain = without_tex(text)
    exact = [number for number in claimed if is_number_in(number, source)]
    for number in claimed:
        if number in exact:
            continue
        candidates = [*_of_this_kind(number, source), *_derived(number, exact)]
        if not any(_is_near(number, candidate, plain) for candidate in candidates):
            return number
    return None


def _of_this_kind(number: Number, source: Sequence[Number]) -> Iterator[Decimal]:
    """The values of the source that a number may be a rounding of: those with its unit."""
    for other in source:
        units = {number.unit, other.unit}
        is_same = len(units) == 1 or None in units or units == {"%", "pp"}
        if is_same and (number.unit != "%" or other.unit in ("%", "pp")):
            yield from other.values


def _derived(number: Number, exact: Sequence[Number]) -> Iterator[Decimal]:
    """Differences and quotients of two neighbouring numbers of the claim that the source has."""
    for first, second in pairwise(exact):
        for one in first.values:
            for other in second.values:
                if number.unit != "×":
                    yield abs(one - other)
                if number.unit in ("×", None) and one and other:
                    yield from (one / other, other / one)
                if number.unit in ("%", None) and one:
                    yield abs(one - other) / one * 100


def _is_near(number: Number, value: Decimal, plain: str) -> bool:
    """Whether a number stands for this value, by the words beside it."""
    before, after = plain[max(0, number.start - 24) : number.start], plain[number.end : number.end + 12]
    is_more = bool(_MORE.search(before) or _MORE_AFTER.match(after))
    is_less = bool(_LESS.search(before) or _LESS_AFTER.match(after))
    is_about = bool(_ABOUT.search(before))
    for stated in number.values:
        size = abs(stated)
        if abs(value - stated) <= Decimal("0.005") * size:
            return True
        if is_about and abs(value - stated) <= _ROUNDING * size:
            return True
        if is_more and stated <= value <= stated * (1 + _BOUND):
            return True
        if is_less and stated * (1 - _BOUND) <= value <= stated:
            return True
    return False


def without_bounds(text: str) -> str:
    """The text without "more than", "over", 以上 beside numbers: they compare a number, not two things."""
    plain = without_tex(text)
    for number in reversed(numbers_in(plain)):
        before, after = plain[: number.start], plain[number.end :]
        for bound in (_ABOUT, _MORE, _LESS):
            before = bound.sub(" ", before)
        for bound in (_MORE_AFTER, _LESS_AFTER):
            after = re.sub(rf"^(?:{bound.pattern})", " ", after)
        plain = f"{before}{number.text}{after}"
    return plain
