"""The process in which vectors of terms are made: `python -m bot.relevance.vector_maker`.

It reads one request a line from standard input and answers each with a line; its first line, {"ready": true}, comes
when it has loaded its libraries. A request is {"papers": [[title, abstract, [category, …]], …]}, answered by {}, or
{"make": true}, answered by {"data", "papers"}: the vectors from all papers before (base64 of `own_vectors.packed`),
and how many these were.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from typing import Any

from bot.relevance.line_answers import answer_lines
from bot.relevance.own_vectors import packed
from bot.relevance.paper_block import PaperRow, raw_weights
from bot.relevance.term_vectors import term_vectors
from bot.relevance.terms import occurrences_in

MEMORY_BYTES = 3_000_000_000
"""Limit of address space. In memory it takes a fifth of that for 20,000 papers."""


class VectorMaker:
    """Reads papers, and makes vectors of their terms."""

    def __init__(self) -> None:
        self._papers: list[PaperRow] = []

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Read papers or make vectors, as the module describes."""
        if "papers" in request:
            for title, abstract, categories in request["papers"]:
                keys, raw = raw_weights(occurrences_in(title, abstract))
                self._papers.append(PaperRow(len(self._papers), "", 1, tuple(map(sys.intern, categories)), keys, raw))
            return {}
        made = term_vectors(self._papers)
        return {"data": base64.b64encode(packed(made.keys, made.rows)).decode(), "papers": len(self._papers)}


if __name__ == "__main__":
    sys.exit(answer_lines(lambda: VectorMaker().answer, most_bytes=MEMORY_BYTES))
