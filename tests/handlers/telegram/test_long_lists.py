"""Lists that are longer than a screen: turned in place, and right while they shrink."""

from __future__ import annotations

from bot.conversation import Requester
from bot.model import ChatRef, Platform
from tests.handlers.telegram.conftest import Bench

ANN = 5
REF = ChatRef(Platform.TELEGRAM, str(ANN))
CODES = ("AI", "AR", "CC", "CE", "CG", "CL", "CR", "CV", "CY", "DB", "DC", "DL", "DM", "DS", "ET", "FL", "GL", "GR")
CODES += ("GT", "HC", "IR", "IT", "LG")


async def follow_all(bench: Bench) -> None:
    for code in CODES:
        await bench.talk.subscribe(Requester(str(ANN), is_admin=True), REF, f"cs.{code}", may_ask=False)


async def test_a_long_list_is_turned_in_place_and_removes_what_it_shows(bench: Bench) -> None:
    await follow_all(bench)
    assert "follow 23 topics" in await bench.ask(ANN, "/subscriptions")
    [message] = bench.tg.messages(ANN)
    assert "cs.DB" in message.text
    assert "cs.DC" not in message.text
    bench.tg.press(message, "2 ▶", ANN)
    await bench.tg.until(lambda: "cs.DC" in message.text)
    assert "cs.DB" not in message.text
    bench.tg.press(message, "3 ▶", ANN)
    await bench.tg.until(lambda: "cs.LG" in message.text)
    assert [label for label in message.labels if "▶" in label or "◀" in label] == ["◀ 2"]
    bench.tg.press(message, "✕ cat:cs.LG", ANN)
    await bench.tg.until(lambda: "no longer follow" in message.text)
    assert len(bench.tg.messages(ANN)) == 1


async def test_a_page_that_is_gone_shows_the_last_one(bench: Bench) -> None:
    await follow_all(bench)
    await bench.ask(ANN, "/subscriptions")
    [message] = bench.tg.messages(ANN)
    bench.tg.press(message, "2 ▶", ANN)
    await bench.tg.until(lambda: "cs.DC" in message.text)
    for code in CODES[5:]:
        await bench.talk.unsubscribe(Requester(str(ANN), is_admin=True), REF, f"cs.{code}")
    bench.tg.press(message, "3 ▶", ANN)
    await bench.tg.until(lambda: "follow 5 topics" in message.text)
    assert "cs.AI" in message.text
