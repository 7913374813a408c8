"""Runs the kill test and prints its counts.

python -m benchmarks.kill [--database sqlite|postgres] [--rounds N] [--chats N] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.kill.rounds import KillTest, Report
from bot.model import Platform
from tests.fakes.stores import postgres, sqlite_url


def show(report: Report, database: str, chats: int) -> None:
    rows: list[tuple[str, object]] = [
        ("database", database),
        ("seed", report.seed),
        ("rounds (one SIGKILL each)", report.rounds),
        *(("  killed, or started: " + moment, count) for moment, count in sorted(report.killed.items())),
        ("listing days", report.days),
        ("chats", chats),
    ]
    for platform in (Platform.TELEGRAM, Platform.DISCORD):
        rows.append((f"{platform}: papers due to chats", report.expected[platform]))
        rows.append((f"{platform}: messages accepted", report.messages[platform]))
        rows.append((f"{platform}: papers shown twice", len(report.twice[platform])))
    for name, faults in report.faults.items():
        rows.append((f"faults of {name}", sum(faults.values())))
        rows.extend((f"  {fault}", count) for fault, count in sorted(faults.items()))
    rows += [
        ("papers lost (neither accepted nor listed)", len(report.lost)),
        ("accepted, but not written as sent or in doubt", len(report.unaccounted)),
        ("papers shown to a chat that does not follow them", len(report.unexpected)),
        ("messages in doubt (Telegram)", report.in_doubt),
        ("  of which the stand-in had accepted", report.in_doubt_that_arrived),
        ("given up", report.given_up),
        ("still waiting at the end", report.unsettled),
        ("seconds", round(report.seconds)),
    ]
    for name, value in rows:
        print(f"{name:<52}{value}")
    twice = [sentence for sentences in report.twice.values() for sentence in sentences]
    for sentence in [*report.lost, *report.unaccounted, *report.unexpected, *twice][:20]:
        print("  !", sentence)
    print("clean" if report.is_clean else "NOT CLEAN")


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill the service at random moments and count what arrived.")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--fault-rate", type=float, default=0.05)
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log, which stay")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paperboy-kill-")))
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite_url(folder / "kill.sqlite3") if options.database == "sqlite" else ""
        database = database or stack.enter_context(postgres())
        test = KillTest(
            database, folder, rounds=options.rounds, chats=options.chats, seed=options.seed, rate=options.fault_rate
        )
        report = asyncio.run(test.run())
        show(report, options.database, options.chats)
    sys.exit(0 if report.is_clean else 1)


if __name__ == "__main__":
    main()
