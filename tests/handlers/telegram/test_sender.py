"""What the sender says of each way in which Telegram, or the way there, can fail; and what it posts."""

from __future__ import annotations

import base64
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.ext import ApplicationBuilder

from bot.errors import CannotTell
from bot.model import ChatGone, ChatMoved, ChatRef, NotSent, Part, Platform, Rejected, Sent, Unknown
from bot.ports import Sender
from handlers.telegram.limits import Limiter
from handlers.telegram.sender import TelegramSender
from tests.fakes.telegram import FakeTelegram

ANN, GROUP, CHANNEL = 5, -1001000000001, -1001000000002
HTML: dict[str, Any] = {"kind": "message", "html": "<b>1 &lt; 2</b>", "buttons": []}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SINCE = datetime.now(UTC) - timedelta(hours=1)


def ref(ident: object) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(ident))


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.world.user(ANN)
        yield server


async def started(url: str, token: str, folder: Path, *, read: float = 5.0) -> TelegramSender:
    # Limits have tests of their own: this clock runs so fast that nothing waits.
    ticks = iter(range(0, 10**9, 1000))
    builder = ApplicationBuilder().token(token).base_url(f"{url}/bot").rate_limiter(Limiter(lambda: next(ticks)))
    application = builder.job_queue(None).read_timeout(read).connect_timeout(2).pool_timeout(0.3).build()
    await application.bot.request.initialize()
    return TelegramSender(application.bot, folder)


@pytest.fixture
async def sender(tg: FakeTelegram, tmp_path: Path) -> AsyncIterator[TelegramSender]:
    made = await started(tg.url, tg.token, tmp_path)
    yield made
    await made._bot.request.shutdown()


def test_it_is_a_sender(sender: TelegramSender) -> None:
    port: Sender = sender
    assert port.platform is Platform.TELEGRAM


async def test_a_message_is_posted_as_it_was_rendered_with_its_buttons_and_no_preview(
    tg: FakeTelegram, sender: TelegramSender
) -> None:
    buttons = [[{"text": "PDF", "url": "https://arxiv.org/pdf/1"}, {"text": "More", "action": "deep:2406.14272v1"}]]
    outcome = await sender.send(ref(ANN), Part({**HTML, "buttons": buttons}), "key")
    [message] = tg.messages(ANN)
    assert outcome == Sent(str(message.id))
    assert message.text == "1 < 2"
    assert [each.type for each in message.entities] == ["bold"]
    assert message.labels == ["PDF", "More"]
    assert message.button("More")["callback_data"] == f"deep:2406.14272v1@{ANN}"
    assert '"is_disabled": true' in tg.requests[-1][1]["link_preview_options"]


async def test_a_forum_topic_gets_its_own_messages(tg: FakeTelegram, sender: TelegramSender) -> None:
    group = tg.group(GROUP, forum=True)
    assert group.threads is not None
    group.threads.add(45)
    assert isinstance(await sender.send(ref(f"{GROUP}/45"), Part(HTML), "key"), Sent)
    assert tg.messages(GROUP)[0].thread == 45


async def test_pictures_go_as_a_photo_or_an_album_with_one_caption(
    tg: FakeTelegram, sender: TelegramSender, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(PNG)
    photo = {"kind": "photo", "files": ["a.png"], "html": "<b>One</b>", "buttons": []}
    album = {"kind": "album", "files": ["a.png", "b.png"], "html": "<b>Two</b>", "buttons": []}
    assert isinstance(await sender.send(ref(ANN), Part(photo), "1"), Sent)
    outcome = await sender.send(ref(ANN), Part(album), "2")
    assert [(each.text, each.photos) for each in tg.messages(ANN)] == [("One", 1), ("Two", 1), ("", 1)]
    assert outcome == Sent(str(tg.messages(ANN)[1].id))


@pytest.mark.parametrize(
    "payload",
    [
        {"kind": "photo", "files": ["gone.png"], "html": "", "buttons": []},
        {"kind": "photo", "files": ["../../etc/passwd"], "html": "", "buttons": []},
        {"kind": "song", "html": "la"},
        {"kind": "message", "html": "<b>never closed", "buttons": []},
        {"kind": "message", "html": "x" * 4097, "buttons": []},
        {"kind": "message", "html": " ", "buttons": []},
    ],
)
async def test_a_part_that_can_never_be_posted_is_rejected(
    tg: FakeTelegram, sender: TelegramSender, payload: dict[str, Any]
) -> None:
    assert isinstance(await sender.send(ref(ANN), Part(payload), "key"), Rejected)
    assert tg.messages(ANN) == []


@pytest.mark.parametrize("how", ["500", "502", "reset", "hang", "garbage"])
async def test_a_request_whose_end_nobody_saw_is_unknown(tg: FakeTelegram, tmp_path: Path, how: Any) -> None:
    sender = await started(tg.url, tg.token, tmp_path, read=0.3)
    tg.fail("sendMessage", how)
    outcome = await sender.send(ref(ANN), Part(HTML), "key")
    await sender._bot.request.shutdown()
    assert isinstance(outcome, Unknown)
    assert len(tg.messages(ANN)) == 1


async def test_what_never_left_is_not_sent_and_says_that_the_whole_platform_waits(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        sender = await started(f"http://127.0.0.1:{taken.getsockname()[1]}", "1:x", tmp_path)
        outcome = await sender.send(ref(ANN), Part(HTML), "key")
        await sender._bot.request.shutdown()
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform


async def test_a_429_is_reported_with_its_time_and_not_tried_again(tg: FakeTelegram, sender: TelegramSender) -> None:
    tg.fail("sendMessage", "429", stored=False, seconds=7)
    outcome = await sender.send(ref(ANN), Part(HTML), "key")
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after, outcome.whole_platform) == (7.0, False)
    assert [method for method, _ in tg.requests] == ["sendMessage"]


async def test_a_token_that_is_no_longer_accepted_stops_the_platform(tg: FakeTelegram, sender: TelegramSender) -> None:
    tg.token = "1:another"
    outcome = await sender.send(ref(ANN), Part(HTML), "key")
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform
    assert "TEST-token" not in outcome.why


def _blocked(tg: FakeTelegram) -> None:
    tg.world.user(ANN).problem = (403, "Forbidden: bot was blocked by the user")


def _deactivated(tg: FakeTelegram) -> None:
    tg.world.user(ANN).problem = (403, "Forbidden: user is deactivated")


def _deleted(tg: FakeTelegram) -> None:
    del tg.world.chats[ANN]


def _kicked(tg: FakeTelegram) -> None:
    tg.group(GROUP).bot_status = "kicked"


def _muted(tg: FakeTelegram) -> None:
    tg.group(GROUP).bot_may_post = False


def _demoted(tg: FakeTelegram) -> None:
    tg.channel(CHANNEL).bot_status = "member"


def _no_thread(tg: FakeTelegram) -> None:
    tg.group(GROUP, forum=True)


def _closed_thread(tg: FakeTelegram) -> None:
    group = tg.group(GROUP, forum=True)
    assert group.threads is not None
    group.threads.add(45)
    group.closed_threads.add(45)


@pytest.mark.parametrize(
    ("happens", "chat"),
    [
        (_blocked, ANN),
        (_deactivated, ANN),
        (_deleted, ANN),
        (_kicked, GROUP),
        (_muted, GROUP),
        (_demoted, CHANNEL),
        (_no_thread, f"{GROUP}/45"),
        (_closed_thread, f"{GROUP}/45"),
    ],
)
async def test_a_chat_that_takes_nothing_any_more_is_gone(
    tg: FakeTelegram, sender: TelegramSender, happens: Callable[[FakeTelegram], None], chat: object
) -> None:
    happens(tg)
    outcome = await sender.send(ref(chat), Part(HTML), "key")
    assert isinstance(outcome, ChatGone)
    assert outcome.why
    assert "Forbidden" not in outcome.why


NO_PICTURES = (
    "CHAT_SEND_PHOTOS_FORBIDDEN",
    "CHAT_SEND_MEDIA_FORBIDDEN",
    "not enough rights to send photos to the chat",
    "not enough rights to send media messages to the chat",
)


@pytest.mark.parametrize("description", NO_PICTURES)
@pytest.mark.parametrize("files", [["a.png"], ["a.png", "b.png"]])
async def test_a_group_that_forbids_pictures_gets_their_captions_as_text(
    tg: FakeTelegram, sender: TelegramSender, tmp_path: Path, description: str, files: list[str]
) -> None:
    for name in files:
        (tmp_path / name).write_bytes(PNG)
    tg.group(GROUP).no_pictures = description
    kind = "photo" if len(files) == 1 else "album"
    part = Part({"kind": kind, "files": files, "html": "<b>A title</b>\nFigure 1", "buttons": []})
    outcome = await sender.send(ref(GROUP), part, "key")
    [message] = tg.messages(GROUP)
    assert outcome == Sent(str(message.id))
    assert (message.text, message.photos) == ("A title\nFigure 1", 0)


async def test_pictures_without_a_word_are_rejected_where_pictures_are_forbidden(
    tg: FakeTelegram, sender: TelegramSender, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    tg.group(GROUP).no_pictures = NO_PICTURES[0]
    photo = {"kind": "photo", "files": ["a.png"], "html": "", "buttons": []}
    assert isinstance(await sender.send(ref(GROUP), Part(photo), "key"), Rejected)


async def test_a_group_that_forbids_text_too_is_gone(tg: FakeTelegram, sender: TelegramSender, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    group = tg.group(GROUP)
    group.no_pictures, group.bot_may_post = "CHAT_SEND_PHOTOS_FORBIDDEN", False
    photo = {"kind": "photo", "files": ["a.png"], "html": "<b>One</b>", "buttons": []}
    assert isinstance(await sender.send(ref(GROUP), Part(photo), "key"), ChatGone)


async def test_text_after_forbidden_pictures_whose_end_nobody_saw_is_unknown(
    tg: FakeTelegram, sender: TelegramSender, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    tg.group(GROUP).no_pictures = "CHAT_SEND_PHOTOS_FORBIDDEN"
    tg.fail("sendMessage", "502")
    photo = {"kind": "photo", "files": ["a.png"], "html": "<b>One</b>", "buttons": []}
    assert isinstance(await sender.send(ref(GROUP), Part(photo), "key"), Unknown)


async def test_a_group_that_moved_says_where_to_and_its_topic_stays(tg: FakeTelegram, sender: TelegramSender) -> None:
    tg.group(-77)
    tg.migrate(-77, GROUP)
    assert await sender.send(ref(-77), Part(HTML), "key") == ChatMoved(ref(GROUP))
    assert await sender.send(ref("-77/45"), Part(HTML), "key") == ChatMoved(ref(f"{GROUP}/45"))


async def test_whether_a_part_has_arrived_cannot_be_verified(sender: TelegramSender) -> None:
    assert not sender.can_verify
    with pytest.raises(CannotTell):
        await sender.find(ref(ANN), Part(HTML), "key", SINCE)


async def test_a_silent_message_notifies_nobody(tg: FakeTelegram, sender: TelegramSender) -> None:
    await sender.send(ref(ANN), Part(HTML), "1")
    await sender.send(ref(ANN), Part({**HTML, "silent": True}), "2")
    assert [message.is_silent for message in tg.messages(ANN)] == [False, True]
