"""Telegram's own text parser (TDLib, offline) as a stand-in for what the Bot API does to a message's text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

MESSAGE_LIMIT = 4096
"""UTF-16 units of a message's text after parsing."""
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
"""Formatted ranges that Telegram shows of a message; it ignores the others without an error."""


class TelegramRefused(ValueError):
    """What Telegram answers with status 400; `str()` is its description."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted range in UTF-16 units. `type` is the Bot API's name ("bold", "text_link"), `url` a text link's."""

    type: str
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    text: str
    entities: tuple[Entity, ...]

    @property
    def units(self) -> int:
        return utf16_len(self.text)

    def part(self, entity: Entity) -> str:
        """The text that an entity covers."""
        raw = self.text.encode("utf-16-le", "surrogatepass")
        return raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "surrogatepass")


_NAMES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "Url": "url",
    "EmailAddress": "email",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "PhoneNumber": "phone_number",
    "BankCardNumber": "bank_card",
    "MediaTimestamp": "media_timestamp",
}


def utf16_len(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(html: str) -> Parsed:
    """Text and entities of an HTML message. Raises `TelegramRefused` with Telegram's own words for bad markup.

    The length is not checked here: `check_message` does.
    """
    return _parsed(_execute({"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}}))


def check_message(html: str, limit: int = MESSAGE_LIMIT) -> Parsed:
    """What the Bot API would show of `html`. Raises `TelegramRefused` as it would for empty or long text."""
    parsed = parse_html(html)
    if not parsed.text.strip():
        raise TelegramRefused("Bad Request: message text is empty")
    if parsed.units > limit:
        what = "message caption is too long" if limit == CAPTION_LIMIT else "message is too long"
        raise TelegramRefused(f"Bad Request: {what}")
    return parsed


def detected(text: str) -> tuple[Entity, ...]:
    """What Telegram makes active by itself in plain text: links, @mentions, #hashtags, /commands, addresses."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    return tuple(_entity(entity) for entity in answer.get("entities", ()))


def _parsed(answer: dict[str, Any]) -> Parsed:
    return Parsed(answer["text"], tuple(_entity(entity) for entity in answer.get("entities", ())))


def _entity(raw: dict[str, Any]) -> Entity:
    kind = raw["type"]["@type"].removeprefix("textEntityType")
    return Entity(_NAMES.get(kind, kind), raw["offset"], raw["length"], raw["type"].get("url"))


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = json.loads(_tdjson().td_execute(json.dumps(request).encode()))
    if answer["@type"] == "error":
        raise TelegramRefused(f"Bad Request: {answer['message'][:1].lower()}{answer['message'][1:]}")
    return dict(answer)


@cache
def _tdjson() -> Any:
    import tdjson

    tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    return tdjson
