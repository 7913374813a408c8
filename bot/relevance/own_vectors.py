"""Vectors of terms that were made from a store's own papers, as the store keeps them."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

import numpy as np
import numpy.typing as npt

from bot.model import StoredVectors, VectorsOrigin
from bot.relevance.term_table import Keys, TermVectors


def packed(keys: Keys, rows: npt.NDArray[np.int8]) -> bytes:
    """Vectors of terms (ascending keys) as a compressed file of numpy."""
    file = io.BytesIO()
    np.savez_compressed(file, keys=keys.astype("<u4"), rows=rows)
    return file.getvalue()


def stored_vectors(data: bytes, papers: int, counted: int, now: datetime) -> StoredVectors:
    """What `packed` returned, made from `papers` papers when the store had counted `counted`, for the store."""
    return StoredVectors(VectorsOrigin(_name_of(data), papers, counted, now), data)


def unpacked(stored: StoredVectors) -> TermVectors | None:
    """Vectors as the store has them; None if they are damaged."""
    if _name_of(stored.data) != stored.origin.name:
        return None
    with np.load(io.BytesIO(stored.data), allow_pickle=False) as arrays:
        return TermVectors(stored.origin.name, arrays["keys"].astype(np.uint32), arrays["rows"])


def _name_of(data: bytes) -> str:
    return f"own-{hashlib.blake2b(data, digest_size=8).hexdigest()}"
