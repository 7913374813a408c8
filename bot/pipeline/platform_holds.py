"""Times until which nothing may be sent on a whole platform: a global limit, no connection, a refused token."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.decisions import due_times
from bot.model import JSON, Platform
from bot.ports import Store


@dataclass(frozen=True, slots=True)
class PlatformHold:
    """A whole platform has to wait from `since` until `until`."""

    since: datetime
    until: datetime

    def seconds(self, now: datetime) -> float:
        """Seconds remaining; 0 once the hold is over, or if it was set by a clock that ran ahead."""
        return (self.until - now).total_seconds() if self.since - due_times.SKEW <= now < self.until else 0.0

    def as_json(self) -> JSON:
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def from_json(cls, data: JSON) -> PlatformHold:
        return cls(datetime.fromisoformat(str(data["since"])), datetime.fromisoformat(str(data["until"])))


class PlatformHolds:
    """The holds that this process knows, of one bot: platforms limit each bot by itself.

    A limit that a platform names is stored too, so that the next process obeys it, and another one at the same time.
    """

    def __init__(self, store: Store, bot: str = "") -> None:
        self._store, self._bot = store, bot
        self._holds: dict[Platform, PlatformHold] | None = None

    async def load(self, platforms: Collection[Platform]) -> None:
        """Read the holds that earlier processes stored. Later calls do nothing."""
        if self._holds is not None:
            return
        stored: dict[Platform, PlatformHold] = {}
        for platform in platforms:
            if value := await self._store.value(self._name(platform)):
                stored[platform] = PlatformHold.from_json(value)
        # Another task of this process may have loaded them, and added to them, during the reads.
        self._holds = stored if self._holds is None else self._holds

    def seconds(self, platform: Platform, now: datetime) -> float:
        """Seconds that the platform still has to wait; 0 if it need not."""
        hold = (self._holds or {}).get(platform)
        return hold.seconds(now) if hold is not None else 0.0

    async def add(self, platform: Platform, hold: PlatformHold, *, is_limit: bool) -> None:
        """Keep a hold unless a longer one is in force.

        Only a limit is stored for other processes: if a platform is unreachable or refuses the token, that may
        be over after a restart.
        """
        if hold.seconds(hold.since) <= self.seconds(platform, hold.since):
            return
        self._holds = (self._holds or {}) | {platform: hold}
        if is_limit:
            await self._store.remember_value(self._name(platform), hold.as_json())

    def _name(self, platform: Platform) -> str:
        return f"{_prefix(platform)} {self._bot}".rstrip()


async def held_platforms(store: Store, platforms: Collection[Platform], now: datetime) -> frozenset[Platform]:
    """Those of the platforms that asked one of our bots to wait, as it was stored. Raises `StoreUnavailable`."""
    held = set()
    for platform in platforms:
        for value in (await store.values(_prefix(platform))).values():
            if PlatformHold.from_json(value).seconds(now):
                held.add(platform)
    return frozenset(held)


def _prefix(platform: Platform) -> str:
    """How the names begin under which the holds of a platform's bots are stored."""
    return f"hold of {platform}"
