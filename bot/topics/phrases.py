"""Where the words of a term stand in a text: phrases next to each other, names in their order. Pure.

A term's words and a text's words need not correspond one to one: the term "pre training" finds the single word
"pretraining", the term "pretraining" finds "pre-training", and "diffus*" finds every word that begins so. That is why
both searches below step through the term and the text by different lengths.
"""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import NamedTuple

from bot.topics.indexed_text import IndexedText
from bot.topics.syntax_tree import is_prefix
from bot.topics.text import is_unspaced

MAX_JOINED_WORDS = 5
"""How many words of a term one word of a text may stand for."""


class Alternative(NamedTuple):
    """A word of a text that stands for `covers` words of a term; if `is_prefix`, each word that begins with it."""

    word: str
    covers: int
    is_prefix: bool


def alternatives_of(words: tuple[str, ...]) -> tuple[tuple[Alternative, ...], ...]:
    """For each word of a term, the words of a text that may stand for it alone or for it and the next ones."""
    by_start = []
    for start in range(len(words)):
        here: list[Alternative] = []
        for end in range(start + 1, min(start + MAX_JOINED_WORDS, len(words)) + 1):
            prefix = is_prefix(words[end - 1])
            joined = "".join(words[start:end]).removesuffix("*" if prefix else "")
            here.append(Alternative(joined, end - start, prefix))
            if prefix:  # a prefix is the end of its word: nothing can be joined after it
                break
        by_start.append(tuple(here))
    return tuple(by_start)


alternatives = functools.lru_cache(maxsize=4096)(alternatives_of)  # one term is looked for in many papers in a row


def find_phrase(text: IndexedText, words: tuple[str, ...]) -> tuple[int, int] | None:
    """The first (start, end) where the words stand next to each other; None if they do not."""
    if len(words) > 1:
        required = requirements(words)
        if not (required.pairs <= text.pair_set or may_match_compounds(text, required)):
            return None
    # Each way in which the term may begin: its first word alone, or joined with the next ones.
    starts = [
        (position, length, count)
        for word, count, prefix in alternatives(words)[0]
        for position, length in (text.prefix_positions(word) if prefix else text.positions(word))
    ]
    found: tuple[int, int] | None = None
    for position, length, count in sorted(starts):
        if found and position > found[0]:  # only a shorter match at the same position is better
            break
        end = position + length if count == len(words) else _phrase_end(text, words, position + length, count)
        if end is not None:
            found = min(found or (position, end), (position, end))
    return found


def _phrase_end(text: IndexedText, words: tuple[str, ...], position: int, done: int) -> int | None:
    """The earliest end of a phrase whose first `done` words end at `position`; None if the others do not follow.

    A search over (position, words done). States seen before are skipped: a phrase of one repeated syllable would
    otherwise take exponential time.
    """
    pending, seen, earliest = [(position, done)], set(), None
    options = alternatives(words)
    while pending:
        position, done = state = pending.pop()
        if done == len(words):
            earliest = position if earliest is None else min(earliest, position)
            continue
        if position >= len(text.words) or state in seen:
            continue
        seen.add(state)
        for candidate, length in text.words_at(position):
            for word, count, prefix in options[done]:
                if candidate == word or (prefix and text.has_prefix(position, length, word)):
                    pending.append((position + length, done + count))
    return earliest


def matches_name(names: IndexedText, start: int, end: int, words: tuple[str, ...]) -> bool:
    """Whether the name from `start` up to `end` has these words in their order.

    Others may stand between, and an initial matches a word.
    """
    reached = {0: start}  # number of the term's words found → the first position that is free then
    options = alternatives(words)
    for done in range(len(words)):
        if done not in reached:
            continue
        # In a script without spaces the characters of a name stand next to each other: 王明 is not 王小明.
        adjacent = done > 0 and is_unspaced(words[done]) and is_unspaced(words[done - 1])
        last = reached[done] + 1 if adjacent else end
        for position in range(reached[done], min(last, end)):
            for candidate, length in names.words_at(position):
                for word, count, prefix in options[done]:
                    initial = count == 1 and len(word) == 1 and not is_unspaced(word)
                    if candidate == word or ((prefix or initial) and candidate.startswith(word)):
                        after = position + length
                        reached[done + count] = min(reached.get(done + count, after), after)
    return len(words) in reached


# ── quick rejection ─────────────────────────────────────────────────────────────────────────────────────────────────


class Requirements(NamedTuple):
    """The sets by which a term is refused quickly, before its words are searched for in their order."""

    pairs: frozenset[tuple[str, str]]
    """The term's neighbouring words."""
    full_words: frozenset[str]
    """The words that can be looked up: no initials, no prefixes."""
    joined: frozenset[str]
    """The alternatives that stand for several words of the term."""
    all_words: frozenset[str]
    """All alternatives."""
    has_prefix: bool


@functools.lru_cache(maxsize=4096)
def requirements(words: tuple[str, ...]) -> Requirements:
    options = [option for here in alternatives(words) for option in here]
    return Requirements(
        pairs=frozenset(pairwise(words)),
        full_words=frozenset(word for word in words if len(word) > 1 and not is_prefix(word)),
        joined=frozenset(option.word for option in options if option.covers > 1),
        all_words=frozenset(option.word for option in options),
        has_prefix=any(option.is_prefix for option in options),
    )


def may_match_compounds(text: IndexedText, required: Requirements) -> bool:
    """Whether a joined word, a compound or a prefix may match, so that the sets of single words decide nothing."""
    if required.has_prefix:
        return True
    return not (text.word_set.isdisjoint(required.joined) and text.compound_set.isdisjoint(required.all_words))
