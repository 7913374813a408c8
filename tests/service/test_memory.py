"""Unused objects are looked for rarely, and free memory is given back to the system where the C library can do that."""

from __future__ import annotations

import gc
import platform
import weakref

from bot.service import memory


def test_free_memory_is_given_back_with_glibc_and_nothing_fails_without_it() -> None:
    blocks = [bytes(2_000) for _ in range(20_000)]
    del blocks[::2]
    del blocks
    given_back = memory.trim()
    assert given_back or platform.libc_ver()[0] != "glibc"


class Node:
    """An object in a cycle: only the garbage collector finds that nothing uses it."""

    def __init__(self) -> None:
        self.itself = self


def test_a_round_that_keeps_many_objects_is_not_interrupted_to_look_through_all_of_them() -> None:
    full = 0

    def count(phase: str, info: dict[str, int]) -> None:
        nonlocal full
        full += phase == "start" and info["generation"] == 2

    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.callbacks.append(count)
    try:
        with memory.collected_rarely():
            kept = [[number] for number in range(1_000_000)]
            assert not full
    finally:
        gc.callbacks.remove(count)
    assert len(kept) == 1_000_000
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() <= frozen


def test_trimming_finds_unused_objects_even_those_that_were_in_use_the_last_time() -> None:
    with memory.collected_rarely():
        short, long = Node(), Node()
        references = weakref.ref(short), weakref.ref(long)
        del short
        memory.trim()
        assert references[0]() is None
        del long
        memory.trim()
        memory.trim(everything=True)
        assert references[1]() is None
