"""Messages without a command on Telegram, through the real library: words, hidden links, forwards, mentions, PDFs."""

from __future__ import annotations

from tests.fakes.telegram_world import BOT_USERNAME
from tests.handlers.telegram.conftest import JOINER, Bench
from tests.handlers.telegram.test_commands import ANN, BOB, CHANNEL, GROUP, ref
from tests.handlers.telegram.test_files import file, sent

LINK = "https://arxiv.org/abs/2406.14272"


async def test_words_are_offered_and_followed_by_one_press(bench: Bench) -> None:
    await bench.ask(ANN, "talking head generation please")
    offer = bench.tg.messages(ANN)[-1]
    assert "Papers about talking head generation" in offer.text
    assert await bench.store.subscriptions(ref(ANN)) == []
    bench.tg.press(offer, "✓ Follow", ANN)

    async def followed() -> list[str]:
        return [each.topic for each in await bench.store.subscriptions(ref(ANN))]

    await bench.eventually(followed, ["about: talking head generation"])


async def test_a_link_under_words_and_one_in_a_forwarded_post_are_read(bench: Bench) -> None:
    hidden = [{"type": "text_link", "offset": 0, "length": 4, "url": LINK}]
    bench.tg.say(ANN, ANN, "this one", entities=hidden)
    assert "Heads that talk" in (await bench.tg.wait_for(ANN))[-1].text
    channel = bench.tg.channel(CHANNEL, "Papers of others")
    origin = {"type": "channel", "date": 1, "chat": channel.as_json(), "message_id": 3}
    bench.tg.say(BOB, BOB, f"a nice one {LINK}", forward_origin=origin)
    assert "Heads that talk" in (await bench.tg.wait_for(BOB))[-1].text


async def test_in_a_group_a_mention_with_a_link_is_a_request_and_other_talk_is_not(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab")
    bench.tg.say(GROUP, BOB, f"look at {LINK}")
    bench.tg.say(GROUP, BOB, f"@{BOT_USERNAME} what about {LINK} then?")
    answers = await bench.tg.wait_for(GROUP)
    assert len(answers) == 1
    assert "Heads that talk" in answers[0].text
    shown = answers[0].as_json()
    bench.tg.say(GROUP, BOB, "nice one", reply_to_message=shown)
    bench.tg.say(GROUP, BOB, "and 2406.14273?", reply_to_message=shown)
    assert "2406.14273" in (await bench.tg.wait_for(GROUP, 2))[1].text


async def test_a_pdf_named_by_its_id_is_read(bench: Bench) -> None:
    assert "2406.14272" in await sent(bench, ANN, file("2406.14272v2.pdf", b"%PDF-1.4"))
    assert "I find no arXiv id" in await sent(bench, ANN, file("thesis.pdf", b"%PDF-1.4"))
    claimed = await sent(bench, ANN, file("big.pdf", b"%PDF-1.4", 30_000_000))
    assert "more than 20 MB" in claimed


async def test_a_misspelt_command_is_offered_as_a_button(bench: Bench) -> None:
    await bench.ask(ANN, "/subscibe diffusion")
    asked = bench.tg.messages(ANN)[-1]
    assert "Did you mean /subscribe?" in asked.text
    bench.tg.press(asked, "/subscribe diffusion", ANN)

    async def followed() -> list[str]:
        return [each.topic for each in await bench.store.subscriptions(ref(ANN))]

    await bench.eventually(followed, ["diffusion"])


async def test_in_a_group_a_misspelt_command_is_answered_if_it_names_this_bot(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab")
    bench.tg.say(GROUP, BOB, "/subscibe diffusion")
    bench.tg.say(GROUP, BOB, "/subscibe@another_bot diffusion")
    bench.tg.say(GROUP, BOB, JOINER)  # no word at all
    assert "Did you mean /subscribe?" in await bench.ask(GROUP, f"/subscibe@{BOT_USERNAME} diffusion", user=BOB)
    assert "There is no such command" in await bench.ask(GROUP, f"/qqqq@{BOT_USERNAME}", user=BOB)
    await bench.settled()
    assert len(bench.tg.messages(GROUP)) == 2
