"""The migration to packed matches and positions keeps what every chat has had and will get, both ways."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, LedgerLine, Platform
from bot.storage.engine import Database
from bot.storage.migrations import migrate
from bot.storage.store import open_store
from tests.fakes.stores import sqlite_url

FIRST = date(2026, 3, 2)
DAYS = [FIRST + timedelta(days=number) for number in range(0, 90, 3)]
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
WORDS = ["apple", "berry", "cherry", "damson"]
REFS = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(1, 6)]
PAPERS = [f"26{number % 12 + 1:02}.{number:05}" for number in range(60)]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database in the form of the release before packed matches."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "store.sqlite3")
    else:
        url = request.getfixturevalue("server")
        async with connected(url) as (connection, _):
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    await migrate(url, "0004")
    return url


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[AsyncConnection, dict[str, Table]]]:
    """A connection, and the tables as they are in the database."""
    database = Database(url)
    metadata = MetaData()
    try:
        async with database.write() as connection:
            await connection.run_sync(metadata.reflect)
            yield connection, dict(metadata.tables)
    finally:
        await database.close()


def earlier_history(seed: int) -> Rows:
    """A database as the earlier release wrote it: chats that have had many, few or none of what their topics match."""
    chance = random.Random(seed)
    words = {paper: frozenset(chance.sample(WORDS, chance.randint(1, 3))) for paper in PAPERS}
    listed = [(paper, chance.choice(DAYS[:-3]), "new") for paper in PAPERS]
    listed += [(paper, day, "new") for paper, day in zip(PAPERS[-8:], DAYS[-2:] * 4, strict=True)]
    listed += [(paper, chance.choice(DAYS), "cross") for paper in chance.sample(PAPERS, 20)]
    listed += [(PAPERS[0], DAYS[-1], "replace"), (PAPERS[1], DAYS[-1], "new"), (PAPERS[1], DAYS[-1], "cross")]
    order = sorted(dict.fromkeys(listed), key=lambda entry: (entry[1], chance.random()))
    log: list[dict[str, Any]] = [
        {"seq": seq, "paper_id": paper, "day": day, "kind": kind}
        for seq, (paper, day, kind) in enumerate(order, start=1)
    ]
    places = dict.fromkeys(
        (at, entry["day"], entry["paper_id"])
        for entry in log
        for at, word in enumerate(WORDS, start=1)
        if entry["kind"] != "replace" and word in words[entry["paper_id"]]
    )
    matches = [
        {"id": number, "topic_id": at, "day": day, "paper_id": paper, "because": [WORDS[at - 1]]}
        for number, (at, day, paper) in enumerate(places, start=1)
    ]
    follows: list[dict[str, Any]] = [
        {"chat_id": chat, "topic_id": at, "since": chance.choice(DAYS[:20])}
        for chat in range(1, 6)
        for at in chance.sample(range(1, 4), 2)  # nobody follows the last topic any more
    ]
    taken = []
    for chat in range(1, 5):  # the fifth has had nothing
        until = chance.choice(DAYS[15:])
        for paper in PAPERS:
            is_likely = any(match["paper_id"] == paper and match["day"] <= until for match in matches)
            if chance.random() < (0.97 if is_likely else 0.03):
                taken.append({"chat_id": chat, "paper_id": paper, "digest_id": chat * 2 - chance.randint(0, 1)})
    return {
        "papers": [paper_row(paper, words[paper]) for paper in PAPERS],
        "announcements": [{**entry, "version": 1, "inferred": False, "seen_at": stored(NOW)} for entry in log],
        "chats": [chat_row(number) for number in range(1, 6)],
        "topics": [
            {"id": at, "query": word, "from_seq": 0, "matched_seq": len(log)} for at, word in enumerate(WORDS, 1)
        ],
        "matches": matches,
        "subscriptions": [
            {**each, "created_at": stored(NOW), "seen_match": seen(each, matches, taken)} for each in follows
        ],
        "digests": [digest_row(number) for number in range(1, 9)],
        "taken": taken,
        "deliveries": [delivery_row(1, "sent"), delivery_row(2, "waiting")],
    }


def seen(follow: dict[str, Any], matches: list[dict[str, Any]], taken: list[dict[str, Any]]) -> int:
    """The match before the first one in the window that the chat has not had, as the earlier release wrote it."""
    had = {row["paper_id"] for row in taken if row["chat_id"] == follow["chat_id"]}
    own = [match for match in matches if match["topic_id"] == follow["topic_id"]]
    new: list[int] = [match["id"] for match in own if match["day"] >= follow["since"] and match["paper_id"] not in had]
    return min(new) - 1 if new else max(int(match["id"]) for match in own)


def stored(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def paper_row(paper: str, words: frozenset[str]) -> dict[str, Any]:
    said = {"title": " ".join(sorted(words)), "authors": ["Ada"], "abstract": "One.", "categories": ["cs.CV"]}
    return {"id": paper, "version": 1, **said, "withdrawn": False, "sample": False, "seen_at": stored(NOW)}


def chat_row(number: int) -> dict[str, Any]:
    named = {"id": number, "platform": "telegram", "ident": str(number), "title": "", "language": "en"}
    how = {"digest_time": NOW.time(), "size": 10, "style": "cards", "depth": "brief"}
    return {**named, "timezone": "UTC", **how}


def topic_row(number: int, last_seq: int) -> dict[str, Any]:
    return {"id": number, "query": WORDS[number - 1], "from_seq": 0, "matched_seq": last_seq}


def digest_row(number: int) -> dict[str, Any]:
    days = dict.fromkeys(("day", "first_day", "last_day"), DAYS[number])
    return {"id": number, "chat_id": (number + 1) // 2, "slot": str(number), **days, "created_at": stored(NOW)}


def delivery_row(number: int, state: str) -> dict[str, Any]:
    known = {"id": number, "chat_id": 1, "digest_id": number, "number": 1, "of": 1, "state": state}
    return {**known, "payload": {}, "paper_ids": [], "attempts": 0, "next_attempt_at": stored(NOW)}


async def write(url: str, history: Rows) -> None:
    async with connected(url) as (connection, tables):
        for name, rows in history.items():
            await connection.execute(tables[name].insert(), rows)
        if connection.dialect.name == "postgresql":  # ids that are given explicitly do not count there
            await connection.execute(text("SELECT setval(pg_get_serial_sequence('digests', 'id'), 8)"))


def expected(history: Rows, chat: int) -> list[tuple[int, tuple[int, ...]]]:
    """What a chat has not had: (sequence number of the first announcement, topics), oldest first."""
    had = {row["paper_id"] for row in history["taken"] if row["chat_id"] == chat}
    since = {row["topic_id"]: row["since"] for row in history["subscriptions"] if row["chat_id"] == chat}
    first: dict[str, int] = {}
    topics: dict[str, set[int]] = {}
    for entry in sorted(history["announcements"], key=lambda entry: (entry["day"], entry["seq"])):
        for match in history["matches"]:
            is_that = (match["paper_id"], match["day"]) == (entry["paper_id"], entry["day"])
            is_followed = match["topic_id"] in since and match["day"] >= since[match["topic_id"]]
            if is_that and is_followed and entry["kind"] != "replace" and entry["paper_id"] not in had:
                first.setdefault(entry["paper_id"], entry["seq"])
                topics.setdefault(entry["paper_id"], set()).add(match["topic_id"])
    return [(seq, tuple(sorted(topics[paper]))) for paper, seq in first.items()]


async def check(url: str, history: Rows) -> None:
    """Every chat has had and will get the same as in the earlier release."""
    async with await open_store(url) as store:
        found = await store.unseen_of(REFS)
        for number, ref in enumerate(REFS, start=1):
            had = {row["paper_id"] for row in history["taken"] if row["chat_id"] == number}
            assert await store.taken(ref, PAPERS) == had
            assert list(found[ref].found) == expected(history, number)
        waiting = {ref for ref, unseen in found.items() if unseen.found}
        assert waiting <= set(await store.chats_with_candidates())


@pytest.mark.parametrize("seed", range(4))
async def test_every_chat_has_had_and_will_get_the_same_after_it_and_after_the_way_back(url: str, seed: int) -> None:
    history = earlier_history(seed)
    await write(url, history)
    await check(url, history)
    await migrate(url, "0004")
    async with connected(url) as (connection, tables):
        for name, key in (
            ("taken", ("chat_id", "paper_id", "digest_id")),
            ("matches", ("topic_id", "paper_id", "day")),
        ):
            rows = await connection.execute(select(*(tables[name].c[column] for column in key)))
            assert {tuple(row) for row in rows} == {tuple(row[column] for column in key) for row in history[name]}
        reasons = await connection.execute(select(tables["matches"].c.topic_id, tables["matches"].c.because))
        assert all(row.because == [WORDS[row.topic_id - 1]] for row in reasons)
    await check(url, history)


async def test_the_ledger_counts_as_before(url: str) -> None:
    history = earlier_history(0)
    await write(url, history)
    had = {row["paper_id"] for row in history["taken"]}
    # Digests without parts count as sent, and so does the one whose only part is.
    sent = {row["paper_id"] for row in history["taken"] if row["digest_id"] != 2}
    async with await open_store(url) as store:
        for line in await store.ledger(FIRST):
            assert line == counted(history, line, had, sent)


def counted(history: Rows, line: LedgerLine, had: set[str], sent: set[str]) -> LedgerLine:
    all_kinds = {row["paper_id"] for row in history["announcements"] if row["day"] == line.day}
    of_day = {
        row["paper_id"] for row in history["announcements"] if row["day"] == line.day and row["kind"] != "replace"
    }
    matched = {row["paper_id"] for row in history["matches"] if row["day"] == line.day}
    counts = (len(all_kinds), len(all_kinds), len(matched), len(of_day & had))
    return LedgerLine(line.day, *counts, summarized=0, sent=len(of_day & sent))


async def test_papers_whose_digests_are_gone_keep_a_digest_on_the_way_back(url: str) -> None:
    history = earlier_history(1)
    await write(url, history)
    await check(url, history)
    async with connected(url) as (connection, tables):
        await connection.execute(tables["digests"].delete().where(tables["digests"].c.chat_id == 3))
    await migrate(url, "0004")
    await check(url, history)
