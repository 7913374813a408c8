"""Output of the commands: progress and notes on standard error, tables and sentences on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

ALL_WORDS = "Papers must have all of these words. For papers about them, use --about."
"""For a query that may be meant as an interest."""


class ProgressBar:
    """A progress bar on a terminal; elsewhere it prints nothing."""

    def __init__(self, description: str) -> None:
        # Imported when needed, here and below: rich would slow down `--help` and every shell completion.
        from rich.console import Console
        from rich.progress import Progress

        self._console = Console(stderr=True)
        self._progress = Progress(console=self._console, transient=True) if self._console.is_terminal else None
        self._task = self._progress.add_task(description, total=None) if self._progress else None

    def __enter__(self) -> ProgressBar:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def advance(self, done: int, total: int) -> None:
        """Show that so many of all are done; a `bot.pipeline.on_demand.Progress`."""
        if self._progress and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)

    def say(self, note: str) -> None:
        """Tell the waiting person something, above the bar if there is one."""
        if self._progress:
            self._progress.console.print(note, markup=False, highlight=False)
        else:
            say(note)


def say(note: str) -> None:
    """Tell the waiting person something on standard error; standard output is for the result."""
    sys.stderr.write(f"{note}\n")
    sys.stderr.flush()  # at once, before the long work that the note announces


def result_console() -> Console:
    """Return a console for results. Where no terminal reads them, a row or a sentence is one line, however long."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 10_000
    return console


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences, one per line, wrapped on a terminal."""
    console = result_console()
    for sentence in sentences:
        console.print(sentence, markup=False)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], if_empty: str) -> None:
    """Print a table on standard output, or the sentence `if_empty` if it has no rows."""
    from rich.table import Table
    from rich.text import Text

    console = result_console()
    if not rows:
        console.print(if_empty, markup=False)
        return
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        # As Text, because topics contain brackets, which rich would take for its markup.
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
