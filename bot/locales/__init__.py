"""The interface in several languages: gettext catalogues, and the language of the answer that is being made.

A sentence for a person is written in English inside of `_()` or `ngettext()`, with its values filled in by
`str.format`, never inside an f-string. The catalogues `LANGUAGE/LC_MESSAGES/paperboy.po` have its translations; adding
a language is adding a catalogue.

The language is that of the context: `using(language)` sets it for a block and for the tasks that begin inside.
"""

from bot.locales.catalogues import INTERFACE_LANGUAGES, interface_language
from bot.locales.speaking import (
    N_,
    NNP_,
    NP_,
    _,
    current_language,
    language_of_new_chats,
    locale,
    ngettext,
    npgettext,
    pgettext,
    using,
)

__all__ = [
    "INTERFACE_LANGUAGES",
    "NNP_",
    "NP_",
    "N_",
    "_",
    "current_language",
    "interface_language",
    "language_of_new_chats",
    "locale",
    "ngettext",
    "npgettext",
    "pgettext",
    "using",
]
