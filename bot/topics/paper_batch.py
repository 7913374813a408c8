"""Which papers of a batch a topic matches, for tens of thousands of topics at once. Pure.

The papers are indexed and not the topics. A set of papers is an integer with a bit for each paper of the batch.

1. `PaperBatch.add` puts each paper into the sets of its features, field by field: of those words, prefixes, and rows of
   two or three words that some topic asks for.
2. Every distinct leaf (term or category) is answered once, from these sets and its keys (`leaf_keys`). Where the keys
   are only necessary (names, long phrases, prefixes in phrases), the leaf is checked in each paper that is left.
3. AND, OR and NOT of a topic are operations on these integers.

`matching.satisfies` defines the same for one topic and one paper; the tests compare the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from bot.model import Paper
from bot.topics.compiled import AND, NOT, LeafTable, Program
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.indexed_text import Feature, IndexedText
from bot.topics.leaf_keys import AnyOf
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
                wanted.update(chain.from_iterable(table.required[number]))
        by_kind = _Wanted(wanted)
        self._indexes = {field: _FieldIndex(by_kind) for field in fields}
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
            leaf, required = self._table.leaves[number], self._table.required[number]
            if isinstance(leaf, Category):
                answer = self._codes[leaf.primary].get(leaf.code, 0)
            else:
                answer = 0
                for part in _parts(leaf.field):
                    answer |= self._indexes[part].having(required)
            if not self._table.sufficient[number]:
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


class _Wanted:
    """The features that topics ask for, by kind."""

    def __init__(self, features: Collection[Feature]) -> None:
        rows = [feature for feature in features if not isinstance(feature, str)]
        self.words = frozenset(feature for feature in features if isinstance(feature, str))
        self.neighbours = frozenset(row for row in rows if len(row) > 1)
        self.words_of_neighbours = frozenset(chain.from_iterable(self.neighbours))
        self._prefixes = frozenset(row for row in rows if len(row) == 1)
        self._lengths = sorted({len(prefix) for (prefix,) in self._prefixes})
        self._prefixes_of: dict[str, tuple[Feature, ...]] = {}

    def prefixes_of(self, words: Iterable[str]) -> Iterator[Feature]:
        """The prefixes with which the words begin."""
        if self._prefixes:
            for word in words:
                found = self._prefixes_of.get(word)
                if found is None:  # each word is tested once a batch
                    heads = ((word[:length],) for length in self._lengths)
                    found = self._prefixes_of[word] = tuple(head for head in heads if head in self._prefixes)
                yield from found


class _FieldIndex:
    """The papers by what stands in one field of them."""

    def __init__(self, wanted: _Wanted) -> None:
        self._wanted = wanted
        self._papers: dict[Feature, PaperSet] = {}

    def add(self, text: IndexedText, bit: PaperSet) -> None:
        wanted = self._wanted
        features: set[Feature] = {*wanted.words.intersection(text.words)}
        features |= wanted.words & text.compound_set
        features |= wanted.neighbours.intersection(text.neighbours(wanted.words_of_neighbours))
        features.update(wanted.prefixes_of(text.forms()))
        for feature in features:
            self._papers[feature] = self._papers.get(feature, 0) | bit

    def having(self, required: Sequence[AnyOf]) -> PaperSet:
        """The papers whose text has one feature of each row."""
        found = -1
        for row in required:
            papers = 0
            for feature in row:
                papers |= self._papers.get(feature, 0)
            found &= papers
        return found
