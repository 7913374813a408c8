"""Which keywords of a model are shown: terms of the source, as they are or as the glossary has them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import starmap

from bot.model.languages import is_english
from bot.summaries.forbidden_text import cleaned, forbidden_reason
from bot.summaries.glossary import Glossary, terms
from bot.summaries.quotes import fold, words
from bot.summaries.source_text import SourceText
from bot.summaries.wording import stem
from bot.tex.latex import readable

_MOST_KEYWORDS = 8
_LONGEST_KEYWORD = 60
_BRACKETS = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]\s*$")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_LATIN = re.compile(r"[A-Za-z]")
_ACRONYM = re.compile(r"\b[A-Z]{2,}(?=s?\b)")
_SHORTEST_ACRONYM = 3


def check_keywords(keywords: Iterable[str], source: SourceText, language: str, glossary: Glossary) -> tuple[str, ...]:
    """The keywords that the source has, without duplicates, at most eight.

    In every language a term may stay as the source writes it. A translated one must be the glossary's for a term that
    the source has: no other translation can be checked.
    """
    text = _Stems(source)
    translations: Mapping[str, str] = {} if is_english(language) else terms(glossary, language)
    passed: dict[str, str] = {}
    for raw in keywords:
        term = cleaned(raw).strip(" .;:#")
        if len(term) < 2 or len(term) > _LONGEST_KEYWORD or forbidden_reason(term, source.text):
            continue
        # "大语言模型 (LLM)": what stands in brackets is evidence of its own.
        bracket = _BRACKETS.search(term)
        parts = [term] if bracket is None else [term[: bracket.start()], bracket.group().strip(" ()（）[]")]
        if all(text.has(part) or _is_translation(part, translations, text) for part in parts):
            passed.setdefault(term.casefold(), term)
    return tuple(passed.values())[:_MOST_KEYWORDS]


class _Stems:
    """A source as the sequence of its stems, in which terms are looked up."""

    def __init__(self, source: SourceText) -> None:
        self._text = f" {' '.join(_stems(readable(source.text)))} "
        self._acronyms = frozenset(_ACRONYM.findall(source.text))
        self._vocabulary = source.vocabulary

    def has(self, term: str) -> bool:
        """Whether the words of a term stand together, inflected or not, or spell out or abbreviate what does."""
        stems = _stems(term)
        if not stems or not _LATIN.search(term):
            return False
        if f" {' '.join(stems)} " in self._text:
            return True
        if len(stems) == 1:
            return self._vocabulary.spells_out(term.removesuffix("s"))
        initials = "".join(word[0] for word in _TOKEN.findall(term.lower()))
        return len(initials) >= _SHORTEST_ACRONYM and initials.upper() in self._acronyms


def _stems(text: str) -> list[str]:
    return [stem(token) for token in _TOKEN.findall(text)]


def _is_translation(term: str, translations: Mapping[str, str], text: _Stems) -> bool:
    return any(_is_inflected(term, translation) and text.has(english) for english, translation in translations.items())


def _is_inflected(term: str, translation: str) -> bool:
    """Whether both are the same words, with other endings at most: "redes neuronales" for "red neuronal"."""
    if fold(term).text == fold(translation).text:
        return True
    mine, theirs = words(term), words(translation)
    return len(mine) == len(theirs) > 0 and all(starmap(_is_form, zip(mine, theirs, strict=True)))


def _is_form(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return shared >= max(3, len(long) - _LONGEST_ENDING)


_LONGEST_ENDING = 3
