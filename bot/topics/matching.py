"""Announced papers × distinct topics → matches, by an index of terms instead of a loop over topics. Pure.

A paper's words are looked up among the topics' terms, which gives the set of terms that are true of it. Each topic
waits at one term it cannot do without (for an OR, one of each side), the one that fewest topics name; only topics
whose term is true are looked at. `satisfies` and `because` are the plain meaning of the same, topic by topic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.model import Paper
from bot.topics.indexed_paper import MOST_JOINED, Feature, IndexedPaper, WordRow, groups
from bot.topics.parse import Topic
from bot.topics.syntax_tree import And, Category, Field, Leaf, Node, Not, Or, Term, holds, is_prefix, leaves, reasons
from bot.topics.text import is_unspaced


def satisfies(topic: Topic, prepared: IndexedPaper) -> bool:
    """Whether a paper is of a topic."""
    return holds(topic.node, prepared.has)


def because(topic: Topic, prepared: IndexedPaper) -> tuple[str, ...]:
    """The terms that make a paper one of the topic's, as they stand in it, without repetition."""
    return _distinct(prepared.reading(leaf) or "" for leaf in reasons(topic.node, prepared.has))


def _distinct(readings: Iterable[str]) -> tuple[str, ...]:
    found = (*readings,)
    if len(found) == 1 or len({*map(str.casefold, found)}) == len(found):
        return found
    return tuple({reading.casefold(): reading for reading in reversed(found)}.values())[::-1]


# ── which features of a paper make a leaf true ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Signs:
    """A leaf is true only where one of these features stands; where `sure`, wherever one does."""

    features: tuple[Feature, ...] = ()
    beginnings: tuple[str, ...] = ()
    sure: bool = False


def _signs(leaf: Leaf) -> _Signs:
    if isinstance(leaf, Category):
        return _Signs((leaf.code,), sure=True)
    if leaf.field is Field.AUTHOR or len(leaf.words) == 1 or any(map(is_prefix, leaf.words)):
        return _word_signs(leaf)
    return _pair_signs(leaf.words)


def _word_signs(leaf: Term) -> _Signs:
    """The longest word that is no initial, alone or joined with its neighbours."""
    words = leaf.words
    pivot = max(range(len(words)), key=lambda at: (len(words[at]) > 1 or is_unspaced(words[at]), len(words[at])))
    around = [each for start, here in enumerate(groups(words)) for each in here if start <= pivot < start + each[1]]
    plain = tuple(word for word, _, begins in around if not begins)
    beginnings = tuple(word for word, _, begins in around if begins)
    return _Signs(plain, beginnings, sure=len(words) == 1 and leaf.field is not Field.AUTHOR)


def _pair_signs(words: tuple[str, ...]) -> _Signs:
    """The longest two neighbours, alone or joined with theirs or with each other."""
    left = max(range(len(words) - 1), key=lambda at: len(words[at]) + len(words[at + 1]))
    choices = groups(words)
    features: list[Feature] = []
    for start in range(max(0, left + 1 - MOST_JOINED), left + 1):
        for word, count, _ in choices[start]:
            if start + count == left + 1:
                features += [(word, after) for after, *_ in choices[left + 1]]
            elif start + count > left + 1:
                features.append(word)
    return _Signs(tuple(features), sure=len(words) == 2)


_Span = tuple[int, int]


_MOST_TRIED = 200_000
"""Words kept in mind with the wildcards that they begin like, so that a process of months does not keep them all."""


class _Zone:
    """The leaves that look in one place of a paper, by the features that make them true."""

    def __init__(self) -> None:
        self.features: dict[Feature, list[int]] = defaultdict(list)
        self._beginnings: dict[str, list[int]] = defaultdict(list)
        self._begun: dict[str, list[int]] = {}
        self._tried: set[str] = set()

    def add(self, leaf: int, signs: _Signs) -> None:
        for feature in signs.features:
            self.features[feature].append(leaf)
        for beginning in signs.beginnings:
            self._beginnings[beginning].append(leaf)

    def spans(self, row: WordRow) -> dict[int, _Span]:
        """The leaves that a feature of this row speaks for, and the places that the first such feature takes."""
        found: dict[int, _Span] = {}

        def note(leaves: list[int], span: _Span) -> None:
            for leaf in leaves:
                if leaf not in found or span < found[leaf]:
                    found[leaf] = span

        for word in row.singles.keys() & self.features.keys():
            note(self.features[word], (row.singles[word], row.singles[word] + 1))
        for pair in row.pairs.keys() & self.features.keys():
            note(self.features[pair], (row.pairs[pair], row.pairs[pair] + 2))
        for feature in row.compounds.keys() & self.features.keys():
            note(self.features[feature], row.compounds[feature])
        if self._beginnings:
            for places in (row.singles, row.written):
                for word in self._beginning(places):
                    note(self._begun[word], (places[word], places[word] + 1))
            joined = {feature: span for feature, span in row.compounds.items() if isinstance(feature, str)}
            for word in self._beginning(joined):
                note(self._begun[word], joined[word])
            for word, *span in row.joined_as_written():
                if self._beginning({word: 0}):
                    note(self._begun[word], (span[0], span[1]))
        return found

    def _beginning(self, words: Mapping[str, object]) -> set[str]:
        """Those of the words that begin as some leaf asks; what has been tried once is known."""
        if len(self._tried) > _MOST_TRIED:
            self._tried.clear()
        for word in words.keys() - self._tried:
            cut = (word[:length] for length in range(1, len(word) + 1))
            if leaves := [leaf for beginning in cut for leaf in self._beginnings.get(beginning, ())]:
                self._begun[word] = leaves
            self._tried.add(word)
        return self._begun.keys() & words.keys()


# ── the index ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Rule:
    """A topic that is nothing but ANDs: all of `needs` true, none of `bars`; `order` is how its reasons are told."""

    topic: int
    needs: frozenset[int]
    bars: frozenset[int]
    order: tuple[int, ...]


_Numbered = int | tuple[type[And] | type[Or] | type[Not], tuple["_Numbered", ...]]
"""A tree with the numbers of its leaves."""


def _holds(tree: _Numbered, true: AbstractSet[int]) -> bool:
    if isinstance(tree, int):
        return tree in true
    kind, parts = tree
    if kind is Not:
        return not _holds(parts[0], true)
    decides = kind is Or
    for part in parts:
        if (part in true if isinstance(part, int) else _holds(part, true)) is decides:
            return decides
    return not decides


def _reasons(tree: _Numbered, true: AbstractSet[int]) -> list[int]:
    if isinstance(tree, int):
        return [tree]
    kind, parts = tree
    found: list[int] = []
    for part in parts if kind is not Not else ():
        if isinstance(part, int):
            if part in true:
                found.append(part)
        elif kind is And or _holds(part, true):
            found += _reasons(part, true)
    return found


@dataclass(frozen=True, slots=True)
class _Tree:
    """Any other topic."""

    topic: int
    tree: _Numbered


_Where = str | tuple[WordRow, int, int]
"""What a leaf reads like, or the places of a row that say it."""


class Matcher:
    """An index of distinct topics: `match` tells which of them a paper satisfies. Topics come as (id, topic)."""

    def __init__(self, topics: Iterable[tuple[int, Topic]]) -> None:
        topics = [*topics]
        self._leaves: list[Leaf] = []
        self._ids: dict[Leaf, int] = {}
        self._zones: dict[Field | bool, _Zone] = {}
        self._unsure: set[int] = set()
        self._single: dict[int, list[int]] = defaultdict(list)
        self._rules: dict[int, dict[int, list[_Rule]]] = defaultdict(dict)
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
        if rule := self._rule(ident, node):
            first, *others = sorted(rule.needs, key=self._commonness)
            self._rules[first].setdefault(others[0] if others else first, []).append(rule)
            return
        tree = self._numbered(node)
        for leaf in self._triggers(node):
            self._trees[leaf].append(_Tree(ident, tree))

    def _numbered(self, node: Node) -> _Numbered:
        if isinstance(node, And | Or):
            return type(node), tuple(map(self._numbered, node.parts))
        return (Not, (self._numbered(node.part),)) if isinstance(node, Not) else self._ids[node]

    def _rule(self, ident: int, node: Node) -> _Rule | None:
        if not isinstance(node, And) or any(isinstance(part, Or) for part in node.parts):
            return None
        needs = [self._ids[part] for part in node.parts if isinstance(part, Term | Category)]
        bars = [self._ids[leaf] for part in node.parts if isinstance(part, Not) for leaf in leaves(part)]
        return _Rule(ident, frozenset(needs), frozenset(bars), tuple(needs))

    def _triggers(self, node: Node) -> set[int]:
        """Leaves of which one is true wherever the node holds, as rare as can be; none where it may hold without."""
        if isinstance(node, Or):
            each = [*map(self._triggers, node.parts)]
            return set().union(*each) if all(each) else set()
        if isinstance(node, And):
            return min(filter(None, map(self._triggers, node.parts)), key=self._cost, default=set())
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
        where = self._true(IndexedPaper(paper))
        true = set(where)
        readings = _Readings(where)
        found: dict[int, tuple[str, ...]] = {}
        for leaf in self._single.keys() & true:
            reading = (readings[leaf],)
            for topic in self._single[leaf]:
                found[topic] = reading
        for leaf in self._rules.keys() & true:
            for second in self._rules[leaf].keys() & true:
                for rule in self._rules[leaf][second]:
                    if rule.needs <= true and rule.bars.isdisjoint(true):
                        found[rule.topic] = _distinct([readings[each] for each in rule.order])
        for leaf in self._trees.keys() & true:
            for each in self._trees[leaf]:
                if each.topic not in found and _holds(each.tree, true):
                    found[each.topic] = _distinct([readings[reason] for reason in _reasons(each.tree, true)])
        return list(found.items())

    def _true(self, prepared: IndexedPaper) -> dict[int, _Where]:
        """The leaves that are true of a paper, out of those that any topic has, and where it says so first."""
        found: dict[int, _Where] = {}
        for name, zone in self._zones.items():
            if isinstance(name, bool):
                codes = prepared.primary if name else prepared.categories
                for code, given in codes.items():
                    found.update(dict.fromkeys(zone.features.get(code, ()), given))
                continue
            for row in prepared.rows(name):
                for leaf, (start, end) in zone.spans(row).items():
                    if leaf not in found:
                        found[leaf] = row, start, end
        for leaf in self._unsure & found.keys():
            reading = prepared.reading(self._leaves[leaf])
            if reading is None:
                del found[leaf]
            else:
                found[leaf] = reading
        return found


class _Readings(dict[int, str]):
    """What the true leaves read like in a paper, put together when asked for."""

    def __init__(self, where: Mapping[int, _Where]) -> None:
        self._where = where

    def __missing__(self, leaf: int) -> str:
        where = self._where[leaf]
        reading = self[leaf] = where if isinstance(where, str) else where[0].shown(where[1], where[2])
        return reading
