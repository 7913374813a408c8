"""What somebody asks for without the polite words around it: "talking heads please" → "talking heads". Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.topics.text import fold, raw_words
from bot.topics.typed.phrase_files import phrases

_AROUND = " \t\r\n.,;:!?¡¿…。，！？、：；~～*_•·-–—"
_UNSPACED = ("zh", "ja")
"""Files of languages without spaces between words."""
_MOST_ROUNDS = 8
_SIGNS = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0e\ufe0f\u200d]+"
)
"""Emoji, arrows and the like, which no paper is about."""


def subject_of(text: str) -> str:
    """The text without greetings, "I work on", "papers about", "please" and emoji; it keeps at least a word."""
    left = _stripped(_SIGNS.sub(" ", unicodedata.normalize("NFC", text)))
    for _ in range(_MOST_ROUNDS):
        before = left
        left = _without(left)
        if left == before:
            break
    return left


def topic_left(text: str) -> str:
    """What somebody wants to follow no longer: "unsubscribe from cs.CV" → "cs.CV"; "" for any other text."""
    match = _leave().match("".join(map(_folded, text)))
    return _stripped(text[match.end() :]) if match else ""


@cache
def _leave() -> re.Pattern[str]:
    found = [phrase for each in phrases("leave").values() for phrase in each]
    unspaced = [phrase for each in phrases("leave_unspaced").values() for phrase in each]
    return re.compile(rf"\s*(?:(?:{'|'.join(found)})[\s:]+(?=\S)|(?:{'|'.join(unspaced)})\s*(?=\S))")


def is_without_subject(text: str) -> bool:
    """Whether a text has only words that name no subject: "papers about everything"."""
    found = raw_words(text)
    joined = "".join(found)
    return not found or all(word in _stop_words() for word in found) or joined in _stop_words()


def is_function_word(word: str) -> bool:
    """Whether a word alone names no subject: "for", "papers"."""
    return fold(word).strip(_AROUND) in _stop_words()


def _without(text: str) -> str:
    """The text without one phrase before and one after its subject."""
    for pattern in (_before(), _after()):
        match = pattern.search("".join(map(_folded, text)))
        if match is not None:
            rest = _stripped(text[: match.start()] + text[match.end() :])
            if raw_words(rest):
                text = rest
    return text


def _folded(char: str) -> str:
    """A character without accent and case; one that folding makes longer is left, so that places stay the same."""
    folded = fold(char)
    return folded if len(folded) == 1 else char


def _stripped(text: str) -> str:
    stripped = re.sub(r"[ \t\r\f\v]+", " ", text).strip(_AROUND)
    # A minus belongs to the word behind it, and a bracket to the one that opened it.
    begin = text.find(stripped) if stripped else -1
    return f"-{stripped}" if begin > 0 and text[begin - 1] == "-" and text[:begin].strip() == "-" else stripped


@cache
def _before() -> re.Pattern[str]:
    found = phrases("before")
    spaced = [phrase for name, each in found.items() if name not in _UNSPACED for phrase in each]
    unspaced = [phrase for name in _UNSPACED for phrase in found.get(name, ())]
    return re.compile(rf"^(?:(?:{'|'.join(spaced)})(?=\s|$|[,:;(])|(?:{'|'.join(unspaced)}))[\s,:，：、]*")


@cache
def _after() -> re.Pattern[str]:
    found = phrases("after")
    spaced = [phrase for name, each in found.items() if name not in _UNSPACED for phrase in each]
    unspaced = [phrase for name in _UNSPACED for phrase in found.get(name, ())]
    # The signs before a phrase are only read from their first one on: else a long run of them takes seconds.
    signs, marks = r"(?<![\s,;.!])[\s,;.!]+", r"(?<![\s,，、])[\s,，、]*"
    return re.compile(rf"(?:{signs}(?:{'|'.join(spaced)})|{marks}(?:{'|'.join(unspaced)}))[\s.!?。！？]*$")


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(word for each in phrases("stop_words").values() for word in each)
