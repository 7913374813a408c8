"""The evidence of a card on Discord: a button on the card, and its answer for the one who asks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.model import Card, Chat, ChatRef, Evidence, Platform, Style, Summary, SummaryKey
from bot.storage.store import SqlStore
from handlers.button_actions import MAX_ACTION_BYTES, evidence_action, parse
from handlers.discord.app import DiscordApp
from handlers.discord.cards import DiscordRenderer, payloads
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_limits import walk
from tests.handlers.discord.conftest import Make
from tests.render.samples import BRIEF, CARD, DEEP, DEEP_CARD, EXTRACTIVE, FIRST, PAPER, digest

CHAT = Chat(ChatRef(Platform.DISCORD, "1"), style=Style.CARDS)


def buttons(card: Card) -> list[str]:
    """The custom_ids of the buttons for the evidence in a digest with this card."""
    (part,) = DiscordRenderer().parts(digest(card), CHAT)
    custom_ids = [str(component.get("custom_id", "")) for component in walk(part.payload["components"])]
    return [custom_id for custom_id in custom_ids if custom_id.startswith("cite:")]


async def stored(store: SqlStore, clock: FakeClock, summary: Summary) -> None:
    await store.remember([PAPER], clock.now())
    await store.save_summary(summary)


async def test_the_button_of_a_card_shows_its_evidence_to_the_one_who_asks_alone(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    await stored(store, clock, BRIEF)
    (custom_id,) = buttons(CARD)
    answer = await dc.interactions.click(channel, custom_id, admin=False)
    assert answer.ephemeral
    assert f"“{FIRST}”" in answer.text
    assert "(https://arxiv.org/abs/2406.14272v2#:~:text=We%20make%20heads" in answer.text


async def test_the_button_works_after_a_restart(
    make: Make, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    await stored(store, clock, BRIEF)
    (custom_id,) = buttons(CARD)
    for _ in range(2):
        app = make()
        await app.start()
        await app.ready()
        assert FIRST in (await dc.interactions.click(channel, custom_id)).text
        await app.stop()


async def test_the_links_lead_to_the_version_of_the_card_after_the_paper_was_replaced(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    await stored(store, clock, BRIEF)
    await store.remember([replace(PAPER, version=3)], clock.now())
    answer = await dc.interactions.click(channel, buttons(CARD)[0])
    assert "https://arxiv.org/abs/2406.14272v2#" in answer.text


async def test_a_long_evidence_comes_whole_in_several_private_messages(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    claim = DEEP.results[0]
    many = tuple(
        replace(claim, text=f"Result {n}.", evidence=(Evidence(f"Sentence {n} " + "of many words " * 30, "5", n),))
        for n in range(1, 31)
    )
    deep = replace(DEEP, results=many)
    await stored(store, clock, deep)
    (custom_id,) = buttons(replace(CARD, summary=deep))
    answer = await dc.interactions.click(channel, custom_id)
    while "Sentence 30 of many words" not in answer.text:  # noqa: ASYNC110 - the rest follows over a socket
        await asyncio.sleep(0.01)
    assert all(f"Sentence {n} of many words" in answer.text for n in range(1, 31))
    assert len(answer.messages) > 1
    assert answer.ephemeral


@pytest.mark.parametrize("kept", [None, EXTRACTIVE])
async def test_a_summary_that_is_gone_or_another_one_is_told_in_a_sentence(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock, kept: Summary | None
) -> None:
    if kept:
        await stored(store, clock, kept)
    answer = await dc.interactions.click(channel, buttons(CARD)[0])
    assert "The summary on that card is no longer kept" in answer.text
    assert "`/summarize 2406.14272v2`" in answer.text


@pytest.mark.parametrize(
    "data",
    ["cite:", "cite:x:en:b0000", "cite:2406.14272:en:b0000", "cite:2406.14272v2:en:x", "cite:2406.14272v2:e:b00"],
)
async def test_forged_data_is_kindly_refused(app: DiscordApp, dc: FakeDiscord, channel: int, data: str) -> None:
    assert "no longer means anything" in (await dc.interactions.click(channel, data)).text


def test_a_summary_that_may_not_be_kept_has_links_instead_of_a_button() -> None:
    instead = replace(EXTRACTIVE, provenance=replace(EXTRACTIVE.provenance, instead_of="no model had answered"))
    assert buttons(replace(CARD, summary=instead)) == []
    (part,) = DiscordRenderer().parts(digest(replace(CARD, summary=instead)), CHAT)
    texts = [component["content"] for component in walk(part.payload["components"]) if component["type"] == 10]
    assert any("-# evidence by statement: [1](https://arxiv.org/abs/2406.14272v2#:~:text=We" in text for text in texts)


def test_every_card_with_a_stored_summary_has_the_button_and_no_sentences() -> None:
    for card in (CARD, DEEP_CARD, replace(CARD, summary=EXTRACTIVE)):
        (part,) = DiscordRenderer().parts(digest(card), CHAT)
        components = list(walk(part.payload["components"]))
        assert [component["label"] for component in components if "custom_id" in component][3:] == ["Evidence", "Why?"]
        assert "Our model reduces lip vertex error" not in str(components)
        assert "#page=" not in str(components)  # addresses count as text on Discord


def test_an_answer_has_the_button_where_statements_are_in_a_models_words_and_else_links() -> None:
    for card in (CARD, DEEP_CARD):
        (payload,) = payloads(card, "en", Style.CARDS)
        assert [part["label"] for part in walk(payload["components"]) if "custom_id" in part] == ["Evidence"]
        assert "#page=" not in str(payload)
    (payload,) = payloads(replace(CARD, summary=EXTRACTIVE), "en", Style.CARDS)
    assert "evidence by statement: [1](https://arxiv.org/abs/2406.14272v2#:~:text=" in str(payload)


def test_the_longest_key_fits_a_button_of_both_platforms() -> None:
    longest = replace(BRIEF, key=SummaryKey("astro-ph/0601001", 12, "zh-Hant"))
    action = evidence_action(longest)
    assert action is not None
    assert len(action) <= MAX_ACTION_BYTES
    assert parse(action) is not None
