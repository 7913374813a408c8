"""The service's web server: pages, health and metrics."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.errors import StoreUnavailable, TellUser
from bot.model import JSON
from bot.service import web


class Service:
    """A served archive with a state that a test sets."""

    def __init__(self) -> None:
        self.state: JSON = {"ok": True, "ready": True}
        self.broken: StoreUnavailable | None = None
        self.address = ""

    async def health(self) -> JSON:
        if self.broken:
            raise self.broken
        return self.state

    async def metrics(self) -> bytes:
        if self.broken:
            raise self.broken
        return b"paperboy_chats 3\n"

    async def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        async with aiohttp.ClientSession() as session, session.get(self.address + path) as answer:
            return answer.status, await answer.text(), dict(answer.headers)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    site = tmp_path / "site"
    (site / "days").mkdir(parents=True)
    (site / "index.html").write_text("<p>archive</p>", encoding="utf-8")
    (site / "days" / "index.html").write_text("<p>days</p>", encoding="utf-8")
    (tmp_path / "paperboy.sqlite3").write_text("secret", encoding="utf-8")
    (site / "link").symlink_to(tmp_path / "paperboy.sqlite3")
    served = Service()
    runner, port = await web.serve(web.build(site, (served.health, served.metrics)), "127.0.0.1", 0)
    served.address = f"http://127.0.0.1:{port}/"
    yield served
    await runner.cleanup()


async def test_pages_and_folders_are_served_with_a_strict_policy(service: Service) -> None:
    for path, text in (("", "archive"), ("index.html", "archive"), ("days/", "days"), ("days", "days")):
        status, body, headers = await service.get(path)
        assert (status, text in body) == (200, True)
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["nothing.html", "%2e%2e/paperboy.sqlite3", "..%2fpaperboy.sqlite3", "link", "%00"])
async def test_nothing_outside_the_archive_is_served(service: Service, path: str) -> None:
    status, body, headers = await service.get(path)
    assert status == 404
    assert "secret" not in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_health_describes_a_fault_in_a_sentence(service: Service) -> None:
    assert (await service.get("healthz"))[0] == 200
    service.broken = StoreUnavailable("The disk of /srv/secret is full.", public="The disk is full.")
    for path in ("healthz", "ready", "metrics"):
        status, body, _ = await service.get(path)
        assert status == 503
        assert "The disk is full." in body


async def test_readiness_follows_the_outbox(service: Service) -> None:
    service.state = {"ok": True, "ready": False}
    assert (await service.get("healthz"))[0] == 200
    assert (await service.get("ready"))[0] == 503


async def test_metrics_are_prometheus_text(service: Service) -> None:
    status, body, headers = await service.get("metrics")
    assert (status, body) == (200, "paperboy_chats 3\n")
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_metrics_that_cannot_be_read_are_one_sentence(service: Service) -> None:
    service.broken = StoreUnavailable("The database papers on db.example is away.", public="The database is away.")
    assert (await service.get("metrics"))[:2] == (503, "The database is away.\n")


async def test_the_operations_pages_may_have_a_port_of_their_own(service: Service, tmp_path: Path) -> None:
    alone = Service()
    for pages, here, elsewhere in (
        (web.build(tmp_path / "site", None), ("", "days/"), ("healthz", "ready", "metrics")),
        (web.build(None, (service.health, service.metrics)), ("healthz", "ready", "metrics"), ("", "days/")),
    ):
        runner, port = await web.serve(pages, "127.0.0.1", 0)
        alone.address = f"http://127.0.0.1:{port}/"
        assert {(await alone.get(path))[0] for path in here} == {200}
        assert {(await alone.get(path))[0] for path in elsewhere} == {404}
        await runner.cleanup()


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", "Address already in use"), ("no.such.host.invalid", ".+")])
async def test_a_port_that_cannot_be_used_is_one_sentence(host: str, why: str) -> None:
    async with AsyncExitStack() as stack:
        runner, port = await web.serve(web.build(None, None), "127.0.0.1", 0)
        stack.push_async_callback(runner.cleanup)
        with pytest.raises(TellUser) as refused:
            await web.serve_until_closed(stack, web.build(None, None), "SITE", host, port)
    sentence = rf"SITE_PORT {port} on {re.escape(host)} cannot be used \({why}\); choose another\."
    assert re.fullmatch(sentence, str(refused.value))
