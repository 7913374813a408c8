"""Builds the models that MODEL and MODEL_JUDGE name. A new provider is a branch of `_model`."""

from __future__ import annotations

from bot.errors import BadSetting
from bot.ports import Clock, PaperTexts, Summarizer
from bot.providers.budget import Meter
from bot.settings import Settings
from bot.summaries import glossary
from bot.summaries.extractive import NAME as EXTRACTIVE
from bot.summaries.extractive import ExtractiveSummarizer
from bot.summaries.fallback import FallbackChain
from bot.summaries.google import GoogleModel
from bot.summaries.judge import ModelJudge
from bot.summaries.model_client import Model, ModelClient
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from bot.summaries.term_background import TermBackground


def build(
    settings: Settings, clock: Clock, meter: Meter | None = None, papers: PaperTexts | None = None
) -> FallbackChain:
    """Build the chain of the summarizers that MODEL names, and their judge. Loads no SDK: importing one takes a second.

    `meter` is shared by all models, also those for other work; without it, requests are counted for this process alone.
    `papers` is where keywords look up how rare a term is; without it they take the bundled counts.

    Raises `BadSetting` if a key is missing or the operator's glossary cannot be read.
    """
    # One meter for all models: the operator sets one budget, whichever models use it.
    meter = meter or Meter(settings.model_budget, clock, concurrency=settings.model_concurrency)
    background = TermBackground(papers, clock) if papers is not None else None
    terms = glossary.load(settings.glossary)
    judge = None
    if settings.model_judge is not None and any(name != EXTRACTIVE for name in settings.models):
        judge = ModelJudge(ModelClient(_model("MODEL_JUDGE", settings.model_judge, settings, clock), clock, meter))

    def summarizer(name: str) -> Summarizer:
        if name == EXTRACTIVE:
            return ExtractiveSummarizer(clock, background)
        model = _model("MODEL", name, settings, clock)
        judged_by = judge or ModelJudge(ModelClient(model, clock, meter))
        return ModelSummarizer(model, clock, meter=meter, glossary=terms, judge=judged_by)

    return FallbackChain(
        map(summarizer, settings.models),
        clock,
        meter=meter,
        judge=judge,
        background=background,
        batch=settings.model_batch,
    )


def _model(setting: str, name: str, settings: Settings, clock: Clock) -> Model:
    """The model behind a name like "google:gemini-flash-latest"; `Settings` has checked that the provider is known.

    `setting` is the one that names it, for errors.
    """
    provider, _, model = name.partition(":")
    missing = f"is not set, but {setting} names {name}; set it"
    if provider == "google":
        if settings.gemini_api_key is None:
            raise BadSetting("GEMINI_API_KEY", f"GEMINI_API_KEY {missing}, or choose another {setting}.")
        key = settings.gemini_api_key.get_secret_value()
        return GoogleModel(model, key, clock, base_url=settings.gemini_base_url)
    if settings.openai_api_key is None and settings.openai_base_url is None:
        others = f"OPENAI_BASE_URL for a server of your own (which may need no key), or choose another {setting}"
        raise BadSetting("OPENAI_API_KEY", f"OPENAI_API_KEY {missing}, or {others}.")
    secret = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return OpenAIModel(model, secret, base_url=settings.openai_base_url)
