"""How many messages a second the whole bot sends: Telegram's published limit, less after 429s, more again later.

The published limit is approximate, so a 429 is taken for a measurement: the number of messages accepted in the second
before it is about what Telegram takes. Pure; takes `now` in seconds of any origin.
"""

from __future__ import annotations

import math
from collections import deque

MEASURED_SHARE = 0.9
"""The share of the measured rate that is used: a measurement over one second is not exact."""

GROW_SECONDS = 10.0
"""Seconds without a 429 after which the rate grows by a tenth of the published limit."""

PROBE_SECONDS = 30.0
"""The same, by one message, near a rate that was too fast before; four times as long after each growth that failed.
For people who wait for an answer, a halt costs more than a slightly higher rate gains.
"""

MAX_PROBE_SECONDS = 900.0

TRIAL_SECONDS = 10.0
"""A 429 within so many seconds after the rate grew is caused by that growth."""


class SendRate:
    """`rate` is messages a second, from 1 to `most`."""

    def __init__(self, most: int) -> None:
        self.most = self.rate = most
        self._too_fast = most + 1
        """The smallest rate that is known to be too fast."""
        self._previous = most
        """The rate before it last grew."""
        self._grew_at = -math.inf
        self._grows_at = math.inf
        self._probe_every = PROBE_SECONDS
        self._accepted: deque[float] = deque()

    def accepted(self, now: float, weight: int = 1) -> None:
        """Record that Telegram accepted a request that counts as so many messages."""
        # Only the second before a 429 is measured; the two limits keep the memory small.
        self._accepted.extend([now] * weight)
        while self._accepted[0] <= now - 2 * GROW_SECONDS or len(self._accepted) > 4 * self.most:
            self._accepted.popleft()

    def refused(self, first: float, now: float, until: float) -> None:
        """Lower the rate: several chats got 429s, the first at `first`, and nothing is sent until `until`."""
        if now - self._grew_at <= TRIAL_SECONDS:
            # The last step was too much, so go back by that step only, and wait longer before the next attempt.
            self._too_fast, self.rate = self.rate, self._previous
            self._probe_every = min(4 * self._probe_every, MAX_PROBE_SECONDS)
        else:
            measured = sum(first - 1.0 < at <= first for at in self._accepted)
            # Bounded: a second with few messages measures too low a rate, a burst too high a one.
            least, most = max(1, self.rate // 3), max(1, self.rate * 2 // 3)
            self._too_fast = min(self.rate, max(measured, least) + 1)
            self.rate = min(most, max(least, round(MEASURED_SHARE * measured)))
        # A second 429 soon after is not caused by growth any more; it is measured.
        self._grew_at = -math.inf
        self._schedule_growth(until)

    def hold(self, now: float) -> None:
        """Keep the rate for a while: one chat got a 429. That chat's own wait says nothing about the others."""
        if self.rate < self.most:
            self._schedule_growth(now)

    def grow(self, now: float) -> None:
        """Raise the rate if that is due."""
        if now < self._grows_at or self.rate >= self.most:
            return
        if self.rate >= self._too_fast:  # it was too fast once, and has not been since
            self._too_fast, self._probe_every = self.most + 1, PROBE_SECONDS
        step = max(1, self.most // 10)
        self._previous, self._grew_at = self.rate, now
        self.rate = min(self.rate + (1 if self._is_near_limit(step) else step), self.most)
        self._schedule_growth(now)

    def _is_near_limit(self, step: int) -> bool:
        return self.rate + step >= self._too_fast

    def _schedule_growth(self, when: float) -> None:
        is_near_limit = self._is_near_limit(max(1, self.most // 10))
        self._grows_at = when + (self._probe_every if is_near_limit else GROW_SECONDS)
