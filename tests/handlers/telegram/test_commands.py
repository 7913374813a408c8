"""Commands, links, groups, channels and membership on Telegram, as people see them."""

from __future__ import annotations

from bot.conversation import topic_key
from bot.errors import StoreUnavailable
from bot.model import ChatRef, Depth, PaperRef, Platform
from handlers.commands import COMMANDS
from tests.handlers.telegram.conftest import Bench

ANN, BOB, CAROL = 5, 6, 7
GROUP, CHANNEL = -1001000000001, -1001000000002


def ref(ident: object) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(ident))


async def topics(bench: Bench, ident: object) -> list[str]:
    return [subscription.topic for subscription in await bench.store.subscriptions(ref(ident))]


# ── in private ──


async def test_every_command_is_registered_with_telegram_and_answered(bench: Bench) -> None:
    assert [each["command"] for each in bench.tg.world.commands] == [each.name for each in COMMANDS]
    for command in COMMANDS:
        assert "no such command" not in await bench.ask(ANN, f"/{command.name}")


async def test_a_topic_is_subscribed_listed_and_removed(bench: Bench) -> None:
    said = await bench.ask(ANN, '/subscribe "talking head" AND cs.CV')
    assert "You now follow" in said
    assert "the papers come at 08:00 there" in said
    assert '"talking head"' in await bench.ask(ANN, "/subscriptions")
    assert "no longer follow" in await bench.ask(ANN, "/unsubscribe 1")
    assert await topics(bench, ANN) == []


async def test_the_place_of_a_mistake_in_a_topic_is_shown(bench: Bench) -> None:
    said = await bench.ask(ANN, "/subscribe (diffusion <b>")
    assert "(diffusion <b>\n^" in said


async def test_a_bare_link_or_id_is_read_and_other_words_get_help(bench: Bench) -> None:
    said = await bench.ask(ANN, "https://arxiv.org/abs/2406.14272v2")
    assert "Paper <2406.14272> & more" in said
    assert "2406.01234" in await bench.ask(ANN, "2406.01234")
    assert [str(paper) for paper, _, _ in bench.pipeline.readings] == ["2406.14272v2", "2406.01234"]
    assert "arXiv" in await bench.ask(ANN, "hello there")
    assert "/help" in await bench.ask(ANN, "/nonsense")


async def test_nothing_in_a_paper_becomes_a_mention_or_markup(bench: Bench) -> None:
    await bench.ask(ANN, "2406.14272")
    entities = bench.tg.messages(ANN)[-1].entities
    assert {each.type for each in entities} <= {"bold", "italic", "code", "text_link"}


async def test_summarize_takes_a_depth_and_the_link_of_the_message_it_answers(bench: Bench) -> None:
    await bench.ask(ANN, "/summarize 2406.14272 deep")
    assert bench.pipeline.readings[-1] == (PaperRef("2406.14272"), "en", Depth.DEEP)
    assert "no paper 2606.99999" in await bench.ask(ANN, "/summarize 2606.99999")


async def test_settings_are_changed_by_command_and_by_button(bench: Bench) -> None:
    assert "21:15" in await bench.ask(ANN, "/settings time 21.15")
    assert "Berln" not in await bench.ask(ANN, "/settings timezone Berln")
    await bench.ask(ANN, "/settings")
    menu = bench.tg.messages(ANN)[-1]
    bench.tg.press(menu, "Style", ANN)
    await bench.tg.until(lambda: "Style" in menu.text and "titles: only the title of each paper" in menu.labels)
    bench.tg.press(menu, "titles", ANN)
    await bench.tg.until(lambda: "Style: now titles" in menu.text)
    chat = await bench.store.chat(ref(ANN))
    assert chat is not None
    assert chat.style.value == "titles"


async def test_papers_that_somebody_likes_are_named_and_become_votes(bench: Bench) -> None:
    said = await bench.ask(ANN, "/like")
    assert "digests bring similar ones first" in said
    assert "/like 2406.14272 2303.08774" in said
    said = await bench.ask(ANN, "/like https://arxiv.org/abs/2406.14272v2 2303.08774 2606.99999")
    assert "Noted: the next digests bring papers like these 2 first." in said
    assert "Paper <2406.14272> & more" in said
    assert "arXiv does not know: 2606.99999." in said
    votes = {(vote.person, vote.paper_id) for vote in await bench.store.votes_of(ref(ANN))}
    assert votes == {(str(ANN), "2406.14272"), (str(ANN), "2303.08774")}
    assert "That was known already:" in await bench.ask(ANN, "/like 2303.08774")


async def test_stop_asks_first_and_then_forgets(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.ask(ANN, "/stop")
    assert await topics(bench, ANN) == ["cat:cs.CV"]
    question = bench.tg.messages(ANN)[-1]
    bench.tg.press(question, "Delete", ANN)
    await bench.tg.until(lambda: "is deleted" in question.text)
    assert question.buttons == []
    assert await bench.store.chat(ref(ANN)) is None


async def test_a_long_reading_shows_typing_and_delays_no_other_chat(bench: Bench) -> None:
    bench.pipeline.may_finish.clear()
    bench.tg.say(ANN, ANN, "/summarize 2406.14272")
    await bench.tg.until(lambda: (ANN, "typing") in bench.tg.world.actions)
    assert await bench.ask(BOB, "/help")
    assert bench.tg.messages(ANN) == []
    bench.pipeline.may_finish.set()
    assert await bench.tg.wait_for(ANN)


async def test_an_edited_command_is_not_carried_out_again(bench: Bench) -> None:
    message_id = bench.tg.say(ANN, ANN, "/subscribe cs.CV")
    await bench.tg.wait_for(ANN)
    message = bench.tg.world.message(bench.tg.world.chats[ANN], message_id)
    assert message is not None
    bench.tg.world.push(edited_message=message.as_json() | {"edit_date": 2})
    await bench.ask(ANN, "/help")
    assert len(bench.tg.messages(ANN)) == 2


# ── groups and forum topics ──


async def test_in_a_group_admins_change_settings_and_everybody_may_ask(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    assert "Only admins" in await bench.ask(GROUP, "/subscribe cs.CV", user=BOB)
    assert "now follows" in await bench.ask(GROUP, "/subscribe@paperboy_test_bot cs.CV", user=ANN)
    assert "cat:cs.CV" in await bench.ask(GROUP, "/subscriptions", user=BOB)
    assert "Paper" in await bench.ask(GROUP, "/summarize 2406.14272", user=BOB)
    answered = bench.tg.messages(GROUP)[-1]
    assert answered.reply_to is not None


async def test_a_refusal_in_a_group_goes_to_the_one_who_asked(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab", admins=(ANN,))
    assert await bench.ask(GROUP, "/subscribe cs.CV", user=BOB) == "Only admins of Lab can do that."
    await bench.ask(BOB, "/help")
    for command in ("/subscribe cs.CV", "/settings size 5", "/stop"):
        before = len(bench.tg.messages(BOB))
        bench.tg.say(GROUP, BOB, command)
        assert (await bench.tg.wait_for(BOB, before + 1))[-1].text == "Only admins of Lab can do that."
    assert len(bench.tg.messages(GROUP)) == 1


async def test_an_answer_in_a_group_names_the_group(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab", admins=(ANN,))
    for command in ("subscriptions", "unsubscribe cs.CV", "subscribe cs.CV", "subscribe cs.CV", "settings", "stop"):
        said = await bench.ask(GROUP, f"/{command}", user=ANN)
        assert "Lab" in said, command
        assert "this chat" not in said.casefold(), command


async def test_an_anonymous_admin_is_an_admin(bench: Bench) -> None:
    group = bench.tg.group(GROUP)
    bench.tg.say(GROUP, 1087968824, "/subscribe cs.CV", sender_chat=group.as_json())
    await bench.tg.wait_for(GROUP)
    assert await topics(bench, GROUP) == ["cat:cs.CV"]


async def test_messages_in_a_group_that_are_no_commands_are_ignored(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    bench.tg.say(GROUP, BOB, "look at 2406.14272")
    bench.tg.say(GROUP, BOB, "/subscribe@another_bot cs.CV")
    await bench.ask(GROUP, "/help", user=BOB)
    assert len(bench.tg.messages(GROUP)) == 1


async def test_a_forum_topic_is_a_chat_of_its_own(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,), forum=True)
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN, thread=45)
    assert bench.tg.messages(GROUP)[-1].thread == 45
    assert await topics(bench, f"{GROUP}/45") == ["cat:cs.CV"]
    assert await topics(bench, GROUP) == []


# ── channels ──


async def test_a_channel_is_subscribed_from_a_private_chat_by_its_admin(bench: Bench) -> None:
    bench.tg.channel(CHANNEL, "Vision", "vision_papers", admins=(ANN,))
    assert "make me an admin" in await bench.ask(ANN, "/subscribe @nobody_knows cs.CV")
    assert "Only admins" in await bench.ask(ANN, "/subscribe @vision_papers cs.CV")
    # By somebody who does not talk to the bot, and so is told nothing in private.
    bench.tg.bot_becomes(CHANNEL, "administrator", CAROL)
    await bench.settled()
    assert "Only admins" in await bench.ask(BOB, "/subscribe @vision_papers cs.CV")
    assert "now follows" in await bench.ask(ANN, "/subscribe @Vision_Papers cs.CV")
    assert await topics(bench, CHANNEL) == ["cat:cs.CV"]
    assert await topics(bench, ANN) == []
    chat = await bench.store.chat(ref(CHANNEL))
    assert chat is not None
    assert chat.title == "Vision"


async def test_a_channel_where_the_bot_may_not_post_is_refused(bench: Bench) -> None:
    bench.tg.channel(CHANNEL, "Vision", "vision_papers", admins=(ANN,))
    bench.tg.bot_becomes(CHANNEL, "administrator", BOB, may_post=False)
    await bench.settled()
    assert "may not post" in await bench.ask(ANN, "/subscribe @vision_papers cs.CV")
    assert await bench.store.chat(ref(CHANNEL)) is None


async def test_a_private_channel_is_bound_when_the_bot_becomes_its_admin_and_managed_by_buttons(bench: Bench) -> None:
    bench.tg.channel(CHANNEL, "Secret", admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.tg.wait_for(ANN, 2)
    assert f"/subscribe {CHANNEL} cs.CV" in bench.tg.messages(ANN)[-1].text
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    await bench.ask(ANN, "/subscriptions")
    listed = bench.tg.messages(ANN)[-1]
    bench.tg.press(listed, "Secret", ANN)
    await bench.tg.until(lambda: "cat:cs.CV" in listed.text)
    stolen = listed.button("✕")["callback_data"]
    assert stolen == f"drop:{topic_key('cat:cs.CV')}@{CHANNEL}"
    await bench.ask(BOB, "/start")
    query = bench.tg.press(bench.tg.messages(BOB)[-1], "", BOB, data=stolen)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    assert await topics(bench, CHANNEL) == ["cat:cs.CV"]
    bench.tg.press(listed, "✕", ANN)
    await bench.tg.until(lambda: "no longer follow" in listed.text)
    assert await topics(bench, CHANNEL) == []


async def test_the_list_of_a_private_chat_names_the_persons_other_chats(bench: Bench) -> None:
    bench.tg.channel(CHANNEL, "Vision", admins=(ANN,))
    bench.tg.group(GROUP, "Lab", admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.tg.wait_for(ANN, 2)
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    await bench.ask(GROUP, "/subscribe cs.CL", user=ANN)
    said = await bench.ask(ANN, "/subscriptions")
    assert "follows no topic yet" in said
    assert "Your other chats:\n• Vision: 1 topic\n• Lab: 2 topics" in said
    listed = bench.tg.messages(ANN)[-1]
    assert "Lab follows 2 topics" in await bench.ask(GROUP, "/subscriptions", user=ANN)
    assert "other chats" not in bench.tg.messages(GROUP)[-1].text
    bench.tg.press(listed, "Lab", ANN)
    await bench.tg.until(lambda: "Lab follows 2 topics" in listed.text)


async def test_a_private_channel_is_bound_by_a_forwarded_post(bench: Bench) -> None:
    channel = bench.tg.channel(CHANNEL, "Secret", admins=(ANN,))
    bench.tg.bot_becomes(CHANNEL, "administrator", BOB)
    await bench.settled()
    origin = {"type": "channel", "date": 1, "chat": channel.as_json(), "message_id": 3}
    bench.tg.say(ANN, ANN, "a post", forward_origin=origin)
    assert f"/subscribe {CHANNEL}" in (await bench.tg.wait_for(ANN))[0].text
    bench.tg.say(BOB, BOB, "a post", forward_origin=origin)
    assert "Only admins" in (await bench.tg.wait_for(BOB))[-1].text


# ── coming and going ──


async def test_a_user_who_blocks_the_bot_is_suspended_and_resumed_when_they_return(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")

    async def suspended() -> str | None:
        chat = await bench.store.chat(ref(ANN))
        assert chat is not None
        return chat.suspended

    bench.tg.bot_becomes(ANN, "kicked", ANN)
    await bench.eventually(suspended, "blocked by the user")
    bench.tg.bot_becomes(ANN, "member", ANN)
    await bench.eventually(suspended, None)


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscriptions(bench: Bench) -> None:
    bench.tg.group(-77, admins=(ANN,))
    await bench.ask(-77, "/subscribe cs.CV", user=ANN)
    bench.tg.migrate(-77, GROUP)
    await bench.eventually(lambda: topics(bench, GROUP), ["cat:cs.CV"])
    assert await topics(bench, -77) == []


# ── when something breaks ──


async def test_an_unexpected_error_is_an_apology_with_a_reference_and_the_bot_goes_on(bench: Bench) -> None:
    bench.pipeline.error = ZeroDivisionError("secret detail")
    said = await bench.ask(ANN, "/summarize 2406.14272")
    assert said.startswith("Something went wrong on my side; try again in a minute.")
    assert "Reference" in said
    assert "secret" not in said
    bench.pipeline.error = StoreUnavailable("The database does not answer.")
    assert "database does not answer" in await bench.ask(ANN, "/summarize 2406.14272")
    bench.pipeline.error = None
    assert "Paper" in await bench.ask(ANN, "/summarize 2406.14272")


async def test_an_answer_is_sent_again_after_a_429(bench: Bench) -> None:
    bench.tg.fail("sendMessage", "429", stored=False, seconds=1)
    assert await bench.ask(ANN, "/help")
    assert len(bench.tg.messages(ANN)) == 1
