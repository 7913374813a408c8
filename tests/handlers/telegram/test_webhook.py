"""Updates that Telegram posts are acknowledged when they cannot be lost, and handled once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.conversation import Conversation, Defaults
from bot.errors import StoreUnavailable
from bot.model import JSON, Bot, ChatRef, Platform, PostedUpdate
from bot.service import web
from bot.storage.store import SqlStore
from handlers.telegram.app import TelegramApp, build
from handlers.telegram.limits import Limiter
from handlers.telegram.token import bot_id_of
from handlers.telegram.webhook import MOST_AT_ONCE, MOST_ATTEMPTS, SECRET_HEADER, Webhook, secret_of
from handlers.telegram.webhook_registration import WebhookRegistration
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.handlers.telegram.conftest import settings_for

ANN, BOB = 5, 6
PUBLIC = "https://bot.example.org"
BOT = Bot(Platform.TELEGRAM, bot_id_of(TOKEN))


def ref(number: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(number))


def fast_limiter() -> Limiter:
    """Its seconds pass a hundred times as fast."""
    return Limiter(lambda: 100 * time.monotonic(), lambda seconds: asyncio.sleep(seconds / 100))


@dataclass
class Site:
    """The service's web server with the webhook of one bot, and a store."""

    store: SqlStore
    webhook: Webhook
    url: str
    tg: FakeTelegram
    folder: Path
    pipeline: FakePipeline

    @asynccontextmanager
    async def serving(self, *, posted: bool = True) -> AsyncIterator[TelegramApp]:
        """The process that serves the bot."""
        settings = settings_for(self.tg, self.folder)
        settings = settings.model_copy(update={"telegram_webhook_url": PUBLIC if posted else None})
        clock = FakeClock()
        talk = Conversation(
            self.store,
            clock,
            self.pipeline.read,
            self.pipeline.compose,
            finder(self.store),
            insight_of(self.store, clock),
            Defaults(),
            bot=BOT,
        )
        app = build(settings, talk, self.store, clock, fast_limiter(), webhook=self.webhook)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def post(self, update: JSON | str, secret: str | None = None) -> int:
        headers = {} if secret == "" else {SECRET_HEADER: secret or self.webhook.secret}
        body: dict[str, Any] = {"data": update} if isinstance(update, str) else {"json": update}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}{self.webhook.path}", headers=headers, **body) as answer,
        ):
            return answer.status

    def says(self, number: int, user: int, text: str) -> JSON:
        """An update in which a person writes to the bot."""
        chat = self.tg.world.user(user)
        message = self.tg.world.posted_by(chat, user, text).as_json()
        return {"update_id": number, "message": message}


@asynccontextmanager
async def site_with(tg: FakeTelegram, store: SqlStore, folder: Path, webhook: Webhook) -> AsyncIterator[Site]:
    runner, port = await web.serve(web.build(None, None, {webhook.path: webhook.receive}), "127.0.0.1", 0)
    tg.reached = PUBLIC, f"http://127.0.0.1:{port}"
    try:
        yield Site(store, webhook, f"http://127.0.0.1:{port}", tg, folder, FakePipeline())
    finally:
        await runner.cleanup()


@pytest.fixture
async def site(tg: FakeTelegram, tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(memory_store())
        webhook = Webhook(BOT, secret_of(TOKEN), store, FakeClock())
        yield await stack.enter_async_context(site_with(tg, store, tmp_path, webhook))


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.01)


async def handled(site: Site) -> None:
    async with asyncio.timeout(20):
        while await site.store.pending_updates(BOT):  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.01)


async def test_commands_come_by_the_webhook_and_nothing_is_polled(site: Site, tg: FakeTelegram) -> None:
    async with site.serving() as app:
        assert app.problem is None
        assert tg.world.hook is not None
        assert tg.world.hook.url == f"{PUBLIC}/telegram/{BOT.id}"
        assert sorted(tg.world.hook.allowed or ()) == ["callback_query", "inline_query", "message", "my_chat_member"]
        tg.say(ANN, ANN, "/help")
        assert "What I can do" in (await tg.wait_for(ANN))[0].text.replace("\u2060", "")
        await handled(site)
    assert "getUpdates" not in {method for method, _ in tg.requests}
    assert tg.world.hook is not None, "Telegram keeps what comes until the next start"
    tg.say(BOB, BOB, "/help")
    async with site.serving():
        await tg.wait_for(BOB)


def test_the_address_has_nothing_of_the_token_and_the_secret_cannot_be_guessed_from_it(site: Site) -> None:
    secret = TOKEN.partition(":")[2]
    assert secret not in site.webhook.path
    assert secret not in site.webhook.secret
    assert len(site.webhook.secret) == 64
    assert secret_of("111:AAA") != secret_of("111:AAB")


@pytest.mark.parametrize("secret", ["", "wrong", "\u00e9", "0" * 64])
async def test_a_wrong_secret_is_refused_and_nothing_is_done(site: Site, tg: FakeTelegram, secret: str) -> None:
    async with site.serving():
        assert await site.post(site.says(1, ANN, "/help"), secret) == 403
        assert await site.post(site.says(2, BOB, "/help")) == 200
        await tg.wait_for(BOB)
        await handled(site)
    assert not tg.messages(ANN)
    assert await site.store.keep_update(BOT, 1, {}, FakeClock().now()), "it was not even stored"


@pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"message": {}}', '{"update_id": "x"}', "3"])
async def test_what_is_no_update_is_refused(site: Site, body: str) -> None:
    async with site.serving():
        assert await site.post(body) == 400


@pytest.mark.parametrize("number", ["Infinity", "NaN", str(2**63), str(-(2**63) - 1), "1" + "0" * 5000])
async def test_a_number_that_no_database_column_holds_is_refused(site: Site, number: str) -> None:
    assert await site.post(f'{{"update_id": {number}, "message": {{}}}}') == 400
    assert await site.store.pending_updates(BOT) == 0


async def test_the_same_update_twice_acts_once(site: Site, tg: FakeTelegram) -> None:
    async with site.serving():
        update = site.says(7, ANN, "/help")
        assert await asyncio.gather(*(site.post(update) for _ in range(5))) == [200] * 5
        await tg.wait_for(ANN)
        await handled(site)
        assert await site.post(update) == 200
        assert await site.post(site.says(8, BOB, "/help")) == 200
        await tg.wait_for(BOB)
    assert len(tg.messages(ANN)) == 1


async def test_an_update_that_was_acknowledged_is_handled_by_the_next_process(site: Site, tg: FakeTelegram) -> None:
    site.pipeline.may_finish.clear()
    async with site.serving():
        assert await site.post(site.says(1, ANN, "/summarize 2406.14272")) == 200
        await until(lambda: tg.world.actions)
    assert not tg.messages(ANN)
    assert await site.post(site.says(2, BOB, "/subscribe cs.CV")) == 200, "received while nobody serves the bot"
    site.pipeline.may_finish.set()
    async with site.serving():
        await tg.wait_for(ANN)
        await tg.wait_for(BOB)
        await handled(site)
    assert [subscription.topic for subscription in await site.store.subscriptions(ref(BOB))] == ["cat:cs.CV"]
    assert len(tg.messages(ANN)) == 1


async def test_what_was_posted_is_handled_after_the_operator_has_gone_back_to_polling(
    site: Site, tg: FakeTelegram
) -> None:
    async with site.serving():
        pass
    assert await site.post(site.says(1, ANN, "/help")) == 200
    tg.world.updates.clear()
    async with site.serving(posted=False):
        await tg.wait_for(ANN)
        await handled(site)
        assert tg.world.hook is None
        tg.say(BOB, BOB, "/help")
        await tg.wait_for(BOB)
    assert len(tg.messages(ANN)) == 1


async def test_more_than_fits_in_memory_waits_in_the_store_and_comes_once(site: Site, tg: FakeTelegram) -> None:
    count = 3 * MOST_AT_ONCE
    async with site.serving():
        updates = [site.says(number, 1000 + number, "/help") for number in range(1, count + 1)]
        assert set(await asyncio.gather(*map(site.post, updates))) == {200}
        await handled(site)
        await until(lambda: len([each for each in tg.world.messages if each.by_bot]) == count)
    assert {len(tg.messages(1000 + number)) for number in range(1, count + 1)} == {1}


async def test_telegram_is_asked_to_wait_while_too_much_is_pending(tg: FakeTelegram, tmp_path: Path) -> None:
    async with memory_store() as store:
        webhook = Webhook(BOT, "s", store, FakeClock(), most_pending=3)
        async with site_with(tg, store, tmp_path, webhook) as site:
            updates = [site.says(number, ANN, "/help") for number in range(1, 6)]
            assert [await site.post(update) for update in updates] == [200, 200, 200, 503, 503]
            async with site.serving():
                await handled(site)
                assert [await site.post(update) for update in updates[3:]] == [200, 200]
                await handled(site)
    assert len(tg.messages(ANN)) == 5


class BrokenInbox:
    """An inbox whose database is down while `is_down`."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.is_down = store, True
        self.cannot_finish, self.refused = False, 0
        self.faults = 0
        """How many reads from now on fail for a reason that nobody expects."""

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The database does not answer.")

    async def keep_update(self, bot: Bot, number: int, body: JSON, now: Any) -> bool:
        self._check()
        return await self.store.keep_update(bot, number, body, now)

    async def take_updates(self, bot: Bot, limit: int, but: Any = ()) -> list[PostedUpdate]:
        self._check()
        if self.faults:
            self.faults -= 1
            raise RuntimeError("a fault")
        return await self.store.take_updates(bot, limit, but)

    async def finish_update(self, bot: Bot, number: int) -> None:
        self._check()
        if self.cannot_finish:
            self.refused += 1
            raise StoreUnavailable("The database does not answer.")
        await self.store.finish_update(bot, number)

    async def pending_updates(self, bot: Bot) -> int:
        self._check()
        return await self.store.pending_updates(bot)

    async def forget_updates(self, before: Any) -> int:
        self._check()
        return await self.store.forget_updates(before)


async def test_nothing_is_acknowledged_that_could_not_be_stored(tg: FakeTelegram, tmp_path: Path) -> None:
    async with memory_store() as store:
        inbox = BrokenInbox(store)
        async with site_with(tg, store, tmp_path, Webhook(BOT, "s", inbox, FakeClock())) as site, site.serving():
            tg.say(ANN, ANN, "/help")
            await until(lambda: [status for _, status in tg.posted] == [503, 503])
            inbox.is_down = False
            await tg.wait_for(ANN)
            await handled(site)
    assert len(tg.messages(ANN)) == 1


async def test_updates_are_handled_again_after_the_database_was_down_while_many_ended(
    tg: FakeTelegram, tmp_path: Path
) -> None:
    async with memory_store() as store:
        inbox = BrokenInbox(store)
        inbox.is_down = False
        async with site_with(tg, store, tmp_path, Webhook(BOT, "s", inbox, FakeClock())) as site, site.serving():
            people = range(1000, 1000 + MOST_AT_ONCE)
            inbox.cannot_finish = True
            updates = [site.says(number, user, "/help") for number, user in enumerate(people, 1)]
            assert set(await asyncio.gather(*map(site.post, updates))) == {200}
            await until(lambda: inbox.refused >= MOST_AT_ONCE)
            inbox.cannot_finish = False
            assert await site.post(site.says(5000, ANN, "/help")) == 200
            await tg.wait_for(ANN)
            await handled(site)
    assert {len(tg.messages(user)) for user in people} == {1}


async def test_a_fault_while_stored_updates_are_read_is_logged_and_they_are_read_again(
    tg: FakeTelegram, tmp_path: Path
) -> None:
    async with memory_store() as store:
        inbox = BrokenInbox(store)
        inbox.is_down, inbox.faults = False, 1
        async with site_with(tg, store, tmp_path, Webhook(BOT, "s", inbox, FakeClock())) as site:
            assert await site.post(site.says(1, ANN, "/help")) == 200
            with structlog.testing.capture_logs() as logs:
                async with site.serving():
                    await tg.wait_for(ANN)
                    await handled(site)
    assert [line["log_level"] for line in logs if line["event"] == "telegram updates not read"] == ["error"]


async def test_an_update_that_cannot_be_read_holds_up_no_other(site: Site, tg: FakeTelegram) -> None:
    async with site.serving():
        assert await site.post({"update_id": 1, "message": {"text": "nobody wrote this"}}) == 200
        assert await site.post(site.says(2, ANN, "/help")) == 200
        await tg.wait_for(ANN)
        await handled(site)


async def test_an_update_that_ends_the_process_again_and_again_is_given_up(site: Site, tg: FakeTelegram) -> None:
    await site.store.keep_update(BOT, 1, site.says(1, ANN, "/help"), FakeClock().now())
    for _ in range(MOST_ATTEMPTS):
        await site.store.take_updates(BOT, 1)
    async with site.serving():
        await handled(site)
        assert await site.post(site.says(2, BOB, "/help")) == 200
        await tg.wait_for(BOB)
    assert not tg.messages(ANN)


# ── the registration ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def registration(site: Site) -> AsyncIterator[WebhookRegistration]:
    async with site.serving() as app:
        assert isinstance(app._updates, WebhookRegistration)
        yield app._updates


async def test_telegrams_failure_to_post_is_a_problem_while_it_lasts(
    registration: WebhookRegistration, tg: FakeTelegram
) -> None:
    clock = registration._clock
    assert isinstance(clock, FakeClock)
    hook = tg.world.hook
    assert hook is not None
    clock.advance(600)
    hook.failed_at, hook.failure = clock.now().timestamp() - 5, "Connection timed out"
    await registration.check()
    assert registration.problem == f"Telegram cannot post updates to {hook.url}: Connection timed out"
    clock.advance(300)
    await registration.check()
    assert registration.problem is None
    hook.failed_at = clock.now().timestamp()
    await registration.begin()
    await registration.check()
    assert registration.problem is None, "while the service was down, nothing could be posted"


async def test_another_programs_webhook_is_replaced(registration: WebhookRegistration, tg: FakeTelegram) -> None:
    assert tg.world.hook is not None
    own = tg.world.hook.url
    for other in (None, "https://elsewhere.example"):
        if other is None:
            tg.world.hook = None
        else:
            tg.world.hook.url = other
        await registration.check()
        assert registration.problem is not None
        assert "another program" in registration.problem
        assert tg.world.hook is not None
        assert tg.world.hook.url == own
        await registration.check()
        assert registration.problem is None


async def test_a_telegram_that_does_not_answer_is_a_problem(
    registration: WebhookRegistration, tg: FakeTelegram
) -> None:
    tg.fail("getWebhookInfo", "502", stored=False)
    await registration.check()
    assert registration.problem is not None
    assert "Bad Gateway" in registration.problem
    await registration.check()
    assert registration.problem is None


async def test_a_revoked_token_is_a_problem_that_says_what_to_do(
    registration: WebhookRegistration, tg: FakeTelegram
) -> None:
    tg.token = "123456:another"
    await registration.check()
    assert registration.problem == "Telegram does not accept this token any more; copy it again from @BotFather"
