"""Replies about settings: the list, the values of a setting, a change, a value that is not accepted."""

from __future__ import annotations

from bot.conversation import Changed, Choices, NotAccepted, SettingsView, setting_values
from bot.model import Chat
from bot.render.nodes import Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from handlers.button_actions import MAX_ACTION_BYTES, Action
from handlers.reply_parts import SETTINGS, about, command, next_digest, rows, sentence, undo_button
from handlers.requests import ChatName

_LABELS = {
    "language": "Language",
    "time": "Digest time",
    "timezone": "Time zone",
    "size": "Papers a digest",
    "style": "Style",
    "depth": "Depth",
}
_LONG_LABELS = ("style", "depth")
"""Settings whose values are explained on their buttons, so that only one fits a row."""


def settings_view(result: SettingsView, chat: ChatName) -> Reply:
    lines: list[tuple[Span, ...]] = []
    for name in setting_values.NAMES:
        lines.append((Text(f"{_LABELS[name]}: "), Text(setting_values.current(result.chat, name)[1], bold=True)))
    buttons = [Button(_LABELS[name], action=str(Action("choose", name))) for name in setting_values.NAMES]
    heading = Heading((Text(f"Settings{_of(chat)}", bold=True),))
    note = Note((Text(next_digest(result.first_due)),))
    return Reply(Document((heading, Bullets(tuple(lines)), note)), rows(buttons, 3))


def choices(result: Choices, chat: ChatName) -> Reply:
    buttons = [
        Button(f"✓ {label}" if value == result.current else label, action=str(Action("set", f"{result.name}={value}")))
        for value, label in result.options
    ]
    ask = (Text(f"{_LABELS[result.name]}{_of(chat)}: choose one", bold=True), Text(f", {result.hint}"))
    # A command changes the chat in which it is typed, so for another chat only the buttons are offered.
    typed = (Text("."),) if chat.is_elsewhere else (Text(": "), command("settings", f"{result.name} …"))
    width = 1 if result.name in _LONG_LABELS else 3
    return Reply(Document((Line((*ask, *typed)),)), (*rows(buttons, width), (SETTINGS,)))


def now_is(of: Chat, name: str, chat: ChatName) -> Line:
    """A sentence with the value of a setting."""
    shown = setting_values.current(of, name)[1]
    return Line((Text(f"{_LABELS[name]}{_of(chat)} is now "), Text(shown, bold=True), Text(".")))


def changed(result: Changed, chat: ChatName) -> Reply:
    line = now_is(result.chat, result.name, chat)
    blocks: list[Line | Note] = [line]
    if result.name in ("time", "timezone"):  # only these move the next digest
        blocks.append(Note((Text(next_digest(result.first_due)),)))
    return Reply(Document(tuple(blocks)), ((SETTINGS, *undo_button(result.undo)),))


def not_accepted(result: NotAccepted, chat: ChatName) -> Reply:
    line: list[Span] = [Text(f"{sentence(result.why)} Try ")]
    for number, example in enumerate(result.examples):
        line += [Text(" or " if number else ""), Text(example, code=True)]
    buttons = [
        Button(example, action=f"set:{result.name}={example}")
        for example in result.examples
        if result.name in setting_values.NAMES and _fits_a_button(f"set:{result.name}={example}")
    ]
    return Reply(Document((Line((*line, Text("."))), *about(chat))), rows(buttons, 3))


def _fits_a_button(action: str) -> bool:
    """Whether a value fits; long names of time zones, other alphabets and several words do not, and are only shown."""
    return len(action.encode()) <= MAX_ACTION_BYTES and action.isascii() and " " not in action


def _of(chat: ChatName) -> str:
    return f" of {chat}" if chat.is_elsewhere else ""
