"""The connection by which updates come, and whether they do: python-telegram-bot does not tell of every failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from telegram.request import HTTPXRequest

SILENT_SECONDS = 90.0
"""An answer comes every ten seconds while all is well, empty or not; without one for so long, something is wrong."""

_REFUSED = "Telegram does not accept this token any more; copy it anew from @BotFather"


class Updates(HTTPXRequest):
    """Asks for updates; `problem` says why there are none. `monotonic` gives seconds of any origin."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(connection_pool_size=1, connect_timeout=10, read_timeout=20)
        self._monotonic = monotonic
        self._heard_at: float | None = None
        self._why: str | None = None

    def begin(self) -> None:
        """From now on answers are expected."""
        self._heard_at, self._why = self._monotonic(), None

    def failed(self, why: str) -> None:
        """A request ended in this; it holds until one is answered."""
        if self._why != _REFUSED:
            self._why = f"Telegram gives no updates: {why.split('. ')[0][:120]}"

    @property
    def problem(self) -> str | None:
        if self._why is None and self._heard_at is not None and self._monotonic() - self._heard_at > SILENT_SECONDS:
            return "Telegram does not answer when it is asked for updates"
        return self._why

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **options)
        if status == 200:
            self.begin()
        elif status in (401, 404):  # the library stops asking then, and tells nobody
            self._why = _REFUSED
        return status, body
