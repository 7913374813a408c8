"""Commands that do one thing and end: a reading, a digest, the operator's view of chats and deliveries."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import topics as topic_language
from bot.arxiv import calendar, ids
from bot.decisions import ledger
from bot.decisions.cadence import next_due
from bot.decisions.digests import Voice
from bot.errors import BadTopic, TellUser
from bot.model import (
    Card,
    Chat,
    ChatRef,
    DeliveryState,
    Depth,
    Digest,
    Subscription,
)
from bot.pipeline import ask
from bot.render.formats import Payloads, render
from bot.render.pictures import placed
from bot.render.terminal import MAX_WIDTH
from bot.service.app import App, open_app
from bot.service.status import DAYS, Status, gather, sentences
from bot.settings import Settings
from bot.site.files import written

if TYPE_CHECKING:
    from bot.pipeline.ask import Progress


# ── readings ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def summarize(settings: Settings, link: str, language: str, depth: Depth) -> Card:
    """One paper as a card. Raises `TellUser` for what is no paper."""
    target = ids.resolve(link)
    if isinstance(target, ids.NotALink):
        raise TellUser(target.why)
    async with open_app(settings, hurried=True) as app:
        _say(f"Reading {target} …")
        return await app.read(target, language, depth)


async def digest(settings: Settings, query: str, upto: date | None, days: int, language: str, depth: Depth) -> Digest:
    """What a subscriber of `query` would get for these listing days."""
    parse_topic(query)
    async with open_app(settings, hurried=True) as app:
        day = upto or calendar.listing_day(app.clock.now())
        window = ask.window_of(day, days)
        _say("Asking arXiv for what is not here yet …")
        with _Bar("Summarizing") as bar:
            return await ask.digest_of(
                app.store, app.source, app.press, app.clock, query, window, Voice(language, depth), bar.advance
            )


def parse_topic(query: str) -> topic_language.Topic:
    """Raises `TellUser` that shows the place of the mistake."""
    try:
        return topic_language.parse(query)
    except BadTopic as error:
        raise TellUser(f"{error}\n{topic_language.pointer(error)}") from None


_nowhere: dict[str, str] = {}
"""Where pictures are for what is printed."""


def write(
    shown: Card | Digest, form: str, language: str, output: Path | None, data_dir: Path | None = None
) -> list[Path]:
    """Print a card or digest in this form, or write it to `output`; the files written. Raises OSError.

    Figures go along from below `data_dir`: copied beside a post or a Markdown file, inside an HTML page; what is
    printed links them where they came from.
    """
    if output is not None and form in ("hexo", "markdown", "html"):
        return written(shown, form, language, output, data_dir)
    colour = output is None and sys.stdout.isatty()
    width = min(MAX_WIDTH, shutil.get_terminal_size().columns)
    shown = placed(shown, _nowhere.get) if form in ("hexo", "markdown", "html") else shown
    text = render(shown, form, language=language, width=width, colour=colour, payloads=_payloads(form))
    if output is None:
        sys.stdout.write(text)
        return []
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    return [output]


def _payloads(form: str) -> Payloads | None:
    """What a platform makes of a card or a digest, for `--format telegram` and `--format discord`."""
    if form == "telegram":
        from handlers.telegram.cards import payloads as telegram

        return telegram
    if form == "discord":
        from handlers.discord.cards import payloads as discord

        return discord
    return None


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._console = Console(stderr=True)
        self._progress = Progress(console=self._console, transient=True) if self._console.is_terminal else None
        self._task = self._progress.add_task(what, total=None) if self._progress else None

    def __enter__(self) -> _Bar:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    @property
    def advance(self) -> Progress:
        def advance(done: int, of: int) -> None:
            if self._progress and self._task is not None:
                self._progress.update(self._task, completed=done, total=of)

        return advance


def _say(what: str) -> None:
    """What a person waits for now; what is printed goes elsewhere."""
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


# ── the operator's view of chats ──────────────────────────────────────────────────────────────────────────────────


def _ref(text: str) -> ChatRef:
    try:
        return ChatRef.parse(text)
    except ValueError as error:
        raise TellUser(str(error)) from None


async def subscribe(settings: Settings, chat: str, query: str) -> str:
    ref, topic = _ref(chat), parse_topic(query)
    async with open_app(settings) as app:
        if await app.store.chat(ref) is None:
            await app.store.save_chat(app.new_chat(ref))
        now = app.clock.now()
        since = ledger.since(await app.store.latest_day())
        new = await app.store.subscribe(ref, topic.query, since, now)
    words = topic_language.explain(topic)
    return f"{ref} now follows {topic.query}: {words}." if new else f"{ref} follows {topic.query} already: {words}."


async def unsubscribe(settings: Settings, chat: str, query: str) -> str:
    ref = _ref(chat)
    async with open_app(settings) as app:
        followed = [subscription.topic for subscription in await app.store.subscriptions(ref)]
        topic = _followed(query, followed)
        if topic is None or not await app.store.unsubscribe(ref, topic):
            listed = "; ".join(followed) or "nothing"
            raise TellUser(f"{ref} does not follow “{query}”; it follows {listed}.")
    return f"{ref} follows {topic} no more."


def _followed(query: str, followed: Sequence[str]) -> str | None:
    if query.isdigit() and 0 < int(query) <= len(followed):
        return followed[int(query) - 1]
    if query in followed:
        return query
    topic = parse_topic(query).query
    return topic if topic in followed else None


async def chats(settings: Settings) -> list[Chat]:
    async with open_app(settings) as app:
        return await app.store.chats()


async def subscriptions(settings: Settings, chat: str | None) -> list[Subscription]:
    ref = _ref(chat) if chat else None
    async with open_app(settings) as app:
        return await app.store.subscriptions(ref)


def show_chats(found: Sequence[Chat]) -> None:
    _table(
        ("chat", "title", "language", "digest", "size", "style", "state"),
        [
            (
                str(chat.ref),
                chat.title,
                chat.language,
                f"{chat.digest_time:%H:%M} {chat.timezone}",
                str(chat.size),
                str(chat.style),
                chat.suspended or "active",
            )
            for chat in found
        ],
        "No chat yet: somebody has to speak to the bot, or use `paperboy subscribe --chat PLATFORM:ID QUERY`.",
    )


def show_subscriptions(found: Sequence[Subscription], chat: str | None = None) -> None:
    rows, number = [], dict[ChatRef, int]()
    for subscription in found:
        number[subscription.chat] = number.get(subscription.chat, 0) + 1
        n = number[subscription.chat]
        since = "its first listing" if subscription.since <= ledger.ARXIV_BEGAN else subscription.since.isoformat()
        rows.append((str(subscription.chat), str(n), subscription.topic, since))
    _table(
        ("chat", "no.", "topic", "since"), rows, f"{chat} follows nothing." if chat else "Nobody follows anything yet."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], otherwise: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:  # a file or another program wants a line a row
        console.width = 10_000
    if not rows:
        console.print(otherwise)
        return
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


# ── status and operations ─────────────────────────────────────────────────────────────────────────────────────────


async def status(settings: Settings, *, by_category: bool = False) -> Status:
    async with open_app(settings) as app:
        found = await gather(app.store, app.clock)
        if not by_category:
            return found
        lines = await app.store.ledger(calendar.fed_day(found.at) - timedelta(days=DAYS), by_category=True)
        return replace(found, ledger=tuple(lines))


def show_status(found: Status) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    category = ["category"] if any(line.category for line in found.ledger) else []
    _table(
        ("listing", *category, "announced", "ingested", "matched", "chosen", "summarized", "sent"),
        [
            (
                f"{line.day:%a %Y-%m-%d}",
                *([line.category or ""] if category else []),
                *map(str, (line.announced, line.ingested, line.matched, line.chosen, line.summarized, line.sent)),
            )
            for line in found.ledger
        ],
        _no_listing(found),
    )
    for sentence in sentences(found):
        console.print(sentence, markup=False, soft_wrap=not console.is_terminal)


def _no_listing(found: Status) -> str:
    if found.poll.day:
        return f"No listing of the last week; the newest is that of {found.poll.day}."
    how = "arXiv is asked once somebody follows a topic (`paperboy subscribe`, or DEFAULT_TOPICS)"
    return "No listing yet." if found.topics else f"No listing yet: {how}."


async def replay(settings: Settings, numbers: Sequence[int], *, given_up: bool, unknown: bool) -> str:
    """Put deliveries back into the outbox. Raises `TellUser` where none is named or one cannot be replayed."""
    states = ([DeliveryState.GIVEN_UP] if given_up else []) + ([DeliveryState.UNKNOWN] if unknown else [])
    async with open_app(settings) as app:
        chosen = await app.store.deliveries(states=states, limit=100_000) if states else []
        for number in numbers:
            delivery = await app.store.delivery(number)
            if delivery is None or delivery.state not in (DeliveryState.GIVEN_UP, DeliveryState.UNKNOWN):
                raise TellUser(
                    f"Delivery {number} is not one that was given up or is of unknown fate (see `paperboy status`)."
                )
            chosen.append(delivery)
        if not chosen and states:
            return "There is nothing to send again."
        if not chosen:
            raise TellUser("Name deliveries by number (see `paperboy status`), or use --given-up or --unknown.")
        now = app.clock.now()
        opened = sum([await app.store.reopen(each.id, now, "replayed") for each in chosen])
        resumed = await _resume(app, {delivery.chat for delivery in chosen})
    again = "1 delivery goes" if opened == 1 else f"{opened} deliveries go"
    return f"{again} out again when the service runs." + "".join(f" {ref} gets digests again." for ref in resumed)


async def _resume(app: App, refs: set[ChatRef]) -> list[ChatRef]:
    """Those of the chats that were suspended; to them, too, something is sent again."""
    resumed = []
    for ref in sorted(refs, key=str):
        chat = await app.store.chat(ref)
        if chat is not None and chat.suspended:
            await app.store.resume(ref, next_due(chat, app.clock.now()))
            resumed.append(ref)
    return resumed
