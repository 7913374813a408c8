"""Why a card is shown and why it stands where it does, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import Card, Reason, ReasonKind, topic_label
from bot.render.labels import label
from bot.render.plain import one_line, shortened

MOST_CHARACTERS = 100
"""The line is to be taken in at a glance; reasons that do not fit are left out, the weakest first."""

_NOT_IN_A_LIST = frozenset({ReasonKind.TERMS, ReasonKind.INTEREST, ReasonKind.CODE})
"""Said on whole cards only: they tell little that a title does not."""


def match_reasons(card: Card) -> str:
    """The words that made a card match: "talking head, cs.CV"; those of another topic follow after a semicolon.

    Empty if nothing is known.
    """
    # A dictionary keeps the order and drops repetition: several topics may match by the same words.
    reasons: dict[str, None] = {}
    for match in card.matched:
        terms = [one_line(term) for term in match.because] or [one_line(topic_label(match.topic))]
        reasons[", ".join(terms)] = None
    return "; ".join(reasons)


def reasons_line(card: Card, language: str, *, is_short: bool = False) -> str:
    """ "matched: talking head · close to 3 papers you liked · oral at ICML 2026", at most `MOST_CHARACTERS` long.

    `is_short`: without what is said of nearly every paper. A card without reasons says what made it match; empty if
    nothing is known.
    """
    if not card.reasons:
        matched = "" if is_short else match_reasons(card)
        return f"{label('matched', language)}: {matched}" if matched else ""
    line = ""
    for phrase in _phrases([reason for reason in card.reasons if _is_told(reason, card, is_short)], language):
        joined = f"{line} · {phrase}" if line else shortened(phrase, MOST_CHARACTERS)
        if len(joined) <= MOST_CHARACTERS:
            line = joined
    return line


def _is_told(reason: Reason, card: Card, is_short: bool) -> bool:
    if reason.kind is ReasonKind.CODE and (card.links.code or card.links.project):
        return False  # its links stand on the card
    return not (is_short and reason.kind in _NOT_IN_A_LIST)


def is_guess(card: Card) -> bool:
    """Whether the card was chosen to learn from."""
    return any(reason.kind is ReasonKind.GUESS for reason in card.reasons)


def reason_sentences(card: Card, language: str) -> list[str]:
    """The reasons as sentences, the strongest first."""
    return [
        label("reason", language, phrase=f"{phrase[0].upper()}{phrase[1:]}")
        for phrase in _phrases(list(card.reasons), language)
    ]


def _phrases(reasons: list[Reason], language: str) -> Iterator[str]:
    honour = next((reason.detail for reason in reasons if reason.kind is ReasonKind.AWARD), "")
    for reason in reasons:
        if reason.kind is ReasonKind.ACCEPTED and honour:
            named = label(f"honour: {honour}", language)
            yield label("reason: accepted with honour", language, venue=one_line(reason.detail), honour=named)
        elif phrase := _phrase(reason, language):
            yield phrase


def _phrase(reason: Reason, language: str) -> str:
    """A reason in words; none for an award, which is said with the venue."""
    words = one_line(reason.detail)
    match reason.kind:
        case ReasonKind.TERMS:
            return f"{label('matched', language)}: {words}"
        case ReasonKind.INTEREST | ReasonKind.LEARNED:
            return label(f"reason: {reason.kind}", language, words=words)
        case ReasonKind.AUTHOR:
            return label("reason: author", language, name=words)
        case ReasonKind.LIKED:
            return label("reason: liked", language, n=reason.count)
        case ReasonKind.ACCEPTED:
            return label("reason: accepted", language, venue=words)
        case ReasonKind.VOTES:
            return label("reason: votes", language, n=reason.count)
        case ReasonKind.GUESS | ReasonKind.CODE:
            return label(f"reason: {reason.kind}", language)
        case ReasonKind.AWARD:
            return ""
