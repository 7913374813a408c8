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
    """A chain with one maker (OpenAI's SDK) and one judge (Gemini's); for None, its server refuses all."""
    # Every text has the empty one in it, so that everything is refused.
    refuses = "" if judge is None else None
    async with ModelServer(maker) as one, ModelServer(judge=judge or maker, refuses=refuses) as other:
        settings = load(
            _env_file=None,
            model=("openai:scripted",),
            model_judge="google:scripted",
            openai_api_key=KEY,
            openai_base_url=one.openai,
            gemini_api_key=KEY,
            gemini_base_url=other.gemini,
        )
        async with build(settings, SystemClock()) as chain:
            yield chain


@asynccontextmanager
async def with_real_judge(maker: Brain, judge: str) -> AsyncIterator[FallbackChain]:
    """A chain with a scripted maker and a real judge, "openai:NAME" or "google:NAME", with the settings that it has."""
    async with ModelServer(maker) as server:
        # The maker takes the other provider, whose settings the judge does not need.
        if judge.startswith("openai:"):
            scripted = {"model": ("google:scripted",), "gemini_api_key": KEY, "gemini_base_url": server.gemini}
        else:
            scripted = {"model": ("openai:scripted",), "openai_api_key": KEY, "openai_base_url": server.openai}
        async with build(load(**scripted, model_judge=judge), SystemClock()) as chain:
            yield chain
