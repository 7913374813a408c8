"""The use cases as tests have them: on any store, with a pipeline that is made up."""

from __future__ import annotations

from bot.conversation import Conversation, Defaults
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline


def conversation_of(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> Conversation:
    return Conversation(
        store, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), Defaults()
    )
