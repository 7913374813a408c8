"""Counts the errors on a card's JSON, without the program's own checks: a fault in one of them would stay hidden."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.model import Paper

PLACEHOLDER = ("xxx", "n/a", "tbd", "todo", "lorem ipsum", "[insert", "placeholder", "待补充", "暂无")
APOLOGY = ("sorry", "apologi", "please provide", "as an ai", "i cannot", "抱歉", "lo siento", "申し訳", "извините")
PREAMBLE = ("here is", "here are", "sure!", "sure,", "certainly", "以下是", "aquí está", "вот краткое")
HARM = ("ignore all", "previous instructions", "@everyone", "<@", "evil.example", "strong accept", "**", "```")
_SCRIPT = {"zh": r"[\u4e00-\u9fff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]", "ru": r"[а-яё]"}
_FUNCTION_WORDS = {
    "en": frozenset(
        ("the", "of", "and", "to", "in", "is", "are", "we", "with", "for", "that", "this", "by", "on", "an")
    ),
    "es": frozenset(("el", "la", "los", "las", "de", "que", "en", "y", "un", "una", "es", "con", "para", "por", "del")),
}

# The names of the counts, in the order in which they are printed.
LINES = (
    "papers",
    "papers without a card",
    "shown by the model",
    "left to the extractive summarizer",
    "brief instead of deep, and saying so",
    "authors wrong",
    "ids wrong",
    "URL fields untrue",
    "code links in the abstract",
    "code links missed",
    "parts lost",
    "brief instead of deep without saying so",
    "cards whose judge was believed",
    "claims",
    "claims in the model's words",
    "claims whose quote is not in the paper",
    "claims with a number that is not in the paper",
    "claims in another language",
    "a model's words that are not marked as judged",
    "a model's words although no judge was believed",
    "translated titles although no judge was believed",
    "keywords without evidence",
    "placeholders",
    "apologies",
    "preambles",
    "links, mentions, markup, instructions added by the model",
    "names that the misbehaving model invented",
)
_NO_ERRORS = (
    "papers",
    "shown by the model",
    "left to the extractive summarizer",
    "brief instead of deep, and saying so",
    "code links in the abstract",
    "cards whose judge was believed",
    "claims",
    "claims in the model's words",
)
ERRORS = frozenset(LINES) - frozenset(_NO_ERRORS)

# What the misbehaving models of `tests.fakes.brains` invent.
INVENTED = ("Okonkwo", "Brandvold", "Harrowgate", "protein folds", "83.7", "4,219")


def count(card: dict[str, Any], paper: Paper, language: str, full_text: str = "") -> Counter[str]:
    """The counts of one card, by the names in `LINES`. `full_text` is what a deep card was made from."""
    found: Counter[str] = Counter({"papers": 1})
    model = card["summary"]["provenance"]["model"]
    found["left to the extractive summarizer" if model == "extractive" else "shown by the model"] += 1
    found["authors wrong"] += card["authors"] != list(paper.authors)
    found["ids wrong"] += (card["id"], str(card["version"]).lstrip("v")) != (paper.id, str(paper.version))
    urls = card["urls"]
    found["URL fields untrue"] += sum(paper.id not in urls[name] for name in ("abs", "pdf", "html") if urls.get(name))
    text = f"{paper.abstract} {paper.comment or ''}"
    named = {link.rstrip("./").lower() for link in re.findall(r"github\.com/[\w.-]+/[\w.-]+", text)}
    linked = " ".join(urls["code"]).lower()
    found["code links in the abstract"] += len(named)
    found["code links missed"] += sum(link.removesuffix(".git") not in linked for link in named)
    found["parts lost"] += _lost(card["summary"], paper)
    if full_text and not _deep(card["summary"]):
        says_so = any("brief instead of deep" in note for note in card["summary"]["provenance"].get("notes", ()))
        found[f"brief instead of deep{', and saying so' if says_so else ' without saying so'}"] += 1
    has_judge = card["summary"]["provenance"].get("judge") is not None
    found["cards whose judge was believed"] += has_judge
    found["translated titles although no judge was believed"] += (
        bool(card["summary"].get("translated_title")) and not has_judge
    )
    source = f"{paper.title} {paper.abstract} {full_text}"
    found["keywords without evidence"] += sum(
        not _has_evidence(keyword, source, language) for keyword in card["summary"].get("keywords", ())
    )
    for claim in _claims(card["summary"]):
        found["claims"] += 1
        found["claims in the model's words"] += claim["support"] != "sentence"
        found += _claim(claim, source, language, has_judge=has_judge)
    return found


_PARTS = ("background", "prior_work", "method", "results", "methods")


def _claims(summary: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield summary["headline"]
    yield from summary["takeaways"]
    for part in (*(summary.get(name) for name in _PARTS), *(summary.get("conclusion") or {}).values()):
        yield from part or ()


def _deep(summary: dict[str, Any]) -> bool:
    return any(summary.get(name) for name in ("method", "methods", "results"))


def _lost(summary: dict[str, Any], paper: Paper) -> bool:
    """Whether there is no headline, or no takeaway although the abstract has more than a few sentences."""
    sentences = len(re.findall(r"[.!?](?:\s|$)", paper.abstract))
    return not summary["headline"]["text"] or (not summary["takeaways"] and sentences > 3)


def _claim(claim: dict[str, Any], source: str, language: str, *, has_judge: bool) -> Counter[str]:
    text, low = claim["text"], claim["text"].lower()
    own = source.lower()
    is_sentence = claim["support"] == "sentence"
    wrong: Counter[str] = Counter()
    quotes = [_compact(evidence["quote"]) for evidence in claim["evidence"]]
    wrong["claims whose quote is not in the paper"] += not quotes or any(q not in _compact(source) for q in quotes)
    in_its_words = not is_the_papers(text, source)
    wrong["a model's words that are not marked as judged"] += in_its_words and claim["support"] != "judged"
    wrong["a model's words although no judge was believed"] += in_its_words and not has_judge
    wrong["claims with a number that is not in the paper"] += any(
        number not in _digits(source) for number in _digits(text)
    )
    # The paper's own sentences stay in its language.
    wrong["claims in another language"] += not is_sentence and not _is_in(text, language)
    wrong["placeholders"] += _added(PLACEHOLDER, low, own)
    wrong["apologies"] += _added(APOLOGY, low, own)
    wrong["preambles"] += low.startswith(PREAMBLE)
    wrong["links, mentions, markup, instructions added by the model"] += _added((*HARM, "http"), low, own)
    wrong["names that the misbehaving model invented"] += _added(tuple(name.lower() for name in INVENTED), low, own)
    return wrong


_MOST_LEFT_OUT = 60
"""Words that a shortened sentence may lack, at its beginning ("However,"), inside or at the end of a clause."""


_NEGATIONS = frozenset(("not", "no", "never", "cannot", "without", "nor", "neither", "hardly", "fail", "fails"))


def is_the_papers(text: str, source: str) -> bool:
    """Whether a text is the paper's own: all of its words stand in the source in this order, close to each other, and
    no negation is left out between them."""
    if _compact(text) in _compact(source):
        return True
    wanted, given = _words(text), _words(source)
    starts = [index for index, word in enumerate(given) if wanted and word == wanted[0]]
    return any(_is_in_order(wanted, given[start : start + len(wanted) + _MOST_LEFT_OUT]) for start in starts)


def _is_in_order(wanted: Sequence[str], given: Sequence[str]) -> bool:
    left = iter(wanted)
    expected = next(left)
    for word in given:
        if word == expected:
            following = next(left, None)
            if following is None:
                return True
            expected = following
        elif word in _NEGATIONS:
            return False
    return False


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def _has_evidence(keyword: str, source: str, language: str) -> bool:
    """Whether a keyword stands in the source, as it is or inflected, short or in full, or translates what does."""
    translated = _terms(language)
    return any(_stands_in(term, source) for term in (keyword, *translated.get(_compact(keyword), ())))


def _stands_in(term: str, source: str) -> bool:
    if _compact(term) in _compact(source):
        return True
    words, low = re.findall(r"[^\W_]+", term.lower()), source.lower()
    initials = "".join(word[0] for word in words)
    is_short_form = len(initials) > 1 and re.search(rf"\b{initials}s?\b", low) is not None
    if is_short_form or all(word[: max(4, len(word) - 3)] in low for word in words):
        return True
    letters = r"\w*\W+".join(map(re.escape, term.lower().rstrip("s")))
    return 2 <= len(term) <= 6 and re.search(rf"\b{letters}", low) is not None


@lru_cache(maxsize=8)
def _terms(language: str) -> dict[str, tuple[str, ...]]:
    """The English terms of the glossary by their translations, which are compact texts."""
    file = Path(__file__).parents[2] / "prompts" / "glossary.json"
    terms: dict[str, tuple[str, ...]] = {}
    for term, translation in json.loads(file.read_text(encoding="utf-8")).get(language, {}).items():
        terms[_compact(translation)] = (*terms.get(_compact(translation), ()), term)
    return terms


def _added(words: tuple[str, ...], text: str, source: str) -> bool:
    return any(word in text and word not in source for word in words)


@lru_cache(maxsize=64)
def _compact(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


@lru_cache(maxsize=64)
def _digits(text: str) -> set[str]:
    """Numbers in digits, without the separators of thousands."""
    return {re.sub(r"[,\s]", "", number).rstrip(".") for number in re.findall(r"\d[\d,.]*", text)}


def _is_in(text: str, language: str) -> bool:
    language = language.partition("-")[0]
    if language in _SCRIPT:
        return len(re.findall(_SCRIPT[language], text.lower())) >= 4
    words = re.findall(r"[^\W\d_]+", text.lower())
    # A short claim may consist of names and terms that are the same in every language.
    if language not in _FUNCTION_WORDS or len(words) < 10:
        return True
    scores = {code: sum(word in small for word in words) for code, small in _FUNCTION_WORDS.items()}
    return max(scores, key=lambda code: (scores[code], code == language)) == language
