"""Downloads: only from configured addresses, within limits of size and time, complete or not at all."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.errors import SourceUnavailable, Unreachable
from bot.service.clock import SystemClock
from bot.settings import Settings
from bot.sources.fetch import Fetched, Fetcher, Forbidden, Gate, Throttled, TooLarge, user_agent
from bot.sources.transport import addresses, is_public
from tests.fakes.arxiv import FakeArxiv

Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def reply(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> bytes:
    given = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@asynccontextmanager
async def server(*answers: bytes, serve: Serve | None = None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A raw server with one response per connection, the last one repeated; yields its address and its requests."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.read(65536)
            asked.append(head)
            if serve is not None:
                await serve(head, writer)
            elif answers:
                writer.write(answers[min(len(asked), len(answers)) - 1])
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", asked
    finally:
        listener.close()


def settings(url: str, **overrides: object) -> Settings:
    urls = {f"arxiv_{name}url": url for name in ("", "api_", "feed_", "oai_")}
    return Settings(_env_file=None, arxiv_delay_seconds=0, **(urls | overrides))  # type: ignore[call-arg, arg-type]


@asynccontextmanager
async def fetcher(url: str, attempts: int = 1, **options: object) -> AsyncIterator[Fetcher]:
    async with Fetcher(settings(url), Gate(SystemClock(), 0, attempts=attempts), **options) as client:  # type: ignore[arg-type]
        yield client


async def get(url: str, base: str | None = None, **limits: object) -> Fetched:
    async with fetcher(base or url) as client:
        return await client.get(url, **({"max_bytes": 10_000, "timeout": 5} | limits))  # type: ignore[arg-type]


async def test_a_response_has_its_whole_body_and_its_headers() -> None:
    async with server(reply(b"text", Content_Type="text/plain")) as (url, _):
        answer = await get(f"{url}/pdf/1")
    assert (answer.status, answer.body, answer.url) == (200, b"text", f"{url}/pdf/1")
    assert answer.headers["content-type"] == "text/plain"


async def test_a_404_is_a_response() -> None:
    async with server(reply(b"gone", "404 Not Found")) as (url, asked):
        assert (await get(url)).status == 404
        assert len(asked) == 1


async def test_requests_have_a_user_agent_and_accept_gzip_only() -> None:
    async with server(reply()) as (url, asked):
        made = settings(url, arxiv_contact="mailto:me@example.org")
        async with Fetcher(made, Gate(SystemClock(), 0)) as client:
            await client.get(url, max_bytes=99, timeout=5, accept="text/html")
    head = asked[0].decode().lower()
    assert "user-agent: paperboy/" in head
    assert "(+mailto:me@example.org)" in head
    assert "accept-encoding: gzip\r\n" in head
    assert "accept: text/html\r\n" in head


def test_a_contact_cannot_break_out_of_the_header() -> None:
    assert user_agent("me@example.org)\r\nX-Evil: 1 (").endswith("(+me@example.orgX-Evil: 1)")
    assert "(" not in user_agent("")


# ── where nothing is downloaded from ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://arxiv.org/x",
        "gopher://arxiv.org/",
        "data:text/plain,hello",
        "//arxiv.org/abs/1",
        "/etc/passwd",
        "",
        "https://example.com/paper.pdf",
        "https://arxiv.org.example.com/pdf/1",
        "https://arxiv.org@example.com/",
        "https://me:secret@arxiv.org/",
        "https://arxiv.org:8443/",
        "http://arxiv.org/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:8089/",
        "http://[bad",
        "http://a b/",
    ],
)
async def test_an_address_that_is_not_configured_is_refused_without_a_request(url: str) -> None:
    async def no_dns(host: str, port: int) -> list[str]:
        raise AssertionError(f"asked for {host}:{port}")

    made = Settings(_env_file=None)  # type: ignore[call-arg]
    async with Fetcher(made, Gate(SystemClock(), 0), resolve=no_dns) as client:
        with pytest.raises(Forbidden):
            await client.get(url, max_bytes=10, timeout=1)


async def test_a_redirect_within_the_site_is_followed() -> None:
    async with server(reply(b"", "302 Found", Location="/pdf/2"), reply(b"there")) as (url, asked):
        answer = await get(f"{url}/pdf/1")
    assert (answer.body, answer.url) == (b"there", f"{url}/pdf/2")
    assert [head.split()[1] for head in asked] == [b"/pdf/1", b"/pdf/2"]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/", "https://example.com/", "file:///etc/passwd", "//evil.example/", "http://[::1]/", "//[x"],
)
async def test_a_redirect_to_another_host_is_not_followed(target: str) -> None:
    async with server(reply(b"", "302 Found", Location=target)) as (url, asked):
        with pytest.raises(Forbidden):
            await get(url)
        assert len(asked) == 1


async def test_redirects_end() -> None:
    async with server(reply(b"", "301 Moved Permanently", Location="/again")) as (url, asked):
        with pytest.raises(Forbidden, match="redirects more than 5 times"):
            await get(url)
        assert len(asked) == 6


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["10.1.2.3"], ["93.184.216.34", "192.168.0.1"], ["::ffff:10.0.0.1"]]
)
async def test_a_public_name_with_a_private_address_is_refused(answers: list[str]) -> None:
    async def dns(host: str, port: int) -> list[str]:
        return answers

    async with Fetcher(Settings(_env_file=None), Gate(SystemClock(), 0), resolve=dns) as client:  # type: ignore[call-arg]
        with pytest.raises(Forbidden, match="private network"):
            await client.get("https://export.arxiv.org/api/query", max_bytes=10, timeout=1)


async def test_the_connection_goes_to_the_checked_address_and_keeps_the_host_name() -> None:
    resolved: list[str] = []

    async def dns(host: str, port: int) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"] if len(resolved) == 1 else ["192.0.2.1"]

    async with server(reply()) as (url, asked):
        named = url.replace("127.0.0.1", "mirror.test")
        async with fetcher(named, resolve=dns) as client:
            assert (await client.get(named, max_bytes=99, timeout=5)).body == b"hello"
    assert resolved == ["mirror.test"]
    assert f"host: {named.removeprefix('http://')}" in asked[0].decode().lower()


async def test_tls_uses_the_host_name_and_not_the_address() -> None:
    async def dns(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with server(b"no tls here") as (url, asked):
        named = url.replace("http://127.0.0.1", "https://mirror.test")
        async with fetcher(named, resolve=dns) as client:
            with pytest.raises(SourceUnavailable):
                await client.get(named, max_bytes=99, timeout=5)
    assert b"mirror.test" in asked[0]


async def test_the_next_address_of_a_host_is_tried_if_one_does_not_answer() -> None:
    async def dns(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]  # nobody listens on the first

    async with server(reply()) as (url, _):
        named = url.replace("127.0.0.1", "mirror.test")
        async with fetcher(named, resolve=dns) as client:
            assert (await client.get(named, max_bytes=99, timeout=5)).status == 200


async def test_an_unknown_host_is_a_temporary_fault() -> None:
    with pytest.raises(Unreachable, match=r"test was not found\); check the network, or try again later\.$"):
        await addresses(f"{'a' * 70}.test", 443)  # too long a name to be asked for


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


# ── size ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    async with server(reply(b"x" * 100)) as (url, _):
        assert len((await get(url, max_bytes=100)).body) == 100
        with pytest.raises(TooLarge):
            await get(url, max_bytes=99)


async def test_an_endless_body_ends_at_the_limit() -> None:
    async def pour(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with server(serve=pour) as (url, _):
        with pytest.raises(TooLarge):
            await get(url, max_bytes=1_000_000)


async def test_a_compressed_body_is_decompressed() -> None:
    async with server(reply(gzip.compress(b"text " * 500), Content_Encoding="gzip")) as (url, _):
        assert (await get(url)).body == b"text " * 500


async def test_a_zip_bomb_is_not_decompressed() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    async with server(reply(bomb, Content_Encoding="gzip")) as (url, _):
        with pytest.raises(TooLarge):
            await get(url, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"text " * 500)[:-12], "gzip"),
        (b"not gzip at all", "gzip"),
        (zlib.compress(b"text"), "deflate"),
        (b"????", "br"),
    ],
    ids=["cut off", "not packed", "deflate", "brotli"],
)
async def test_a_body_that_cannot_be_decompressed_completely_is_a_temporary_fault(body: bytes, encoding: str) -> None:
    async with server(reply(body, Content_Encoding=encoding)) as (url, _):
        with pytest.raises(SourceUnavailable):
            await get(url)


# ── faults ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"half", Content_Length="100"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
        b"what is this",
        b"",
    ],
    ids=["short", "short chunk", "bad length", "no HTTP", "nothing"],
)
async def test_half_a_response_is_refused(answer: bytes) -> None:
    async with server(answer) as (url, _):
        with pytest.raises(SourceUnavailable, match="broke"):
            await get(url)


async def test_a_response_that_never_ends_times_out() -> None:
    async def trickle(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with server(serve=trickle) as (url, _):
        with pytest.raises(SourceUnavailable, match=r"within 0\.2 seconds"):
            await get(url, timeout=0.2)


async def test_a_refused_connection_is_a_temporary_fault() -> None:
    async with server() as (url, _):
        pass
    with pytest.raises(
        Unreachable, match=r"^arXiv cannot be reached \(no connection to 127\.0\.0\.1\); check the network"
    ):
        await get(url)


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Late", "429 Too Many Requests"])
async def test_a_request_is_retried_after_a_server_error(status: str) -> None:
    async with server(reply(b"", status), reply(b"served")) as (url, asked), fetcher(url, attempts=3) as client:
        assert (await client.get(url, max_bytes=99, timeout=5)).body == b"served"
        assert len(asked) == 2


async def test_retry_after_is_an_attribute_of_the_error() -> None:
    async with server(reply(b"", "429 Too Many Requests", Retry_After="77")) as (url, _):
        with pytest.raises(Throttled) as caught:
            await get(url)
    assert caught.value.retry_after == 77


async def test_a_response_that_fails_the_check_is_requested_again() -> None:
    def check(answer: Fetched) -> None:
        if answer.body != b"good":
            raise SourceUnavailable("bad answer")

    async with server(reply(b"bad"), reply(b"good")) as (url, asked), fetcher(url, attempts=2) as client:
        assert (await client.get(url, max_bytes=99, timeout=5, check=check)).body == b"good"
        assert len(asked) == 2


async def test_one_connection_serves_request_after_request() -> None:
    with FakeArxiv() as arxiv:
        async with Fetcher(arxiv.settings(), Gate(SystemClock(), 0)) as client:
            await asyncio.gather(*(client.get(f"{arxiv.url}/atom/cs", max_bytes=10**6, timeout=5) for _ in range(6)))
        stats = arxiv.stats()
    assert (stats.requests, stats.most_at_once) == (6, 1)


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert abs((SystemClock().now() - datetime.now(UTC)).total_seconds()) < 5
