"""Slash commands, autocompletion and buttons of the Discord stand-in: what people do, and what the bot answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_limits import walk
from tests.fakes.discord_world import (
    ADMIN,
    DM,
    EPHEMERAL,
    JSON,
    MEMBER,
    VIEW_CHANNEL,
    Refused,
    World,
    check_message,
    user,
)

ANSWER_SECONDS = 3.0


@dataclass
class Interaction:
    """One thing a person did. `kind` is the first callback's type; `messages` are what the bot said, in order."""

    id: int
    token: str
    channel: int
    began: float
    source: JSON | None = None
    kind: int | None = None
    ephemeral: bool = False
    loading: bool = False
    messages: list[JSON] = field(default_factory=list)
    choices: list[JSON] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """Everything that the answers show."""
        return "\n".join(_text(each["components"]) + str(each["content"]) for each in self.messages)

    @property
    def custom_ids(self) -> list[str]:
        """What the buttons of the last answer send back."""
        return [str(button["custom_id"]) for button in self._buttons()]

    def button(self, label: str) -> str:
        """The custom_id of the button with (part of) this label on the last answer."""
        return str(next(button["custom_id"] for button in self._buttons() if label in button["label"]))

    def _buttons(self) -> list[JSON]:
        return [each for each in walk(self.messages[-1]["components"]) if each.get("custom_id")]


def _text(components: list[JSON]) -> str:
    parts = []
    for each in components:
        if "content" in each:
            parts.append(str(each["content"]))
        parts.append(_text(each.get("components") or []))
    return "\n".join(part for part in parts if part)


class Interactions:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway
        self._by_token: dict[str, Interaction] = {}
        self.answer_seconds = ANSWER_SECONDS
        self.app_permissions = ADMIN
        self.locales: dict[int, str] = {}
        """The languages of people whose Discord is not in English."""

    # ── what people do ──

    async def slash(
        self, channel: int, name: str, /, *, person: int = 42, admin: bool = True, wait: float = 10.0, **options: Any
    ) -> Interaction:
        """Use a slash command and wait for the bot's answer (its message, or its follow-up after deferring).

        The option "channel" is a channel's id; a channel of the server comes with the person's permissions there. The
        option "file" is an attachment. With `admin` the person has the server's admin role.
        """
        data: JSON = {"id": "1", "name": name, "type": 1, "options": [_option(*each) for each in options.items()]}
        if (named := self._world.channels.get(options.get("channel", 0))) and _same_guild(named, self._world, channel):
            data["resolved"] = {"channels": {named["id"]: {**named, "permissions": self._rights(named, admin)}}}
        if file := options.get("file"):
            data.setdefault("resolved", {})["attachments"] = {file["id"]: file}
        return await self._do(2, data, channel, person, admin, wait)

    async def autocomplete(
        self,
        channel: int,
        name: str,
        option: str,
        typed: str,
        /,
        *,
        person: int = 42,
        admin: bool = True,
        **others: Any,
    ) -> list[JSON]:
        """What is suggested for an option. Whatever channel `others` name is passed on as the client sent it."""
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        data = {"id": "1", "name": name, "type": 1, "options": [*(_option(*each) for each in others.items()), focused]}
        return (await self._do(4, data, channel, person, admin, 10.0)).choices

    async def click(
        self,
        channel: int,
        custom_id: str,
        *,
        chosen: object = None,
        person: int = 42,
        admin: bool = True,
        message: JSON | None = None,
    ) -> Interaction:
        """Press a button, or choose from a menu the option with the value `chosen`; both may be forged."""
        source = message or self._world.store_message(channel, {"content": "earlier"}, set())
        data: JSON = {"custom_id": custom_id, "component_type": 2, "id": 1}
        if chosen is not None:
            data |= {"component_type": 3, "values": [chosen]}
        return await self._do(3, data, channel, person, admin, 10.0, source)

    def _rights(self, place: JSON, admin: bool) -> str:
        seen = self._world.rights(int(place["id"])) & VIEW_CHANNEL
        return ADMIN if admin else str(int(MEMBER) | seen)

    async def _do(
        self, kind: int, data: JSON, channel: int, person: int, admin: bool, wait: float, source: JSON | None = None
    ) -> Interaction:
        record = Interaction(self._world.ids(), secrets.token_hex(16), channel, time.monotonic(), source)
        self._by_token[record.token] = record
        await self._gateway.dispatch("INTERACTION_CREATE", self._payload(record, kind, data, person, admin))
        async with asyncio.timeout(wait):
            await record.done.wait()
        return record

    def _payload(self, record: Interaction, kind: int, data: JSON, person: int, admin: bool) -> JSON:
        place = self._world.channel(record.channel)
        permissions = ADMIN if admin else MEMBER
        payload: JSON = {
            "id": str(record.id),
            "application_id": self._world.bot["id"],
            "type": kind,
            "data": data,
            "token": record.token,
            "version": 1,
            "channel_id": str(record.channel),
            "channel": {**place, "permissions": permissions},
            "locale": self.locales.get(person, "en-US"),
            "app_permissions": self.app_permissions,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 10_000_000,
        }
        if record.source is not None:
            payload["message"] = record.source
        asker = user(person, f"user{person}")
        if place["type"] == DM:
            return payload | {"user": asker, "context": 1}
        joined = datetime.now(UTC).isoformat()
        roles = [self._world.admin_role(int(place["guild_id"]))] if admin else []
        member = {"user": asker, "roles": roles, "joined_at": joined, "deaf": False, "mute": False, "flags": 0}
        guild = {"id": place["guild_id"], "locale": "en-US", "features": []}
        return payload | {
            "guild_id": place["guild_id"],
            "guild": guild,
            "member": member | {"permissions": permissions},
            "context": 0,
        }

    # ── what the bot answers ──

    def callback(self, ident: int, token: str, body: JSON, attached: set[str]) -> JSON:
        record = self._by_token.get(token)
        if record is None or record.id != ident or time.monotonic() - record.began > self.answer_seconds:
            raise Refused(404, 10062, "Unknown interaction")
        if record.kind is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        if body["type"] in (4, 7):
            check_message(data, attached)
        record.kind = body["type"]
        record.ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
        message = None
        match record.kind:
            case 4:
                message = self._say(record, data, attached)
            case 5 | 6:
                record.loading = record.kind == 5
            case 7 if record.source is not None:
                record.source["components"] = data.get("components") or []
                message = record.source
                record.messages.append(message)
                record.done.set()
            case 8:
                record.choices = _checked_choices(data["choices"])
                record.done.set()
        return self._callback_response(record, message)

    def _callback_response(self, record: Interaction, message: JSON | None) -> JSON:
        seen = {"id": str(record.id), "type": 2, "response_message_ephemeral": record.ephemeral}
        if message is None:
            return {"interaction": {**seen, "response_message_loading": record.loading}}
        seen["response_message_id"] = message["id"]
        return {"interaction": seen, "resource": {"type": record.kind, "message": message}}

    def follow_up(self, token: str, body: JSON, attached: set[str]) -> JSON:
        """A further message; after deferring, the first one takes the place (and the privacy) of the deferral."""
        record = self._acknowledged(token)
        check_message(body, attached)
        if record.loading:
            record.loading = False
        else:
            record.ephemeral = bool(int(body.get("flags") or 0) & EPHEMERAL)
        return self._say(record, body, attached)

    def edit_original(self, token: str, body: JSON, attached: set[str]) -> JSON:
        record = self._acknowledged(token)
        check_message(body, attached)
        if record.loading:
            record.loading = False
            return self._say(record, body, attached)
        if not record.messages:
            raise Refused(404, 10008, "Unknown Message")
        record.messages[0]["components"] = body.get("components") or []
        return record.messages[0]

    def original(self, token: str) -> JSON:
        record = self._acknowledged(token)
        if not record.messages:
            raise Refused(404, 10008, "Unknown Message")
        return record.messages[0]

    def delete_original(self, token: str) -> None:
        self._acknowledged(token).loading = False

    def _acknowledged(self, token: str) -> Interaction:
        record = self._by_token.get(token)
        if record is None or record.kind is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return record

    def _say(self, record: Interaction, body: JSON, attached: set[str]) -> JSON:
        if body.get("allowed_mentions") != {"parse": []}:
            raise Refused(400, 50035, "this stand-in wants allowed_mentions to be none")
        flags = int(body.get("flags") or 0) & ~EPHEMERAL | (EPHEMERAL if record.ephemeral else 0)
        message = self._world.store_message(record.channel, {**body, "flags": flags}, attached, author=self._world.bot)
        if record.ephemeral:  # nobody else sees it, and no history shows it
            self._world.messages[record.channel].remove(message)
        record.messages.append(message)
        record.done.set()
        return message


def _same_guild(place: JSON, world: World, channel: int) -> bool:
    return bool(place.get("guild_id") == world.channel(channel).get("guild_id"))


def _option(name: str, value: Any) -> JSON:
    if name == "channel":
        return {"name": name, "type": 7, "value": str(value)}
    if name == "file":
        return {"name": name, "type": 11, "value": value["id"]}
    return {"name": name, "type": 4 if isinstance(value, int) else 3, "value": value}


def _checked_choices(choices: list[JSON]) -> list[JSON]:
    if len(choices) > 25 or any(not 1 <= len(each["name"]) <= 100 or len(str(each["value"])) > 100 for each in choices):
        raise Refused(400, 50035, "Invalid Form Body: choices")
    return choices
