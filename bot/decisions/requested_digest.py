"""A digest that a person requests by date: its listing days, and the reason if it is empty. Pure."""

from __future__ import annotations

from datetime import date, datetime

from bot.arxiv import calendar
from bot.model import Window


def window_upto(day: date, days: int) -> Window:
    """Return the window of the last `days` listing days up to `day`, which is the last of them if it is one."""
    found = calendar.listings_upto(day, days)
    return Window(found[0], found[-1])


def reason_for_empty(window: Window, announced: int, now: datetime) -> str:
    """Say why no paper of the window matched, `announced` being how many papers were announced then."""
    quiet = calendar.why_no_listing(window.last, now) if not announced else None
    if quiet or not announced:
        return quiet or "arXiv announced no papers in the categories of this topic then."
    if announced == 1:
        return "The one paper announced then does not match this topic."
    return f"None of the {announced} papers announced then matches this topic."
