"""A year of real-sized days for some chats: the size of each table, and the cost of each step at the end and the begin.

    python -m benchmarks.year [--days 250] [--chats 1000] [--papers 715] [--history-days 90] [--keep FILE]

Real verbs of the pipeline, extractive summaries, senders that accept at once. Messages of the second and the last day
are sent by the real worker; those of the other days are marked as sent. `--keep` leaves the database there.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter

import structlog

from benchmarks.scale import world
from benchmarks.scale.measuring import peak_memory_mb
from benchmarks.year.days import Day, Days
from benchmarks.year.made_up import A_DAY, Year

GOAL_BYTES = 1_000_000_000
SHOWN_TABLES = 14


async def main(days: int, chats: int, papers: int, history_days: int, file: Path) -> None:
    started = perf_counter()
    async with Days.opened(f"sqlite+aiosqlite:///{file}", chats, history_days) as year:
        done: list[Day] = []
        for number, (day, listing) in enumerate(Year(world.FIRST_DAY, days, papers).listings(), 1):
            done.append(await year.run(day, listing, is_sent_really=number in (2, days)))
            if number in (1, 2, days) or number % 25 == 0:
                size = megabytes(file)
                seconds = sum(cost.cpu_seconds for cost in done[-1].steps.values())
                print(
                    f"day {number:3} {day}: {done[-1].digests} digests, {done[-1].messages} messages, "
                    f"{seconds:.1f} CPU s, {size:.0f} MB; {perf_counter() - started:.0f} s so far",
                    flush=True,
                )
    show_costs(done[1], done[-1])
    show_sizes(file)
    print(f"peak memory {peak_memory_mb():.0f} MB")


def megabytes(file: Path) -> float:
    """The size of the database with its log."""
    return (file.stat().st_size + file.with_name(f"{file.name}-wal").stat().st_size) / 1e6


def show_costs(second: Day, last: Day) -> None:
    """Print the cost of each step on the second and on the last day."""
    print(f"{'step':12}{'2nd day, CPU ms':>17}{'last day':>10}{'ratio':>7}{'statements':>12}{'':>8}")
    for name, before in second.steps.items():
        after = last.steps[name]
        ratio = after.cpu_seconds / max(before.cpu_seconds, 1e-4)
        costs = f"{before.cpu_seconds * 1000:17.0f}{after.cpu_seconds * 1000:10.0f}{ratio:7.2f}"
        print(f"{name:12}{costs}{before.statements:12}{after.statements:8}")


def show_sizes(file: Path) -> None:
    """Print how large the database is, and which tables and indexes take most of it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        total = file.stat().st_size
        free = connection.execute("PRAGMA freelist_count").fetchone()[0] * 4096
        print(f"database {total / 1e6:.0f} MB ({free / 1e6:.0f} MB of it free); goal under {GOAL_BYTES / 1e6:.0f} MB")
        sizes = connection.execute(
            "SELECT name, sum(pgsize), sum(ncell) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT ?", (SHOWN_TABLES,)
        )
        for name, size, cells in sizes:
            print(f"  {name:42}{size / 1e6:9.1f} MB{cells:12,}")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--papers", type=int, default=A_DAY, help="announcements of a day")
    parser.add_argument("--history-days", type=int, default=90)
    parser.add_argument("--keep", type=Path, help="the database's file; a temporary one without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = options.keep or Path(folder) / "year.sqlite3"
        asyncio.run(main(options.days, options.chats, options.papers, options.history_days, file))
