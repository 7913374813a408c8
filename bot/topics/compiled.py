"""Stored topics compiled for matching: programs over numbered leaves, each topic read once for as long as it is kept.

Programs are tuples of numbers and keys tuples of strings, because the garbage collector passes over these: a hundred
thousand syntax trees would make every full collection take a tenth of a second longer, and all threads wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable

from bot.errors import BadTopic
from bot.topics.meaning import archives_of_leaf, joined_archives
from bot.topics.stored import AND, NOT, LeafTable, Program


class CompiledTopics:
    """Stored topics by query, each read when it is first asked for. May be used by several threads.

    It holds all topics that are not forgotten by `keep`: in a cache of a fixed size, every pass over all topics would
    find none of them again as soon as there is one topic too many.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._table = LeafTable()
        self._programs: dict[str, Program] = {}
        """The two are only added to; `keep` puts others in their place, both at once."""
        self._refused: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._programs) + len(self._refused)

    def add(self, queries: Iterable[str]) -> None:
        """Read those of the queries that are not known yet."""
        for query in queries:
            if query not in self._programs and query not in self._refused:
                with self._lock:
                    try:
                        self._programs[query] = self._table.program(query)
                    except BadTopic as error:  # an earlier version may have stored what today's grammar refuses
                        self._refused[query] = str(error)

    def programs(self, queries: Collection[str]) -> tuple[LeafTable, dict[str, Program]]:
        """The programs of these topics by query, without those that are refused, and the table of their leaves."""
        while True:
            self.add(queries)
            with self._lock:
                table, known = self._table, self._programs
            # Not under the lock: others, maybe the event loop, would wait for it.
            programs = {query: known[query] for query in queries if query in known}
            if all(query in programs or query in self._refused for query in queries):
                return table, programs  # unless another thread has forgotten one of them at this moment

    def refused(self, queries: Iterable[str]) -> dict[str, str]:
        """Those of the queries that today's grammar refuses, each with the reason."""
        return {query: self._refused[query] for query in queries if query in self._refused}

    def archives(self, query: str) -> frozenset[str] | None:
        """Like `bot.topics.archives`; no archive for a topic that is refused, since it matches nothing."""
        table, programs = self.programs([query])
        return _archives(table, programs[query]) if query in programs else frozenset()

    def keep(self, queries: Collection[str]) -> None:
        """Forget all topics but these, and the leaves that only forgotten topics name."""
        kept = set(queries)
        with self._lock:
            self._refused = {query: why for query, why in self._refused.items() if query in kept}
            programs = {query: program for query, program in self._programs.items() if query in kept}
            used = sorted({code for program in programs.values() for code in program if code >= 0})
            table = self._table
            if 2 * len(used) < len(table.leaves):  # otherwise renumbering, which touches every program, saves little
                table = LeafTable()
                numbers = {old: table.add(self._table.leaves[old]) for old in used}
                programs = {
                    query: tuple(numbers.get(code, code) for code in program) for query, program in programs.items()
                }
            self._table, self._programs = table, programs


def _archives(table: LeafTable, program: Program) -> frozenset[str] | None:
    values: list[frozenset[str] | None] = []
    for code in program:
        if code >= 0:
            values.append(archives_of_leaf(table.leaves[code]))
        elif code == NOT:
            values[-1] = None
        else:
            last = values.pop()
            values[-1] = joined_archives(values[-1], last, is_and=code == AND)
    return values[0] if values else None


followed = CompiledTopics()
"""The topics that chats follow: matching and polling need them again and again."""
