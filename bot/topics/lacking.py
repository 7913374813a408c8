"""What keeps a paper from belonging to a topic, in words. Pure."""

from __future__ import annotations

from bot.locales import NP_, formats, pgettext
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.meaning import object_of
from bot.topics.parse import Topic
from bot.topics.syntax_tree import And, Category, Field, Node, Not, Or, Term, evaluate

# (what the paper lacks, what it has and should not have) of each kind of leaf. Each finishes "The paper …".
_OF_FIELD = {
    Field.TEXT: (
        NP_("the paper", "does not mention {words}"),
        NP_("the paper", "mentions {words}, which the topic excludes"),
    ),
    Field.TITLE: (
        NP_("the paper", "does not mention {words} in its title"),
        NP_("the paper", "mentions {words} in its title, which the topic excludes"),
    ),
    Field.ABSTRACT: (
        NP_("the paper", "does not mention {words} in its abstract"),
        NP_("the paper", "mentions {words} in its abstract, which the topic excludes"),
    ),
    Field.COMMENT: (
        NP_("the paper", "does not mention {words} in its comment"),
        NP_("the paper", "mentions {words} in its comment, which the topic excludes"),
    ),
    Field.AUTHOR: (
        NP_("the paper", "is not by {words}"),
        NP_("the paper", "is by {words}, whom the topic excludes"),
    ),
}
_OF_CATEGORY = {  # by `Category.primary`
    False: (
        NP_("the paper", "is not in {words}"),
        NP_("the paper", "is in {words}, which the topic excludes"),
    ),
    True: (
        NP_("the paper", "does not have the primary category {words}"),
        NP_("the paper", "has the primary category {words}, which the topic excludes"),
    ),
}


def lacking(topic: Topic, paper: IndexedPaper) -> tuple[str, ...]:
    """What would have to be otherwise for a paper to belong to a topic, as few things as possible; each finishes
    "The paper …" in the language of the context: "does not mention “gan”", "is in cs.CV, which the topic excludes".
    Empty if it belongs to it."""
    return tuple(_sentence(node) for node in _lacking(topic.node, paper))


def _lacking(node: Node, paper: IndexedPaper) -> tuple[Node, ...]:
    if evaluate(node, paper.matches):
        return ()
    if isinstance(node, And):
        return tuple(lack for part in node.parts for lack in _lacking(part, paper))
    if isinstance(node, Or):
        ways = [_lacking(part, paper) for part in node.parts]
        fewest = min(map(len, ways))
        alternatives = [way[0] for way in ways if len(way) == 1]
        # "does not mention a or b" says more than one of them alone.
        return (Or(tuple(alternatives)),) if fewest == 1 and len(alternatives) > 1 else min(ways, key=len)
    return (node,)


def _sentence(node: Node) -> str:
    if not isinstance(node, Or):
        return _said(node, object_of(_leaf(node)))
    kinds = {_kind(part) for part in node.parts}
    if len(kinds) == 1 and not any(isinstance(part, Not) for part in node.parts):
        return _said(node.parts[0], formats.alternatives(map(object_of, node.parts)))
    return formats.alternatives(map(_sentence, node.parts))


def _said(node: Node, words: str) -> str:
    kind = _kind(node)
    return pgettext(*kind).format(words=words) if kind else ""


def _kind(node: Node) -> tuple[str, str] | None:
    leaf, is_excluded = _leaf(node), isinstance(node, Not)
    if isinstance(leaf, Category):
        return _OF_CATEGORY[leaf.primary][is_excluded]
    return _OF_FIELD[leaf.field][is_excluded] if isinstance(leaf, Term) else None


def _leaf(node: Node) -> Node:
    return node.part if isinstance(node, Not) else node
