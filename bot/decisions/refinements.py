"""What to follow instead of a topic that brings too much or nothing. Pure."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot import topics
from bot.decisions import matches
from bot.decisions.backtests import Findings, interest_of
from bot.errors import BadTopic
from bot.model import Backtest, Paper, Refinement, RefinementKind, is_interest, join_query, split_query
from bot.topics import And, Category, Field, Node, Or, Term, interest_parts
from bot.topics.syntax_tree import affirmed, leaves, normalize, query_text
from bot.topics.text import words

TOO_MANY_A_DAY = 50
"""A topic with more papers a day is too broad: a digest of ten cards names thirty."""

MOST_OFFERED = 2
"""Topics that are offered instead of one."""

ALIKE = 0.8
"""The least `difflib` ratio of a word and its correction."""

FEWEST_PAPERS = 3
"""Papers that must use a wording before it is offered."""

_BEYOND_LATIN = "\N{GREEK CAPITAL LETTER HETA}"
"""The first character of the scripts after Latin and its accents; some Vietnamese ones come later."""


def is_too_broad(tested: Backtest) -> bool:
    """Whether a topic brings more than its readers can look at."""
    return tested.a_day > TOO_MANY_A_DAY


def is_empty(tested: Backtest) -> bool:
    """Whether a topic brought nothing on any of the days that were looked at."""
    return bool(tested.days) and tested.last_match is None


def refinements(tested: Backtest, found: Findings) -> tuple[Refinement, ...]:
    """Topics to follow instead of one that is too broad, or brought nothing; none for other topics."""
    if is_too_broad(tested):
        offered = _in_category(tested, found)
    elif is_empty(tested):
        offered = _wider(tested.query, found)
    else:
        return ()
    different = {each.query: each for each in offered if each.query != tested.query}
    return tuple(different.values())[:MOST_OFFERED]


def is_foreign(query: str) -> bool:
    """Whether a normalized topic has an interest that is mostly in another script than the papers, such as Chinese."""
    letters = [char for char in split_query(query)[1] if char.isalpha()]
    return 2 * sum(char >= _BEYOND_LATIN for char in letters) > len(letters)


def has_words(query: str) -> bool:
    """Whether a normalized topic asks for more than categories."""
    topic = matches.parsed(query)
    return topic is None or bool(topic.about) or any(isinstance(leaf, Term) for leaf in affirmed(topic.node))


# ── too broad ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_category(tested: Backtest, found: Findings) -> Iterator[Refinement]:
    """The topic in one category that most of its best papers are in, and that leaves some of the others out."""
    topic = matches.parsed(tested.query)
    if topic is None or not has_words(tested.query):
        return
    named = {leaf.code for leaf in leaves(topic.node) if isinstance(leaf, Category)}
    of_best = Counter(code for _, _, entry in found.best for code in set(entry.paper.categories) - named)
    for code, count in of_best.most_common():
        if 2 * count >= len(found.best) and found.categories[code] < 0.8 * found.count:
            node = normalize(And((topic.node, Category(code))))
            if query := _parsed(query_text(node), topic.about):
                yield Refinement(RefinementKind.CATEGORY, query, code, found.categories[code])


# ── nothing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _wider(query: str, found: Findings) -> Iterator[Refinement]:
    yield from _spelled(query, found)
    if is_interest(query):
        yield from _everywhere(query)
        return
    interest = interest_of(query)
    if interest and found.about and (parsed := _parsed("", split_query(interest)[1])):
        yield Refinement(RefinementKind.INTEREST, parsed, count=found.about)
    yield from _worded(query, found)


def _spelled(query: str, found: Findings) -> Iterator[Refinement]:
    """The topic with words of titles in place of words that no paper has."""
    known = Counter(word for title in found.titles for word in set(re.findall(r"[a-z]{3,}", title.casefold())))
    exact, about = split_query(query)
    corrections = {}
    for word in found.unseen:
        if word.isascii() and word.isalpha() and len(word) > 3 and (correction := _correction(word, known)):
            corrections[word] = correction
    if not corrections:
        return
    for word, correction in corrections.items():
        about = re.sub(rf"(?i)\b{re.escape(word)}\b", correction, about)
    topic = matches.parsed(exact) if exact else None
    node = _with_words(topic.node, corrections) if topic else None
    if corrected := _parsed(query_text(normalize(node)) if node else "", about):
        yield Refinement(RefinementKind.SPELLING, corrected, ", ".join(corrections.values()))


def _correction(word: str, known: Counter[str]) -> str | None:
    """The word of titles that is most like a word, of equal ones the more frequent."""
    alike = [other for other in known if other[0] == word[0] and abs(len(other) - len(word)) <= 2]
    close = difflib.get_close_matches(word, alike, n=3, cutoff=ALIKE)
    likeness = {other: difflib.SequenceMatcher(None, word, other).ratio() for other in close}
    return max(close, key=lambda other: (round(likeness[other], 2), known[other]), default=None)


def _with_words(node: Node, corrections: dict[str, str]) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_with_words(part, corrections) for part in node.parts))
    if isinstance(node, Term) and node.field is not Field.AUTHOR:
        return Term(node.field, tuple(corrections.get(word, word) for word in node.words))
    return node


def _everywhere(query: str) -> Iterator[Refinement]:
    """An interest without its categories."""
    parts = interest_parts(split_query(query)[1])
    if parts.categories:
        text = "; not ".join((parts.wanted, *parts.unwanted))
        if wider := _parsed("", text):
            yield Refinement(RefinementKind.EVERYWHERE, wider, ", ".join(parts.categories))


def _worded(query: str, found: Findings) -> Iterator[Refinement]:
    """The topic, or else another wording of it that close papers have."""
    topic = matches.parsed(query)
    terms = [leaf for leaf in affirmed(topic.node) if isinstance(leaf, Term)] if topic else []
    close = [entry.paper for _, _, entry in found.near]
    if topic is None or topic.about or len(terms) != 1:
        return
    asked = terms[0].words
    wording = _short_or_long_form(asked, close) or _frequent_pair(asked, close)
    if wording is None:
        return
    other = Term(terms[0].field, words(wording))
    if wider := _parsed(query_text(normalize(_with_alternative(topic.node, terms[0], other))), ""):
        yield Refinement(RefinementKind.WORDING, wider, wording)


def _with_alternative(node: Node, term: Term, other: Term) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_with_alternative(part, term, other) for part in node.parts))
    return Or((term, other)) if node == term else node


def _short_or_long_form(asked: tuple[str, ...], papers: Sequence[Paper]) -> str | None:
    """The words that papers abbreviate so, or their abbreviation: "large language models (LLMs)"."""
    forms: Counter[str] = Counter()
    for paper in papers:
        for match in re.finditer(r"((?:[A-Za-z]+[ -]){1,7})\(([A-Z][A-Za-z]{1,7})\)", paper.abstract):
            short = words(match[2])
            long = words(match[1])[-len(short[0]) :] if short else ()
            if "".join(word[0] for word in long) != "".join(short):
                continue
            if short == asked:
                forms[" ".join(long)] += 1
            elif long[-len(asked) :] == asked:
                forms[match[2].removesuffix("s")] += 1
    return max(forms, key=lambda form: (forms[form], form), default=None)


def _frequent_pair(asked: tuple[str, ...], papers: Sequence[Paper]) -> str | None:
    """The two neighbouring words that most titles of these papers have."""
    pairs = Counter(pair for paper in papers for pair in set(pairwise(words(paper.title))))
    frequent = {
        pair: count
        for pair, count in pairs.items()
        if count >= max(FEWEST_PAPERS, len(papers) / 4) and min(map(len, pair)) > 3 and not set(pair) <= set(asked)
    }
    best = max(frequent, key=lambda pair: (frequent[pair], pair), default=None)
    return " ".join(best) if best else None


def _parsed(exact: str, about: str) -> str | None:
    """A topic in normal form; None if it cannot be followed."""
    try:
        return topics.parse(join_query(exact, about)).query
    except BadTopic:
        return None
