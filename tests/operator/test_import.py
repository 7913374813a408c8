"""`paperboy import` takes back what `paperboy export` wrote, once, and refuses what is damaged as a whole."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import TellUser
from bot.model import FOREVER, Chat, ChatKind, ChatRef, Depth, OpensIn, Platform, Style, VoteKind
from bot.operator import import_format
from bot.operator.export import export, export_topics, put
from bot.operator.importing import import_file
from bot.service.app import open_app
from bot.settings import Settings, load
from tests.contracts.samples import NOW, TUESDAY, minutes, paper
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.test_cli import paperboy

ANN, GROUP = ChatRef(Platform.TELEGRAM, "101"), ChatRef(Platform.TELEGRAM, "-1002/45")
ONE, TWO = "2606.00001", "2606.00002"
CHAT = Chat(
    ANN,
    "Ann",
    "zh",
    "Asia/Tokyo",
    time(7, 30),
    5,
    Style.TITLES,
    Depth.DEEP,
    kind=ChatKind.PRIVATE,
    days=frozenset((0, 3)),
    paused_until=FOREVER,
    quiet=(time(22), time(7)),
    opens_in=OpensIn.HERE,
    has_own_language=True,
)


@pytest.fixture
async def filled(tmp_path: Path) -> Settings:
    """An installation with two chats."""
    settings = load(_env_file=None, data_dir=tmp_path / "old")
    async with open_app(settings) as app:
        await app.store.remember([paper(ONE), paper(TWO)], NOW)
        await app.store.add_chat(CHAT)
        await app.store.add_chat(Chat(GROUP, "“Vision” <组> & more", paused_until=datetime(2027, 1, 1, tzinfo=UTC)))
        await app.store.subscribe(ANN, "cat:cs.CV about: lip sync; not faces", date(2026, 6, 1), NOW)
        await app.store.subscribe(GROUP, "gan", date(2026, 6, 2), NOW)
        await app.store.vote(ANN, "101", [ONE], VoteKind.SAVED, NOW)
        await app.store.vote(GROUP, "777", [TWO], VoteKind.SAVED, NOW + minutes(1))
        await app.store.vote(GROUP, "", [ONE], VoteKind.UP, NOW)
    return settings


async def written(settings: Settings, path: Path, *, has_ids: bool = True) -> Path:
    file = io.StringIO()
    await export(settings, None, file, has_ids=has_ids)
    put(file, path)
    return path


async def state(settings: Settings) -> tuple[object, ...]:
    async with open_app(settings) as app:
        chats = [replace(chat, next_due_at=None, created_at=None) for chat in await app.store.chats()]
        followed = [(each.chat, each.topic) for each in await app.store.subscriptions()]
        votes = [await app.store.votes_of(chat.ref) for chat in chats]
    return chats, followed, votes


@pytest.fixture
async def empty(tmp_path: Path, filled: Settings) -> Settings:
    """Another installation, which has the papers and nothing else."""
    settings = load(_env_file=None, data_dir=tmp_path / "new")
    async with open_app(settings) as app:
        await app.store.remember([paper(ONE), paper(TWO)], NOW)
    return settings


async def test_another_installation_gets_chats_topics_and_votes_once(
    filled: Settings, empty: Settings, tmp_path: Path
) -> None:
    file = await written(filled, tmp_path / "a.json")
    assert await import_file(empty, file) == ["Read 2 chats, 2 of them new: 2 new topics, 3 new votes."]
    after = await state(empty)
    assert after == await state(filled)
    assert await import_file(empty, file) == ["Read 2 chats, 0 of them new: 0 new topics, 0 new votes."]
    assert await state(empty) == after
    assert await import_file(filled, file) == ["Read 2 chats, 0 of them new: 0 new topics, 0 new votes."]


async def test_a_paused_chat_stays_paused_and_the_others_are_due(
    filled: Settings, empty: Settings, tmp_path: Path
) -> None:
    await import_file(empty, await written(filled, tmp_path / "a.json"))
    async with open_app(empty) as app:
        chats = {chat.ref: chat for chat in await app.store.chats()}
    assert chats[ANN].paused_until == FOREVER
    assert chats[GROUP].next_due_at is not None


async def test_a_digest_that_is_due_now_still_comes_after_an_import(filled: Settings, tmp_path: Path) -> None:
    file = await written(filled, tmp_path / "a.json")
    async with open_app(filled) as app:
        await app.store.change_chat(GROUP, NOW, paused_until=None, size=3)
        await app.store.set_due(GROUP, app.clock.now() - minutes(1))
    content = json.loads(file.read_text())
    content["chats"][1]["settings"]["paused_until"] = None
    file.write_text(json.dumps(content))
    await import_file(filled, file)
    async with open_app(filled) as app:
        chat = await app.store.chat(GROUP)
        assert chat is not None
        assert chat.size == 10
        assert chat.next_due_at is not None
        assert chat.next_due_at < app.clock.now()


async def test_quiet_hours_are_local_times_whatever_a_file_says(
    filled: Settings, empty: Settings, tmp_path: Path
) -> None:
    """A time with a zone cannot be compared with those of the chat, so that its digests would never be sent."""
    file = await written(filled, tmp_path / "a.json")
    content = json.loads(file.read_text())
    content["chats"][0]["settings"]["quiet"] = ["22:00:30-05:00", "07:00Z"]
    file.write_text(json.dumps(content))
    await import_file(empty, file)
    async with open_app(empty) as app:
        chat = await app.store.chat(ANN)
    assert chat is not None
    assert chat.quiet == (time(22), time(7))


async def test_numbered_people_are_said(filled: Settings, empty: Settings, tmp_path: Path) -> None:
    lines = await import_file(empty, await written(filled, tmp_path / "a.json", has_ids=False))
    assert lines[1:] == ["People are numbered in the file, so nobody finds their saved papers; export with --people."]


async def test_who_has_changed_their_mind_since_keeps_that(filled: Settings, tmp_path: Path) -> None:
    file = await written(filled, tmp_path / "a.json")
    async with open_app(filled) as app:
        await app.store.vote(GROUP, "", [ONE], VoteKind.DOWN, NOW + minutes(9))
    await import_file(filled, file)
    async with open_app(filled) as app:
        kinds = {vote.kind for vote in await app.store.votes_of(GROUP) if not vote.person}
    assert kinds == {VoteKind.DOWN}


async def test_papers_that_are_not_stored_come_from_arxiv(filled: Settings, tmp_path: Path) -> None:
    file = await written(filled, tmp_path / "a.json")
    async with FakeArxiv({TUESDAY: [made_up(ONE, TUESDAY)]}) as arxiv:
        fresh = arxiv.settings(data_dir=tmp_path / "fresh")
        lines = await import_file(fresh, file)
    assert lines == [
        "Read 2 chats, 2 of them new: 2 new topics, 2 new votes.",
        "1 vote left out: arXiv does not know their papers.",
    ]


# ── damaged files ──


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *before, last = path
        for name in before:
            content = content[name]
        content[last] = to

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("paperboy", to=99), "was written by a newer Paperboy (format 99, this one knows 2)"),
        (_set("chats", to=None), "is damaged (chats: "),
        (_set("chats", 1, "chat", to="icq:5"), "is damaged (chats.1.chat: "),
        (_set("chats", 1, "settings", "timezone", to="Mars/Base"), "is damaged (chats.1.settings.timezone: "),
        (_set("chats", 1, "settings", "language", to="klingon!"), "is damaged (chats.1.settings.language: "),
        (_set("chats", 1, "settings", "style", to="x"), "is damaged (chats.1.settings.style: "),
        (_set("chats", 1, "subscriptions", 0, "topic", to="(("), "is damaged (chats.1.subscriptions.0.topic: "),
        (_set("chats", 0, "votes", 0, "paper", to="no id&x=1"), "is damaged (chats.0.votes.0.paper: "),
        (_set("chats", 0, "votes", 0, "at", to="2026-06-01T00:00"), "is damaged (chats.0.votes.0.at: "),
    ],
)
async def test_a_damaged_file_changes_nothing(
    filled: Settings, empty: Settings, tmp_path: Path, change: Callable[[Any], None], said: str
) -> None:
    file = await written(filled, tmp_path / "a.json")
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    with pytest.raises(TellUser) as told:
        await import_file(empty, file)
    assert f"a.json {said}" in str(told.value)
    assert str(told.value).endswith("nothing was changed.")
    assert (await state(empty))[0] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\x00\xff", b"[" * 100_000, b'{"chats": 5}', b"PK\x03\x04"])
async def test_what_is_no_export_is_refused_in_a_sentence(empty: Settings, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(TellUser, match="nothing was changed"):
        await import_file(empty, file)


async def test_a_file_that_is_not_there_is_told(empty: Settings, tmp_path: Path) -> None:
    with pytest.raises(TellUser, match="cannot be read"):
        await import_file(empty, tmp_path / "none.json")


# ── OPML ──


async def test_chats_without_topics_are_not_counted_in_opml(filled: Settings) -> None:
    async with open_app(filled) as app:
        await app.store.add_chat(Chat(ChatRef(Platform.TELEGRAM, "7")))
    assert await export_topics(filled, None, io.StringIO()) == 2


async def test_topics_go_out_and_in_as_opml(filled: Settings, empty: Settings, tmp_path: Path) -> None:
    file, path = io.StringIO(), tmp_path / "a.opml"
    assert await export_topics(filled, None, file) == 2
    path.write_text(file.getvalue(), encoding="utf-8")
    assert (await import_file(empty, path))[0].startswith("Read 2 chats, 2 of them new: 2 new topics")
    assert (await state(empty))[1] == (await state(filled))[1]
    assert (await import_file(empty, path, "telegram:5"))[0].startswith("Read 1 chat, 1 of them new: 2 new topics")


FEEDS = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="Science">
<outline text="CV" type="rss" xmlUrl="https://rss.arxiv.org/rss/cs.CV"/>
<outline text="other" type="rss" xmlUrl="https://example.org/feed"/></outline></body></opml>"""


async def test_the_feeds_of_arxiv_in_a_feed_reader_are_topics(empty: Settings, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_bytes(FEEDS)
    with pytest.raises(TellUser, match="name it with --chat"):
        await import_file(empty, path)
    await import_file(empty, path, "telegram:101")
    assert (await state(empty))[1] == [(ANN, "cat:cs.CV")]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<opml><outline topic="&a;"/></opml>"""


@pytest.mark.parametrize("content", [b"<opml><body>", b"<html/>", b"<opml/>", BOMB])
async def test_an_opml_that_is_none_changes_nothing(empty: Settings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.opml"
    path.write_bytes(content)
    with pytest.raises(TellUser):
        await import_file(empty, path, "telegram:101")
    assert (await state(empty))[0] == []


def test_the_commands_write_and_read_a_file(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    paperboy("subscribe", "--chat", "telegram:101", "cs.CV", data=tmp_path)
    assert paperboy("export", "--people", "-o", str(file), data=tmp_path).returncode == 0
    other = tmp_path / "other"
    other.mkdir()
    read = paperboy("import", str(file), data=other)
    assert (read.returncode, read.stdout) == (0, "Read 1 chat, 1 of them new: 1 new topic, 0 new votes.\n")


def test_a_file_of_another_kind_is_called_so() -> None:
    with pytest.raises(TellUser, match="neither a whole file of `paperboy export` nor OPML"):
        import_format.read(b"hello", "hello.txt")
