"""Matching announced papers against distinct topics, by an index of terms instead of a loop over topics. Pure.

How `Matcher.match` finds the topics of one paper among tens of thousands:

1. Every distinct leaf (term or category) of all topics has a number. `TermIndex` maps the features that can make a leaf
   true (a word, a pair of words, a compound, a prefix) to those numbers, with one index for each field.
2. The features of the paper are intersected with the keys of these indexes. That gives the candidate leaves. Where a
   feature alone does not prove the leaf (three words and more, names), the leaf is checked in the paper.
3. Each topic is stored under leaves that it cannot be true without, the rarest by a guess: a conjunction under its two
   rarest leaves, any other expression under each of its triggers. Only topics under true leaves are evaluated.

`satisfies` and `because` define the same for a single topic, without an index; the tests compare the two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.model import Paper
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.indexed_text import IndexedText
from bot.topics.parse import Topic
from bot.topics.syntax_tree import And, Category, Field, Leaf, Node, Not, Or, Term, evaluate, leaves, reasons
from bot.topics.term_index import TermIndex, lookup_keys


def satisfies(topic: Topic, paper: IndexedPaper) -> bool:
    """Whether a paper belongs to a topic."""
    return evaluate(topic.node, paper.matches)


def because(topic: Topic, paper: IndexedPaper) -> tuple[str, ...]:
    """The words of a paper that make it belong to a topic, in the order of the topic's terms, without repetition."""
    return _distinct(paper.matched_text(leaf) or "" for leaf in reasons(topic.node, paper.matches))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts without repetition, the first spelling of each in the place of its last occurrence."""
    listed = tuple(texts)
    if len(listed) == 1 or len({*map(str.casefold, listed)}) == len(listed):  # nearly always
        return listed
    return tuple({text.casefold(): text for text in reversed(listed)}.values())[::-1]


# ── topics with numbers for leaves ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Conjunction:
    """A topic that consists of ANDs only: all of `required` are true and none of `excluded`.

    `shown` are the required leaves in the order in which they are given as reasons.
    """

    topic: int
    required: frozenset[int]
    excluded: frozenset[int]
    shown: tuple[int, ...]


_Expression = int | tuple[type[And] | type[Or] | type[Not], tuple["_Expression", ...]]
"""A syntax tree with the numbers of its leaves."""


def _is_true(expression: _Expression, true: AbstractSet[int]) -> bool:
    if isinstance(expression, int):
        return expression in true
    kind, parts = expression
    if kind is Not:
        return not _is_true(parts[0], true)
    decisive = kind is Or  # one true operand decides an OR, one false operand an AND
    for part in parts:
        # Leaves are looked up in place: this is the innermost loop of matching.
        if (part in true if isinstance(part, int) else _is_true(part, true)) is decisive:
            return decisive
    return not decisive


def _reasons(expression: _Expression, true: AbstractSet[int]) -> list[int]:
    """The leaves that make a true expression true, in order."""
    if isinstance(expression, int):
        return [expression]
    kind, parts = expression
    found: list[int] = []
    for part in parts if kind is not Not else ():
        if isinstance(part, int):
            if part in true:
                found.append(part)
        elif kind is And or _is_true(part, true):
            found += _reasons(part, true)
    return found


_MatchedText = str | tuple[IndexedText, int, int]
"""The words that match a leaf, or the text and the (start, end) where they stand."""


class Matcher:
    """An index of distinct topics, which are given as (id, topic)."""

    def __init__(self, topics: Iterable[tuple[int, Topic]]) -> None:
        topics = [*topics]
        self._leaves: list[Leaf] = []
        self._numbers: dict[Leaf, int] = {}
        self._term_indexes: dict[Field, TermIndex] = {}
        self._category_indexes: dict[bool, TermIndex] = {}  # by `Category.primary`
        self._to_check: set[int] = set()  # leaves that their lookup keys alone do not prove
        self._single: dict[int, list[int]] = defaultdict(list)
        self._conjunctions: dict[int, dict[int, list[_Conjunction]]] = defaultdict(dict)
        self._expressions: dict[int, list[tuple[int, _Expression]]] = defaultdict(list)
        self._topics_with = Counter(leaf for _, topic in topics for leaf in set(leaves(topic.node)))
        for leaf in self._topics_with:
            self._add_leaf(leaf)
        for topic_id, topic in topics:
            self._add_topic(topic_id, topic.node)

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _add_leaf(self, leaf: Leaf) -> None:
        number = self._numbers[leaf] = len(self._leaves)
        self._leaves.append(leaf)
        keys = lookup_keys(leaf)
        if not keys.sufficient:
            self._to_check.add(number)
        if isinstance(leaf, Category):
            self._category_indexes.setdefault(leaf.primary, TermIndex()).add(number, keys)
        else:
            self._term_indexes.setdefault(leaf.field, TermIndex()).add(number, keys)

    def _add_topic(self, topic_id: int, node: Node) -> None:
        if isinstance(node, Term | Category):
            self._single[self._numbers[node]].append(topic_id)
            return
        if conjunction := self._conjunction(topic_id, node):
            # Stored under two leaves, because many topics share their rarest one.
            rarest, *others = sorted(conjunction.required, key=self._frequency)
            by_second = self._conjunctions[rarest]
            by_second.setdefault(others[0] if others else rarest, []).append(conjunction)
            return
        expression = self._expression(node)
        for leaf in self._triggers(node):
            self._expressions[leaf].append((topic_id, expression))

    def _expression(self, node: Node) -> _Expression:
        if isinstance(node, And | Or):
            return type(node), tuple(map(self._expression, node.parts))
        return (Not, (self._expression(node.part),)) if isinstance(node, Not) else self._numbers[node]

    def _conjunction(self, topic_id: int, node: Node) -> _Conjunction | None:
        if not isinstance(node, And) or any(isinstance(part, Or) for part in node.parts):
            return None
        required = [self._numbers[part] for part in node.parts if isinstance(part, Term | Category)]
        excluded = [self._numbers[leaf] for part in node.parts if isinstance(part, Not) for leaf in leaves(part)]
        return _Conjunction(topic_id, frozenset(required), frozenset(excluded), tuple(required))

    def _triggers(self, node: Node) -> set[int]:
        """Leaves of which at least one is true whenever the node is, as rare as possible.

        Empty for a node that can be true without any leaf being true; the parser refuses such topics as a whole, so
        that it can only be a part of one.
        """
        if isinstance(node, Or):
            parts = [*map(self._triggers, node.parts)]
            return set().union(*parts) if all(parts) else set()
        if isinstance(node, And):
            return min(filter(None, map(self._triggers, node.parts)), key=self._total_frequency, default=set())
        return set() if isinstance(node, Not) else {self._numbers[node]}

    def _total_frequency(self, triggers: set[int]) -> float:
        return sum(map(self._frequency, triggers))

    def _frequency(self, number: int) -> float:
        """A guess at how many papers a leaf is true of: what many topics name is common, a phrase is rare."""
        leaf = self._leaves[number]
        if isinstance(leaf, Category):
            return 1e6  # a category holds for a large part of the papers of a day, so it is the last choice
        # The 10 is a guess as well. A wrong guess makes matching slower and never wrong.
        return self._topics_with[leaf] / (1 if len(leaf.words) == 1 else 10)

    # ── matching ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def match(self, paper: Paper) -> list[tuple[int, tuple[str, ...]]]:
        """The ids of the topics that a paper belongs to, each with the words of the paper that are the reason."""
        matched = self._true_leaves(IndexedPaper(paper))
        true = set(matched)
        texts = _Texts(matched)
        found: dict[int, tuple[str, ...]] = {}
        for leaf in self._single.keys() & true:
            reason = (texts[leaf],)
            # One tuple for all these topics: a common word is the reason of thousands.
            for topic_id in self._single[leaf]:
                found[topic_id] = reason
        for leaf in self._conjunctions.keys() & true:
            for second in self._conjunctions[leaf].keys() & true:
                for conjunction in self._conjunctions[leaf][second]:
                    if conjunction.required <= true and conjunction.excluded.isdisjoint(true):
                        found[conjunction.topic] = _distinct([texts[shown] for shown in conjunction.shown])
        for leaf in self._expressions.keys() & true:
            # A topic stands under several triggers and is evaluated until one evaluation succeeds.
            for topic_id, expression in self._expressions[leaf]:
                if topic_id not in found and _is_true(expression, true):
                    found[topic_id] = _distinct([texts[reason] for reason in _reasons(expression, true)])
        return list(found.items())

    def _true_leaves(self, paper: IndexedPaper) -> dict[int, _MatchedText]:
        """The leaves that are true of a paper, each with the first place that matches it."""
        found: dict[int, _MatchedText] = {}
        for is_primary, index in self._category_indexes.items():
            for code, given in (paper.primary if is_primary else paper.categories).items():
                found.update(dict.fromkeys(index.leaves_by_feature.get(code, ()), given))
        for field, index in self._term_indexes.items():
            for text in paper.texts(field):
                for leaf, (start, end) in index.candidates(text).items():
                    found.setdefault(leaf, (text, start, end))
        for leaf in self._to_check & found.keys():
            matched_text = paper.matched_text(self._leaves[leaf])
            if matched_text is None:
                del found[leaf]
            else:
                found[leaf] = matched_text
        return found


class _Texts(dict[int, str]):
    """The words of a paper that match each true leaf, put together on first use: most are never shown."""

    def __init__(self, matched: Mapping[int, _MatchedText]) -> None:
        self._matched = matched

    def __missing__(self, leaf: int) -> str:
        matched = self._matched[leaf]
        text = self[leaf] = matched if isinstance(matched, str) else matched[0].excerpt(matched[1], matched[2])
        return text
