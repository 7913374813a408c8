"""Working stand-ins of the Gemini API and of an OpenAI-compatible API on a local port, for the real SDKs to talk to.

They check requests as the real servers do, answer with a `Brain` (as a judge with another one) or with vectors, and
fail on command: each request takes the next of `faults`, if there is one, instead of an answer.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes import embeddings, judges
from tests.fakes.brains import Brain, well_behaved

KEY = "a-key-for-tests"


@dataclass
class Fault:
    """One failing request: an HTTP response, or `hang`, `reset`, `garbage`, `block` (a safety refusal), or one of
    `embeddings.BREAKING`."""

    kind: str = "status"
    status: int = 500
    retry_after: float | None = None
    per_day: bool = False
    code: str | None = None
    type: str = "error"
    param: str | None = None
    reason: str | None = None
    """Of Gemini: the reason in its `ErrorInfo`."""


@dataclass
class ModelServer:
    """Use as `async with ModelServer() as server`; `server.gemini` and `server.openai` are base URLs.

    `knows` has the JSON modes of the OpenAI API that are accepted. `asked` lists the bodies of all requests, failed
    ones too; `most_at_once` is how many were answered concurrently; `delay` is seconds before an answer.
    """

    brain: Brain = well_behaved
    judge: Brain = judges.honest
    """Answers the prompts that ask for a judgement."""
    faults: list[Fault] = field(default_factory=list)
    knows: tuple[str, ...] = ("json_schema", "json_object", "tools")
    takes_temperature: bool = True
    context: int | None = None
    """Characters of system and user prompt that are accepted; None accepts any length."""
    refuses: str | None = None
    """A text with this in it is blocked by the server's content filter."""
    names_errors: bool = True
    """Whether OpenAI-style errors name a code and a parameter; many servers send the message only."""
    takes_dimensions: bool = True
    """Whether vectors can be asked for in a shorter length of the OpenAI API."""
    numbers_vectors: bool = True
    """Whether the vectors of the OpenAI API are numbered; some servers number all with 0."""
    most_texts: int = 2048
    """How many texts a request for vectors of the OpenAI API may have."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    most_at_once: int = 0
    delay: float = 0.0

    async def __aenter__(self) -> ModelServer:
        app = web.Application()
        app.router.add_post("/{version:v1|v1beta}/models/{call}", self._gemini)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1/embeddings", self._openai_vectors)
        self._open = 0
        self._closing = asyncio.Event()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    @property
    def judged(self) -> list[str]:
        """The user prompts of all requests for a judgement."""
        return [user for body in self.asked if judges.is_for_judge(user := user_prompt(body))]

    @property
    def gemini(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    # ── Gemini ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        if self.faults and self.faults[0].kind not in embeddings.BREAKING:
            return await self._fail(request, self.faults.pop(0), _gemini_error, _gemini_block)
        if request.headers.get("x-goog-api-key") != KEY:
            invalid = Fault(reason="API_KEY_INVALID")
            return web.json_response(_gemini_error(400, "API key not valid.", invalid), status=400)
        if request.match_info["call"].endswith(":batchEmbedContents"):
            return self._gemini_vectors(body)
        config = body.get("generationConfig", {})
        if config.get("responseMimeType") != "application/json" or "responseSchema" not in config:
            return web.json_response(_gemini_error(400, "No JSON was asked for.", Fault()), status=400)
        system = "".join(part["text"] for part in body["systemInstruction"]["parts"])
        user = "".join(part["text"] for part in body["contents"][0]["parts"])
        if self.context is not None and len(system + user) > self.context:
            counted = f"The input token count ({len(system + user)}) exceeds the maximum number of tokens allowed (9)."
            return web.json_response(_gemini_error(400, counted, Fault()), status=400)
        if self.refuses is not None and self.refuses in user:
            return web.json_response(_gemini_block())
        text = await self._answer(system, user)
        answer = {
            "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}],
            "usageMetadata": _usage(system + user, text),
        }
        return web.json_response(answer)

    # ── OpenAI ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        if self.faults:
            return await self._fail(request, self.faults.pop(0), _openai_error, _openai_block)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response(_openai_error(401, "Incorrect API key.", Fault()), status=401)
        manner = body.get("response_format", {}).get("type") or ("tools" if "tools" in body else "plain")
        if manner != "plain" and manner not in self.knows:
            return web.json_response(_openai_error(400, f"unknown field for {manner}", Fault()), status=400)
        if "temperature" in body and not self.takes_temperature:
            unsupported = Fault(code="unsupported_value", param="temperature") if self.names_errors else Fault()
            return web.json_response(_openai_error(400, "Unsupported value: 'temperature'", unsupported), status=400)
        if manner == "json_schema" and (wrong := _not_strict(body["response_format"]["json_schema"]["schema"])):
            return web.json_response(_openai_error(400, wrong, Fault()), status=400)
        system, user = (message["content"] for message in body["messages"])
        if self.context is not None and len(system + user) > self.context:
            too_long = Fault(code="context_length_exceeded") if self.names_errors else Fault()
            message = f"This model's maximum context length is {self.context} tokens."
            return web.json_response(_openai_error(400, message, too_long), status=400)
        if self.refuses is not None and self.refuses in user:
            return web.json_response(_openai_block())
        text = await self._answer(system, user)
        if manner == "json_object" and "json" not in (system + user).lower():
            return web.json_response(_openai_error(400, "messages must contain the word json", Fault()), status=400)
        answer: dict[str, Any] = {"role": "assistant", "content": text}
        if manner == "tools":
            call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": text}}
            answer = {"role": "assistant", "content": None, "tool_calls": [call]}
        counted = _usage(system + user, text)
        usage = {"prompt_tokens": counted["promptTokenCount"], "completion_tokens": counted["candidatesTokenCount"]}
        return web.json_response(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": body["model"],
                "choices": [{"index": 0, "message": answer, "finish_reason": "stop"}],
                "usage": {**usage, "total_tokens": counted["totalTokenCount"]},
            }
        )

    # ── vectors ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _gemini_vectors(self, body: dict[str, Any]) -> web.Response:
        try:
            texts = embeddings.gemini_texts(body)
        except ValueError as wrong:
            return web.json_response(_gemini_error(400, str(wrong), Fault()), status=400)
        if self.refuses is not None and any(self.refuses in text for text in texts):
            return web.json_response(_gemini_error(400, "The input is not valid.", Fault()), status=400)
        length = body["requests"][0].get("outputDimensionality", embeddings.FULL_LENGTH)
        return web.json_response(embeddings.gemini_reply(self._vectors(texts, length)))

    async def _openai_vectors(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        if self.faults and self.faults[0].kind not in embeddings.BREAKING:
            return await self._fail(request, self.faults.pop(0), _openai_error, _openai_block)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response(_openai_error(401, "Incorrect API key.", Fault()), status=401)
        try:
            texts = embeddings.openai_texts(body)
        except ValueError as wrong:
            return web.json_response(_openai_error(400, str(wrong), Fault()), status=400)
        if "dimensions" in body and not self.takes_dimensions:
            return web.json_response(_openai_error(400, "dimensions are not supported", Fault()), status=400)
        if len(texts) > self.most_texts:
            return web.json_response(_openai_error(422, "the batch is too large", Fault()), status=422)
        if self.context is not None and max(map(len, texts)) > self.context:
            message = f"This model's maximum context length is {self.context} tokens."
            too_long = Fault(code="context_length_exceeded") if self.names_errors else Fault()
            return web.json_response(_openai_error(400, message, too_long), status=400)
        if self.refuses is not None and any(self.refuses in text for text in texts):
            return web.json_response(_openai_error(400, "'$.input' is invalid.", Fault()), status=400)
        vectors = self._vectors(texts, body.get("dimensions", embeddings.FULL_LENGTH))
        tokens = sum(map(len, texts)) // 4
        return web.json_response(embeddings.openai_reply(vectors, are_numbered=self.numbers_vectors, tokens=tokens))

    def _vectors(self, texts: list[str], length: int) -> embeddings.Vectors:
        vectors = [embeddings.vector(text, length) for text in texts]
        return embeddings.BREAKING[self.faults.pop(0).kind](vectors) if self.faults else vectors

    async def _answer(self, system: str, user: str) -> str:
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            await asyncio.sleep(self.delay)
            return (self.judge if judges.is_for_judge(user) else self.brain)(system, user)
        finally:
            self._open -= 1

    async def _fail(self, request: web.Request, fault: Fault, error: Any, block: Any) -> web.StreamResponse:
        if fault.kind == "hang":
            await self._closing.wait()
        if fault.kind in ("reset", "hang"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.kind == "garbage":
            return web.Response(text="<html>welcome to the proxy</html>", content_type="text/html")
        if fault.kind == "block":
            return web.json_response(block())
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response(error(fault.status, "failed", fault), status=fault.status, headers=headers)


def _gemini_error(status: int, message: str, fault: Fault) -> dict[str, Any]:
    details: list[dict[str, Any]] = []
    if fault.per_day:
        quota = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
        details.append({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [quota]})
    if fault.retry_after is not None:
        delay = f"{fault.retry_after}s"
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
    if fault.reason is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": fault.reason})
    return {"error": {"code": status, "message": message, "status": "FAILED", "details": details}}


def _gemini_block() -> dict[str, Any]:
    return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}}


def _openai_error(status: int, message: str, fault: Fault) -> dict[str, Any]:
    return {"error": {"message": message, "type": fault.type, "code": fault.code, "param": fault.param}}


def _openai_block() -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "content_filter"}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _not_strict(schema: Any) -> str | None:
    """What is wrong with a strict schema; None if every property is required and no others are allowed."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and (
            schema.get("additionalProperties") is not False or set(schema["required"]) != set(schema["properties"])
        ):
            return "Invalid schema: additionalProperties must be false and every property required."
        return next((wrong for value in schema.values() if (wrong := _not_strict(value))), None)
    return None


def _usage(prompt: str, text: str) -> dict[str, int]:
    read, written = len(prompt) // 4, len(text) // 4
    return {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}


def user_prompt(asked: dict[str, Any]) -> str:
    """The user prompt of a recorded request, of either API."""
    if "contents" in asked:
        return "".join(part["text"] for part in asked["contents"][0]["parts"])
    return str(json.loads(json.dumps(asked["messages"]))[1]["content"])
