"""Which papers of a batch a topic matches, for tens of thousands of topics at once. Pure.

The papers are indexed and not the topics. A set of papers is an integer with a bit for each paper of the batch, since
the garbage collector has no work with integers.

1. `PaperBatch.add` puts each paper into the sets of its features, field by field: of those words, prefixes, and rows of
   two or three words that some topic asks for.
2. Every distinct leaf (term or category) is answered once, from these sets and its keys (`leaf_keys`). Where the keys
   are only necessary (names, long phrases, prefixes in phrases), the leaf is checked in each paper that is left.
3. AND, OR and NOT of a topic are operations on these integers.

`matching.satisfies` defines the same for one topic and one paper; the tests compare the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from bot.model import Paper
from bot.topics.indexed_paper import IndexedPaper, category_codes
from bot.topics.indexed_text import Feature
from bot.topics.leaf_keys import AnyOf
from bot.topics.stored import AND, NOT, LeafTable, Program
from bot.topics.syntax_tree import Category, Field
from bot.topics.text import searchable
from bot.topics.text_filter import MAX_LEAVES, TextFilter
from bot.topics.wanted_features import FeatureReader, WantedFeatures

PaperSet = int
"""Papers of a batch: bit n stands for paper n."""


class PaperBatch:
    """Papers, numbered from 0 in the order in which they are added, to be matched with topics over `table`.

    `leaves` are the numbers of the leaves that these topics name.
    """

    def __init__(self, table: LeafTable, leaves: Iterable[int]) -> None:
        self._table = table
        required: dict[Field, list[tuple[AnyOf, ...]]] = defaultdict(list)
        for number in leaves:
            leaf = table.leaves[number]
            if not isinstance(leaf, Category):
                for part in _parts(leaf.field):
                    required[part].append(table.required[number])
        rows = chain.from_iterable(chain.from_iterable(required.values()))
        wanted = WantedFeatures(set(chain.from_iterable(rows)))
        reader = FeatureReader(wanted)
        self._indexes = {
            field: _FieldIndex(
                field,
                FeatureReader(wanted, names=True) if field is Field.AUTHOR else reader,
                TextFilter(keys) if len(keys) <= MAX_LEAVES else None,
            )
            for field, keys in required.items()
        }
        self._codes: dict[bool, dict[str, PaperSet]] = {False: defaultdict(int), True: defaultdict(int)}
        self._papers: list[Paper] = []
        self._indexed: dict[int, IndexedPaper] = {}
        self._answers: dict[int, PaperSet] = {}

    def add(self, papers: Iterable[Paper]) -> None:
        """Read more papers; only before the first question."""
        for paper in papers:
            bit = 1 << len(self._papers)
            self._papers.append(paper)
            for is_primary, codes in ((False, paper.categories), (True, paper.categories[:1])):
                for code in category_codes(codes):
                    self._codes[is_primary][code] |= bit
            for index in self._indexes.values():
                index.add(paper, bit)

    def matching(self, program: Program) -> PaperSet:
        """The papers that a topic matches."""
        values: list[PaperSet] = []
        for code in program:
            if code >= 0:
                answer = self._answers.get(code)
                if answer is None:
                    answer = self._answers[code] = self._answer(code)
                values.append(answer)
            elif code == NOT:
                values[-1] ^= self._all
            elif code == AND:
                last = values.pop()
                values[-1] &= last
            else:
                last = values.pop()
                values[-1] |= last
        return values[0] if values else self._all

    @cached_property
    def _all(self) -> PaperSet:
        return (1 << len(self._papers)) - 1

    def _answer(self, number: int) -> PaperSet:
        """The papers of which a leaf is true."""
        leaf, required = self._table.leaves[number], self._table.required[number]
        if isinstance(leaf, Category):
            return self._codes[leaf.primary].get(leaf.code, 0)
        answer = 0
        for part in _parts(leaf.field):
            answer |= self._indexes[part].having(required)
        if not self._table.sufficient[number]:
            answer = sum(1 << paper for paper in numbers(answer) if self._indexed_paper(paper).matches(leaf))
        return answer

    def _indexed_paper(self, number: int) -> IndexedPaper:
        paper = self._indexed.get(number)
        if paper is None:
            paper = self._indexed[number] = IndexedPaper(self._papers[number])
        return paper


def numbers(papers: PaperSet) -> list[int]:
    """The numbers of the papers in a set, ascending."""
    found = []
    while papers:  # from the highest bit on: the integer gets shorter with each
        highest = papers.bit_length() - 1
        found.append(highest)
        papers ^= 1 << highest
    found.reverse()
    return found


def _parts(field: Field) -> tuple[Field, ...]:
    return (Field.TITLE, Field.ABSTRACT) if field is Field.TEXT else (field,)


class _FieldIndex:
    """The papers by what stands in one field of them."""

    def __init__(self, field: Field, reader: FeatureReader, text_filter: TextFilter | None) -> None:
        self._field = field
        self._reader = reader
        self._filter = text_filter
        self._papers: dict[Feature, PaperSet] = {}

    def add(self, paper: Paper, bit: PaperSet) -> None:
        if self._filter is not None and not any(map(self._filter.may_have_source, self._sources(paper))):
            return
        text = " ".join(map(searchable, self._sources(paper)))
        if self._filter is not None and not self._filter.may_have(text):
            return
        papers = self._papers
        for feature in self._reader.features(text):
            papers[feature] = papers.get(feature, 0) | bit

    def _sources(self, paper: Paper) -> Sequence[str]:
        if self._field is Field.AUTHOR:
            return paper.authors
        texts = {Field.TITLE: paper.title, Field.ABSTRACT: paper.abstract, Field.COMMENT: paper.comment}
        return (texts[self._field] or "",)

    def having(self, required: Sequence[AnyOf]) -> PaperSet:
        """The papers whose text has one feature of each row."""
        found = -1
        for row in required:
            papers = 0
            for feature in row:
                papers |= self._papers.get(feature, 0)
            found &= papers
        return found
