"""Files with lists of papers that people send: which are taken, and what is said of the others."""

from __future__ import annotations

from bot.errors import TellUser
from bot.locales import N_
from bot.render.plain import one_line
from handlers.reply_parts import shortened

MAX_BYTES = 1_000_000
"""About five hundred entries of BibTeX with their abstracts."""

ENDINGS = (".bib", ".ris", ".txt")

WHAT_IS_TAKEN = N_(
    "Of files I read lists of papers: .bib, .ris, or .txt with an arXiv id or link on each line. "
    "For a single paper, send its link."
)


def is_list(name: str | None) -> bool:
    """Whether a file of this name can be a list of papers."""
    return (name or "").lower().endswith(ENDINGS)


def shown_name(name: str | None) -> str:
    """The name of a file for messages, however long or strange it is."""
    return shortened(one_line(name or ""), 60) or "That file"


def check_size(name: str, size: int) -> None:
    """Raise `TellUser` for a file that is too large; `name` as `shown_name` returns it."""
    if size > MAX_BYTES:
        raise TellUser(f"{name} has {size / 1e6:.1f} MB; a list may have up to {MAX_BYTES / 1e6:.0f} MB. Divide it.")


def not_fetched(name: str) -> TellUser:
    """For a file that the platform did not let us have."""
    return TellUser(f"I could not get {name}; send it once more.")
