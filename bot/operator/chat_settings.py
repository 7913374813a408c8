"""Commands of the operator about the settings of one chat: showing them, and changing one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Changed, NotAccepted, SettingsView, setting_choices, setting_values
from bot.errors import TellUser
from bot.model import Chat, ChatRef
from bot.operator.arguments import parse_chat
from bot.operator.chats import OPERATOR, as_text
from bot.operator.console import print_table
from bot.service.app import App, open_app
from bot.settings import Settings
from handlers.reply_parts import next_digest


async def change(settings: Settings, chat: str, name: str, value: str) -> str:
    """Change a setting as an admin of the chat would; returns the sentence to print.

    Raises `TellUser` if the chat, the setting or the value is not known, with what is meant perhaps.
    """
    ref = parse_chat(chat)
    async with open_app(settings) as app:
        await _known(app, ref)
        result = await app.conversation().chat_settings.change(OPERATOR, ref, name, value)
    if isinstance(result, NotAccepted):
        raise TellUser(_refusal(result))
    if not isinstance(result, Changed):
        raise TellUser(as_text(result, ref))
    return as_text(result, ref)


async def view(settings: Settings, chat: str) -> SettingsView:
    """The settings of a chat. Raises `TellUser` if there is no such chat."""
    ref = parse_chat(chat)
    async with open_app(settings) as app:
        await _known(app, ref)
        return await app.conversation().chat_settings.view(ref)


async def _known(app: App, ref: ChatRef) -> Chat:
    # A chat that nobody has set up has nothing to change, and would never get a digest.
    if (chat := await app.store.chat(ref)) is None:
        raise TellUser(f"There is no chat {ref}; `paperboy chats` lists them, `paperboy subscribe` makes one.")
    return chat


def show(found: SettingsView) -> None:
    """Print the settings of a chat: their names, the values that `paperboy chat set` takes, and what they mean."""
    print_table(("setting", "value", "meaning"), rows(found), "")


def rows(found: SettingsView) -> Sequence[tuple[str, str, str]]:
    """A row for each setting that the chat has, and one for its next digest."""
    chat = found.chat
    lines = [(name, _typed(chat, name), setting_choices.shown(chat, name)) for name in setting_values.names_of(chat)]
    return [*lines, ("", "", next_digest(found.first_due))]


def _typed(chat: Chat, name: str) -> str:
    # Buttons carry these in a short form; people write them in words.
    is_short = name in ("days", "pause")
    return setting_choices.shown(chat, name) if is_short else setting_choices.value(chat, name)


def _refusal(result: NotAccepted) -> str:
    meant = [f"{value} ({label})" if value != label else value for value, label in result.options]
    if examples := meant or list(result.examples):
        return f"{result.why} Try: {', '.join(examples)}."
    return result.why
