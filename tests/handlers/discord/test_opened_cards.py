"""Papers that are opened from a list on Discord: for one person, in one message that their taps change."""

from __future__ import annotations

from bot.model import Style, VoteKind
from bot.storage.store import SqlStore
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_limits import walk
from tests.fakes.pipeline import FakePipeline
from tests.handlers.discord.bench import Bench, votes
from tests.handlers.discord.samples import until

UP, OPENED = VoteKind.UP, VoteKind.OPENED
FIRST, SECOND = "2606.00001", "2606.00002"


async def test_a_paper_that_is_chosen_from_the_list_opens_for_the_one_who_chose_and_takes_their_votes_in_place(
    bench: Bench, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    shown = await bench.digest_in(channel, style=Style.LIST)
    (menu,) = [component for component in shown if component["type"] == 3]
    second = menu["options"][1]
    assert second["label"].startswith("2. Paper <2606.00002>")
    card = await dc.interactions.click(channel, menu["custom_id"], chosen=second["value"], admin=False)
    assert card.ephemeral
    assert SECOND in card.text
    (message,) = card.messages
    for expected, kept in (("👍 ✓", {("42", SECOND, UP), ("42", SECOND, OPENED)}), ("👍", {("42", SECOND, OPENED)})):
        pressed = await dc.interactions.click(channel, card.button("👍"), message=message, admin=False)
        assert pressed.messages == [message], "no further message"
        assert expected in [each.get("label") for each in walk(message["components"])]
        assert await votes(store, channel) == kept


async def test_the_views_of_an_opened_card_take_each_others_place(bench: Bench, dc: FakeDiscord, channel: int) -> None:
    await bench.digest_in(channel, style=Style.LIST)
    card = await dc.interactions.click(channel, f"open:{FIRST}@{channel}", admin=False)
    (message,) = card.messages
    cited = await dc.interactions.click(channel, card.button("Cite"), message=message, admin=False)
    assert cited.messages == [message]
    assert "@" in cited.text
    assert "BibTeX" not in cited.text or "RIS" in str(message["components"])
    back = await dc.interactions.click(channel, cited.button("⟵"), message=message, admin=False)
    assert "👍" in str(back.messages[0]["components"])
    await dc.interactions.click(channel, back.button("⟵"), message=message, admin=False)
    assert dc.count(r"DELETE /webhooks/\d+/\w+/messages/@original") == 1


async def test_a_whole_reading_says_that_it_goes_on_and_takes_the_place_of_the_card(
    bench: Bench, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    await bench.digest_in(channel, style=Style.LIST)
    card = await dc.interactions.click(channel, f"open:{FIRST}@{channel}", admin=False)
    (message,) = card.messages
    pipeline.may_finish.clear()
    waiting = await dc.interactions.click(channel, card.button("Read it all"), message=message, admin=False)
    assert "reading the whole paper" in waiting.text
    pipeline.may_finish.set()
    await until(lambda: waiting.edits == 2)
    assert waiting.messages == [message]
    assert "reading the whole paper" not in waiting.text


async def test_who_has_left_a_card_that_is_being_read_is_told_there_that_it_is_read(
    bench: Bench, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    await bench.digest_in(channel, style=Style.LIST)
    card = await dc.interactions.click(channel, f"open:{FIRST}@{channel}", admin=False)
    (message,) = card.messages
    pipeline.may_finish.clear()
    waiting = await dc.interactions.click(channel, card.button("Read it all"), message=message, admin=False)
    await dc.interactions.click(channel, waiting.button("⟵"), message=message, admin=False)
    pipeline.may_finish.set()
    await until(lambda: waiting.edits == 2)
    assert "The whole paper has been read" in waiting.text
    assert waiting.button("Read it all")
