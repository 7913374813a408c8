"""A digest's slot as the argument of a button, and back."""

from __future__ import annotations

import pytest

from bot.model import digest_slot_key, slot_of_key


@pytest.mark.parametrize(
    ("slot", "key"),
    [
        ("2026-06-05", "2026-06-05"),
        ("now 20260605T091500123456", "n20260605T091500123456"),
        ("once 20260605T091500123456", "o20260605T091500123456"),
    ],
)
def test_a_slot_is_a_short_key_and_the_key_is_the_slot_again(slot: str, key: str) -> None:
    assert digest_slot_key(slot) == key
    assert slot_of_key(key) == slot
    assert len(f"next:{key}:500".encode()) <= 38, "a button's action"
