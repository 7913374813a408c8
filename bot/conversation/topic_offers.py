"""Offers of topics for what somebody typed, with what each would have brought, said before anything is followed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.dependencies import Insight
from bot.conversation.offers import Offers
from bot.conversation.topic_results import NotUnderstood
from bot.conversation.understanding_results import NoSubject, OfferedTopic, OfferNote, TopicOffer
from bot.decisions import refinements
from bot.errors import BadTopic
from bot.model import Backtest, ChatRef, Refinement, RefinementKind, is_interest
from bot.topics.typed import FEWEST_ABOUT, Guess, GuessKind, Understood, corrections, understand, unknown_words

MOST_OPTIONS = 4
"""Topics of one offer; a phone shows as many buttons without scrolling."""

_CATEGORIES = re.compile(r"(?<!\w)cat:([a-zA-Z.*-]+)")
_ONLY_CATEGORIES = re.compile(r"cat:[a-zA-Z.*-]+(?: OR cat:[a-zA-Z.*-]+)*")

_KINDS = {
    RefinementKind.CATEGORY: GuessKind.NARROWER,
    RefinementKind.SPELLING: GuessKind.SPELLING,
    RefinementKind.WORDING: GuessKind.WIDER,
    RefinementKind.INTEREST: GuessKind.ABOUT,
    RefinementKind.EVERYWHERE: GuessKind.EVERYWHERE,
}


class TopicOffers:
    """Makes offers; the buttons of their topics work for an hour."""

    def __init__(self, insight: Insight, offers: Offers) -> None:
        self._insight, self._offers = insight, offers

    async def offer(self, ref: ChatRef, typed: str) -> TopicOffer | NoSubject | NotUnderstood:
        """What somebody may want to follow, with the papers that it would have brought."""
        read = await asyncio.to_thread(understand, typed)
        if read is None:
            return NoSubject(typed.strip())
        if isinstance(read, BadTopic):
            return NotUnderstood.of(read)
        return await self.of(ref, read)

    async def narrowed(self, ref: ChatRef, query: str, words: str) -> TopicOffer | NoSubject | NotUnderstood:
        """The offer for words that narrow a topic which brings too much."""
        # A description can name categories, but no other part of a query.
        codes = _CATEGORIES.findall(query) if _ONLY_CATEGORIES.fullmatch(query) or is_interest(query) else []
        if codes and len(words.split()) >= FEWEST_ABOUT:
            return await self.offer(ref, f"about: {words}, in {', '.join(codes)}")
        return await self.offer(ref, f"({words}) AND ({query})")

    async def of(self, ref: ChatRef, read: Understood) -> TopicOffer:
        """The offer for what was understood."""
        read, corrected = await asyncio.to_thread(self._corrected, read)
        guesses = read.guesses[:MOST_OPTIONS]
        tested = await self._tested(guesses)
        # What brings nothing is no first choice where another reading brings something.
        if refinements.is_empty(tested) and (better := _better(guesses, tested)) is not None:
            others = [guess for guess in guesses if guess is not better]
            retested = await self._tested((better, *others))
            if retested.count:
                guesses, tested = (better, *others), retested
        kept = {GuessKind.AS_TYPED, GuessKind.CATEGORY}
        if refinements.is_empty(tested):  # most authors had no paper in these days
            kept.add(GuessKind.AUTHOR)
        options = [
            await self._option(ref, guess, count, tested)
            for guess, count in _counted(guesses, tested)
            if count != 0 or guess is guesses[0] or guess.kind in kept
        ]
        known = {option.query for option in options}
        for refinement in tested.refinements:
            if refinement.query not in known:
                options.append(await self._refined(ref, refinement, len(tested.days)))
        notes = (*_notes_on_reading(read, corrected), *self._notes_on_papers(read, tested))
        return TopicOffer(read.text, tuple(options[:MOST_OPTIONS]), tested, notes)

    async def _tested(self, guesses: Sequence[Guess]) -> Backtest:
        first, *others = [guess.topic.query for guess in guesses]
        return await self._insight.backtest(first, [query for query in others if not is_interest(query)])

    async def _option(self, ref: ChatRef, guess: Guess, count: int | None, tested: Backtest) -> OfferedTopic:
        query = guess.topic.query
        key = await self._offers.keep(ref, query)
        return OfferedTopic(guess.kind, query, key, guess.detail, count, len(tested.days))

    async def _refined(self, ref: ChatRef, refinement: Refinement, days: int) -> OfferedTopic:
        key = await self._offers.keep(ref, refinement.query)
        kind = _KINDS[refinement.kind]
        return OfferedTopic(kind, refinement.query, key, refinement.detail, refinement.count, days)

    def _corrected(self, read: Understood) -> tuple[Understood, str]:
        """What was probably meant by misspelt words, with the words as they were as the last choice."""
        first = read.guesses[0]
        is_named = first.kind is GuessKind.AUTHOR or not refinements.has_words(first.topic.query)
        if read.is_certain or is_named or read.english or not read.text.isascii():
            return read, ""
        found = corrections(read.text, self._insight.frequencies)
        text = read.text
        for word, correction in found.items():
            text = re.sub(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", correction, text)
        again = understand(text) if found else None
        if not isinstance(again, Understood):
            return read, ""
        as_typed = replace(read.guesses[0], kind=GuessKind.AS_TYPED, detail=read.text)
        author = [guess for guess in read.guesses if guess.kind is GuessKind.AUTHOR]
        others = [guess for guess in again.guesses if guess.kind is not GuessKind.AUTHOR]
        return replace(again, guesses=(*others[:2], *author, as_typed)), text

    def _notes_on_papers(self, read: Understood, tested: Backtest) -> list[tuple[OfferNote, str]]:
        """What is said of a topic that brings too much or nothing."""
        if refinements.is_too_broad(tested):
            return [(OfferNote.BROAD, "")]
        # A category may have no paper only because nobody has followed its archive so far.
        if not refinements.has_words(tested.query) or not refinements.is_empty(tested):
            return []
        notes = [(OfferNote.EMPTY, "")]
        is_plain = read.guesses[0].kind is not GuessKind.AUTHOR and not read.english
        unknown = unknown_words(read.text, self._insight.frequencies) if is_plain else ()
        if unknown:
            notes = [(OfferNote.UNKNOWN_WORDS, ", ".join(unknown))]
        if not read.english and refinements.is_foreign(tested.query or read.text):
            notes.append((OfferNote.FOREIGN, ""))
        return notes


def _better(guesses: Sequence[Guess], tested: Backtest) -> Guess | None:
    """The reading to test instead of the first one: one that brings something, else a description."""
    for guess, count in _counted(guesses, tested)[1:]:
        if count or (count is None and is_interest(guess.topic.query)):
            return guess
    return None


def _counted(guesses: Sequence[Guess], tested: Backtest) -> list[tuple[Guess, int | None]]:
    """The readings with the papers that each would have brought, None where that is not known."""
    beside = iter(tested.beside)
    counts: list[int | None] = [tested.count]
    counts += [None if is_interest(guess.topic.query) else next(beside, None) for guess in guesses[1:]]
    return [(guess, count if tested.days else None) for guess, count in zip(guesses, counts, strict=True)]


def _notes_on_reading(read: Understood, corrected: str) -> list[tuple[OfferNote, str]]:
    """What is said of how a text was read."""
    notes = [(OfferNote.CORRECTED, corrected)] if corrected else []
    if read.unknown_code:
        notes.append((OfferNote.NO_CATEGORY, read.unknown_code))
    if read.english:
        notes.append((OfferNote.TRANSLATED, read.english))
    if read.left:
        notes.append((OfferNote.LEFT_OUT, ", ".join(read.left)))
    if read.is_shortened:
        notes.append((OfferNote.SHORTENED, ""))
    if read.guesses and read.guesses[0].kind is GuessKind.EITHER:
        notes.append((OfferNote.EITHER, ""))
    return notes
