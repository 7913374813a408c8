"""A paper indexed for matching: whether a term or category matches it, and which of its words match. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from functools import cached_property

from bot.arxiv import categories
from bot.model import Paper
from bot.topics.indexed_text import IndexedText
from bot.topics.phrases import find_phrase, matches_name, may_match_compounds, requirements
from bot.topics.syntax_tree import Category, Field, Leaf
from bot.topics.text import searchable


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
        return _codes(self.paper.categories)

    @cached_property
    def primary(self) -> dict[str, str]:
        """Like `categories`, for the primary category."""
        return _codes(self.paper.categories[:1])

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
        candidates: Sequence[str] = self.paper.authors
        if required.full_words and not may_match_compounds(self.names, required):
            # Papers of collaborations have thousands of authors: check only those with the rarest word of the term.
            candidates = min((self._authors_by_word.get(word, ()) for word in required.full_words), key=len)
        return next((searchable(name) for name in candidates if matches_name(_indexed_name(name), words)), None)

    @cached_property
    def _authors_by_word(self) -> Mapping[str, Sequence[str]]:
        authors: dict[str, list[str]] = {}
        for name in self.paper.authors:
            for word in _indexed_name(name).first_words:
                authors.setdefault(word, []).append(name)
        return authors


@functools.lru_cache(maxsize=4096)  # a day's papers share authors, and topics ask for the same names again
def _indexed_name(name: str) -> IndexedText:
    return IndexedText(searchable(name), names=True)


# A category that is named twice, "cs.IT" and "math.IT", is found by either code, and so are codes that arXiv retired.
_OTHER_CODES = {**categories.FORMER, **categories.ALIASES}
_ALIASES_BY_CODE = {code: alias for alias, code in categories.ALIASES.items()}


def _codes(codes: tuple[str, ...]) -> dict[str, str]:
    """Each code, its other codes and the codes of their archives ("cs.*") → the code as given."""
    given_by_code: dict[str, str] = {}
    for given in codes:
        code = categories.canonical(given) or given
        for name in (code, _OTHER_CODES.get(code), _ALIASES_BY_CODE.get(code)):
            if name:
                # The first code that fits is shown as the reason; the primary category is the first of a paper.
                given_by_code.setdefault(name, given)
                given_by_code.setdefault(f"{name.partition('.')[0]}.*", given)
    return given_by_code
