"""Any OpenAI-compatible server through the openai SDK: finds out in which way the server can be asked for JSON."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.decisions.http_headers import retry_after_seconds
from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable, PaperboyError, TextTooLong
from bot.summaries.model_client import TIMEOUT_SECONDS, Completion, RequestFormRefused, Schema

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types.chat import ChatCompletion

log = structlog.get_logger()

JSON_MODES = ("json_schema", "json_object", "tools", "plain")
"""The ways to ask for JSON, strictest first; servers differ in which of them they accept."""

_TOO_LONG = frozenset(("context_length_exceeded", "string_above_max_length", "exceed_context_size_error"))
"""Codes and types of errors for a text that is too long: two of OpenAI, one of llama.cpp."""

_TOO_LONG_MESSAGE = re.compile(r"context[ _](?:length|size|window)|maximum context|too many tokens|too long", re.I)
"""For servers whose errors have neither code nor type (vLLM, many proxies): their message is all there is."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""A longer wait that a server names is cut to this."""

_TEMPERATURE = 0.2  # low, so that a model keeps to its source
_WRONG_SETTING_SECONDS = 600.0
"""Time until a retry after an invalid key or model name: only the operator can correct these."""
_NO_CREDIT_SECONDS = 3600.0
"""Time until a retry of an account without credit, which the server gives no time for: somebody has to pay first."""


class OpenAIModel:
    """A model behind an OpenAI-compatible API. What its server accepts is learned from its errors and remembered."""

    def __init__(self, model: str, key: str | None, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS):
        self._model, self._key, self._timeout = model, key, timeout
        self._base_url = base_url or "https://api.openai.com/v1"
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()  # concurrent first requests must not open several clients
        self._mode = 0
        self._temperature: float | None = _TEMPERATURE
        # After one answer the temperature is known to be accepted, so that a refusal has another cause.
        self._has_answered = False

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        client = await self._opened_client()
        mode = self._mode
        try:
            response = await self._send(client, JSON_MODES[mode], system, user, schema)
        except _NotAccepted as error:
            self._adapt(mode, error.cause)
            if self._mode < len(JSON_MODES):
                raise RequestFormRefused(f"{self.name} did not accept this request.") from error.cause
            # It may have been this text that the server did not accept: the next one is tried from the first mode on.
            self._mode, self._temperature = 0, self._temperature if self._has_answered else _TEMPERATURE
            raise ModelRefused(f"{self.name} did not accept this request.") from error.cause
        self._has_answered = True
        return self._completion(response)

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

    async def _send(self, client: AsyncOpenAI, mode: str, system: str, user: str, schema: Schema) -> ChatCompletion:
        import openai

        request: Any = {"model": self._model, **_request_body(mode, system, user, schema)}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        try:
            # The SDK's timeout is one for each read, so that a server that sends a byte now and then never exceeds it.
            async with asyncio.timeout(self._timeout):
                response: Any = await client.chat.completions.create(**request)
        except openai.APIStatusError as error:
            raise self._classified(error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ModelTimedOut(f"{self.name} did not answer within {self._timeout:.0f} s.") from error
        except openai.APIConnectionError as error:
            raise ModelUnavailable(f"{self.name} cannot be reached.") from error
        except (openai.OpenAIError, ValueError) as error:
            raise ModelUnavailable(f"{self.name} sent a response that cannot be read.") from error
        # The SDK does not validate a response of status 200: a proxy's page arrives here as text.
        if not isinstance(response, openai.types.chat.ChatCompletion) or not response.choices:
            raise ModelUnavailable(f"{self.name} sent a response that cannot be read.")
        return response

    def _adapt(self, mode: int, error: APIStatusError) -> None:
        """After a request that was not accepted, choose what to leave out of the next one.

        A server that names `temperature` gets none. One that names nothing is asked in the next mode, and after the
        last mode once more in all of them without a temperature, unless it has accepted one before.
        """
        if self._mode != mode:
            return  # a concurrent request has learned it meanwhile
        if self._temperature is not None and error.param == "temperature":
            self._temperature = None
            return
        log.info("model does not accept this JSON mode", model=self.name, mode=JSON_MODES[mode], code=error.status_code)
        self._mode += 1
        if self._mode == len(JSON_MODES) and self._temperature is not None and not self._has_answered:
            self._mode, self._temperature = 0, None

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
            wrong = f"{self.name} is not a model that this server knows; check MODEL or MODEL_JUDGE."
            return ModelUnavailable(wrong, retry_after=_WRONG_SETTING_SECONDS)
        if code == 413 or _is_over_context(error):
            return TextTooLong(f"{self.name} does not accept a text of this length.")
        # With these, servers refuse a field or a value that they do not know.
        if code in (400, 405, 415, 422, 501):
            return _NotAccepted(error)
        if 400 <= code < 500 and code != 408:  # 408 is a timeout of the server, which passes
            return ModelRefused(f"{self.name} did not accept this request ({code}).")
        return ModelUnavailable(f"{self.name} is down ({code}).", retry_after=_retry_after(error))

    def _completion(self, response: ChatCompletion) -> Completion:
        choice = response.choices[0]
        message = choice.message
        if choice.finish_reason == "content_filter" or getattr(message, "refusal", None):
            raise ModelRefused(f"{self.name} refused this text.")
        text = message.content or ""
        # In the mode "tools" the reply is the argument of a function that is never called.
        for call in message.tool_calls or ():
            if call.type == "function":
                text = call.function.arguments or text
        usage = response.usage
        return Completion(
            text, (usage.prompt_tokens or 0) if usage else 0, (usage.completion_tokens or 0) if usage else 0
        )


class _NotAccepted(PaperboyError):
    """The server does not accept a request of this form."""

    def __init__(self, cause: APIStatusError) -> None:
        super().__init__("The server does not accept a request of this form.")
        self.cause = cause


def _request_body(mode: str, system: str, user: str, schema: Schema) -> dict[str, Any]:
    """The part of a request that differs by mode. Where the API cannot carry the schema, the prompt does."""
    if mode in ("json_object", "plain"):
        system = f"{system}\nThe JSON object fits this schema:\n{json.dumps(schema, ensure_ascii=False)}\n"
    body: dict[str, Any] = {
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
    }
    if mode == "json_schema":
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": _without_other_properties(schema)},
        }
    elif mode == "json_object":
        body["response_format"] = {"type": "json_object"}
    elif mode == "tools":
        function = {"name": "answer", "description": "Gives the answer.", "parameters": schema}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": "answer"}}
    return body


def _without_other_properties(schema: Any) -> Any:
    """The schema with `additionalProperties: false` on every object, which strict mode requires."""
    if isinstance(schema, list):
        return [_without_other_properties(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if schema.get("type") == "object" else {}
    return {**{name: _without_other_properties(value) for name, value in schema.items()}, **closed}


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
