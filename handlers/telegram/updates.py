"""The connection by which updates come, and whether they do: python-telegram-bot does not tell of every failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from telegram import Update
from telegram.request import HTTPXRequest

log = structlog.get_logger()

SILENT_SECONDS = 90.0
"""An answer comes every ten seconds while all is well, empty or not; without one for so long, something is wrong."""

CALM_SECONDS = 60.0
"""A problem is over when answers have come for so long without a failure: where two processes ask for updates, both
are answered and refused in turn."""

_REFUSED = "Telegram does not accept this token any more; copy it anew from @BotFather"


class Updates(HTTPXRequest):
    """Asks for updates; `problem` says why there are none. `monotonic` gives seconds of any origin."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(connection_pool_size=1, connect_timeout=10, read_timeout=20)
        self._monotonic = monotonic
        self._heard_at: float | None = None
        self._failed_at = 0.0
        self._why: str | None = None

    def begin(self) -> None:
        """From now on answers are expected, and what was wrong before counts no more."""
        self._heard_at, self._why = self._monotonic(), None

    def failed(self, why: str) -> None:
        """A request ended in this; it holds until answers come and no request has failed for a while."""
        if self._why != _REFUSED:
            self._why = f"Telegram gives no updates: {why.split('. ')[0][:120]}"
        self._failed_at = self._monotonic()

    @property
    def problem(self) -> str | None:
        if self._why is None and self._heard_at is not None and self._monotonic() - self._heard_at > SILENT_SECONDS:
            return "Telegram does not answer when it is asked for updates"
        return self._why

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **options)
        if status == 200:
            self._heard_at = self._monotonic()
            if self._heard_at - self._failed_at >= CALM_SECONDS:
                self._why = None
        elif status in (401, 404):  # the library stops asking then, and tells nobody
            self._why, self._failed_at = _REFUSED, self._monotonic()
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """An answer's JSON. An update in it that the library cannot read is left empty, with its number: the library
        would give up all that came with it, and be given the same ones again for ever."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [each if _is_readable(each) else _set_aside(each) for each in answer["result"]]
        return answer


def _is_readable(update: dict[str, Any]) -> bool:
    try:
        Update.de_json(update)
    except Exception as error:  # whatever a field that is missing, or is new, leads to
        # What the error says may hold what somebody wrote; that an argument is missing does not.
        why = str(error) if isinstance(error, TypeError) else type(error).__name__
        kinds = [name for name in update if name != "update_id"]
        log.error("telegram update not understood", update=update.get("update_id"), kinds=kinds, why=why)
        return False
    return True


def _set_aside(update: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": update["update_id"]}
