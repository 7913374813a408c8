"""The language in which a person is answered. Pure."""

from __future__ import annotations

from bot.locales import interface_language
from bot.locales.catalogues import SOURCE_LANGUAGE
from bot.model import Chat


def choose(chat: Chat | None, person: str, default: str) -> str:
    """The language of an answer: the one that somebody chose for the chat, else the person's, else the chat's.

    `chat` is where the answer is shown, None if it is not known; `person` is the code that the platform names for the
    one who asks, "" if it names none; `default` is that of new chats. A language without a catalogue does not count.
    """
    of_chat = chat.language if chat else default
    chosen = of_chat if chat and chat.has_own_language else ""
    for code in (chosen, person, of_chat):
        if language := interface_language(code):
            return language
    return SOURCE_LANGUAGE
