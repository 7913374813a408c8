"""People are answered on Telegram in their own language, or in that of the chat."""

from __future__ import annotations

import pytest

from bot.locales import INTERFACE_LANGUAGES
from bot.model import ChatRef, Platform
from handlers.commands import COMMANDS
from tests.handlers.telegram.conftest import Bench

ANN, GROUP = 1001, -100500

WHO_MAY = {
    "en": "Only the operators of this service",
    "zh-hans": "只有此服务的运营者",
    "zh-hant": "只有此服務的營運者",
    "es": "Solo los operadores de este servicio",
    "ja": "このサービスの運営者だけが",
    "ru": "Это могут спросить только операторы",
    "pt-br": "Only the operators of this service",
}


@pytest.mark.parametrize("code", WHO_MAY)
async def test_a_person_is_answered_in_the_language_of_their_telegram(bench: Bench, code: str) -> None:
    bench.tg.world.speaks[ANN] = code
    assert WHO_MAY[code] in await bench.ask(ANN, "/health")


async def test_the_language_that_was_chosen_for_a_chat_is_spoken_from_that_answer_on(bench: Bench) -> None:
    bench.tg.world.speaks[ANN] = "ru"
    await bench.ask(ANN, "/settings language ja")
    assert WHO_MAY["ja"] in await bench.ask(ANN, "/health")
    stored = await bench.store.chat(ChatRef(Platform.TELEGRAM, str(ANN)))
    assert stored is not None
    assert stored.has_own_language


async def test_the_language_of_a_group_wins_over_that_of_its_members(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    bench.tg.world.speaks[ANN] = "es"
    assert WHO_MAY["es"] in await bench.ask(GROUP, "/health", user=ANN)
    await bench.ask(GROUP, "/settings language zh", user=ANN)
    assert WHO_MAY["zh-hans"] in await bench.ask(GROUP, "/health", user=ANN)


async def test_a_private_chat_begins_with_the_language_of_its_person_and_a_group_does_not(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    bench.tg.world.speaks[ANN] = "de"
    await bench.ask(ANN, "/start")
    await bench.ask(GROUP, "/start", user=ANN)
    private = await bench.store.chat(ChatRef(Platform.TELEGRAM, str(ANN)))
    group = await bench.store.chat(ChatRef(Platform.TELEGRAM, str(GROUP)))
    assert private is not None
    assert group is not None
    assert (private.language, private.has_own_language, group.language) == ("de", False, "en")


async def test_pop_ups_and_errors_are_in_the_language_too(bench: Bench) -> None:
    bench.tg.world.speaks[ANN] = "zh-hans"
    await bench.ask(ANN, "/help")
    query = bench.tg.press(bench.tg.messages(ANN)[-1], "", ANN, data="sudo:now")
    await bench.tg.until(lambda: bench.tg.world.queries[query] is not None)
    assert "这个按钮已失效" in str(bench.tg.world.queries[query])
    assert "请先将我设为它的管理员" in await bench.ask(ANN, "/subscribe @no_such_channel cs.CV")


async def test_commands_are_offered_in_every_language_that_telegram_tells_apart(bench: Bench) -> None:
    names = [command.name for command in COMMANDS]
    offered = bench.tg.world.commands_in
    assert set(offered) == {language for language in INTERFACE_LANGUAGES if len(language) == 2} - {"en"}
    for language, commands in offered.items():
        assert [each["command"] for each in commands] == names
        described = zip(commands, bench.tg.world.commands, strict=True)
        assert all(own["description"] != english["description"] for own, english in described), language
