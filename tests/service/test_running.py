"""The whole service with real clients against stand-ins of arXiv, Telegram and Discord."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import aiohttp
import pytest

from bot.errors import BadSetting, StoreUnavailable, TellUser
from bot.model import Depth
from bot.operator import chats, papers
from bot.service import lease, one_pass
from bot.service.app import open_app
from bot.settings import Settings, load
from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.stores import postgres
from tests.fakes.telegram import FakeTelegram

DAYS = (date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3))
ANN, BOB = 5, 6


def settings_for(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram | None = None, discord: FakeDiscord | None = None
) -> dict[str, str]:
    """The environment in which Paperboy uses these stand-ins only."""
    found = {**arxiv.urls(), "data_dir": str(tmp_path / "data"), "arxiv_delay_seconds": "0", "site_port": "0"}
    found |= {"arxiv_contact": "tests@example.org", "log_format": "json", "digest_time": "09:00"}
    if telegram:
        found |= {"telegram_bot_token": fake_telegram.TOKEN, "telegram_api_url": telegram.url}
    if discord:
        found |= {
            "discord_bot_token": fake_discord.TOKEN,
            "discord_api_url": discord.api_url,
            "discord_gateway_url": discord.gateway_url,
        }
    return {name.upper(): value for name, value in found.items()}


def made(environment: dict[str, str]) -> Settings:
    return load(**{name.lower(): value for name, value in environment.items()})


# ── one pass ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pass_for_each_day_delivers_everything_once_on_both_platforms(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram, discord: FakeDiscord
) -> None:
    guild = discord.world.add_guild()
    channel = discord.world.add_channel(guild)
    telegram.world.user(ANN)
    settings = made(settings_for(tmp_path, arxiv, telegram, discord))
    arxiv.today = DAYS[0]
    await chats.subscribe(settings, f"telegram:{ANN}", "cs.CV")
    await chats.subscribe(settings, f"discord:{channel}", "weight OR quant-ph.*")
    for day in DAYS:
        arxiv.today = day
        done = await one_pass.once(settings, day)
        assert done.failures == []
    shown = " ".join(message.text for message in telegram.messages(ANN))
    assert shown.count("Paper folding, learned") == 1
    assert [paper for message in telegram.messages(ANN) for paper in message.papers].count("2606.00001") == 1
    assert len(discord.world.history(channel)) >= 2
    before = len(telegram.messages(ANN)), len(discord.world.history(channel))
    again = await one_pass.once(settings, DAYS[-1])
    assert again.sent == 0
    assert (len(telegram.messages(ANN)), len(discord.world.history(channel))) == before


async def test_a_pass_says_what_it_waits_for(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram, discord: FakeDiscord
) -> None:
    said: list[str] = []
    settings = made(settings_for(tmp_path, arxiv, telegram, discord) | {"DEFAULT_TOPICS": "cs.CV"})
    arxiv.today = DAYS[0]
    await one_pass.once(settings, DAYS[0], say=said.append)
    assert said == ["Logging in to Telegram and Discord …", "Asking arXiv …"]


async def test_a_pass_works_the_same_on_postgresql(tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram) -> None:
    telegram.world.user(ANN)
    with postgres() as url:
        settings = made(settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": url})
        arxiv.today = DAYS[1]
        await chats.subscribe(settings, f"telegram:{ANN}", "cs.CV")
        assert (await one_pass.once(settings, DAYS[1])).sent > 0
        assert (await one_pass.once(settings, DAYS[1])).sent == 0
    assert sum("2606.00001" in message.papers for message in telegram.messages(ANN)) == 1


async def test_a_pass_asks_arxiv_politely(tmp_path: Path, arxiv: FakeArxiv) -> None:
    settings = made(settings_for(tmp_path, arxiv))
    arxiv.today = DAYS[0]
    await chats.subscribe(settings, "site:archive", "cs.CV")
    await one_pass.once(settings, DAYS[0])
    stats = arxiv.stats()
    assert stats.requests <= 12
    assert stats.most_at_once == 1
    assert all("tests@example.org" in agent for agent in stats.user_agents)


async def test_a_digest_for_a_topic_is_what_a_subscriber_would_get(tmp_path: Path, arxiv: FakeArxiv) -> None:
    settings = made(settings_for(tmp_path, arxiv))
    arxiv.today = DAYS[1]
    digest = await papers.digest(
        settings, papers.Wanted(papers.parse_topic("cs.CV"), None, 10), DAYS[1], 1, "en", Depth.BRIEF
    )
    assert [card.paper.id for card in digest.cards] == ["2606.00001"]


async def test_no_pass_runs_beside_a_running_service(tmp_path: Path, arxiv: FakeArxiv) -> None:
    settings = made(settings_for(tmp_path, arxiv))
    async with open_app(settings) as app:
        assert await app.store.hold("service", "elsewhere/1/x", app.clock.now(), app.clock.now() + lease.LEASE)
    with pytest.raises(TellUser, match="uses this database already"):
        await one_pass.once(settings, None)


async def test_a_pass_that_was_stopped_until_another_process_took_over_sends_nothing(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    telegram.world.user(ANN)
    settings, clock = made(settings_for(tmp_path, arxiv, telegram)), FakeClock()
    arxiv.today = DAYS[1]
    await chats.subscribe(settings, f"telegram:{ANN}", "cs.CV")

    def be_stopped(_: str) -> None:
        clock.set(clock.now() + lease.LEASE)
        with contextlib.closing(sqlite3.connect(tmp_path / "data" / "paperboy.sqlite3")) as database, database:
            database.execute("UPDATE leases SET owner = 'elsewhere/1/x', until = '2026-07-01 00:00:00.000000'")

    done = await one_pass.once(settings, DAYS[1], clock, be_stopped)
    assert (done.sent, done.waiting) == (0, 1)
    assert not telegram.messages(ANN)


async def test_a_bad_token_is_one_sentence(tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram) -> None:
    environment = settings_for(tmp_path, arxiv, telegram) | {"TELEGRAM_BOT_TOKEN": "1:wrong"}
    with pytest.raises(BadSetting, match="TELEGRAM_BOT_TOKEN: Telegram does not accept the token of bot 1;"):
        await one_pass.once(made(environment), None)


async def test_a_database_that_cannot_be_reached_is_one_sentence_without_its_password(
    tmp_path: Path, arxiv: FakeArxiv
) -> None:
    address = "postgresql+psycopg://me:secret@127.0.0.1:9/none"
    settings = made(settings_for(tmp_path, arxiv) | {"DATABASE_URL": address})
    with pytest.raises(StoreUnavailable) as caught:
        await one_pass.once(settings, None)
    assert "secret" not in str(caught.value)


# ── the service as a process ──────────────────────────────────────────────────────────────────────────────────────


class Process:
    """Run `paperboy run`, or another command, with only these settings in its environment."""

    def __init__(self, environment: dict[str, str], cwd: Path, *command: str) -> None:
        self.environment, self.cwd, self.command = environment, cwd, command or ("run",)
        self.log: list[dict[str, object]] = []

    async def __aenter__(self) -> Process:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        keep |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self.command,
            env=keep | self.environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=self.cwd,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            with contextlib.suppress(ValueError):
                self.log.append(json.loads(line))

    async def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                assert self._process.returncode is None, self.log
                await asyncio.sleep(0.05)

    def said(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.log if line.get("event") == event]

    @property
    def pid(self) -> int:
        return self._process.pid

    async def address(self, what: str = "archive") -> str:
        await self.until(lambda: self.said(f"{what} served"))
        return str(self.said(f"{what} served")[0]["address"])

    async def kill(self) -> None:
        self._process.kill()
        await self._process.wait()

    async def stop(self, within: float = 5.0) -> int:
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            return await self._process.wait()

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader


async def test_the_service_answers_commands_delivers_and_stops_within_five_seconds(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram, discord: FakeDiscord
) -> None:
    async with Process(settings_for(tmp_path, arxiv, telegram, discord), tmp_path) as service:
        await service.until(lambda: service.said("running"))
        telegram.say(ANN, ANN, "/subscribe cs.CV")
        await telegram.until(lambda: any("You now follow" in message.text for message in telegram.messages(ANN)))
        await service.until(lambda: service.said("matched"))
        telegram.say(ANN, ANN, "/digest")
        await telegram.until(lambda: any(message.papers for message in telegram.messages(ANN)), timeout=30)
        telegram.say(ANN, ANN, "/summarize 2606.00001")
        await telegram.until(
            lambda: any("Paper folding" in message.text for message in telegram.messages(ANN)), timeout=30
        )
        async with aiohttp.ClientSession() as session, session.get(f"{await service.address()}ready") as answer:
            assert (await answer.json())["platforms"] == {"telegram": "ok", "discord": "ok"}
            assert answer.status == 200
        assert await service.stop() == 0
        assert fake_telegram.TOKEN not in json.dumps(service.log)
        assert [line for line in service.log if line.get("level") in ("error", "critical")] == []


async def test_a_service_stops_also_while_telegram_answers_nothing(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    arxiv.today = DAYS[1]
    async with Process(settings_for(tmp_path, arxiv, telegram), tmp_path) as service:
        await service.until(lambda: service.said("running"))
        telegram.say(ANN, ANN, "/subscribe cs.CV")
        await telegram.until(lambda: any("You now follow" in message.text for message in telegram.messages(ANN)))
        await service.until(lambda: service.said("matched"))
        telegram.fail("sendMessage", "hang", times=100)
        telegram.say(ANN, ANN, "/digest")
        await telegram.until(lambda: [method for method, _ in telegram.requests].count("sendMessage") > 2)
        telegram.say(BOB, BOB, "/help")
        await telegram.until(lambda: [method for method, _ in telegram.requests].count("sendMessage") > 3)
        telegram.fail("getUpdates", "hang", times=100)
        telegram.say(BOB, BOB, "/help")  # ends the request for updates that is under way
        await telegram.until(lambda: [method for method, _ in telegram.requests].count("sendMessage") > 4)
        # Longer than it takes, for a busy machine; a request may hang for 40 seconds.
        assert await service.stop(within=15) == 0


async def test_with_no_token_the_service_is_the_archive_alone(tmp_path: Path, arxiv: FakeArxiv) -> None:
    arxiv.today = DAYS[1]
    environment = settings_for(tmp_path, arxiv) | {"DEFAULT_TOPICS": "cs.CV; quantum", "OPS_PORT": "0"}
    async with Process(environment, tmp_path) as service:
        address, operations = await service.address(), await service.address("operations")
        await service.until(lambda: service.said("summarized"))
        async with aiohttp.ClientSession() as session:
            pages = ""
            async with asyncio.timeout(20):
                while "cs.CV" not in pages:
                    async with session.get(address) as answer:
                        pages = await answer.text()
                    await asyncio.sleep(0.1)
            async with session.get(f"{address}healthz") as answer:
                assert answer.status == 404, "it has a port of its own"
            async with session.get(f"{operations}healthz") as answer:
                assert answer.status == 200
                assert (await answer.json())["latest_listing"] == "2026-06-02"
            async with session.get(f"{operations}metrics") as answer:
                assert "paperboy_outbox_age_seconds 0.0" in await answer.text()
            async with session.get(f"{address}..%2f..%2fpaperboy.sqlite3") as answer:
                assert answer.status == 404
        assert await service.stop() == 0
