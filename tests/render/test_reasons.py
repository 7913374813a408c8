"""Why a card stands where it does, in one short line on every platform."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.acceptance import HONOURS
from bot.locales import INTERFACE_LANGUAGES
from bot.model import Card, FoundLinks, Reason, ReasonKind, Style
from bot.render.formats import FORMATS, render
from bot.render.labels import LABELS
from bot.render.reasons import MOST_CHARACTERS, reason_sentences, reasons_line
from handlers.discord import cards as discord_cards
from handlers.telegram import cards as telegram_cards
from tests.render.samples import CARD, DIGEST

TERMS = Reason(ReasonKind.TERMS, "talking head")
LIKED = Reason(ReasonKind.LIKED, count=3)
ORAL = (Reason(ReasonKind.AWARD, "oral"), Reason(ReasonKind.ACCEPTED, "ICML 2026"))
CODE = Reason(ReasonKind.CODE)
GUESS = Reason(ReasonKind.GUESS)


def card(*reasons: Reason) -> Card:
    return replace(CARD, reasons=reasons)


def test_the_reasons_stand_on_one_line_the_strongest_first() -> None:
    said = reasons_line(card(TERMS, LIKED, *ORAL), "en")
    assert said == "matched: talking head · close to 3 papers you liked · oral at ICML 2026"


def test_without_reasons_a_card_says_what_matched() -> None:
    assert reasons_line(CARD, "en") == "matched: talking head, cs.CV"
    assert reasons_line(replace(CARD, matched=()), "en") == ""


def test_a_guess_is_called_a_guess() -> None:
    assert reasons_line(card(GUESS, TERMS), "en") == "a guess: your vote will tell · matched: talking head"


def test_reasons_that_do_not_fit_are_left_out() -> None:
    words = Reason(ReasonKind.INTEREST, "audio-driven talking heads, lip synchronization, facial animation")
    said = reasons_line(card(words, LIKED, Reason(ReasonKind.VOTES, count=4)), "en")
    assert said == "about audio-driven talking heads, lip synchronization, facial animation · liked in 4 chats"


def test_code_is_a_reason_where_no_link_shows_it() -> None:
    assert reasons_line(card(TERMS, CODE), "en") == "matched: talking head"
    assert reasons_line(replace(card(TERMS, CODE), links=FoundLinks()), "en") == "matched: talking head · has code"


def test_a_compact_card_says_only_what_makes_it_stand_out() -> None:
    assert reasons_line(card(TERMS, LIKED, CODE), "en", is_short=True) == "close to 3 papers you liked"
    assert reasons_line(card(TERMS, CODE), "en", is_short=True) == ""
    assert reasons_line(CARD, "en", is_short=True) == ""


PAYLOADS = {"telegram": telegram_cards.payloads, "discord": discord_cards.payloads}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("style", Style)
def test_every_format_shows_the_reasons(form: str, style: Style) -> None:
    digest = replace(DIGEST, cards=(card(TERMS, LIKED, *ORAL),))
    # A platform's list has no room for them: they stand on the card that it opens.
    is_list = form in PAYLOADS and style is not Style.CARDS
    for shown in (digest.cards[0],) if is_list else (digest, digest.cards[0]):
        said = re.sub(r"\s+", " ", render(shown, form, language="en", style=style, payloads=PAYLOADS.get(form)))
        assert re.search("close to 3 papers you liked", said, re.IGNORECASE)


def test_json_has_the_reasons_as_sentences_and_says_whether_it_is_a_guess() -> None:
    said = json.loads(render(card(TERMS, LIKED, *ORAL, CODE), "json", language="zh"))
    assert said["reasons"] == [
        "Matched: talking head.",
        "Close to 3 papers you liked.",
        "Oral at ICML 2026.",
        "Has code.",
    ]
    assert said["guess"] is False
    assert json.loads(render(card(GUESS), "json", language="en"))["guess"] is True
    assert json.loads(render(CARD, "json", language="en"))["reasons"] == []


def test_each_reason_is_said_in_every_language() -> None:
    for language in INTERFACE_LANGUAGES:
        reasons = [Reason(kind, "x1", 2) for kind in ReasonKind if kind is not ReasonKind.AWARD]
        lines = [reasons_line(replace(card(reason), links=FoundLinks()), language) for reason in reasons]
        assert all(lines), language
        assert len(set(lines)) >= len(lines) - 1, language  # in some languages what matched is said like an interest
        assert all(f"honour: {honour}" in LABELS for honour in HONOURS)


def test_one_liked_paper_is_one() -> None:
    assert reason_sentences(card(Reason(ReasonKind.LIKED, count=1)), "en") == ["Close to a paper you liked."]


texts = st.text(max_size=150)
reasons = st.builds(
    lambda kind, text, honour, count: Reason(kind, honour if kind is ReasonKind.AWARD else text, count),
    st.sampled_from(ReasonKind),
    texts,
    st.sampled_from(HONOURS),
    st.integers(1, 999),
)


@given(st.lists(reasons, max_size=6), st.sampled_from(INTERFACE_LANGUAGES), st.booleans())
def test_the_line_is_short_and_one_line_whatever_the_reasons_hold(
    some: list[Reason], language: str, is_short: bool
) -> None:
    said = reasons_line(card(*some), language, is_short=is_short)
    if some:
        assert len(said) <= MOST_CHARACTERS
    assert "\n" not in said
