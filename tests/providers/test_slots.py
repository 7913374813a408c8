"""Requests to models wait for a slot: makers' before those of judges of several papers, each kind in its order."""

from __future__ import annotations

import asyncio

import pytest

from bot.providers.slots import Slots, Turn

FIRST, LAST = Turn.FIRST, Turn.JUDGE_OF_SEVERAL


class Requests:
    """Requests that hold a slot until they are told to end; `sent` lists their names in the order of their slots."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.sent: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.Event] = {}

    async def ask(self, name: str, turn: Turn) -> None:
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._send(name, turn))
        await self._settle()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await self._settle()

    async def _send(self, name: str, turn: Turn) -> None:
        async with self._slots.slot(turn):
            self.sent.append(name)
            await self._ends[name].wait()

    async def _settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_makers_go_before_judges_of_several_papers_and_each_kind_in_its_order() -> None:
    requests = Requests(Slots(1))
    for name, turn in (("m1", FIRST), ("j1", LAST), ("j2", LAST), ("m2", FIRST), ("m3", FIRST)):
        await requests.ask(name, turn)
    for name in ("m1", "m2", "m3", "j1", "j2"):
        assert requests.sent[-1] == name
        await requests.end(name)


async def test_no_more_requests_run_than_there_are_slots_and_none_is_idle() -> None:
    slots = Slots(2)
    requests = Requests(slots)
    for name in ("a", "b", "c", "d"):
        await requests.ask(name, LAST)
    assert (requests.sent, slots.free) == (["a", "b"], 0)
    for name in ("b", "a", "c", "d"):
        await requests.end(name)
    assert (requests.sent, slots.free) == (["a", "b", "c", "d"], 2)


@pytest.mark.parametrize("is_given", [False, True])
async def test_a_slot_is_not_lost_with_a_request_that_is_cancelled(is_given: bool) -> None:
    slots = Slots(1)
    requests = Requests(slots)
    await requests.ask("a", FIRST)
    await requests.ask("b", FIRST)
    await requests.ask("c", FIRST)
    if is_given:
        # "b" has its slot and has not woken up yet when it is cancelled.
        requests.tasks["a"].cancel()
        await asyncio.sleep(0)
        assert requests.tasks["a"].done()
        assert requests.sent == ["a"]
    requests.tasks["b"].cancel()
    if not is_given:
        await requests.end("a")
    await asyncio.gather(requests.tasks["a"], requests.tasks["b"], return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)
    assert requests.sent == ["a", "c"]
    await requests.end("c")
    assert slots.free == 1
