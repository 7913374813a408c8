"""The process in which models are trained: `python -m bot.relevance.learner`.

It reads one request a line from standard input and answers each with a line; its first line, {"ready": true}, comes
when it has loaded its libraries. It ends with its input. A request is

    {"table": {"keys", "counts", "papers"} | null,       the counts of terms, if they are others than before
     "vectors": {"name", "keys", "rows"} | null,         the vectors of terms, likewise; first, the bundled ones
     "papers": {name: [title, abstract, embedding]},     papers that no earlier request had
     "examples": [[name, weight], …],                    below 0 for what is not liked
     "topics": [[text, weight, embedding], …]}           what the chat's topics and interests want

and an answer {"terms": [[surface, weight], …], "dense", "embedding", "bias"}, or {} if there is too little to learn
from. Arrays are base64 of their bytes, little endian; a missing embedding is "".
"""

from __future__ import annotations

import base64
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.relevance.line_answers import answer_lines
from bot.relevance.paper_block import NO_FLOATS, dense_rows, raw_weights
from bot.relevance.starter import starter
from bot.relevance.term_table import Floats, Keys, TermTable, TermVectors
from bot.relevance.terms import Occurrences, key_of, occurrences, occurrences_in
from bot.relevance.training import Example, Trained, train

MEMORY_BYTES = 3_000_000_000
"""Limit of address space, which includes libraries and more than the memory in use."""


@dataclass(slots=True)
class Text:
    """What was read of a text. `example` is measured with the current counts of terms; None if it was not needed."""

    keys: Keys
    raw: Floats
    surfaces: dict[int, str]
    embedding: Floats
    example: Example | None = None


class Learner:
    """Trains models one after another, and keeps what it has read of papers."""

    def __init__(self) -> None:
        self._table = starter()
        self._papers: dict[str, Text] = {}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Train a model as the module describes."""
        if request["table"] or request["vectors"]:
            self._use(request["table"], request["vectors"])
        for name, (title, abstract, embedding) in request["papers"].items():
            self._papers[name] = _text(occurrences_in(title, abstract), embedding)
        weighted = [(self._papers[name], weight) for name, weight in request["examples"]]
        weighted += [(_text(occurrences((text, 1.0)), vector), weight) for text, weight, vector in request["topics"]]
        trained = train([self._example(text, weight) for text, weight in weighted])
        return {} if trained is None else _as_answer(trained, [text for text, _ in weighted])

    def _use(self, table: Mapping[str, Any] | None, vectors: Mapping[str, Any] | None) -> None:
        if table:
            keys, counts = (_keys(table[name]) for name in ("keys", "counts"))
            self._table = TermTable(keys, counts, table["papers"], self._table.vectors)
        if vectors:
            keys = _keys(vectors["keys"])
            rows = np.frombuffer(base64.b64decode(vectors["rows"]), np.int8).reshape(len(keys), -1)
            self._table = replace(self._table, vectors=TermVectors(vectors["name"], keys, rows))
        for text in self._papers.values():
            text.example = None

    def _example(self, text: Text, weight: float) -> Example:
        if text.example is None:
            values = text.raw * self._table.idf(text.keys)
            ends = np.array([0, len(values)], np.int32)
            length = max(float(np.sqrt((values.astype(np.float64) ** 2).sum())), 1e-9)
            dense = dense_rows(text.keys, values, ends, self._table.vectors)[0]
            text.example = Example(text.keys, values / np.float32(length), dense, text.embedding, 0.0)
        return text.example._replace(weight=weight)


def _text(found: Occurrences, embedding: str) -> Text:
    keys, raw = raw_weights(found)
    surfaces = {key_of(term): sys.intern(surface) for term, surface in found.surfaces.items()}
    vector = np.frombuffer(base64.b64decode(embedding), "<f4") if embedding else NO_FLOATS
    return Text(keys, raw, surfaces, vector)


def _as_answer(trained: Trained, texts: Iterable[Text]) -> dict[str, Any]:
    names = _surfaces(trained.keys.tolist(), texts)
    return {
        "terms": [[name, weight] for name, weight in zip(names, trained.weights.tolist(), strict=True) if weight],
        "dense": _encoded(trained.dense),
        "embedding": _encoded(trained.embedding),
        "bias": trained.bias,
    }


def _surfaces(keys: list[int], texts: Iterable[Text]) -> list[str]:
    """How most of the texts have each of these terms; of two surfaces equally frequent, the first by alphabet."""
    wanted = set(keys)
    counts: dict[int, Counter[str]] = {key: Counter() for key in keys}
    for text in texts:
        for key in wanted & text.surfaces.keys():
            counts[key][text.surfaces[key]] += 1
    return [min(counts[key].items(), key=lambda entry: (-entry[1], entry[0]))[0] for key in keys]


def _keys(encoded: str) -> Keys:
    return np.frombuffer(base64.b64decode(encoded), "<u4")


def _encoded(values: Floats) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


if __name__ == "__main__":
    sys.exit(answer_lines(lambda: Learner().answer, most_bytes=MEMORY_BYTES))
