"""The shapes of a model's reply: as JSON schemas that a model is asked to follow, and as typed values.

The values accept what models often write instead (null or one thing for a list, a bare string for a claim), because
every claim is checked against its source afterwards.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.model import Claim, Evidence, Support
from bot.summaries.forbidden_text import cleaned
from bot.summaries.model_client import Schema

PARTS = (
    "background",
    "prior_work",
    "method",
    "results",
    "methods",
    "significance",
    "innovation",
    "performance",
    "workload",
)
"""The parts of a deep summary beside headline, takeaways and keywords."""

# ── typed values ──────────────────────────────────────────────────────────────────────────────────────────────────


class Reply(BaseModel):
    # Unknown fields are ignored: models add some ("confidence"), and they do no harm.
    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


def _as_list(value: Any) -> Any:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _claims_in(value: Any) -> Any:
    """Of a list of claims, those that have the shape of one; a bare string is a claim without a quote."""
    items = [{"text": item} if isinstance(item, str) else item for item in _as_list(value)]
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("text"), str)]


def _strings_in(value: Any) -> Any:
    # Models often give keywords as one string.
    items = re.split(r"[;,，、；]\s*", value) if isinstance(value, str) else _as_list(value)
    return [item for item in items if isinstance(item, str) and item.strip()]


def _without_null(value: Any) -> Any:
    return "" if value is None else value


def _as_claim(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_without_null)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_strings_in)]


class ClaimReply(Reply):
    text: str
    quote: Text = ""

    def claim(self) -> Claim:
        return Claim(cleaned(self.text), (Evidence(self.quote),), Support.QUOTED)


Headline = Annotated[ClaimReply, BeforeValidator(_as_claim)]
Claims = Annotated[tuple[ClaimReply, ...], BeforeValidator(_claims_in)]


class BriefReply(Reply):
    """One paper's part of a reply to a request for brief summaries."""

    id: str
    headline: Headline
    title: Text = ""
    takeaways: Claims = ()
    keywords: Texts = ()


class FactsReply(Reply):
    """The facts of a whole paper, in English."""

    id: str
    headline: Headline
    takeaways: Claims = ()
    keywords: Texts = ()
    background: Claims = ()
    prior_work: Claims = ()
    method: Claims = ()
    results: Claims = ()
    methods: Claims = ()
    significance: Claims = ()
    innovation: Claims = ()
    performance: Claims = ()
    workload: Claims = ()


class TranslatedClaim(Reply):
    key: str
    text: str


class TranslationReply(Reply):
    """The claims of a paper, by key, in another language."""

    id: str
    title: Text = ""
    claims: Annotated[tuple[TranslatedClaim, ...], BeforeValidator(_as_list)] = Field(())
    keywords: Texts = ()


# ── JSON schemas ──────────────────────────────────────────────────────────────────────────────────────────────────
# Written by hand: those that pydantic generates have references and unions, which several servers do not accept.


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_STRING: Schema = {"type": "string"}
_CLAIM = _object(text=_STRING, quote=_STRING)

BRIEF_SCHEMA = _object(
    papers=_array(
        _object(id=_STRING, title=_STRING, headline=_CLAIM, takeaways=_array(_CLAIM), keywords=_array(_STRING))
    )
)
FACTS_SCHEMA = _object(
    id=_STRING,
    headline=_CLAIM,
    takeaways=_array(_CLAIM),
    keywords=_array(_STRING),
    **{part: _array(_CLAIM) for part in PARTS},
)
TRANSLATION_SCHEMA = _object(
    id=_STRING,
    title=_STRING,
    claims=_array(_object(key=_STRING, text=_STRING)),
    keywords=_array(_STRING),
)
