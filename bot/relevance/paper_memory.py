"""Papers that were read, as blocks of features, up to a limit of memory. Those used longest ago are dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bot.relevance.paper_block import Numbers, PaperBlock, PaperRow, build
from bot.relevance.term_table import Floats, TermTable

MOST_BYTES = 60_000_000
"""About 15,000 papers without embeddings: two weeks of arXiv."""

_ROW_BITS = 16

FULL = 2_000
"""Papers of a block that gets no more: a large day."""


class Part(NamedTuple):
    """Papers of one block: their rows there, and their positions among the papers that were asked for."""

    block: PaperBlock
    rows: Numbers
    positions: Numbers


class PaperMemory:
    """Papers by number. May be used by several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.RLock()
        self._blocks: OrderedDict[int, PaperBlock] = OrderedDict()
        """By an id of their own, the one used longest ago first."""
        self._places: dict[int, int] = {}
        """A paper's block and row as one number, `block << _ROW_BITS | row`, by the paper's number."""
        self._numbers: dict[str, int] = {}
        """Numbers by a paper's id."""
        self._next_id = 0

    @property
    def size(self) -> int:
        """Bytes that all blocks take."""
        with self._lock:
            return sum(block.size for block in self._blocks.values())

    def unknown(self, numbers: Iterable[int]) -> list[int]:
        """Those of the papers that are not here. The others count as used: adding these drops them last."""
        with self._lock:
            asked = list(numbers)
            self._mark_used(self._places[number] >> _ROW_BITS for number in asked if number in self._places)
            return [number for number in asked if number not in self._places]

    def add(self, papers: Sequence[PaperRow], table: TermTable, embeddings: Mapping[int, Floats]) -> None:
        """Keep papers; the last block is filled up first."""
        with self._lock:
            new = [*{paper.number: paper for paper in papers if paper.number not in self._places}.values()]
            while new:
                begun, known = self._begun()
                room = FULL - len(begun)
                self._keep(build([*begun, *new[:room]], table, {**known, **embeddings}))
                new = new[room:]
            self._drop()

    def _begun(self) -> tuple[list[PaperRow], dict[int, Floats]]:
        """The papers of the newest block if it may get more, and their embeddings; it is removed then."""
        newest = max(self._blocks, default=None)
        if newest is None or len(self._blocks[newest]) >= FULL:
            return [], {}
        block = self._blocks.pop(newest)
        return block.paper_rows(), embeddings_of(block)

    def _keep(self, block: PaperBlock) -> None:
        self._next_id += 1
        self._blocks[self._next_id] = block
        start = self._next_id << _ROW_BITS
        self._places.update({paper.number: start | row for row, paper in enumerate(block.papers)})
        self._numbers.update({paper.paper_id: paper.number for paper in block.papers})

    def _drop(self) -> None:
        while len(self._blocks) > 1 and self.size > self._most_bytes:
            _, block = self._blocks.popitem(last=False)
            for paper in block.papers:
                del self._places[paper.number]
                if self._numbers.get(paper.paper_id) == paper.number:
                    del self._numbers[paper.paper_id]

    def refresh(self, numbers: Iterable[int], table: TermTable, embeddings: Mapping[int, Floats]) -> None:
        """Measure the blocks of these papers with this table and these embeddings, unless that is done. They count as
        used."""
        with self._lock:
            of_blocks: dict[int, dict[int, Floats]] = {}
            for number in numbers:
                if number in self._places:
                    new = of_blocks.setdefault(self._places[number] >> _ROW_BITS, {})
                    if number in embeddings:
                        new[number] = embeddings[number]
            self._mark_used(of_blocks)
            for block_id, new in of_blocks.items():
                block = self._blocks[block_id]
                if block.table is not table or new:
                    self._blocks[block_id] = build(block.paper_rows(), table, {**embeddings_of(block), **new})

    def without_embedding(self, numbers: Collection[int]) -> dict[int, tuple[str, int]]:
        """Those of these papers, if they are here, that have no embedding: their ids and versions by number."""
        found: dict[int, tuple[str, int]] = {}
        known = set(numbers) - set(self.unknown(numbers))
        for part in self.parts(sorted(known)):
            for row in part.rows[~part.block.has_embedding[part.rows]]:
                paper = part.block.papers[row]
                found[paper.number] = paper.paper_id, paper.version
        return found

    def number_of(self, paper_id: str) -> int | None:
        """A number under which this paper is here; None if it is not."""
        with self._lock:
            return self._numbers.get(paper_id)

    def parts(self, numbers: Sequence[int]) -> list[Part]:
        """These papers by block. Raises `KeyError` for one that was not read, or was dropped."""
        with self._lock:
            places = np.fromiter(map(self._places.__getitem__, numbers), np.int64, len(numbers))
            of_blocks, rows = places >> _ROW_BITS, places & ((1 << _ROW_BITS) - 1)
            parts = []
            part_ids: list[int] = np.unique(of_blocks).tolist()
            for block_id in part_ids:
                positions = np.flatnonzero(of_blocks == block_id)
                parts.append(Part(self._blocks[block_id], rows[positions], positions))
            self._mark_used(part_ids)
            return parts

    def _mark_used(self, block_ids: Iterable[int]) -> None:
        for block_id in sorted(set(block_ids)):
            self._blocks.move_to_end(block_id)

    def place(self, number: int) -> tuple[PaperBlock, int]:
        """The block and row of a paper. Raises `KeyError` as `parts` does."""
        [part] = self.parts([number])
        return part.block, int(part.rows[0])


def embeddings_of(block: PaperBlock) -> dict[int, Floats]:
    """The embeddings of a block's papers that have one, by their numbers."""
    if not block.embeddings.shape[1]:
        return {}
    has_one = block.has_embedding
    return {paper.number: block.embeddings[row] for row, paper in enumerate(block.papers) if has_one[row]}
