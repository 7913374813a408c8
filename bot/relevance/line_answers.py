"""The other side of `line_process`: a process that answers each line of JSON with a line.

It ends with its input, so that none is left behind when the service is killed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any

NICENESS = 10
"""How much less urgent than the service such a process is to the operating system."""

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def answer_lines(prepare: Callable[[], Answer], *, most_bytes: int | None = None) -> int:
    """Answer requests with what `prepare` returns, until the input ends; returns 0. The first line, {"ready": true},
    comes after `prepare`. `most_bytes` limits the address space, which includes libraries and more than what is used.
    """
    _set_limits(most_bytes)
    answers = _own_output()
    answer = prepare()
    _write(answers, {"ready": True})
    for line in sys.stdin:
        _write(answers, answer(json.loads(line)))
    return 0


def _set_limits(most_bytes: int | None) -> None:
    if sys.platform != "win32":
        import resource

        os.nice(NICENESS)
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _own_output() -> IO[str]:
    """Standard output for the answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _write(answers: IO[str], value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()
