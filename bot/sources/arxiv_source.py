"""arXiv as a `PaperSource`: the query API through the `arxiv` package, feed and OAI directly, all through one gate."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Any
from urllib.parse import unquote

import arxiv
import requests
import structlog
from requests.adapters import BaseAdapter

from bot.arxiv.categories import ALL_ARCHIVES, categories_in
from bot.decisions.http_headers import parse_http_date
from bot.errors import GiveUp, NoSuchPaper, SourceUnavailable
from bot.model import Announced, Listing, Malformed, Paper, PaperRef
from bot.settings import Settings
from bot.sources import api_answers, feed, oai
from bot.sources.fetch import Fetched, Fetcher

log = structlog.get_logger()

IDS_PER_REQUEST = 400
LARGEST = 64_000_000
"""Bytes of one answer; 2,000 entries are about 6 MB."""
REFUSED_SECONDS = 24 * 3600.0
"""For how long an id counts as none that arXiv said is none."""
RESTARTS = 2
PAGES = 2000


class ArxivSource:
    """`bot.ports.PaperSource` on arXiv itself."""

    def __init__(self, settings: Settings, fetcher: Fetcher, steady: Callable[[], float] = time.monotonic) -> None:
        """`steady` is a clock in seconds that nobody sets."""
        self._settings = settings
        self._fetcher = fetcher
        self._steady = steady
        # Ids that arXiv says are none: until when it is believed, and its words.
        self._refused: dict[str, tuple[float, str]] = {}
        self._aside: list[Malformed] = []
        # The package blocks a thread while it waits at the gate; more than one would starve what else needs threads.
        self._one_page = asyncio.Lock()

    def take_malformed(self) -> tuple[Malformed, ...]:
        """Entries of API answers that named no paper, since this was last asked."""
        taken, self._aside = tuple(self._aside), []
        return taken

    async def listing(self, archives: Collection[str]) -> Listing:
        """Today's announcement feed of these archives or categories; all of arXiv if none is named."""
        return await self._listing(tuple(sorted(set(archives))) or ALL_ARCHIVES)

    async def changed(self, first: date, last: date) -> Listing:
        """What changed on these days, inferred from OAI records."""
        for _ in range(RESTARTS + 1):
            if (listing := await self._changed_pages(first, last)) is not None:
                return listing
            log.info("arxiv oai starts anew", first=first.isoformat(), last=last.isoformat())
        raise SourceUnavailable("arXiv's OAI interface lost the thread again and again.")

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        """Papers of these archives submitted (in UTC) from `first` to `last`, newest first."""
        search = arxiv.Search(
            query=submitted_query(archives, first, last),
            max_results=None,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Descending,
        )
        found: dict[str, Paper] = {}
        start = 0
        while True:
            papers, page = await self._page(search, start, min(api_answers.PAGE, api_answers.REACH - start))
            found.update((paper.id, paper) for paper in papers)
            start += page.count
            if start >= page.total:
                return list(found.values())
            if start >= api_answers.REACH:
                log.warning("arxiv has more papers than it gives", total=page.total, given=start)
                return list(found.values())

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        """Papers by id. One that arXiv says is none is absent, and not asked for again for a day; where it is the only
        one, raises `NoSuchPaper`."""
        found: dict[str, Paper] = {}
        wanted = list(dict.fromkeys(map(str, refs)))
        asked = [ident for ident in wanted if not self._refused_lately(ident)]
        for begin in range(0, len(asked), IDS_PER_REQUEST):
            found.update((paper.id, paper) for paper in await self._by_id(asked[begin : begin + IDS_PER_REQUEST]))
        if len(wanted) == 1 and wanted[0] in self._refused:
            raise NoSuchPaper(wanted[0], self._refused[wanted[0]][1])
        return found

    async def license(self, paper_id: str) -> str | None:
        url = oai.record_url(self._settings.arxiv_oai_url, paper_id)
        return oai.read_license(await self._body(url, oai.read_license))

    # ── feed ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _listing(self, names: tuple[str, ...]) -> Listing:
        counted: list[int] = []
        url = f"{self._settings.arxiv_feed_url}/{'+'.join(names)}"
        answer = await self._good(url, lambda body: counted.append(feed.count_entries(body)))
        if counted[-1] >= feed.CAP:
            if halves := _halves(names):
                return feed.merged([await self._listing(half) for half in halves])
            log.warning("arxiv feed is full", category=names[0], entries=counted[-1])
        return await asyncio.to_thread(feed.read_feed, answer.body, parse_http_date(answer.headers.get("date", "")))

    # ── OAI ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _changed_pages(self, first: date, last: date) -> Listing | None:
        """All pages, or None where the thread was lost between them."""
        entries: dict[str, Announced] = {}
        aside: list[Malformed] = []
        token: str | None = None
        for _ in range(PAGES):
            url = oai.list_url(self._settings.arxiv_oai_url, first, last, token)
            page = await asyncio.to_thread(oai.read_page, await self._body(url, oai.read_page))
            if page.expired:
                return None
            entries.update((entry.paper.id, entry) for entry in page.entries)
            aside.extend(page.malformed)
            if page.token is None:
                return Listing(min(last, page.today or last), tuple(entries.values()), tuple(aside))
            if page.token == token:
                raise SourceUnavailable("arXiv's OAI interface goes round in circles.")
            token = page.token
        raise SourceUnavailable("arXiv's OAI interface finds no end.")

    # ── API ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _by_id(self, ids: list[str]) -> list[Paper]:
        """Those of these papers that arXiv has. It refuses a request for one bad id in it, which goes out then."""
        while ids:
            try:
                papers, _ = await self._page(arxiv.Search(id_list=ids, max_results=None), 0, len(ids))
            except NoSuchPaper as error:
                bad = _refused(ids, error.paper_id)
                if bad is None:  # which one it is, only asking tells
                    middle = len(ids) // 2
                    return [*await self._by_id(ids[:middle]), *await self._by_id(ids[middle:])]
                log.warning("arxiv says that this is no id", id=bad, why=str(error))
                self._refused[bad] = (self._steady() + REFUSED_SECONDS, str(error))
                ids = [ident for ident in ids if ident != bad]
            else:
                return papers
        return []

    def _refused_lately(self, ident: str) -> bool:
        now = self._steady()
        self._refused = {name: told for name, told in self._refused.items() if told[0] > now}
        return ident in self._refused

    async def _page(self, search: arxiv.Search, start: int, size: int) -> tuple[list[Paper], api_answers.ApiPage]:
        """One page of results, by one request of the package (and its repetitions at the gate)."""
        pages: list[api_answers.ApiPage] = []

        def check(answer: Fetched) -> None:
            if answer.status == 200:
                pages.append(api_answers.read_page(answer.body, start, size))
            elif answer.status == 400:
                api_answers.read_error(answer.body)

        async def fetch(url: str) -> bytes:
            await self._answer(url, check)
            return pages[-1].body

        async with self._one_page:
            results = await _results(self._settings.arxiv_api_url, search, start, size, fetch)
        for entry in pages[-1].malformed:
            log.warning("arxiv entry set aside", why=entry.why, raw=entry.raw[:500])
        self._aside.extend(pages[-1].malformed)
        return [api_answers.to_paper(result) for result in results], pages[-1]

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _body(self, url: str, read: Callable[[bytes], object]) -> bytes:
        """The body of an answer that `read` can read."""
        return (await self._good(url, read)).body

    async def _good(self, url: str, read: Callable[[bytes], object]) -> Fetched:
        """An answer whose body `read` can read."""

        def check(answer: Fetched) -> None:
            if answer.status == 200:
                read(answer.body)

        return await self._answer(url, check)

    async def _answer(self, url: str, check: Callable[[Fetched], None]) -> Fetched:
        timeout = self._settings.arxiv_timeout_seconds
        try:
            answer = await self._fetcher.get(url, max_bytes=LARGEST, timeout=timeout, check=check)
        except GiveUp as error:
            raise SourceUnavailable(str(error)) from error
        if answer.status != 200:
            raise SourceUnavailable(f"arXiv answered with status {answer.status}.")
        return answer


def submitted_query(archives: Collection[str], first: date, last: date) -> str:
    """The one query that serves every subscriber: `(cat:cs.* OR cat:quant-ph) AND submittedDate:[… TO …]`."""
    span = f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
    if not archives or set(archives) >= set(ALL_ARCHIVES):
        return span
    return f"({' OR '.join(f'cat:{_pattern(name)}' for name in sorted(set(archives)))}) AND {span}"


def _pattern(name: str) -> str:
    return f"{name}.*" if len(categories_in(name)) > 1 else name


def _refused(ids: Sequence[str], said: str) -> str | None:
    """Which of the ids that were asked for arXiv means; it may spell it otherwise. None where that may be several."""
    if said in ids:
        return said
    like = ids if len(ids) == 1 else [ident for ident in ids if _bare(ident) == _bare(said)]
    return like[0] if len(like) == 1 else None


def _bare(ident: str) -> str:
    """An id without its version, the same for all spellings."""
    return re.sub(r"v\d+$", "", unquote(ident).strip("\"'“”., ").casefold().removeprefix("arxiv:"))


def _halves(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Two halves of what a feed was asked for; an archive falls into its categories. Empty where nothing can be cut."""
    parts = names if len(names) > 1 else categories_in(names[0])
    middle = len(parts) // 2
    return (parts[:middle], parts[middle:]) if middle else ()


# ── the arxiv package ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _results(
    base: str, search: arxiv.Search, start: int, size: int, fetch: Callable[[str], Awaitable[bytes]]
) -> list[arxiv.Result]:
    """The package's results of one page. It is synchronous, so it runs in a thread and asks us for the bytes."""
    adapter = _Adapter(fetch, asyncio.get_running_loop())
    client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=0)
    client.query_url_format = base + "?{}"
    session = client._session  # the package has no other door
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    try:
        return await asyncio.to_thread(lambda: list(client.results(search, offset=start)))
    except asyncio.CancelledError:
        adapter.close()
        raise


class _Adapter(BaseAdapter):
    """What `requests` asks in its thread is fetched in the loop: through the gate, within limits, checked."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._fetch = fetch
        self._loop = loop
        self._waiting: Future[bytes] | None = None

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        async def ask() -> bytes:
            return await self._fetch(request.url or "")

        self._waiting = asyncio.run_coroutine_threadsafe(ask(), self._loop)
        response = requests.Response()
        response._content = self._waiting.result()  # the package reads nothing but status and content
        response.status_code = 200
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Stop waiting; the thread ends with it."""
        if self._waiting is not None:
            self._waiting.cancel()
