"""Observes every HTTP attempt to Discord: what became of each, and how many responses count against the bot.

discord.py retries a failed request by itself without telling. An aiohttp trace sees every attempt, so that the sender
can distinguish "surely not accepted" from "unknown", and can stop a retry that might post twice. The trace also keeps
to Discord's overall rate limit, of which discord.py learns only from a 429.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import yarl

from bot.decisions.http_headers import retry_after_seconds
from bot.model import JSON

INVALID_WINDOW_SECONDS = 600.0
INVALID_LIMIT = 2_000
"""Responses of 401, 403 and 429 in a window after which no request is made; Discord blocks the address at 10,000."""
_GROUP_SECONDS = 10
"""For storage, the times of refused requests are rounded to so many seconds and counted together."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""A longer wait that a response names is cut to this; then the request is tried again."""

REQUESTS_PER_SECOND = 40.0
"""Discord takes 50 a second from a bot; responses to interactions are not counted."""
_UNCOUNTED = ("/interactions/", "/webhooks/")


class InvalidRequests:
    """Counts the responses that Discord counts against an address, and tells when to stop.

    It counts by `monotonic` seconds, so that setting the clock neither drops entries nor keeps them; `now`, the time in
    UTC, is used only for what is stored for the next process.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        limit: int = INVALID_LIMIT,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now, self._monotonic = now, monotonic
        self._times: deque[float] = deque(maxlen=limit)
        self.noted = 0
        """How many refused requests this process has counted."""
        self.more = asyncio.Event()
        """Set whenever one is counted."""

    def note(self) -> None:
        self._times.append(self._monotonic())
        self.noted += 1
        self.more.set()

    def wait(self) -> float | None:
        """Seconds until requests are safe again; None if they are now."""
        if len(self._times) < (self._times.maxlen or 0):
            return None
        remaining = self._times[0] + INVALID_WINDOW_SECONDS - self._monotonic()
        return remaining if remaining > 0 else None

    def as_json(self) -> JSON:
        """The entries of the window as [seconds since 1970, count], in order of time; rounded up, never early."""
        now, monotonic = self._now().timestamp(), self._monotonic()
        recent = (now - (monotonic - at) for at in self._times if monotonic - at < INVALID_WINDOW_SECONDS)
        # Rounded up: after a restart, entries that count too long are safe and those that end too early are not.
        counted = Counter(math.ceil(at / _GROUP_SECONDS) * _GROUP_SECONDS for at in recent)
        return {"refused": [list(entry) for entry in sorted(counted.items())]}

    def restore(self, value: JSON | None) -> None:
        """Add the entries that an earlier process stored; times in the future count as now."""
        now, monotonic = self._now().timestamp(), self._monotonic()
        earlier: list[float] = []
        for at, count in (value or {}).get("refused") or ():
            ago = max(0.0, now - float(at))
            if ago < INVALID_WINDOW_SECONDS:
                # No more than fit: the stored count may come from a version with a higher limit.
                earlier += [monotonic - ago] * min(int(count), self._times.maxlen or 0)
        self._times = deque(sorted([*earlier, *self._times]), maxlen=self._times.maxlen)


class DiscordClock:
    """Converts the bot's time to Discord's, by the dates of its responses; before the first one they are equal."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead = timedelta()

    def learn(self, date: str | None) -> None:
        """Learn from the `Date` header of a response."""
        try:
            time_there = parsedate_to_datetime(date or "")
        except ValueError:
            return
        # A date that ends in "-0000" is in UTC and is parsed without a zone.
        self._ahead = self._now() - (time_there if time_there.tzinfo else time_there.replace(tzinfo=UTC))

    def now(self) -> datetime:
        return self.of(self._now())

    def of(self, ours: datetime) -> datetime:
        return ours - self._ahead


class RequestInterval:
    """Spaces requests evenly: each waits for its turn."""

    def __init__(self, per_second: float = REQUESTS_PER_SECOND) -> None:
        self._gap = 1.0 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        now = time.monotonic()
        # The turn is taken before the wait, so that requests that arrive meanwhile get later ones.
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)


class RepeatedEnough(Exception):
    """A request failed without a trustworthy response as often as it may; discord.py must not retry it."""


@dataclass(slots=True)
class Trail:
    """The attempts behind one call into discord.py. `tries` bounds those that end without a response."""

    tries: int
    failures: int = 0
    under_way: bool = False
    doubtful: bool = False
    """An attempt that has ended may have been accepted."""
    global_limit: bool = False
    retry_after: float | None = None

    @property
    def may_have_arrived(self) -> bool:
        return self.doubtful or self.under_way

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Observe the requests that this task makes inside the block."""
        token = _trail.set(self)
        try:
            yield
        finally:
            _trail.reset(token)

    def failed(self, cause: BaseException | None, status: int | None = None) -> None:
        """Record an attempt without a trustworthy response; raises `RepeatedEnough` at the last one allowed."""
        self.under_way, self.doubtful = False, True
        self.failures += 1
        if self.failures >= self.tries:
            what = f"Discord answered {status}" if status else f"the connection broke ({type(cause).__name__})"
            raise RepeatedEnough(what) from cause


# A context variable, because the trace belongs to the whole client, while several tasks send at the same time.
_trail: ContextVar[Trail | None] = ContextVar("discord_trail", default=None)


def trace_config(
    invalid: InvalidRequests,
    pace: RequestInterval,
    discord_clock: DiscordClock | None = None,
    before_gateway: Callable[[yarl.URL], Awaitable[None]] | None = None,
) -> aiohttp.TraceConfig:
    """The trace for `discord.Client(http_trace=…)`. If `before_gateway` raises, the gateway is not opened."""

    async def began(_s: aiohttp.ClientSession, _c: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
        if before_gateway is not None and params.url.scheme in ("ws", "wss"):
            await before_gateway(params.url)
        if not any(path in params.url.path for path in _UNCOUNTED):
            await pace.turn()

    async def sent(_s: aiohttp.ClientSession, _c: SimpleNamespace, _p: aiohttp.TraceRequestHeadersSentParams) -> None:
        if trail := _trail.get():
            trail.under_way = True

    async def answered(_s: aiohttp.ClientSession, _c: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        response = params.response
        if discord_clock is not None:
            discord_clock.learn(response.headers.get("Date"))
        # Limits that other bots used up ("shared") do not count against this one.
        if response.status in (401, 403, 429) and response.headers.get("X-RateLimit-Scope") != "shared":
            invalid.note()
        if trail := _trail.get():
            try:
                _follow(trail, response)
            except RepeatedEnough:
                response.close()  # aiohttp would not: its caller never gets this response
                raise

    async def broke(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        trail = _trail.get()
        # Before the headers were sent nothing can have arrived: discord.py may try again as often as it likes.
        if trail and trail.under_way:
            trail.failed(params.exception)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(began)
    config.on_request_headers_sent.append(sent)
    config.on_request_end.append(answered)
    config.on_request_exception.append(broke)
    return config


def _follow(trail: Trail, response: aiohttp.ClientResponse) -> None:
    trail.under_way = False
    if response.status >= 500:
        trail.failed(None, response.status)
    elif response.status == 429:
        trail.global_limit = (
            "X-RateLimit-Global" in response.headers or response.headers.get("X-RateLimit-Scope") == "global"
        )
        header = response.headers.get("Retry-After")
        trail.retry_after = retry_after_seconds(header, datetime.now(UTC), at_most=LONGEST_WAIT_SECONDS)
    elif response.status < 400:
        trail.doubtful = True  # accepted; if the body does not arrive, only the message's id is unknown


def bounded(seconds: float) -> float | None:
    """A named wait, cut to what is possible; None if it is no number."""
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
