"""The outbox under any order of events: no paper twice, parts in order, nothing lost."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import DeliveryState, Platform, Settlement
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, NOW, digest, minutes, with_chats
from tests.fakes.stores import memory_store

S = DeliveryState
OPEN = (S.WAITING, S.VERIFY_FIRST, S.LEASED, S.LEASED_TO_VERIFY, S.SENDING)

events = st.one_of(
    st.tuples(st.just("write"), st.sampled_from([ANN, BOB]), st.sets(st.integers(1, 8), max_size=3), st.integers(0, 3)),
    *[st.tuples(st.just("lease"), st.sampled_from(["w1", "w2"]))] * 3,
    *[st.tuples(st.just("begin"))] * 4,
    st.tuples(st.just("settle"), st.sampled_from([S.SENT, S.WAITING, S.VERIFY_FIRST, S.IN_DOUBT, S.GIVEN_UP])),
    st.tuples(st.just("forget the lease")),  # a worker dies before it sends
    st.tuples(st.just("die")),  # … and while it sends
    st.tuples(st.just("wait"), st.integers(1, 5)),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(events, min_size=15, max_size=40))
@example([("lease", "w1"), ("begin",), ("lease", "w2"), ("begin",), ("begin",)])  # a part under way holds back the next
@example([("lease", "w1"), ("wait", 3), ("lease", "w2"), ("begin",), ("begin",), ("begin",), ("begin",)])  # taken over
@example([("lease", "w1"), ("begin",), ("die",), ("wait", 3), ("lease", "w2"), ("begin",)])  # killed in flight
def test_no_paper_is_sent_twice_parts_are_sent_in_order_and_nothing_is_lost(steps: list[tuple[object, ...]]) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[object, ...]]) -> None:
    now = NOW
    begun: list[int] = []
    leased: list[tuple[int, str]] = []
    written = 0
    taken: dict[object, list[str]] = defaultdict(list)
    async with memory_store() as store:
        await with_chats(store)
        for ref in (ANN, BOB):
            assert await store.write_digest(digest(ref, "first", parts=3), now)
            written += 3
        for number, step in enumerate(steps):
            match step:
                case ("write", chat, papers, parts):
                    names = tuple(f"p{paper}" for paper in sorted(papers))  # type: ignore[call-overload]
                    if await store.write_digest(digest(chat, f"s{number}", names, parts), now):  # type: ignore[arg-type]
                        written += parts  # type: ignore[operator]
                        taken[chat].extend(names)
                case ("lease", owner):
                    got = await store.lease(str(owner), tuple(Platform), now, now + minutes(2), 9)
                    assert len({d.chat for d in got}) == len(got)
                    leased += [(d.id, str(owner)) for d in got]
                case ("begin",) if leased:
                    delivery_id, owner = leased.pop(0)
                    if await store.begin(delivery_id, owner, now):
                        begun.append(delivery_id)
                        await _in_order(store)
                case ("settle", state) if begun:
                    await store.settle(begun.pop(0), Settlement(state, next_attempt_at=now + minutes(1)), now)  # type: ignore[arg-type]
                case ("forget the lease",) if leased:
                    leased.pop(0)
                case ("die",) if begun:
                    begun.pop(0)
                case ("wait", some):
                    now += timedelta(minutes=some)  # type: ignore[arg-type]
                    for orphan in await store.orphaned(now):
                        await store.settle(orphan.id, Settlement(S.IN_DOUBT), now)
                        begun = [delivery_id for delivery_id in begun if delivery_id != orphan.id]
        for had in taken.values():
            assert len(had) == len(set(had))
        await _in_order(store)
        await _drain(store, now)
        rows = await store.deliveries(limit=1_000)
        assert len(rows) == written
        assert {row.state for row in rows} <= {S.SENT, S.IN_DOUBT, S.GIVEN_UP}


async def _in_order(store: SqlStore) -> None:
    """No part has been tried while an earlier one of its chat was open."""
    rows = sorted(await store.deliveries(limit=1_000), key=lambda row: row.id)
    for chat in {row.chat for row in rows}:
        queue = [row for row in rows if row.chat == chat]
        first_open = next((i for i, row in enumerate(queue) if row.state in OPEN), len(queue))
        assert all(row.attempts == 0 for row in queue[first_open + 1 :])


async def _drain(store: SqlStore, now: datetime) -> None:
    """After any events, a worker that goes on settles every part."""
    for _ in range(200):
        now += minutes(3)
        for orphan in await store.orphaned(now):
            await store.settle(orphan.id, Settlement(S.IN_DOUBT), now)
        got = await store.lease("last", tuple(Platform), now, now + minutes(2), 9)
        for delivery in got:
            assert await store.begin(delivery.id, "last", now)
            await store.settle(delivery.id, Settlement(S.SENT), now)
        if not got:
            return
    raise AssertionError("some deliveries were never settled")
