"""The use cases as tests have them: on any store, with a pipeline that is made up."""

from __future__ import annotations

from bot.conversation import Conversation, Defaults, Operators
from bot.ports import Store
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline


def conversation_of(
    store: Store,
    clock: FakeClock,
    pipeline: FakePipeline,
    defaults: Defaults | None = None,
    operators: Operators | None = None,
) -> Conversation:
    insight = insight_of(store, clock)
    return Conversation(
        store,
        clock,
        pipeline.read,
        pipeline.compose,
        finder(store),
        insight,
        defaults or Defaults(),
        operators,
    )
