"""`paperboy export` writes all that is stored about chats, and gives away nobody's id."""

from __future__ import annotations

import io
import json
import os
import stat
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from bot.conversation import Requester
from bot.errors import TellUser
from bot.model import Chat, ChatModel, ChatRef, Depth, Platform, Style, VoteKind
from bot.operator.export import export, put
from bot.relevance.model_weights import packed_terms
from bot.service.app import open_app
from bot.settings import Settings, load
from tests.contracts.samples import MONDAY, NOW, TUESDAY, minutes, paper
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.relevance.papers import SUBJECTS
from tests.test_cli import paperboy

ANN, GROUP = ChatRef(Platform.TELEGRAM, "101"), ChatRef(Platform.TELEGRAM, "-1002/45")
CHANNEL = ChatRef(Platform.DISCORD, "202")
ONE, TWO = "2606.00001", "2606.00002"
MODEL = ChatModel(3, NOW, 2, packed_terms((("lip sync", 1.5), ("唇", -0.1))), 0.5, "local", b"1234", (ONE,))


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """The settings of an installation with a private chat, a forum topic of a group, and a channel."""
    settings = load(_env_file=None, data_dir=tmp_path)
    async with open_app(settings) as app:
        store = app.store
        await store.remember([paper(ONE), paper(TWO)], NOW)
        await store.add_chat(Chat(ANN, "Ann", "zh", "Asia/Tokyo", time(7, 30), 5, Style.TITLES, Depth.DEEP))
        await store.add_chat(Chat(GROUP, "“Vision” 组", created_at=NOW, suspended="kicked"))
        await store.add_chat(Chat(CHANNEL))
        await store.subscribe(ANN, "cat:cs.CV about: lip sync; not faces", MONDAY, NOW)
        await store.subscribe(GROUP, "gan", TUESDAY, NOW)
        await store.vote(ANN, "101", [ONE], VoteKind.UP, NOW)
        await store.vote(ANN, "", [TWO], VoteKind.SAVED, NOW + minutes(1))
        await store.vote(GROUP, "777", [ONE], VoteKind.DOWN, NOW)
        await store.vote(GROUP, "101", [ONE], VoteKind.UP, NOW + minutes(1))
        await store.vote(GROUP, "777", [TWO], VoteKind.OPENED, NOW + minutes(2))
        await store.vote(CHANNEL, "777", [ONE], VoteKind.UP, NOW)
        await store.save_model(ANN, MODEL, await store.votes_of(ANN), NOW)
    return settings


async def exported(settings: Settings, chat: ChatRef | None = None) -> list[dict[str, Any]]:
    file = io.StringIO()
    count = await export(settings, str(chat) if chat else None, file)
    chats: list[dict[str, Any]] = json.loads(file.getvalue())["chats"]
    assert len(chats) == count
    return chats


async def test_a_chat_is_exported_with_all_that_is_stored_about_it(settings: Settings) -> None:
    at, later = "2026-06-02T09:00:00+00:00", "2026-06-02T09:01:00+00:00"
    assert await exported(settings, ANN) == [
        {
            "chat": "telegram:101",
            "title": "Ann",
            "kind": "",
            "created_at": None,
            "suspended": None,
            "settings": {
                "language": "zh",
                "has_own_language": False,
                "timezone": "Asia/Tokyo",
                "digest_time": "07:30",
                "days": [0, 1, 2, 3, 4, 5, 6],
                "size": 5,
                "style": "titles",
                "depth": "deep",
                "paused_until": None,
                "quiet": None,
                "opens_in": "private",
            },
            "subscriptions": [
                {"topic": "cat:cs.CV about: lip sync; not faces", "since": "2026-06-01", "created_at": at}
            ],
            "votes": [
                {"paper": ONE, "kind": "up", "person": "101", "at": at},
                {"paper": TWO, "kind": "saved", "person": None, "at": later},
            ],
            "model": {
                "version": 3,
                "trained_at": at,
                "votes": 2,
                "embedder": "local",
                "liked": [ONE],
                "terms": [{"term": "lip sync", "weight": 1.5}, {"term": "唇", "weight": -0.1}],
            },
        }
    ]


async def test_all_chats_are_exported_and_people_are_numbered(settings: Settings) -> None:
    ann, group, channel = await exported(settings)
    assert (ann["chat"], group["chat"], channel["chat"]) == ("telegram:101", "telegram:-1002/45", "discord:202")
    assert [vote["person"] for vote in ann["votes"]] == ["101", None], "their own chat has their id anyway"
    assert [vote["person"] for vote in group["votes"]] == ["person 1", "person 2", "person 1"]
    assert [vote["person"] for vote in channel["votes"]] == ["person 3"], "the same number on another platform"
    assert (group["title"], group["suspended"], group["model"]) == ("“Vision” 组", "kicked", None)
    assert "777" not in json.dumps([group, channel])
    assert "101" not in json.dumps(group)


async def test_a_forgotten_chat_is_in_no_export(settings: Settings) -> None:
    async with open_app(settings) as app:
        await app.store.forget(ANN)
    assert [chat["chat"] for chat in await exported(settings)] == [str(GROUP), str(CHANNEL)]
    with pytest.raises(TellUser, match=r"There is no chat telegram:101; `paperboy chats` lists"):
        await export(settings, str(ANN), io.StringIO())


async def test_an_installation_without_chats_exports_an_empty_list(tmp_path: Path) -> None:
    assert await exported(load(_env_file=None, data_dir=tmp_path)) == []


async def test_what_is_no_chat_is_refused(settings: Settings) -> None:
    with pytest.raises(TellUser, match="slack:1"):
        await export(settings, "slack:1", io.StringIO())


def test_a_file_is_written_for_its_owner_only_and_replaces_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chats.json"
    put(io.StringIO("a longer text, 组"), path)
    put(io.StringIO("组"), path)
    assert path.read_text(encoding="utf-8") == "组"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(TellUser, match=r"cannot be written \(Is a directory\); choose another\.$"):
        put(io.StringIO(), tmp_path)


def test_without_a_file_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    put(io.StringIO("all of it\n"), None)
    assert capsys.readouterr().out == "all of it\n"


# ── the command ──


async def test_the_command_exports_what_was_learned_from_votes_until_the_chat_is_deleted(tmp_path: Path) -> None:
    ids = [f"2606.{number:05}" for number in range(1, 9)]
    listing = [
        made_up(each, MONDAY, title=SUBJECTS[n % 4][0], abstract=SUBJECTS[n % 4][1]) for n, each in enumerate(ids)
    ]
    with FakeArxiv({MONDAY: listing}) as arxiv:
        for command in (
            ["subscribe", "--chat", str(ANN), "cs.CV"],
            ["once"],
            ["like", "--chat", str(ANN), *ids[:2]],
            ["once"],
        ):
            done = paperboy(*command, data=tmp_path, arxiv=arxiv)
            assert done.returncode == 0, done.stderr
        [chat] = json.loads(paperboy("export", "--chat", str(ANN), data=tmp_path).stdout)["chats"]
    assert {(vote["paper"], vote["kind"]) for vote in chat["votes"]} == {(each, "up") for each in ids[:2]}
    assert set(chat["model"]["liked"]) == set(ids[:2])
    assert any(term["weight"] > 0 for term in chat["model"]["terms"])
    async with open_app(load(_env_file=None, data_dir=tmp_path)) as app:
        await app.conversation().stopping.forget(Requester(ANN.place, is_admin=True), ANN)
        left = (await app.store.votes_of(ANN), await app.store.models_of([ANN]), await app.store.subscriptions(ANN))
    assert left == ([], {}, [])
    everything = paperboy("export", data=tmp_path)
    assert everything.returncode == 0
    assert str(ANN) not in everything.stdout
