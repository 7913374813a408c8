"""The shapes of a model's reply: as JSON schemas that a model is asked to follow, and as typed values.

The values accept what models often write instead (null or one thing for a list, a bare string for a claim), because
every claim is checked against its source afterwards.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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

MOST_SENTENCES = 3
"""Sentences that a claim may rest on; further ones are ignored."""

_SENTENCE_ID = re.compile(r"(?P<first>S?\d{1,4}(?:\.\d{1,4})?)(?:\s*[-–—]\s*(?P<last>S?\d{1,4}(?:\.\d{1,4})?))?", re.I)
"""An id, or a range of ids."""

_HASH_OF_MARK = re.compile(r"\b[0-9a-f]{6}:(?=\d)")
"""The hash that numbers may stand behind in a prompt, see `prompt_building`."""

_ONLY_IDS = re.compile(r"(?:[\s\[\](){}<>⟦⟧#,;.\"']|and|sentences?|nos?\.)*", re.I)
"""What may stand around and between ids."""

# ── typed values ──────────────────────────────────────────────────────────────────────────────────────────────────


class Reply(BaseModel):
    # Unknown fields are ignored: models add some ("confidence"), and they do no harm.
    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


def _as_list(value: Any) -> Any:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _claims_in(value: Any) -> Any:
    """Of a list of claims, those that have the shape of one. A number is a sentence that is to be shown as it is, any
    other bare text a claim that names no sentence."""
    items = [_claim_in(item) for item in _as_list(value)]
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("text") or "", str)]


def _claim_in(value: Any) -> Any:
    if ids := [] if isinstance(value, dict) else _sentence_ids(value):
        return {"sentences": ids}
    return {"text": value} if isinstance(value, str) else value


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


def _sentence_ids(value: Any) -> Any:
    """The ids of sentences in whatever form they are given: 4, "[4]", "2, 3", "4-5", "S3.1-S3.2"; three at most."""
    ids: list[str] = []
    for item in _as_list(value):
        # No decimal numbers: S3.10 and S3.1 are the same one. True and false count as numbers in Python.
        if isinstance(item, str) or (isinstance(item, int) and not isinstance(item, bool)):
            ids += _ids_in(str(item))
    return list(dict.fromkeys(ids))[:MOST_SENTENCES]


def _ids_in(text: str) -> list[str]:
    text = _HASH_OF_MARK.sub("", text)
    if not _ONLY_IDS.fullmatch(_SENTENCE_ID.sub("", text)):
        return []  # a quotation: its numbers are no ids
    ids: list[str] = []
    for match in _SENTENCE_ID.finditer(text):
        first, last = match["first"].upper(), match["last"]
        ids.append(first)
        prefix, _, number = first.rpartition(".")
        end = last.upper().rpartition(".") if last else ("", "", number)
        if end[0] in ("", prefix):  # a range over the end of a section cannot be resolved here
            numbers = range(int(number.lstrip("S")) + 1, int(end[2].lstrip("S")) + 1)
            ids += [f"{prefix}.{n}" if prefix else str(n) for n in numbers[:MOST_SENTENCES]]
        else:
            ids.append(last.upper())
    return ids


class ClaimReply(Reply):
    """A statement with the ids of the sentences that it rests on, see `SourceSentence`; without a text, these are to be
    shown as they are."""

    text: Text = ""
    sentences: Annotated[tuple[str, ...], BeforeValidator(_sentence_ids)] = ()


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
# The sentences first: a model that has named them writes about them.
_CLAIM = _object(sentences=_array(_STRING), text=_STRING)

ENGLISH_SCHEMA = _object(
    papers=_array(
        _object(id=_STRING, headline=_CLAIM, takeaways=_array(_STRING), keywords=_array(_STRING)),
    )
)
"""A brief reply in English, whose takeaways are sentences of the paper by number."""
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
