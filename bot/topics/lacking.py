"""What keeps a paper from belonging to a topic, in words. Pure."""

from __future__ import annotations

from bot.topics.indexed_paper import IndexedPaper
from bot.topics.meaning import object_of
from bot.topics.parse import Topic
from bot.topics.syntax_tree import And, Category, Field, Node, Not, Or, Term, evaluate

# (what the paper lacks, what it has and should not have) of each kind of leaf.
_OF_FIELD = {
    Field.TEXT: ("does not mention", "mentions"),
    Field.TITLE: ("does not mention in its title", "mentions in its title"),
    Field.ABSTRACT: ("does not mention in its abstract", "mentions in its abstract"),
    Field.COMMENT: ("does not mention in its comment", "mentions in its comment"),
    Field.AUTHOR: ("is not by", "is by"),
}
_OF_CATEGORY = {
    False: ("is not in", "is in"),
    True: ("does not have the primary category", "has the primary category"),
}


def lacking(topic: Topic, paper: IndexedPaper) -> tuple[str, ...]:
    """What would have to be otherwise for a paper to belong to a topic, as few things as possible; each finishes
    "It …": "does not mention “gan”", "is in cs.CV, which the topic excludes". Empty if it belongs to it."""
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
    if isinstance(node, Or):
        sentences = [_sentence(part) for part in node.parts]
        verb = _verb(node.parts[0])
        if all(_verb(part) == verb and not isinstance(part, Not) for part in node.parts):
            return f"{verb} {' or '.join(sentence.removeprefix(f'{verb} ') for sentence in sentences)}"
        return " or ".join(sentences)
    if isinstance(node, Not) and isinstance(node.part, Term | Category):
        return f"{_verb(node)} {object_of(node.part)}, which the topic excludes"
    return f"{_verb(node)} {object_of(node)}" if isinstance(node, Term | Category) else ""


def _verb(node: Node) -> str:
    leaf = node.part if isinstance(node, Not) else node
    if isinstance(leaf, Category):
        return _OF_CATEGORY[leaf.primary][isinstance(node, Not)]
    return _OF_FIELD[leaf.field][isinstance(node, Not)] if isinstance(leaf, Term) else ""
