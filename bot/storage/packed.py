"""Packs sequence numbers and paper ids into few bytes, for rows that hold many of them."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Collection, Sequence
from itertools import accumulate
from operator import sub

from bot.model import PaperOrder

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
    packed = _narrow(distances)
    return bytes([packed.itemsize]) + _little_endian(packed).tobytes()


def unpack_seqs(first: int, packed: bytes) -> list[int]:
    """Return the numbers that `pack_seqs` was given; `first` is the first one."""
    if not packed:
        return [first]
    distances = array(_TYPE_OF_WIDTH[packed[0]])
    distances.frombytes(packed[1:])
    return list(accumulate(_little_endian(distances), initial=first))


_ORDER_HEADER = struct.Struct("<IQHBB")
"""Of a packed order: the total, the smallest number, how many topics, and how many bytes a topic and a paper have."""


def pack_order(order: PaperOrder) -> bytes:
    """Pack the order of a digest's papers: two bytes a paper, four if their numbers are far apart."""
    least = min(order.seqs, default=0)
    papers, topics = _narrow([seq - least for seq in order.seqs]), _narrow(order.topics)
    header = _ORDER_HEADER.pack(order.total, least, len(topics), topics.itemsize, papers.itemsize)
    return header + _little_endian(topics).tobytes() + _little_endian(papers).tobytes()


def unpack_order(packed: bytes | None) -> PaperOrder:
    if not packed:
        return PaperOrder()
    total, least, topic_count, topic_width, width = _ORDER_HEADER.unpack_from(packed)
    begin = _ORDER_HEADER.size
    end = begin + topic_width * topic_count
    topics, papers = array(_TYPE_OF_WIDTH[topic_width]), array(_TYPE_OF_WIDTH[width])
    topics.frombytes(packed[begin:end])
    papers.frombytes(packed[end:])
    seqs = tuple([least + distance for distance in _little_endian(papers)])
    return PaperOrder(seqs, total, tuple(_little_endian(topics)))


def _narrow(numbers: Sequence[int]) -> array[int]:
    """Numbers in an array with the fewest bytes that hold the greatest of them."""
    most = max(numbers, default=0)
    width = next(width for width in sorted(_TYPE_OF_WIDTH) if most < 1 << 8 * width)
    return array(_TYPE_OF_WIDTH[width], numbers)


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
