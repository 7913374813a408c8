"""What the commands print besides their result: progress, tables, and what a person waits for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.pipeline.on_demand import Progress


class ProgressBar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._console = Console(stderr=True)
        self._progress = Progress(console=self._console, transient=True) if self._console.is_terminal else None
        self._task = self._progress.add_task(what, total=None) if self._progress else None

    def __enter__(self) -> ProgressBar:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    @property
    def advance(self) -> Progress:
        def advance(done: int, of: int) -> None:
            if self._progress and self._task is not None:
                self._progress.update(self._task, completed=done, total=of)

        return advance


def say(what: str) -> None:
    """What a person waits for now; what is printed goes elsewhere."""
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], otherwise: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:  # a file or another program wants a line a row
        console.width = 10_000
    if not rows:
        console.print(otherwise)
        return
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
