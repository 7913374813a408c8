"""Two bots of one platform in one service, as processes: each answers and sends for its own chats alone."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.conversation import Requester
from bot.decisions.spreading import Load
from bot.model import ChatKind, Platform
from bot.operator import chats
from bot.operator.arguments import parse_chat
from bot.operator.doctor import examine
from bot.service.app import open_app
from bot.service.bots import bots_of
from bot.service.status import gather
from tests.fakes import telegram as fake_telegram
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.telegram import FakeTelegram
from tests.service.test_running import DAYS, Process, made, settings_for

SECOND = "222333:TEST-token_of_the_second_bot"
ANN, BOB, CYD = 5, 6, 7


async def test_each_bot_answers_and_sends_for_its_own_chats(tmp_path: Path) -> None:
    async with FakeArxiv() as arxiv, FakeTelegram() as first:
        arxiv.today = DAYS[1]
        second = first.beside(SECOND)
        first.world.user(CYD)
        environment = settings_for(tmp_path, arxiv, first)
        environment["TELEGRAM_BOT_TOKEN"] = f"{fake_telegram.TOKEN},{SECOND}"
        await chats.subscribe(made(environment), f"telegram:{CYD}", "cs.CV")
        async with Process(environment, tmp_path) as service:
            await service.until(lambda: service.said("running"))
            first.say(ANN, ANN, "/subscribe cs.CV")
            second.say(BOB, BOB, "/subscribe cs.CV")
            await first.wait_for(ANN)
            await second.wait_for(BOB)
            await service.until(lambda: service.said("matched"))
            first.say(CYD, CYD, "/digest")
            second.say(BOB, BOB, "/digest")
            await first.until(lambda: any("2606." in each.text for each in first.messages(CYD)), timeout=30)
            await second.until(lambda: any("2606." in each.text for each in second.messages(BOB)), timeout=30)
            async with aiohttp.ClientSession() as session, session.get(f"{await service.address()}metrics") as answer:
                metrics = await answer.text()
            assert await service.stop() == 0
        assert not first.messages(BOB)
        assert not second.messages(ANN)
        assert not second.messages(CYD)
        assert 'paperboy_bot_messages_total{bot="222333",outcome="sent",platform="telegram"}' in metrics
        log = str(service.log)
        assert SECOND not in log


async def test_chats_of_a_bot_whose_token_was_removed_are_named(tmp_path: Path) -> None:
    async with FakeArxiv() as arxiv, FakeTelegram() as first:
        arxiv.today = DAYS[1]
        first.beside(SECOND)
        environment = settings_for(tmp_path, arxiv, first)
        both = made(environment | {"TELEGRAM_BOT_TOKEN": f"{fake_telegram.TOKEN},{SECOND}"})
        _, bot = bots_of(both)
        async with open_app(both) as app:
            await app.conversation(bot).beginning.start(
                Requester(str(BOB), is_admin=True), parse_chat(f"telegram:{BOB}"), ChatKind.PRIVATE
            )
        found = [finding async for finding in examine(both)]
        assert len([each for each in found if each.subject.startswith("telegram ") and each.is_fine]) == 2
        assert not [each for each in found if each.subject == "chats"]
        settings = made(environment)
        sentence = (
            "1 chat on telegram waits for bot 222333, which has no token in TELEGRAM_BOT_TOKEN; add its token, or let "
            "people there use another of your bots."
        )
        assert sentence in [finding.message async for finding in examine(settings)]
        async with open_app(settings) as app:
            assert sentence in await app.health()
            assert not (await gather(app.store, app.clock)).unserved


async def test_forecasts_count_with_the_rate_and_the_bots_of_the_settings(tmp_path: Path) -> None:
    tokens = f"{fake_telegram.TOKEN},{SECOND}"
    settings = made({"DATA_DIR": str(tmp_path), "TELEGRAM_BOT_TOKEN": tokens, "TELEGRAM_RATE": "200"})
    async with open_app(settings) as app:
        assert app.loads == {Platform.TELEGRAM: Load(200.0, senders=2)}
