"""Files with lists of papers that people send: which are taken, and what is said of the others."""

from __future__ import annotations

import math

from bot.errors import TellUser
from bot.locales import _, formats
from bot.render.plain import one_line, shortened

MAX_BYTES = 1_000_000
"""About five hundred entries of BibTeX with their abstracts."""

ENDINGS = (".bib", ".ris", ".txt")

MAX_PDF_BYTES = 20_000_000
"""What Telegram gives to bots; most papers have less."""


def is_pdf(name: str | None) -> bool:
    """Whether a file of this name can be a paper."""
    return (name or "").lower().endswith(".pdf")


def check_pdf_size(name: str, size: int) -> None:
    """Raise `TellUser` for a PDF that is too large; `name` as `shown_name` returns it."""
    if size > MAX_PDF_BYTES:
        limit = formats.number(MAX_PDF_BYTES // 1_000_000)
        raise TellUser(
            _("{name} has more than {limit} MB, the most that I can open. Send the paper's link.").format(
                name=name, limit=limit
            )
        )


def is_list(name: str | None) -> bool:
    """Whether a file of this name can be a list of papers."""
    return (name or "").lower().endswith(ENDINGS)


def what_is_taken() -> str:
    """Which files are read, for one that is not."""
    return _(
        "Of files I read lists of papers: .bib, .ris, or .txt with an arXiv id or link on each line. For a single "
        "paper, send its link."
    )


def shown_name(name: str | None) -> str:
    """The name of a file for messages, however long or strange it is."""
    return shortened(one_line(name or ""), 60) or _("That file")


def check_size(name: str, size: int) -> None:
    """Raise `TellUser` for a file that is too large; `name` as `shown_name` returns it."""
    if size > MAX_BYTES:
        line = _("{name} has {size} MB; a list may have up to {most} MB. Divide it.")
        # Rounded up: a file of the limit and one byte more has not the limit.
        sizes = formats.number(math.ceil(size / 1e5) / 10), formats.number(MAX_BYTES / 1e6)
        raise TellUser(line.format(name=name, size=sizes[0], most=sizes[1]))


def not_fetched(name: str) -> TellUser:
    """For a file that the platform did not let us have."""
    return TellUser(_("I could not get {name}; send it once more.").format(name=name))
