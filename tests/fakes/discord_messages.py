"""Messages as the Discord stand-in takes and changes them: what it refuses, and how an edit turns one into another."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.fakes.discord_limits import DiscordRefused, check_legacy, check_payload, walk

JSON = dict[str, Any]

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 15
_MAY_BE_SENT = SUPPRESS_EMBEDS | EPHEMERAL | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
_MAY_BE_EDITED = SUPPRESS_EMBEDS | COMPONENTS_V2
MOST_NONCE = 25
NEEDS_V2 = {9, 10, 12, 13, 14, 17}
_LEGACY_FIELDS = ("content", "embeds", "poll", "sticker_ids")


class Refused(Exception):
    """The API's refusal: an HTTP status, Discord's code and a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> JSON:
        return {"code": self.code, "message": str(self)}


def check_message(body: JSON, attached: set[str]) -> None:
    """Refuse what Discord refuses of a new message."""
    flags = int(body.get("flags") or 0)
    if flags & ~_MAY_BE_SENT:
        _refuse(f"flags {flags} cannot be set on a new message")
    if len(str(body.get("nonce") or "")) > MOST_NONCE:
        _refuse("nonce is too long")
    _check_content(body, attached, is_v2=bool(flags & COMPONENTS_V2))


def edited(message: JSON, body: JSON, attached: set[str], now: datetime) -> JSON:
    """Change a stored message as PATCH does: only the fields that the request names.

    A message becomes one of Components V2 by its flag, if its content goes with null at the same time, and stays one.
    """
    was_v2 = bool(message["flags"] & COMPONENTS_V2)
    flags = message["flags"]
    if "flags" in body:
        asked = int(body["flags"] or 0)
        if asked & ~_MAY_BE_EDITED:
            _refuse(f"flags {asked} cannot be set by an edit")
        if was_v2 and not asked & COMPONENTS_V2:
            _refuse("a message of Components V2 stays one")
        flags = flags & ~_MAY_BE_EDITED | asked
    is_v2 = bool(flags & COMPONENTS_V2)
    # Fields that are left out keep their value, so the content of an ordinary message has to be taken away by null.
    after = {name: body[name] if name in body else message.get(name) for name in (*_LEGACY_FIELDS, "components")}
    kept = {each["filename"] for each in message["attachments"]} if "attachments" not in body else set()
    _check_content(after, attached | kept, is_v2=is_v2)
    message |= {"flags": flags, "content": after["content"] or "", "edited_timestamp": now.isoformat()}
    if "components" in body:
        message["components"] = numbered(body["components"] or [])
    return message


def _check_content(body: JSON, attached: set[str], *, is_v2: bool) -> None:
    components = list(walk(body.get("components") or []))
    if not is_v2:
        if any(each["type"] in NEEDS_V2 for each in components):
            _refuse("these components need IS_COMPONENTS_V2")
        if len(str(body.get("content") or "")) > 2000:
            _refuse("content is too long")
        if not (body.get("content") or body.get("embeds") or components or attached):
            raise Refused(400, 50006, "Cannot send an empty message")
        _check_by(lambda: check_legacy(body.get("components") or []))
    else:
        if any(body.get(name) for name in _LEGACY_FIELDS):
            _refuse("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
        payload = {"components": body.get("components") or [], "files": sorted(attached)}
        _check_by(lambda: check_payload(payload))
    ids = [each["id"] for each in components if each.get("id")]
    if len(ids) != len(set(ids)) or any(not 0 < each < 2**31 for each in ids):
        _refuse("component ids are not unique 32-bit integers")


def _check_by(check: Callable[[], object]) -> None:
    try:
        check()
    except DiscordRefused as error:
        _refuse(str(error))


def _refuse(why: str) -> None:
    raise Refused(400, 50035, f"Invalid Form Body: {why}")


def numbered(components: list[JSON]) -> list[JSON]:
    """The components with ids where none were given, as the platform hands them back."""
    taken = {each.get("id") for each in walk(components)}
    free = (number for number in itertools.count(1) if number not in taken)

    def fill(component: JSON) -> JSON:
        filled = {**component, "id": component.get("id") or next(free)}
        if "components" in component:
            filled["components"] = [fill(each) for each in component["components"]]
        if component.get("accessory"):
            filled["accessory"] = fill(component["accessory"])
        return filled

    return [fill(each) for each in components]
