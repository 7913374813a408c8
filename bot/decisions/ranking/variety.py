"""What keeps a digest from showing the same thing twice, and lets it try something uncertain. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

import numpy as np

from bot.decisions.ranking.paper_table import Floats, Numbers

ALIKE = 0.6
"""Papers with at least this `Relevance.likeness` are nearly the same."""

LOSS = 0.3
"""What a paper loses of its score for each better one that is nearly the same."""

MOST_LOSSES = 3
"""Better papers that count."""

CARDS_PER_GUESS = 10
"""One place in so many goes to a paper that the model is uncertain about."""

UNCERTAIN = 0.12
"""How far from 1/2 the model may be where it counts as uncertain."""

Twins = Callable[[int], Collection[int]]
"""Sequence number of a paper → those of the papers that are nearly the same."""


def losses(best_first: Sequence[int], twins: Twins) -> Floats:
    """What each of these papers, given by sequence number, loses because better ones are nearly the same."""
    better: set[int] = set()
    lost = np.zeros(len(best_first))
    for place, seq in enumerate(best_first):
        if (alike := twins(seq)) and (count := len(better.intersection(alike))):
            lost[place] = LOSS * min(count, MOST_LOSSES)
        better.add(seq)
    return lost


def guesses(not_shown: Numbers, likes: Floats, fit: Floats, name: Callable[[int], str], most: int) -> list[int]:
    """The places of papers to try, at most `most`: those that the model is uncertain about, and that fit the topics as
    well as half of the chat's papers do.

    Of several, a hash of `name` (place → a text that names chat, day and paper) decides, so that everybody who looks
    again sees the same.
    """
    enough = np.median(fit) if len(fit) else 0.0
    is_open = (np.abs(likes[not_shown] - 0.5) <= UNCERTAIN) & (fit[not_shown] >= enough)
    return sorted(not_shown[is_open].tolist(), key=lambda place: _hash(name(place)))[:most]


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
