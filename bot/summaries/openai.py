"""Any OpenAI-compatible server through the openai SDK: finds out how it can be made to answer in JSON."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.decisions.http_headers import retry_after_seconds
from bot.errors import ModelRefused, ModelUnavailable, PaperboyError
from bot.summaries.model_client import TIMEOUT, Completion, Schema

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types.chat import ChatCompletion

log = structlog.get_logger()

MANNERS = ("json_schema", "json_object", "tools", "plain")
"""How to ask for JSON, strictest first; servers differ in which of them they know."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""No wait that a server names is believed to be longer."""

_TOO_LONG = ("context length", "context_length", "maximum context", "too many tokens", "context size", "too long")


class OpenAIModel:
    """A model behind an OpenAI-compatible API. What its server understands is learned once and kept."""

    def __init__(self, model: str, key: str | None, *, base_url: str | None = None, timeout: float = TIMEOUT):
        self._model, self._key, self._timeout = model, key, timeout
        self._base_url = base_url or "https://api.openai.com/v1"
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._manner = 0
        self._temperature: float | None = 0.2

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        client = await self._opened()
        requests, last = 0, None
        while self._manner < len(MANNERS):
            manner = self._manner
            requests += 1
            try:
                reply = await self._ask(client, MANNERS[manner], system, user, schema)
            except _NotUnderstood as error:
                last = error.cause
                self._learn(manner, error.cause)
                continue
            return self._read(reply, requests)
        self._manner = 0
        raise ModelRefused(f"{self.name} did not take this request.") from last

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        self._client = None

    async def _opened(self) -> AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            api_key=self._key or "none",  # local servers want no key, the SDK does
            base_url=self._base_url,
            timeout=self._timeout,
            max_retries=0,
        )

    async def _ask(self, client: AsyncOpenAI, manner: str, system: str, user: str, schema: Schema) -> ChatCompletion:
        import openai

        request: Any = {"model": self._model, **_asked(manner, system, user, schema)}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        try:
            async with asyncio.timeout(self._timeout):
                reply: Any = await client.chat.completions.create(**request)
        except openai.APIStatusError as error:
            raise self._told(error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ModelUnavailable(f"{self.name} did not answer within {self._timeout:.0f} s.") from error
        except openai.APIConnectionError as error:
            raise ModelUnavailable(f"{self.name} cannot be reached.") from error
        except (openai.OpenAIError, ValueError) as error:
            raise ModelUnavailable(f"{self.name} answered with something that is no reply.") from error
        if not isinstance(reply, openai.types.chat.ChatCompletion) or not reply.choices:
            raise ModelUnavailable(f"{self.name} answered with something that is no reply.")
        return reply

    def _learn(self, manner: int, error: APIStatusError) -> None:
        """After a request that was not understood: ask without a temperature, or in the next manner."""
        if self._manner != manner:
            return  # another request has learned it meanwhile
        if self._temperature is not None and "temperature" in str(error).lower():
            self._temperature = None
            return
        log.info("model does not know this manner", model=self.name, manner=MANNERS[manner], status=error.status_code)
        self._manner += 1

    def _told(self, error: APIStatusError) -> PaperboyError:
        code, said = error.status_code, str(error).lower()
        if code == 429 or error.code == "insufficient_quota":
            wait = 3600.0 if error.code == "insufficient_quota" else _retry_after(error)
            return ModelUnavailable(f"{self.name} is over its quota.", retry_after=wait)
        if code in (401, 403):
            return ModelUnavailable(f"{self.name} does not accept OPENAI_API_KEY; check it.", retry_after=600)
        if code == 404:
            return ModelUnavailable(f"{self.name} is not a model that this server knows; check MODEL.", retry_after=600)
        if code == 413 or any(word in said for word in _TOO_LONG):
            return ModelRefused(f"{self.name} cannot take a text of this length.")
        if code in (400, 405, 415, 422, 501):
            return _NotUnderstood(error)
        if 400 <= code < 500 and code != 408:
            return ModelRefused(f"{self.name} did not take this request ({code}).")
        return ModelUnavailable(f"{self.name} is down ({code}).", retry_after=_retry_after(error))

    def _read(self, reply: ChatCompletion, requests: int) -> Completion:
        choice = reply.choices[0]
        message = choice.message
        if choice.finish_reason == "content_filter" or getattr(message, "refusal", None):
            raise ModelRefused(f"{self.name} refused this text.")
        text = message.content or ""
        for call in message.tool_calls or ():
            if call.type == "function":
                text = call.function.arguments or text
        usage = reply.usage
        return Completion(
            text, requests, (usage.prompt_tokens or 0) if usage else 0, (usage.completion_tokens or 0) if usage else 0
        )


class _NotUnderstood(PaperboyError):
    """The server takes no request of this form."""

    def __init__(self, cause: APIStatusError) -> None:
        super().__init__("The server takes no request of this form.")
        self.cause = cause


def _asked(manner: str, system: str, user: str, schema: Schema) -> dict[str, Any]:
    """The part of a request that differs by manner; the last two say in words what the schema cannot."""
    if manner in ("json_object", "plain"):
        system = f"{system}\nThe JSON object fits this schema:\n{json.dumps(schema, ensure_ascii=False)}\n"
    asked: dict[str, Any] = {
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
    }
    if manner == "json_schema":
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": _closed(schema)},
        }
    elif manner == "json_object":
        asked["response_format"] = {"type": "json_object"}
    elif manner == "tools":
        function = {"name": "answer", "description": "Gives the answer.", "parameters": schema}
        asked["tools"] = [{"type": "function", "function": function}]
        asked["tool_choice"] = {"type": "function", "function": {"name": "answer"}}
    return asked


def _closed(schema: Any) -> Any:
    """Strict servers want every object to say that it has no further properties."""
    if isinstance(schema, list):
        return [_closed(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if schema.get("type") == "object" else {}
    return {**{name: _closed(value) for name, value in schema.items()}, **more}


def _retry_after(error: APIStatusError) -> float | None:
    """Seconds that the server asks for; OpenAI's own header in milliseconds is the more exact one."""
    headers, now = error.response.headers, datetime.now(UTC)
    milliseconds = retry_after_seconds(headers.get("retry-after-ms"), now, at_most=1000 * LONGEST_WAIT_SECONDS)
    if milliseconds is not None:
        return milliseconds / 1000
    return retry_after_seconds(headers.get("retry-after"), now, at_most=LONGEST_WAIT_SECONDS)
