"""`paperboy doctor`: checks settings, database, arXiv, models and tokens; one line each, with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr
from rich.console import Console

from bot.decisions.model_requests import LEAST_REQUESTS, LEAST_TOKENS, is_enough_for_one
from bot.errors import BadSetting, ModelUnavailable, PaperboyError, StoreUnavailable
from bot.model import Allowance, Platform
from bot.service.app import App, default_topics, open_app
from bot.service.bots import bots_of, unserved
from bot.service.status import similarity
from bot.service.status_text import describe_followers, describe_unserved
from bot.settings import Settings, unknown_names


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    `subject` is what was checked and `message` what was found. `is_fine` is None if it works but could be improved.
    """

    subject: str
    is_fine: bool | None
    message: str


async def run(settings: Settings) -> bool:
    """Print every finding; returns whether nothing is wrong."""
    console = Console(highlight=False, emoji=False)
    Console(stderr=True).print("Checking the database, arXiv and everything else that is set up …")
    is_well = True
    async for finding in examine(settings):
        mark = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "[yellow]•[/yellow]"}[finding.is_fine]
        console.print(f"{mark} {finding.subject}: ", end="")
        console.print(finding.message, markup=False)
        is_well = is_well and finding.is_fine is not False
    return is_well


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Run all checks, in the order in which things depend on each other."""
    data = f"data in {settings.data_dir.resolve()}"
    try:
        default_topics(settings)
    except BadSetting as error:  # the other checks go on; they do not need these topics
        yield Finding("settings", False, f"{error} (The others were read; {data}.)")
    else:
        yield Finding("settings", True, f"read; {data}")
    for sentence in unknown_names():
        yield Finding("settings", None, sentence)
    for finding in _keys(settings):
        yield finding
    try:
        async with open_app(settings, interactive=True) as app:
            yield await _check("database", lambda: _database(app))
            yield await _check("arXiv", lambda: _arxiv(app))
            yield _contact(settings)
            for finding in _budget(settings):
                yield finding
            async for finding in _budget_of_today(app):
                yield finding
            async for finding in _models(app):
                yield finding
            yield await _check("similarity", lambda: _similarity(app))
            async for finding in _platforms(app):
                yield finding
    except BadSetting as error:
        yield Finding("settings", False, str(error))
    except PaperboyError as error:
        yield Finding("database", False, str(error))


def _keys(settings: Settings) -> Iterator[Finding]:
    """Report keys that cannot be right, and those that are set for nothing."""
    tokens = {f"{platform}_bot_token": settings.bot_tokens(platform) for platform in Platform}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if not isinstance(value, SecretStr) or name == "database_url":
            continue
        keys = tokens.get(name, (value,))
        if any(len(key.get_secret_value().split()) > 1 for key in keys):
            yield Finding("settings", False, f"{name.upper()} contains a space; write each setting on its own line.")
    judge = settings.model_judge
    if judge is not None and all(model == "extractive" for model in settings.models):
        yield Finding("settings", None, "MODEL_JUDGE is set, but MODEL names no model whose statements it could check.")
    providers = {model.partition(":")[0] for model in (*settings.models, judge or "", settings.embeddings)}
    for name, provider, value in (
        ("GEMINI_API_KEY", "google", settings.gemini_api_key),
        ("OPENAI_API_KEY", "openai", settings.openai_api_key),
        ("OPENAI_BASE_URL", "openai", settings.openai_base_url),
    ):
        if value is not None and provider not in providers:
            yield Finding("settings", None, f"{name} is set, but no model of {provider} is set.")


async def _check(subject: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(subject, True, await check())
    except PaperboyError as error:
        return Finding(subject, False, str(error))


async def _database(app: App) -> str:
    await app.store.ping()
    kind = "PostgreSQL" if app.settings.database.startswith("postgresql") else "SQLite"
    followers = describe_followers(await app.store.follow_counts())
    return f"{kind} answers; {followers[0].lower()}{followers[1:]}"


async def _arxiv(app: App) -> str:
    # One request, for a category that has papers on every listing day.
    listing = await app.source.listing(["cs.CL"])
    day = f"the feed is that of {listing.day}" if listing.day else "the feed is empty (a weekend or a holiday)"
    return f"answers; {day}"


def _contact(settings: Settings) -> Finding:
    if settings.arxiv_contact:
        return Finding("contact", True, settings.arxiv_contact)
    return Finding("contact", None, "none; set ARXIV_CONTACT to your address, as arXiv asks of its clients")


def _budget(settings: Settings) -> Iterator[Finding]:
    """Report limits of a day that leave every digest without a summary by a model, or every paper without a vector."""
    requests, tokens = settings.model_requests_per_day, settings.model_tokens_per_day
    if ":" in settings.embeddings and requests in (0, 1):
        reason = "they get at most half of the day's budget; set 2 or more"
        yield Finding("budget", None, f"MODEL_REQUESTS_PER_DAY={requests} gives no paper a vector: {reason}")
    if all(model == "extractive" for model in settings.models):
        return
    for name, limit, allowance, least in (
        ("MODEL_REQUESTS_PER_DAY", requests, Allowance(requests=requests), LEAST_REQUESTS),
        ("MODEL_TOKENS_PER_DAY", tokens, Allowance(tokens=tokens), LEAST_TOKENS),
    ):
        if not is_enough_for_one(allowance):
            reason = "a summary and the check of its statements need more"
            yield Finding("budget", None, f"{name}={limit} puts no model in any digest: {reason}; set {least} or more")


async def _budget_of_today(app: App) -> AsyncIterator[Finding]:
    with suppress(StoreUnavailable):  # the check of the database has said so
        left = await app.makers.remaining()
        if 0 in (left.requests, left.tokens):
            yield Finding("budget", None, left.used_up)


async def _models(app: App) -> AsyncIterator[Finding]:
    for name in app.settings.models:
        if name == "extractive":
            yield Finding("summaries", True, "extractive: no model is needed; set GEMINI_API_KEY or MODEL for one")
        else:
            yield await _check(name, partial(app.makers.probe, name))
    judge = app.settings.model_judge
    if judge is not None and any(name != "extractive" for name in app.settings.models):
        yield await _check("judge", partial(_judge, app, judge))


async def _judge(app: App, name: str) -> str:
    return f"{name} {await app.makers.probe(name)}"


async def _similarity(app: App) -> str:
    if app.embedder is None:
        others = "local, google:NAME or openai:NAME"
        return f"measured by words alone; set EMBEDDINGS to {others} to find papers by their meaning"
    name = app.embedder.name
    try:
        seconds = await app.embedder.probe()
    except ModelUnavailable as error:
        raise ModelUnavailable(f"{error} Until it answers, papers are ranked by their words.") from error
    found = await similarity(app.store, name, app.clock.now())
    counts = f"{found.embedded:,} of {found.papers:,} papers of the last week have vectors"
    return f"measured by words and vectors; {name} answers in {seconds:.1f} s; {counts}"


async def _platforms(app: App) -> AsyncIterator[Finding]:
    settings = app.settings
    try:
        bots = bots_of(settings)
    except BadSetting as error:
        yield Finding("settings", False, str(error))
        return
    for platform, check in ((Platform.TELEGRAM, _telegram), (Platform.DISCORD, _discord)):
        own = [bot for bot in bots if bot.platform is platform]
        if not own:
            yield Finding(str(platform), True, f"off; {platform.upper()}_BOT_TOKEN is not set")
        for bot in own:
            yield await _check(str(bot) if len(own) > 1 else str(platform), partial(check, app, bots[bot]))
    for sentence in describe_unserved(unserved(await app.store.chats_by_bot(), bots)):
        yield Finding("chats", None, sentence)


async def _telegram(app: App, token: SecretStr) -> str:
    # Imported when needed: the platforms' libraries are slow to import, and not every setup uses both.
    from handlers.telegram.app import build

    telegram = build(app.settings, app.conversation(), app.store, app.clock, token=token)
    try:
        await telegram.log_in()
        return f"the token is accepted; the bot is https://t.me/{telegram.application.bot.username}"
    finally:  # also after a refused token: the library has opened connections
        await telegram.stop()


async def _discord(app: App, token: SecretStr) -> str:
    from handlers.discord.app import build
    from handlers.discord.invitations import invite_url

    discord = build(app.settings, app.conversation(), app.store, app.clock, token=token)
    try:
        await discord.log_in()
        return f"the token is accepted; invite the bot with {invite_url(discord.client.application_id or 0)}"
    finally:
        await discord.stop()
