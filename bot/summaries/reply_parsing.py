"""Parses the text of a model's reply into typed values, or says what is wrong with it. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from bot.model import Paper
from bot.summaries.json_repair import find_json, without_thoughts
from bot.summaries.reply_schema import BriefReply, FactsReply, Reply, TranslationReply

R = TypeVar("R", bound=Reply)


class BadReply(ValueError):
    """A reply that cannot be parsed; the message can be sent back to the model."""


def parse_briefs(text: str) -> tuple[dict[str, BriefReply], list[str]]:
    """The papers of a reply by id, and what is wrong with those that cannot be used. Raises `BadReply`."""
    value = _parse_json(text)
    papers = value.get("papers") if isinstance(value, dict) else value
    if papers is None and isinstance(value, dict) and "headline" in value:
        papers = [value]  # a single paper without the list around it
    if isinstance(papers, dict):  # an object with the ids as names instead of a list
        papers = [{"id": key, **entry} for key, entry in papers.items() if isinstance(entry, dict)]
    if not isinstance(papers, list):
        raise BadReply('The JSON has no list "papers".')
    replies: dict[str, BriefReply] = {}
    problems = []
    for entry in papers:
        try:
            reply = _validated(BriefReply, entry)
        except BadReply as error:
            problems.append(str(error))
            continue
        if reply.id in replies:
            # The first one is kept; its quotes are checked against the paper like all others.
            problems.append(f"The id {reply.id} is there twice.")
        replies.setdefault(reply.id, reply)
    return replies, problems


def parse_facts(text: str) -> FactsReply:
    """The facts of a whole paper. Raises `BadReply`."""
    return _validated(FactsReply, _parse_json(text))


def parse_translation(text: str) -> TranslationReply:
    """The translated claims of one paper. Raises `BadReply`."""
    value = _parse_json(text)
    # Models shorten the list of claims to an object {key: text}.
    if isinstance(value, dict) and isinstance(value.get("claims"), dict):
        value = {**value, "claims": [{"key": key, "text": text} for key, text in value["claims"].items()]}
    return _validated(TranslationReply, value)


def is_id_of(given: str, paper: Paper) -> bool:
    """Whether an id in a reply means this paper: with or without "arXiv:" and version."""
    bare = given.strip().lower().removeprefix("arxiv:").strip()
    return bare in (paper.id.lower(), paper.versioned_id.lower())


def _validated(shape: type[R], value: Any) -> R:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        # Without the input, which may be long, and only the first error: the others often follow from it.
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the top"
        raise BadReply(f"The JSON does not fit at {place}: {first['msg'].lower()}.") from None


def _parse_json(text: str) -> Any:
    text = without_thoughts(text)
    value = find_json(text)
    if value is not None:
        return value
    if not text:
        raise BadReply("The answer was empty.")
    if "{" in text and text.count("{") > text.count("}"):
        raise BadReply("The JSON ends before it is complete; be briefer.")
    raise BadReply("The answer is no JSON object.")
