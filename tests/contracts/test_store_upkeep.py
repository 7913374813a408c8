"""The daily upkeep, alike on SQLite and PostgreSQL: which papers are needed, and what is forgotten."""

from __future__ import annotations

from pathlib import Path

from bot.model import DeliveryState, Malformed, Settlement
from bot.ports import Store
from bot.storage.engine import sqlite_file
from bot.storage.store import open_store
from tests.contracts.samples import ANN, BOB, NOW, TUESDAY, announced, digest, minutes, with_chats
from tests.fakes.stores import sqlite_url


async def test_papers_of_messages_that_may_still_be_sent_are_needed(store: Store) -> None:
    await with_chats(store)
    assert await store.unsent_papers() == set()
    await store.ingest([announced(f"2606.0000{n}", TUESDAY) for n in (1, 2, 3)], NOW)
    await store.write_digest(digest(ANN, papers=("2606.00001", "2606.00002")), NOW)
    await store.write_digest(digest(BOB, papers=("2606.00002", "2606.00003")), NOW)
    assert await store.unsent_papers() == {"2606.00001", "2606.00002", "2606.00003"}
    [of_ann] = await store.deliveries(chat=ANN)
    [of_bob] = await store.deliveries(chat=BOB)
    await store.settle(of_ann.id, Settlement(DeliveryState.SENT, message_id="7"), NOW)
    await store.settle(of_bob.id, Settlement(DeliveryState.IN_DOUBT, "read time-out"), NOW)
    assert await store.unsent_papers() == {"2606.00002", "2606.00003"}, "it may be sent again by an operator"


async def test_malformed_entries_are_forgotten_after_their_time(store: Store) -> None:
    await store.set_aside([Malformed("feed", "<entry>old</entry>", "no title", TUESDAY)], NOW - minutes(60))
    await store.set_aside([Malformed("feed", "<entry>new</entry>", "no title", TUESDAY)], NOW)
    assert await store.forget_malformed(NOW - minutes(30)) == 1
    assert [entry.raw for entry in await store.malformed()] == ["<entry>new</entry>"]


async def test_a_database_file_becomes_smaller_when_it_is_rewritten(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite3")
    file = sqlite_file(url)
    assert file is not None
    async with await open_store(url) as store:
        entries = [Malformed("feed", f"<entry>{n} {'x' * 20_000}</entry>", "no title", TUESDAY) for n in range(200)]
        await store.set_aside(entries, NOW)
        await store.forget_malformed(NOW + minutes(1))
        await store.ping()
        await store.rewrite()
        assert size_of(file) < 1_000_000
        await store.set_aside(entries[:1], NOW)
        assert await store.malformed() == entries[:1]


def size_of(file: Path) -> int:
    return file.stat().st_size
