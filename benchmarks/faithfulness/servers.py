"""A chain of makers whose models are scripted: over HTTP, through the real SDKs, the maker's and the judge's apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.service.clock import SystemClock
from bot.settings import load
from bot.summaries.fallback import FallbackChain
from bot.summaries.providers import build
from tests.fakes.brains import Brain
from tests.fakes.models import KEY, ModelServer


@asynccontextmanager
async def running(maker: Brain, judge: Brain | None) -> AsyncIterator[FallbackChain]:
    """A chain with one maker (OpenAI's SDK) and one judge (Gemini's); for None, its server refuses everything."""
    # Every text has the empty one in it, so that everything is refused.
    refuses = "" if judge is None else None
    judging = judge or maker
    async with ModelServer(maker) as maker_server, ModelServer(judging, judge=judging, refuses=refuses) as judge_server:
        settings = load(
            _env_file=None,
            model=("openai:scripted",),
            model_judge="google:judge",
            openai_api_key=KEY,
            openai_base_url=maker_server.openai,
            gemini_api_key=KEY,
            gemini_base_url=judge_server.gemini,
        )
        async with build(settings, SystemClock()) as chain:
            yield chain
