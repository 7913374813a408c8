"""arXiv as a `PaperSource`: the query API by the `arxiv` package, feed and OAI directly, all through one gate."""

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
from bot.model import Announced, Listing, Malformed, NamedPaper, Paper, PaperRef
from bot.settings import Settings
from bot.sources import api_answers, feed, oai, searches
from bot.sources.fetch import Fetched, Fetcher

log = structlog.get_logger()

IDS_PER_REQUEST = 400
"""With more than about 500 ids the request's address is too long for arXiv."""

MAX_BYTES = 64_000_000
"""Size limit of one response; 2,000 entries are about 6 MB."""

REFUSED_SECONDS = 24 * 3600.0
"""How long an id that arXiv refused as invalid is not asked for again."""

MAX_RESTARTS = 2
"""How many times OAI's list is requested again from its first page after its resumption token expired."""

MAX_PAGES = 2000
"""Pages of OAI's list after which it is taken for an endless one, a fault of the server."""


class ArxivSource:
    """Implements `bot.ports.PaperSource` with arXiv's web interfaces."""

    def __init__(self, settings: Settings, fetcher: Fetcher, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` is a clock in seconds that is never set back."""
        self._settings = settings
        self._fetcher = fetcher
        self._monotonic = monotonic
        # Ids that arXiv refused as invalid, with the time until which that counts, and its message.
        self._refused: dict[str, tuple[float, str]] = {}
        self._malformed: list[Malformed] = []
        # The package blocks a thread while it waits at the gate: several at once could use up the thread pool, which
        # the event loop also needs for files and host names.
        self._package_lock = asyncio.Lock()

    def take_malformed(self) -> tuple[Malformed, ...]:
        """Return the entries of API responses that could not be parsed since the last call."""
        taken, self._malformed = tuple(self._malformed), []
        return taken

    async def listing(self, archives: Collection[str]) -> Listing:
        """Return today's announcement feed of these archives or categories; of all of arXiv if none is given."""
        return await self._listing(tuple(sorted(set(archives))) or ALL_ARCHIVES)

    async def changed(self, first: date, last: date) -> Listing:
        """Return what changed on these days, inferred from OAI records."""
        for _ in range(MAX_RESTARTS + 1):
            if (listing := await self._changed_pages(first, last)) is not None:
                return listing
            # Without its token a list cannot be continued.
            log.info("arxiv oai list is requested again", first=first.isoformat(), last=last.isoformat())
        raise SourceUnavailable("arXiv's OAI interface expired its resumption token again and again.")

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        """Return the papers of these archives submitted (in UTC) from `first` to `last`, newest first."""
        # Newest first: if there are more results than the API returns, only the oldest are missing.
        search = arxiv.Search(
            query=searches.submitted_query(archives, first, last),
            max_results=None,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Descending,
        )
        # By id: a paper that is submitted between two requests moves the others to later pages.
        found: dict[str, Paper] = {}
        start = 0
        while True:
            papers, page = await self._page(
                search, start, min(api_answers.MAX_PER_PAGE, api_answers.MAX_RESULTS - start)
            )
            found.update((paper.id, paper) for paper in papers)
            # Malformed entries count too: otherwise the next page would begin at the wrong result.
            start += page.count
            if start >= page.total:
                return list(found.values())
            if start >= api_answers.MAX_RESULTS:
                log.warning("arxiv has more results than it returns", total=page.total, returned=start)
                return list(found.values())

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        """Return papers by id, without unknown ones.

        An id that arXiv refuses as invalid is not asked for again for a day. If it is the only one, `NoSuchPaper` is
        raised.
        """
        found: dict[str, Paper] = {}
        wanted = list(dict.fromkeys(map(str, refs)))
        valid = [paper_id for paper_id in wanted if not self._was_refused(paper_id)]
        for begin in range(0, len(valid), IDS_PER_REQUEST):
            found.update((paper.id, paper) for paper in await self._by_id(valid[begin : begin + IDS_PER_REQUEST]))
        if len(wanted) == 1 and wanted[0] in self._refused:
            raise NoSuchPaper(wanted[0], self._refused[wanted[0]][1])
        return found

    async def titled(self, named: Sequence[NamedPaper]) -> Sequence[Paper]:
        """Return papers whose titles have the words of these titles side by side."""
        found: dict[str, Paper] = {}
        for query in searches.title_queries(named):
            papers, _ = await self._page(arxiv.Search(query=query, max_results=None), 0, searches.MOST_TITLED)
            found.update((paper.id, paper) for paper in papers)
        return list(found.values())

    async def by_author(self, name: str, most: int) -> Sequence[Paper]:
        """Return the papers of the authors with this name, submitted last first, at most `most`."""
        query = searches.author_query(name)
        if query is None:
            return []
        order = arxiv.SortCriterion.SubmittedDate, arxiv.SortOrder.Descending
        search = arxiv.Search(query=query, max_results=None, sort_by=order[0], sort_order=order[1])
        papers, _ = await self._page(search, 0, most)
        return papers

    async def license(self, paper_id: str) -> str | None:
        """Return the licence URL from the paper's OAI record; None if it has none."""
        url = oai.record_url(self._settings.arxiv_oai_url, paper_id)
        return oai.read_license((await self._fetch_parsed(url, oai.read_license)).body)

    # ── feed ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _listing(self, names: tuple[str, ...]) -> Listing:
        counts: list[int] = []
        url = f"{self._settings.arxiv_feed_url}/{'+'.join(names)}"
        fetched = await self._fetch_parsed(url, lambda body: counts.append(feed.count_entries(body)))
        # The last of them: the check runs again for each retry.
        if counts[-1] >= feed.MAX_ENTRIES:
            # The feed may have been cut off, so its halves are asked for instead.
            if halves := _halves(names):
                return feed.merged([await self._listing(half) for half in halves])
            log.warning("arxiv feed is full", category=names[0], entries=counts[-1])
        # In a thread: parsing two thousand entries would block the event loop for a noticeable time.
        return await asyncio.to_thread(feed.read_feed, fetched.body, parse_http_date(fetched.headers.get("date", "")))

    # ── OAI ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _changed_pages(self, first: date, last: date) -> Listing | None:
        """Return the records of all pages; None if the resumption token expired between them."""
        entries: dict[str, Announced] = {}
        malformed: list[Malformed] = []
        token: str | None = None
        for _ in range(MAX_PAGES):
            url = oai.list_url(self._settings.arxiv_oai_url, first, last, token)
            fetched = await self._fetch_parsed(url, oai.read_page)
            page = await asyncio.to_thread(oai.read_page, fetched.body)
            if page.expired:
                return None
            entries.update((entry.paper.id, entry) for entry in page.entries)
            malformed.extend(page.malformed)
            if page.token is None:
                return Listing(min(last, page.today or last), tuple(entries.values()), tuple(malformed))
            # Otherwise the same page would be requested until MAX_PAGES.
            if page.token == token:
                raise SourceUnavailable("arXiv's OAI interface returns the same resumption token again.")
            token = page.token
        raise SourceUnavailable(f"arXiv's OAI interface returns more than {MAX_PAGES} pages.")

    # ── API ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _by_id(self, ids: list[str]) -> list[Paper]:
        """Return those of these papers that arXiv has.

        arXiv refuses a whole request for one invalid id, so that id is left out of the next attempt.
        """
        while ids:
            try:
                papers, _ = await self._page(arxiv.Search(id_list=ids, max_results=None), 0, len(ids))
            except NoSuchPaper as error:
                refused = _refused_id(ids, error.paper_id)
                if refused is None:  # several ids may be meant; requesting the halves shows which one
                    middle = len(ids) // 2
                    return [*await self._by_id(ids[:middle]), *await self._by_id(ids[middle:])]
                log.warning("arxiv refuses this id", id=refused, reason=str(error))
                self._refused[refused] = (self._monotonic() + REFUSED_SECONDS, str(error))
                ids = [paper_id for paper_id in ids if paper_id != refused]
            else:
                return papers
        return []

    def _was_refused(self, paper_id: str) -> bool:
        now = self._monotonic()
        # Expired refusals are removed here, so that the dictionary does not grow with every mistyped id.
        self._refused = {name: refusal for name, refusal in self._refused.items() if refusal[0] > now}
        return paper_id in self._refused

    async def _page(self, search: arxiv.Search, start: int, size: int) -> tuple[list[Paper], api_answers.ApiPage]:
        """Return one page of results, by one request of the package (and its retries at the gate)."""
        # The page that `check` has read last: the package gets its bytes, and it says what the package must not see.
        pages: list[api_answers.ApiPage] = []

        def check(fetched: Fetched) -> None:
            if fetched.status == 200:
                pages.append(api_answers.read_page(fetched.body, start, size))
            elif fetched.status == 400:
                api_answers.read_error(fetched.body)

        async def fetch(url: str) -> bytes:
            await self._fetch(url, check)
            return pages[-1].body

        async with self._package_lock:
            results = await _results(self._settings.arxiv_api_url, search, start, size, fetch)
        for entry in pages[-1].malformed:
            log.warning("arxiv entry set aside", reason=entry.why, raw=entry.raw[:500])
        self._malformed.extend(pages[-1].malformed)
        return [api_answers.to_paper(result) for result in results], pages[-1]

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _fetch_parsed(self, url: str, parse: Callable[[bytes], object]) -> Fetched:
        """Fetch a response whose body `parse` accepts; it is requested again while `parse` raises."""

        def check(fetched: Fetched) -> None:
            if fetched.status == 200:
                parse(fetched.body)

        return await self._fetch(url, check)

    async def _fetch(self, url: str, check: Callable[[Fetched], None]) -> Fetched:
        timeout = self._settings.arxiv_timeout_seconds
        try:
            fetched = await self._fetcher.get(url, max_bytes=MAX_BYTES, timeout=timeout, check=check)
        except GiveUp as error:
            raise SourceUnavailable(str(error)) from error
        if fetched.status != 200:
            raise SourceUnavailable(f"arXiv answered with status {fetched.status}.")
        return fetched


def _refused_id(ids: Sequence[str], named: str) -> str | None:
    """Return the requested id that arXiv's message names, perhaps spelled in another way.

    Returns None if several may be meant.
    """
    if named in ids:
        return named
    similar = ids if len(ids) == 1 else [paper_id for paper_id in ids if _normalized(paper_id) == _normalized(named)]
    return similar[0] if len(similar) == 1 else None


def _normalized(paper_id: str) -> str:
    """Return an id without version, prefix, quotes and case, which are spelled in several ways."""
    return re.sub(r"v\d+$", "", unquote(paper_id).strip("\"'“”., ").casefold().removeprefix("arxiv:"))


def _halves(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Split archives and categories into two halves, a single archive into those of its categories.

    Returns an empty tuple for a single category, which cannot be split.
    """
    parts = names if len(names) > 1 else categories_in(names[0])
    middle = len(parts) // 2
    return (parts[:middle], parts[middle:]) if middle else ()


# ── the arxiv package ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _results(
    base: str, search: arxiv.Search, start: int, size: int, fetch: Callable[[str], Awaitable[bytes]]
) -> list[arxiv.Result]:
    """Return the package's results of one page.

    The package is synchronous: it runs in a thread, and its HTTP session asks `fetch` in the event loop for the bytes.
    """
    adapter = _Adapter(fetch, asyncio.get_running_loop())
    # Without the package's own delay and retries: the gate waits and retries for all endpoints together.
    client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=0)
    client.query_url_format = base + "?{}"
    session = client._session  # the package offers no public way to set a session
    session.trust_env = False  # no proxies and no .netrc: the adapter below makes no connection
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    try:
        return await asyncio.to_thread(lambda: list(client.results(search, offset=start)))
    except asyncio.CancelledError:
        adapter.close()
        raise


class _Adapter(BaseAdapter):
    """Answers the requests of the package's thread by fetching in the event loop, through the gate and with checks."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._fetch = fetch
        self._loop = loop
        self._waiting: Future[bytes] | None = None
        self._is_closed = False

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        async def fetch() -> bytes:
            # Checked here, in the event loop: `close` may run before the thread has come this far.
            if self._is_closed:
                raise asyncio.CancelledError
            return await self._fetch(request.url or "")

        self._waiting = asyncio.run_coroutine_threadsafe(fetch(), self._loop)
        response = requests.Response()
        response._content = self._waiting.result()  # the package reads nothing but status and content
        response.status_code = 200
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Stop waiting, which ends the thread, and refuse any later request."""
        self._is_closed = True
        if self._waiting is not None:
            self._waiting.cancel()
