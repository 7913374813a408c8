"""When unused objects are looked for, and when free memory is given back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

NEW_OBJECTS = 5_000
"""Objects that are made before the newest ones are looked through; that takes less than a millisecond."""

NEVER = 1_000_000_000


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Look for unused objects only among new ones, and among all of them only in `trim`.

    A round of composing keeps millions of objects for the chats to come. Python would look through all of them
    whenever there are a quarter more: a quarter of the round's CPU, with pauses of up to 0.4 seconds. Few objects need
    it at all: those in cycles. The others go as soon as nothing refers to them.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def trim(*, everything: bool = False) -> bool:
    """Collect unused objects and give free memory back; returns whether any could be given.

    Objects that were there at the last call are not looked through again, unless `everything` is asked for. Only glibc
    keeps much free memory, and offers to give it back.
    """
    if everything:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
    malloc_trim = _malloc_trim()
    return malloc_trim is not None and bool(malloc_trim(0))


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        library = ctypes.CDLL(None)
        function: Callable[[int], int] = library.malloc_trim
    except (OSError, AttributeError, TypeError):  # another C library, or another system
        return None
    return function
