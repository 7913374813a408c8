"""Several processes on one PostgreSQL: a service hands its work over to workers, and a second one takes over."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BadSetting, TellUser
from bot.model import Chat, ChatRef, DeliveryState, Depth, Platform
from bot.service import running, worker
from bot.service.running import check_workers
from bot.settings import load
from bot.storage.store import open_store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.models import KEY, ModelServer
from tests.fakes.stores import postgres
from tests.fakes.telegram import FakeTelegram
from tests.service.test_running import ANN, Process, settings_for

UNDER_WAY = (DeliveryState.WAITING, DeliveryState.LEASED, DeliveryState.SENDING)


@pytest.fixture
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


def shown(telegram: FakeTelegram) -> list[str]:
    """The papers in the messages to Ann, once for each time that they were shown."""
    return [paper for message in telegram.messages(ANN) for paper in message.papers]


async def test_workers_make_the_summaries_and_the_digests_that_a_service_hands_over(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    arxiv.today = date(2026, 6, 2)
    environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server, "WORKERS": "procrastinate"}
    async with Process(environment, tmp_path) as service:
        await service.until(lambda: service.said("running"))
        telegram.say(ANN, ANN, "/subscribe cs.CV")
        await telegram.until(lambda: any("You now follow" in message.text for message in telegram.messages(ANN)))
        await service.until(lambda: service.said("matched"))
        async with Process(environment, tmp_path, "worker") as first, Process(environment, tmp_path, "worker") as other:
            await first.until(lambda: [*first.said("summarized"), *other.said("summarized")])
            assert not service.said("summarized"), "the service itself makes none"
            # One that is still starting has nothing to stop, and the signal may simply end it.
            await first.until(lambda: first.said("working"))
            await other.until(lambda: other.said("working"))
            assert await first.stop() == 0
            assert await other.stop() == 0
        assert await service.stop() == 0


async def test_workers_compose_what_is_due_and_the_service_sends_it_once(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    arxiv.today = date(2026, 6, 2)
    telegram.world.user(ANN)
    async with await open_store(server) as store:
        due = datetime.now(UTC) - timedelta(minutes=1)
        await store.add_chat(Chat(ChatRef(Platform.TELEGRAM, str(ANN)), next_due_at=due, depth=Depth.DEEP))
        await store.subscribe(ChatRef(Platform.TELEGRAM, str(ANN)), "cat:cs.CV", date(2026, 6, 1), due)
    environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server, "WORKERS": "procrastinate"}
    async with Process(environment, tmp_path) as service, Process(environment, tmp_path, "worker") as helper:
        await telegram.until(lambda: bool(shown(telegram)), timeout=60)
        assert helper.said("digest written")
        assert not service.said("digest written")
        assert await helper.stop() == 0
        assert await service.stop() == 0
    assert max(Counter(shown(telegram)).values()) == 1


async def test_workers_embed_the_papers_that_a_service_hands_over(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    arxiv.today = date(2026, 6, 2)
    ref = ChatRef(Platform.TELEGRAM, str(ANN))
    async with await open_store(server) as store, ModelServer() as models:
        await store.add_chat(Chat(ref))
        await store.subscribe(ref, "cat:cs.CV about: talking heads", date(2026, 6, 1), datetime.now(UTC))
        environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server, "WORKERS": "procrastinate"}
        environment |= {"EMBEDDINGS": "openai:small", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": models.openai}
        async with Process(environment, tmp_path) as service, Process(environment, tmp_path, "worker") as helper:
            async with asyncio.timeout(60):
                counts = 0, 0
                while counts[0] < counts[1] or not counts[1]:
                    counts = await store.vector_counts("openai:small", date(2026, 6, 1))
                    await asyncio.sleep(0.1)
            assert helper.said("embedded")
            assert not service.said("embedded"), "the service itself embeds interests only"
            assert await helper.stop() == 0
            assert await service.stop() == 0
    texts = [text for body in models.asked for text in body["input"]]
    assert len(texts) == counts[1] + 1, "each paper once, and the interest"


async def test_a_second_service_stands_by_and_takes_over_from_one_that_is_killed(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server}
    async with Process(environment, tmp_path) as first:
        await first.until(lambda: len(first.said("role taken")) == 3)
        async with Process(environment, tmp_path) as second:
            await second.until(lambda: second.said("running"))
            assert second.said("running")[0]["roles"] == []
            await first.kill()
            await second.until(lambda: len(second.said("role taken")) == 3)
            telegram.say(ANN, ANN, "/subscriptions")
            await telegram.until(lambda: bool(telegram.messages(ANN)), timeout=30)
            assert await second.stop() == 0


async def test_what_a_killed_service_was_sending_is_sent_once_by_the_next_one(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    arxiv.today = date(2026, 6, 2)
    people = range(1, 121)  # four seconds at 30 messages a second
    async with await open_store(server) as store:
        due = datetime.now(UTC) - timedelta(minutes=1)
        for person in people:
            telegram.world.user(person)
            ref = ChatRef(Platform.TELEGRAM, str(person))
            await store.add_chat(Chat(ref, next_due_at=due))
            await store.subscribe(ref, "cat:cs.CV", date(2026, 6, 1), due)
        environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server}
        async with Process(environment, tmp_path) as first:
            await first.until(lambda: len(first.said("role taken")) == 3)
            async with Process(environment, tmp_path) as second:
                await second.until(lambda: second.said("running"))
                await telegram.until(lambda: bool(telegram.world.messages), timeout=60)
                await first.kill()
                assert len(telegram.world.messages) < len(people), "it was killed in the middle"
                await second.until(lambda: len(second.said("role taken")) == 3)
                # What the first one was sending at that moment is in doubt, and not sent again.
                async with asyncio.timeout(60):
                    while await store.deliveries(states=UNDER_WAY) or await store.due_chats(datetime.now(UTC)):  # noqa: ASYNC110 - a process
                        await asyncio.sleep(0.1)
                telegram.say(1, 1, "/subscribe quant-ph")
                await second.until(lambda: second.said("matched"))
                assert await second.stop() == 0
        in_doubt = {delivery.chat for delivery in await store.deliveries(states=[DeliveryState.IN_DOUBT])}
    for person in people:
        times = Counter(paper for message in telegram.messages(person) for paper in message.papers)
        assert times or ChatRef(Platform.TELEGRAM, str(person)) in in_doubt, "lost"
        assert max(times.values(), default=1) == 1, "twice"


async def test_on_a_file_the_second_service_says_which_one_is_running(tmp_path: Path, arxiv: FakeArxiv) -> None:
    environment = settings_for(tmp_path, arxiv)
    async with Process(environment, tmp_path) as first:
        await first.until(lambda: first.said("running"))
        with pytest.raises(TellUser, match=f"process {first.pid} on .* uses this database already"):
            await running.serve(load(**{name.lower(): value for name, value in environment.items()}))


def test_workers_need_postgresql(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="WORKERS: procrastinate needs PostgreSQL"):
        check_workers(load(data_dir=tmp_path, workers="procrastinate"))
    check_workers(load(data_dir=tmp_path))


async def test_a_worker_has_nothing_to_do_for_a_service_that_does_it_all(tmp_path: Path) -> None:
    with pytest.raises(TellUser, match="WORKERS is embedded"):
        await worker.work(load(data_dir=tmp_path))


@pytest.mark.parametrize("text", ["teach", "read,teach", " , "])
def test_an_unknown_queue_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(TellUser, match="name some of read, summarize, compose, learn"):
        worker.parse_queues(text)


def test_queues_are_a_list_with_commas() -> None:
    assert worker.parse_queues(None) == ("read", "summarize", "compose", "learn")
    assert worker.parse_queues("compose, read,compose") == ("compose", "read")
