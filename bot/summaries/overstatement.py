"""Whether a claim says more than its sentences: more widely, as a fact, with a cause, or with a comparison. Pure."""

from __future__ import annotations

from bot.summaries.word_lists import MARKERS
from bot.summaries.wording import stems_of

_ADDED = (
    ("scope", "it says more generally what its sentence says"),
    ("cause", "it gives a cause that its sentence does not give"),
    ("comparison", "it compares what its sentence does not compare"),
    ("fact", "it tells as a fact what its sentence does not"),
)


def overstatements(text: str, together: str, *, same_language: bool) -> tuple[str, ...]:
    """What the claim adds to its sentences, `together` as one text."""
    found = [reason for kind, reason in _ADDED if _adds(text, together, kind)]
    if same_language and _drops_hedge(text, together):
        found.append("it leaves out a reservation of its sentence")
    return tuple(found)


def _adds(text: str, together: str, kind: str) -> bool:
    """Whether the claim has words of a class that its sentences lack; of scope, more of them than these."""
    for pattern in MARKERS[kind]:
        claimed, stated = pattern.findall(text), pattern.findall(together)
        if claimed and (not stated or (kind == "scope" and len(claimed) > len(stated))):
            return True
    return False


def _drops_hedge(text: str, together: str) -> bool:
    """Whether the sentences have a reservation and the claim has none, on what the claim tells."""
    (hedge,) = MARKERS["hedge"]
    if hedge.search(text):
        return False
    told = stems_of(text)
    return any(stems_of(together[match.end() : match.end() + _REACH]) & told for match in hedge.finditer(together))


_REACH = 60
"""Characters after a reserving word that it is about."""
