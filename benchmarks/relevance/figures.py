"""nDCG@10 and recall@10 of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.relevance.graded_papers import RELEVANT

SIZE = 10
"""Papers that a digest shows as cards."""


class Figures(NamedTuple):
    """`ndcg` compares with the best order of all papers of the day, whether the method may show them or not. `recall`
    is how many of the relevant papers stand among the first ten (of ten, if there are more)."""

    ndcg: float
    recall: float


def figures_of(order: Sequence[str], grades: Mapping[str, float]) -> Figures | None:
    """The figures of a day's order (paper ids, best first); `grades` of the day's papers. None if nothing fits."""
    best = sorted(grades.values(), reverse=True)
    ideal = _dcg(best)
    if not ideal:
        return None
    relevant = {name for name, grade in grades.items() if grade >= RELEVANT}
    found = len(relevant & set(order[:SIZE])) / min(len(relevant), SIZE) if relevant else float("nan")
    return Figures(_dcg([grades.get(name, 0.0) for name in order]) / ideal, found)


def mean(of_days: Sequence[Sequence[Figures]]) -> Figures:
    """The mean over interests of the means over days."""
    return Figures(
        *(float(np.mean([np.nanmean([day[at] for day in days]) for days in of_days if days])) for at in (0, 1))
    )


def _dcg(grades: Sequence[float]) -> float:
    return sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades[:SIZE]))
