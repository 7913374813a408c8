"""Whether the numbers of a claim belong to the same words as in its sentences, and stand in the same order. Pure.

"SSIM 0.366 and LPIPS 0.791" has the numbers of "SSIM of 0.791, and LPIPS of 0.366", and says something else.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.summaries.numbers import Number, numbers_in, without_tex
from bot.summaries.wording import Word, content_words, stems_of

_NEAR = 4
"""Words between a number and a word that it may belong to."""

_TO = re.compile(
    r"\W*(?:[%％]|p\.?p\.?|ms|s|dB)?\s*(?:to|a|al|до|到|至|升至|降到|升到|から|[-–—→])\s*(?:an?|el|the)?\s*\W{0,2}",
    re.I,
)
"""What stands between the two ends of a range or of a change."""

_TOKEN = re.compile(r"\w[\w.%-]*")


@dataclass(frozen=True, slots=True)
class _Measured:
    """A text with its numbers and content words, and the index of the token at every place."""

    numbers: tuple[Number, ...]
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    @classmethod
    @lru_cache(maxsize=2048)
    def of(cls, text: str, *, decimal_comma: bool) -> _Measured:
        plain = without_tex(text)
        numbers = numbers_in(text, decimal_comma=decimal_comma)
        taken = {offset for number in numbers for offset in range(number.start, number.end)}
        words = tuple(word for word in content_words(plain) if taken.isdisjoint(range(word.start, word.end)))
        return cls(numbers, words, tuple(match.start() for match in _TOKEN.finditer(plain)))

    def distance(self, number: Number, word: Word) -> int:
        """How many tokens lie between them, and one."""
        return abs(self._token(number) - self._token(word))

    def least_distance(self, numbers: Iterable[Number], words: Iterable[Word]) -> int:
        """The distance of the nearest pair; there is at least one of both."""
        tokens = sorted({self._token(number) for number in numbers})
        # Neighbours in the sorted list only: a table has thousands of pairs.
        near = ((token, bisect_left(tokens, token)) for token in map(self._token, words))
        return min(abs(token - other) for token, index in near for other in tokens[max(index - 1, 0) : index + 1])

    def _token(self, item: Number | Word) -> int:
        return bisect_right(self.starts, item.start)

    def own_words(self, number: Number, stems: frozenset[str]) -> list[Word]:
        """The words with these stems near a number, the nearest first, but those nearer to another number."""
        near = []
        for word in self.words:
            distance = self.distance(number, word)
            if (
                word.stem in stems
                and distance <= _NEAR
                and not any(self.distance(other, word) < distance for other in self.numbers)
            ):
                near.append((distance, word.start, word))
        return [word for _, _, word in sorted(near, key=lambda item: item[:2])]


def misplaced_number(text: str, together: str, *, decimal_comma: bool) -> str | None:
    """The number of a claim that its sentences give for something else; None if none is found."""
    claim, source = _Measured.of(text, decimal_comma=decimal_comma), _Measured.of(together, decimal_comma=False)
    stems = frozenset(word.stem for word in claim.words) & frozenset(word.stem for word in source.words)
    for number in claim.numbers:
        if _belongs_elsewhere(number, claim, source, stems) or _has_foreign_unit(number, source):
            return number.text.strip()
    return _reversed(claim, source, stems) or _broken_range(without_tex(text), claim, source)


def _belongs_elsewhere(number: Number, claim: _Measured, source: _Measured, stems: frozenset[str]) -> bool:
    """Whether the words beside a number have another number beside them in the source, and none of them this one."""
    same = [other for other in source.numbers if other.values & number.values]
    others = [other for other in source.numbers if not other.values & number.values]
    words = claim.own_words(number, stems)[:3]
    if not same or not others or not words:
        return False
    for word in words:
        places = [place for place in source.words if place.stem == word.stem]
        own, foreign = source.least_distance(same, places), source.least_distance(others, places)
        if foreign > _NEAR or own <= foreign + 2:
            return False
    return True


def _has_foreign_unit(number: Number, source: _Measured) -> bool:
    """Whether a number has a unit here, none in the source, and nothing there is measured in that unit."""
    places = _places(number, source)
    if number.unit in (None, "%", "pp", "×") or not places:
        return False
    return all(place.unit is None for place in places) and all(n.unit != number.unit for n in source.numbers)


def number_of_another(text: str, together: str, around: Iterable[str], *, decimal_comma: bool) -> str | None:
    """A number that the named sentences lack, and that stands around them in a sentence about other things.

    `together` are the named sentences as one text, `around` are the others that the claim may use.
    """
    claim, source = _Measured.of(text, decimal_comma=decimal_comma), _Measured.of(together, decimal_comma=False)
    # Number words are told freely ("doubles"), and occur everywhere.
    lacking = [n for n in claim.numbers if not _places(n, source) and n.text.strip()[:1].isdigit()]
    others = [(_Measured.of(other, decimal_comma=False), stems_of(other)) for other in around] if lacking else []
    for number in lacking:
        holders = [stems for measured, stems in others if _places(number, measured)]
        told = frozenset(word.stem for word in claim.words if claim.distance(number, word) <= _NEAR)
        if holders and told and all(map(told.isdisjoint, holders)):
            return number.text.strip()
    return None


def _reversed(claim: _Measured, source: _Measured, stems: frozenset[str]) -> str | None:
    """The second of two numbers that change places although the words beside them do not."""
    placed = [(number, place) for number in claim.numbers if (place := _only_place(number, source)) is not None]
    for (first, first_place), (second, second_place) in pairwise(placed):
        if first_place.start > second_place.start and _is_swapped(first, second, claim, source, stems):
            return second.text.strip()
    return None


def _only_place(number: Number, source: _Measured) -> Number | None:
    places = _places(number, source)
    return places[0] if len(places) == 1 else None


def _is_swapped(first: Number, second: Number, claim: _Measured, source: _Measured, stems: frozenset[str]) -> bool:
    """Whether the words beside two numbers keep their order; without words, whether they measure the same."""
    for one in claim.own_words(first, stems):
        for other in claim.own_words(second, stems):
            if one.stem != other.stem:
                places = [next(w.start for w in source.words if w.stem == word.stem) for word in (one, other)]
                return (places[0] < places[1]) == (one.start < other.start)
    return first.unit == second.unit and (first.unit is not None or "." in first.text)


def _broken_range(plain: str, claim: _Measured, source: _Measured) -> str | None:
    """The end of a "from 48.7 to 9.9" of which the source has both numbers, but never one after the other."""
    for first, second in pairwise(claim.numbers):
        if not _TO.fullmatch(plain[first.end : second.start]):
            continue
        follows = [
            after.values & second.values for before, after in pairwise(source.numbers) if before.values & first.values
        ]
        if follows and not any(follows) and _places(second, source):
            return second.text.strip()
    return None


def _places(number: Number, measured: _Measured) -> list[Number]:
    return [other for other in measured.numbers if other.values & number.values]
