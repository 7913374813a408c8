"""One real day for many chats with three topics each: matched, chosen, composed, leased, and looked at.

    python -m benchmarks.scale [--chats N] [--database sqlite|postgres] [--mornings N] [--folder DIRECTORY]

Prints one table a run. CPU is that of this process, with the driver's threads; the PostgreSQL server's is not in it.
Summaries are made before digests are composed, by the extractive summarizer, and counted apart.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from contextlib import ExitStack
from pathlib import Path

import structlog

from benchmarks.scale import report
from benchmarks.scale.mornings import Mornings
from tests.fakes.stores import new_database, postgres


async def main(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(options.folder or stack.enter_context(tempfile.TemporaryDirectory()))
        on_postgres = options.database == "postgres"
        url = stack.enter_context(postgres()) if on_postgres else await new_database(folder / "scale.sqlite3")
        mornings = Mornings(url, options.chats)
        async with mornings.opened():
            print(f"{options.chats} chats, {mornings.topics} topics, {options.database}")
            for number in range(options.mornings):
                morning = await mornings.next()
                if number in (0, 1, options.mornings - 1) or options.every:
                    print(report.table(morning))


if __name__ == "__main__":
    # A line for each digest would be what is measured.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--mornings", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="print every morning, not the first two and the last")
    parser.add_argument("--folder", help="keep the SQLite file here")
    asyncio.run(main(parser.parse_args()))
