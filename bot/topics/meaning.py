"""A topic explained in words, and the archives that announce the papers it may match. Pure."""

from __future__ import annotations

import functools

from bot.arxiv import categories
from bot.locales import _
from bot.model import is_interest
from bot.topics.interest import Interest, interest_parts
from bot.topics.parse import Topic
from bot.topics.syntax_tree import EVERYTHING, And, Category, Field, Leaf, Node, Not, Or, Term, is_prefix, phrase_text

# (affirmative, negated) verbs of a clause.
_FIELD_VERBS = {
    Field.TEXT: ("that mention", "that do not mention"),
    Field.TITLE: ("whose title mentions", "whose title does not mention"),
    Field.ABSTRACT: ("whose abstract mentions", "whose abstract does not mention"),
    Field.COMMENT: ("whose comment mentions", "whose comment does not mention"),
    Field.AUTHOR: ("by", "not by"),
}
_CATEGORY_VERBS = {  # by `Category.primary`
    False: ("in", "not in"),
    True: ("with the primary category", "with another primary category than"),
}

_IN_CATEGORY = _CATEGORY_VERBS[False][0]
_AFFIRMATIVE = {verbs[0] for verbs in (*_FIELD_VERBS.values(), *_CATEGORY_VERBS.values())}


def explain(topic: Topic) -> str:
    """The topic in words: "papers in cs.CV that mention “gan”", "papers close to “talking heads”"."""
    if not topic.about:
        return f"papers {_clause(topic.node)}"
    closeness = _closeness(interest_parts(topic.about))
    if not is_interest(topic.query):
        return f"papers {_clause(topic.node)}, first those {closeness}"
    where = "" if topic.node == EVERYTHING else f", {_clause(topic.node)}"
    return f"papers {closeness}{where}"


def _closeness(interest: Interest) -> str:
    unwanted = _listed([f"“{text}”" for text in interest.unwanted], "or")
    return f"close to “{interest.wanted}”" + (f" and not to {unwanted}" if unwanted else "")


def _clause(node: Node) -> str:
    if isinstance(node, And | Or):
        return _clauses(node, "and" if isinstance(node, And) else "or")
    leaf, negated = (node.part, True) if isinstance(node, Not) else (node, False)
    return f"{_verb(leaf, negated)} {object_of(leaf)}"


def _clauses(node: And | Or, word: str) -> str:
    """The operands joined by `word` ("and", "or"), categories first.

    Leaves with the same verb share it; nested operators that could be misread are put in parentheses.
    """
    clauses: list[tuple[str, str]] = []  # (verb, clause)
    objects_by_verb: dict[str, list[str]] = {}
    nested: list[str] = []
    for part in sorted(node.parts, key=lambda part: (isinstance(part, Not), not isinstance(part, Category))):
        if isinstance(part, And | Or):
            verbs = {*map(_verb_of, part.parts)}
            # "in cs.CV or cs.LG" needs no parentheses beside AND, since its verb is said once.
            if word == "and" and len(verbs) == 1:
                clauses.append((verbs.pop(), _clause(part)))
            else:
                nested.append(_clause(part))
        else:
            leaf = part.part if isinstance(part, Not) else part
            objects_by_verb.setdefault(_verb_of(part), []).append(object_of(leaf))
    for verb, objects in objects_by_verb.items():
        # "do not mention a or b" is what English says for NOT a AND NOT b.
        negative = verb not in _AFFIRMATIVE
        clauses.append((verb, f"{verb} {_listed(objects, 'or' if negative and word == 'and' else word)}"))
    # "papers in cs.CV that mention …": a category reads like an attribute and needs no "and" after it.
    in_categories = [clause for verb, clause in clauses if verb == _IN_CATEGORY and word == "and"]
    others = [clause for _, clause in clauses if clause not in in_categories] + [f"({clause})" for clause in nested]
    return f"{_listed(in_categories, word)} {_listed(others, word)}".strip()


def _verb_of(node: Node) -> str:
    """The verb of a leaf, negated or not; for a nested operator the whole clause, which equals no other verb."""
    if isinstance(node, And | Or):
        return _clause(node)
    return _verb(node.part, True) if isinstance(node, Not) else _verb(node, False)


def _verb(leaf: Node, negated: bool) -> str:
    if isinstance(leaf, Category):
        return _CATEGORY_VERBS[leaf.primary][negated]
    return _FIELD_VERBS[leaf.field][negated] if isinstance(leaf, Term) else ""


def object_of(leaf: Node) -> str:
    """What a leaf names, as people read it: "“gan”", "cs.CV", "any category of cs"."""
    if isinstance(leaf, Category):
        archive = leaf.code.removesuffix(".*")  # "cs.*" is the archive, shown as "any category of cs"
        return leaf.code if archive == leaf.code else _("any category of {archive}").format(archive=archive)
    if not isinstance(leaf, Term):
        return f"({_clause(leaf)})"
    if leaf.field is Field.AUTHOR:
        return " ".join(word.capitalize() + ("." if len(word) == 1 and word.isascii() else "") for word in leaf.words)
    phrase = phrase_text(leaf.words)
    return f"“{phrase.replace('*', '…') if any(map(is_prefix, leaf.words)) else phrase}”"


def _listed(items: list[str], word: str) -> str:
    """ "a, b and c"."""
    if len(items) < 3:
        return f" {word} ".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def archives(topic: Topic) -> frozenset[str] | None:
    """The archives whose listings contain every paper that the topic matches; None if all of arXiv is needed.

    For `cat:cs.CV AND cat:math.OC` both are needed: a paper may enter either category by a later cross-list.
    """
    return _archives(topic.node)


def _archives(node: Node) -> frozenset[str] | None:
    if node == EVERYTHING:
        return None
    if isinstance(node, And | Or):
        parts = map(_archives, node.parts)
        return functools.reduce(functools.partial(joined_archives, is_and=isinstance(node, And)), parts)
    return None if isinstance(node, Not) else archives_of_leaf(node)


def archives_of_leaf(leaf: Leaf) -> frozenset[str] | None:
    """Like `archives`, for a topic of this leaf alone."""
    return frozenset(categories.archives_of([leaf.code])) if isinstance(leaf, Category) else None


def joined_archives(
    left: frozenset[str] | None, right: frozenset[str] | None, *, is_and: bool
) -> frozenset[str] | None:
    """Like `archives`, for two topics joined by AND or by OR."""
    if left is None or right is None:
        # An operand of AND without a category adds nothing.
        return (right if left is None else left) if is_and else None
    return left | right  # for AND, too, see `archives`
