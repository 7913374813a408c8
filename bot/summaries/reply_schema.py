"""What a model is asked to reply, and its reply as typed values: lenient about wrapping, strict about content."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.model import Claim
from bot.summaries.forbidden_text import cleaned
from bot.summaries.json_repair import find_json
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
"""The parts of a deep reading beside headline, takeaways and keywords."""


class BadReply(ValueError):
    """A reply that cannot be read; the message can be sent back to the model."""


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


def _listed(value: Any) -> Any:
    """Models give null, or one thing, where a list is asked for."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _usable(value: Any) -> Any:
    """Of a list of claims, those that have the shape of one; a bare text is one without a quote."""
    kept = [{"text": item} if isinstance(item, str) else item for item in _listed(value)]
    return [item for item in kept if isinstance(item, dict) and isinstance(item.get("text"), str)]


def _texts(value: Any) -> Any:
    split = re.split(r"[;,，、；]\s*", value) if isinstance(value, str) else _listed(value)
    return [item for item in split if isinstance(item, str) and item.strip()]


def _text(value: Any) -> Any:
    return "" if value is None else value


class ClaimReply(_Reply):
    text: str
    quote: Annotated[str, BeforeValidator(_text)] = ""

    def claim(self) -> Claim:
        return Claim(cleaned(self.text), self.quote)


def _headline(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Claims = Annotated[tuple[ClaimReply, ...], BeforeValidator(_usable)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Headline = Annotated[ClaimReply, BeforeValidator(_headline)]


class BriefReply(_Reply):
    """One paper's part of the reply."""

    id: str
    headline: Headline
    title: Annotated[str, BeforeValidator(_text)] = ""
    takeaways: Claims = ()
    keywords: Texts = ()


class FactsReply(_Reply):
    """A whole paper, in English."""

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


class RenderedClaim(_Reply):
    key: str
    text: str


class RenderingReply(_Reply):
    """The claims of a paper, by key, in another language."""

    id: str
    title: Annotated[str, BeforeValidator(_text)] = ""
    claims: Annotated[tuple[RenderedClaim, ...], BeforeValidator(_listed)] = Field(())
    keywords: Texts = ()


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def briefs(text: str) -> tuple[dict[str, BriefReply], list[str]]:
    """The papers of a reply by id, and what is wrong with those that cannot be used. Raises `BadReply`."""
    value = _json(text)
    papers = value.get("papers") if isinstance(value, dict) else value
    if papers is None and isinstance(value, dict) and "headline" in value:
        papers = [value]
    if isinstance(papers, dict):
        papers = [{"id": key, **entry} for key, entry in papers.items() if isinstance(entry, dict)]
    if not isinstance(papers, list):
        raise BadReply('The JSON has no list "papers".')
    found: dict[str, BriefReply] = {}
    problems = []
    for entry in papers:
        try:
            reply = BriefReply.model_validate(entry)
        except ValidationError as error:
            problems.append(_sentence(error))
            continue
        if reply.id in found:
            problems.append(f"The id {reply.id} stands there twice.")
        found.setdefault(reply.id, reply)
    return found, problems


def facts(text: str) -> FactsReply:
    """The reading of one paper. Raises `BadReply`."""
    return _validated(FactsReply, _json(text))


def rendering(text: str) -> RenderingReply:
    """The rendering of one paper's claims. Raises `BadReply`."""
    value = _json(text)
    if isinstance(value, dict) and isinstance(value.get("claims"), dict):
        value = {**value, "claims": [{"key": key, "text": said} for key, said in value["claims"].items()]}
    return _validated(RenderingReply, value)


R = TypeVar("R", bound=_Reply)


def _validated(shape: type[R], value: Any) -> R:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise BadReply(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"The JSON does not fit at {'.'.join(map(str, first['loc'])) or 'the top'}: {first['msg'].lower()}."


def _json(text: str) -> Any:
    """The JSON in a reply: alone, in a code fence, or after a preamble. Raises `BadReply`."""
    text = re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL).strip()
    value = find_json(text)
    if value is not None:
        return value
    if not text:
        raise BadReply("The answer was empty.")
    if "{" in text and text.count("{") > text.count("}"):
        raise BadReply("The JSON ends before it is complete; be briefer.")
    raise BadReply("The answer is no JSON object.")


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


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
RENDERING_SCHEMA = _object(
    id=_STRING,
    title=_STRING,
    claims=_array(_object(key=_STRING, text=_STRING)),
    keywords=_array(_STRING),
)
