"""Saved papers, searches, references and the export on Discord, through the real library."""

from __future__ import annotations

import json

import pytest

from bot.model import ChatRef, Platform, VoteKind
from bot.pipeline import index_papers
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.contracts.samples import NOW, announced, digest, send_next
from tests.fakes.discord import FakeDiscord

IDS = [f"2606.{number:05}" for number in range(1, 13)]
PERSON = "42"


@pytest.fixture
async def stocked(app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore) -> FakeDiscord:
    """The channel has received twelve papers, and one person has saved them."""
    await store.ingest([announced(name, title=f"Diffusion number {name[-2:]}") for name in IDS], NOW)
    await index_papers(store)
    await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    ref = ChatRef(Platform.DISCORD, str(channel))
    await store.write_digest(digest(ref, papers=tuple(IDS)), NOW)
    await send_next(store, NOW)
    for name in IDS:
        await store.vote(ref, PERSON, [name], VoteKind.SAVED, NOW)
    return dc


async def test_saved_papers_are_shown_to_their_person_alone_in_pages(stocked: FakeDiscord, channel: int) -> None:
    answer = await stocked.interactions.slash(channel, "saved")
    assert "You have saved 12 papers here" in answer.text
    assert answer.ephemeral
    turned = await stocked.interactions.click(channel, answer.button("▶"), message=answer.messages[-1])
    assert "11\\. " in turned.text or "11. " in turned.text
    assert turned.kind in (6, 7)  # the message itself is edited, now or after a deferral
    others = await stocked.interactions.slash(channel, "saved", person=43)
    assert "You have saved nothing here yet" in others.text


async def test_references_come_as_a_file_below_the_answer(stocked: FakeDiscord, channel: int) -> None:
    answer = await stocked.interactions.slash(channel, "saved", format="ris")
    assert "12 references as RIS" in answer.messages[0]["components"][0]["components"][0]["content"]
    assert answer.messages[-1]["attachments"][0]["filename"] == "saved.ris"
    assert stocked.uploaded["saved.ris"].count(b"TY  - ") == 12
    assert answer.ephemeral


async def test_a_paper_is_cited_for_everybody(stocked: FakeDiscord, channel: int) -> None:
    answer = await stocked.interactions.slash(channel, "cite", papers=IDS[0])
    assert "@misc{example2026diffusion," in answer.text
    assert not answer.ephemeral


async def test_a_search_finds_what_came(stocked: FakeDiscord, channel: int) -> None:
    answer = await stocked.interactions.slash(channel, "search", words="diffusion")
    assert "12 papers for" in answer.text
    turned = await stocked.interactions.click(channel, answer.button("▶"), message=answer.messages[-1])
    assert "Diffusion number" in turned.text
    assert "No digest" not in (await stocked.interactions.slash(channel, "history")).text


async def test_the_export_is_given_to_admins_alone(stocked: FakeDiscord, channel: int) -> None:
    refused = await stocked.interactions.slash(channel, "export", admin=False)
    assert "Only admins" in refused.text
    answer = await stocked.interactions.slash(channel, "export")
    assert answer.ephemeral
    (chat,) = json.loads(stocked.uploaded["paperboy.json"])["chats"]
    assert {vote["person"] for vote in chat["votes"]} == {"person 1"}
    assert stocked.uploaded["saved.bib"].count(b"@misc{") == 12
