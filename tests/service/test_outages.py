"""The running service on a full disk: it reports that, keeps answering, and loses nothing."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

import aiohttp

from tests.fakes.arxiv import FakeArxiv
from tests.fakes.telegram import FakeTelegram
from tests.service.test_running import ANN, Process, settings_for


async def test_a_full_disk_is_reported_and_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    async with (
        FakeArxiv() as arxiv,
        FakeTelegram() as telegram,
        Process(settings_for(tmp_path, arxiv, telegram), tmp_path) as service,
    ):
        address = await service.address()
        await service.until(lambda: service.said("running"))
        telegram.say(ANN, ANN, "/subscribe cs.CV")
        await telegram.until(lambda: any("You now follow" in each.text for each in telegram.messages(ANN)))
        await service.until(lambda: service.said("matched"))

        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        telegram.say(ANN, ANN, "/subscribe math.NA")
        await telegram.until(lambda: "database" in telegram.messages(ANN)[-1].text)
        health = await asked(address, "healthz")
        assert health["ok"] is True
        assert health["ready"] is False
        assert "disk" in str(health["database"])

        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        telegram.say(ANN, ANN, "/digest")
        await telegram.until(lambda: any(each.papers for each in telegram.messages(ANN)), timeout=30)
        async with asyncio.timeout(30):  # health is gathered anew after some seconds
            while (await asked(address, "healthz"))["ready"] is not True:  # noqa: ASYNC110 - a process is watched
                await asyncio.sleep(0.5)
        telegram.say(ANN, ANN, "/subscriptions")
        await telegram.until(lambda: "cs.CV" in telegram.messages(ANN)[-1].text)
        assert "math.NA" not in telegram.messages(ANN)[-1].text, "what was refused was not half done"
        assert await service.stop() == 0


async def asked(address: str, page: str) -> dict[str, object]:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session, session.get(address + page) as answer:
        found: dict[str, object] = await answer.json()
        return found
