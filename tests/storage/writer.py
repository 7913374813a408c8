"""A process that works on a store, for tests that need a second one: `python -m tests.storage.writer URL WHAT NAME`.

`digests` writes 60 digests to the chat NAME and leases as it goes, printing the ids it leased; `halfway` stops in the
middle of a transaction, says so, and waits to be killed.
"""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy import insert

from bot.model import Chat, ChatRef, DeliveryState, Platform, Settlement
from bot.storage import tables
from bot.storage.store import SqlStore, open_store
from tests.contracts.samples import NOW, digest, minutes


async def digests(store: SqlStore, name: str) -> None:
    chat = ChatRef(Platform.TELEGRAM, name)
    await store.add_chat(Chat(chat))
    for number in range(60):
        assert await store.write_digest(digest(chat, str(number), (f"p{number}",)), NOW)
        for delivery in await store.lease(name, [Platform.TELEGRAM], NOW, NOW + minutes(1), 2):
            assert await store.begin(delivery.id, name, NOW)
            await store.settle(delivery.id, Settlement(DeliveryState.SENT), NOW)
            say(str(delivery.id))


async def halfway(store: SqlStore, name: str) -> None:
    await store.add_chat(Chat(ChatRef(Platform.TELEGRAM, name)))
    async with store.db.write() as connection:
        await connection.execute(insert(tables.state), {"name": name, "value": {}})
        say("halfway")
        await asyncio.sleep(60)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    url, what, name = sys.argv[1:]
    async with await open_store(url) as store:
        await {"digests": digests, "halfway": halfway}[what](store, name)


if __name__ == "__main__":
    asyncio.run(main())
