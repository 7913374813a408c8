"""A button is about the chat that it names, whoever presses it and wherever; rights are looked up for that chat."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation, topic_key
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import VIEW_CHANNEL
from tests.fakes.pipeline import FakePipeline
from tests.handlers.discord.samples import ADMIN, chat


async def topics(store: SqlStore, channel: int) -> list[str]:
    return [subscription.topic for subscription in await store.subscriptions(chat(channel))]


@pytest.fixture
async def papers(app: DiscordApp, channel: int, conversation: Conversation) -> int:
    """The channel in which everything is asked; it follows a topic of its own."""
    await conversation.subscribe(ADMIN, chat(channel), "cs.CL")
    return channel


@pytest.fixture
async def vision(app: DiscordApp, dc: FakeDiscord, papers: int, conversation: Conversation) -> int:
    """Another channel of the same server."""
    other = dc.world.add_channel(next(iter(dc.world.guilds)), "vision")
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[other])
    await conversation.subscribe(ADMIN, chat(other), "cs.CV")
    return other


@pytest.fixture
async def foreign(dc: FakeDiscord, conversation: Conversation, app: DiscordApp) -> int:
    """A channel of another server that the bot is in, too."""
    guild = dc.world.add_guild("elsewhere")
    other = dc.world.add_channel(guild, "secret")
    await dc.gateway.dispatch("GUILD_CREATE", dc.world.guild_create(guild))
    await conversation.subscribe(ADMIN, chat(other), "cs.CR")
    return other


async def test_stopping_a_named_channel_deletes_that_one_and_names_it(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore
) -> None:
    question = await dc.interactions.slash(papers, "stop", channel=vision)
    assert "\\#vision in lab" in question.text
    answer = await dc.interactions.click(papers, question.button("Delete"))
    assert "\\#vision in lab" in answer.text
    assert await store.chat(chat(vision)) is None
    assert await topics(store, papers) == ["cat:cs.CL"]


async def test_the_question_before_deleting_names_the_channel_also_where_it_was_asked(
    dc: FakeDiscord, papers: int
) -> None:
    assert "\\#papers in lab" in (await dc.interactions.slash(papers, "stop")).text


async def test_a_topic_is_removed_from_the_named_channel(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(papers), "cs.CV")  # the same topic, so the key fits both
    listed = await dc.interactions.slash(papers, "subscriptions", channel=vision)
    assert "\\#vision in lab follows 1 topic" in listed.text
    answer = await dc.interactions.click(papers, listed.button("✕"))
    assert "\\#vision in lab" in answer.text
    assert await topics(store, vision) == []
    assert await topics(store, papers) == ["cat:cs.CL", "cat:cs.CV"]


async def test_settings_are_shown_and_changed_for_the_named_channel_through_every_menu(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore
) -> None:
    menu = await dc.interactions.slash(papers, "settings", channel=vision)
    assert "Settings of \\#vision in lab" in menu.text
    choices = await dc.interactions.click(papers, menu.button("Style"))
    assert "\\#vision in lab" in choices.text
    changed = await dc.interactions.click(papers, choices.button("titles"))
    assert "\\#vision in lab" in changed.text
    back = await dc.interactions.click(papers, changed.button("Settings"))
    assert "Settings of \\#vision in lab" in back.text
    styles = {}
    for place in (papers, vision):
        known = await store.chat(chat(place))
        assert known is not None
        styles[place] = known.style.value
    assert styles == {papers: "list", vision: "titles"}


async def test_a_digest_now_is_the_named_channels(
    dc: FakeDiscord, papers: int, vision: int, pipeline: FakePipeline
) -> None:
    listed = await dc.interactions.slash(papers, "subscriptions", channel=vision)
    answer = await dc.interactions.click(papers, listed.button("Digest now"))
    assert "The digest of \\#vision in lab is on its way" in answer.text
    assert pipeline.digests == [chat(vision)]


@pytest.mark.parametrize("data", ["forget:yes", "drop:KEY", "set:style=titles", "digest:", "forget:"])
async def test_rights_are_those_in_the_named_channel_when_the_button_is_pressed(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore, data: str, pipeline: FakePipeline
) -> None:
    custom_id = f"{data.replace('KEY', topic_key('cat:cs.CV'))}@{vision}"
    answer = await dc.interactions.click(papers, custom_id, admin=False)
    assert "Only admins of \\#vision in lab can" in answer.text
    assert await topics(store, vision) == ["cat:cs.CV"]
    assert pipeline.digests == []


@pytest.mark.parametrize("verb", ["topics:", "settings:", "forget:yes"])
async def test_a_channel_that_the_person_does_not_see_is_kindly_refused(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore, verb: str
) -> None:
    dc.world.deny(vision, VIEW_CHANNEL)
    await dc.gateway.dispatch("CHANNEL_UPDATE", dc.world.channels[vision])
    answer = await dc.interactions.click(papers, f"{verb}@{vision}", admin=False)
    assert "I cannot tell what you may do in that channel" in answer.text
    assert "cs.CV" not in answer.text
    assert await topics(store, vision) == ["cat:cs.CV"]


@pytest.mark.parametrize("verb", ["topics:", "settings:", "forget:yes", "set:style=titles"])
async def test_a_channel_of_another_server_is_refused_to_everybody(
    dc: FakeDiscord, papers: int, foreign: int, store: SqlStore, verb: str
) -> None:
    before = await store.chat(chat(foreign))
    answer = await dc.interactions.click(papers, f"{verb}@{foreign}", person=7)
    assert "I cannot tell what you may do in that channel" in answer.text
    assert "cs.CR" not in answer.text
    assert await store.chat(chat(foreign)) == before


async def test_a_server_channel_is_refused_in_a_direct_message(dc: FakeDiscord, papers: int, store: SqlStore) -> None:
    direct = dc.world.add_dm(person=42)
    answer = await dc.interactions.click(direct, f"forget:yes@{papers}")
    assert "I cannot tell what you may do in that channel" in answer.text
    assert await topics(store, papers) == ["cat:cs.CL"]


async def test_a_thread_that_is_not_known_any_more_is_kindly_refused(
    dc: FakeDiscord, papers: int, store: SqlStore, conversation: Conversation
) -> None:
    thread = dc.world.add_thread(papers, "reading group")  # the gateway never told of it, as of archived ones
    await conversation.subscribe(ADMIN, chat(thread), "cs.CV")
    answer = await dc.interactions.click(papers, f"forget:yes@{thread}")
    assert "I cannot tell what you may do in that channel" in answer.text
    assert await topics(store, thread) == ["cat:cs.CV"]


async def test_a_known_thread_is_managed_by_who_manages_its_channel(
    dc: FakeDiscord, papers: int, store: SqlStore, conversation: Conversation
) -> None:
    thread = dc.world.add_thread(papers, "reading group")
    await dc.gateway.dispatch("THREAD_CREATE", dc.world.channels[thread])
    await conversation.subscribe(ADMIN, chat(thread), "cs.CV")
    answer = await dc.interactions.click(papers, f"forget:yes@{thread}")
    assert "\\#reading group in lab" in answer.text
    assert await store.chat(chat(thread)) is None


async def test_a_private_thread_is_shown_to_nobody_who_could_not_open_it(
    dc: FakeDiscord, papers: int, conversation: Conversation
) -> None:
    thread = dc.world.add_thread(papers, "reviewers")
    private = {**dc.world.channels[thread], "type": 12}
    await dc.gateway.dispatch("THREAD_CREATE", private)
    await conversation.subscribe(ADMIN, chat(thread), "cs.CV")
    answer = await dc.interactions.click(papers, f"topics:@{thread}", admin=False)
    assert "I cannot tell what you may do in that channel" in answer.text
    assert "cs.CV" in (await dc.interactions.click(papers, f"topics:@{thread}", admin=True)).text


async def test_where_the_bot_may_not_post_the_button_says_so_and_names_the_channel(
    dc: FakeDiscord, papers: int, vision: int, pipeline: FakePipeline
) -> None:
    dc.world.deny(vision, VIEW_CHANNEL)
    await dc.gateway.dispatch("CHANNEL_UPDATE", dc.world.channels[vision])
    answer = await dc.interactions.click(papers, f"digest:@{vision}")
    assert "I may not write in \\#vision in lab" in answer.text
    assert pipeline.digests == []


async def test_a_button_of_an_earlier_release_is_about_the_chat_it_stands_in(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore
) -> None:
    answer = await dc.interactions.click(papers, f"drop:{topic_key('cat:cs.CL')}")
    assert "no longer follow" in answer.text
    assert await topics(store, papers) == []
    assert await topics(store, vision) == ["cat:cs.CV"]


async def test_every_button_carries_its_chat_within_discords_limit(dc: FakeDiscord, papers: int, vision: int) -> None:
    for command in ("subscriptions", "settings", "stop"):
        for place in (papers, vision):
            answer = await dc.interactions.slash(papers, command, channel=place)
            assert answer.custom_ids
            assert all(custom_id.endswith(f"@{place}") for custom_id in answer.custom_ids)
            assert all(len(custom_id) <= 100 for custom_id in answer.custom_ids)


async def test_plain_words_for_a_named_channel_are_asked_about_and_followed_there(
    dc: FakeDiscord, papers: int, vision: int, store: SqlStore
) -> None:
    words = "talking heads driven by audio; not face recognition"
    question = await dc.interactions.slash(papers, "subscribe", query=words, channel=vision)
    assert "about:" not in question.text
    answer = await dc.interactions.click(papers, question.button("✓ Follow"))
    assert "follows" in answer.text
    assert "face recognition" in answer.text
    assert {*await topics(store, vision)} == {"cat:cs.CV", f"about: {words}"}
    assert await topics(store, papers) == ["cat:cs.CL"]
