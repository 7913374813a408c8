"""The app on a person's own account, in places where the bot is no member."""

from __future__ import annotations

from typing import Any

import pytest

from bot.storage.store import SqlStore
from handlers.button_actions import BUTTONS
from handlers.commands import COMMANDS
from handlers.discord.app import DiscordApp
from handlers.discord.visits import VISITING_COMMANDS, VISITING_VERBS
from tests.contracts.samples import NOW, announced
from tests.fakes.discord import FakeDiscord
from tests.handlers.discord.samples import chat


@pytest.fixture
def foreign(app: DiscordApp, dc: FakeDiscord) -> int:
    """A channel of a server that the gateway never told of."""
    dc.interactions.is_user_install = True
    return dc.world.add_channel(dc.world.add_guild("elsewhere"), "reading")


@pytest.fixture(params=["server", "direct messages between people"])
def place(request: pytest.FixtureRequest, dc: FakeDiscord, foreign: int) -> int:
    return foreign if request.param == "server" else dc.world.add_dm(person=42)


def test_what_visitors_may_do_exists() -> None:
    assert {command.name for command in COMMANDS} >= VISITING_COMMANDS
    assert set(BUTTONS) >= VISITING_VERBS


async def test_only_what_only_reads_is_offered_to_visitors(app: DiscordApp, dc: FakeDiscord) -> None:
    offered = {each["name"]: each for each in dc.commands if each.get("type", 1) == 1}
    for name, command in offered.items():
        may_visit = name in VISITING_COMMANDS
        assert command["integration_types"] == ([0, 1] if may_visit else [0]), name
        assert command["contexts"] == ([0, 1, 2] if may_visit else [0, 1]), name


async def test_a_visitor_reads_a_paper_alone(dc: FakeDiscord, place: int, store: SqlStore) -> None:
    answer = await dc.interactions.slash(place, "summarize", link="2606.00001", admin=False)
    assert "Heads" in answer.text
    assert answer.ephemeral
    assert await store.chat(chat(place)) is None


async def test_a_visitor_sees_no_button_that_would_be_refused(dc: FakeDiscord, place: int) -> None:
    answer = await dc.interactions.slash(place, "summarize", link="2606.00001", admin=False)
    assert {custom_id.partition(":")[0] for custom_id in answer.custom_ids} == {"deep"}
    whole = await dc.interactions.click(place, answer.custom_ids[0], message=answer.messages[-1])
    assert {custom_id.partition(":")[0] for custom_id in whole.custom_ids} <= VISITING_VERBS


async def test_a_visitors_help_names_what_works_there(dc: FakeDiscord, place: int) -> None:
    answer = await dc.interactions.slash(place, "help")
    assert [command.name for command in COMMANDS if f"`/{command.name}`" in answer.text] == [
        command.name for command in COMMANDS if command.name in VISITING_COMMANDS
    ]
    assert "add me here" in answer.text
    assert answer.ephemeral


async def test_a_visitor_cites_a_paper_alone(dc: FakeDiscord, place: int, store: SqlStore) -> None:
    await store.ingest([announced("2606.00001")], NOW)
    answer = await dc.interactions.slash(place, "cite", papers="2606.00001", format="bib", admin=False)
    assert "@misc{" in answer.text
    assert answer.ephemeral
    assert await store.chat(chat(place)) is None


@pytest.mark.parametrize("command", ["subscribe", "settings", "stop", "digest", "export", "search"])
async def test_what_needs_a_member_is_kindly_refused(
    dc: FakeDiscord, place: int, command: str, store: SqlStore
) -> None:
    options: dict[str, Any] = {"subscribe": {"query": "cs.CV"}, "search": {"words": "faces"}}.get(command, {})
    answer = await dc.interactions.slash(place, command, admin=True, **options)
    assert "I am not a member of this place" in answer.text
    assert answer.ephemeral
    assert await store.chat(chat(place)) is None


async def test_other_buttons_are_kindly_refused(dc: FakeDiscord, foreign: int, store: SqlStore) -> None:
    for verb in sorted(set(BUTTONS) - VISITING_VERBS):
        answer = await dc.interactions.click(foreign, f"{verb}:2606.00001@{foreign}")
        assert "I am not a member of this place" in answer.text, verb
        assert await store.chat(chat(foreign)) is None, verb


async def test_in_direct_messages_with_the_bot_everything_works(app: DiscordApp, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm(person=42)
    assert "You now follow" in (await dc.interactions.slash(direct, "subscribe", query="cs.CV")).text
