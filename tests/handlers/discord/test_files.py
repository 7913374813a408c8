"""Lists of papers that people attach on Discord, through the real library."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model import ChatRef, Platform, VoteKind
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import user
from tests.handlers.discord.samples import until

BIBTEX = b"@article{a, title={MultiTalk}, eprint={2406.14272}}\n@misc{b, url={https://arxiv.org/abs/2303.08774}}"
LIKED = {("", "2303.08774", VoteKind.UP), ("", "2406.14272", VoteKind.UP)}


async def votes(store: SqlStore, channel: int) -> set[tuple[str, str, VoteKind]]:
    found = await store.votes_of(ChatRef(Platform.DISCORD, str(channel)))
    return {(vote.person, vote.paper_id, vote.kind) for vote in found}


class Writer:
    """Somebody who writes the bot in private."""

    def __init__(self, dc: FakeDiscord) -> None:
        self.dc, self.channel = dc, dc.world.add_dm(person=42)

    async def write(self, *files: dict[str, Any], text: str = "", answers: int = 1) -> str:
        """Send a message with these attachments; returns the text of the next answers."""
        written = self.dc.world.store_message(self.channel, {"content": text}, set(), author=user(42, "bob"))
        before = len(self.dc.world.accepted)
        await self.dc.gateway.dispatch("MESSAGE_CREATE", {**written, "attachments": list(files)})
        await until(lambda: len(self.dc.world.accepted) >= before + answers)
        return str([each["message"]["components"] for each in self.dc.world.accepted[before:]])


@pytest.fixture
def writer(app: DiscordApp, dc: FakeDiscord) -> Writer:
    return Writer(dc)


async def test_the_papers_of_an_attached_list_are_liked(writer: Writer, dc: FakeDiscord, store: SqlStore) -> None:
    assert "papers like these 2 first" in await writer.write(dc.cdn.attachment("My Library.BIB", BIBTEX), text="these")
    assert await votes(store, writer.channel) == LIKED


async def test_each_attached_list_is_answered(writer: Writer, dc: FakeDiscord, store: SqlStore) -> None:
    first = dc.cdn.attachment("a.txt", b"2406.14272")
    second = dc.cdn.attachment("b.ris", b"TY  - JOUR\nUR  - https://arxiv.org/abs/2303.08774\nER  - \n")
    said = await writer.write(first, dc.cdn.attachment("c.pdf", b"%PDF"), second, answers=2)
    assert said.count("papers like this one first") == 2
    assert await votes(store, writer.channel) == LIKED


@pytest.mark.parametrize(
    ("name", "content", "claimed", "said"),
    [
        ("a.bib", b"x", 50_000_000, "a.bib has 50 MB; a list may have up to 1 MB"),
        ("a.bib", b"x" * 1_000_001, 1, "a.bib has 1.1 MB; a list may have up to 1 MB"),
        ("a.bib", b"%PDF-1.7\n\x00\x01\xff", None, "a.bib is not a text file"),
        ("a.ris", b"", None, "a.ris names no paper"),
        ("x" * 200 + ".txt", b"", None, "xxx… names no paper"),
        ("slides.pptx", b"PK", None, ".bib, .ris, or .txt"),
    ],
)
async def test_what_is_no_list_is_refused_in_a_sentence(
    writer: Writer, dc: FakeDiscord, store: SqlStore, name: str, content: bytes, claimed: int | None, said: str
) -> None:
    assert said in await writer.write(dc.cdn.attachment(name, content, claimed))
    assert await store.chat(ChatRef(Platform.DISCORD, str(writer.channel))) is None
    assert dc.cdn.served == (0 if claimed == 50_000_000 or name == "slides.pptx" else 1)


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_a_file_that_discord_does_not_give_is_told(writer: Writer, dc: FakeDiscord, status: int) -> None:
    dc.cdn.problem = status
    assert "I could not get a.bib; send it once more." in await writer.write(dc.cdn.attachment("a.bib", BIBTEX))


async def test_on_a_server_like_takes_a_file_from_who_may_change_the_channel(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    file = dc.cdn.attachment("a.bib", BIBTEX)
    refused = await dc.interactions.slash(channel, "like", file=file, admin=False)
    assert "papers in lab can do that." in refused.text
    assert await votes(store, channel) == set()
    answered = await dc.interactions.slash(channel, "like", file=file)
    assert "papers like these 2 first" in answered.text
    assert await votes(store, channel) == LIKED


async def test_a_file_and_papers_at_once_are_asked_apart(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    file = dc.cdn.attachment("a.bib", BIBTEX)
    answer = await dc.interactions.slash(channel, "like", file=file, papers="2401.00001")
    assert "either a file or the papers as text" in answer.text
    assert await votes(store, channel) == set()
