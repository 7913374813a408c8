"""Links that follow a topic: made by the list of topics, opened in private and in groups, forged."""

from __future__ import annotations

import re

import pytest

from bot.conversation import Requester, topic_key
from bot.model import ChatRef, Platform
from handlers import deep_links
from handlers.deep_links import KeptTopicLink, TopicLink
from tests.fakes.telegram_world import BOT_USERNAME
from tests.handlers.telegram.conftest import Bench

ANN, BOB, GROUP = 5, 6, -1001234567890
LONG = "about: talking heads driven by audio, for films and games; not face recognition"


def ref(chat_id: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat_id))


async def topics(bench: Bench, chat_id: int) -> list[str]:
    return [each.topic for each in await bench.store.subscriptions(ref(chat_id))]


async def shared(bench: Bench, topic: str) -> str:
    """The parameter of the link that somebody gets who shares a topic."""
    await bench.talk.subscribe(Requester(str(ANN), is_admin=True), ref(ANN), topic, may_ask=False)
    await bench.ask(ANN, "/subscriptions")
    before = len(bench.tg.messages(ANN))
    bench.tg.press(bench.tg.messages(ANN)[-1], "Share", ANN)
    answer = (await bench.tg.wait_for(ANN, before + 1))[-1]
    found = re.search(rf"https://t\.me/{BOT_USERNAME}\?start=([A-Za-z0-9_-]+)", answer.text)
    assert found is not None
    assert "https://t.me/share/url?url=https%3A%2F%2Ft.me%2F" in str(answer.buttons)
    return found[1]


@pytest.mark.parametrize("topic", ["cat:cs.CV", LONG])
async def test_a_shared_topic_is_followed_in_one_tap(bench: Bench, topic: str) -> None:
    parameter = await shared(bench, topic)
    assert "now follow" in await bench.ask(BOB, f"/start {parameter}")
    assert await topics(bench, BOB) == [topic]


async def test_a_link_works_after_the_chat_that_shared_it_is_forgotten(bench: Bench) -> None:
    parameter = await shared(bench, LONG)
    await bench.store.forget(ref(ANN))
    await bench.ask(BOB, f"/start {parameter}")
    assert await topics(bench, BOB) == [LONG]


async def test_a_group_that_the_bot_is_added_to_with_a_link_follows_the_topic(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab", admins=(ANN,))
    parameter = str(TopicLink("cat:cs.CV"))
    assert "Only admins" in await bench.ask(GROUP, f"/start@{BOT_USERNAME} {parameter}", user=BOB)
    assert "now follow" in await bench.ask(GROUP, f"/start@{BOT_USERNAME} {parameter}", user=ANN)
    assert await topics(bench, GROUP) == ["cat:cs.CV"]
    bench.tg.say(GROUP, ANN, f"/start@another_bot {TopicLink('cat:cs.CL')}")
    await bench.ask(GROUP, "/help", user=BOB)
    assert await topics(bench, GROUP) == ["cat:cs.CV"]


@pytest.mark.parametrize(
    "parameter",
    ["t_", "t_!!", "t_" + "A" * 80, "t_KCgoKA", "t__w", "k_0123456789ab", "k_zz", str(TopicLink("(a AND"))],
)
async def test_a_damaged_link_gets_a_kind_answer_and_follows_nothing(bench: Bench, parameter: str) -> None:
    assert "That link is damaged" in await bench.ask(ANN, f"/start {parameter}")
    assert await topics(bench, ANN) == []


async def test_another_parameter_is_a_plain_start(bench: Bench) -> None:
    assert "What do you work on?" in await bench.ask(ANN, "/start from_the_web_site")


@pytest.mark.parametrize("topic", ["cat:cs.CV", "transformer*", "ti:größe OR 注意力", LONG, "x " * 200])
def test_every_topic_has_a_link_that_telegram_takes(topic: str) -> None:
    address = deep_links.topic_link("paperboy_bot", topic, topic_key(topic))
    parameter = address.partition("?start=")[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", parameter)
    link = deep_links.parse(parameter)
    assert link == TopicLink(topic) or link == KeptTopicLink(topic_key(topic))


async def test_a_text_that_quotes_such_a_link_is_answered_as_a_text(bench: Bench) -> None:
    assert "Papers about" in await bench.ask(ANN, "talking head generation, not /start t_Y2F0")
    assert await topics(bench, ANN) == []
