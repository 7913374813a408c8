"""Packs sequence numbers and paper ids into few bytes, for rows that hold many of them."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Collection, Sequence
from itertools import accumulate
from operator import sub

_TYPE_OF_WIDTH = {array(code).itemsize: code for code in "BHIQ"}
"""Type codes of `array` for unsigned numbers, by the number of bytes."""


def pack_seqs(seqs: Sequence[int]) -> bytes:
    """Pack ascending sequence numbers, without the first one: each number's distance from the one before it.

    One byte says how many bytes each distance has (1, 2, 4 or 8), all of them the same; little endian.
    """
    if len(seqs) < 2:
        return b""
    distances = list(map(sub, seqs[1:], seqs))
    try:
        return b"\1" + bytes(distances)  # quicker than an array, and enough for most topics
    except ValueError:
        pass
    most = max(distances)
    width = next(width for width in sorted(_TYPE_OF_WIDTH) if most < 1 << 8 * width)
    return bytes([width]) + _little_endian(array(_TYPE_OF_WIDTH[width], distances)).tobytes()


def unpack_seqs(first: int, packed: bytes) -> list[int]:
    """Return the numbers that `pack_seqs` was given; `first` is the first one."""
    if not packed:
        return [first]
    distances = array(_TYPE_OF_WIDTH[packed[0]])
    distances.frombytes(packed[1:])
    return list(accumulate(_little_endian(distances), initial=first))


def _little_endian(numbers: array[int]) -> array[int]:
    """Numbers in the byte order of the machine as little endian, and the other way round."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def pack_papers(paper_ids: Collection[str]) -> bytes:
    """Pack a set of paper ids; none of them has a space in it. Equal sets give equal bytes."""
    return zlib.compress(" ".join(sorted(set(paper_ids))).encode(), 9) if paper_ids else b""


def unpack_papers(packed: bytes | None) -> set[str]:
    return set(zlib.decompress(packed).decode().split()) if packed else set()
