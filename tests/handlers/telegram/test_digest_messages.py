"""A digest on Telegram: one list, or cards in at most two messages, with the buttons that open more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import (
    JSON,
    Card,
    Chat,
    ChatKind,
    ChatRef,
    Claim,
    Digest,
    OpensIn,
    Part,
    Platform,
    Style,
    UncertainDelivery,
)
from handlers.telegram.cards import TelegramRenderer
from handlers.telegram.sender import keyboard
from tests.fakes.pipeline import made_up_card, made_up_digest
from tests.fakes.telegram_text import ENTITY_LIMIT, Parsed, check_message
from tests.render.samples import hostile_text

PRIVATE = Chat(ChatRef(Platform.TELEGRAM, "5"), style=Style.LIST)
GROUP = Chat(ChatRef(Platform.TELEGRAM, "-100500"), style=Style.LIST, kind=ChatKind.GROUP)
CHANNEL = replace(GROUP, ref=ChatRef(Platform.TELEGRAM, "-100600"), kind=ChatKind.CHANNEL)
SITE = "https://papers.example/"
MONTH_OF = 1_204


def big_digest(cards: int = 10, matched: int = 109, **changes: Any) -> Digest:
    """A written digest that shows the first papers of many."""
    made: dict[str, Any] = {"matched": matched, "ranked": min(matched, 500), "slot": "2026-06-02"} | changes
    return replace(made_up_digest(cards), **made)


def message(digest: Digest, chat: Chat = PRIVATE) -> Part:
    [part] = TelegramRenderer(SITE).parts(digest, chat)
    return part


def read(part: Part) -> Parsed:
    parsed = check_message(part.payload["html"])
    assert len(parsed.entities) <= ENTITY_LIMIT
    return parsed


def rows(part: Part) -> list[list[JSON]]:
    found: list[list[JSON]] = part.payload["buttons"]
    return found


def labels(part: Part) -> list[list[str]]:
    return [[button["text"] for button in row] for row in rows(part)]


# ── the list ──


def test_a_list_is_one_message_that_begins_with_what_a_notification_shows() -> None:
    part = message(big_digest())
    lines = read(part).text.replace("\u2060", "").splitlines()
    assert lines[:5] == [
        "10 of 109 · cs.CV · 2 June",
        "",
        "1. Paper <2606.00001> & more: Heads that talk @everyone",
        "Heads can talk @everyone.",
        "",
    ]
    assert lines[-1] == "10 sentences picked from abstracts, no model"
    assert part.paper_ids == tuple(f"2606.{number:05}" for number in range(1, 11))


def test_every_title_is_a_link_and_every_number_a_button() -> None:
    part = message(big_digest())
    links = [entity.url for entity in read(part).entities if entity.type == "text_link"]
    assert links == [f"https://arxiv.org/abs/2606.{number:05}v1" for number in range(1, 11)]
    numbers = [button for row in rows(part)[:2] for button in row]
    assert [button["action"] for button in numbers] == [f"open:2606.{number:05}" for number in range(1, 11)]
    assert labels(part) == [list("12345"), ["6", "7", "8", "9", "10"], ["Next 10", "All 109 ↗", "⚙"]]
    assert rows(part)[2] == [
        {"text": "Next 10", "action": "next:2026-06-02:10"},
        {"text": "All 109 ↗", "url": SITE},
        {"text": "⚙", "action": "settings:new"},
    ]


def test_without_further_papers_there_is_nothing_to_ask_for() -> None:
    assert labels(message(big_digest(3, 3))) == [["1", "2", "3"], ["⚙"]]
    assert labels(message(big_digest(3, 8)))[1] == ["Next 5", "All 8 ↗", "⚙"]
    assert read(message(big_digest(1, 1))).text.startswith("1 paper · ")
    assert read(message(big_digest(3, 3))).text.startswith("3 papers · ")
    [part] = TelegramRenderer().parts(big_digest(), PRIVATE)
    assert labels(part)[2] == ["Next 10", "⚙"], "without an address there is no archive to open"


def test_after_an_absence_the_list_names_the_days_and_stays_one_message() -> None:
    away = big_digest(
        matched=MONTH_OF, topics=("cat:cs.CV", "diffusion", "cat:cs.CL", "robot", "about: heads that talk")
    )
    window = replace(away.window, first=date(2026, 5, 4), last=date(2026, 6, 5))
    text = read(message(replace(away, window=window))).text.replace("\u2060", "").replace("\u2009", " ")
    assert text.startswith("10 of 1,204 · cs.CV, diffusion +3 · 4 May – 5 June\n")


def test_titles_are_a_list_without_sentences() -> None:
    part = message(big_digest(), replace(PRIVATE, style=Style.TITLES))
    text = read(part).text.replace("\u2060", "")
    assert "Heads can talk" not in text
    assert "sentences" not in text
    assert "\n1. Paper <2606.00001> & more: Heads that talk @everyone\n2. " in text
    assert len([button for row in rows(part)[:2] for button in row]) == 10


@pytest.mark.parametrize("style", [Style.LIST, Style.TITLES])
def test_a_large_digest_names_thirty_papers_and_the_others_come_on_demand(style: Style) -> None:
    part = message(big_digest(50), replace(PRIVATE, style=style))
    assert len(part.paper_ids) == 30
    assert labels(part)[6] == ["Next 10", "All 109 ↗", "⚙"]
    assert rows(part)[6][0]["action"] == "next:2026-06-02:30"
    assert read(part).text.startswith("30 of 109")


def test_messages_that_may_not_have_arrived_are_a_line_and_buttons_of_the_list() -> None:
    lost = UncertainDelivery(7, date(2026, 6, 1))
    part = message(big_digest(doubtful=(lost,)))
    assert "A message of the digest of 1 June may not have arrived; this cannot be checked." in read(part).text
    assert rows(part)[3] == [{"text": "Send it again", "action": "resend:7"}]
    part = message(big_digest(doubtful=(lost, replace(lost, delivery_id=8))))
    assert "2 messages of the digest of 1 June may not have arrived" in read(part).text
    assert [row[0]["action"] for row in rows(part)[3:]] == ["resend:7", "resend:8"]


def test_a_list_speaks_the_language_of_its_chat() -> None:
    text = read(message(big_digest(language="es"))).text
    assert "2 de junio" in text.splitlines()[0]
    assert "2 June" not in text


# ── where papers open ──


def test_in_groups_and_channels_papers_open_in_private_by_a_link_that_the_sender_completes() -> None:
    part = message(big_digest(), GROUP)
    assert rows(part)[0][0] == {"text": "1", "link": "open:2606.00001"}
    assert rows(part)[2][0] == {"text": "Next 10", "link": "next:2026-06-02:10"}
    assert rows(part)[2][2] == {"text": "⚙", "action": "settings:new"}
    made = keyboard(rows(part), GROUP.ref, "paper_bot")
    assert made is not None
    assert made.inline_keyboard[0][0].url == "https://t.me/paper_bot?start=p_-100500_2606-00001"
    assert made.inline_keyboard[2][0].url == "https://t.me/paper_bot?start=l_-100500_2026-06-02_10"
    assert made.inline_keyboard[2][2].callback_data == "settings:new@-100500"


def test_equal_digests_of_two_groups_are_equal_payloads() -> None:
    other = replace(GROUP, ref=ChatRef(Platform.TELEGRAM, "-100700"))
    assert message(big_digest(), GROUP) == message(big_digest(), other)


def test_a_channel_offers_its_readers_no_settings() -> None:
    part = message(big_digest(), CHANNEL)
    assert labels(part)[2] == ["Next 10", "All 109 ↗"]
    assert all("link" in button for row in rows(part)[:2] for button in row)


def test_a_group_can_choose_that_papers_open_there() -> None:
    part = message(big_digest(), replace(GROUP, opens_in=OpensIn.HERE))
    assert rows(part) == rows(message(big_digest()))
    channel = message(big_digest(), replace(CHANNEL, opens_in=OpensIn.HERE))
    assert "link" in rows(channel)[0][0], "thousands read a channel, and a card would be a post for all of them"


def test_a_group_whose_kind_is_not_known_yet_is_a_group() -> None:
    assert rows(message(big_digest(), replace(GROUP, kind=ChatKind.UNKNOWN))) == rows(message(big_digest(), GROUP))


# ── cards ──


def long_digest(cards: int, sentence: str = "A sentence of seven words it is. ") -> Digest:
    """Cards of about 1,500 characters each."""

    def long(card: Card) -> Card:
        assert card.summary is not None
        claims = tuple([Claim(sentence * 10, ())] * 4)
        return replace(card, summary=replace(card.summary, takeaways=claims))

    digest = big_digest(cards)
    return replace(digest, cards=tuple(map(long, digest.cards)))


CARDS = replace(PRIVATE, style=Style.CARDS)


def test_cards_that_do_not_fit_into_two_messages_are_lines_with_buttons_that_open_them() -> None:
    first, second = TelegramRenderer(SITE).parts(long_digest(10), CARDS)
    text = "\n".join(read(part).text for part in (first, second)).replace("\u2060", "")
    shown = [number for number in range(1, 11) if f"👍 {number}" in str(labels(first) + labels(second))]
    assert shown == list(range(1, len(shown) + 1))
    assert 3 <= len(shown) <= 6
    opening = [button for row in rows(second) for button in row if button.get("action", "").startswith("open:")]
    assert [int(button["text"]) for button in opening] == list(range(len(shown) + 1, 11))
    assert all(f"{number}. Paper <2606.{number:05}>" in text for number in range(1, 11))
    assert [*first.paper_ids, *second.paper_ids] == [f"2606.{number:05}" for number in range(1, 11)]
    assert labels(second)[-1] == ["Next 10", "All 109 ↗", "⚙"]


def test_cards_begin_with_the_same_line_as_a_list() -> None:
    [part] = TelegramRenderer(SITE).parts(big_digest(2, 2), CARDS)
    assert read(part).text.replace("\u2060", "").startswith("2 papers · cs.CV · 2 June\n")


def test_a_card_that_fits_no_two_messages_is_a_line() -> None:
    huge = long_digest(2, "A sentence of seven words it is. " * 20)
    [part] = TelegramRenderer(SITE).parts(huge, CARDS)
    assert labels(part)[0] == ["1", "2"]
    assert set(part.paper_ids) == {"2606.00001", "2606.00002"}


def test_figures_are_not_part_of_a_digest() -> None:
    from tests.render.samples import DEEP_CARD, digest

    parts = TelegramRenderer(SITE).parts(digest(DEEP_CARD), CARDS)
    assert {part.payload["kind"] for part in parts} == {"message"}


# ── beyond what papers hold ──

titles = st.one_of(
    hostile_text(60),
    st.builds(
        lambda unit, times: unit * times,
        st.sampled_from(["word ", "x", "😀", "<&>", "文", "@a "]),
        st.integers(1, 4000),
    ),
)


@settings(max_examples=60, deadline=None)
@example(title="😀" * 4000, sentence="😀" * 4000, cards=30, style=Style.LIST, note="x" * 5000)
@example(title="W" * 300, sentence="s" * 4000, cards=50, style=Style.CARDS, note="")
@given(
    title=titles,
    sentence=titles,
    cards=st.integers(1, 50),
    style=st.sampled_from(Style),
    note=hostile_text(40),
)
def test_any_digest_is_at_most_two_valid_messages_in_which_no_number_is_missing(
    title: str, sentence: str, cards: int, style: Style, note: str
) -> None:
    def hostile(card: Card) -> Card:
        assert card.summary is not None
        headline = replace(card.summary, headline=Claim(sentence), takeaways=(Claim(sentence),) * 3)
        return replace(card, paper=replace(card.paper, title=title), summary=headline)

    digest = big_digest(cards, notes=(note,) * 9)
    digest = replace(digest, cards=tuple(map(hostile, digest.cards)), topics=(title or "x",) * 5)
    for chat in (PRIVATE, GROUP):
        parts = TelegramRenderer(SITE).parts(digest, replace(chat, style=style))
        assert len(parts) <= (2 if style is Style.CARDS else 1)
        for part in parts:
            read(part)
            made = keyboard(rows(part), chat.ref, "paper_bot")
            buttons = [button for row in made.inline_keyboard for button in row] if made else []
            assert len(buttons) == sum(map(len, rows(part))) <= 100
        named = dict.fromkeys(ident for part in parts for ident in part.paper_ids)
        assert list(named) == [f"2606.{number:05}" for number in range(1, len(named) + 1)]
        assert len(named) >= min(cards, 30)


def test_sentences_are_dropped_before_titles_are_shortened() -> None:
    def with_title(length: int) -> str:
        digest = big_digest(30)
        cards = [replace(card, paper=replace(card.paper, title="Wide " * (length // 5))) for card in digest.cards]
        return read(message(replace(digest, cards=tuple(cards)))).text.replace("\u2060", "")

    assert "Heads can talk" in with_title(50)
    assert "Heads can talk" not in with_title(125)
    assert "Wide…" not in with_title(125)
    assert "Wide…" in with_title(300)
    assert "30. Wide" in with_title(300)


def test_a_paper_that_was_summarized_by_nothing_is_a_title() -> None:
    card = replace(made_up_card(), summary=None)
    text = read(message(replace(big_digest(1), cards=(card,)))).text
    assert "1. Paper" in text
    assert "sentence" not in text
