"""A small working arXiv on a local port: query API, announcement feed, OAI, full texts, and faults on demand.

    with FakeArxiv() as arxiv:                      # or: async with
        arxiv.today = date(2026, 6, 3)              # the newest published listing
        arxiv.fault("/atom", status=503, retry_after=5, times=2)
        settings = arxiv.settings(data_dir=tmp_path)
        arxiv.stats().requests

It runs in a thread of its own, so that a test may block, as by running a command, while it answers.
"""

from __future__ import annotations

import itertools
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.model import Announced, Announcement, Kind, Paper
from bot.settings import Settings
from tests.fakes.arxiv_pages import NS, api_entry, error_feed, feed_entry, oai_answer, record

Mode = Literal["empty", "truncate", "short", "hang", "reset", "trickle", "html"]
LICENSE = "http://creativecommons.org/licenses/by/4.0/"


def made_up(paper_id: str, day: date, *, kind: Kind = Kind.NEW, title: str | None = None, **fields: Any) -> Announced:
    """An invented paper announced on `day`; `fields` are those of `Paper`."""
    submitted = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - timedelta(days=3 if day.weekday() == 0 else 1)
    paper = Paper(
        id=paper_id,
        version=fields.pop("version", 1),
        title=title or f"On the weight of paper {paper_id}",
        authors=fields.pop("authors", ("Ada Example", "Émile Exemple")),
        abstract=fields.pop("abstract", f"We weigh paper {paper_id} & find that $m < 5$ grams. It floats."),
        categories=fields.pop("categories", ("cs.CV",)),
        published=fields.pop("published", submitted),
        updated=fields.pop("updated", submitted),
        license=fields.pop("license", LICENSE),
        **fields,
    )
    return Announced(paper, Announcement(paper_id, paper.version, day, kind))


def sample_days() -> dict[date, list[Announced]]:
    """Three listing days of invented papers: new ones, a cross-list, a replacement, a late one, a withdrawn one."""
    monday, tuesday, wednesday = (date(2026, 6, day) for day in (1, 2, 3))
    return {
        monday: [
            made_up("2605.20001", monday, title="Kites that see: visual control of tethered wings"),
            made_up(
                "2605.20002", monday, categories=("cs.CL", "cs.AI"), comment="12 pages, code at https://example.org/x"
            ),
            made_up("2604.00300", monday, categories=("math.CO",), title="A late lemma on $k$-sets"),
        ],
        tuesday: [
            made_up("2606.00001", tuesday, authors=("Jürgen Größe", "Łukasz Żak"), title="Paper folding, learned"),
            made_up("2606.00002", tuesday, categories=("quant-ph", "cs.IT")),
            made_up("2605.20001", tuesday, version=2, kind=Kind.REPLACE, title="Kites that see better"),
        ],
        wednesday: [
            made_up("2606.00101", wednesday, comment="This paper has been withdrawn by the authors"),
            made_up("2605.20002", wednesday, categories=("cs.CL", "cs.AI", "stat.ML"), kind=Kind.CROSS),
        ],
    }


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` requests whose path begins with `path`, after `after` good ones."""

    path: str
    mode: Mode | None = None
    status: int | None = None
    retry_after: str | None = None
    times: int = 1
    seconds: float = 30.0
    after: int = 0


@dataclass(slots=True)
class _Request:
    begun: float
    path: str
    agent: str
    ended: float | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Stats:
    """The requests so far, and the bytes of the answers' bodies.

    `gaps` are the seconds from the end of each request to the start of the next.
    """

    requests: int
    most_at_once: int
    gaps: tuple[float, ...]
    user_agents: frozenset[str]
    paths: tuple[str, ...]
    bytes_sent: int = 0


class FakeArxiv:
    """The server. `papers_by_day` maps listing days to what is announced on them; by default `sample_days()`.

    `files` maps paths ("/pdf/2606.00001") to (content type, body). `feed_cap` is the most entries that a feed has.
    `forget_tokens` is how many resumption tokens of OAI expire before they are used. With `stamped`, feeds contain the
    time they were built. `unreadable` are papers whose feed entry has no title, `nameless` those whose entry has no id
    either. `refused` are ids that the API refuses as invalid, spelled in its message as in `respelled`. `misdated` has
    the day with which an entry is dated. `lacking` are the papers that "/atom", "/oai" or "/api" does not have.
    """

    def __init__(self, papers_by_day: Mapping[date, Sequence[Announced]] | None = None) -> None:
        self.days = {day: list(entries) for day, entries in (papers_by_day or sample_days()).items()}
        self.today = max(self.days)
        self.files: dict[str, tuple[str, bytes]] = {}
        self.feed_cap = 2000
        self.oai_page = 2
        self.forget_tokens = 0
        self.stamped = True
        self.unreadable: set[str] = set()
        self.nameless: set[str] = set()
        self.misdated: dict[str, date] = {}
        self.refused: set[str] = set()
        self.respelled: dict[str, str] = {}
        self.lacking: dict[str, set[str]] = {"/atom": set(), "/oai": set(), "/api": set()}
        self._faults: list[Fault] = []
        self._requests: list[_Request] = []
        self._lock = threading.Lock()
        self._busy = self._most = 0
        self._stopping = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.url = ""

    # ── starting and stopping ─────────────────────────────────────────────────────────────────────────────────────────

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def settings(self, **overrides: Any) -> Settings:
        """Settings that point here and ask without delay."""
        return Settings(**{"_env_file": None, "arxiv_delay_seconds": 0, **self.urls(), **overrides})

    def urls(self) -> dict[str, str]:
        """The four addresses by the names of their settings; upper-case them for an environment."""
        return {
            "arxiv_api_url": f"{self.url}/api/query",
            "arxiv_feed_url": f"{self.url}/atom",
            "arxiv_oai_url": f"{self.url}/oai",
            "arxiv_url": self.url,
        }

    def fault(
        self,
        path: str,
        *,
        mode: Mode | None = None,
        status: int | None = None,
        retry_after: float | str | None = None,
        times: int = 1,
        seconds: float = 30.0,
        after: int = 0,
    ) -> None:
        """Make `times` requests whose path begins with `path` fail, after `after` good ones."""
        wait = None if retry_after is None else str(retry_after)
        with self._lock:
            self._faults.append(Fault(path, mode, status, wait, times, seconds, after))

    def heal(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()

    def stats(self) -> Stats:
        with self._lock:
            requests = list(self._requests)
        gaps = tuple(b.begun - (a.ended or a.begun) for a, b in itertools.pairwise(requests))
        agents = frozenset(request.agent for request in requests)
        paths = tuple(request.path for request in requests)
        return Stats(len(requests), self._most, gaps, agents, paths, sum(request.sent for request in requests))

    def forget_stats(self) -> None:
        with self._lock:
            self._requests.clear()
            self._most = 0

    # ── what arXiv knows ──────────────────────────────────────────────────────────────────────────────────────────

    def _out(self, where: str) -> list[Announced]:
        out = (entry for day in sorted(self.days) if day <= self.today for entry in self.days[day])
        return [entry for entry in out if entry.paper.id not in self.lacking[where]]

    def _versions(self) -> dict[str, dict[int, Paper]]:
        known: dict[str, dict[int, Paper]] = {}
        for entry in self._out("/api"):
            versions = known.setdefault(entry.paper.id, {})
            first = versions[min(versions)].published if versions else entry.paper.published
            versions[entry.paper.version] = replace(entry.paper, published=first)
        return known

    def answer(self, path: str, query: Mapping[str, str], *, empty: bool) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        if path == "/api/query":
            status, text = self._api(query, empty=empty)
            return status, "application/atom+xml; charset=utf-8", text.encode()
        if path.startswith("/atom/"):
            text = self._feed(path.removeprefix("/atom/").split("+"), empty=empty)
            return 200, "application/atom+xml; charset=utf-8", text.encode()
        if path == "/oai":
            return 200, "text/xml; charset=utf-8", self._oai(query).encode()
        if path in self.files:
            return 200, *self.files[path]
        return 404, "text/plain", b"not found"

    def _api(self, query: Mapping[str, str], *, empty: bool) -> tuple[int, str]:
        start, size = int(query.get("start", 0)), min(int(query.get("max_results", 10)), 2000)
        known = self._versions()
        found: list[Paper] = []
        if wanted := [ident for ident in query.get("id_list", "").split(",") if ident]:
            if len(wanted) > 500:
                return 414, "Request-URI Too Long"
            for ident in wanted:
                match = re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?", ident)
                if match is None or ident in self.refused:
                    return 400, error_feed(f"incorrect id format for {self.respelled.get(ident, ident)}")
                versions = known.get(match[1], {})
                version = int(match[2]) if match[2] else max(versions, default=0)
                found += [versions[version]] if version in versions else []
        else:
            latest = [versions[max(versions)] for versions in known.values()]
            found = [paper for paper in latest if _answers(query.get("search_query", ""), paper)]
            found.sort(key=lambda paper: paper.published or datetime.min.replace(tzinfo=UTC), reverse=True)
        page = [] if empty else found[start : start + size]
        head = (
            f"<opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>"
            f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        )
        return 200, f"<?xml version='1.0'?><feed {NS}>{head}{''.join(map(api_entry, page))}</feed>"

    def _feed(self, wanted: list[str], *, empty: bool) -> str:
        stamp = self.today.isoformat()
        ours = [entry for entry in self.days.get(self.today, []) if _bears(entry.paper, wanted)]
        rows = [] if empty else [entry for entry in ours if entry.paper.id not in self.lacking["/atom"]]
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><feed {NS}><id>http://rss.arxiv.org/atom/{'+'.join(wanted)}</id>"
            "<title>updates on arXiv.org</title>"
            + (f"<updated>{stamp}T04:00:19+00:00</updated>" if self.stamped else "")
            + "".join(self._feed_entry(entry) for entry in rows[: self.feed_cap])
            + "</feed>"
        )

    def _feed_entry(self, entry: Announced) -> str:
        day = self.misdated.get(entry.paper.id, entry.announcement.day)
        text = feed_entry(replace(entry, announcement=replace(entry.announcement, day=day)))
        if entry.paper.id in self.unreadable | self.nameless:
            text = re.sub("<title>.*?</title>", "", text)
        lost = entry.paper.id.replace(".", "-")
        return text.replace(entry.paper.id, lost) if entry.paper.id in self.nameless else text

    def _oai(self, query: Mapping[str, str]) -> str:
        if query.get("verb") == "GetRecord":
            ident = query.get("identifier", "").removeprefix("oai:arXiv.org:")
            entries = [entry for entry in self._out("/oai") if entry.paper.id == ident]
            if not entries:
                return oai_answer('<error code="idDoesNotExist">no such id</error>', self.today)
            return oai_answer(f"<GetRecord>{record(entries)}</GetRecord>", self.today)
        token = query.get("resumptionToken")
        forgotten = token is not None and self.forget_tokens > 0
        self.forget_tokens -= forgotten
        if forgotten or (token is not None and not re.fullmatch(r"[\d-]+,[\d-]+\|\d+", token)):
            return oai_answer('<error code="badResumptionToken">that token has run out</error>', self.today)
        span, _, at = (token or "").partition("|")
        first, last = span.split(",") if span else (query.get("from", ""), query.get("until", "9999"))
        latest = {entry.paper.id: entry.announcement.day.isoformat() for entry in self._out("/oai")}
        ids = [ident for ident, day in latest.items() if first <= day <= last]
        if not ids:
            return oai_answer('<error code="noRecordsMatch">nothing then</error>', self.today)
        begin = int(at or 0)
        page = [[e for e in self._out("/oai") if e.paper.id == ident] for ident in ids[begin : begin + self.oai_page]]
        more = f"{first},{last}|{begin + self.oai_page}" if begin + self.oai_page < len(ids) else ""
        token = f"<resumptionToken>{more}</resumptionToken>"
        return oai_answer(f"<ListRecords>{''.join(map(record, page))}{token}</ListRecords>", self.today)

    # ── faults and counts ─────────────────────────────────────────────────────────────────────────────────────────

    def _take_fault(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if not path.startswith(fault.path) or fault.times <= 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _begun(self, path: str, agent: str) -> _Request:
        with self._lock:
            self._busy += 1
            self._most = max(self._most, self._busy)
            self._requests.append(_Request(time.monotonic(), path, agent))
            return self._requests[-1]

    def _ended(self, asked: _Request) -> None:
        with self._lock:
            if asked.ended is None:
                self._busy -= 1
                asked.ended = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep, or less if the server is being stopped."""
        self._stopping.wait(seconds)


def _bears(paper: Paper, wanted: Sequence[str]) -> bool:
    return any(category == w or category.startswith(f"{w}.") for category in paper.categories for w in wanted)


def _answers(search: str, paper: Paper) -> bool:
    """Whether a paper matches a query, of the forms that Paperboy sends: (cat:a OR cat:b.*) AND submittedDate:[x TO y];
    ti:"…" OR (ti:"…" AND au:"…"); au:"…"."""
    if re.search(r"\b(?:ti|au):", search):
        return any(_has_phrases(part, paper) for part in search.split(" OR "))
    cats = [name.rstrip("*").rstrip(".") for name in re.findall(r"cat:([\w.*-]+)", search)]
    span = re.search(r"submittedDate:\[(\d+) TO (\d+)\]", search)
    when = f"{paper.published:%Y%m%d%H%M}"
    return (not cats or _bears(paper, cats)) and (span is None or span[1] <= when <= span[2])


def _has_phrases(part: str, paper: Paper) -> bool:
    """As arXiv's index has them: words without case and punctuation, in which accents count."""
    wanted = re.findall(r'(ti|au):"([^"]*)"', part)
    texts = {"ti": _words(paper.title), "au": " ; ".join(map(_words, paper.authors))}
    return bool(wanted) and all(f" {_words(phrase)} " in f" {texts[field]} " for field, phrase in wanted)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _handler(arxiv: FakeArxiv) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes, and the second would wait for an acknowledgement
        done: Callable[[], None]

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return the Date header: the time at which this arXiv built its newest feed."""
            return f"{arxiv.today:%a, %d %b %Y} 04:00:19 GMT"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = unquote(url.path)
            asked = arxiv._begun(self.path, self.headers.get("User-Agent", ""))
            self.done = lambda: arxiv._ended(asked)
            try:
                self._serve(path, dict(parse_qsl(url.query)), asked)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                self.done()

        def _serve(self, path: str, query: dict[str, str], asked: _Request) -> None:
            fault = arxiv._take_fault(path) or Fault(path)
            if fault.mode == "hang":
                self.done()  # the client gives up, so its next request does not count as simultaneous
                arxiv.wait(fault.seconds)
            if fault.mode == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.done()
                self.connection.close()
                return
            if fault.status is not None:
                self._head(fault.status, "text/plain", 9, fault.retry_after)
                self.done()
                self.wfile.write(b"no thanks")
                return
            status, kind, body = arxiv.answer(path, query, empty=fault.mode == "empty")
            if fault.mode == "html":
                kind, body = "text/html", b"<html><body><p>We are down for maintenance.</p></body></html>"
            if fault.mode == "truncate":
                body = body[: len(body) // 2]
            asked.sent = len(body)
            self._head(status, kind, len(body))
            self._body(body, fault)

        def _body(self, body: bytes, fault: Fault) -> None:
            if fault.mode == "short":
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif fault.mode == "trickle":
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    arxiv.wait(0.05)
            else:
                self.done()  # before the body is sent: the client may send its next request as soon as it has it
                self.wfile.write(body)

        def _head(self, status: int, kind: str, length: int, retry_after: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()

    return Handler
