"""Greetings, thanks, and single words that stand for a command, in several languages. Pure."""

from __future__ import annotations

import enum
import re
from functools import cache

from bot.topics.text import fold
from bot.topics.typed.phrase_files import phrases


class Talk(enum.StrEnum):
    """What a short text without a subject is for."""

    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    STOP = "stop"
    UNSUBSCRIBE = "unsubscribe"
    TOPICS = "topics"
    SETTINGS = "settings"
    DIGEST = "digest"
    NO = "no"
    UNDO = "undo"


_LONGEST = 80
_AROUND = " \t\n\r.,;:!?¡¿…。，！？、~～*_\"'()"
_POLITE = re.compile(
    r"^(?:please|pls|por favor|bitte|请|請|пожалуиста)[ ,]*|[ ,]*(?:please|pls|bot|por favor|bitte|пожалуиста)$"
)
_NO_LETTER = re.compile(r"[\W_]+")
_GREETING_SIGNS = "👋🤖😃"
_THANKS_SIGNS = "👍❤♥🙏👌🎉😊😀🙂💯🔥👏😍🥰✅"


def small_talk(text: str) -> Talk | None:
    """What a greeting, thanks, or a word for a command means; None for any other text."""
    if len(text) > _LONGEST:
        return None
    if _NO_LETTER.fullmatch(text):
        if any(char in text for char in _GREETING_SIGNS):
            return Talk.GREETING
        return Talk.THANKS if any(char in text for char in _THANKS_SIGNS) else None
    plain = " ".join(fold(text).strip(_AROUND).split())
    bare = _POLITE.sub("", plain)
    return next((talk for talk in Talk if any(_pattern(talk).fullmatch(each) for each in (plain, bare))), None)


@cache
def _pattern(talk: Talk) -> re.Pattern[str]:
    return re.compile("|".join(phrase for each in phrases(talk.value).values() for phrase in each))
