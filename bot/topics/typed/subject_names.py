"""Names of categories and of frequent subjects in several languages, and finding them in a text. Pure.

`names/categories.json` has the names of each category, `names/terms.json` those of English terms. Words of languages
with spaces are compared by their stems, so that "компьютерным зрением" is found; of those without, by their characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import snowballstemmer

from bot.arxiv import categories
from bot.topics.category_codes import code_in_use
from bot.topics.text import fold, is_unspaced, raw_words

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ENDING = re.compile(r"(?<=\w{3})(?:es|s|as|os)$")
_LINKS_TEXT = """
    de del la las el los en y a con por para и в с по на для о und der die das et des du les
    of the in
"""
_LINKS = frozenset(_LINKS_TEXT.split())
_CODE = re.compile(
    r"(?:arxiv|cat|category)?[\s:./]*(?P<archive>[a-z]+(?:[\s-][a-z]+)?)[\s._:/,-]*(?P<subject>[a-z*-]+)?"
)
_LONGEST_ACRONYM = 4
_SHORTEST_STEMMED = 3
_russian = snowballstemmer.stemmer("russian")


@dataclass(frozen=True, slots=True)
class Translated:
    """A text of another language as English terms; `left` are its words that were not understood."""

    english: str
    left: tuple[str, ...]


def category_named(text: str) -> str | None:
    """The category or archive ("cs.CV", "math.*") whose code or name this text is; None for any other text.

    Codes count in any spelling: "CS CV", "cscv", "stat ml", "hep th".
    """
    return _code_typed(text) or _categories().get(_key(text))


def has_code(text: str) -> bool:
    """Whether the text is the code of a category, rather than a name."""
    return _code_typed(text) is not None


def _code_typed(text: str) -> str | None:
    typed = fold(text).strip(" .,;:!?/\"'")
    if code := code_in_use(typed):
        return code if code == typed or not typed.isalpha() or typed in categories.ARCHIVES else None
    match = _CODE.fullmatch(typed)
    if match is None:
        return None
    archive, subject = match["archive"].replace(" ", "-"), match["subject"] or ""
    if subject and (code := code_in_use(f"{archive}.{subject}")):
        return code
    joined = re.sub(r"[\s._:/,*-]+", "", f"{archive}{subject}")
    return _joined_codes().get(joined)


@cache
def _joined_codes() -> dict[str, str]:
    """Codes without dots and hyphens, those that no word looks like: "cscv", "hepth"."""
    codes = (*categories.CATEGORIES, *categories.ARCHIVES)
    found = {re.sub(r"[.-]", "", code).casefold(): code for code in codes if "." in code or "-" in code}
    return {joined: known for joined, code in found.items() if (known := code_in_use(code))}


@cache
def _categories() -> dict[str, str]:
    named = {_key(name): code for code, name in categories.CATEGORIES.items()}
    named |= {
        _key(name): f"{code}.*" for code, name in categories.ARCHIVES.items() if code not in categories.CATEGORIES
    }
    for code, names in _category_names().items():
        named |= {_key(name): code for name in (*names["en"], *names["other"])}
    return {key: known for key, code in named.items() if (known := code_in_use(code))}


def names_in_other_languages(text: str) -> Translated | None:
    """A text that is not English as English terms, as far as it is known; None if no name of the tables is in it."""
    return _of_unspaced(text) if any(map(is_unspaced, text)) else _of_spaced(text)


def _of_unspaced(text: str) -> Translated | None:
    left = fold(text)
    pieces: list[tuple[int, str]] = []
    for name, english in _unspaced_names():
        at = left.find(name)
        if at >= 0:
            pieces.append((at, english))
            left = left[:at] + " " * len(name) + left[at + len(name) :]
    found = [english for _, english in sorted(pieces)]
    # Characters that join words: of, and, by.
    remaining = [
        word for word in re.split(r"[\s的之与與和及中在用于於の・とをにへでが、，,。.「」()（）]+", left) if word
    ]
    latin = [word for word in remaining if word.isascii()]
    unknown = tuple(word for word in remaining if not word.isascii())
    return Translated(" ".join([*latin, *found]), unknown) if found else None


def _of_spaced(text: str) -> Translated | None:
    words = raw_words(text)
    stems = [_stem(word) for word in words]
    names = _spaced_names()
    found: list[str] = []
    left: list[str] = []
    at, hits = 0, 0
    while at < len(stems):
        for length in range(min(6, len(stems) - at), 0, -1):
            english = names.get(tuple(stems[at : at + length]))
            if english is not None:
                found.append(english)
                at += length
                hits += 1
                break
        else:
            if words[at] not in _LINKS:
                (found if words[at].isascii() and _is_neutral(words[at]) else left).append(words[at])
            at += 1
    return Translated(" ".join(found), tuple(left)) if hits else None


def _is_neutral(word: str) -> bool:
    """Whether a word is an acronym or a name rather than a word of the language around it."""
    return len(word) <= _LONGEST_ACRONYM or any(map(str.isdigit, word))


@cache
def _unspaced_names() -> tuple[tuple[str, str], ...]:
    """Names in scripts without spaces with their English, the longest first."""
    found = {fold(name): english for name, english in _english_of_all() if any(map(is_unspaced, name))}
    return tuple(sorted(found.items(), key=lambda each: -len(each[0])))


@cache
def _spaced_names() -> dict[tuple[str, ...], str]:
    return {
        tuple(map(_stem, raw_words(name))): english
        for name, english in _english_of_all()
        if not any(map(is_unspaced, name))
    }


def _english_of_all() -> Iterator[tuple[str, str]]:
    """Names that are not English with their English. The first English name of a category may be its acronym."""
    for code, names in _category_names().items():
        english = next((name for name in names["en"] if len(name) > _LONGEST_ACRONYM), code)
        yield from ((name, english.casefold()) for name in names["other"])
    for english, others in _terms().items():
        yield from ((name, english) for name in others)


def _key(text: str) -> str:
    """What names are compared by: stems of words, or the characters of a script without spaces."""
    folded = fold(text)
    if any(map(is_unspaced, folded)):
        return "".join(folded.split())
    return " ".join(_stem(word) for word in raw_words(text) if word not in _LINKS)


@cache
def _stem(word: str) -> str:
    if _CYRILLIC.search(word):
        if len(word) <= _SHORTEST_STEMMED:  # "ИИ" is no form of "и"
            return word
        stemmed: str = _russian.stemWord(word.replace("ё", "е"))
        return stemmed
    return _ENDING.sub("", word)


@cache
def _category_names() -> dict[str, dict[str, list[str]]]:
    content: dict[str, dict[str, list[str]]] = json.loads(_text("categories.json"))
    return content


@cache
def _terms() -> dict[str, list[str]]:
    content: dict[str, list[str]] = json.loads(_text("terms.json"))
    return content


def _text(name: str) -> str:
    return files(__package__).joinpath("names", name).read_text(encoding="utf-8")
