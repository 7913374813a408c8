"""Why a paper is where it is, in data; `bot.render` says it in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.arxiv.acceptance import Acceptance
from bot.model import Reason, ReasonKind

MOST_TERMS = 3
"""Words that one reason names."""

MOST_REASONS = 4
"""A card has room for about three."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a paper.

    `terms` are the words that make it match exactly, and `categories` those of them that are categories. `interest` are
    the words that it shares with an interest of the chat, None if no interest brought it. `liked` counts the liked
    papers that it is close to, `learned` are words that the chat's votes speak for. `author` is whom the chat follows;
    `chats` counts the chats that liked it, 0 where that is not told.
    """

    terms: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    interest: tuple[str, ...] | None = None
    liked: int = 0
    learned: tuple[str, ...] = ()
    author: str = ""
    accepted: Acceptance | None = None
    has_code: bool = False
    chats: int = 0
    is_guess: bool = False


def explain(evidence: Evidence) -> tuple[Reason, ...]:
    """The reasons for a paper's place, the strongest first."""
    return tuple(_reasons(evidence))[:MOST_REASONS]


def _reasons(evidence: Evidence) -> Iterator[Reason]:
    """In the order in which a reader would want to know: what it is about, whose taste speaks for it, its rank."""
    if evidence.is_guess:
        yield Reason(ReasonKind.GUESS)
    if evidence.interest is not None:
        yield Reason(ReasonKind.INTEREST, _listed(evidence.interest))
    if evidence.terms:
        yield Reason(ReasonKind.TERMS, _listed(evidence.terms))
    if evidence.author:
        yield Reason(ReasonKind.AUTHOR, evidence.author)
    if evidence.liked:
        yield Reason(ReasonKind.LIKED, count=evidence.liked)
    elif evidence.learned and not evidence.is_guess:
        yield Reason(ReasonKind.LEARNED, _listed(evidence.learned))
    if evidence.accepted and evidence.accepted.honour:
        yield Reason(ReasonKind.AWARD, evidence.accepted.honour)
    if evidence.accepted:
        yield Reason(ReasonKind.ACCEPTED, evidence.accepted.name)
    if evidence.chats:
        yield Reason(ReasonKind.VOTES, count=evidence.chats)
    # A whole category says little: only where nothing else does.
    if evidence.categories and not evidence.terms and evidence.interest is None:
        yield Reason(ReasonKind.TERMS, _listed(evidence.categories))
    if evidence.has_code:
        yield Reason(ReasonKind.CODE)


def _listed(terms: tuple[str, ...]) -> str:
    return ", ".join(terms[:MOST_TERMS])
