"""What a topic means: a tree of terms and categories, its one normal form, and that form as text. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.topics.text import is_unspaced


class Field(enum.StrEnum):
    """Where a term looks."""

    TEXT = ""
    """Title or abstract."""
    TITLE = "ti"
    ABSTRACT = "abs"
    COMMENT = "co"
    AUTHOR = "au"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other in one field; for an author, words of one name in their order.

    Words are folded as `bot.topics.text` does it: singulars, or for authors with their endings. A word of three letters
    or more that ends in `*` stands for every word that begins so.
    """

    field: Field
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category as arXiv spells it ("cs.CV") or a whole archive ("cs.*"); `primary` leaves cross-lists out."""

    code: str
    primary: bool = False


Leaf = Term | Category


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Term | Category | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """The terms and categories of a tree, those under a negation too, in order."""
    if isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def is_prefix(word: str) -> bool:
    """Whether a term's word is a beginning ("diffus*"), not a name that ends in a star ("a*")."""
    return len(word) > 2 and word.endswith("*")


def holds(node: Node, true: Callable[[Leaf], bool]) -> bool:
    """Whether the tree holds, where `true` says which leaves do."""
    if isinstance(node, Not):
        return not holds(node.part, true)
    if isinstance(node, And):
        return all(holds(part, true) for part in node.parts)
    if isinstance(node, Or):
        return any(holds(part, true) for part in node.parts)
    return true(node)


def reasons(node: Node, true: Callable[[Leaf], bool]) -> Iterator[Leaf]:
    """The leaves that make a tree in normal form hold, in order; nothing of a branch that does not."""
    if isinstance(node, And):
        for part in node.parts:
            yield from reasons(part, true)
    elif isinstance(node, Or):
        for part in node.parts:
            if holds(part, true):
                yield from reasons(part, true)
    elif not isinstance(node, Not):
        yield node


# ── the normal form ───────────────────────────────────────────────────────────────────────────────────────────────


def normal(node: Node) -> Node:
    """The one tree for all queries that say the same by order, nesting, repetition or double negation.

    Negations stand before leaves only; an operand that another one implies (`a OR (a AND b)`) is left out.
    """
    if isinstance(node, Not):
        return _negated(node.part)
    if isinstance(node, And):
        return _combined(And, Or, map(normal, node.parts))
    if isinstance(node, Or):
        return _combined(Or, And, map(normal, node.parts))
    return node


def _negated(node: Node) -> Node:
    if isinstance(node, Not):
        return normal(node.part)
    if isinstance(node, And):
        return _combined(Or, And, map(_negated, node.parts))
    if isinstance(node, Or):
        return _combined(And, Or, map(_negated, node.parts))
    return Not(node)


def _combined(kind: type[And] | type[Or], dual: type[And] | type[Or], parts: Iterable[Node]) -> Node:
    flat: dict[Node, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, And | Or) and isinstance(part, kind) else (part,)))
    groups = {part: _members(part, dual) for part in flat}
    kept = [part for part in flat if not any(groups[other] < groups[part] for other in flat)]
    if len(kept) == 1:
        return kept[0]
    return kind(tuple(sorted(kept, key=_order)))


def _members(part: Node, dual: type[And] | type[Or]) -> frozenset[Node]:
    return frozenset(part.parts) if isinstance(part, And | Or) and isinstance(part, dual) else frozenset([part])


_FIELD_ORDER = {Field.TITLE: 0, Field.ABSTRACT: 1, Field.TEXT: 2, Field.COMMENT: 3, Field.AUTHOR: 4}


def _order(node: Node) -> tuple[int, int, str]:
    """What people look for first, then where, then what not."""
    negative, leaf = (1, node.part) if isinstance(node, Not) else (0, node)
    if isinstance(leaf, Term):
        return negative, _FIELD_ORDER[leaf.field], text(leaf)
    if isinstance(leaf, Category):
        return negative, 7 + leaf.primary, text(leaf)
    return negative, 5, text(leaf)


# ── as text ───────────────────────────────────────────────────────────────────────────────────────────────────────


def text(node: Node) -> str:
    """The tree as a query, which parses to that tree."""
    if isinstance(node, Not):
        return f"NOT {_enclosed(node.part)}"
    if isinstance(node, And):
        return " AND ".join(map(_enclosed, node.parts))
    if isinstance(node, Or):
        return " OR ".join(map(_enclosed, node.parts))
    if isinstance(node, Category):
        return f"{'primary' if node.primary else 'cat'}:{node.code}"
    phrase = spelled(node.words)
    shown = phrase if len(node.words) == 1 else f'"{phrase}"'
    return f"{node.field}:{shown}" if node.field else shown


def _enclosed(node: Node) -> str:
    return f"({text(node)})" if isinstance(node, And | Or) else text(node)


def spelled(words: tuple[str, ...]) -> str:
    """Words as one phrase: with spaces, but none within scripts that have none."""
    phrase = words[0]
    for before, word in pairwise(words):
        phrase += word if is_unspaced(before) and is_unspaced(word) else f" {word}"
    return phrase
