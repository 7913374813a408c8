"""The bundled table of terms, for an instance that has counted few papers itself.

`starter.npz` holds the array `terms` (UTF-8, one a line), `counts` (in how many of `papers` papers each occurs),
`papers`, and `vectors` (int8, a row for each of the first terms; there may be none).
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files
from typing import IO

import numpy as np

from bot.relevance.term_table import TermTable, TermVectors
from bot.relevance.terms import key_of


@cache
def starter() -> TermTable:
    """The bundled table. Some milliseconds and a few MB the first time."""
    with files(__package__).joinpath("starter.npz").open("rb") as file:
        return load(file)


def load(file: IO[bytes]) -> TermTable:
    """A table from a file as described above."""
    with np.load(file, allow_pickle=False) as arrays:
        terms = arrays["terms"].tobytes().decode().split("\n")
        counts, vectors, papers = arrays["counts"], arrays["vectors"], int(arrays["papers"])
    keys = np.fromiter(map(key_of, terms), np.uint32, len(terms))
    # Of terms that share a key, the first one stays: the maker puts frequent ones first.
    unique, first = np.unique(keys, return_index=True)
    vector_keys, rows = np.unique(keys[: len(vectors)], return_index=True)
    name = f"starter-{zlib.crc32(vectors.tobytes()):08x}"
    return TermTable(unique, counts[first].astype(np.uint32), papers, TermVectors(name, vector_keys, vectors[rows]))
