"""Keywords by rules: the noun phrases of title and abstract that are frequent here and rare elsewhere. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries.noun_phrases import GLUED, STOP_WORDS, is_adjective, is_name, is_plain, key, phrase, runs
from bot.summaries.term_counts import TermCounts, bundled
from bot.tex.latex import readable

_LONGEST = 4
"""Words of a keyword; a longer run of nouns is no term but a description."""
_ENOUGH = 3
"""With so many keywords none is added that is hardly a term."""
_NO_END = re.compile(r"n['’]t\b|['’]s?$")
_LEAST_PAPERS_OF_TERM = 4
"""A part of a longer phrase is a term of its own if that many papers use it alone."""

# A term and its abbreviation: "retrieval-augmented generation (RAG)".
_DEFINED = re.compile(r"((?:[\w’'-]+[ ]+){0,5}[\w’'-]+)\s*\(([A-Za-z][\w-]{1,11}?)s?\s*[);,]")


@dataclass(frozen=True, slots=True)
class _Text:
    """Title and abstract, with what the choice of keywords looks up in them."""

    title: tuple[tuple[str, ...], ...]
    abstract: tuple[tuple[str, ...], ...]
    padded: str
    """All words of the two as `key` writes them, between spaces."""
    defined: dict[str, str]
    """Abbreviations, as `key` writes them, with the terms that they stand for."""
    names: frozenset[str]


def keywords(title: str, abstract: str, limit: int = 6, counts: TermCounts | None = None) -> tuple[str, ...]:
    """Up to `limit` keywords, best first, written as in the text (lower case unless they are names).

    `counts` says how rare a term is among other papers; the bundled counts are taken without it.
    """
    counts = counts or bundled()
    text = _read(title, abstract, counts)
    written = _candidates(text, counts)
    scores = {term: _score(term, spelling, text, counts) for term, spelling in written.items()}
    casual = frozenset(term for term, spelling in written.items() if _is_casual(term, spelling, text, counts))
    return _choose(scores, written, text, casual, limit)


def _is_casual(term: str, spelling: str, text: _Text, counts: TermCounts) -> bool:
    """Whether a term is said in passing: a phrase of few other papers once, a common noun less than three times."""
    if is_name(spelling) or term in _defined(text):
        return False
    if any(f" {term} " in f" {key(words)} " for words in text.title):
        return False
    uses = text.padded.count(f" {term} ")
    return uses < 3 if " " not in term else uses == 1 and term not in counts.terms


def _defined(text: _Text) -> set[str]:
    return {key(full.split()) for full in text.defined.values()}


def _read(title: str, abstract: str, counts: TermCounts) -> _Text:
    parts = [tuple(phrase(run, counts.modifiers) for run in runs(part, counts.verbs)) for part in (title, abstract)]
    plain = [GLUED.sub(". ", readable(part)) for part in (title, abstract)]
    words = " | ".join(key(re.findall(r"[^\W_]+(?:[-'’./+][^\W_]+)*", part)) for part in plain)
    return _Text(parts[0], parts[1], f" {words} ", _abbreviations(" . ".join(plain)), _capitalized(readable(abstract)))


def _candidates(text: _Text, counts: TermCounts) -> dict[str, str]:
    """The terms that may be keywords, by key, each as it is written in the text."""
    written: dict[str, str] = {}
    # A title may have capitals throughout: the spelling of the abstract is better.
    for words in (*text.abstract, *text.title):
        for term in _terms(words, text, counts):
            written.setdefault(key(term), _spelled(term, text.names))
    for full in text.defined.values():
        written.setdefault(key(full.split()), _spelled(tuple(full.split()), text.names))
    found = {term: spelling for term, spelling in written.items() if f" {term} " in text.padded}
    return {
        term: spelling
        for term, spelling in found.items()
        if not _NO_END.search(spelling) and not _is_cut(term, found, text)
    }


def _is_cut(term: str, found: dict[str, str], text: _Text) -> bool:
    """Whether a term is the beginning of a longer one wherever it stands: "large language" of "language models"."""
    uses = text.padded.count(f" {term} ")
    longer = [other for other in found if f" {other} ".startswith(f" {term} ") and other != term]
    return any(text.padded.count(f" {other} ") == uses for other in longer)


def _terms(words: tuple[str, ...], text: _Text, counts: TermCounts) -> list[tuple[str, ...]]:
    """A noun phrase as a whole, and the parts of it that are terms of their own."""
    alone = {key(other) for other in (*text.abstract, *text.title) if len(other) > 1}
    found = [words] if 1 < len(words) <= _LONGEST and not all(is_plain(word) for word in words) else []
    for size in range(1, min(len(words), _LONGEST) + 1):
        for start in range(len(words) - size + 1):
            part = words[start : start + size]
            if size == 1:
                is_term = _is_term_alone(part[0], is_whole=len(words) == 1, counts=counts)
            else:
                term = key(part)
                is_term = term in alone or counts.terms.get(term, 0) >= _LEAST_PAPERS_OF_TERM
            if is_term:
                found.append(part)
    return found


def _is_term_alone(word: str, *, is_whole: bool, counts: TermCounts) -> bool:
    """Whether a single word is a term: a name, or a noun that stands alone."""
    if is_name(word):
        if "-" in word and is_adjective(word.rsplit("-", 1)[-1]):
            return False  # "LLM-based"
        return len(word) > 2 and word[0].isalpha() and re.fullmatch(r"[A-Z]\d+|\w+²", word) is None
    is_noun = not is_adjective(word) and not word.lower().endswith("ing") and word.lower() not in counts.modifiers
    return is_whole and is_noun and not is_plain(word) and len(word) > 3 and not re.search(r"[-'’\d]", word)


def _spelled(words: tuple[str, ...], names: frozenset[str]) -> str:
    return " ".join(word if is_name(word) or word in names else word.lower() for word in words)


def _capitalized(text: str) -> frozenset[str]:
    """Words with a capital between words in lower case ("a Markov chain") that never occur without it."""
    small = set(re.findall(r"\b[a-z]\w+", text))
    found = re.findall(r"(?<=[a-z,] )((?:[A-Z][a-z]+ )*[A-Z][a-z]+)(?= [a-z]|[,.;)])", text)
    return frozenset(word for phrase_text in found for word in phrase_text.split() if word.lower() not in small)


def _abbreviations(text: str) -> dict[str, str]:
    """Abbreviations that the text explains, with their terms, if the initials of its words are the abbreviation."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(text):
        letters = [char for char in match.group(2).lower() if char.isalpha()]
        words = match.group(1).split()
        for size in range(min(len(words), _LONGEST + 1), 1, -1):
            tail = words[-size:]
            is_phrase = not {tail[0].lower(), tail[-1].lower()} & STOP_WORDS
            if is_phrase and _initials(tail) == letters and len(letters) > 1:
                found[key([match.group(2)])] = " ".join(tail)
                break
    return found


def _initials(words: list[str]) -> list[str]:
    return [part[0].lower() for word in words for part in re.split(r"[-’']", word) if part]


def _score(term: str, spelling: str, text: _Text, counts: TermCounts) -> float:
    """How much a term says about the paper: its uses here, more if they are prominent, times its rarity elsewhere."""
    words = term.split()
    uses = text.padded.count(f" {term} ")
    short = next((abbreviation for abbreviation, full in text.defined.items() if key(full.split()) == term), None)
    if short is not None:
        uses += text.padded.count(f" {short} ")
    is_in_title = any(f" {term} " in f" {key(phrase_words)} " for phrase_words in text.title)
    weight = min(uses, 5) ** 0.6 + 1.2 * is_in_title + 0.8 * (short is not None)
    # A phrase is as special as its words are together; one that nobody else uses may be no term at all.
    rarity = 0.5 * counts.rarity(term) + 0.5 * sum(map(counts.rarity, words)) / len(words)
    if len(words) > 1 and uses == 1 and not is_in_title and term not in counts.terms:
        weight *= 0.6
    if len(words) == 1:
        weight *= _weight_of_single(spelling, uses, is_in_title=is_in_title)
    return float(weight * rarity)


def _weight_of_single(word: str, uses: int, *, is_in_title: bool) -> float:
    """A single word says less than a phrase; a common noun is a term only if the text comes back to it."""
    if is_name(word):
        return 0.75 if uses > 1 or is_in_title else 0.45
    return 0.55 if uses > 2 or (uses > 1 and not is_in_title) else 0.2


def _choose(
    scores: dict[str, float], written: dict[str, str], text: _Text, casual: frozenset[str], limit: int
) -> tuple[str, ...]:
    """The best terms, without those that are part of another one or its abbreviation; `casual` ones only if needed."""
    taken: list[str] = []
    for term in sorted(scores, key=lambda k: (k in casual, -scores[k], -len(k), k)):
        if term in casual and len(taken) >= _ENOUGH:
            break
        words = set(term.split())
        if any(words <= set(other.split()) or set(other.split()) <= words for other in taken):
            continue
        # "graph learning", "graph pruning" and "graph search" would say the same three times.
        if sum(1 for other in taken if words & set(other.split())) >= 2 or _is_short_for(term, taken, text):
            continue
        taken.append(term)
        if len(taken) == limit:
            break
    return tuple(written[term] for term in taken)


def _is_short_for(term: str, taken: list[str], text: _Text) -> bool:
    """Whether a term abbreviates one that is taken, or is spelled out by one."""
    if term in text.defined or any(key(text.defined.get(word, "").split()) in taken for word in term.split()):
        return True
    pairs = [(term, other) for other in taken] + [(other, term) for other in taken]
    return any(" " not in short and list(short) == _initials(full.split()) for short, full in pairs if " " in full)
