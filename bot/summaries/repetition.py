"""Whether a sentence of a full text says something that a card does not show yet. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries import deep_cues as cues
from bot.summaries.deep_parts import introduced_name
from bot.summaries.full_text_sentences import PaperSentence, content_words

_SAME = 0.7
"""The share of the words of the shorter sentence from which on two sentences say the same."""

_NEW_WORDS = 4
"""The words that a sentence must add to one that it resembles."""

_COVERED = 0.6
"""The share of the words of a sentence on performance from which on the rest of the card tells it already."""

_SIMILAR = {"prior_work": 0.55, "performance": 0.55, "results": 0.65}
"""By part, the share of the words from which on a sentence without new numbers resembles another. In other parts,
short sentences about the same thing may."""

_SAME_SENTENCE = 0.8
"""The share of all words from which on a sentence is one of those above."""

_INTRODUCED_AGAIN = 0.5
"""The share of the words from which on two sentences like "We introduce MapHopper, …" are about the same thing."""

# A number that is hardly the same by chance.
_EXACT = re.compile(r"[.,]\d|\d{3}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence on the card tells: its content words, its numbers, those of them that are measured amounts, the
    name that it gives to the paper's work, and whether it says what the authors made (but not that it is the first).
    """

    words: frozenset[str]
    numbers: frozenset[str]
    amounts: frozenset[str]
    introduced: str | None
    says_what_was_made: bool


def told(text: str, names: tuple[str, ...]) -> Told:
    """What `text` tells; `names` are those of the paper's own work."""
    amounts = " ".join(match.group() for match in cues.AMOUNT.finditer(text))
    return Told(
        content_words(text),
        frozenset(_NUMBER.findall(text)),
        frozenset(_NUMBER.findall(amounts)),
        introduced_name(text, names),
        cues.MADE.search(text) is not None and cues.FIRST.search(text) is None,
    )


def is_new(sentence: PaperSentence, part: str, taken: list[Told], above: list[Told]) -> bool:
    """Whether it tells in `part` something beyond the sentences of the parts (`taken`) and those `above` them.

    A result may say with its numbers what a takeaway says in short; sentences of other parts may not.
    """
    own = told(sentence.text, sentence.names)
    if any(len(own.words & other.words) >= _SAME_SENTENCE * len(own.words | other.words) for other in above):
        return False
    if any(_says_the_same(own, other, names_data=sentence.names_data) for other in taken):
        return False
    not_again = [] if part == "results" and own.amounts else above
    exact = frozenset(number for number in own.amounts if _EXACT.search(number))
    if exact and exact <= frozenset().union(*(other.numbers for other in (*taken, *not_again))):
        return False
    everything = frozenset().union(*(other.words for other in (*taken, *above)))
    if part == "performance" and not own.amounts and len(own.words & everything) >= _COVERED * len(own.words):
        return False
    return not (
        any(_says_no_more(own, other) for other in not_again)
        or any(_adds_little(own, other, _SIMILAR.get(part, 1.0)) for other in taken)
    )


def _says_the_same(own: Told, other: Told, *, names_data: bool) -> bool:
    # With other numbers the same words tell of another result, if they say on which data.
    is_other_result = names_data and not own.numbers <= other.numbers
    if not is_other_result and _shared(own, other) >= _SAME * min(len(own.words), len(other.words)):
        return True
    return own.introduced is not None and own.introduced == other.introduced


def _says_no_more(own: Told, other: Told) -> bool:
    """Whether most of its words stand in the other one, and all of its amounts."""
    shared = _shared(own, other)
    if own.says_what_was_made and other.says_what_was_made and len(own.words) - shared <= _NEW_WORDS:
        return shared >= _INTRODUCED_AGAIN * min(len(own.words), len(other.words))
    return own.amounts <= other.numbers and shared >= _SAME * len(own.words)


def _adds_little(own: Told, other: Told, similar: float) -> bool:
    shared = _shared(own, other)
    resembles = shared >= similar * min(len(own.words), len(other.words))
    return own.numbers <= other.numbers and resembles and len(own.words) - shared < _NEW_WORDS


def _shared(own: Told, other: Told) -> int:
    return len(own.words & other.words)
