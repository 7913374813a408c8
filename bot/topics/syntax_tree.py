"""The syntax tree of a topic, its normal form, and that form as a query. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.topics.text import is_unspaced


class Field(enum.StrEnum):
    """The part of a paper that a term searches, by its prefix in a query."""

    TEXT = ""
    """Title or abstract."""
    TITLE = "ti"
    ABSTRACT = "abs"
    COMMENT = "co"
    AUTHOR = "au"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other in one field; for an author, words of one name in their order.

    The words are folded by `bot.topics.text`: singulars, or for authors with their endings. A word of three characters
    or more that ends in `*` is a prefix.
    """

    field: Field
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category as arXiv spells it ("cs.CV") or a whole archive ("cs.*"); `primary` excludes cross-lists."""

    code: str
    primary: bool = False


Leaf = Term | Category


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction; in normal form `parts` are at least two."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction; in normal form `parts` are at least two."""

    parts: tuple[Node, ...]


Node = Term | Category | Not | And | Or

EVERYTHING = And(())
"""True of every paper: an interest that names no category looks at all of them. No query is read as this."""


def leaves(node: Node) -> Iterator[Leaf]:
    """The terms and categories of a tree in order, including negated ones."""
    if isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def affirmed(node: Node) -> Iterator[Leaf]:
    """The leaves of a tree in normal form, in order, without the negated ones."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from affirmed(part)
    elif not isinstance(node, Not):
        yield node


def is_prefix(word: str) -> bool:
    """Whether a term's word is a prefix ("diffus*"), and not a name that ends in a star ("a*")."""
    return len(word) > 2 and word.endswith("*")


def evaluate(node: Node, is_true: Callable[[Leaf], bool]) -> bool:
    """Whether the tree is true, given which leaves are."""
    if isinstance(node, Not):
        return not evaluate(node.part, is_true)
    if isinstance(node, And):
        return all(evaluate(part, is_true) for part in node.parts)
    if isinstance(node, Or):
        return any(evaluate(part, is_true) for part in node.parts)
    return is_true(node)


def reasons(node: Node, is_true: Callable[[Leaf], bool]) -> Iterator[Leaf]:
    """The leaves that make a true tree in normal form true, in order; none from an operand of OR that is false."""
    if isinstance(node, And):
        for part in node.parts:
            yield from reasons(part, is_true)
    elif isinstance(node, Or):
        for part in node.parts:
            if evaluate(part, is_true):
                yield from reasons(part, is_true)
    elif not isinstance(node, Not):
        yield node


# ── the normal form ─────────────────────────────────────────────────────────────────────────────────────────────────


def normalize(node: Node) -> Node:
    """Return the same tree for all queries that differ in order, nesting, repetition or double negation only.

    Only leaves are negated (De Morgan's laws), and an operand that another one makes redundant is left out
    (absorption: `a OR (a AND b)` is `a`). Queries that are equal for other reasons may keep different trees.
    """
    if isinstance(node, Not):
        return _negate(node.part)
    if isinstance(node, And):
        return _combine(And, Or, map(normalize, node.parts))
    if isinstance(node, Or):
        return _combine(Or, And, map(normalize, node.parts))
    return node


def _negate(node: Node) -> Node:
    """The normal form of NOT `node`."""
    if isinstance(node, Not):
        return normalize(node.part)
    if isinstance(node, And):
        return _combine(Or, And, map(_negate, node.parts))
    if isinstance(node, Or):
        return _combine(And, Or, map(_negate, node.parts))
    return Not(node)


def _combine(kind: type[And] | type[Or], dual: type[And] | type[Or], parts: Iterable[Node]) -> Node:
    """Join normalized operands by `kind`: flatten, remove duplicates, absorb, sort; `dual` is the other operator."""
    flat: dict[Node, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, And | Or) and isinstance(part, kind) else (part,)))
    operands = {part: _operands(part, dual) for part in flat}
    # Absorption: with `a` among the parts of an OR, `a AND b` adds nothing, since its operands contain those of `a`.
    kept = [part for part in flat if not any(operands[other] < operands[part] for other in flat)]
    if len(kept) == 1:
        return kept[0]
    return kind(tuple(sorted(kept, key=_sort_key)))


def _operands(part: Node, dual: type[And] | type[Or]) -> frozenset[Node]:
    return frozenset(part.parts) if isinstance(part, And | Or) and isinstance(part, dual) else frozenset([part])


# Topics are stored in normal form: with another order, a stored topic would differ from an equal new one.
_FIELD_ORDER = {Field.TITLE: 0, Field.ABSTRACT: 1, Field.TEXT: 2, Field.COMMENT: 3, Field.AUTHOR: 4}


def _sort_key(node: Node) -> tuple[int, int, str]:
    """Terms by field, nested operators, then categories; everything negated comes last."""
    negative, leaf = (1, node.part) if isinstance(node, Not) else (0, node)
    if isinstance(leaf, Term):
        return negative, _FIELD_ORDER[leaf.field], query_text(leaf)
    if isinstance(leaf, Category):
        return negative, 7 + leaf.primary, query_text(leaf)
    return negative, 5, query_text(leaf)


# ── as text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def query_text(node: Node) -> str:
    """The tree as a query that parses to this tree."""
    if isinstance(node, Not):
        return f"NOT {_enclosed(node.part)}"
    if isinstance(node, And):
        return " AND ".join(map(_enclosed, node.parts))
    if isinstance(node, Or):
        return " OR ".join(map(_enclosed, node.parts))
    if isinstance(node, Category):
        return f"{'primary' if node.primary else 'cat'}:{node.code}"
    phrase = phrase_text(node.words)
    shown = phrase if len(node.words) == 1 else f'"{phrase}"'
    return f"{node.field}:{shown}" if node.field else shown


def _enclosed(node: Node) -> str:
    """The node as an operand: AND and OR in parentheses."""
    return f"({query_text(node)})" if isinstance(node, And | Or) else query_text(node)


def phrase_text(words: tuple[str, ...]) -> str:
    """Words as one phrase, with spaces except within scripts that have none."""
    phrase = words[0]
    for before, word in pairwise(words):
        phrase += word if is_unspaced(before) and is_unspaced(word) else f" {word}"
    return phrase
