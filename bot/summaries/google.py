"""Gemini's models: one request in JSON mode, and what its response says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import ModelRefused
from bot.ports import Clock
from bot.providers.gemini_api import GeminiApi
from bot.summaries.model_client import TIMEOUT_SECONDS, Completion, Schema

if TYPE_CHECKING:
    from google.genai.types import GenerateContentResponse

_BLOCKED = frozenset(
    ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "OTHER", "MODEL_ARMOR", "JAILBREAK")
)
"""Finish reasons with which Gemini withholds a reply. MAX_TOKENS is not one: its text may still parse."""


class GoogleModel:
    """A Gemini model."""

    def __init__(
        self, model: str, key: str, clock: Clock, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS
    ):
        self._model = model
        self._api = GeminiApi(model, key, clock, base_url=base_url, timeout=timeout, setting="MODEL or MODEL_JUDGE")

    @property
    def name(self) -> str:
        return self._api.name

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        config: Any = {
            "system_instruction": system,
            "response_mime_type": "application/json",
            "response_schema": _ordered(schema),
            "temperature": 0.2,  # low, so that a model keeps to its source
        }
        response = await self._api.call(
            lambda client: client.aio.models.generate_content(model=self._model, contents=user, config=config)
        )
        return self._completion(response)

    async def close(self) -> None:
        await self._api.close()

    def _completion(self, response: GenerateContentResponse) -> Completion:
        feedback = response.prompt_feedback
        if feedback is not None and feedback.block_reason:
            raise ModelRefused(f"{self.name} refused this text ({_in_words(feedback.block_reason)}).")
        candidate = response.candidates[0] if response.candidates else None
        if candidate is None:
            raise ModelRefused(f"{self.name} gave no answer.")
        if candidate.finish_reason and str(candidate.finish_reason.value) in _BLOCKED:
            raise ModelRefused(f"{self.name} refused this text ({_in_words(candidate.finish_reason)}).")
        parts = (candidate.content.parts if candidate.content else None) or []
        # Models that reason may send parts of their reasoning before the reply.
        text = "".join(part.text for part in parts if part.text and not part.thought)
        usage = response.usage_metadata
        tokens_in = (usage.prompt_token_count or 0) if usage else 0
        # The total also counts the tokens of the model's reasoning, which are billed as output.
        total = (usage.total_token_count or tokens_in) if usage else 0
        return Completion(text, tokens_in, max(total - tokens_in, 0))


def _ordered(schema: Any) -> Any:
    """The schema with the order of every object's properties, which Gemini else writes in the order of the alphabet."""
    if isinstance(schema, list):
        return [_ordered(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    order = {"propertyOrdering": list(schema["properties"])} if schema.get("type") == "object" else {}
    return {**{name: _ordered(value) for name, value in schema.items()}, **order}


def _in_words(reason: Any) -> str:
    # Reasons that are newer than the SDK arrive as strings instead of members of its enums.
    return str(getattr(reason, "value", reason)).lower().replace("_", " ")
