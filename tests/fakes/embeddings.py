"""What a stand-in of a model server answers when it is asked for vectors: similar texts get similar ones."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

FULL_LENGTH = 1024
"""The length of a vector that nobody asks to be shorter."""

Vectors = list[list[float]]

BREAKING: dict[str, Callable[[Vectors], Vectors]] = {
    "a vector too few": lambda vectors: vectors[1:],
    "vectors of two lengths": lambda vectors: [*vectors[:-1], vectors[-1][:-1]],
    "a vector of nothing": lambda vectors: [*vectors[:-1], []],
    "no number": lambda vectors: [*vectors[:-1], [math.nan, *vectors[-1][1:]]],
    "no direction": lambda vectors: [*vectors[:-1], [0.0] * len(vectors[-1])],
}
"""Kinds of faults in which the reply has the right form and the wrong vectors."""


def vector(text: str, length: int) -> list[float]:
    """The counts of a text's words, each in a place that follows from the word; 2 at least, so that it is not unit."""
    counts = [0.0] * length
    for word in re.findall(r"\w+", text.lower()):
        counts[zlib.crc32(word.encode()) % length] += 2.0
    return counts


def gemini_texts(body: dict[str, Any]) -> list[str]:
    """The texts of a request to Gemini. Raises `ValueError` with what the API would refuse it for."""
    requests = body.get("requests", [])
    if not 0 < len(requests) <= 100:
        raise ValueError("at most 100 requests can be in one batch")
    texts = []
    for request in requests:
        known = "text-embedding" in request["model"] or "001" in request["model"]
        if known != ("taskType" in request):
            raise ValueError("This model has another way to be told the task.")
        texts.append("".join(part["text"] for part in request["content"]["parts"]))
    return texts


def gemini_reply(vectors: Sequence[Sequence[float]]) -> dict[str, Any]:
    return {"embeddings": [{"values": list(values)} for values in vectors]}


def openai_texts(body: dict[str, Any]) -> list[str]:
    """The texts of a request to an OpenAI-compatible API. Raises `ValueError` with what it would refuse it for."""
    texts = body.get("input")
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("'$.input' is invalid.")
    if body.get("encoding_format") != "float":
        raise ValueError("unsupported encoding_format")
    return texts


def openai_reply(vectors: Sequence[Sequence[float]], *, are_numbered: bool, tokens: int) -> dict[str, Any]:
    """The vectors out of order, as the API allows, or all with the number 0, as some servers number them."""
    data = [
        {"object": "embedding", "index": number if are_numbered else 0, "embedding": list(values)}
        for number, values in enumerate(vectors)
    ]
    data = data[::-1] if are_numbered else data
    return {"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
