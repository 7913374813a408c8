"""The rankings of chats' papers, kept from choosing to composing: most chats have the same papers at both."""

from __future__ import annotations

import hashlib
import marshal
from datetime import date, datetime

from bot.decisions import ranking
from bot.decisions.ranking import Ranking
from bot.model import Unseen
from bot.pipeline.announcement_log import AnnouncementLog

MOST_RANKINGS = 100_000
"""About 60 MB. When there are more, the oldest ones are dropped."""


class Rankings:
    """Rankings by all that they depend on. Chats with equal papers, topics and size share one."""

    def __init__(self, most: int = MOST_RANKINGS) -> None:
        self._most = most
        self._kept: dict[tuple[bytes, int, date | None], Ranking] = {}

    def of(self, unseen: Unseen, size: int, log: AnnouncementLog, now: datetime) -> Ranking:
        """The ranking of a chat's papers for a digest of `size` cards; `log` must have read them."""
        if not unseen.found:
            return Ranking()
        day = now.date() if ranking.depends_on_day(unseen.found, log.features, now) else None
        key = (_fingerprint(unseen), size, day)
        kept = self._kept.get(key)
        if kept is None:
            kept = ranking.rank(unseen.found, log.features, log.is_in_title, size, now)
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = kept
        return kept


def _fingerprint(unseen: Unseen) -> bytes:
    # A hash, because the numbers themselves would take 10 kB a chat. Version 2 of marshal is the last one whose result
    # does not depend on which of the objects are the same.
    return hashlib.blake2b(marshal.dumps(unseen.found, 2), digest_size=16).digest()
