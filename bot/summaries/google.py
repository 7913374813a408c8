"""Gemini through google-genai: one request, JSON mode, its errors told apart by what to do about them."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.errors import ModelRefused, ModelUnavailable, PaperboyError
from bot.ports import Clock
from bot.summaries.model_client import TIMEOUT, Completion, Schema

if TYPE_CHECKING:
    import httpx
    from google.genai.client import Client
    from google.genai.errors import APIError
    from google.genai.types import GenerateContentResponse

_BLOCKED = frozenset(
    ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "OTHER", "MODEL_ARMOR", "JAILBREAK")
)


class GoogleModel:
    """A Gemini model. The SDK (a second to import) is loaded with the first request."""

    def __init__(self, model: str, key: str, clock: Clock, *, base_url: str | None = None, timeout: float = TIMEOUT):
        self._model, self._key, self._base_url, self._timeout = model, key, base_url, timeout
        self._clock = clock
        self._client: Client | None = None
        self._http: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"google:{self._model}"

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        import httpx

        client = await self._opened()
        from google.genai.errors import APIError

        config: Any = {
            "system_instruction": system,
            "response_mime_type": "application/json",
            "response_schema": schema,
            "temperature": 0.2,
        }
        try:
            async with asyncio.timeout(self._timeout):
                reply = await client.aio.models.generate_content(model=self._model, contents=user, config=config)
        except APIError as error:
            raise self._told(error) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ModelUnavailable(f"{self.name} did not answer within {self._timeout:.0f} s.") from error
        except (httpx.HTTPError, OSError) as error:
            raise ModelUnavailable(f"{self.name} cannot be reached.") from error
        except ValueError as error:  # a reply that is no JSON, or not of the API's shape (pydantic's error is one)
            raise ModelUnavailable(f"{self.name} answered with something that is no reply.") from error
        return self._read(reply)

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._http is not None:
            await self._http.aclose()
        self._client = self._http = None

    async def _opened(self) -> Client:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> Client:
        import httpx
        from google import genai
        from google.genai import types

        # Our own httpx client: with one of its own the SDK repeats failed requests by itself after up to 10 s.
        self._http = httpx.AsyncClient(timeout=self._timeout)
        options = types.HttpOptions(base_url=self._base_url, httpx_async_client=self._http)
        return genai.Client(vertexai=False, api_key=self._key, http_options=options)

    def _read(self, reply: GenerateContentResponse) -> Completion:
        feedback = reply.prompt_feedback
        if feedback is not None and feedback.block_reason:
            raise ModelRefused(f"{self.name} refused this text ({_word(feedback.block_reason)}).")
        candidate = reply.candidates[0] if reply.candidates else None
        if candidate is None:
            raise ModelRefused(f"{self.name} gave no answer.")
        if candidate.finish_reason and str(candidate.finish_reason.value) in _BLOCKED:
            raise ModelRefused(f"{self.name} refused this text ({_word(candidate.finish_reason)}).")
        parts = (candidate.content.parts if candidate.content else None) or []
        text = "".join(part.text for part in parts if part.text and not part.thought)
        usage = reply.usage_metadata
        tokens_in = (usage.prompt_token_count or 0) if usage else 0
        total = (usage.total_token_count or tokens_in) if usage else 0
        return Completion(text, 1, tokens_in, max(total - tokens_in, 0))

    def _told(self, error: APIError) -> PaperboyError:
        code, wait = error.code, retry_delay(error.details)
        if code == 429:
            if _per_day(error.details):
                wait = seconds_to_reset(self._clock.now())
            return ModelUnavailable(f"{self.name} is over its quota.", retry_after=wait)
        if code in (401, 403) or (code == 400 and "API key" in (error.message or "")):
            return ModelUnavailable(f"{self.name} does not accept GEMINI_API_KEY; check it.", retry_after=600)
        if code == 404:
            return ModelUnavailable(f"{self.name} is not a model that Gemini knows; check MODEL.", retry_after=600)
        if 400 <= code < 500 and code != 408:
            return ModelRefused(f"{self.name} did not take this request ({code}).")
        return ModelUnavailable(f"{self.name} is down ({code}).", retry_after=wait)


def retry_delay(details: Any) -> float | None:
    """Seconds from the `RetryInfo` of a Google error body ("34.07s"), None where it has none."""
    for entry in _entries(details):
        delay = entry.get("retryDelay")
        if isinstance(delay, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)s", delay)):
            return float(match.group(1))
    return None


def seconds_to_reset(now: datetime) -> float:
    """Seconds until Gemini's daily quotas start anew: midnight Pacific time."""
    zone = ZoneInfo("America/Los_Angeles")
    local = now.astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    return (midnight.astimezone(now.tzinfo) - now).total_seconds()


def _per_day(details: Any) -> bool:
    return any(
        "PerDay" in str(violation.get("quotaId", ""))
        for entry in _entries(details)
        for violation in entry.get("violations") or ()
        if isinstance(violation, dict)
    )


def _entries(details: Any) -> list[dict[str, Any]]:
    error = details.get("error", details) if isinstance(details, dict) else {}
    listed = error.get("details") if isinstance(error, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _word(reason: Any) -> str:
    return str(getattr(reason, "value", reason)).lower().replace("_", " ")
