"""The benchmark of matching measures the same topics in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DRAW = """
import random
from benchmarks.matching import distinct_topics, made_up
generator = random.Random(1)
for topic in distinct_topics(made_up(20, generator), 100, generator):
    print(topic.query)
"""


def drawn(hash_seed: str) -> list[str]:
    """The topics that a process draws whose sets have the order that this seed gives them."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    root = Path(__file__).parents[1]
    process = subprocess.run(
        [sys.executable, "-c", DRAW], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return process.stdout.splitlines()


def test_the_benchmark_draws_the_same_topics_in_every_process() -> None:
    topics = drawn("1")
    assert len(topics) == 100
    assert drawn("2") == topics
