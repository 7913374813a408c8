"""Announced papers × distinct topics → matches, by an index of terms instead of a loop over topics. Pure.

A paper's words are looked up among the topics' terms, which gives the set of terms that are true of it. Each topic
waits at one term it cannot do without (for an OR, one of each side), the one that fewest topics name; only topics
whose term is true are looked at. `satisfies` and `because` are the plain meaning of the same, topic by topic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import Paper
from bot.prepared import Prepared, Row, groups
from bot.text import is_unspaced
from bot.topics.nodes import And, Category, Field, Leaf, Node, Not, Or, Term, holds, is_prefix, leaves, reasons
from bot.topics.parse import Topic


def satisfies(topic: Topic, prepared: Prepared) -> bool:
    """Whether a paper is of a topic."""
    return holds(topic.node, prepared.has)


def because(topic: Topic, prepared: Prepared) -> tuple[str, ...]:
    """The terms that make a paper one of the topic's, as they stand in it, without repetition."""
    return _distinct(prepared.reading(leaf) or "" for leaf in reasons(topic.node, prepared.has))


def _distinct(readings: Iterable[str]) -> tuple[str, ...]:
    return tuple({reading.casefold(): reading for reading in reversed([*readings])}.values())[::-1]


# ── which features of a paper make a leaf true ────────────────────────────────────────────────────────────────────

_Feature = str | tuple[str, str]
"""A word, or two words next to each other."""


@dataclass(frozen=True, slots=True)
class _Signs:
    """A leaf is true only of papers that have one of these features; where `sure`, of all of those."""

    features: tuple[_Feature, ...] = ()
    beginnings: tuple[str, ...] = ()
    sure: bool = True


def _signs(leaf: Leaf) -> _Signs:
    if isinstance(leaf, Category):
        return _Signs((leaf.code,))
    words = leaf.words
    if leaf.field is Field.AUTHOR:
        return _author_signs(words)
    if len(words) == 1 or any(map(is_prefix, words)):
        return _word_signs(groups(words)[0], sure=len(words) == 1)
    after = [word for word, *_ in groups(words)[1]]
    whole = [word for word, count, _ in groups(words)[0] if count > 1]
    return _Signs((*((words[0], word) for word in after), *whole), sure=len(words) == 2)


def _author_signs(words: tuple[str, ...]) -> _Signs:
    """Around the longest word that is no initial: that word alone or joined with its neighbours."""
    pivot = max(range(len(words)), key=lambda at: (len(words[at]) > 1 or is_unspaced(words[at]), len(words[at])))
    around = [each for start, here in enumerate(groups(words)) for each in here if start <= pivot < start + each[1]]
    return _word_signs(around, sure=len(words) == 1)


def _word_signs(choices: Iterable[tuple[str, int, bool]], *, sure: bool) -> _Signs:
    choices = tuple(choices)
    plain = tuple(word for word, _, begins in choices if not begins)
    return _Signs(plain, tuple(word for word, _, begins in choices if begins), sure)


class _Zone:
    """The leaves that look in one place of a paper, by the features that make them true."""

    def __init__(self) -> None:
        self.features: dict[_Feature, list[int]] = defaultdict(list)
        self.beginnings: dict[str, list[int]] = defaultdict(list)
        self._begun: dict[str, tuple[int, ...]] = {}

    def add(self, leaf: int, signs: _Signs) -> None:
        for feature in signs.features:
            self.features[feature].append(leaf)
        for beginning in signs.beginnings:
            self.beginnings[beginning].append(leaf)

    def leaves(self, features: set[_Feature], words: Iterable[str]) -> set[int]:
        """The leaves that one of the features speaks for; `words` are those that may begin like a wildcard."""
        found: set[int] = set()
        for feature in self.features.keys() & features:
            found.update(self.features[feature])
        if self.beginnings:
            for word in words:
                found.update(self._begins(word))
        return found

    def _begins(self, word: str) -> tuple[int, ...]:
        if (known := self._begun.get(word)) is None:
            if len(self._begun) > 200_000:
                self._begun.clear()
            cut = (word[:length] for length in range(1, len(word) + 1))
            known = tuple(leaf for beginning in cut for leaf in self.beginnings.get(beginning, ()))
            self._begun[word] = known
        return known


# ── the index ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Rule:
    """A topic that is nothing but ANDs: all of `needs` true, none of `bars`; `order` is how its reasons are told."""

    topic: int
    needs: frozenset[int]
    bars: frozenset[int]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tree:
    """Any other topic."""

    topic: int
    node: Node


class Matcher:
    """An index of distinct topics: `match` tells which of them a paper satisfies. Topics come as (id, topic)."""

    def __init__(self, topics: Iterable[tuple[int, Topic]]) -> None:
        topics = [*topics]
        self._leaves: list[Leaf] = []
        self._ids: dict[Leaf, int] = {}
        self._zones: dict[Field | bool, _Zone] = {}
        self._unsure: set[int] = set()
        self._single: dict[int, list[int]] = defaultdict(list)
        self._rules: dict[int, list[_Rule]] = defaultdict(list)
        self._trees: dict[int, list[_Tree]] = defaultdict(list)
        self._named = Counter(leaf for _, topic in topics for leaf in set(leaves(topic.node)))
        for leaf in self._named:
            self._add_leaf(leaf)
        for ident, topic in topics:
            self._add_topic(ident, topic.node)

    def _add_leaf(self, leaf: Leaf) -> None:
        ident = self._ids[leaf] = len(self._leaves)
        self._leaves.append(leaf)
        signs = _signs(leaf)
        if not signs.sure:
            self._unsure.add(ident)
        zone = leaf.primary if isinstance(leaf, Category) else leaf.field
        self._zones.setdefault(zone, _Zone()).add(ident, signs)

    def _add_topic(self, ident: int, node: Node) -> None:
        if isinstance(node, Term | Category):
            self._single[self._ids[node]].append(ident)
            return
        trigger = self._triggers(node)
        rule = self._rule(ident, node)
        for leaf in trigger:
            if rule:
                self._rules[leaf].append(rule)
            else:
                self._trees[leaf].append(_Tree(ident, node))

    def _rule(self, ident: int, node: Node) -> _Rule | None:
        if not isinstance(node, And) or any(isinstance(part, Or) for part in node.parts):
            return None
        needs = [self._ids[part] for part in node.parts if isinstance(part, Term | Category)]
        bars = [self._ids[leaf] for part in node.parts if isinstance(part, Not) for leaf in leaves(part)]
        return _Rule(ident, frozenset(needs), frozenset(bars), tuple(needs))

    def _triggers(self, node: Node) -> set[int]:
        """Leaves of which one is true wherever the node holds, as rare as can be."""
        if isinstance(node, Or):
            return set().union(*map(self._triggers, node.parts))
        if isinstance(node, And):
            return min(filter(None, map(self._triggers, node.parts)), key=self._cost)
        return set() if isinstance(node, Not) else {self._ids[node]}

    def _cost(self, trigger: set[int]) -> float:
        return sum(map(self._commonness, trigger))

    def _commonness(self, ident: int) -> float:
        """A guess at how many papers a leaf is true of: what many topics name is common, a phrase is rare."""
        leaf = self._leaves[ident]
        if isinstance(leaf, Category):
            return 1e6
        return self._named[leaf] / (1 if len(leaf.words) == 1 else 10)

    def match(self, paper: Paper) -> list[tuple[int, tuple[str, ...]]]:
        """The topics that a paper satisfies, each with the terms that made it so as they stand in the paper."""
        return self.match_prepared(Prepared.of(paper))

    def match_prepared(self, prepared: Prepared) -> list[tuple[int, tuple[str, ...]]]:
        true = self._true(prepared)
        readings: dict[int, str] = {}

        def read(ident: int) -> str:
            if ident not in readings:
                readings[ident] = prepared.reading(self._leaves[ident]) or ""
            return readings[ident]

        found: dict[int, tuple[str, ...]] = {}
        for leaf in true:
            if leaf in self._single:
                reading = (read(leaf),)
                found.update(dict.fromkeys(self._single[leaf], reading))
            for rule in self._rules.get(leaf, ()):
                if rule.needs <= true and rule.bars.isdisjoint(true):
                    found[rule.topic] = _distinct(map(read, rule.order))
            for tree in self._trees.get(leaf, ()):
                if tree.topic not in found and holds(tree.node, lambda each: self._ids[each] in true):
                    named = reasons(tree.node, lambda each: self._ids[each] in true)
                    found[tree.topic] = _distinct(read(self._ids[each]) for each in named)
        return list(found.items())

    def _true(self, prepared: Prepared) -> set[int]:
        """The leaves that are true of a paper, out of those that any topic has."""
        features = _Features(prepared)
        found: set[int] = set()
        for name, zone in self._zones.items():
            found |= zone.leaves(features.of(name), features.beginnings(name) if zone.beginnings else ())
        for leaf in found & self._unsure:
            if not prepared.has(self._leaves[leaf]):
                found.discard(leaf)
        return found


class _Features:
    """The features of a paper's rows, each row's found once."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._known: dict[int, set[_Feature]] = {}

    def of(self, zone: Field | bool) -> set[_Feature]:
        if isinstance(zone, bool):
            return {*(self._prepared.primary if zone else self._prepared.categories)}
        return set().union(*map(self._row, self._prepared.rows(zone)))

    def beginnings(self, zone: Field | bool) -> set[str]:
        return (
            set() if isinstance(zone, bool) else set().union(*(row.beginnings() for row in self._prepared.rows(zone)))
        )

    def _row(self, row: Row) -> set[_Feature]:
        if id(row) not in self._known:
            self._known[id(row)] = {*row.vocabulary(), *row.pairs()}
        return self._known[id(row)]
