"""A paper indexed for matching: whether a term or category matches it, and which of its words match. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate

from bot.arxiv import categories
from bot.model import Paper
from bot.topics.indexed_text import IndexedText
from bot.topics.phrases import find_phrase, matches_name, may_match_compounds, requirements
from bot.topics.syntax_tree import Category, Field, Leaf
from bot.topics.text import raw_words, searchable


class IndexedPaper:
    """A paper's texts and categories, each indexed when it is first looked at."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    @cached_property
    def title(self) -> IndexedText:
        return IndexedText(searchable(self.paper.title))

    @cached_property
    def abstract(self) -> IndexedText:
        return IndexedText(searchable(self.paper.abstract))

    @cached_property
    def comment(self) -> IndexedText:
        return IndexedText(searchable(self.paper.comment or ""))

    @cached_property
    def names(self) -> IndexedText:
        """The names of all authors as one text, for looking up single words; phrases are searched name by name."""
        return IndexedText(" ".join(map(searchable, self.paper.authors)), names=True)

    @cached_property
    def categories(self) -> dict[str, str]:
        """Every code by which a topic may name one of the paper's categories → the code that arXiv gives."""
        return category_codes(self.paper.categories)

    @cached_property
    def primary(self) -> dict[str, str]:
        """Like `categories`, for the primary category."""
        return category_codes(self.paper.categories[:1])

    def texts(self, field: Field) -> tuple[IndexedText, ...]:
        """The texts that a field searches. The title comes first, since its wording is the one to show."""
        if field is Field.TEXT:
            return self.title, self.abstract
        if field is Field.TITLE:
            return (self.title,)
        if field is Field.ABSTRACT:
            return (self.abstract,)
        return (self.comment,) if field is Field.COMMENT else (self.names,)

    def matched_text(self, leaf: Leaf) -> str | None:
        """The words of the paper that match a leaf ("talking heads", "cs.CV", "Maria González"), None if none do."""
        if isinstance(leaf, Category):
            return (self.primary if leaf.primary else self.categories).get(leaf.code)
        if leaf.field is Field.AUTHOR:
            return self._matched_author(leaf.words)
        for text in self.texts(leaf.field):
            if span := find_phrase(text, leaf.words):
                return text.excerpt(*span)
        return None

    def matches(self, leaf: Leaf) -> bool:
        return self.matched_text(leaf) is not None

    def _matched_author(self, words: tuple[str, ...]) -> str | None:
        required = requirements(words)
        candidates: Iterable[int] = range(len(self.paper.authors))
        if required.full_words and not may_match_compounds(self.names, required):
            # Papers of collaborations have thousands of authors: check only those with the rarest word of the term.
            rarest = min(map(self.names.positions, required.full_words), key=len)
            candidates = sorted({bisect_right(self._first_words, position) - 1 for position, _ in rarest})
        ends = (*self._first_words[1:], len(self.names.words))
        for number in candidates:
            if matches_name(self.names, self._first_words[number], ends[number], words):
                return searchable(self.paper.authors[number])
        return None

    @cached_property
    def _first_words(self) -> tuple[int, ...]:
        """The position in `names` of each author's first word; a name without words has that of the next one."""
        counts = (len(raw_words(name)) for name in self.paper.authors[:-1])
        return tuple(accumulate(counts, initial=0)) if self.paper.authors else ()


# A category that is named twice, "cs.IT" and "math.IT", is found by either code, and so are codes that arXiv retired.
_OTHER_CODES = {**categories.FORMER, **categories.ALIASES}
_ALIASES_BY_CODE = {code: alias for alias, code in categories.ALIASES.items()}


def category_codes(codes: tuple[str, ...]) -> dict[str, str]:
    """Every code by which a topic may name one of these categories → the code as given.

    Each code, its other codes and the codes of their archives ("cs.*").
    """
    given_by_code: dict[str, str] = {}
    for given in codes:
        code = categories.canonical(given) or given
        for name in (code, _OTHER_CODES.get(code), _ALIASES_BY_CODE.get(code)):
            if name:
                # The first code that fits is shown as the reason; the primary category is the first of a paper.
                given_by_code.setdefault(name, given)
                given_by_code.setdefault(f"{name.partition('.')[0]}.*", given)
    return given_by_code
