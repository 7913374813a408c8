"""Models behind any OpenAI-compatible server: finds out in which way the server can be asked for JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import ModelRefused
from bot.providers.metered_requests import RequestFormRefused
from bot.providers.openai_api import FormNotAccepted, OpenAIApi
from bot.summaries.model_client import TIMEOUT_SECONDS, Completion, Schema

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types.chat import ChatCompletion

log = structlog.get_logger()

JSON_MODES = ("json_schema", "json_object", "tools", "plain")
"""The ways to ask for JSON, strictest first; servers differ in which of them they accept."""

_TEMPERATURE = 0.2  # low, so that a model keeps to its source


class OpenAIModel:
    """A model behind an OpenAI-compatible API. What its server accepts is learned from its errors and remembered."""

    def __init__(self, model: str, key: str | None, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS):
        self._model = model
        self._api = OpenAIApi(model, key, base_url=base_url, timeout=timeout, setting="MODEL or MODEL_JUDGE")
        self._mode = 0
        self._temperature: float | None = _TEMPERATURE
        # After one answer the temperature is known to be accepted, so that a refusal has another cause.
        self._has_answered = False

    @property
    def name(self) -> str:
        return self._api.name

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        mode = self._mode
        try:
            response = await self._send(JSON_MODES[mode], system, user, schema)
        except FormNotAccepted as error:
            self._adapt(mode, error.cause)
            if self._mode < len(JSON_MODES):
                raise RequestFormRefused(f"{self.name} did not accept this request.") from error.cause
            # It may have been this text that the server did not accept: the next one is tried from the first mode on.
            self._mode, self._temperature = 0, self._temperature if self._has_answered else _TEMPERATURE
            raise ModelRefused(f"{self.name} did not accept this request.") from error.cause
        self._has_answered = True
        return self._completion(response)

    async def close(self) -> None:
        await self._api.close()

    async def _send(self, mode: str, system: str, user: str, schema: Schema) -> ChatCompletion:
        request: Any = {"model": self._model, **_request_body(mode, system, user, schema)}
        if self._temperature is not None:
            request["temperature"] = self._temperature

        async def send(client: AsyncOpenAI) -> object:
            response: object = await client.chat.completions.create(**request)
            return response

        response = await self._api.call(send)
        from openai.types.chat import ChatCompletion

        if not isinstance(response, ChatCompletion) or not response.choices:
            raise self._api.unreadable()
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
