"""The shape of a judge's reply, and its answers by id. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.summaries.json_repair import find_json, without_thoughts
from bot.summaries.model_client import Schema

_ANSWER: Schema = {
    "type": "object",
    # Only the words, which a model has to look for before it decides: a yes or no beside them costs as much again.
    "properties": {"id": {"type": "string"}, "wrong": {"type": "string"}},
    "required": ["id", "wrong"],
}
JUDGE_SCHEMA: Schema = {
    "type": "object",
    "properties": {"answers": {"type": "array", "items": _ANSWER}},
    "required": ["answers"],
}

_NOTHING = frozenset(("", "none", "null", "nothing", "n/a", "-", "–", "[]", "empty", '""'))
"""What models write for no words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge says of one statement; `is_supported` is None if its answers contradict each other."""

    is_supported: bool | None
    words: str = ""


def parse_answers(text: str) -> dict[str, Answer]:
    """The answers of a reply by id; empty if it has none that can be read."""
    value = find_json(without_thoughts(text))
    answers: dict[str, Answer] = {}
    for name, entry in _entries(value):
        answer = _answer(entry)
        if answer is None:
            continue
        earlier = answers.get(name)
        if earlier is not None and earlier.is_supported is not answer.is_supported:
            answer = Answer(None)
        answers[name] = answer
    return answers


def _entries(value: Any) -> list[tuple[str, Any]]:
    """The entries of a reply with their ids: of a list, or of an object with the ids as names."""
    if isinstance(value, dict) and "answers" in value:
        value = value["answers"]
    if isinstance(value, dict):
        return [(_id(name), entry) for name, entry in value.items()]
    entries = value if isinstance(value, list) else []
    return [(_id(entry["id"]), entry) for entry in entries if isinstance(entry, dict) and "id" in entry]


def _id(value: Any) -> str:
    return str(value).strip().strip("[]()").lower()


def _answer(entry: Any) -> Answer | None:
    """What an entry says; None if it does not say whether the statement is supported."""
    if isinstance(entry, str):
        entry = {"wrong": entry} if _truth(entry) is None else {"supported": entry}
    if not isinstance(entry, dict):
        entry = {"supported": entry}
    given = entry.get("wrong", entry.get("unsupported_words"))
    # Some say "wrong": false, and some add whether the statement is supported.
    is_wrong = _truth(given) if "wrong" in entry else None
    words = "" if is_wrong is not None else _words(given)
    is_supported = _truth(entry.get("supported"))
    if is_supported is None and "wrong" in entry and given is not None:
        is_supported = not words if is_wrong is None else not is_wrong
    if is_supported is None:
        return None
    return Answer(is_supported and not words and is_wrong is not True, words)


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).strip().lower())


def _words(value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    words = " ".join(str(value if value is not None else "").split())
    return "" if words.lower().strip(".") in _NOTHING else words
