"""What somebody may mean who names what to follow in their own words. Pure."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

from bot.arxiv import categories
from bot.errors import BadTopic
from bot.topics.interest import MAX_INTEREST_LENGTH
from bot.topics.parse import MAX_LENGTH, Topic, parse
from bot.topics.plain_text import has_operators
from bot.topics.text import is_unspaced, raw_words
from bot.topics.typed.lists import parts_of
from bot.topics.typed.subject_names import category_named, has_code, names_in_other_languages
from bot.topics.typed.wishes import is_function_word, is_without_subject, subject_of

MOST_READ = 4_000
"""Characters of a text that are looked at."""

_LONG_WORD = re.compile(r"[!-~]{100}")
"""No word of a subject is so long."""

FEWEST_ABOUT = 3
"""Words of a text that is first taken for a description; fewer are looked for as they are."""


class GuessKind(enum.StrEnum):
    """How a topic that is offered reads what somebody typed."""

    QUERY = "query"
    """What was typed, in the topic language."""
    CATEGORY = "category"
    """Everything in a category; the detail is its code."""
    EITHER = "either"
    """What fits any part of a list."""
    BOTH = "both"
    """What fits all parts of a list."""
    WORDS = "words"
    """Exactly these words."""
    ABOUT = "about"
    """Papers about it, whatever their words."""
    AUTHOR = "author"
    """The papers of an author; the detail is the name."""
    AS_TYPED = "as typed"
    """The words before they were corrected."""
    NARROWER = "narrower"
    """The first reading in one category only; the detail is its code."""
    SPELLING = "spelling"
    """The first reading with a likely word in place of one that no paper has; the detail is that word."""
    WIDER = "wider"
    """The first reading with another wording; the detail is that wording."""
    EVERYWHERE = "everywhere"
    """The first reading in all categories."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One reading: a topic to follow."""

    kind: GuessKind
    topic: Topic
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """The readings of a text, the likeliest first.

    `is_certain`: it is written in the topic language or is a list of codes, so that it needs no question. `english` is
    how the words of another language were read, `left` those that were not understood. `is_shortened`: only the
    beginning of the text was read.
    """

    text: str
    guesses: tuple[Guess, ...]
    is_certain: bool = False
    english: str = ""
    left: tuple[str, ...] = ()
    is_shortened: bool = False
    unknown_code: str = ""
    """The code of a category as it was typed, which arXiv does not have."""


def understand(typed: str) -> Understood | BadTopic | None:
    """The readings of what somebody typed; the mistake in a query that has one; None if no subject is named."""
    raw = typed[:MOST_READ].replace("\x00", " ").strip()
    if re.search(r"(?i)(?<!\w)about:", raw):
        return _query(raw)
    text = subject_of(raw)
    if not raw_words(text) or is_without_subject(text) or _is_code(text) or _LONG_WORD.search(text):
        return None
    shortened, is_shortened = _shortened(text)
    for read in (_author, _list, _category, _in_category, _unknown_code):
        if (understood := read(shortened)) is not None:
            return replace(understood, is_shortened=is_shortened)
    if has_operators(shortened) or shortened.startswith("("):
        return _query(shortened)
    understood = _foreign(shortened) or _words(shortened)
    return replace(understood, is_shortened=is_shortened) if understood.guesses else _query(shortened)


# ── the readings ──────────────────────────────────────────────────────────────────────────────────────────────────


def _query(text: str) -> Understood | BadTopic:
    try:
        return Understood(text, (Guess(GuessKind.QUERY, parse(text)),), is_certain=True)
    except BadTopic as error:
        return error


_WORKS = "papers?|articles?|publications?|works?|artículos|статьи"
_BY = re.compile(
    rf"(?:(?:{_WORKS}) )?(?:by|author:?|authored by|written by|автор:?|autor:?|作者[:：]?|著者[:：]?)\s+"
    r"(?P<name>[^\W\d_][\w.'’-]*(?:[ ,]+[^\W\d_][\w.'’-]*){0,3})",
    re.IGNORECASE,
)


def _author(text: str) -> Understood | None:
    match = _BY.fullmatch(text)
    topic = topic_of('au:"{}"'.format(match["name"].strip())) if match else None
    return Understood(text, (Guess(GuessKind.AUTHOR, topic, match["name"].strip()),)) if match and topic else None


def _list(text: str) -> Understood | None:
    parts = parts_of(text)
    if len(parts) < 2 or (has_operators(text) and not all(map(has_code, parts))):
        return None
    codes = [(part, category_named(part)) for part in parts]
    named = [code for _, code in codes if code]
    others = [part for part, code in codes if not code]
    in_any = " OR ".join(f"cat:{code}" for code in named)
    if not others:
        words = " OR ".join(_phrase(part) for part in parts if not has_code(part))
        found = _guesses((GuessKind.EITHER, in_any), (GuessKind.WORDS, words))
        return Understood(text, found, is_certain=all(map(has_code, parts)))
    any_word = " OR ".join(map(_phrase, others))
    if not named:
        found = _guesses((GuessKind.EITHER, any_word), (GuessKind.ABOUT, f"about: {', '.join(parts)}"))
    else:
        found = _guesses(
            (GuessKind.BOTH, f"({any_word}) AND ({in_any})"), (GuessKind.EITHER, f"{any_word} OR {in_any}")
        )
    return Understood(text, found) if found else None


def _category(text: str) -> Understood | None:
    code = category_named(text)
    if code is None:
        return None
    if has_code(text):
        return Understood(text, _guesses((GuessKind.CATEGORY, f"cat:{code}", code)), is_certain=True)
    words = _phrase(text) if text.isascii() else ""
    return Understood(text, _guesses((GuessKind.CATEGORY, f"cat:{code}", code), (GuessKind.WORDS, words)))


_IN = re.compile(
    r"(?P<words>.+?)[\s,]+(?:in|from|within|en|in the category|aus|dans|в|из|on)\s+(?:the category\s+)?(?P<code>\S+)",
    re.IGNORECASE,
)


def _in_category(text: str) -> Understood | None:
    """Words in a category: "diffusion in cs.CV". A description that names a category is left to `_words`."""
    match = _IN.fullmatch(text)
    if match is None or has_operators(match["words"]) or not has_code(match["code"]):
        return None
    if len(raw_words(match["words"])) >= FEWEST_ABOUT:
        return None
    code = category_named(match["code"])
    found = _guesses((GuessKind.WORDS, f"{match['words']} cat:{code}"), (GuessKind.CATEGORY, f"cat:{code}", code or ""))
    return Understood(text, found) if found else None


_CODE = re.compile(r"(?:(?:cat|category):)?\s*(?P<archive>[a-z-]{2,8})\.(?P<subject>[a-z-]{1,8})", re.IGNORECASE)


def _unknown_code(text: str) -> Understood | None:
    """A code that arXiv does not have, of an archive that it has: the codes that may be meant."""
    match = _CODE.fullmatch(text.strip())
    archive = categories.canonical(match["archive"]) if match else None
    if match is None or archive is None or has_code(text):
        return None
    found = _guesses(*((GuessKind.CATEGORY, f"cat:{code}", code) for code in _near_codes(archive, match["subject"])))
    return Understood(text, found, unknown_code=text.strip()) if found else None


def _near_codes(archive: str, subject: str) -> list[str]:
    """Codes of an archive for a misspelt one: first those with its letters swapped, then those that share letters."""
    wanted = subject.casefold()
    codes = [code for code in categories.categories_in(archive) if "." in code]

    def distance(code: str) -> tuple[bool, int, int]:
        letters = code.partition(".")[2].casefold()
        same = sum(a == b for a, b in zip(letters, wanted, strict=False))
        popular = _POPULAR.index(code) if code in _POPULAR else len(_POPULAR)
        return sorted(letters) != sorted(wanted), -same, popular

    return sorted(codes, key=distance)[:_MOST_CODES]


_MOST_CODES = 3
_POPULAR = ("cs.CV", "cs.LG", "cs.CL", "cs.AI", "cs.RO", "cs.CR", "stat.ML", "eess.IV", "math.OC", "math.CO", "stat.ME")
"""The categories with the most papers a day, of equally near ones the likelier."""


def _foreign(text: str) -> Understood | None:
    """A text of another language, as far as its words are known."""
    translated = names_in_other_languages(text)
    if translated is None:
        return None
    english = _words(translated.english)
    code = category_named(translated.english)
    found = (
        english.guesses if code is None else (*_guesses((GuessKind.CATEGORY, f"cat:{code}", code)), *english.guesses)
    )
    return Understood(text, found, english=translated.english, left=translated.left)


def _words(text: str) -> Understood:
    """Plain words: a description if they are many, else exactly these words."""
    exact = (GuessKind.WORDS, _without_function_words(text))
    about = (GuessKind.ABOUT, f"about: {text}")
    if _NAME.fullmatch(text):
        return Understood(text, _guesses(exact, (GuessKind.AUTHOR, f'au:"{text}"', text), about))
    if not _is_sentence(text):
        return Understood(text, _guesses(exact, about))
    is_long = len(raw_words(exact[1])) > _MOST_EXACT or re.search(r"[,.;:!?()]", text) is not None
    return Understood(text, _guesses(about) if is_long and topic_of(about[1]) else _guesses(about, exact))


_CAPITAL = "[A-ZÀ-ÞŁŚŠŽČ]"
_NAME = re.compile(rf"{_CAPITAL}[^\W\d_]+(?: {_CAPITAL}\.?)?(?: {_CAPITAL}[^\W\d_A-Z]+(?:[-’'][^\W\d_]+)?)")
"""A first and a last name, with an initial perhaps: "Geoffrey E. Hinton". "Talking Heads" looks like it, too."""

_MOST_EXACT = 6
"""Words that all have to be in one paper; more are hardly ever."""


def _without_function_words(text: str) -> str:
    kept = [word for word in text.split() if not is_function_word(word)]
    return " ".join(kept) or text


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_sentence(text: str) -> bool:
    found = raw_words(text)
    characters = sum(map(is_unspaced, found))
    return len(found) - characters + characters / 2 >= FEWEST_ABOUT


def _guesses(*readings: tuple[GuessKind, str] | tuple[GuessKind, str, str]) -> tuple[Guess, ...]:
    """The readings that are topics, each topic once."""
    found: dict[str, Guess] = {}
    for kind, query, *detail in readings:
        topic = topic_of(query)
        if topic is not None:
            found.setdefault(topic.query, Guess(kind, topic, detail[0] if detail else ""))
    return tuple(found.values())


def topic_of(query: str) -> Topic | None:
    """The topic of a query; None for what is none."""
    try:
        return parse(query) if query.strip() else None
    except BadTopic:
        return None


_CODE_SIGNS = re.compile(r"[{}<>=;]|\(\)|\w\(\w*\)|```|->|#include|\bdef |\bimport |\breturn ")
_FEWEST_SIGNS = 3


def _is_code(text: str) -> bool:
    """Whether this is a piece of a program, or a formula."""
    return len(_CODE_SIGNS.findall(text)) >= _FEWEST_SIGNS


def _phrase(part: str) -> str:
    """Words side by side, or the word or hashtag alone."""
    cleaned = part.replace('"', " ").strip(" #")
    return f'"{cleaned}"' if len(raw_words(cleaned)) > 1 else cleaned


def _shortened(text: str) -> tuple[str, bool]:
    """The beginning of a text that is too long for a topic, up to the end of a sentence or word."""
    if len(text) <= MAX_INTEREST_LENGTH or (has_operators(text) and len(text) <= MAX_LENGTH):
        return text, False
    begin = " ".join(text.split())[: MAX_INTEREST_LENGTH - 20]
    sentence = max(begin.rfind(". "), begin.rfind("。"))
    cut = sentence + 1 if sentence > MAX_INTEREST_LENGTH // 3 else max(begin.rfind(" "), 0) or len(begin)
    return begin[:cut].strip(), True
