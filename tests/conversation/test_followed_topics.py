"""A chat's topics: interests in its list, naming them to unsubscribe, completion."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester, topic_key
from bot.conversation.followed_topics import find_several
from bot.model import ChatRef, Platform, Subscription
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

CHAT = ChatRef(Platform.TELEGRAM, "5")
OWNER = Requester("5", is_admin=True)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
WORDS = "talking heads driven by audio"
EXACT = "audio AND by AND driven AND head AND talking"
INTEREST = f"about: {WORDS}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return conversation_of(store, clock, FakePipeline())


async def test_a_mistake_in_an_interest_is_explained_with_its_place(talk: Conversation) -> None:
    wrong = await talk.subscribe(OWNER, CHAT, "cs.CL about: nerf")
    assert isinstance(wrong, results.NotUnderstood)
    assert wrong.pointer == "cs.CL about: nerf\n            ^"


@pytest.mark.parametrize(
    "named",
    [
        INTEREST,
        "About:  talking heads driven by audio",
        WORDS,
        f"“{WORDS}”",
        "Talking heads driven by audio",
        topic_key(INTEREST),
        "2",
        "#2",
    ],
)
async def test_an_interest_is_unsubscribed_by_its_text_its_number_or_its_key(
    talk: Conversation, clock: FakeClock, named: str
) -> None:
    for text in ("cs.CV", INTEREST, "cs.CL about: good evaluation"):
        await talk.subscribe(OWNER, CHAT, text)
        clock.advance(1)
    gone = await talk.unsubscribe(OWNER, CHAT, named)
    assert isinstance(gone, results.Unsubscribed)
    assert gone.topic == INTEREST


async def test_a_query_with_an_interest_is_unsubscribed_by_the_query_alone(talk: Conversation) -> None:
    for text in ("cs.CL about: good evaluation", "cs.CV about: good evaluation", "cs.LG"):
        await talk.subscribe(OWNER, CHAT, text)
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, "good evaluation"), results.NotSubscribed)
    gone = await talk.unsubscribe(OWNER, CHAT, "cs.CL")
    assert isinstance(gone, results.Unsubscribed)
    assert gone.topic == "cat:cs.CL about: good evaluation"


async def test_completion_shows_the_text_of_an_interest_and_sends_what_names_it(talk: Conversation) -> None:
    long = "about: " + "talking heads driven by audio and " * 5
    for text in (INTEREST, long):
        await talk.subscribe(OWNER, CHAT, text)
    short, longer = await talk.suggest(CHAT, "heads driven")
    assert (short.value, short.label) == (INTEREST, f"“{WORDS}”")
    assert longer.value == topic_key(long.strip())
    assert longer.label.endswith("…”")
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, longer.value), results.Unsubscribed)


FOLLOWED = [Subscription(CHAT, f"cat:cs.{code}", NOW.date(), NOW) for code in ("CV", "CL", "LG")]


@pytest.mark.parametrize(
    ("named", "places", "missing"),
    [
        ("1-3", (0, 1, 2), ()),
        ("3 - 2", (1, 2), ()),
        ("#1, 3", (0, 2), ()),
        ("1 7", (0,), ("7",)),
        ("0-999", (0, 1, 2), ()),
        ("2-9", (1, 2), ()),
        ("3-9", (2,), ()),
        ("1, 400-999", (0,), ("400-999",)),
        ("1-999 " * 600, (0, 1, 2), ()),
        ("cs.CV, cs.CV", (0,), ()),
        ("cs.CV, cs.RO", (0,), ("cs.RO",)),
    ],
)
def test_ranges_name_what_is_in_the_list(named: str, places: tuple[int, ...], missing: tuple[str, ...]) -> None:
    found = find_several(FOLLOWED, named)
    assert found is not None
    assert (found.found, found.missing) == (tuple(FOLLOWED[place] for place in places), missing)


@pytest.mark.parametrize("named", ["cs.CV", "7", "7-9", ", ".join(f"cs.CV{number}" for number in range(1000)), ""])
def test_other_texts_are_no_list_of_topics(named: str) -> None:
    assert find_several(FOLLOWED, named) is None
