"""What a topic means in plain words, and which archives announce the papers it may match. Pure."""

from __future__ import annotations

from bot import categories
from bot.topics.nodes import And, Category, Field, Node, Not, Or, Term, is_prefix, spelled
from bot.topics.parse import Topic

_WHERE = {
    Field.TEXT: ("that mention", "that do not mention"),
    Field.TITLE: ("whose title mentions", "whose title does not mention"),
    Field.ABSTRACT: ("whose abstract mentions", "whose abstract does not mention"),
    Field.COMMENT: ("whose comment mentions", "whose comment does not mention"),
    Field.AUTHOR: ("by", "not by"),
}
_IN = {
    False: ("in", "not in"),
    True: ("with the primary category", "with another primary category than"),
}


def explain(topic: Topic) -> str:
    """The topic in words: "papers in cs.CV whose abstract mentions “talking head”"."""
    return f"papers {_clause(topic.node)}"


def _clause(node: Node, *, negated: bool = False) -> str:
    if isinstance(node, Not):
        return _clause(node.part, negated=True)
    if isinstance(node, And | Or):
        word = "and" if isinstance(node, And) else "or"
        clauses = [f"({clause})" if nested else clause for clause, nested in _clauses(node, word)]
        return _listed(clauses, word)
    verb = (_WHERE[node.field] if isinstance(node, Term) else _IN[node.primary])[negated]
    return f"{verb} {_object(node)}"


def _clauses(node: And | Or, word: str) -> list[tuple[str, bool]]:
    """The clauses of a row, those with one verb drawn together, categories first; whether each is a row itself."""
    rows: dict[tuple[object, ...], list[Node]] = {}
    for part in node.parts:
        leaf = part.part if isinstance(part, Not) else part
        verb = leaf.field if isinstance(leaf, Term) else leaf.primary if isinstance(leaf, Category) else part
        rows.setdefault((type(leaf), isinstance(part, Not), verb), []).append(leaf)
    clauses = []
    for (kind, negated, _), parts in sorted(rows.items(), key=lambda row: (row[0][1], row[0][0] is not Category)):
        if kind in (And, Or):
            clauses += [(_clause(part), True) for part in parts]
            continue
        shown = [_object(part) for part in parts if isinstance(part, Term | Category)]
        joint = "or" if negated and word == "and" else word
        verb = _clause(parts[0], negated=bool(negated)).removesuffix(shown[0])
        clauses.append((verb + _listed(shown, joint), False))
    return clauses


def _object(leaf: Term | Category) -> str:
    if isinstance(leaf, Category):
        archive = leaf.code.removesuffix(".*")
        return leaf.code if archive == leaf.code else f"any category of {archive}"
    if leaf.field is Field.AUTHOR:
        return " ".join(word.capitalize() + ("." if len(word) == 1 and word.isascii() else "") for word in leaf.words)
    return f"“{spelled(leaf.words).replace('*', '…') if any(map(is_prefix, leaf.words)) else spelled(leaf.words)}”"


def _listed(items: list[str], word: str) -> str:
    if len(items) < 3:
        return f" {word} ".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def archives(topic: Topic) -> frozenset[str] | None:
    """The archives whose listings bring every paper that the topic matches; None where it needs all of arXiv.

    Of `cat:cs.CV AND cat:math.OC` both are needed: a paper may enter either category by a later cross-list.
    """
    return _archives(topic.node)


def _archives(node: Node) -> frozenset[str] | None:
    if isinstance(node, Category):
        return frozenset(categories.archives_of([node.code]))
    if isinstance(node, And):
        named = [found for part in node.parts if (found := _archives(part)) is not None]
        return frozenset().union(*named) if named else None
    if isinstance(node, Or):
        each = [_archives(part) for part in node.parts]
        return None if None in each else frozenset().union(*(found for found in each if found))
    return None
