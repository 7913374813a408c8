"""Every outgoing download that is not a chat platform or a model: allowed hosts, size and time limits, arXiv's gate."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpcore
import httpx

from bot.decisions.http_headers import retry_after_seconds
from bot.errors import SourceUnavailable, Unreachable
from bot.settings import Settings
from bot.sources.gate import LONGEST_PAUSE, Gate, Throttled
from bot.sources.transport import NETWORK_FAULTS, Forbidden, PinnedTransport, Resolve, addresses

__all__ = ["Fetched", "Fetcher", "Forbidden", "Gate", "Throttled", "TooLarge", "user_agent"]

REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN = frozenset({408, 425, 500, 502, 503, 504})


class TooLarge(Forbidden):
    """A download that is larger than the caller takes. `limit` is in bytes."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(f"{url} is larger than the {limit / 1e6:.1f} MB that are read at most.")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whole and unpacked. `url` is where it came from in the end; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def user_agent(contact: str) -> str:
    """How Paperboy introduces itself: "Paperboy/0.1.0 (+mailto:me@example.org)"."""
    try:
        version = metadata.version("paperboy")
    except metadata.PackageNotFoundError:
        version = "0"
    contact = "".join(char for char in contact if char.isprintable() and char.isascii() and char not in "()").strip()
    return f"Paperboy/{version} (+{contact})" if contact else f"Paperboy/{version}"


class Fetcher:
    """Downloads from the configured arXiv addresses and from nowhere else, each request in its turn at the gate."""

    def __init__(self, settings: Settings, gate: Gate, *, resolve: Resolve = addresses) -> None:
        configured = (settings.arxiv_api_url, settings.arxiv_feed_url, settings.arxiv_oai_url, settings.arxiv_url)
        self._origins = frozenset(_origin(httpx.URL(url)) for url in configured)
        # Names of arXiv's own are public; whoever configures another address may mean one of their own network.
        private = frozenset((host, port) for _, host, port in self._origins if not _is_arxiv(host))
        self._gate = gate
        self._client = httpx.AsyncClient(
            transport=PinnedTransport(private, resolve),
            headers={"User-Agent": user_agent(settings.arxiv_contact), "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout: float,
        accept: str | None = None,
        check: Callable[[Fetched], object] | None = None,
    ) -> Fetched:
        """The answer at `url`, after redirects; a 4xx is an answer too.

        `max_bytes` bounds the body as sent and as unpacked, `timeout` (seconds) each request as a whole. `check` may
        look at the answer and raise `SourceUnavailable`, then it is asked for again as after a 429, a 5xx or a broken
        connection. Raises `SourceUnavailable`, or `Forbidden` (`TooLarge`) where asking again cannot help.
        """
        here = url
        for _ in range(REDIRECTS + 1):
            at = self._allowed(here)
            answer = await self._gate.call(lambda at=at: self._once(at, max_bytes, timeout, accept, check))  # type: ignore[misc]
            if answer.status not in _REDIRECT or "location" not in answer.headers:
                return answer
            try:
                here = urljoin(here, answer.headers["location"])
            except ValueError as error:  # half an IPv6 address
                raise Forbidden(f"{url} leads to an address that cannot be read.") from error
        raise Forbidden(f"{url} leads on and on; it is not followed further.")

    def _allowed(self, url: str) -> httpx.URL:
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Forbidden("The address cannot be read.") from error
        if parsed.scheme not in _PORTS:
            raise Forbidden("Only http:// and https:// addresses are downloaded.")
        scheme, host, port = _origin(parsed)
        upgraded = scheme == "https" and port == 443 and ("http", host, 80) in self._origins
        if parsed.userinfo or not ((scheme, host, port) in self._origins or upgraded):
            raise Forbidden(f"Nothing is downloaded from {host or 'there'}: it is not one of the configured addresses.")
        return parsed

    async def _once(
        self,
        url: httpx.URL,
        max_bytes: int,
        timeout: float,
        accept: str | None,
        check: Callable[[Fetched], object] | None,
    ) -> Fetched:
        request = self._client.build_request(
            "GET", url, headers={"Accept": accept} if accept else None, timeout=httpx.Timeout(timeout)
        )
        try:
            async with asyncio.timeout(timeout):
                response = await self._client.send(request, stream=True)
                try:
                    answer = await self._read(response, url, max_bytes)
                finally:
                    await response.aclose()
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise SourceUnavailable(f"{url.host} did not answer within {timeout:g} seconds.") from error
        except httpcore.ConnectError as error:
            raise Unreachable(f"no connection to {url.host}") from error
        except NETWORK_FAULTS as error:
            raise SourceUnavailable(f"The connection to {url.host} broke before its answer was whole.") from error
        if check is not None and answer.status not in _REDIRECT:
            check(answer)
        return answer

    async def _read(self, response: httpx.Response, url: httpx.URL, max_bytes: int) -> Fetched:
        if response.status_code == 429 or response.status_code in _TRY_AGAIN:
            wait = retry_after_seconds(response.headers.get("retry-after"), self._gate.now(), at_most=LONGEST_PAUSE)
            kind = Throttled if response.status_code == 429 else SourceUnavailable
            raise kind(f"{url.host} answered with status {response.status_code}.", retry_after=wait)
        declared = response.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > max_bytes:
            raise TooLarge(str(url), max_bytes)
        body = bytearray()
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        async for chunk in _unpacked(response.aiter_raw(), encoding, max_bytes):
            body += chunk
            if len(body) > max_bytes:
                raise TooLarge(str(url), max_bytes)
        return Fetched(response.status_code, str(url), dict(response.headers.items()), bytes(body))


async def _unpacked(chunks: AsyncIterator[bytes], encoding: str, max_bytes: int) -> AsyncIterator[bytes]:
    """The chunks without their gzip wrapping, never much more than `max_bytes` at once."""
    if encoding in ("", "identity"):
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip"):
        raise SourceUnavailable(f"The answer came packed as {encoding[:20]}, which nobody asked for.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        async for chunk in chunks:
            yield unpacker.decompress(chunk, max_bytes + 1)
            if unpacker.unconsumed_tail:  # more than the limit came out of this chunk, and the caller now knows
                yield unpacker.decompress(unpacker.unconsumed_tail, max_bytes + 1)
    except zlib.error as error:
        raise SourceUnavailable("The answer came broken: it cannot be unpacked.") from error
    if not unpacker.eof:
        raise SourceUnavailable("The answer ended before its end.")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


def _is_arxiv(host: str) -> bool:
    return host == "arxiv.org" or host.endswith(".arxiv.org")
