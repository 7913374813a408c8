"""The API of OpenAI-compatible servers through the openai SDK: one request at a time, with its errors by type."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bot.decisions.http_headers import retry_after_seconds
from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable, PaperboyError, TextTooLong

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

_TOO_LONG = frozenset(("context_length_exceeded", "string_above_max_length", "exceed_context_size_error"))
"""Codes and types of errors for a text that is too long: two of OpenAI, one of llama.cpp."""

_TOO_LONG_MESSAGE = re.compile(r"context[ _](?:length|size|window)|maximum context|too many tokens|too long", re.I)
"""For servers whose errors have neither code nor type (vLLM, many proxies): their message is all there is."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""A longer wait that a server names is cut to this."""

_WRONG_SETTING_SECONDS = 600.0
"""Time until a retry after an invalid key or model name: only the operator can correct these."""
_NO_CREDIT_SECONDS = 3600.0
"""Time until a retry of an account without credit, which the server gives no time for: somebody has to pay first."""

R = TypeVar("R")


class FormNotAccepted(PaperboyError):
    """The server does not accept a request of this form; `cause` is its error."""

    def __init__(self, cause: APIStatusError) -> None:
        super().__init__("The server does not accept a request of this form.")
        self.cause = cause


class OpenAIApi:
    """The API of a server for one model. The SDK, which takes a second to import, is loaded with the first request."""

    def __init__(self, model: str, key: str | None, *, base_url: str | None = None, timeout: float, setting: str):
        """`setting` names what the operator should check if there is no such model; `timeout` is in seconds."""
        self._model, self._key, self._timeout, self._setting = model, key, timeout, setting
        self._base_url = base_url or "https://api.openai.com/v1"
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()  # concurrent first requests must not open several clients

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def call(self, send: Callable[[AsyncOpenAI], Awaitable[R]]) -> R:
        """What `send` returns, which sends one request. The SDK does not validate a response of status 200: check the
        type, a proxy's page may arrive as text.

        Raises `ModelTimedOut`; `ModelUnavailable`, with `retry_after` in seconds if the server names a time;
        `FormNotAccepted`; `TextTooLong`; `ModelRefused`.
        """
        client = await self._opened_client()
        import openai

        try:
            # The SDK's timeout is one for each read, so that a server that sends a byte now and then never exceeds it.
            async with asyncio.timeout(self._timeout):
                return await send(client)
        except openai.APIStatusError as error:
            raise self._classified(error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ModelTimedOut(f"{self.name} did not answer within {self._timeout:.0f} s.") from error
        except openai.APIConnectionError as error:
            raise ModelUnavailable(f"{self.name} cannot be reached.") from error
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            # On a response of another shape the SDK fails in several ways.
            raise self.unreadable() from error

    def unreadable(self) -> ModelUnavailable:
        """The error for a response that has not the API's shape."""
        return ModelUnavailable(f"{self.name} sent a response that cannot be read.")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        self._client = None

    async def _opened_client(self) -> AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                # In a thread: importing the SDK takes a second, in which nothing else of the service would run.
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            api_key=self._key or "none",  # local servers want no key, the SDK does
            base_url=self._base_url,
            timeout=self._timeout,
            max_retries=0,  # retries are ours: they count against the budget
        )

    def _classified(self, error: APIStatusError) -> PaperboyError:
        """Our error for an HTTP error of the server."""
        code = error.status_code
        # Before 429, with which OpenAI sends it: no short wait helps.
        if error.code == "insufficient_quota":
            return ModelUnavailable(f"{self.name} is over its quota.", retry_after=_NO_CREDIT_SECONDS)
        if code == 429:
            return ModelUnavailable(f"{self.name} is over its quota.", retry_after=_retry_after(error))
        if code in (401, 403):
            wrong = f"{self.name} does not accept OPENAI_API_KEY; check it."
            return ModelUnavailable(wrong, retry_after=_WRONG_SETTING_SECONDS)
        if code == 404:
            wrong = f"{self.name} is not a model that this server knows; check {self._setting}."
            return ModelUnavailable(wrong, retry_after=_WRONG_SETTING_SECONDS)
        if code == 413 or _is_over_context(error):
            return TextTooLong(f"{self.name} does not accept a text of this length.")
        # With these, servers refuse a field or a value that they do not know.
        if code in (400, 405, 415, 422, 501):
            return FormNotAccepted(error)
        if 400 <= code < 500 and code != 408:  # 408 is a timeout of the server, which passes
            return ModelRefused(f"{self.name} did not accept this request ({code}).")
        return ModelUnavailable(f"{self.name} is down ({code}).", retry_after=_retry_after(error))


def _is_over_context(error: APIStatusError) -> bool:
    # A server that gives a code or a known type is believed; its message, which may quote the text, is not searched.
    if error.code or (error.type and error.type in _TOO_LONG):
        return error.code in _TOO_LONG or error.type in _TOO_LONG
    return error.status_code in (400, 422) and _TOO_LONG_MESSAGE.search(error.message) is not None


def _retry_after(error: APIStatusError) -> float | None:
    """Seconds that the server asks for; OpenAI's own header in milliseconds is the more exact one."""
    headers, now = error.response.headers, datetime.now(UTC)
    milliseconds = retry_after_seconds(headers.get("retry-after-ms"), now, at_most=1000 * LONGEST_WAIT_SECONDS)
    if milliseconds is not None:
        return milliseconds / 1000
    return retry_after_seconds(headers.get("retry-after"), now, at_most=LONGEST_WAIT_SECONDS)
