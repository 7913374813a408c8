"""Buttons on Telegram: for whom they work, which chat they are about, and what forged data comes to."""

from __future__ import annotations

import pytest

from bot.conversation import topic_key
from bot.model import Part
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.telegram.conftest import Bench
from tests.handlers.telegram.test_commands import ANN, BOB, CHANNEL, GROUP, ref, topics


async def test_a_topic_is_removed_by_its_button_once(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.ask(ANN, "/subscribe diffusion")
    await bench.ask(ANN, "/subscriptions")
    menu = bench.tg.messages(ANN)[-1]
    data = menu.button("diffusion")["callback_data"]
    bench.tg.press(menu, "diffusion", ANN)
    await bench.tg.until(lambda: "no longer follow" in menu.text)
    assert await topics(bench, ANN) == ["cat:cs.CV"]
    query = bench.tg.press(menu, "", ANN, data=data)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    assert "no longer" in answer["text"]


@pytest.mark.parametrize(
    "data", ["", "x", "drop:zz", "set:size=9999", "forget:all", "deep:../../etc", "topics:@-1009999999999", "🦊" * 16]
)
async def test_forged_button_data_gets_an_answer_and_changes_nothing(bench: Bench, data: str) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    before = await bench.store.chat(ref(ANN))
    query = bench.tg.press(bench.tg.messages(ANN)[-1], "", ANN, data=data)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    assert await topics(bench, ANN) == ["cat:cs.CV"]
    assert await bench.store.chat(ref(ANN)) == before


async def test_only_admins_press_buttons_that_change_a_group(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    await bench.ask(GROUP, "/subscriptions", user=BOB)
    menu = bench.tg.messages(GROUP)[-1]
    query = bench.tg.press(menu, "cs.CV", BOB)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    assert "Only admins" in answer["text"]
    assert await topics(bench, GROUP) == ["cat:cs.CV"]
    bench.tg.press(menu, "cs.CV", ANN)
    await bench.tg.until(lambda: "no longer follow" in menu.text)


async def test_a_button_from_before_a_group_became_a_supergroup_says_where_to_go(bench: Bench) -> None:
    bench.tg.group(-77, admins=(ANN,))
    await bench.ask(-77, "/subscribe cs.CV", user=ANN)
    await bench.ask(-77, "/subscriptions", user=ANN)
    menu = bench.tg.messages(-77)[-1]
    bench.tg.migrate(-77, GROUP)
    await bench.eventually(lambda: topics(bench, GROUP), ["cat:cs.CV"])
    query = bench.tg.press(menu, "cs.CV", ANN)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    assert "has another id now" in answer["text"]
    assert await topics(bench, GROUP) == ["cat:cs.CV"]


async def alert(bench: Bench, query: str) -> str:
    """What the person who pressed a button is told in a pop-up."""
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    assert answer.get("show_alert") == "true"
    return str(answer["text"])


@pytest.mark.parametrize(
    "data", ["topics:", "settings:", "choose:size", "set:size=7", "digest:", "forget:yes", "resend:1", "drop:KEY"]
)
@pytest.mark.parametrize("user", [ANN, BOB])
async def test_data_of_a_button_that_the_message_does_not_have_does_nothing(bench: Bench, data: str, user: int) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    before = await bench.store.chat(ref(GROUP))
    await bench.ask(GROUP, "/summarize 2406.14272", user=BOB)
    shown = bench.tg.messages(GROUP)[-1]
    text = shown.text
    query = bench.tg.press(shown, "", user, data=data.replace("KEY", topic_key("cat:cs.CV")))
    assert "no longer" in await alert(bench, query)
    assert (shown.text, len(bench.tg.messages(GROUP))) == (text, 2)
    assert await topics(bench, GROUP) == ["cat:cs.CV"]
    assert await bench.store.chat(ref(GROUP)) == before


@pytest.mark.parametrize(
    ("command", "button"),
    [("/stop", "Delete"), ("/subscriptions", "Digest now"), ("/subscriptions", "✕"), ("/settings style", "titles")],
)
async def test_every_button_that_changes_a_group_is_for_its_admins(bench: Bench, command: str, button: str) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    await bench.ask(GROUP, command, user=ANN)
    before = await bench.store.chat(ref(GROUP))
    query = bench.tg.press(bench.tg.messages(GROUP)[-1], button, BOB)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    await bench.ask(BOB, "/help")
    assert await topics(bench, GROUP) == ["cat:cs.CV"]
    assert await bench.store.chat(ref(GROUP)) == before


async def test_a_member_who_asks_for_a_digest_is_told_why_there_is_none(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    await bench.ask(GROUP, "/subscriptions", user=BOB)
    query = bench.tg.press(bench.tg.messages(GROUP)[-1], "Digest now", BOB)
    assert "Only admins" in await alert(bench, query)


async def test_rights_are_looked_up_again_when_a_button_is_pressed(bench: Bench) -> None:
    channel = bench.tg.channel(CHANNEL, "Secret", admins=(ANN, BOB))
    await bench.ask(BOB, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", BOB)
    await bench.tg.wait_for(BOB, 2)
    await bench.ask(BOB, f"/subscribe {CHANNEL} cs.CV")
    await bench.ask(BOB, f"/subscriptions {CHANNEL}")
    channel.members[BOB] = "member"
    query = bench.tg.press(bench.tg.messages(BOB)[-1], "✕", BOB)
    assert "Only admins" in await alert(bench, query)
    assert await topics(bench, CHANNEL) == ["cat:cs.CV"]


async def test_a_button_of_a_private_chat_does_nothing_for_anybody_else(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.ask(ANN, "/subscriptions")
    query = bench.tg.press(bench.tg.messages(ANN)[-1], "✕", BOB)
    assert "no longer means anything" in await alert(bench, query)
    assert await topics(bench, ANN) == ["cat:cs.CV"]


# ── the chat that a button is about ──


def with_data(bench: Bench, chat_id: int, label: str, data: str) -> FakeMessage:
    """The last message there, changed so that one of its buttons carries this data."""
    message = bench.tg.messages(chat_id)[-1]
    message.button(label)["callback_data"] = data
    return message


@pytest.fixture
async def vision(bench: Bench) -> int:
    """A channel that follows a topic and that Ann manages from her private chat, where she follows the same one."""
    bench.tg.channel(CHANNEL, "Vision", admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.tg.wait_for(ANN, 2)
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    await bench.ask(ANN, "/subscribe cs.CV")
    return CHANNEL


async def test_every_answer_about_a_channel_names_it(bench: Bench, vision: int) -> None:
    for command in ("subscriptions", "settings", "stop", "digest", "unsubscribe", "subscribe", "settings style"):
        name, _, rest = command.partition(" ")
        assert "Vision" in await bench.ask(ANN, f"/{name} {vision} {rest}"), command


async def text_after(bench: Bench, message: FakeMessage, button: str) -> str:
    """What a message says after Ann has pressed one of its buttons."""
    before = message.text
    bench.tg.press(message, button, ANN)
    await bench.tg.until(lambda: message.text != before)
    return message.text


async def test_its_topics_names_the_channel(bench: Bench, vision: int) -> None:
    offer = bench.tg.messages(ANN)[1]
    assert "Vision follows 1 topic" in await text_after(bench, offer, "Its topics")
    assert "Settings of Vision" in await text_after(bench, offer, "Settings")


async def test_stopping_a_channel_names_it_before_and_after_and_deletes_that_one(bench: Bench, vision: int) -> None:
    assert "Delete everything I know of Vision" in await bench.ask(ANN, f"/stop {vision}")
    question = bench.tg.messages(ANN)[-1]
    bench.tg.press(question, "Delete", ANN)
    await bench.tg.until(lambda: "everything about Vision is deleted" in question.text)
    assert await bench.store.chat(ref(vision)) is None
    assert await topics(bench, ANN) == ["cat:cs.CV"]


async def test_the_question_before_deleting_names_a_group_in_the_group_itself(bench: Bench) -> None:
    bench.tg.group(GROUP, "Reading group", admins=(ANN,))
    assert "everything I know of Reading group?" in await bench.ask(GROUP, "/stop", user=ANN)


@pytest.mark.parametrize("where", [str(ANN), str(GROUP), f"{GROUP}/2147483647"])
async def test_every_button_carries_its_chat_within_telegrams_limit(bench: Bench, where: str) -> None:
    bench.tg.group(GROUP, admins=(ANN,), forum=True)
    chat_id, _, thread = where.partition("/")
    for command in (
        "/subscribe cs.CV",
        "/subscriptions",
        "/settings",
        "/settings timezone",
        "/settings timezone Buenos",
    ):
        await bench.ask(int(chat_id), command, user=ANN, thread=int(thread) if thread else None)
        buttons = [button for row in bench.tg.messages(int(chat_id))[-1].buttons for button in row]
        assert buttons
        assert all(button["callback_data"].endswith(f"@{where}") for button in buttons)
        assert all(len(button["callback_data"].encode()) <= 64 for button in buttons)


async def test_a_button_of_an_earlier_release_is_about_the_chat_it_stands_in(bench: Bench, vision: int) -> None:
    await bench.ask(ANN, "/subscriptions")
    menu = with_data(bench, ANN, "✕", f"drop:{topic_key('cat:cs.CV')}")
    bench.tg.press(menu, "✕", ANN)
    await bench.tg.until(lambda: "no longer follow" in menu.text)
    assert await topics(bench, ANN) == []
    assert await topics(bench, vision) == ["cat:cs.CV"]


async def test_a_button_in_a_group_is_about_no_other_chat(bench: Bench, vision: int) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/stop", user=ANN)
    query = bench.tg.press(with_data(bench, GROUP, "Delete", f"forget:yes@{vision}"), "Delete", ANN)
    assert "no longer" in await alert(bench, query)
    assert await topics(bench, vision) == ["cat:cs.CV"]


@pytest.mark.parametrize("other", [str(BOB), f"{CHANNEL}/7", "-77", str(GROUP)])
async def test_a_button_in_private_is_about_no_chat_that_cannot_be_managed_from_there(
    bench: Bench, vision: int, other: str
) -> None:
    bench.tg.group(GROUP, admins=(BOB,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=BOB)
    await bench.ask(BOB, "/subscribe cs.CV")
    await bench.ask(ANN, "/stop")
    query = bench.tg.press(with_data(bench, ANN, "Delete", f"forget:yes@{other}"), "Delete", ANN)
    await alert(bench, query)
    for place in (ANN, BOB, vision, GROUP):
        assert await topics(bench, place) == ["cat:cs.CV"]


async def test_a_button_of_a_forum_topic_is_about_that_topic(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,), forum=True)
    for thread in (45, 46):
        await bench.ask(GROUP, "/subscribe cs.CV", user=ANN, thread=thread)
    await bench.ask(GROUP, "/subscriptions", user=ANN, thread=45)
    menu = bench.tg.messages(GROUP)[-1]
    bench.tg.press(menu, "✕", ANN)
    await bench.tg.until(lambda: "no longer follow" in menu.text)
    assert await topics(bench, f"{GROUP}/45") == []
    assert await topics(bench, f"{GROUP}/46") == ["cat:cs.CV"]


async def test_the_resend_button_of_a_digest_carries_the_digests_chat(bench: Bench) -> None:
    group = bench.tg.group(GROUP, admins=(ANN,), forum=True)
    assert group.threads is not None
    group.threads.add(45)
    payload = {"kind": "message", "html": "In doubt.", "buttons": [[{"text": "Send again", "action": "resend:1"}]]}
    await bench.app.sender.send(ref(f"{GROUP}/45"), Part(payload), "key")
    message = bench.tg.messages(GROUP)[-1]
    assert message.button("Send again")["callback_data"] == f"resend:1@{GROUP}/45"


# ── when something breaks ──


async def test_a_slow_button_that_fails_after_its_press_was_answered_says_so_in_a_message(bench: Bench) -> None:
    await bench.ask(ANN, "/summarize 2406.14272")
    bench.pipeline.error = ZeroDivisionError("secret detail")
    query = bench.tg.press(bench.tg.messages(ANN)[-1], "Read it all", ANN)
    answer = (await bench.tg.wait_for(ANN, 2))[-1]
    assert "Something went wrong on my side" in answer.text
    assert bench.tg.answer(query) is not None


async def test_a_press_that_cannot_be_acknowledged_is_carried_out_and_answered(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.ask(ANN, "/subscriptions")
    menu = bench.tg.messages(ANN)[-1]
    bench.tg.fail("answerCallbackQuery", "502", stored=False)
    bench.tg.press(menu, "✕", ANN)
    await bench.tg.until(lambda: "no longer follow" in menu.text)
    bench.tg.fail("answerCallbackQuery", "502", stored=False)
    await bench.ask(ANN, "/summarize 2406.14272")
    bench.tg.press(bench.tg.messages(ANN)[-1], "Read it all", ANN)
    await bench.tg.wait_for(ANN, 4)
    assert len(bench.pipeline.readings) == 2


async def test_plain_words_are_asked_about_and_a_button_says_what_is_meant(bench: Bench) -> None:
    words = "talking heads driven by audio, " + "in films and games and on the telephone " * 3 + "; not faces"
    await bench.ask(ANN, f"/subscribe {words}")
    question = bench.tg.messages(ANN)[-1]
    assert await topics(bench, ANN) == []
    bench.tg.press(question, "✓ Follow", ANN)
    await bench.tg.until(lambda: "You now follow" in question.text)
    assert "about:" not in question.text
    assert "“talking heads driven by audio, in films" in question.text
    assert await topics(bench, ANN) == [f"about: {' '.join(words.split())}"]


async def test_a_question_that_was_asked_long_ago_gets_a_kind_answer(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe talking heads driven by audio")
    question = bench.tg.messages(ANN)[-1]
    bench.clock.advance(3601)
    bench.tg.press(question, "Exactly these words", ANN)
    await bench.tg.until(lambda: "more than an hour ago" in question.text)
    assert await topics(bench, ANN) == []
