"""The buttons below a digest that was really sent: settings beside it, and links with the bot's own name."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Chat, Style
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.pipeline import made_up_digest
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.telegram.conftest import Bench
from tests.handlers.telegram.test_commands import ref

ANN, GROUP = 5, -1001000000001


async def list_in(bench: Bench, ident: int) -> FakeMessage:
    digest = replace(made_up_digest(10), matched=109, ranked=109, slot="2026-06-02")
    [part] = TelegramRenderer().parts(digest, Chat(ref(ident), style=Style.LIST))
    await bench.app.sender.send(ref(ident), part, "key")
    return bench.tg.messages(ident)[-1]


async def test_settings_open_below_a_digest_which_stays(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    shown = await list_in(bench, ANN)
    text, count = shown.text, len(bench.tg.messages(ANN))
    bench.tg.press(shown, "⚙", ANN)
    settings = (await bench.tg.wait_for(ANN, count + 1))[-1]
    assert "Time" in settings.text or "time" in settings.text
    assert shown.text == text
    # From there on they change in place.
    before = settings.text
    bench.tg.press(settings, settings.labels[0], ANN)
    await bench.tg.until(lambda: settings.text != before)
    assert len(bench.tg.messages(ANN)) == count + 1


async def test_in_a_group_every_number_is_a_link_to_this_bot(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    shown = await list_in(bench, GROUP)
    name = bench.app.application.bot.username
    assert shown.button("3")["url"] == f"https://t.me/{name}?start=p_{GROUP}_2606-00003"
    assert shown.button("Next 10")["url"] == f"https://t.me/{name}?start=l_{GROUP}_2026-06-02_10"
    assert shown.button("⚙")["callback_data"] == f"settings:new@{GROUP}"
