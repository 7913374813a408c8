"""Keywords by rules: noun-like phrases of title and abstract, scored. No keyword contains a stop word. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files

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
     "users", "models")
)  # fmt: skip
"""Nouns that say little at the beginning of a keyword."""

_VERB_LIKE = re.compile(r"(?:ly|izes|ises|ifies|ized|ised|ify|ating|izing|ising|ically)$")
_ADJECTIVE = re.compile(r"(?:ive|ous|able|ible|ful|less|ary|ient|iant|ical|ic|al|ed|ant|ent)$")
# Nouns that end like adjectives.
_NOUN_ANYWAY = re.compile(
    r"(?:ment|agent|content|gradient|coefficient|token|signal|retrieval|proposal|arithmetic|logic|topic|traffic|physic|"
    r"semantic|music|graphic|clinic|metric|dynamic|diagnos|patient|speed|feed|seed|embed|need|variable|table|archive|"
    r"perspective|objective|primitive|narrative|alternative|library|boundary|dictionary|vocabulary|event|parent|client|"
    r"student|moment|survival|potential|interval|journal|terminal|portal|goal|trial|material|manual|animal|hospital|plant|"
    r"variant|invariant|assistant|constant|participant|quadrant|current|latent|intent|component|experiment|document)s?$"
)
_TOKEN = re.compile(r"[^\W_]+(?:[-'’./+][^\W_]+)*\+{0,2}", re.UNICODE)
_TEX = re.compile(r"\\[A-Za-z]+\s*|[{}$]|https?://\S+|\\.")
_BREAK = re.compile(r"[^\w\s'’./+-]|\s[-–—/]+\s|--+|\.(?=\s|$)|\n\s*\n", re.UNICODE)
# A term and its abbreviation: "retrieval-augmented generation (RAG)".
_DEFINED = re.compile(r"((?:[\w’'-]+[ ]+){1,5}[\w’'-]+)\s*\(\s*(?:\\\w+\{)?([A-Z][\w-]{1,11}?)s?\}?\s*[);,]")


def keywords(title: str, abstract: str, limit: int = 6) -> tuple[str, ...]:
    """Up to `limit` keywords, best first, written as in the text (lower case unless they are names)."""
    title, abstract = _without_tex(title), _without_tex(abstract)
    names = _names(abstract)
    phrases = [(_without_gerund(p), True) for p in _phrases(title)] + [(p, False) for p in _phrases(abstract)]
    # Counted by key, so that "Language Models" and "language model" are one term; shown as first written.
    count: Counter[str] = Counter()
    written: dict[str, str] = {}
    in_title: set[str] = set()
    for phrase, is_title in phrases:
        for term in _terms(phrase):
            key = _key(term)
            count[key] += 1
            # Titles capitalize every word: the spelling of the abstract is better.
            if key not in written or (not is_title and key in in_title and count[key] == 2):
                written[key] = _written(term, names)
            if is_title:
                in_title.add(key)
    defined = {_key(term) for term in _spelled_out(f"{title} . {abstract}")}
    scores = {key: _score(key, written[key], count, in_title, defined) for key in count}
    return _choose(scores, written, limit)


def _without_tex(text: str) -> str:
    return _TEX.sub(" ", text)


def _phrases(text: str) -> list[list[str]]:
    """Runs of words between punctuation and stop words."""
    runs: list[list[str]] = []
    for chunk in _BREAK.split(text):
        run: list[str] = []
        for word in _TOKEN.findall(chunk or ""):
            if _is_stop_word(word):
                runs.append(run)
                run = []
            else:
                run.append(word)
        runs.append(run)
    return [run for run in runs if run]


def _is_stop_word(word: str) -> bool:
    """Whether a phrase ends before this word: a stop word, a plain word, an adverb or a verb."""
    low = word.lower().replace("’", "'")
    if low in STOP_WORDS or low.replace("'s", "") in STOP_WORDS or not any(c.isalpha() for c in word):
        return True
    return (low in _PLAIN and low not in _KEPT_INSIDE) or bool(_VERB_LIKE.search(low) and word.islower())


def _terms(run: list[str]) -> list[list[str]]:
    """Every noun-like sequence of one to three words (four if the run has no more)."""
    sizes = (1, 2, 3, 4) if len(run) == 4 else (1, 2, 3)
    sequences = [run[i : i + n] for n in sizes for i in range(len(run) - n + 1)]
    return [sequence for sequence in sequences if _is_noun_like(sequence)]


def _is_noun_like(words: list[str]) -> bool:
    first, last = words[0].lower(), words[-1].lower()
    if len(words) == 1:
        return _is_name(words[0]) or (
            last not in _PLAIN
            and last not in _KEPT_INSIDE
            and len(last) > 3
            and not _is_adjective(last)
            and not last.endswith("ing")
            and not re.search(r"[-'’]", last)
        )
    if first in _NOT_FIRST:
        return False
    if (last in _KEPT_INSIDE and last not in _HEADS) or all(w.lower() in _KEPT_INSIDE for w in words):
        return False
    return _is_name(words[-1]) or not _is_adjective(last)


def _is_adjective(word: str) -> bool:
    return bool(_ADJECTIVE.search(word)) and not _NOUN_ANYWAY.search(word)


def _is_name(word: str) -> bool:
    """CamelCase, an acronym, or letters with digits; "Under-Optimized" is none: it is a word of a title in capitals."""
    return len(word) > 1 and any(
        re.search(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d|\d[A-Z]", part) for part in word.split("-")
    )


def _key(words: list[str]) -> str:
    return " ".join(_singular(word.lower().replace("-", " ")) for word in words)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _written(words: list[str], names: set[str]) -> str:
    return " ".join(word if _is_name(word) or word in names else word.lower() for word in words)


def _names(text: str) -> set[str]:
    """Words with a capital between words in lower case ("a Markov chain") that never occur without it."""
    small = set(re.findall(r"\b[a-z]\w+", text))
    capitalized = re.findall(r"(?<=[a-z,] )([A-Z][a-z]+)(?= [a-z]|[,.;)])", text)
    return {word for word in capitalized if word.lower() not in small}


def _without_gerund(run: list[str]) -> list[str]:
    """Titles often begin with what the paper does ("Diagnosing …"), which is not part of a term."""
    return run[1:] if len(run) > 1 and run[0].endswith("ing") and run[0][:1].isupper() else run


def _spelled_out(text: str) -> list[list[str]]:
    """Terms that the text abbreviates, if the initials of their words are the abbreviation."""
    terms = []
    for match in _DEFINED.finditer(text):
        letters = [c for c in match.group(2).lower() if c.isalpha()]
        words = match.group(1).split()
        for size in range(min(len(words), 4), 0, -1):
            tail = words[-size:]
            initials = [part[0].lower() for word in tail for part in re.split(r"[-’']", word) if part]
            if initials == letters[: len(initials)] and len(initials) >= min(len(letters), 2):
                terms.append(tail)
                break
    return terms


def _score(key: str, written: str, count: Counter[str], in_title: set[str], defined: set[str]) -> float:
    # Terms of two or three words are the most specific. A term of the title or with an abbreviation of its own is
    # what the paper is about, even if it occurs once.
    size = len(key.split())
    score = count[key] * {1: 0.8, 2: 1.7, 3: 1.9}.get(size, 1.6)
    score += 3.0 * (key in in_title) * (1 if size > 1 or _is_name(written) else 0.5)
    score += 3.5 * (key in defined)
    if size == 1:
        score += 0.6 if _is_name(written) else -1.0
    return score - (1.2 if size > 1 and count[key] == 1 and key not in in_title and key not in defined else 0)


def _choose(scores: dict[str, float], written: dict[str, str], limit: int) -> tuple[str, ...]:
    """The best terms, without those that are part of another one and without a third one that shares a word."""
    taken: list[str] = []
    for key in sorted(scores, key=lambda k: (-scores[k], -len(k), k)):
        words = set(key.split())
        if any(words <= set(other.split()) or set(other.split()) <= words for other in taken):
            continue
        # "graph learning", "graph pruning" and "graph search" would say the same three times.
        if sum(1 for other in taken if words & set(other.split())) >= 2:
            continue
        taken.append(key)
        if len(taken) == limit:
            break
    return tuple(written[key] for key in taken)
