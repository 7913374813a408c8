"""Commands, buttons and messages on the stand-in: answered in time, and only to those whom they concern."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversation import Conversation
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import VIEW_CHANNEL, user
from tests.fakes.pipeline import FakePipeline
from tests.handlers.discord.samples import ADMIN, REMOVED, chat, reason, until


async def test_a_command_is_answered_over_the_gateway(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    answer = await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    assert "papers in lab now follows **Computer vision**" in answer.text
    assert answer.ephemeral
    assert [subscription.topic for subscription in await store.subscriptions(chat(channel))] == ["cat:cs.CV"]


async def test_a_command_in_a_thread_is_about_the_thread(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    thread = dc.world.add_thread(channel, "reading group")
    await dc.interactions.slash(thread, "subscribe", query="cs.CV")
    assert await store.subscriptions(chat(thread))
    assert not await store.subscriptions(chat(channel))


async def test_a_link_in_a_direct_message_is_read(app: DiscordApp, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm(person=42)
    written = dc.world.store_message(direct, {"content": "arxiv.org/abs/2606.00001"}, set(), author=user(42, "bob"))
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert "Heads" in str(dc.world.accepted[0]["message"]["components"])


async def test_a_direct_message_is_answered_although_typing_cannot_be_shown(app: DiscordApp, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm(person=42)
    written = dc.world.store_message(direct, {"content": "arxiv.org/abs/2606.00001"}, set(), author=user(42, "bob"))
    dc.fail("403", r"POST /channels/\d+/typing")
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert "Heads" in str(dc.world.accepted[0]["message"]["components"])


async def test_fifty_topics_are_listed_within_the_limits(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    for number in range(50):
        await conversation.subscribe(ADMIN, chat(channel), f'"{"long words " * 6}{number}"')
    answer = await dc.interactions.slash(channel, "subscriptions")
    assert "50 topics" in answer.text


async def test_a_chat_in_which_the_bot_may_not_post_cannot_subscribe(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    dc.interactions.app_permissions = "1024"
    answer = await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    assert "Send Messages" in answer.text
    assert not await store.subscriptions(chat(channel))


@pytest.fixture
async def foreign(dc: FakeDiscord, store: SqlStore, conversation: Conversation) -> int:
    """A channel of another server that follows a topic and is suspended."""
    channel = dc.world.add_channel(dc.world.add_guild("elsewhere"), "secret")
    await conversation.subscribe(ADMIN, chat(channel), "cs.CR")
    await conversation.chats.suspend(chat(channel), REMOVED)
    return channel


async def test_completion_shows_nothing_of_another_servers_channel_and_resumes_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int, foreign: int, store: SqlStore, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    owner = 7
    found = await dc.interactions.autocomplete(channel, "unsubscribe", "topic", "cs", person=owner, channel=foreign)
    assert [choice["value"] for choice in found] == ["cat:cs.CV"]
    await dc.interactions.autocomplete(channel, "settings", "value", "", person=owner, name="style", channel=foreign)
    assert await reason(store, chat(foreign)) == REMOVED


async def test_completion_is_about_a_named_channel_for_those_who_may_manage_it(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    other = dc.world.add_channel(next(iter(dc.world.guilds)), "other")
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[other])
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await conversation.subscribe(ADMIN, chat(other), "cs.LG")
    for person, expected in ((7, ["cat:cs.LG"]), (42, ["cat:cs.CV"])):  # the server's owner, and anybody
        found = await dc.interactions.autocomplete(
            channel, "unsubscribe", "topic", "", person=person, admin=False, channel=other
        )
        assert [choice["value"] for choice in found] == expected


async def test_completing_a_setting_resumes_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await conversation.chats.suspend(chat(channel), "the channel was closed")
    found = await dc.interactions.autocomplete(channel, "settings", "value", "titl", name="style")
    assert [choice["value"] for choice in found] == ["titles"]
    assert await reason(store, chat(channel)) == "the channel was closed"


@pytest.mark.parametrize("command", ["subscriptions", "settings"])
async def test_a_command_shows_nothing_of_a_channel_that_its_user_does_not_see(
    app: DiscordApp,
    dc: FakeDiscord,
    channel: int,
    foreign: int,
    store: SqlStore,
    conversation: Conversation,
    command: str,
) -> None:
    hidden = dc.world.add_channel(next(iter(dc.world.guilds)), "hidden")
    dc.world.deny(hidden, VIEW_CHANNEL)
    await conversation.subscribe(ADMIN, chat(hidden), "cs.CR")
    await conversation.chats.suspend(chat(hidden), REMOVED)
    for place in (foreign, hidden):
        answer = await dc.interactions.slash(channel, command, admin=False, channel=place)
        assert "no such channel" in answer.text
        assert await reason(store, chat(place)) == REMOVED


async def test_a_slow_answer_is_deferred_within_three_seconds_and_follows(
    app: DiscordApp, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    pipeline.may_finish.clear()
    asking = asyncio.create_task(dc.interactions.slash(channel, "summarize", link="2606.00001"))
    await until(lambda: any("callback" in line for line, _ in dc.requests))
    assert not asking.done()
    pipeline.may_finish.set()
    answer = await asking
    assert answer.kind == 5
    assert "Heads" in answer.text
    assert not answer.ephemeral


@pytest.mark.parametrize(
    ("link", "depth", "words"), [("2606.99999", "brief", "2606.99999"), ("2606.00001", "abysmal", "brief")]
)
async def test_a_private_answer_after_a_public_deferral_is_not_shown_to_all(
    app: DiscordApp, dc: FakeDiscord, channel: int, link: str, depth: str, words: str
) -> None:
    answer = await dc.interactions.slash(channel, "summarize", link=link, depth=depth)
    assert answer.kind == 5
    assert words in answer.text
    assert answer.ephemeral


async def test_an_unexpected_error_is_an_apology_with_a_reference_and_no_secret(
    app: DiscordApp, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    pipeline.error = ZeroDivisionError("token=hunter2")
    answer = await dc.interactions.slash(channel, "summarize", link="2606.00001")
    assert "Reference" in answer.text
    assert "hunter2" not in answer.text
    assert answer.ephemeral


async def test_forged_buttons_are_politely_refused(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    for forged in ("drop:aaaaaaaaaaaa", "rm -rf", "set:size=1000000", "deep:../etc", "choose:pass", "x" * 100, "🜁:1"):
        answer = await dc.interactions.click(channel, forged)
        assert answer.text, forged
        assert "Something went wrong" not in answer.text, forged
    assert len(await store.subscriptions(chat(channel))) == 1


async def test_a_member_who_presses_an_admins_button_is_refused(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    answer = await dc.interactions.click(channel, "forget:yes", admin=False)
    assert "Only admins" in answer.text
    assert await store.chat(chat(channel)) is not None


async def test_a_command_of_an_earlier_release_is_answered(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    assert "has changed" in (await dc.interactions.slash(channel, "arxiv")).text
    assert "has changed" in (await dc.interactions.slash(channel, "subscribe")).text
