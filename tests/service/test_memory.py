"""Free memory is given back to the system where the C library can do that."""

from __future__ import annotations

import platform

from bot.service import memory


def test_free_memory_is_given_back_with_glibc_and_nothing_fails_without_it() -> None:
    blocks = [bytes(2_000) for _ in range(20_000)]
    del blocks[::2]
    del blocks
    given_back = memory.trim()
    assert given_back or platform.libc_ver()[0] != "glibc"
