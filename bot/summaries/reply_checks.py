"""How much a reply must give, and which of its keywords are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Paper
from bot.model.languages import is_english
from bot.summaries.claim_checks import check_term
from bot.summaries.forbidden_text import cleaned
from bot.summaries.quotes import fold, words
from bot.summaries.sentences import split
from bot.summaries.source_text import SourceText

LONGEST_HEADLINE = 260
"""Characters a headline may have."""

MOST_TAKEAWAYS = 7
LEAST_TAKEAWAYS = 3
"""With fewer a model is asked again, unless the abstract is too short for more."""

_MOST_KEYWORDS = 8


def check_keywords(keywords: Iterable[str], source: SourceText, language: str) -> tuple[str, ...]:
    """The keywords that pass, without duplicates. In English each consists of words of the source."""
    passed: dict[str, str] = {}
    for raw in keywords:
        term = cleaned(raw).strip(" .;:#")
        if len(term) < 2 or check_term(term, source, language, 60):
            continue
        if is_english(language) and not _is_in_source(term, source):
            continue
        passed.setdefault(term.casefold(), term)
    return tuple(passed.values())[:_MOST_KEYWORDS]


def least_takeaways(paper: Paper) -> int:
    """How many takeaways an abstract must give: three, or as many as it has sentences beside the headline's."""
    return max(min(LEAST_TAKEAWAYS, len(split(paper.abstract)) - 1), 0)


def _is_in_source(term: str, source: SourceText) -> bool:
    """Whether the source has every longer word of a keyword, if in another form, or spells out the acronym."""
    vocabulary = source.vocabulary
    long_words = [word for word in words(term) if len(word) > 2]
    if not long_words:
        return fold(term) in vocabulary.folded
    stems = vocabulary.stems | frozenset(stem.rstrip("s") for stem in vocabulary.stems)
    if all(word[:6].rstrip("s") in stems or word in vocabulary.words for word in long_words):
        return True
    return vocabulary.spells_out(term.removesuffix("s"))
