"""The middle of all papers' embeddings is the same in every process."""

from __future__ import annotations

import numpy as np

from bot.relevance import scores
from bot.relevance.embeddings.centers import FEWEST_PAPERS, KEY, known_center, stored_center
from bot.storage.store import SqlStore


def _vectors(count: int, seed: int = 0) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    rows = np.random.default_rng(seed).normal(0.5, 1, (count, 8)).astype(np.float32)
    return list(rows / np.linalg.norm(rows, axis=1, keepdims=True))


async def test_the_first_center_that_is_stored_counts(store: SqlStore) -> None:
    assert await stored_center(store, "fake", _vectors(FEWEST_PAPERS - 1)) is None
    first = await stored_center(store, "fake", _vectors(FEWEST_PAPERS))
    assert first is not None
    assert np.allclose(first, np.mean(_vectors(FEWEST_PAPERS), axis=0), atol=1e-3)
    second = await stored_center(store, "fake", _vectors(FEWEST_PAPERS, seed=1))
    assert second is not None
    assert (first == second).all()
    assert KEY in await store.vectors("fake", [KEY])


def test_the_local_model_has_a_bundled_center() -> None:
    center = known_center("local")
    assert center is not None
    assert 0.8 < float(np.linalg.norm(center)) < 1
    assert known_center("openai:some") is None


def test_centred_cosines_are_those_of_the_differences_from_the_center() -> None:
    rows, center = np.array(_vectors(20)), np.mean(_vectors(300), axis=0)
    vector = _vectors(1, seed=5)[0]
    found = scores.centred_cosines(rows @ vector, rows @ center, vector, center)
    apart, own = rows - center, vector - center
    expected = apart @ own / np.linalg.norm(apart, axis=1) / np.linalg.norm(own)
    assert np.allclose(found, expected, atol=1e-5)
