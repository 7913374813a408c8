"""Who manages which Telegram chats, as small values of the store, and what of them moves and goes with a chat. Pure.

Ids only, and of channels the titles that are offered to the people who manage them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import JSON, ChatRef, Platform

CHANNELS_OF = "telegram channels of "
"""With a person's id: the names of values {chat id: title}, the chats they manage from their private chat."""

MANAGERS_OF = "telegram managers of "
"""With a chat's id: the names of values {"users": [person's id, …]}, oldest first."""

MOST_CHANNELS = 20
"""Chats remembered for one person."""

MOST_MANAGERS = 5
"""People remembered for one chat: those who set it up last."""

Changes = dict[str, JSON | None]
"""Values to write by their names; None for those to delete."""


def place_of(ref: ChatRef) -> str:
    """The chat that a forum topic belongs to; any other chat itself."""
    return ref.id.partition("/")[0]


def channels(value: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(ident): str(title) for ident, title in (value or {}).items()}


def users(value: Mapping[str, Any] | None) -> list[int]:
    return [int(each) for each in (value or {}).get("users", ())]


def listed(known: Mapping[str, str]) -> JSON:
    """The chats of one person as they are kept."""
    return dict(list(known.items())[-MOST_CHANNELS:])


def together(known: Sequence[int], *more: int) -> JSON:
    """The managers of one chat as they are kept, each once."""
    return {"users": list(dict.fromkeys([*known, *more]))[-MOST_MANAGERS:]}


def moved(values: Mapping[str, JSON], old: ChatRef, new: ChatRef) -> Changes:
    """What changes among these values when a chat gets another id; what is known under the new one stays."""
    before, after = place_of(old), place_of(new)
    if Platform.TELEGRAM not in (old.platform, new.platform) or before == after:
        return {}
    changes: Changes = {}
    for name, value in values.items():
        known = channels(value)
        if name.startswith(CHANNELS_OF) and before in known:
            renamed = {after if ident == before else ident: title for ident, title in known.items()}
            changes[name] = listed(renamed | ({after: known[after]} if after in known else {}))
    if (had := values.get(MANAGERS_OF + before)) is not None:
        changes[MANAGERS_OF + before] = None
        changes[MANAGERS_OF + after] = together(users(had), *users(values.get(MANAGERS_OF + after)))
    return changes


def forgotten(values: Mapping[str, JSON], ref: ChatRef) -> Changes:
    """What changes among these values when a chat is forgotten: a person's private chat, or a place with all of its
    forum topics."""
    if ref.platform is not Platform.TELEGRAM:
        return {}
    changes: Changes = {name: None for name in (CHANNELS_OF + ref.id, MANAGERS_OF + ref.id) if name in values}
    for name, value in values.items():
        if name in changes:
            continue
        if name.startswith(CHANNELS_OF) and ref.id in (known := channels(value)):
            changes[name] = listed({ident: title for ident, title in known.items() if ident != ref.id}) or None
        elif name.startswith(MANAGERS_OF) and ref.id in map(str, left := users(value)):
            left = [each for each in left if str(each) != ref.id]
            changes[name] = together(left) if left else None
    return changes
