"""Slash commands and buttons through simcord: the real discord.py in a simulated Discord with its rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.model import Chat, ChatGone, ChatKind, ChatRef, Platform, Sent
from bot.storage.store import SqlStore
from handlers.commands import COMMANDS
from handlers.discord.cards import DiscordRenderer
from handlers.discord.client import PaperboyClient
from handlers.discord.http_trace import InvalidRequests
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.pipeline import made_up_digest

SINCE = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def simcord_bot(client: PaperboyClient) -> PaperboyClient:
    """What simcord runs; it needs the number of shards, which Discord would tell."""
    client.shard_count = 1
    return client


@pytest.fixture
async def env(simcord_env: simcord.Env) -> simcord.Env:
    return simcord_env


class Lab:
    """A server with a channel, an admin and a member."""

    def __init__(self, env: simcord.Env) -> None:
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("papers")
        admins = self.guild.create_role("Admins", permissions=discord.Permissions(manage_channels=True))
        self.admin = self.guild.add_member(env.create_user("ada"), roles=[admins])
        self.member = self.guild.add_member(env.create_user("bob"))
        self.ref = ChatRef(Platform.DISCORD, str(self.channel.id))


@pytest.fixture
async def lab(env: simcord.Env) -> Lab:
    return Lab(env)


def shown(result: simcord.InteractionResult) -> str:
    """Everything that the answers say, buttons too."""
    messages = [*([result.response] if result.response else []), *result.followups]
    return json.dumps([each.components for each in messages], ensure_ascii=False)


def buttons(components: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in components:
        found += [each] if each["type"] == 2 else buttons(each.get("components") or [])
    return found


async def topics(store: SqlStore, ref: ChatRef) -> list[str]:
    return [subscription.topic for subscription in await store.subscriptions(ref)]


async def test_every_command_of_the_table_is_offered_and_answers(env: simcord.Env, lab: Lab) -> None:
    offered = lab.admin.available_commands(lab.channel)
    assert sorted(offered) == sorted(command.name for command in COMMANDS)
    options = {
        "subscribe": {"query": "cs.CV"},
        "unsubscribe": {"topic": "1"},
        "summarize": {"link": "2606.00001"},
        "why": {"link": "2606.00001"},
        "search": {"words": "diffusion"},
        "cite": {"papers": "2606.00001"},
        "broadcast": {"text": "Back at noon."},
    }
    for command in COMMANDS:
        result = await lab.admin.slash(lab.channel, command.name, **options.get(command.name, {}))
        assert result.acknowledged, command.name
        assert "Something went wrong" not in shown(result), command.name
        assert result.response is not None, command.name
        assert result.response.flags.components_v2, command.name


async def test_every_member_likes_papers_for_himself_and_admins_an_authors_for_the_channel(
    lab: Lab, store: SqlStore
) -> None:
    assert "digests bring similar ones first" in shown(await lab.member.slash(lab.channel, "like"))
    said = await lab.member.slash(lab.channel, "like", papers="2406.14272, arxiv.org/abs/2303.08774")
    assert "bring papers like these 2 first." in shown(said)
    assert {vote.person for vote in await store.votes_of(lab.ref)} == {str(lab.member.id)}
    refused = await lab.member.slash(lab.channel, "like", papers='au:"Ann Author"')
    assert "Only admins of" in shown(refused)
    answered = await lab.admin.slash(lab.channel, "like", papers='au:"Ann Author"')
    assert "arXiv has no paper by this author." in shown(answered)


async def test_an_admin_subscribes_a_channel(lab: Lab, store: SqlStore) -> None:
    result = await lab.admin.slash(lab.channel, "subscribe", query="cs.CV")
    assert "now follows **Computer vision**" in shown(result)
    assert result.ephemeral
    assert await topics(store, lab.ref) == ["cat:cs.CV"]
    chat = await store.chat(lab.ref)
    assert chat is not None
    assert chat.title.startswith("#papers in ")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("subscribe", {"query": "cs.CV"}),
        ("unsubscribe", {"topic": "cs.LG"}),
        ("settings", {"name": "size", "value": "5"}),
        ("digest", {}),
        ("stop", {}),
    ],
)
async def test_members_without_rights_change_nothing(
    lab: Lab, store: SqlStore, command: str, options: dict[str, str]
) -> None:
    await lab.admin.slash(lab.channel, "subscribe", query="cs.LG")
    result = await lab.member.slash(lab.channel, command, **options)
    assert "Only admins" in shown(result)
    assert await topics(store, lab.ref) == ["cat:cs.LG"]


async def test_members_may_read_papers_and_lists(lab: Lab) -> None:
    assert "Heads" in shown(await lab.member.slash(lab.channel, "summarize", link="2606.00001"))
    assert "follows no topic" in shown(await lab.member.slash(lab.channel, "subscriptions"))


async def test_in_a_direct_message_everybody_is_an_admin(env: simcord.Env, store: SqlStore) -> None:
    person = env.create_user("eve")
    await person.slash("subscribe", query="cs.CV")
    ref = ChatRef(Platform.DISCORD, str(person.dm_channel.id))
    assert await topics(store, ref) == ["cat:cs.CV"]


async def test_a_forum_can_be_named_as_another_channel(lab: Lab, store: SqlStore) -> None:
    forum = lab.guild.create_forum_channel("digests")
    await lab.admin.slash(lab.channel, "subscribe", query="cs.CV", channel=forum)
    assert await topics(store, ChatRef(Platform.DISCORD, str(forum.id))) == ["cat:cs.CV"]
    assert await topics(store, lab.ref) == []


async def test_a_member_has_no_rights_in_a_named_channel_either(lab: Lab, store: SqlStore) -> None:
    other = lab.guild.create_text_channel("other")
    result = await lab.member.slash(lab.channel, "subscribe", query="cs.CV", channel=other)
    assert "Only admins" in shown(result)
    assert await topics(store, ChatRef(Platform.DISCORD, str(other.id))) == []


async def test_the_place_of_a_mistake_in_a_topic_is_shown(lab: Lab) -> None:
    assert "^" in shown(await lab.admin.slash(lab.channel, "subscribe", query="cs.CV AND ("))


async def test_a_paper_is_public_and_pings_nobody(env: simcord.Env, lab: Lab) -> None:
    result = await lab.member.slash(lab.channel, "summarize", link="https://arxiv.org/abs/2606.00001")
    assert not result.ephemeral
    assert result.response is not None
    assert not result.response.message.mention_everyone


async def test_topics_and_categories_are_completed(lab: Lab) -> None:
    await lab.admin.slash(lab.channel, "subscribe", query="cs.CV")
    await lab.admin.slash(lab.channel, "subscribe", query='"talking head"')
    own = await lab.admin.autocomplete(lab.channel, "unsubscribe", "topic", "talk")
    assert len(own) == 1
    categories = await lab.admin.autocomplete(lab.channel, "subscribe", "query", "cs.")
    assert categories[0]["value"].startswith("cat:cs.")
    assert len(categories) <= 25
    assert await lab.admin.autocomplete(lab.channel, "settings", "value", "", name="style")


async def test_buttons_work_after_a_restart_and_change_their_own_message(
    env: simcord.Env, lab: Lab, client: PaperboyClient, store: SqlStore
) -> None:
    await lab.admin.slash(lab.channel, "subscribe", query="cs.CV")
    listed = await lab.admin.slash(lab.channel, "subscriptions")
    assert listed.response is not None
    drop = next(each for each in buttons(listed.response.components) if each["custom_id"].startswith("drop:"))
    assert len(client.persistent_views) == 0, "nothing is kept in memory for it"
    await lab.admin.click(listed.response.message, custom_id=drop["custom_id"])
    assert await topics(store, lab.ref) == []
    assert "no longer follow" in shown(listed), "the private message itself says so"


async def test_a_card_offers_the_whole_paper_to_everybody(lab: Lab) -> None:
    card = await lab.member.slash(lab.channel, "summarize", link="2606.00001")
    assert card.response is not None
    deep = next(each for each in buttons(card.response.components) if "custom_id" in each)
    assert deep["custom_id"] == f"deep:2606.00001v1@{lab.channel.id}"
    result = await lab.member.click(card.response.message, custom_id=deep["custom_id"])
    assert not result.ephemeral
    assert result.response is not None
    assert result.response.id != card.response.id


async def test_the_channel_is_deleted_after_a_question(lab: Lab, store: SqlStore) -> None:
    await lab.admin.slash(lab.channel, "subscribe", query="cs.CV")
    asked = await lab.admin.slash(lab.channel, "stop")
    assert await topics(store, lab.ref) == ["cat:cs.CV"]
    assert asked.response is not None
    await lab.admin.click(asked.response.message, custom_id=f"forget:yes@{lab.channel.id}")
    assert await store.chat(lab.ref) is None


@pytest.mark.parametrize("kind", ["text", "forum", "direct"])
async def test_a_digest_arrives_in_every_kind_of_channel(
    env: simcord.Env, lab: Lab, client: PaperboyClient, clock: FakeClock, tmp_path: Path, kind: str
) -> None:
    places = {"text": lab.channel, "direct": env.create_user("eve").dm_channel}
    place = lab.guild.create_forum_channel("digests") if kind == "forum" else places[kind]
    ref = ChatRef(Platform.DISCORD, str(place.id))
    sender = DiscordSender(client, InvalidRequests(clock.now), tmp_path)
    to = Chat(ref, kind=ChatKind.FORUM if kind == "forum" else ChatKind.GROUP)
    parts = DiscordRenderer().parts(made_up_digest(12), to)
    for number, part in enumerate(parts, 1):
        outcome = await sender.send(ref, part, f"{ref}|2026-06-02|{number}")
        assert isinstance(outcome, Sent)
        found = await sender.find(ref, part, f"{ref}|2026-06-02|{number}", SINCE)
        assert found == outcome.message_id
    shown = (place.threads[0] if kind == "forum" else place).history()
    assert len(shown) == len(parts)
    assert (len(parts) > 1) is (kind == "forum"), "a forum has room for the cards"
    assert not any(message.mention_everyone for message in shown)


async def test_a_channel_that_does_not_exist_is_gone(
    env: simcord.Env, lab: Lab, client: PaperboyClient, clock: FakeClock, tmp_path: Path
) -> None:
    sender = DiscordSender(client, InvalidRequests(clock.now), tmp_path)
    part = DiscordRenderer().parts(made_up_digest(1), Chat(lab.ref))[0]
    assert isinstance(await sender.send(ChatRef(Platform.DISCORD, "4711"), part, "k|1"), ChatGone)
