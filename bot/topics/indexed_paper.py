"""A paper made ready to be asked which terms it holds, and what such a term reads like in it. Pure."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

from bot.arxiv import categories
from bot.model import Paper
from bot.topics.syntax_tree import Category, Field, Leaf, is_prefix
from bot.topics.text import chunks, is_unspaced, searchable

MOST_JOINED = 5
"""How many words of a term one word of a paper may stand for: "pre training" and "pretraining"."""
_LONGEST_SHOWN = 80


Feature = str | tuple[str, str]
"""A word, or two words next to each other."""


class WordRow:
    """The words of one text in their places; `joined` has, by place, (word, places) of what hyphens join there.

    `words` are singulars, in names they keep their plural endings; `raw` always does; `surfaces` are as written.
    """

    def __init__(self, text: str, *, names: bool = False) -> None:
        found = chunks(text)
        self.raw = [word for run in found for word in run.raw_words]
        self.words = self.raw if names else [word for run in found for word in run.words]
        self.surfaces = [surface for run in found for surface in run.surfaces]
        self.joined: dict[int, list[tuple[str, int]]] = {}
        start = 0
        for run in found:
            for offset, word, length in run.compounds:
                shown = "".join(run.raw_words[offset : offset + length]) if names else word
                self.joined.setdefault(start + offset, []).append((shown, length))
            start += len(run.words)

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, int]]]:
        places: dict[str, list[tuple[int, int]]] = {}
        for place, each in enumerate(self.words):
            places.setdefault(each, []).append((place, 1))
        for place, items in self.joined.items():
            for each, length in items:
                places.setdefault(each, []).append((place, length))
        return places

    def places(self, word: str) -> list[tuple[int, int]]:
        """Where a word, or what hyphens join to that word, stands: (place, how many places it takes)."""
        return self._places.get(word, [])

    @cached_property
    def _begun(self) -> list[tuple[str, int, int]]:
        return sorted({*self._beginnings()})

    def begun(self, beginning: str) -> list[tuple[int, int]]:
        """Where words that begin so stand, in the singular or as written: (place, how many places each takes)."""
        at = bisect_left(self._begun, (beginning,))
        return [
            each[1:] for each in takewhile(lambda each: each[0].startswith(beginning), islice(self._begun, at, None))
        ]

    def joined_as_written(self) -> Iterator[tuple[str, int, int]]:
        """What hyphens join, with its plural endings: (word, first place, one past the last)."""
        for place, items in self.joined.items():
            for _, length in items:
                yield "".join(self.raw[place : place + length]), place, place + length

    def _beginnings(self) -> Iterator[tuple[str, int, int]]:
        for place, (word, raw) in enumerate(zip(self.words, self.raw, strict=True)):
            yield word, place, 1
            yield raw, place, 1
        for place, items in self.joined.items():
            for word, length in items:
                yield word, place, length
                yield "".join(self.raw[place : place + length]), place, length

    def items(self, place: int) -> list[tuple[str, int]]:
        """What stands at a place, with the number of places it takes."""
        item = (self.words[place], 1)
        return [item, *self.joined[place]] if place in self.joined else [item]

    def begins(self, place: int, length: int, beginning: str) -> bool:
        """Whether what takes these places begins so, in the singular or as written."""
        return any("".join(row[place : place + length]).startswith(beginning) for row in (self.words, self.raw))

    @cached_property
    def singles(self) -> dict[str, int]:
        """Each word and its first place."""
        return dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))

    @cached_property
    def written(self) -> dict[str, int]:
        """Each word with its plural ending and its first place."""
        return dict(zip(reversed(self.raw), range(len(self.raw) - 1, -1, -1), strict=True))

    @cached_property
    def pairs(self) -> dict[tuple[str, str], int]:
        """Each two words that stand next to each other, and the first place where they do."""
        backwards = zip(reversed(self.words[:-1]), reversed(self.words[1:]), strict=True)
        return dict(zip(backwards, range(len(self.words) - 2, -1, -1), strict=False))

    @cached_property
    def compounds(self) -> dict[Feature, tuple[int, int]]:
        """Joined words, and pairs with one, with the places they first take."""
        found: dict[Feature, tuple[int, int]] = {}

        def note(feature: Feature, start: int, end: int) -> None:
            if feature not in found or (start, end) < found[feature]:
                found[feature] = start, end

        for place, items in self.joined.items():
            for word, length in items:
                end = place + length
                note(word, place, end)
                if place:
                    note((self.words[place - 1], word), place - 1, end)
                if end < len(self.words):
                    for following, places in self.items(end):
                        note((word, following), place, end + places)
        return found

    def shown(self, start: int, end: int) -> str:
        """How the text writes the words of these places."""
        if end == start + 1:
            return self.surfaces[start].removesuffix("-")[:_LONGEST_SHOWN]
        text = self.surfaces[start]
        for place in range(start + 1, end):
            tight = text.endswith("-") or (is_unspaced(self.words[place - 1]) and is_unspaced(self.words[place]))
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


def find(row: WordRow, words: tuple[str, ...]) -> tuple[int, int] | None:
    """The places (first, one past the last) where words stand next to each other, the first such."""
    if len(words) > 1:
        needs = _needs(words)
        if not (needs.pairs <= row.pairs.keys() or _may_be_joined(row, needs)):
            return None
    starts = [
        (place, length, count)
        for word, count, begins in groups(words)[0]
        for place, length in (row.begun(word) if begins else row.places(word))
    ]
    found: tuple[int, int] | None = None
    for place, length, count in sorted(starts):
        if found and place > found[0]:
            break
        end = place + length if count == len(words) else _end(row, words, place + length, count)
        if end is not None:
            found = min(found or (place, end), (place, end))
    return found


class _Needs(NamedTuple):
    """What a quick look at a row can tell: neighbours, and words that stand for several or are joined of several."""

    pairs: frozenset[tuple[str, str]]
    singles: frozenset[str]
    """A name's own words; those with an initial or a beginning cannot be looked up."""
    joined: frozenset[str]
    each: frozenset[str]
    wild: bool


@functools.lru_cache(maxsize=65536)
def _needs(words: tuple[str, ...]) -> _Needs:
    choices = [each for here in groups(words) for each in here]
    return _Needs(
        pairs=frozenset(pairwise(words)),
        singles=frozenset(word for word in words if len(word) > 1 and not is_prefix(word)),
        joined=frozenset(word for word, count, _ in choices if count > 1),
        each=frozenset(word for word, *_ in choices),
        wild=any(begins for *_, begins in choices),
    )


def _may_be_joined(row: WordRow, needs: _Needs) -> bool:
    """Whether hyphens or wildcards may make of the row's words what one word alone is not."""
    alone = row.singles.keys().isdisjoint(needs.joined) and row.compounds.keys().isdisjoint(needs.each)
    return needs.wild or not alone


def _end(row: WordRow, words: tuple[str, ...], place: int, done: int) -> int | None:
    """Where at the earliest the words end whose first `done` ones end at `place`; None if the others do not follow."""
    ahead, seen, found = [(place, done)], set(), None
    choices = groups(words)
    while ahead:
        place, done = state = ahead.pop()
        if done == len(words):
            found = place if found is None else min(found, place)
            continue
        if place >= len(row.words) or state in seen:
            continue
        seen.add(state)
        for item, length in row.items(place):
            for word, count, begins in choices[done]:
                if item == word or (begins and row.begins(place, length, word)):
                    ahead.append((place + length, done + count))
    return found


def is_name(row: WordRow, words: tuple[str, ...]) -> bool:
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


class IndexedPaper:
    """A paper's rows of words, each made when it is first looked at, and every name of its categories."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    @cached_property
    def title(self) -> WordRow:
        return WordRow(searchable(self.paper.title))

    @cached_property
    def abstract(self) -> WordRow:
        return WordRow(searchable(self.paper.abstract))

    @cached_property
    def comment(self) -> WordRow:
        return WordRow(searchable(self.paper.comment or ""))

    @cached_property
    def names(self) -> WordRow:
        """The words of all authors in one row."""
        return WordRow(" ".join(map(searchable, self.paper.authors)), names=True)

    @cached_property
    def categories(self) -> dict[str, str]:
        """Every code that a topic may name a category by ("cs.IT" is "math.IT" too, and of "cs.*"): arXiv's code."""
        return _codes(self.paper.categories)

    @cached_property
    def primary(self) -> dict[str, str]:
        return _codes(self.paper.categories[:1])

    def rows(self, where: Field) -> tuple[WordRow, ...]:
        """The rows that a field looks in, the telling one first."""
        if where is Field.TEXT:
            return self.title, self.abstract
        if where is Field.TITLE:
            return (self.title,)
        if where is Field.ABSTRACT:
            return (self.abstract,)
        return (self.comment,) if where is Field.COMMENT else (self.names,)

    def reading(self, leaf: Leaf) -> str | None:
        """What the leaf reads like in this paper ("talking heads", "cs.CV", "Maria González"), None if it has none."""
        if isinstance(leaf, Category):
            return (self.primary if leaf.primary else self.categories).get(leaf.code)
        if leaf.field is Field.AUTHOR:
            return self._author(leaf.words)
        for row in self.rows(leaf.field):
            if span := find(row, leaf.words):
                return row.shown(*span)
        return None

    def _author(self, words: tuple[str, ...]) -> str | None:
        needs = _needs(words)
        bearers: Sequence[str] = self.paper.authors
        if needs.singles and not _may_be_joined(self.names, needs):
            bearers = min((self._bearers.get(word, ()) for word in needs.singles), key=len)
        return next((searchable(name) for name in bearers if is_name(_name(name), words)), None)

    @cached_property
    def _bearers(self) -> Mapping[str, Sequence[str]]:
        """The authors by the words of their names."""
        bearers: dict[str, list[str]] = {}
        for name in self.paper.authors:
            for word in _name(name).singles:
                bearers.setdefault(word, []).append(name)
        return bearers

    def has(self, leaf: Leaf) -> bool:
        return self.reading(leaf) is not None


@functools.lru_cache(maxsize=4096)
def _name(name: str) -> WordRow:
    return WordRow(searchable(name), names=True)


_OTHER_NAMES = {
    **categories.FORMER,
    **categories.ALIASES,
}
_ALSO = {new: old for old, new in categories.ALIASES.items()}


def _codes(codes: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for given in codes:
        code = categories.canonical(given) or given
        for name in (code, _OTHER_NAMES.get(code), _ALSO.get(code)):
            if name:
                found.setdefault(name, given)
                found.setdefault(f"{name.partition('.')[0]}.*", given)
    return found
