"""Sliding windows that count messages: of the whole bot, of a chat, of a group. No I/O; takes `now` in seconds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class Slot:
    """The place of one request in the windows: `at` is the latest time at which Telegram may have counted it."""

    at: float
    due: float = -math.inf
    """The request is sent no earlier."""


class RateWindow:
    """At most `most` events within any `seconds`; computes when the next ones may happen."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._slots: deque[Slot] = deque()

    def ready_at(self, weight: int = 1) -> float:
        """The earliest time at which `weight` more events fit."""
        # All but `room` - 1 of the slots must have left the window before `weight` more fit. More than the whole limit
        # never fits, so that needs an empty window. Slots end in another order than they begin, hence the sorting.
        room = max(1, self.most - weight + 1)
        return sorted(slot.at for slot in self._slots)[-room] + self.seconds if len(self._slots) >= room else -math.inf

    def add(self, slot: Slot, now: float, weight: int = 1) -> None:
        # Only from the left: a slot behind one that still counts does no harm, and is dropped later.
        while self._slots and self._slots[0].at + self.seconds <= now:
            self._slots.popleft()
        self._slots.extend([slot] * weight)

    def is_idle(self, now: float) -> bool:
        return all(slot.at + self.seconds <= now for slot in self._slots)


@dataclass(slots=True)
class ChatLimits:
    """The limits of one chat, and until when it is halted."""

    windows: tuple[RateWindow, ...]
    halted_until: float = -math.inf

    def ready_at(self, weight: int = 1) -> float:
        # Telegram counts an album as one message in the limit of a second, and as its number of pictures in that of a
        # minute.
        return max(
            self.halted_until, *(window.ready_at(weight if window.seconds > 1 else 1) for window in self.windows)
        )

    def is_idle(self, now: float) -> bool:
        return self.halted_until <= now and all(window.is_idle(now) for window in self.windows)
