"""The connection that polls for updates, and its health: python-telegram-bot does not report every failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from telegram import Update
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

log = structlog.get_logger()

SILENT_SECONDS = 90.0
"""Without an answer for this long, polling counts as broken: long polling answers every ten seconds, even if empty."""

CALM_SECONDS = 60.0
"""A problem is over after this long without a failure. One success is not enough: where two processes poll with one
token, both are answered and refused in turn."""

REFUSED = "Telegram does not accept this token any more; copy it again from @BotFather"
"""What is wrong if a token was revoked while the service runs."""


class Updates(HTTPXRequest):
    """Polls for updates; `problem` says why none come. `monotonic` gives seconds from any origin."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        # One connection: Telegram refuses a second poll while one is under way. The read timeout is longer than a long
        # poll, which ends after ten seconds.
        super().__init__(connection_pool_size=1, connect_timeout=10, read_timeout=20)
        self._monotonic = monotonic
        self._answered_at: float | None = None
        self._failed_at = 0.0
        self._reason: str | None = None

    def begin(self) -> None:
        """Expect answers from now on; earlier problems no longer count."""
        self._answered_at, self._reason = self._monotonic(), None

    def failed(self, reason: str) -> None:
        """Note that a request failed; `problem` says so until no request has failed for `CALM_SECONDS`."""
        if self._reason != REFUSED:  # the reason that the operator can act on must not be replaced
            self._reason = f"Telegram gives no updates: {reason.split('. ')[0][:120]}"
        self._failed_at = self._monotonic()

    @property
    def problem(self) -> str | None:
        """Why no updates come, as a sentence; None if they do."""
        if self._reason is not None or self._answered_at is None:
            return self._reason
        is_silent = self._monotonic() - self._answered_at > SILENT_SECONDS
        return "Telegram does not answer when it is asked for updates" if is_silent else None

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        # Raised errors are reported by the updater's error callback; here, only what the library does not report.
        status, body = await super().do_request(*args, **options)
        if status == 200:
            self._answered_at = self._monotonic()
            if self._answered_at - self._failed_at >= CALM_SECONDS:
                self._reason = None
        elif status in (401, 404):  # the token was revoked: the library stops polling and reports nothing
            self._reason, self._failed_at = REFUSED, self._monotonic()
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer. An update that the library cannot read is reduced to its number.

        The library would raise and drop the whole answer, and Telegram would send the same updates again for ever.
        """
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            updates = answer["result"]
            answer["result"] = [update if readable(update) else _number_only(update) for update in updates]
        return answer


def readable(update: dict[str, Any], bot: ExtBot[Any] | None = None) -> Update | None:
    """The update as the library's value; None, and a line in the log, if it cannot be read."""
    try:
        return Update.de_json(update, bot)
    except Exception as error:  # a missing or an unknown field leads to errors of many types
        # Other errors' texts may quote what a person wrote, which is not logged.
        reason = str(error) if isinstance(error, TypeError) else type(error).__name__
        kinds = [name for name in update if name != "update_id"]
        log.error("telegram update not understood", update=update.get("update_id"), kinds=kinds, why=reason)
        return None


def _number_only(update: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": update["update_id"]}
