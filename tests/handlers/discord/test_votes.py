"""Voting on Discord, pressed through the real library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.model import Card, Chat, ChatRef, Platform, Style, VoteKind
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from handlers.discord.cards import DiscordRenderer
from handlers.discord.messages import with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_limits import check_payload, walk
from tests.fakes.discord_world import VIEW_CHANNEL
from tests.fakes.pipeline import made_up_card, made_up_digest
from tests.handlers.discord.bench import Bench, button, votes
from tests.handlers.discord.conftest import Make
from tests.handlers.discord.samples import ADMIN, chat
from tests.handlers.mornings import Mornings, open_mornings, order_in
from tests.render.samples import BRIEF, CARD, PAPER

UP, DOWN, SAVED, OPENED = VoteKind.UP, VoteKind.DOWN, VoteKind.SAVED, VoteKind.OPENED
FIRST, SECOND = "2606.00001", "2606.00002"
BOB = 43
LONGEST_CHAT = ChatRef(Platform.DISCORD, "18446744073709551615")


async def test_votes_on_two_cards_are_stored_and_answered_to_the_one_who_voted(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    shown = await bench.digest_in(channel)
    answer = await dc.interactions.click(channel, button(shown, "👍", FIRST), person=BOB, admin=False)
    assert answer.ephemeral
    assert "👍 Noted: more like “Paper" in answer.text
    await dc.interactions.click(channel, button(shown, "👎", SECOND), person=BOB, admin=False)
    await dc.interactions.click(channel, button(shown, "🔖", SECOND))
    assert await votes(store, channel) == {(str(BOB), FIRST, UP), (str(BOB), SECOND, DOWN), ("42", SECOND, SAVED)}


async def test_a_vote_is_replaced_and_taken_back(bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore) -> None:
    shown = await bench.digest_in(channel)
    for sign in "👍👎":
        await dc.interactions.click(channel, button(shown, sign, FIRST))
    assert await votes(store, channel) == {("42", FIRST, DOWN)}
    answer = await dc.interactions.click(channel, button(shown, "👎", FIRST))
    assert "Taken back" in answer.text
    assert await votes(store, channel) == set()


async def test_a_menu_of_an_earlier_release_still_offers_the_buttons_of_one_paper(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    await bench.digest_in(channel, style=Style.TITLES)
    options = await dc.interactions.click(channel, "rate:menu-0", chosen=f"rate:{SECOND}@{channel}", admin=False)
    assert options.ephemeral
    assert SECOND in options.text
    await dc.interactions.click(channel, options.button("👎"), admin=False)
    assert await votes(store, channel) == {("42", SECOND, DOWN)}


async def test_a_vote_in_a_forums_post_is_the_forums(
    bench: Bench, dc: FakeDiscord, store: SqlStore, conversation: Conversation
) -> None:
    guild = next(iter(dc.world.guilds))
    forum = dc.world.add_forum(guild)
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[forum])
    await conversation.subscribe(ADMIN, chat(forum), "cs.CV")
    shown = await bench.digest_in(forum, replace(made_up_digest(), cards=(CARD,)))
    (post,) = dc.world.threads(guild=guild)
    answer = await dc.interactions.click(int(post["id"]), button(shown, "👍", PAPER.id), admin=False)
    assert "Noted" in answer.text
    answer = await dc.interactions.click(int(post["id"]), button(shown, "Evidence", PAPER.id), admin=False)
    assert "no longer kept" in answer.text  # the card is shown, but its summary was not stored here
    assert await votes(store, forum) == {("42", PAPER.id, UP), ("42", PAPER.id, OPENED)}


async def test_a_vote_works_after_a_restart(
    make: Make, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    first = make()
    await first.start()
    await first.ready()
    shown = await Bench(first, dc, store, clock).digest_in(channel)
    await first.stop()
    second = make()
    await second.start()
    await second.ready()
    await dc.interactions.click(channel, button(shown, "👍", FIRST))
    await second.stop()
    assert await votes(store, channel) == {("42", FIRST, UP)}


async def test_looking_at_the_evidence_counts_as_opened(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    shown = await bench.digest_in(channel, replace(made_up_digest(), cards=(CARD,)))
    await dc.interactions.click(channel, button(shown, "Evidence", PAPER.id), admin=False)
    assert await votes(store, channel) == {("42", PAPER.id, OPENED)}


async def test_an_answer_to_summarize_has_the_buttons(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    await store.remember([made_up_card("2406.14272").paper], clock.now())
    card = await dc.interactions.slash(channel, "summarize", link="2406.14272", admin=False)
    await dc.interactions.click(channel, card.button("🔖"), admin=False)
    await dc.interactions.click(channel, card.button("Read it all"), admin=False)
    assert await votes(store, channel) == {("42", "2406.14272", SAVED), ("42", "2406.14272", OPENED)}


async def test_where_no_digests_go_a_vote_is_kindly_declined(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    await store.remember([made_up_card(FIRST).paper], clock.now())
    answer = await dc.interactions.click(channel, f"up:{FIRST}@{channel}")
    assert answer.ephemeral
    assert "follows no topic yet" in answer.text
    assert await store.chat(chat(channel)) is None


async def test_an_old_card_whose_paper_is_not_kept_says_how_to_get_it_back(
    bench: Bench, dc: FakeDiscord, channel: int
) -> None:
    assert "`/summarize 2401.00001`" in (await dc.interactions.click(channel, f"up:2401.00001@{channel}")).text


async def test_forged_choices_change_nothing(bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore) -> None:
    await bench.digest_in(channel)
    forged: tuple[object, ...] = ("", "x", "up:x", "rate:menu-0", f"up:{FIRST}@1", 7, {}, ["up"], "drop:")
    for chosen in forged:
        answer = await dc.interactions.click(channel, "rate:menu-0", chosen=chosen, admin=False)
        assert "no longer means anything" in answer.text or "I cannot tell" in answer.text, chosen
        assert await votes(store, channel) == set(), chosen


async def test_nobody_votes_in_a_channel_that_they_do_not_see(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    hidden = dc.world.add_channel(next(iter(dc.world.guilds)), "hidden")
    dc.world.deny(hidden, VIEW_CHANNEL)
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[hidden])
    await conversation.subscribe(ADMIN, chat(hidden), "cs.CV")
    await bench.digest_in(channel)
    answer = await dc.interactions.click(channel, f"up:{FIRST}@{hidden}", admin=False)
    assert "I cannot tell" in answer.text
    assert await votes(store, hidden) == set()


# ── what votes do ──


async def test_votes_change_tomorrows_order_and_are_deleted_with_the_channel(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock
) -> None:
    """One channel votes and another does not; they follow the same topic."""
    other = dc.world.add_channel(next(iter(dc.world.guilds)), "other")
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[other])
    for each in (channel, other):
        await dc.interactions.slash(each, "subscribe", query="cs.CV")
        await dc.interactions.slash(each, "settings", name="style", value="cards")  # they say why a paper came

    async def morning(days: Mornings) -> tuple[list[str], list[str], list[dict[str, Any]]]:
        """The orders of the first and the second channel's digests, and the components of the first one's."""
        before = len(dc.world.accepted)
        await days.send(DiscordRenderer(), chat(channel), chat(other))
        first, second = ([*components_in(dc, each, before)] for each in (channel, other))
        return order_in(text_of(first)), order_in(text_of(second)), first

    async with open_mornings(store, clock, Platform.DISCORD, app.sender) as days:
        ids = await days.announce()
        today, others, shown = await morning(days)
        assert today == others
        worst, best = today[0], today[-1]
        for _ in range(2):
            await dc.interactions.click(channel, f"down:{ids[worst]}@{channel}", admin=False)
            await dc.interactions.click(channel, f"up:{ids[best]}@{channel}", admin=False)
            assert await days.learn() == 1
            ids = await days.announce()
            tomorrow, others, shown = await morning(days)
            assert others == today
            assert tomorrow[0] == best
            assert "you liked" in text_of(shown)
        assert tomorrow.index(worst) > tomorrow.index(today[1])
    assert await store.models_of([chat(channel)])
    question = await dc.interactions.slash(channel, "stop")
    await dc.interactions.click(channel, question.button("Delete"))
    assert (await votes(store, channel), await store.models_of([chat(channel)])) == (set(), {})


def components_in(dc: FakeDiscord, channel: int, before: int) -> Iterator[dict[str, Any]]:
    """The components, nested ones too, of the messages that a channel got after the first `before` of all."""
    for sent in dc.world.accepted[before:]:
        if int(sent["message"]["channel_id"]) == channel:
            yield from walk(sent["message"]["components"])


def text_of(components: list[dict[str, Any]]) -> str:
    return "\n".join(str(each["content"]) for each in components if "content" in each)


# ── the components themselves ──


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("evidence", [True, False])
def test_the_largest_digest_keeps_discords_limits_with_the_longest_ids(style: Style, evidence: bool) -> None:
    made = [made_up_card(f"astro-ph/06{number:05}") for number in range(50)]
    cards = [_with_evidence(card.paper.id) if evidence else card for card in made]
    whole = replace(made_up_digest(), cards=tuple(cards))
    on_buttons = 0
    for part in DiscordRenderer().parts(whole, Chat(LONGEST_CHAT, style=style)):
        components = with_chats(part.payload["components"], LONGEST_CHAT)
        check_payload({**part.payload, "components": components})
        values = [value for each in walk(components) for value in (each, *each.get("options", ()))]
        on_buttons += sum("astro-ph" in str(each.get("value", "")) for each in values)
        on_buttons += sum(str(each.get("custom_id", "")).startswith("up:") for each in values)
    assert on_buttons >= 30, "as many as a list names"


def _with_evidence(paper_id: str) -> Card:
    summary = replace(BRIEF, key=replace(BRIEF.key, paper_id=paper_id))
    return replace(CARD, paper=replace(PAPER, id=paper_id), summary=summary)


def test_equal_digests_of_two_chats_are_equal_until_they_are_sent() -> None:
    """The outbox keeps equal messages once."""
    first, second = (DiscordRenderer().parts(made_up_digest(), Chat(chat(ident))) for ident in (1, 2))
    assert first == second
