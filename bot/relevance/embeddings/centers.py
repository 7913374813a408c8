"""The middle of all papers' embeddings, from which they are compared.

It must be the same in every process. `centers.npz` has it for the local model, measured on 1,901 papers. For any other
embedder it is computed from the first papers that are read at once in sufficient number, and stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from bot.ports import Terms
from bot.relevance.term_table import Floats

FEWEST_PAPERS = 300
"""Fewer papers may all be of one subject, which would then be taken for the middle."""

KEY = ("center", 0)
"""Where the store keeps it, beside the vectors of papers; no paper has this id."""


def known_center(embedder: str) -> Floats | None:
    """The bundled center of an embedder's vectors; None if it has none."""
    with files(__package__).joinpath("centers.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return np.asarray(arrays[embedder], np.float32) if embedder in arrays else None


async def stored_center(store: Terms, embedder: str, vectors: Sequence[Floats]) -> Floats | None:
    """The stored center; the mean of these papers' vectors is stored first if there is none and they are enough.
    Raises `StoreUnavailable`."""
    found = await store.vectors(embedder, [KEY])
    if not found and len(vectors) >= FEWEST_PAPERS and len({len(vector) for vector in vectors}) == 1:
        mean = np.mean(np.array(vectors), axis=0, dtype=np.float64).astype("<f4")
        # Another process may store its own first; then that one counts.
        await store.save_vectors(embedder, {KEY: mean.tobytes()})
        found = await store.vectors(embedder, [KEY])
    return np.frombuffer(found[KEY], "<f4") if found else None
