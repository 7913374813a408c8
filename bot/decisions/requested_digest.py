"""A digest that a person requests by date: its listing days, and the reason if it is empty. Pure."""

from __future__ import annotations

from datetime import date, datetime

from bot.arxiv import calendar
from bot.model import Window, is_interest
from bot.topics import Topic


def window_upto(day: date, days: int) -> Window:
    """Return the window of the last `days` listing days up to `day`, which is the last of them if it is one."""
    found = calendar.listings_upto(day, days)
    return Window(found[0], found[-1])


def reason_for_empty(window: Window, announced: int, now: datetime, topic: Topic | None) -> str:
    """Say why no paper of the window is in the digest, `announced` being how many were announced then; `topic` is None
    where liked papers chose."""
    quiet = calendar.why_no_listing(window.last, now) if not announced else None
    if quiet or not announced:
        return quiet or "arXiv announced no papers in the categories of this topic then."
    papers = "The one paper" if announced == 1 else f"None of the {announced} papers"
    is_not = "is not" if announced == 1 else "is"
    if topic is None:
        return f"{papers} announced then {is_not} like the liked papers."
    if is_interest(topic.query):
        return f"{papers} announced then {is_not} close to this interest."
    return f"{papers} announced then {'does not match' if announced == 1 else 'matches'} this topic."
