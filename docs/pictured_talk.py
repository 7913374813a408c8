"""The first minute of somebody new, said and pressed through the real conversation: the replies that pictures show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot import sample
from bot.conversation import Conversation, Defaults
from bot.locales import formats, using
from bot.model import ChatRef, Platform
from bot.render.nodes import Reply
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.transcripts.recorder import Person, Place, Recorder
from tests.transcripts.test_beginning import read_text

WRITTEN = "video diffusion models please"


async def first_minute(platform: Platform, language: str = "en") -> list[Reply | str]:
    """What the bot replies, and what the person writes, in their order; a reply that is replaced in its place by the
    next one is left out."""
    days = sorted(sample.days().items())
    now = datetime.combine(days[-1][0] + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=9)
    person, place = Person("Ann", "5", language=language), Place(ChatRef(platform, "5"))
    async with memory_store() as store:
        clock, pipeline = FakeClock(now), FakePipeline()
        await store.ingest([entry for _, entries in days for entry in entries], now)
        talk = Recorder(
            Conversation(
                store, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), Defaults()
            ),
            "The first minute",
            read_text,
        )
        asked = await talk.says(person, place, "/start")
        offer = await talk.says(person, place, WRITTEN)
        place_asked = await talk.presses(person, place, "✓")
        with using(language):
            city = formats.city("Europe/Berlin")
        settled = await talk.presses(person, place, city)
    return [asked, WRITTEN, offer, place_asked, settled]
