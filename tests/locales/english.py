"""Finds English sentences of the interface in what somebody with another language is shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from string import Formatter

from bot.locales.catalogues import SOURCE_LANGUAGE
from tests.locales.test_catalogues import catalogue, messages, texts

LEAST_WORDS = 3
"""Words of a sentence, or of its part between two values, that no text of another language has by chance."""

# Marks of Telegram's HTML and of Discord's Markdown, and the invisible joiner that keeps Telegram from making links.
_MARKS = re.compile(r"</?[a-z][^<>]*>|\*\*|__|`|(?m:^-# )|\u2060")
_ESCAPED = re.compile(r"\\([^\w\s])")
_FIELD = re.compile(r"\{[a-z_]*\}")


@cache
def _parts(language: str) -> frozenset[str]:
    """The parts of English sentences that a translation replaces."""
    found: set[str] = set()
    for message in messages(catalogue(language)):
        said = " ".join(texts(message.string))
        for source in texts(message.id):
            literals = (literal.strip() for literal, *_ in Formatter().parse(source))
            found |= {each for each in literals if len(each.split()) >= LEAST_WORDS and each not in said}
    return frozenset(found)


@cache
def _labels(language: str) -> frozenset[str]:
    """Labels of buttons that are in English, and in no translation."""
    every = [(message, texts(message.string)) for message in messages(catalogue(language))]
    said = {text for _, forms in every for text in forms}
    return frozenset(
        text for message, _ in every if message.context == "button" for text in texts(message.id) if text not in said
    )


def plain(text: str) -> str:
    """A text as people read it, without the marks of a platform."""
    return html.unescape(_MARKS.sub("", _ESCAPED.sub(r"\1", text)))


def untranslated(language: str, shown: Iterable[str], data: Iterable[str] = ()) -> list[str]:
    """What is wrong in texts and labels: parts of English sentences, English labels, and fields without a value.

    What stands in `data` (titles, what somebody typed) is no sentence of ours.
    """
    lines = [plain(each) for each in shown]
    text = "\n".join(lines)
    given = "\n".join(data)
    wrong = [field for field in _FIELD.findall(text) if field not in given]
    if language == SOURCE_LANGUAGE:
        return wrong
    wrong += [part for part in sorted(_parts(language)) if part in text and part not in given]
    return wrong + [line for line in lines if line in _labels(language) and line not in given]
