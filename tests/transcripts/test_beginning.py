"""The first minute of somebody new, in two languages; a lab's group, a channel, and a group that gets another id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import Conversation, Requester, Result
from bot.locales import _, formats, using
from bot.model import ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from handlers import replies, typed_texts
from handlers.requests import ChatName, Request
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.transcripts.recorder import Person, Place, Recorder

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
TITLES = (
    ("cs.CV", "Audio-Driven Talking Heads from a Single Picture"),
    ("cs.CV", "Gaussian Splatting of Hands in Motion"),
    ("cs.CV", "What Do Video Models Know of Gravity?"),
    ("cs.CV", "Segmenting Cells That Touch"),
    ("cs.CL", "Talking Points: What Language Models Leave Out"),
    ("cs.CL", "Translating Proverbs Between Distant Languages"),
    ("math.NT", "On Sums of Three Cubes"),
)

ANN, LI = Person("Ann", "5"), Person("Li", "6", language="zh-hans")
BOB, CARL = Person("Bob", "7", is_admin=False), Person("Carl", "8")
PRIVATE, LIS = Place(ChatRef(Platform.TELEGRAM, "5")), Place(ChatRef(Platform.TELEGRAM, "6"))
LAB = Place(ChatRef(Platform.TELEGRAM, "-77"), "Lab vision", ChatKind.GROUP)
CARLS = Requester("8", is_admin=True)
CHANNEL = Place(ChatRef(Platform.TELEGRAM, "-1001000000001"), "Vision papers", ChatKind.CHANNEL)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        day = NOW.date() - timedelta(days=1)
        papers = [
            made_up(f"2606.{number:05}", day, title=title, categories=(category,))
            for number, (category, title) in enumerate(TITLES, 1)
        ]
        await opened.ingest(papers, NOW)
        yield opened


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return conversation_of(store, clock, FakePipeline())


async def read_text(conversation: Conversation, request: Request) -> Result:
    answer = await typed_texts.answer(conversation, request.target, request.arguments["text"])
    assert answer is not None
    return answer


def recorder(talk: Conversation, title: str) -> Recorder:
    recorded = Recorder(talk, title, read_text)
    recorded.clock(NOW)
    return recorded


async def test_somebody_new_taps_three_times(talk: Conversation) -> None:
    chat = recorder(talk, "Somebody new taps three times")
    await chat.says(ANN, PRIVATE, "/start")
    await chat.presses(ANN, PRIVATE, "Computer vision")
    await chat.presses(ANN, PRIVATE, "✓ Follow")
    await chat.presses(ANN, PRIVATE, "New York")
    chat.is_recorded("newcomer_taps")


async def test_somebody_new_writes_in_english(talk: Conversation) -> None:
    chat = recorder(talk, "Somebody new writes what she works on")
    await chat.says(ANN, PRIVATE, "/start")
    await chat.says(ANN, PRIVATE, "talking head generation please")
    await chat.presses(ANN, PRIVATE, "✓ Follow")
    await chat.says(ANN, PRIVATE, "Lisbon")
    chat.tell("She changes her mind, and looks at another area before.")
    await chat.presses(ANN, PRIVATE, "Undo")
    await chat.says(ANN, PRIVATE, "/start")
    chat.is_recorded("newcomer_english")


async def test_somebody_new_in_chinese(talk: Conversation) -> None:
    chat = recorder(talk, "Somebody new whose Telegram is Chinese")
    await chat.says(LI, LIS, "/start")
    with using(LI.language):
        area, place = _("Computer vision"), formats.city("Asia/Shanghai")
    await chat.presses(LI, LIS, area)
    await chat.presses(LI, LIS, "✓")
    await chat.presses(LI, LIS, place)
    chat.is_recorded("newcomer_chinese")


async def test_a_labs_group(talk: Conversation, clock: FakeClock) -> None:
    chat = recorder(talk, "A lab's group with admins and members")
    chat.tell("Carl, an admin, adds the bot.")
    welcome = await talk.beginning.added(LAB.ref, LAB.title, LAB.kind)
    chat.posts(LAB, replies.reply(welcome, ChatName(LAB.title)))
    await chat.presses(BOB, LAB, "Choose a topic")
    chat.posts(LAB, replies.reply(welcome, ChatName(LAB.title)), "still there")
    await chat.presses(CARL, LAB, "Choose a topic")
    await chat.presses(CARL, LAB, "Mathematics")
    await chat.presses(CARL, LAB, "Something else")
    await chat.presses(CARL, LAB, "Computer vision")
    await chat.presses(CARL, LAB, "✓ Follow")
    await chat.presses(CARL, LAB, "18:00")
    await chat.presses(CARL, LAB, "London")
    await chat.says(BOB, LAB, "/subscribe cs.CL")
    await chat.says(BOB, LAB, "/subscriptions")
    await chat.presses(BOB, LAB, "✕")
    chat.tell("The bot is removed and added again within a day, and says nothing a second time.")
    assert await talk.beginning.added(LAB.ref, LAB.title, LAB.kind) is None
    clock.advance(90_000)
    chat.tell("A day later it is added again.")
    again = await talk.beginning.added(LAB.ref, LAB.title, LAB.kind)
    chat.posts(LAB, replies.reply(again, ChatName(LAB.title)))
    chat.is_recorded("lab_group")


async def test_a_channel(talk: Conversation) -> None:
    chat = recorder(talk, "A channel, managed from its admin's private chat")
    await chat.says(CARL, PRIVATE, "/subscribe cs.CL", elsewhere=CHANNEL)
    await chat.says(CARL, PRIVATE, "/subscriptions", elsewhere=CHANNEL)
    await chat.says(CARL, PRIVATE, "/settings", elsewhere=CHANNEL)
    await chat.says(CARL, PRIVATE, "/stop", elsewhere=CHANNEL)
    await chat.says(BOB, PRIVATE, "/subscribe math.NT", elsewhere=CHANNEL)
    chat.is_recorded("channel")


async def test_a_moved_group(talk: Conversation) -> None:
    chat = recorder(talk, "A group that becomes a supergroup")
    moved = Place(ChatRef(Platform.TELEGRAM, "-1001000000077"), LAB.title, LAB.kind)
    await talk.beginning.added(LAB.ref, LAB.title, LAB.kind)
    await talk.beginning.start(CARLS, LAB.ref, LAB.kind, LAB.title)
    await chat.says(CARL, LAB, "/start")
    await talk.beginning.pick(CARLS, LAB.ref, LAB.ref, LAB.kind, "vision", LAB.title)
    await talk.chats.move(LAB.ref, moved.ref)
    chat.tell("Telegram gives the group another id.")
    assert await talk.beginning.added(moved.ref, moved.title, moved.kind) is None
    await chat.says(BOB, moved, "/subscriptions")
    await chat.says(CARL, moved, "/start")
    await chat.says(CARL, LAB, "/subscriptions")
    chat.is_recorded("moved_group")
