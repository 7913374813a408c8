"""Throughput of several workers on one PostgreSQL, and what is lost or done twice while they are killed.

    python -m benchmarks.workers [--workers 2 4 8] [--chats N] [--papers N] [--kill-every SECONDS] [--delay SECONDS]

Each trial has a database of its own, a real service and real worker processes, and a stand-in of a model that counts
the requests for each paper. Clean means: nothing lost, nothing twice, and for one summary at most 1 + kills requests.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.workers.trial import Result, trial
from tests.fakes.stores import postgres

COLUMNS = (
    f"{'workers':>8}{'kills':>7}{'summaries':>11}{'a second':>10}{'ratio':>7}{'requests':>10}{'most a key':>12}"
    f"{'digests':>9}{'a second':>10}{'ratio':>7}{'lost':>6}{'twice':>7}"
)


def line(result: Result, first: Result) -> str:
    summaries, digests = (
        (each.summaries / each.summary_seconds for each in (result, first)),
        (each.digests / each.digest_seconds for each in (result, first)),
    )
    (made, made_first), (composed, composed_first) = summaries, digests
    return (
        f"{result.workers:>8}{result.kills:>7}{result.summaries:>11}{made:>10.1f}{made / made_first:>6.2f}×"
        f"{result.requests:>10}{result.most_for_one_key:>12}{result.digests:>9}{composed:>10.1f}"
        f"{composed / composed_first:>6.2f}×{result.lost:>6}{result.twice:>7}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--papers", type=int, default=300)
    parser.add_argument("--kill-every", type=float, help="seconds between two kills of a random worker")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds until the model answers")
    options = parser.parse_args()
    results: list[Result] = []
    print(COLUMNS)
    for workers in options.workers:
        with postgres() as url, tempfile.TemporaryDirectory(prefix="paperboy-workers-") as folder:
            results.append(
                asyncio.run(
                    trial(
                        url,
                        Path(folder),
                        workers=workers,
                        chats=options.chats,
                        papers=options.papers,
                        delay=options.delay,
                        kill_every=options.kill_every,
                    )
                )
            )
        print(line(results[-1], results[0]), flush=True)
    clean = all(result.is_clean for result in results)
    print("clean" if clean else "NOT CLEAN")
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
