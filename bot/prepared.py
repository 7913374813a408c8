"""A paper made ready to be asked which terms it holds, and what such a term reads like in it. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot import categories
from bot.model import Paper
from bot.text import is_unspaced, read_run, readable, runs
from bot.topics.nodes import Category, Field, Leaf, is_prefix

MOST_JOINED = 5
"""How many words of a term one word of a paper may stand for: "pre training" and "pretraining"."""
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Row:
    """The words of one text in their places; `joined` has, by place, (word, places) of what hyphens join there."""

    words: list[str]
    raw: list[str]
    surfaces: list[str]
    joined: dict[int, list[tuple[str, int]]]
    places: dict[str, list[int]] = field(default_factory=dict)
    """Where each word and joined word begins; filled when it is first asked for."""

    @classmethod
    def of(cls, text: str, *, names: bool = False) -> Row:
        """The row of a text; in names plural endings stay."""
        row = cls([], [], [], {})
        for found in map(read_run, runs(readable(text))):
            for offset, word, length in found.joined:
                start = len(row.words) + offset
                shown = "".join(found.raw[offset : offset + length]) if names else word
                row.joined.setdefault(start, []).append((shown, length))
            row.words.extend(found.raw if names else found.words)
            row.raw.extend(found.raw)
            row.surfaces.extend(found.surfaces)
        return row

    def starts(self, word: str) -> list[int]:
        """The places where a word, or what hyphens join to that word, begins."""
        if not self.places:
            for place, each in enumerate(self.words):
                self.places.setdefault(each, []).append(place)
            for place, items in self.joined.items():
                for each, _ in items:
                    self.places.setdefault(each, []).append(place)
        return self.places.get(word, [])

    def items(self, place: int) -> list[tuple[str, int]]:
        """What stands at a place, with the number of places it takes."""
        item = (self.words[place], 1)
        return [item, *self.joined[place]] if place in self.joined else [item]

    def vocabulary(self) -> set[str]:
        return {*self.words, *(word for items in self.joined.values() for word, _ in items)}

    def beginnings(self) -> set[str]:
        """The words that a beginning (`diffus*`) may be the beginning of."""
        return {*self.raw, *("".join(self.raw[at : at + n]) for at, items in self.joined.items() for _, n in items)}

    def pairs(self) -> set[tuple[str, str]]:
        """The words and joined words that stand next to each other."""
        found = set(zip(self.words, self.words[1:], strict=False))
        for place, items in self.joined.items():
            for word, length in items:
                if place + length < len(self.words):
                    found.update((word, following) for following, _ in self.items(place + length))
                if place:
                    found.add((self.words[place - 1], word))
        return found | {(word, each) for word, _, each in self._joined_neighbours()}

    def _joined_neighbours(self) -> Iterator[tuple[str, int, str]]:
        """Joined words that end where another one begins, which only a chain of hyphens has."""
        for place, items in self.joined.items():
            for word, length in items:
                for each, _ in self.joined.get(place + length, ()):
                    yield word, place, each

    def shown(self, start: int, end: int) -> str:
        """How the text writes the words of these places."""
        text = self.surfaces[start]
        for before, place in enumerate(range(start + 1, end), start):
            tight = text.endswith("-") or (is_unspaced(self.words[before]) and is_unspaced(self.words[place]))
            text += self.surfaces[place] if tight else f" {self.surfaces[place]}"
        text = text.removesuffix("-")
        return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


@functools.lru_cache(maxsize=65536)
def groups(words: tuple[str, ...]) -> tuple[tuple[tuple[str, int, bool], ...], ...]:
    """For each word of a term, what one word of a paper may be from there on: (word, words it covers, a beginning?)."""
    found = []
    for start in range(len(words)):
        here: list[tuple[str, int, bool]] = []
        for end in range(start + 1, min(start + MOST_JOINED, len(words)) + 1):
            begins = is_prefix(words[end - 1])
            here.append(("".join(words[start:end]).removesuffix("*" if begins else ""), end - start, begins))
            if begins:
                break
        found.append(tuple(here))
    return tuple(found)


def find(row: Row, words: tuple[str, ...]) -> tuple[int, int] | None:
    """The places (first, one past the last) where words stand next to each other, the first such."""
    first = groups(words)[0]
    if any(begins for *_, begins in first):
        starts: list[int] | range = range(len(row.words))
    else:
        starts = sorted({place for word, *_ in first for place in row.starts(word)})
    if len(words) == 1 and not is_prefix(words[0]):
        return _span(row, starts[0], words) if starts else None
    return next((span for start in starts if (span := _span(row, start, words))), None)


def _span(row: Row, start: int, words: tuple[str, ...]) -> tuple[int, int] | None:
    ahead, seen = [(start, 0)], set()
    choices = groups(words)
    while ahead:
        place, done = state = ahead.pop()
        if done == len(words):
            return start, place
        if place >= len(row.words) or state in seen:
            continue
        seen.add(state)
        for item, length in reversed(row.items(place)):  # what is put on last, the single word, is tried first
            for word, count, begins in choices[done]:
                if item == word or (begins and "".join(row.raw[place : place + length]).startswith(word)):
                    ahead.append((place + length, done + count))
    return None


def is_name(row: Row, words: tuple[str, ...]) -> bool:
    """Whether a name has these words in their order; others may stand between, and an initial is enough."""
    reached = {0: 0}  # words of the term done → the first place that is free then
    choices = groups(words)
    for done in range(len(words)):
        if done not in reached:
            continue
        tight = done > 0 and is_unspaced(words[done]) and is_unspaced(words[done - 1])
        last = reached[done] + 1 if tight else len(row.words)
        for place in range(reached[done], min(last, len(row.words))):
            for item, length in row.items(place):
                for word, count, begins in choices[done]:
                    initial = count == 1 and len(word) == 1 and not is_unspaced(word)
                    if item == word or ((begins or initial) and item.startswith(word)):
                        reached[done + count] = min(reached.get(done + count, place + length), place + length)
    return len(words) in reached


@dataclass(frozen=True, slots=True)
class Prepared:
    """A paper's rows of words, and every name of its categories ("cs.IT" is "math.IT" too, and of "cs.*")."""

    paper: Paper
    title: Row
    abstract: Row
    comment: Row
    authors: tuple[Row, ...]
    categories: dict[str, str]
    primary: dict[str, str]

    @classmethod
    def of(cls, paper: Paper) -> Prepared:
        return cls(
            paper,
            Row.of(paper.title),
            Row.of(paper.abstract),
            Row.of(paper.comment or ""),
            tuple(Row.of(name, names=True) for name in paper.authors),
            _codes(paper.categories),
            _codes(paper.categories[:1]),
        )

    def rows(self, where: Field) -> tuple[Row, ...]:
        if where is Field.TEXT:
            return self.title, self.abstract
        if where is Field.AUTHOR:
            return self.authors
        return (self.title if where is Field.TITLE else self.abstract if where is Field.ABSTRACT else self.comment,)

    def reading(self, leaf: Leaf) -> str | None:
        """What the leaf reads like in this paper ("talking heads", "cs.CV", "Maria González"), None if it has none."""
        if isinstance(leaf, Category):
            return (self.primary if leaf.primary else self.categories).get(leaf.code)
        if leaf.field is Field.AUTHOR:
            named = (
                name for name, row in zip(self.paper.authors, self.authors, strict=True) if is_name(row, leaf.words)
            )
            return next((readable(name) for name in named), None)
        for row in self.rows(leaf.field):
            if span := find(row, leaf.words):
                return row.shown(*span)
        return None

    def has(self, leaf: Leaf) -> bool:
        return self.reading(leaf) is not None


_OTHER_NAMES = {
    **categories.FORMER,
    **categories.ALIASES,
}
_ALSO = {new: old for old, new in categories.ALIASES.items()}


def _codes(codes: tuple[str, ...]) -> dict[str, str]:
    """Every code that a topic may name these categories by, with the one that arXiv gave."""
    found: dict[str, str] = {}
    for given in codes:
        code = categories.canonical(given) or given
        for name in (code, _OTHER_NAMES.get(code), _ALSO.get(code)):
            if name:
                found.setdefault(name, given)
                found.setdefault(f"{name.partition('.')[0]}.*", given)
    return found
