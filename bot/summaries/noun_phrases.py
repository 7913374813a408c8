"""Runs of words that may be noun phrases, found without a tagger: what breaks one, and what may begin or end it. Pure.

What kind of word one is (verb, modifier) is learned from how it is used in many abstracts: see `term_counts`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files

from bot.tex.latex import readable

_WORDS: dict[str, list[str]] = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))

STOP_WORDS = frozenset(_WORDS["stop"])

_PLAIN = frozenset(_WORDS["plain"])
"""Words that are no keyword on their own and seldom begin or end one: "approach", "results"."""

_KEPT_INSIDE = frozenset(_WORDS["kept_inside"])
"""Plain words that may be part of a longer keyword: "language models", "state space", "large language model"."""

_HEADS = frozenset(_WORDS["heads"])
"""Of `_KEPT_INSIDE`, the words that may end a keyword."""

_NOT_FIRST = frozenset(
    ("data", "text", "word", "process", "design", "measure", "control", "test", "base", "set", "tool", "task", "level",
     "users", "models", "model", "system", "systems", "code", "group", "small", "performance", "art", "end")
)  # fmt: skip
"""Words that say little at the beginning of a keyword."""

_COMPARATIVES = frozenset(
    ("larger", "smaller", "better", "faster", "slower", "harder", "easier", "simpler", "stronger", "weaker", "cheaper",
     "deeper", "wider", "richer", "longer", "shorter", "safer", "fewer", "higher", "lower", "greater", "finer", "ones",
     "broader")
)  # fmt: skip
"""They neither begin nor end a term."""

_ARTICLES = frozenset(("a", "an", "the", "our", "its", "their", "this", "these", "each", "all", "how", "whether"))
"""A word before one of these is no noun: "the cost matches the bound"."""

_VERB_LIKE = re.compile(r"(?:ly|izes|ises|ifies|ized|ised|ify|ating|izing|ising|ically)$")
_ADJECTIVE = re.compile(
    r"(?:ive|ous|able|ible|ful|less|ary|ient|iant|ical|ic|al|ed|ant|ent|ware|based|free|wise|guided)$"
)
# Nouns that end like adjectives.
_NOUN_ANYWAY = re.compile(
    r"(?:ment|agent|content|gradient|coefficient|token|signal|retrieval|proposal|arithmetic|logic|topic|traffic|physic|"
    r"semantic|music|graphic|clinic|metric|dynamic|diagnos|patient|speed|feed|seed|embed|need|variable|table|archive|"
    r"perspective|objective|primitive|narrative|alternative|library|boundary|dictionary|vocabulary|event|parent|client|"
    r"student|moment|survival|potential|interval|journal|terminal|portal|goal|trial|material|manual|animal|hospital|"
    r"plant|variant|invariant|assistant|constant|participant|quadrant|current|latent|intent|component|experiment|"
    r"document|software|hardware|malware|firmware)s?$"
)
GLUED = re.compile(r"(?<=[a-z]{3})\.(?=[A-Z][a-z]+,? )")
"""The point between two sentences without a space between them."""
_TOKEN = re.compile(r"[^\W_]+(?:[-'’./+][^\W_]+)*\+{0,2}", re.UNICODE)
_BREAK = re.compile(r"https?://\S+|[^\w\s'’./+-]|\s[-–—/]+\s|--+|\.(?=\s|$)|\n\s*\n", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Run:
    """Words between punctuation and stop words, with the words before and after; empty at punctuation."""

    words: tuple[str, ...]
    before: str
    after: str


def runs(text: str, verbs: Collection[str] = frozenset()) -> list[Run]:
    """The runs of `text`, which may hold TeX, in order. A word of `verbs` breaks a run too."""
    found: list[Run] = []
    for chunk in _BREAK.split(GLUED.sub(". ", readable(text, citations=False))):
        run: list[str] = []
        before = ""
        for word in _TOKEN.findall(chunk):
            if _breaks(word, verbs):
                found.append(Run(tuple(run), before, word.lower()))
                run, before = [], word.lower()
            else:
                run.append(word)
        found.append(Run(tuple(run), before, ""))
    return [run for run in found if run.words]


def phrase(run: Run, modifiers: Collection[str] = frozenset()) -> tuple[str, ...]:
    """The run from its first word that may begin a noun phrase to its last one that may end it; may be empty."""
    words = list(run.words)
    if run.after in _ARTICLES and words and not is_name(words[-1]):
        words.pop()
    while words and not _may_begin(words):
        words.pop(0)
    while words and not _may_end(words, modifiers):
        words.pop()
    return tuple(words)


def key(words: Collection[str]) -> str:
    """The words in lower case and singular, so that "Language Models" and "language-model" are one term."""
    return " ".join(_singular(part) for word in words for part in word.lower().split("-") if part)


def is_name(word: str) -> bool:
    """CamelCase, an acronym, or letters with digits; "Under-Optimized" is none: it is a word of a title in capitals."""
    return len(word) > 1 and any(
        re.search(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d|\d[A-Z]", part) for part in word.split("-")
    )


def is_plain(word: str) -> bool:
    """Whether it is no keyword on its own."""
    return word.lower() in _PLAIN or word.lower() in _KEPT_INSIDE


def is_adjective(word: str) -> bool:
    """Whether it ends like an adjective or a participle."""
    return bool(_ADJECTIVE.search(word.lower())) and not _NOUN_ANYWAY.search(word.lower())


def _is_adjective_of_name(word: str) -> bool:
    """A name with a participle: "LLM-based"."""
    return "-" in word and word.islower() is False and is_adjective(word.rsplit("-", 1)[-1])


def _breaks(word: str, verbs: Collection[str]) -> bool:
    low = word.lower().replace("’", "'")
    if low in STOP_WORDS or low.replace("'s", "") in STOP_WORDS or not any(char.isalpha() for char in word):
        return True
    if low in _PLAIN and low not in _KEPT_INSIDE:
        return True
    return not is_name(word) and (_is_verb(low, verbs) or bool(_VERB_LIKE.search(low) and word.islower()))


def _is_verb(word: str, verbs: Collection[str]) -> bool:
    """Whether it or its base form is a verb: "dominates", "dominate"."""
    return word in verbs or (word.endswith("s") and (word[:-1] in verbs or word[:-2] in verbs))


def _may_begin(words: list[str]) -> bool:
    first = words[0]
    # A title begins with what the paper does ("Diagnosing …"), which is not part of a term.
    is_gerund = len(words) > 1 and first.endswith("ing") and first[:1].isupper()
    is_general = first.lower() in _NOT_FIRST or first.lower() in _COMPARATIVES
    return not is_general and not is_gerund and not re.fullmatch(r"(?![1-4]D)\d.*|\w", first)


def _may_end(words: list[str], modifiers: Collection[str]) -> bool:
    last = words[-1]
    low = last.lower()
    if last[0].isdigit() or low in _COMPARATIVES:
        return False
    if is_name(last):
        return not _is_adjective_of_name(last)
    if low in _KEPT_INSIDE and low not in _HEADS:
        return False
    if len(low) < 3 or (len(words) == 1 and low in _KEPT_INSIDE):
        return False
    return low not in modifiers and not is_adjective(low)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
