"""The migration of delivery states, digests' days and managers loses nothing that waits or is in doubt, both ways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, Delivery, DeliveryState, Platform, Priority, Settlement
from bot.storage.engine import Database
from bot.storage.migrations import migrate
from bot.storage.store import open_store
from tests.contracts.samples import ANN, BOB, NOW, digest, minutes, with_chats
from tests.fakes.stores import sqlite_url

S = DeliveryState
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database in the form of the previous release."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "store.sqlite3")
    else:
        url = request.getfixturevalue("server")
        async with connected(url) as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    await migrate(url, "0003")
    return url


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    database = Database(url)
    async with database.write() as connection:
        yield connection
    await database.close()


async def insert(connection: AsyncConnection, table: str, **values: Any) -> None:
    """One row as the previous release wrote it: times in UTC, JSON as text."""
    sqlite = connection.dialect.name == "sqlite"
    for name, value in values.items():
        if isinstance(value, datetime) and sqlite:
            values[name] = value.replace(tzinfo=None).isoformat(" ", "microseconds")
        elif isinstance(value, dict | list):
            values[name] = json.dumps(value)
        elif type(value) is date and sqlite:
            values[name] = value.isoformat()
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f"CAST(:{n} AS JSON)" if n in ("payload", "paper_ids", "value") else f":{n}" for n in values)
    if sqlite:
        places = ", ".join(f":{name}" for name in values)
    await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)  # noqa: S608


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    async with connected(url) as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def chats_of_the_previous_release(connection: AsyncConnection) -> None:
    for number, ref in enumerate((ANN, BOB), start=1):
        await insert(
            connection,
            "chats",
            id=number,
            platform=ref.platform.value,
            ident=ref.id,
            title="",
            language="en",
            timezone="UTC",
            digest_time="09:00:00.000000",
            size=10,
            style="cards",
            depth="brief",
        )


async def delivery_of_the_previous_release(
    connection: AsyncConnection, number: int, chat: int, slot: str, **values: Any
) -> None:
    """A digest of one part, with that number for its id."""
    day = date(2026, 6, 2)
    await insert(
        connection,
        "digests",
        id=number,
        chat_id=chat,
        slot=slot,
        first_day=day,
        last_day=day,
        created_at=NOW + minutes(number),
    )
    given: dict[str, Any] = {
        "payload": {"text": f"part of {number}"},
        "paper_ids": [f"p{number}"],
        "state": "waiting",
        "attempts": 0,
        "next_attempt_at": NOW,
        "touched_at": NOW + minutes(number),
        "failures": 0,
        "again": False,
        "asked": False,
    }
    known = {"id": number, "chat_id": chat, "digest_id": number, "number": 1, "of": 1}
    await insert(connection, "deliveries", **known, **(given | values))


ROWS: dict[str, dict[str, Any]] = {
    "2026-06-01": {},
    "2026-06-02": {"payload": {"text": "asked for", "asked": True}, "next_attempt_at": EPOCH},
    "now 20260603T121500000001": {"next_attempt_at": EPOCH},
    "once 2026-06-04 20260605T070000000000": {"state": "unknown", "again": True, "next_attempt_at": LATER},
    "2026-06-05 of telegram:-1": {"state": "unknown", "why": "read time-out"},
    "2026-06-06": {"again": True, "asked": True, "why": "replayed"},
    "2026-06-07": {"state": "leased", "owner": "w", "leased_until": LATER, "again": True},
    "2026-06-08": {"state": "leased", "owner": "w", "leased_until": LATER},
    "2026-06-09": {"state": "sending", "owner": "w", "leased_until": LATER, "attempts": 1},
    "2026-06-10": {"state": "sent", "message_id": "41", "attempts": 1, "payload": {"text": "x", "asked": True}},
    "2026-06-11": {"state": "given up", "why": "too long", "failures": 12},
    "2026-06-12": {"state": "unknown", "again": True, "asked": True, "next_attempt_at": LATER},
    "a name without a date 20269999T1": {"again": True, "failures": 2, "next_attempt_at": LATER},
}
"""The deliveries of the previous release by the names of their digests, in the order of their ids, from 1 on."""

EXPECTED = [
    (S.WAITING, Priority.DIGEST, False),
    (S.WAITING, Priority.PERSON_WAITING, False),
    (S.WAITING, Priority.PERSON_WAITING, False),
    (S.VERIFY_FIRST, Priority.DIGEST, False),
    (S.IN_DOUBT, Priority.DIGEST, False),
    (S.VERIFY_FIRST, Priority.DIGEST, True),
    (S.LEASED_TO_VERIFY, Priority.DIGEST, False),
    (S.LEASED, Priority.DIGEST, False),
    (S.SENDING, Priority.DIGEST, False),
    (S.SENT, Priority.PERSON_WAITING, False),
    (S.GIVEN_UP, Priority.DIGEST, False),
    (S.VERIFY_FIRST, Priority.DIGEST, True),
    (S.VERIFY_FIRST, Priority.DIGEST, False),
]

DAYS = [*(date(2026, 6, day) for day in range(1, 13)), NOW.date()]


async def fill(url: str) -> None:
    async with connected(url) as connection:
        await chats_of_the_previous_release(connection)
        for number, (slot, values) in enumerate(ROWS.items(), start=1):
            await delivery_of_the_previous_release(connection, number, 2, slot, **values)
        if connection.dialect.name == "postgresql":  # ids that are given explicitly do not count there
            for table in ("chats", "digests", "deliveries"):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {len(ROWS)})"
                await connection.execute(text(last))


async def deliveries(url: str) -> list[Delivery]:
    async with await open_store(url) as store:
        return sorted(await store.deliveries(limit=1_000), key=lambda delivery: delivery.id)


async def test_every_kind_of_delivery_gets_its_state_priority_force_and_day(url: str) -> None:
    await fill(url)
    found = await deliveries(url)
    assert [(each.state, each.priority, each.forced) for each in found] == EXPECTED
    assert [each.day for each in found] == DAYS
    assert all("asked" not in each.part.payload for each in found)
    assert found[1].part.payload == {"text": "asked for"}
    assert found[1].next_attempt_at == found[1].written_at
    assert (found[3].next_attempt_at, found[4].why, found[9].message_id) == (LATER, "read time-out", "41")
    assert (found[12].failures, found[10].failures, found[8].attempts) == (2, 12, 1)


async def test_a_downgrade_restores_the_previous_releases_states_flags_and_payloads(url: str) -> None:
    await fill(url)
    before = await rows(url, "SELECT id, state, again, asked FROM deliveries ORDER BY id")
    await migrate(url)
    await migrate(url, "0003")
    after = await rows(url, "SELECT id, state, again, asked FROM deliveries ORDER BY id")
    # One that waited to be looked for, and one that was of unknown fate and asked for, change places with their like.
    exceptions = {12: ("waiting", True, True), 13: ("unknown", True, False)}
    assert after == [(number, *exceptions.get(number, tuple(row))) for number, *row in before]
    payloads = [
        json.loads(row[0]) for row in await rows(url, "SELECT CAST(payload AS TEXT) FROM deliveries ORDER BY id")
    ]
    assert [number for number, payload in enumerate(payloads, start=1) if payload.get("asked")] == [2, 3, 10]
    first = await rows(url, "SELECT id FROM deliveries WHERE next_attempt_at < '1971-01-01' ORDER BY id")
    assert first == [(2,), (3,)], "who waits is first there too"
    found = await deliveries(url)
    assert [(each.state, each.priority, each.forced) for each in found] == EXPECTED
    assert [each.day for each in found] == DAYS


async def test_a_delivery_surely_not_sent_on_telegram_waits_and_is_not_to_be_verified(url: str) -> None:
    async with connected(url) as connection:
        await chats_of_the_previous_release(connection)
        await delivery_of_the_previous_release(connection, 1, 1, "2026-06-01", attempts=1, again=True)
        await delivery_of_the_previous_release(connection, 2, 1, "2026-06-02", state="unknown", again=True)
        await delivery_of_the_previous_release(connection, 3, 1, "2026-06-03", again=True, asked=True)
    states = [(delivery.state, delivery.forced) for delivery in await deliveries(url)]
    assert states == [(S.WAITING, False), (S.VERIFY_FIRST, False), (S.VERIFY_FIRST, True)]


async def test_every_open_delivery_of_a_migrated_outbox_can_be_sent_and_new_ones_get_new_ids(url: str) -> None:
    await fill(url)
    async with await open_store(url) as store:
        await store.expire_leases("new", NOW)
        assert await store.write_digest(digest(ANN, "2026-06-13"), LATER)
        [newest] = await store.deliveries(limit=1)
        assert newest.id == len(ROWS) + 1
        for orphan in await store.orphaned(NOW):
            await store.settle(orphan.id, Settlement(S.IN_DOUBT), NOW)
        sent, now = 0, LATER
        while leased := await store.lease("new", tuple(Platform), now, now + minutes(1), 9):
            for delivery in leased:
                assert await store.begin(delivery.id, "new", now)
                await store.settle(delivery.id, Settlement(S.SENT), now)
                sent += 1
        assert (
            sent
            == sum(state in (S.WAITING, S.VERIFY_FIRST, S.LEASED, S.LEASED_TO_VERIFY) for state, *_ in EXPECTED) + 1
        )


async def test_rows_that_refer_to_digests_survive(url: str) -> None:
    await fill(url)
    async with connected(url) as connection:
        await insert(connection, "taken", chat_id=2, paper_id="p1", digest_id=1)
    await migrate(url, "0004")
    assert await rows(url, "SELECT chat_id, paper_id, digest_id FROM taken") == [(2, "p1", 1)]
    async with await open_store(url) as store:
        assert await store.taken(BOB, ["p1"]) == {"p1"}
        await store.forget(BOB)
        assert await store.deliveries() == []
        assert await store.taken(BOB, ["p1"]) == set()
    await migrate(url, "0003")


async def test_managers_are_migrated_to_their_table_and_back(url: str) -> None:
    values = {
        "telegram channels of 5": {"-17": "Another", "-1": "Vision"},
        "telegram channels of 6": {"-1": "Vision"},
        "telegram managers of -1": {"users": [7, 6, 5]},
        "telegram managers of -18": {"users": [6]},
        "poll": {"day": "2026-06-02"},
    }
    async with connected(url) as connection:
        for name, value in values.items():
            await insert(connection, "state", name=name, value=value)
    async with await open_store(url) as store:
        group = ChatRef(Platform.TELEGRAM, "-1")
        assert await store.managers(group) == ["7", "6", "5"]
        assert await store.managed_chats(Platform.TELEGRAM, "5") == {
            group: "Vision",
            ChatRef(Platform.TELEGRAM, "-17"): "Another",
        }
        assert await store.managed_chats(Platform.TELEGRAM, "7") == {}
        assert await store.value("telegram managers of -1") is None
        assert await store.value("poll") == {"day": "2026-06-02"}
    await migrate(url, "0003")
    found = {name: json.loads(value) for name, value in await rows(url, "SELECT name, CAST(value AS TEXT) FROM state")}
    assert found == values | {"telegram managers of -17": {"users": [5]}}


async def test_a_delivery_tried_by_release_0002_is_to_be_verified_on_discord_only(url: str) -> None:
    async with await open_store(url) as store:
        await with_chats(store)
        for ref in (ANN, BOB):
            await store.write_digest(digest(ref, parts=2), NOW)
    await migrate(url, "0002")
    async with connected(url) as connection:
        await connection.execute(text("UPDATE deliveries SET attempts = 1 WHERE number = 1"))
    async with await open_store(url) as store:
        assert [each.state for each in await store.deliveries(chat=ANN)] == [S.WAITING, S.WAITING]
        second, first = await store.deliveries(chat=BOB)
        assert (first.state, second.state) == (S.VERIFY_FIRST, S.WAITING)
        await store.settle(first.id, Settlement(S.VERIFY_FIRST, next_attempt_at=LATER), NOW)
        await store.settle(second.id, Settlement(S.IN_DOUBT), NOW)
    await migrate(url, "0002")
    found = dict(await rows(url, "SELECT id, state FROM deliveries"))
    assert (found[first.id], found[second.id]) == ("waiting", "unknown")
