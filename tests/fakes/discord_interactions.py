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
from tests.fakes.discord_messages import EPHEMERAL, JSON, Refused, check_message, edited
from tests.fakes.discord_world import ADMIN, DM, MEMBER, VIEW_CHANNEL, World, user

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 900.0
GUILD_INSTALL, USER_INSTALL = "0", "1"


@dataclass
class Interaction:
    """One thing a person did. `kind` is the first callback's type; `messages` are what the bot said, in order."""

    id: int
    token: str
    channel: int
    began: float
    source: JSON | None = None
    kind: int | None = None
    edits: int = 0
    """How often the first answer was edited through the interaction's token."""
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
        return str(next(button["custom_id"] for button in self._buttons() if label in button.get("label", "")))

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
        self.token_seconds = TOKEN_SECONDS
        """How long the token of an interaction is good for."""
        self.app_permissions = ADMIN
        self.is_user_install = False
        """People use the app that they have installed for themselves: the bot is no member of the place."""
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
        """Press a button, or choose from a menu the option with the value `chosen`; both may be forged.

        It is done when something is shown, or the message was taken away.
        """
        source = message or self._world.store_message(channel, {"content": "earlier"}, set())
        data: JSON = {"custom_id": custom_id, "component_type": 2, "id": 1}
        if chosen is not None:
            data |= {"component_type": 3, "values": [chosen]}
        return await self._do(3, data, channel, person, admin, 10.0, source)

    async def on_message(
        self, channel: int, name: str, message: JSON, *, person: int = 42, admin: bool = False, wait: float = 10.0
    ) -> Interaction:
        """Choose a command from the context menu of a message, which the platform passes on whole."""
        data: JSON = {"id": "1", "name": name, "type": 3, "target_id": message["id"]}
        data["resolved"] = {"messages": {message["id"]: message}}
        return await self._do(2, data, channel, person, admin, wait)

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
            "authorizing_integration_owners": self._owners(place, person),
            "attachment_size_limit": 10_000_000,
        }
        if record.source is not None:
            payload["message"] = record.source
        asker = user(person, f"user{person}")
        if place["type"] == DM:
            return payload | {"user": asker, "context": 2 if self.is_user_install else 1}
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

    def _owners(self, place: JSON, person: int) -> JSON:
        if self.is_user_install:
            return {USER_INSTALL: str(person)}
        return {GUILD_INSTALL: place.get("guild_id", "0")}

    # ── what the bot answers ──

    def callback(self, ident: int, token: str, body: JSON, attached: set[str]) -> JSON:
        record = self._by_token.get(token)
        if record is None or record.id != ident or time.monotonic() - record.began > self.answer_seconds:
            raise Refused(404, 10062, "Unknown interaction")
        if record.kind is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        if body["type"] == 4:
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
                message = edited(record.source, _edit(data), attached, self._world.clock())
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
        """Edit the first answer; that of a press which was deferred without "thinking" is the button's message."""
        record = self._acknowledged(token)
        if record.loading:
            check_message(body, attached)
            record.loading = False
            return self._say(record, body, attached)
        if (original := self._original(record)) is None:
            raise Refused(404, 10008, "Unknown Message")
        edited(original, _edit(body), attached, self._world.clock())
        if original not in record.messages:
            record.messages.append(original)
        record.edits += 1
        record.done.set()
        return original

    def original(self, token: str) -> JSON:
        original = self._original(self._acknowledged(token))
        if original is None:
            raise Refused(404, 10008, "Unknown Message")
        return original

    def _original(self, record: Interaction) -> JSON | None:
        if record.kind in (6, 7):
            return record.source
        return record.messages[0] if record.messages else None

    def delete_original(self, token: str) -> None:
        record = self._acknowledged(token)
        if not record.loading and record.messages:
            record.messages.remove(record.messages[0])
        if record.kind == 6 and record.source is not None:
            record.source["deleted"] = True
            record.done.set()
        record.loading = False

    def _acknowledged(self, token: str) -> Interaction:
        record = self._by_token.get(token)
        if record is None or record.kind is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if time.monotonic() - record.began > self.token_seconds:
            raise Refused(401, 50027, "Invalid Webhook Token")
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


def _edit(body: JSON) -> JSON:
    """An edit through an interaction: whether a message is private was settled when it was made."""
    return {**body, "flags": int(body["flags"] or 0) & ~EPHEMERAL} if "flags" in body else body


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
