"""The service's side of the process that trains models (`learner`).

A service without votes never starts it; it ends when it has been idle for a while.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.model import ChatModel, Examples
from bot.relevance.line_process import LineProcess
from bot.relevance.model_weights import embedder_name, packed_terms
from bot.relevance.starter import starter
from bot.relevance.term_table import Floats, TermTable, TermVectors
from bot.relevance.training_set import PaperExample, paper_examples
from bot.relevance.weights import MOST_LIKED, PRIOR

TIMEOUT_SECONDS = 60.0
"""Time after which a request is given up; a hundred times what a usual one takes."""

IDLE_SECONDS = 60.0
"""Time after the last request when the process ends."""

MOST_PAPERS = 20_000
"""Papers that the process keeps, some 200 MB; then it is started anew."""

COMMAND = (sys.executable, "-m", "bot.relevance.learner")

Vectors = Mapping[tuple[str, int], bytes]
"""The embeddings of papers, as `bot.ports.Terms.vectors` returns them."""


class LearnerProcess:
    """Trains models, one at a time; others wait."""

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        timeout: float = TIMEOUT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._process = LineProcess("learner", command, timeout=timeout, idle_seconds=idle_seconds)
        self._sent: set[str] = set()
        """Names of the papers that the process has read."""
        self._table: TermTable | None = None
        self._vectors_name = ""
        """Of the vectors of terms that the process has."""

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        return self._process.pid

    async def learn(
        self,
        examples: Examples,
        now: datetime,
        version: int,
        *,
        table: TermTable,
        topics: Mapping[str, Floats | None],
        embedder: str = "",
        vectors: Vectors | None = None,
    ) -> ChatModel | None:
        """Train a model; None if there is too little to learn from.

        `topics` are what the chat's topics and interests want, with the embeddings of those that have one.
        Raises `RetryLater` and `GiveUp` as `LineProcess.ask` does.
        """
        papers = paper_examples(examples)
        if not papers:
            return None
        if len(self._sent) > MOST_PAPERS:
            await self._process.close()
        answer = await self._process.ask(partial(self._request, papers, topics, table, vectors or {}))
        if not answer:
            return None
        dense, embedding = (base64.b64decode(answer[name]) for name in ("dense", "embedding"))
        return ChatModel(
            version,
            now,
            len(examples.votes),
            packed_terms(answer["terms"]),
            answer["bias"],
            embedder_name(table.vectors.name if dense else "", embedder if embedding else ""),
            dense + embedding,
            tuple(example.paper.id for example in papers if example.weight > 0)[:MOST_LIKED],
        )

    async def close(self) -> None:
        await self._process.close()

    def _request(
        self,
        examples: Sequence[PaperExample],
        topics: Mapping[str, Floats | None],
        table: TermTable,
        vectors: Vectors,
        is_new: bool,
    ) -> dict[str, Any]:
        if is_new:
            self._sent.clear()
            self._table = None
            self._vectors_name = starter().vectors.name
        names, new = [], {}
        for paper, _ in examples:
            vector = vectors.get((paper.id, paper.version), b"")
            # A paper that has got its embedding meanwhile is another one to the process.
            names.append(name := f"{paper.versioned_id}{' embedded' if vector else ''}")
            if name not in self._sent:
                new[name] = [paper.title, paper.abstract, _encoded(vector)]
        self._sent.update(new)
        request = {
            "table": None if table is self._table else _packed(table),
            "vectors": None if table.vectors.name == self._vectors_name else _packed_vectors(table.vectors),
            "papers": new,
            "examples": [[name, example.weight] for name, example in zip(names, examples, strict=True)],
            "topics": [
                [text, PRIOR / len(topics), "" if vector is None else _encoded(vector.tobytes())]
                for text, vector in topics.items()
            ],
        }
        self._table, self._vectors_name = table, table.vectors.name
        return request


def _packed(table: TermTable) -> dict[str, Any]:
    return {
        "keys": _encoded(table.keys.astype("<u4").tobytes()),
        "counts": _encoded(table.counts.astype("<u4").tobytes()),
        "papers": table.papers,
    }


def _packed_vectors(vectors: TermVectors) -> dict[str, str]:
    return {
        "name": vectors.name,
        "keys": _encoded(vectors.keys.astype("<u4").tobytes()),
        "rows": _encoded(vectors.rows.tobytes()),
    }


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
