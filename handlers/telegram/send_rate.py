"""How many messages a second the whole bot sends: what Telegram says it takes, less after 429s, more again when calm.

Telegram publishes no exact limit, so a 429 is a measurement: what was accepted in the second before it is about what it
takes. Pure; takes `now` in seconds of any origin.
"""

from __future__ import annotations

import math
from collections import deque

CAUTION = 0.9
"""The part of the measured rate to go on with: the measurement is of one second."""

GROW_EVERY = 10.0
"""Seconds without a 429 after which the rate grows by a tenth of what Telegram says."""

PROBE_EVERY = 30.0
"""The same, by one, where the next rate is the one that was too fast; four times as long after each attempt that
failed: to whoever waits for an answer, a halt for a little more speed is a bad bargain.
"""

LONGEST_PROBE = 900.0

TRIAL = 10.0
"""A 429 so many seconds after the rate grew is an answer to that."""


class SendRate:
    """`rate` is messages a second, from 1 to `most`."""

    def __init__(self, most: int) -> None:
        self.most = self.rate = most
        self._too_fast = most + 1
        self._before = most
        self._grew_at = -math.inf
        self._grows_at = math.inf
        self._probe_every = PROBE_EVERY
        self._accepted: deque[float] = deque()

    def accepted(self, now: float, weight: int = 1) -> None:
        """Telegram took a request of so many messages."""
        self._accepted.extend([now] * weight)
        while self._accepted[0] <= now - 2 * GROW_EVERY or len(self._accepted) > 4 * self.most:
            self._accepted.popleft()

    def refused(self, first: float, now: float, until: float) -> None:
        """Several chats met 429s, the first at `first`; nothing is sent until `until`."""
        if now - self._grew_at <= TRIAL:
            self._too_fast, self.rate = self.rate, self._before
            self._probe_every = min(4 * self._probe_every, LONGEST_PROBE)
        else:
            measured = sum(first - 1.0 < at <= first for at in self._accepted)
            least, most = max(1, self.rate // 3), max(1, self.rate * 2 // 3)
            self._too_fast = min(self.rate, max(measured, least) + 1)
            self.rate = min(most, max(least, round(CAUTION * measured)))
        self._grew_at = -math.inf
        self._wait_from(until)

    def hold(self, now: float) -> None:
        """One chat met a 429: the rate stays as it is for a while, but not for as long as that chat has to wait."""
        if self.rate < self.most:
            self._wait_from(now)

    def grow(self, now: float) -> None:
        """Make the rate what it may be by now."""
        if now < self._grows_at or self.rate >= self.most:
            return
        if self.rate >= self._too_fast:  # it was too fast once, and has not been for a while
            self._too_fast, self._probe_every = self.most + 1, PROBE_EVERY
        step = max(1, self.most // 10)
        self._before, self._grew_at = self.rate, now
        self.rate = min(self.rate + (1 if self._near(step) else step), self.most)
        self._wait_from(now)

    def _near(self, step: int) -> bool:
        return self.rate + step >= self._too_fast

    def _wait_from(self, when: float) -> None:
        near = self._near(max(1, self.most // 10))
        self._grows_at = when + (self._probe_every if near else GROW_EVERY)
