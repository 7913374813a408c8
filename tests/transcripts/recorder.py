"""Plays a conversation through the tables of commands and buttons, and writes down what everybody would see."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot import locales
from bot.conversation import Conversation, Requester, Result
from bot.errors import TellUser
from bot.model import ChatKind, ChatRef
from bot.render.nodes import Block, Bullets, Button, Code, Fold, Heading, Line, Note, Picture, Reply, Rule, Span
from handlers import button_actions, replies, typed_texts
from handlers.commands import COMMANDS
from handlers.requests import Request, Target, dispatch

FOLDER = Path(__file__).parent

ReadText = Callable[[Conversation, Request], Awaitable[Result]]
"""What a platform does with a message that is no command; its text is the argument "text"."""


async def read_link(conversation: Conversation, request: Request) -> Result:
    return await conversation.papers.summarize(
        request.target.chat, request.arguments["text"], request.target.requester.user_id
    )


def recorded(path: Path, text: str) -> None:
    """Compare with a snapshot, or write it if RECORD_TRANSCRIPTS is set."""
    if os.environ.get("RECORD_TRANSCRIPTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} differs; see README.md beside it"


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as its people see it."""

    ref: ChatRef
    title: str = ""
    kind: ChatKind = ChatKind.PRIVATE


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who talks to the bot; `is_admin` counts in every chat of a transcript."""

    name: str
    user_id: str
    is_admin: bool = True
    language: str = "en"


@dataclass
class Recorder:
    """`says` and `presses` return the bot's reply, and add a few lines to the transcript.

    A button is named by its label, or by its beginning, and looked for in the bot's latest message in the place; a
    button that is not there is an error.
    """

    conversation: Conversation
    title: str
    read_text: ReadText = read_link
    lines: list[str] = field(default_factory=list)
    _shown: dict[ChatRef, Reply] = field(default_factory=dict)

    def tell(self, text: str) -> None:
        """A sentence about what happens between two messages."""
        self.lines += ["", f"_{text}_"]

    def clock(self, now: datetime) -> None:
        """The time of what follows."""
        self.lines += ["", f"*{now:%A} {now.day} {now:%B} {now.year} {now:%H:%M} {now.tzname()}*"]

    async def says(self, person: Person, place: Place, text: str, *, elsewhere: Place | None = None) -> Reply:
        """A person's message; `elsewhere` is the chat that it is about, if that is not `place`."""
        self.lines += ["", f"**{person.name}:** {text}"]
        target = self._target(person, place, elsewhere)
        if not text.startswith("/"):
            request = Request(target, {"text": text})
            return self._answer(await self._reply(target, self.read_text(self.conversation, request)), place)
        name, _, rest = text.removeprefix("/").partition(" ")
        command = next((each for each in COMMANDS if each.name == name), None)
        if command is None:
            typed = await typed_texts.answer(self.conversation, target, text)
            reply = replies.unknown_command() if typed is None else replies.reply(typed, target.name)
            return self._answer(reply, place)
        request = Request(target, command.read_line(rest))
        work = dispatch(self.conversation, command.operation, request)
        return self._answer(await self._reply(target, work), place)

    async def presses(self, person: Person, place: Place, label: str) -> Reply:
        """A press of a button of the bot's latest message in the place."""
        button = self._button(place, label)
        assert button.action is not None, f"{button.label} opens {button.url}"
        self.lines += ["", f"**{person.name}** presses [{button.label}]"]
        return await self._perform(person, place, button.action)

    async def sends(self, person: Person, place: Place, action: str) -> Reply:
        """Data of a button that is in no message any more, or was never in one."""
        self.lines += ["", f"**{person.name}** presses an old button"]
        return await self._perform(person, place, action)

    def posts(self, place: Place, reply: Reply, note: str = "") -> Reply:
        """A message that the bot sends by itself."""
        return self._answer(reply, place, note)

    def is_recorded(self, name: str) -> None:
        """Compare with the snapshot `name`, or write it if RECORD_TRANSCRIPTS is set."""
        recorded(FOLDER / f"{name}.md", "\n".join([f"# {self.title}", *self.lines, ""]))

    async def _perform(self, person: Person, place: Place, data: str) -> Reply:
        action = button_actions.parse(data)
        assert action is not None, f"{data!r} is not read"
        operation = button_actions.BUTTONS[action.verb]
        chat = place.ref if action.chat_id is None else ChatRef(place.ref.platform, action.chat_id)
        target = self._target(person, place, None if chat == place.ref else Place(chat))
        reply = await self._reply(target, button_actions.perform(self.conversation, target, action))
        return self._answer(reply, place, "in place" if operation.is_in_place else "")

    def _target(self, person: Person, place: Place, elsewhere: Place | None) -> Target:
        about = elsewhere or place
        requester = Requester(person.user_id, person.is_admin, person.language)
        asked_in = place.ref if elsewhere else None
        return Target(about.ref, about.title, requester, elsewhere is not None, asked_in=asked_in, kind=about.kind)

    async def _reply(self, target: Target, work: Awaitable[Result]) -> Reply:
        language = await self.conversation.answer_language(target.asked_in or target.chat, target.requester)
        with locales.using(language):
            try:
                return replies.reply(await work, target.name)
            except TellUser as error:
                return replies.reply(error)

    def _button(self, place: Place, label: str) -> Button:
        buttons = [button for row in self._shown[place.ref].buttons for button in row]
        for button in buttons:
            if button.label.startswith(label):
                return button
        raise AssertionError(f"no button {label!r} among {[button.label for button in buttons]}")

    def _answer(self, reply: Reply, place: Place, note: str = "") -> Reply:
        self._shown[place.ref] = reply
        notes = [note, "silent" if reply.silent else ""]
        marks = ", ".join(each for each in notes if each)
        shown = [line for block in reply.document.blocks for line in _shown(block)]
        shown += [" ".join(f"[{button.label}]" for button in row) for row in reply.buttons]
        shown += [f"📎 {file.name}" for file in reply.files]
        self.lines += ["", *([f"> ({marks})"] if marks else []), *(f"> {line}  " for line in shown)]
        return reply


def _shown(block: Block) -> list[str]:
    match block:
        case Heading(spans) | Line(spans):
            return [_text(spans)]
        case Note(spans):
            return [f"<sub>{_text(spans)}</sub>"]
        case Bullets(items, numbered, start):
            return [f"{f'{at}.' if numbered else '•'} {_text(item)}" for at, item in enumerate(items, start)]
        case Code(text):
            return [f"`{line}`" for line in text.splitlines()]
        case Fold(title, blocks):
            return [f"▸ {_text(title)}", *(f"  {line}" for each in blocks for line in _shown(each))]
        case Picture():
            return [f"🖼 {block.alt}"]
        case Rule():
            return ["---"]


def _text(spans: tuple[Span, ...]) -> str:
    return "".join(_styled(span) for span in spans)


def _styled(span: Span) -> str:
    text = span.text.replace("\n", " ⏎ ")
    if getattr(span, "code", False):
        return f"`{text}`"
    return f"**{text}**" if span.bold and text.strip() else text
