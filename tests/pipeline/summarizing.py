"""A process that makes wanted summaries: `python -m tests.pipeline.summarizing DATABASE MODELS`.

Its claims are free two seconds after it was killed. It ends when nothing is wanted any more.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from bot import pipeline
from bot.model import Budget
from bot.providers.budget import Meter
from bot.service.clock import SystemClock
from bot.storage.store import open_store
from bot.summaries.fallback import FallbackChain
from bot.summaries.judge import ModelJudge
from bot.summaries.model_client import ModelClient
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from tests.fakes.makers import AbstractReader
from tests.fakes.models import KEY


async def main() -> None:
    url, address = sys.argv[1:]
    clock = SystemClock()
    async with await open_store(url) as store:
        meter = Meter(Budget(), clock, store)
        model = OpenAIModel("test", KEY, base_url=address)
        judge = ModelJudge(ModelClient(model, clock, meter))
        async with FallbackChain(
            [ModelSummarizer(model, clock, meter=meter, judge=judge)], clock, meter=meter
        ) as chain:
            in_a_moment = timedelta(minutes=30)
            while await store.wanted(clock.now() + in_a_moment, 1):
                await pipeline.summarize(store, chain, AbstractReader(), clock, claim=timedelta(seconds=2))
                await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main())
