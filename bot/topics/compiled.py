"""Stored topics compiled for matching: programs over numbered leaves, each topic parsed once for as long as it is kept.

Programs are tuples of numbers and keys tuples of strings, because the garbage collector passes over these: a hundred
thousand syntax trees would make every full collection take a tenth of a second longer, and all threads wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from bot.errors import BadTopic
from bot.topics.leaf_keys import AnyOf, leaf_keys
from bot.topics.meaning import archives
from bot.topics.parse import parse
from bot.topics.syntax_tree import And, Leaf, Node, Not, Or

Program = tuple[int, ...]
"""A topic in postfix notation: numbers of leaves, and `AND`, `OR` (each of the two values before it) and `NOT`."""

AND, OR, NOT = -1, -2, -3


@dataclass(slots=True)
class LeafTable:
    """Distinct leaves by number, with their keys. It only grows: a thread may read it while another one adds."""

    leaves: list[Leaf] = field(default_factory=list)
    required: list[tuple[AnyOf, ...]] = field(default_factory=list)
    sufficient: list[bool] = field(default_factory=list)
    """The two parts of each leaf's `LeafKeys`."""
    _numbers: dict[Leaf, int] = field(default_factory=dict)

    def number(self, leaf: Leaf) -> int:
        """The number of a leaf, which is added if it is new."""
        number = self._numbers.get(leaf)
        if number is None:
            keys = leaf_keys(leaf)
            self.required.append(keys.required)
            self.sufficient.append(keys.sufficient)
            self.leaves.append(leaf)
            number = self._numbers[leaf] = len(self.leaves) - 1
        return number

    def program(self, node: Node) -> Program:
        """The program of a topic."""
        return tuple(self._codes(node))

    def _codes(self, node: Node) -> Iterator[int]:
        if isinstance(node, And | Or):
            for index, part in enumerate(node.parts):
                yield from self._codes(part)
                if index:
                    yield AND if isinstance(node, And) else OR
        elif isinstance(node, Not):
            yield from self._codes(node.part)
            yield NOT
        else:
            yield self.number(node)


class CompiledTopics:
    """Stored topics by query, each parsed when it is first asked for. May be used by several threads.

    It holds all topics that are not forgotten by `keep`: in a cache of a fixed size, every pass over all topics would
    find none of them again as soon as there is one topic too many.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._table = LeafTable()
        self._programs: dict[str, Program] = {}
        self._archives: dict[str, frozenset[str] | None] = {}
        self._refused: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._programs) + len(self._refused)

    def add(self, queries: Iterable[str]) -> None:
        """Parse those of the queries that are not known yet."""
        for query in queries:
            if query not in self._programs and query not in self._refused:
                try:
                    topic = parse(query)
                except BadTopic as error:  # an earlier version may have stored what today's grammar refuses
                    self._refused[query] = str(error)
                    continue
                needed = archives(topic)
                with self._lock:
                    self._archives[query] = needed
                    self._programs[query] = self._table.program(topic.node)

    def programs(self, queries: Collection[str]) -> tuple[LeafTable, dict[str, Program]]:
        """The programs of these topics by query, without those that are refused, and the table of their leaves."""
        while True:
            self.add(queries)
            with self._lock:
                programs = {query: self._programs[query] for query in queries if query in self._programs}
                if all(query in programs or query in self._refused for query in queries):
                    return self._table, programs

    def refused(self, queries: Iterable[str]) -> dict[str, str]:
        """Those of the queries that today's grammar refuses, each with the reason."""
        return {query: self._refused[query] for query in queries if query in self._refused}

    def archives(self, query: str) -> frozenset[str] | None:
        """Like `bot.topics.archives`; no archive for a topic that is refused, since it matches nothing."""
        while True:
            self.add([query])
            if query in self._refused:
                return frozenset()
            with self._lock:
                if query in self._archives:  # unless another thread has forgotten it at this moment
                    return self._archives[query]

    def keep(self, queries: Collection[str]) -> None:
        """Forget all topics but these, and the leaves that only forgotten topics name."""
        kept = set(queries)
        with self._lock:
            self._refused = {query: why for query, why in self._refused.items() if query in kept}
            self._archives = {query: needed for query, needed in self._archives.items() if query in kept}
            self._programs = {query: program for query, program in self._programs.items() if query in kept}
            used = sorted({code for program in self._programs.values() for code in program if code >= 0})
            if 2 * len(used) >= len(self._table.leaves):  # renumbering touches every program
                return
            table = LeafTable()
            numbers = {old: table.number(self._table.leaves[old]) for old in used}
            self._table = table
            for query, program in self._programs.items():
                self._programs[query] = tuple(numbers.get(code, code) for code in program)


followed = CompiledTopics()
"""The topics that chats follow: matching and polling need them again and again."""
