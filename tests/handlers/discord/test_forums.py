"""Forum channels on Discord: one post for each digest, found again and replaced where it is closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import CannotTell
from bot.model import ChatGone, NotSent, Sent, Unknown
from handlers.discord.history import POSTS_LOOKED_AT
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.discord import CREATE_POST, Bucket, FakeDiscord
from tests.fakes.discord_world import READ_MESSAGE_HISTORY
from tests.handlers.discord.samples import KEY, SECOND, SINCE, chat, part


@pytest.fixture
def forum(dc: FakeDiscord) -> int:
    return dc.world.add_forum(dc.world.add_guild())


async def test_a_forum_gets_one_post_a_digest_with_its_parts_inside(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    first = await sender.send(chat(forum), part("# Ten new papers\nand more"), KEY)
    second = await sender.send(chat(forum), part("The others"), SECOND)
    [post] = dc.world.threads(parent=forum)
    assert post["name"] == "Ten new papers"
    assert first == Sent(post["id"])
    assert isinstance(second, Sent)
    assert [each["components"][0]["content"] for each in dc.world.history(int(post["id"]))] == [
        "The others",
        "# Ten new papers\nand more",
    ]


async def test_the_next_part_finds_its_post_after_a_restart(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock, tmp_path: Path
) -> None:
    await sender.send(chat(forum), part(), KEY)
    await sender.send(chat(forum), part("another day"), "discord:1|2026-06-03|1")
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 2
    assert await restarted.find(chat(forum), part(), SECOND, SINCE) is not None


async def test_opening_a_post_is_tried_once_and_found_again(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    dc.fail("500", CREATE_POST, store=True, times=5)
    assert isinstance(await sender.send(chat(forum), part(), KEY), Unknown)
    assert dc.count(CREATE_POST) == 1
    assert await sender.find(chat(forum), part(), KEY, SINCE) == dc.world.threads(parent=forum)[0]["id"]


async def test_a_post_is_found_behind_many_others(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock
) -> None:
    dc.channel_limit, dc.overall = (100, 1.0), Bucket(1_000, 1.0)
    sent = await sender.send(chat(forum), part(), KEY)
    assert isinstance(sent, Sent)
    for number in range(25):
        await sender.send(chat(forum), part(), f"discord:1|other {number}|1")
    dc.world.archive(int(sent.message_id))
    for number in range(150):
        clock.advance(1)
        dc.world.archive(dc.world.add_thread(forum, f"chatter {number}"))
    restarted = DiscordSender(sender._client, sender._invalid, Path())
    assert await restarted.find(chat(forum), part(), KEY, SINCE) == sent.message_id


async def test_posts_are_looked_for_no_further_back_than_the_part_can_be(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock
) -> None:
    for number in range(250):
        clock.advance(1)
        dc.world.archive(dc.world.add_thread(forum, f"post {number}", owner=dc.world.bot["id"]))
    clock.advance(3600)
    assert await sender.find(chat(forum), part(), KEY, clock.now()) is None
    assert dc.count(r"GET /channels/\d+/threads/archived/public") == 1
    assert dc.count(r"GET /channels/\d+/messages/\d+") == 0


async def test_more_posts_than_can_be_looked_at_are_not_taken_for_not_there(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    dc.overall = Bucket(1_000, 1.0)
    for number in range(POSTS_LOOKED_AT + 1):
        dc.world.add_thread(forum, f"post {number}", owner=dc.world.bot["id"])
    with pytest.raises(CannotTell, match="posts"):
        await sender.find(chat(forum), part(), KEY, SINCE)


async def test_in_a_forum_that_may_not_be_read_nobody_can_tell_and_no_nonce_protects(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    dc.world.deny(forum, READ_MESSAGE_HISTORY)
    assert await sender.find(chat(forum), part(), KEY, SINCE) is None, "no post was ever opened"
    dc.fail("500", CREATE_POST, store=True)
    assert isinstance(await sender.send(chat(forum), part(), KEY), Unknown)
    with pytest.raises(CannotTell, match="“Read Message History”"):
        await sender.find(chat(forum), part(), KEY, SINCE)


async def test_a_forum_that_may_not_be_read_still_gets_the_next_part(
    sender: DiscordSender, dc: FakeDiscord, forum: int, tmp_path: Path
) -> None:
    await sender.send(chat(forum), part(), KEY)
    dc.world.deny(forum, READ_MESSAGE_HISTORY)
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The others"), SECOND), Sent)


async def test_a_first_part_that_comes_late_joins_the_post_of_the_others(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    await sender.send(chat(forum), part("The others"), SECOND)
    assert await sender.find(chat(forum), part(), KEY, SINCE) is None
    assert isinstance(await sender.send(chat(forum), part(), KEY), Sent)
    assert len(dc.world.threads(parent=forum)) == 1


async def test_a_404_that_is_not_discords_opens_no_second_post(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    await sender.send(chat(forum), part(), KEY)
    dc.fail("404")
    outcome = await sender.send(chat(forum), part("The others"), SECOND)
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform
    assert len(dc.world.threads(parent=forum)) == 1


async def test_a_deleted_post_does_not_end_the_forum(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.world.delete_channel(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 1


@pytest.mark.parametrize("archived", [False, True])
async def test_a_post_that_a_moderator_locks_does_not_end_the_forum(
    sender: DiscordSender, dc: FakeDiscord, forum: int, tmp_path: Path, archived: bool
) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.world.lock(int(first.message_id))
    if archived:
        dc.world.archive(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The last ones"), f"{SECOND[:-1]}3"), Sent)
    [other] = [each for each in dc.world.threads(parent=forum) if each["id"] != first.message_id]
    assert len(dc.world.messages[int(other["id"])]) == 2


async def test_what_may_stand_in_a_post_that_is_locked_is_looked_for_before_another_is_opened(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.fail("500")
    dc.world.lock(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Unknown)
    assert len(dc.world.threads(parent=forum)) == 1
    assert await sender.find(chat(forum), part("The others"), SECOND, SINCE) is None
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 2


async def test_a_thread_that_follows_topics_itself_and_is_locked_is_gone(
    sender: DiscordSender, dc: FakeDiscord, channel: int, forum: int
) -> None:
    for thread in (dc.world.add_thread(channel, "papers"), dc.world.add_thread(forum, "papers")):
        assert isinstance(await sender.send(chat(thread), part(), KEY), Sent)
        dc.world.lock(thread)
        assert isinstance(await sender.send(chat(thread), part(), SECOND), ChatGone)


async def test_a_forum_that_wants_a_tag_gets_one(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    tags = [
        {"id": "5", "name": "mods", "moderated": True, "emoji_id": None, "emoji_name": None},
        {"id": "6", "name": "papers", "moderated": False, "emoji_id": None, "emoji_name": None},
    ]
    dc.world.channels[forum] |= {"flags": 1 << 4, "available_tags": tags}
    assert isinstance(await sender.send(chat(forum), part(), KEY), Sent)
