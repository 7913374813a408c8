"""The Gemini API through google-genai: one request at a time; errors are classified by what the caller should do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable, PaperboyError, TextTooLong
from bot.ports import Clock

if TYPE_CHECKING:
    import httpx
    from google.genai.client import Client
    from google.genai.errors import APIError

_WRONG_SETTING_SECONDS = 600.0
"""Time until a retry after an invalid key or model name: only the operator can correct these."""

R = TypeVar("R")


class GeminiApi:
    """The API for one model. The SDK, which takes a second to import, is loaded with the first request."""

    def __init__(
        self, model: str, key: str, clock: Clock, *, base_url: str | None = None, timeout: float, setting: str
    ):
        """`setting` names what the operator should check if there is no such model; `timeout` is in seconds."""
        self._model, self._key, self._base_url, self._timeout = model, key, base_url, timeout
        self._clock, self._setting = clock, setting
        self._client: Client | None = None
        self._http: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()  # concurrent first requests must not open several clients

    @property
    def name(self) -> str:
        return f"google:{self._model}"

    async def call(self, send: Callable[[Client], Awaitable[R]]) -> R:
        """What `send` returns, which sends one request.

        Raises `ModelTimedOut`; `ModelUnavailable`, with `retry_after` in seconds if the API names a time;
        `TextTooLong`; `ModelRefused`.
        """
        import httpx

        client = await self._opened_client()
        from google.genai.errors import APIError

        try:
            async with asyncio.timeout(self._timeout):
                return await send(client)
        except APIError as error:
            raise self._classified(error) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ModelTimedOut(f"{self.name} did not answer within {self._timeout:.0f} s.") from error
        except (httpx.HTTPError, OSError) as error:
            raise ModelUnavailable(f"{self.name} cannot be reached.") from error
        except (ValueError, TypeError, AttributeError) as error:
            # The response is not JSON or not of the API's shape: the SDK fails in several ways on it, and pydantic's
            # error is a ValueError.
            raise ModelUnavailable(f"{self.name} sent a response that cannot be read.") from error
        except RecursionError as error:  # the SDK reads the model's reply as JSON, however deep
            raise ModelRefused(f"{self.name} gave no answer that can be read.") from error

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._http is not None:
            await self._http.aclose()
        self._client = self._http = None

    async def _opened_client(self) -> Client:
        async with self._opening:
            if self._client is None:
                # In a thread: importing the SDK takes a second, in which nothing else of the service would run.
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> Client:
        import httpx
        from google import genai
        from google.genai import types

        # Our own httpx client: with one of its own the SDK repeats failed requests by itself after up to 10 s.
        self._http = httpx.AsyncClient(timeout=self._timeout)
        options = types.HttpOptions(base_url=self._base_url, httpx_async_client=self._http)
        # vertexai=False: a variable of the environment may otherwise switch the SDK to another service.
        return genai.Client(vertexai=False, api_key=self._key, http_options=options)

    def _classified(self, error: APIError) -> PaperboyError:
        """Our error for an HTTP error of the API."""
        code, wait = error.code, retry_delay(error.details)
        if code == 429:
            if _is_daily_quota(error.details):
                # The retry delay that comes with it is that of the quota per minute, far too short.
                wait = seconds_to_reset(self._clock.now())
            return ModelUnavailable(f"{self.name} is over its quota.", retry_after=wait)
        if code in (401, 403) or _has_reason(error.details, "API_KEY_INVALID"):
            wrong = f"{self.name} does not accept GEMINI_API_KEY; check it."
            return ModelUnavailable(wrong, retry_after=_WRONG_SETTING_SECONDS)
        if code == 404:
            wrong = f"{self.name} is not a model that Gemini knows; check {self._setting}."
            return ModelUnavailable(wrong, retry_after=_WRONG_SETTING_SECONDS)
        if code == 413 or (code == 400 and _is_over_context(error.message)):
            return TextTooLong(f"{self.name} does not accept a text of this length.")
        if 400 <= code < 500 and code != 408:  # 408 is a timeout of the server, which passes
            return ModelRefused(f"{self.name} did not accept this request ({code}).")
        return ModelUnavailable(f"{self.name} is down ({code}).", retry_after=wait)


def retry_delay(details: Any) -> float | None:
    """Seconds from the `RetryInfo` of a Google error body ("34.07s"); None if it has none."""
    for entry in _entries(details):
        delay = entry.get("retryDelay")
        if isinstance(delay, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)s", delay)):
            return float(match.group(1))
    return None


def seconds_to_reset(now: datetime) -> float:
    """Seconds until Gemini's daily quotas are renewed: at midnight Pacific time."""
    # Through dates, not by adding 24 hours: days with a change of the clocks have 23 or 25.
    zone = ZoneInfo("America/Los_Angeles")
    local = now.astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    return (midnight.astimezone(now.tzinfo) - now).total_seconds()


def _is_daily_quota(details: Any) -> bool:
    return any(
        "PerDay" in str(violation.get("quotaId", ""))
        for entry in _entries(details)
        for violation in entry.get("violations") or ()
        if isinstance(violation, dict)
    )


def _has_reason(details: Any, reason: str) -> bool:
    """Whether an `ErrorInfo` of the body gives this reason."""
    return any(entry.get("reason") == reason for entry in _entries(details))


def _is_over_context(message: str | None) -> bool:
    """Whether the input has too many tokens. The API gives no reason for that, only INVALID_ARGUMENT and the text
    "The input token count (N) exceeds the maximum number of tokens allowed (M)."
    """
    return re.search(r"token count\b.*\bexceeds", message or "", re.IGNORECASE) is not None


def _entries(details: Any) -> list[dict[str, Any]]:
    """The `details` of an error body, whether or not the SDK has taken off the "error" around it."""
    error = details.get("error", details) if isinstance(details, dict) else {}
    listed = error.get("details") if isinstance(error, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
