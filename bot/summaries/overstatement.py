"""Whether a claim says more than its sentences: wider, as a fact, as a cause, or by a comparison that they lack. Pure."""

from __future__ import annotations

from bot.summaries.word_lists import MARKERS

_ADDED = (
    ("scope", "it says more generally what its sentence says"),
    ("cause", "it gives a cause that its sentence does not give"),
    ("comparison", "it compares what its sentence does not compare"),
    ("fact", "it tells as a fact what its sentence does not"),
)


def overstatements(text: str, together: str) -> tuple[str, ...]:
    """What the claim adds to its sentences, `together` as one text."""
    found = [reason for kind, reason in _ADDED if _adds(text, together, kind)]
    (hedge,) = MARKERS["hedge"]
    if hedge.search(together) and not hedge.search(text):
        found.append("it leaves out a reservation of its sentence")
    return tuple(found)


def _adds(text: str, together: str, kind: str) -> bool:
    return any(pattern.search(text) and not pattern.search(together) for pattern in MARKERS[kind])
