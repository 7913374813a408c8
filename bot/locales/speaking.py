"""Sentences in the language of the context."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from bot.locales.catalogues import SOURCE_LANGUAGE, catalogue, cldr_name, interface_language

if TYPE_CHECKING:
    from babel import Locale

_language: ContextVar[str] = ContextVar("interface language", default=SOURCE_LANGUAGE)
_of_new_chats: ContextVar[str] = ContextVar("language of new chats", default="")


@contextlib.contextmanager
def using(language: str, *, of_new_chats: str = "") -> Iterator[None]:
    """Speak this language inside the block; English if there is no catalogue for it.

    `of_new_chats` is the language, in any usual form, in which papers are summarized in a private chat that begins
    inside; "" for the service's own.
    """
    spoken = _language.set(interface_language(language) or SOURCE_LANGUAGE)
    first = _of_new_chats.set(of_new_chats)
    try:
        yield
    finally:
        _of_new_chats.reset(first)
        _language.reset(spoken)


def current_language() -> str:
    """The language of the context, one of `INTERFACE_LANGUAGES`."""
    return _language.get()


def language_of_new_chats() -> str:
    """What `using` was given for private chats that begin; "" outside of it."""
    return _of_new_chats.get()


def locale() -> Locale:
    """The language of the context for Babel's functions."""
    from babel import Locale

    language = _language.get()
    # People all over the world read the English one: "3 June" and not the "June 3" of the United States.
    return Locale.parse("en_001" if language == SOURCE_LANGUAGE else cldr_name(language))


def _(message: str) -> str:
    """A sentence in the language of the context."""
    return catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of a sentence for a number; "{n}" in it is filled in with `str.format` by the caller."""
    return catalogue(_language.get()).ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """A sentence, or a word, that has another translation in this context than elsewhere."""
    return catalogue(_language.get()).pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """`ngettext` with the context of `pgettext`."""
    return catalogue(_language.get()).npgettext(context, singular, plural, number)


def NP_(context: str, message: str) -> tuple[str, str]:
    """Mark a sentence of a table for `pgettext`, which takes what this returns."""
    return context, message


def NNP_(context: str, singular: str, plural: str) -> tuple[str, str, str]:
    """The same for `npgettext`."""
    return context, singular, plural


def N_(message: str) -> str:
    """Mark a sentence of a table for translation; `_` translates it where it is used."""
    return message
