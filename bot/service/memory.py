"""Gives memory that is free inside the process back to the system."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def trim() -> bool:
    """Give free memory back; returns whether anything could be. Only glibc keeps much of it, and offers this."""
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
