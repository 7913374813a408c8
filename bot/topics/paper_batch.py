"""Which papers of a batch a topic matches, for tens of thousands of topics at once. Pure.

The papers are indexed and not the topics. A set of papers is an integer with a bit for each paper of the batch.

1. `PaperBatch.add` puts each paper into the sets of its words, and of those pairs and triples of neighbouring words
   that some topic asks for, field by field.
2. Every distinct leaf (term or category) is answered once, from these sets and its keys (`leaf_keys`). Where the keys
   are only necessary (names, long phrases, prefixes in phrases), the leaf is checked in each paper that is left.
3. AND, OR and NOT of a topic are operations on these integers.

`matching.satisfies` defines the same for one topic and one paper; the tests compare the two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import NamedTuple, Self

from bot.model import Paper
from bot.topics.compiled import AND, NOT, LeafTable, Program
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.indexed_text import Feature, IndexedText
from bot.topics.leaf_keys import AnyOf, LeafKeys
from bot.topics.syntax_tree import Category, Field

PaperSet = int
"""Papers of a batch: bit n stands for paper n."""


class PaperBatch:
    """Papers, numbered from 0 in the order in which they are added, to be matched with topics over `table`.

    `leaves` are the numbers of the leaves that these topics name.
    """

    def __init__(self, table: LeafTable, leaves: Iterable[int]) -> None:
        self._table = table
        fields: set[Field] = set()
        wanted: set[Feature] = set()
        for number in leaves:
            leaf = table.leaves[number]
            if not isinstance(leaf, Category):
                fields.update(_parts(leaf.field))
                wanted.update(chain.from_iterable(table.keys[number].required))
        neighbours = _Neighbours.among(wanted)
        self._indexes = {field: _FieldIndex(neighbours) for field in fields}
        self._codes: dict[bool, dict[str, PaperSet]] = {False: defaultdict(int), True: defaultdict(int)}
        self._papers: list[IndexedPaper] = []
        self._answers: dict[int, PaperSet] = {}

    def add(self, papers: Iterable[Paper]) -> None:
        """Read more papers; only before the first question."""
        for paper in map(IndexedPaper, papers):
            bit = 1 << len(self._papers)
            self._papers.append(paper)
            for is_primary, codes in ((False, paper.categories), (True, paper.primary)):
                for code in codes:
                    self._codes[is_primary][code] |= bit
            for field, index in self._indexes.items():
                for text in paper.texts(field):
                    index.add(text, bit)

    def matching(self, program: Program) -> PaperSet:
        """The papers that a topic matches."""
        values: list[PaperSet] = []
        for code in program:
            if code >= 0:
                values.append(self._answer(code))
            elif code == NOT:
                values[-1] ^= self._all
            elif code == AND:
                last = values.pop()
                values[-1] &= last
            else:
                last = values.pop()
                values[-1] |= last
        return values[0]

    @cached_property
    def _all(self) -> PaperSet:
        return (1 << len(self._papers)) - 1

    def _answer(self, number: int) -> PaperSet:
        """The papers of which a leaf is true."""
        answer = self._answers.get(number)
        if answer is None:
            leaf, keys = self._table.leaves[number], self._table.keys[number]
            if isinstance(leaf, Category):
                answer = self._codes[leaf.primary].get(leaf.code, 0)
            else:
                answer = 0
                for part in _parts(leaf.field):
                    answer |= self._indexes[part].with_keys(keys)
            if not keys.sufficient:
                answer = sum(1 << paper for paper in numbers(answer) if self._papers[paper].matches(leaf))
            self._answers[number] = answer
        return answer


def numbers(papers: PaperSet) -> tuple[int, ...]:
    """The numbers of the papers in a set, ascending."""
    found = []
    while papers:  # from the highest bit on: the integer gets shorter with each
        highest = papers.bit_length() - 1
        found.append(highest)
        papers ^= 1 << highest
    # A tuple, because the garbage collector would look at each of tens of thousands of lists.
    return tuple(reversed(found))


def _parts(field: Field) -> tuple[Field, ...]:
    return (Field.TITLE, Field.ABSTRACT) if field is Field.TEXT else (field,)


class _Neighbours(NamedTuple):
    """The features of several words that some topic asks for, and their words."""

    features: frozenset[Feature]
    words: frozenset[str]

    @classmethod
    def among(cls, features: Iterable[Feature]) -> Self:
        several = frozenset(feature for feature in features if not isinstance(feature, str) and len(feature) > 1)
        return cls(several, frozenset(chain.from_iterable(several)))


class _FieldIndex:
    """The papers by what stands in one field of them."""

    def __init__(self, wanted: _Neighbours) -> None:
        self._wanted = wanted
        self._by_feature: dict[Feature, PaperSet] = defaultdict(int)
        self._by_inflected: dict[str, PaperSet] = defaultdict(int)

    def add(self, text: IndexedText, bit: PaperSet) -> None:
        by_feature = self._by_feature
        for word in text.word_set | text.compound_set:
            by_feature[word] |= bit
        for neighbours in self._wanted.features.intersection(text.neighbours(self._wanted.words)):
            by_feature[neighbours] |= bit
        for word in text.inflected() - text.word_set:
            self._by_inflected[word] |= bit

    def with_keys(self, keys: LeafKeys) -> PaperSet:
        """The papers whose text has one feature of each row."""
        found = -1
        for row in keys.required:
            found &= self._with_any(row)
        return found

    def _with_any(self, row: AnyOf) -> PaperSet:
        found = 0
        for feature in row:
            if len(feature) == 1 and not isinstance(feature, str):
                for _, papers in self._with_prefix(feature[0]):
                    found |= papers
            elif feature in self._by_feature:
                found |= self._by_feature[feature]
        return found

    def _with_prefix(self, prefix: str) -> Iterator[tuple[str, PaperSet]]:
        start = bisect_left(self._sorted_forms, (prefix,))
        return takewhile(lambda entry: entry[0].startswith(prefix), islice(self._sorted_forms, start, None))

    @cached_property
    def _sorted_forms(self) -> list[tuple[str, PaperSet]]:
        words = [(word, papers) for word, papers in self._by_feature.items() if isinstance(word, str)]
        return sorted([*words, *self._by_inflected.items()])
