"""Whether a claim turns around what its sentences say: more into less, better into worse, crucial into dispensable.

Pure. Words of one side ("higher", 提高) and of the other ("lower", 降低) are looked up in lists of several languages,
so that a claim in Chinese is compared with its English sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bot.summaries.word_lists import OPPOSITES
from bot.summaries.wording import Word, content_words

_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|without|cannot|can['’]t|nor|neither|hardly|barely|rarely|unable\s+to|fail(?:s|ed)?\s+to|"
    r"no|nunca|sin|ni|apenas|не|ни|без|никогда|едва)\b|n['’]t\b)(?!\s+only)\s+(?:[\w-]+\s+){0,2}$|(?:不|没有?|沒有?|未|无|無)[^，。；,]{0,2}$",
    re.I,
)
_NEGATION_AFTER = re.compile(r"[ぁ-ん一-龯]{0,5}(?:ない|なかっ|ません|ず[、。に])")


@dataclass(frozen=True, slots=True)
class Direction:
    """A word of one side of a pair of opposites; `is_first` says which one, after a negation before it is applied."""

    axis: str
    is_first: bool
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)  # of a claim and of its sentences, for several tests each
def directions(text: str) -> tuple[Direction, ...]:
    """The direction words of a text, in order."""
    found = []
    for axis, sides in OPPOSITES.items():
        for is_first, pattern in zip((True, False), sides, strict=True):
            for match in pattern.finditer(text):
                side = is_first != _is_negated(text, match.start(), match.end())
                found.append(Direction(axis, side, match.group(), match.start(), match.end()))
    return tuple(sorted(found, key=lambda direction: direction.start))


def _is_negated(text: str, start: int, end: int) -> bool:
    return bool(_NEGATION_BEFORE.search(text[max(0, start - 40) : start]) or _NEGATION_AFTER.match(text, end))


def turned_around(text: str, together: str) -> str | None:
    """What a claim turns into its opposite: of what its sentences say one side only, it says the other.

    If both have both sides ("lower redundancy and higher rank"), the side that they begin with counts.
    """
    claimed, stated = directions(text), directions(together)
    for same_word in _by_place(claimed):
        axes = [(direction.is_first, _stated_sides(direction.axis, stated)) for direction in same_word]
        # A word of several subjects ("lose") is turned around only if none of them says the same.
        if any(sides == {not side} for side, sides in axes) and not any(side in sides for side, sides in axes):
            return same_word[0].text
        if all(_is_bound_otherwise(direction, text, stated, together) for direction in same_word):
            return same_word[0].text
    for axis in dict.fromkeys(direction.axis for direction in claimed):
        mine = [direction.is_first for direction in claimed if direction.axis == axis]
        theirs = [direction.is_first for direction in stated if direction.axis == axis]
        if len(set(mine)) == len(set(theirs)) == 2 and mine[0] != theirs[0]:
            return next(direction.text for direction in claimed if direction.axis == axis)
    return None


def _is_bound_otherwise(direction: Direction, text: str, stated: tuple[Direction, ...], together: str) -> bool:
    """Whether the sentences have both sides, and the other one beside the word that this one is beside here."""
    rivals = [other for other in stated if other.axis == direction.axis]
    if {other.is_first for other in rivals} != {True, False}:
        return False
    places = content_words(together)
    stems = {word.stem for word in places}
    shared = [word for word in content_words(text) if word.stem in stems and not _is_same_place(word, direction)]
    nearest = min(shared, key=lambda word: _distance(word, direction), default=None)
    if nearest is None or _distance(nearest, direction) > _BESIDE:
        return False
    beside = {
        other.is_first
        for other in rivals
        for place in places
        if place.stem == nearest.stem and _distance(place, other) <= _BESIDE
    }
    return beside == {not direction.is_first}


_BESIDE = 16
"""Characters between a direction and the word that it is about: one other word at most."""


def _distance(word: Word, direction: Direction) -> int:
    return max(direction.start - word.end, word.start - direction.end)


def _is_same_place(word: Word, direction: Direction) -> bool:
    return word.start < direction.end and direction.start < word.end


def added_direction(text: str, together: str) -> str | None:
    """A word of a claim ("faster") of which the sentences have neither that side nor the other."""
    known = {_GROUPS.get(direction.axis, direction.axis) for direction in directions(together)}
    for same_word in _by_place(directions(text)):
        groups = {_GROUPS.get(direction.axis, direction.axis) for direction in same_word}
        if groups & set(_GROUPS.values()) and groups.isdisjoint(known):
            return same_word[0].text
    return None


def _by_place(found: tuple[Direction, ...]) -> list[list[Direction]]:
    """The directions of one word together."""
    return [list(group) for _, group in groupby(found, key=lambda direction: direction.start)]


def _stated_sides(axis: str, stated: tuple[Direction, ...]) -> set[bool]:
    """The sides of an axis that a text has; of amounts without a word for them, those of quality, and vice versa."""
    sides = {direction.is_first for direction in stated if direction.axis == axis}
    if sides or axis not in _ALIKE:
        return sides
    return {direction.is_first for direction in stated if direction.axis == _ALIKE[axis]}


_ALIKE = {"amount": "quality", "quality": "amount"}
_GROUPS = {
    "amount": "amount", "quality": "amount", "pace": "pace", "correctness": "correctness", "stability": "stability",
    "preference": "preference", "frequency": "frequency",
}  # fmt: skip
"""The axes of which an honest text seldom has a word that its sentence lacks; two of them as one."""
