"""Throughput of several workers on one PostgreSQL, and what is lost or done twice while they are killed.

    python -m benchmarks.workers [--workers 2 4 8] [--chats N] [--papers N] [--kill-every SECONDS]

Each trial has a database of its own, a real service and real worker processes, and a stand-in of a model that counts
the requests for each paper. First nobody is killed, and each worker sends the model one request at a time: summaries
then wait for the model, as they do in reality, and composing for the processors. Then a random worker is killed every
second; a worker does one task at a time, and the model answers sooner, so that some tasks end before the worker.

Clean means: nothing lost, nothing twice, and for one summary at most 1 + kills requests.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.workers.trial import Conditions, Result, trial
from tests.fakes.stores import postgres

COLUMNS = (
    f"{'workers':>8}{'kills':>7}{'summaries':>11}{'a second':>10}{'ratio':>8}{'requests':>10}{'most a key':>12}"
    f"{'digests':>9}{'a second':>10}{'ratio':>8}{'lost':>6}{'twice':>7}{'CPU s':>7}{'load':>6}"
)


def line(result: Result, first: Result) -> str:
    made, composed = result.summaries_a_second, result.digests_a_second
    return (
        f"{result.conditions.workers:>8}{result.kills:>7}{result.summaries:>11}{made:>10.1f}"
        f"{made / first.summaries_a_second:>7.2f}×{result.requests:>10}{result.most_for_one_key:>12}"
        f"{result.digests:>9}{composed:>10.1f}{composed / first.digests_a_second:>7.2f}×"
        f"{result.lost:>6}{result.twice:>7}{result.cpu_seconds:>7.0f}{os.getloadavg()[0]:>6.1f}"
    )


def series(options: argparse.Namespace, trials: list[Conditions]) -> list[Result]:
    results: list[Result] = []
    print(COLUMNS)
    for conditions in trials:
        with postgres() as url, tempfile.TemporaryDirectory(prefix="paperboy-workers-") as folder:
            results.append(asyncio.run(trial(url, Path(folder), conditions, options.chats, options.papers)))
        print(line(results[-1], results[0]), flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--chats", type=int, default=1_000)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds until the model answers if nobody is killed")
    parser.add_argument("--kill-every", type=float, default=1.0, help="seconds between two kills of a random worker")
    parser.add_argument("--kill-delay", type=float, default=0.2, help="seconds until the model answers meanwhile")
    options = parser.parse_args()
    # The stand-in would report every connection that a killed worker leaves behind.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    print(f"nobody is killed; the model answers after {options.delay} s, a worker sends it one request at a time")
    results = series(options, [Conditions(count, options.delay, requests_at_once=1) for count in options.workers])
    print(f"a worker is killed every {options.kill_every} s; the model answers after {options.kill_delay} s")
    delay, kills = options.kill_delay, options.kill_every
    results += series(options, [Conditions(n, delay, tasks_at_once=1, kill_every=kills) for n in options.workers])
    clean = all(result.is_clean for result in results)
    print("clean" if clean else "NOT CLEAN")
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
