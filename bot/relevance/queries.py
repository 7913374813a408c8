"""A topic or interest as what papers are compared with. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot import topics
from bot.arxiv import categories
from bot.errors import BadTopic
from bot.relevance.paper_block import dense_rows, raw_weights
from bot.relevance.term_table import Floats, Keys, TermTable
from bot.relevance.terms import category_term, key_of, occurrences, stem
from bot.relevance.weights import FOREIGN
from bot.topics.syntax_tree import And, Category, Field, Leaf, Node, Not, Or, Term, is_prefix


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text as terms: ascending keys, weights whose squares sum up to 1, the surface of each key, and its vector.

    `is_foreign`: hardly any of its terms occurs in the papers, as with a text in another language.
    """

    text: str
    keys: Keys
    weights: Floats
    dense: Floats
    surfaces: Mapping[int, str]
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class ExactTerm:
    """A term of a topic as it was asked for: its word, or the pairs of its phrase; and its rarity as a share of the
    greatest one."""

    keys: tuple[int, ...]
    are_pairs: bool
    rarity: float


@dataclass(frozen=True, slots=True)
class Query:
    """A topic as papers are compared with it. `wanted` is None if it has no words; `categories` are then its codes, if
    it names nothing else, and `fields` says of each what its papers are about: a vector from its own papers, or its
    name where there are too few of these."""

    wanted: TextQuery | None
    unwanted: tuple[TextQuery, ...] = ()
    exact: tuple[ExactTerm, ...] = ()
    categories: frozenset[str] = frozenset()
    fields: tuple[Floats | TextQuery, ...] = ()


def compiled(query: str, table: TermTable) -> Query:
    """A normalized topic; one that today's grammar refuses has no words."""
    try:
        topic = topics.parse(query)
    except BadTopic:
        return Query(None)
    if topic.about:
        parts = topics.interest_parts(topic.about)
        unwanted = tuple(text_query([text], table) for text in parts.unwanted)
        return Query(text_query([parts.wanted], table), unwanted)
    leaves = [*_positive_leaves(topic.node)]
    phrases = [_unstarred(leaf.words) for leaf in leaves if isinstance(leaf, Term) and leaf.field is not Field.AUTHOR]
    if not phrases:
        codes = frozenset(leaf.code for leaf in leaves if isinstance(leaf, Category))
        if len(leaves) > len(codes):  # authors
            return Query(None)
        return Query(None, categories=codes, fields=tuple(_field(code, table) for code in sorted(codes)))
    exact = [_exact(phrase, table) for phrase in phrases]
    return Query(text_query([*map(" ".join, phrases)], table), exact=tuple(term for term in exact if term.keys))


def _field(code: str, table: TermTable) -> Floats | TextQuery:
    vector = table.vectors.of(key_of(category_term(code)))
    return text_query([categories.name_of(code)], table) if vector is None else vector


def text_query(texts: Sequence[str], table: TermTable) -> TextQuery:
    """Texts as the weights of their terms and as a vector; no term goes from one to the next."""
    found = occurrences(*((text, 1.0) for text in texts))
    keys, raw = raw_weights(found)
    weights = raw * table.idf(keys)
    length = float(np.sqrt((weights.astype(np.float64) ** 2).sum()))
    dense = dense_rows(keys, weights, np.array([0, len(keys)], np.int32), table.vectors)[0]
    surfaces = {key_of(term): surface for term, surface in found.surfaces.items()}
    values = np.asarray(weights / max(length, 1e-9), np.float32)
    is_foreign = float((values[table.has(keys)] ** 2).sum()) < FOREIGN
    return TextQuery(", ".join(texts), keys, values, dense, surfaces, is_foreign)


def _unstarred(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a term, prefixes without their stars: most prefixes are stems."""
    return tuple(word.removesuffix("*") if is_prefix(word) else word for word in words)


def _exact(phrase: tuple[str, ...], table: TermTable) -> ExactTerm:
    stems = [*map(stem, phrase)]
    # No pair goes over a stop word: a phrase with one is looked for word by word.
    pairs = [f"{left}_{right}" for left, right in pairwise(stems)] if None not in stems else []
    keys = [key_of(term) for term in pairs or stems if term is not None]
    rarity = max(table.idf(np.array(keys, np.uint32)).tolist(), default=0.0) / table.greatest_idf
    return ExactTerm(tuple(keys), bool(pairs), min(rarity, 1.0))


def _positive_leaves(node: Node) -> Iterator[Leaf]:
    """The terms and categories that speak for a paper."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _positive_leaves(part)
    elif not isinstance(node, Not):
        yield node
