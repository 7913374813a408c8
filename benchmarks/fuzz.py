"""Hostile bytes for all code that reads untrusted input: no crash, no hang, no invalid markup.

    python -m benchmarks.fuzz [--seconds 30] [TARGET …]

Half of each target's time is for Hypothesis, which generates input of the right form, and half for Atheris, which is
guided by coverage (`pip install paperboy[fuzz]`; skipped if it is not installed). Prints for each target the time,
the number of inputs, crashes, inputs that took over a second, and the slowest one. Exits with 1 after any failure.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

HANG_SECONDS = 1.0
"""An input that takes longer counts as a failure; real inputs take milliseconds."""


@dataclass
class Tally:
    """The result of fuzzing one target. Times are in seconds; `failures` describes the first few failures."""

    seconds: float = 0.0
    inputs: int = 0
    crashes: int = 0
    hangs: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.seconds + other.seconds,
            self.inputs + other.inputs,
            self.crashes + other.crashes,
            self.hangs + other.hangs,
            max(self.slowest, other.slowest),
            [*self.failures, *other.failures][:5],
        )

    def run(self, check: Callable[[bytes], None], data: bytes) -> None:
        started = time.perf_counter()
        try:
            check(data)
        except Exception as error:  # any error that a target does not expect is a crash, assertions included
            self.crashes += 1
            self.failures = [*self.failures, f"{type(error).__name__}: {error} for {data[:300]!r}"][:5]
        took = time.perf_counter() - started
        self.inputs += 1
        self.slowest = max(self.slowest, took)
        if took > HANG_SECONDS:
            self.hangs += 1
            self.failures = [*self.failures, f"{took:.1f} s for {data[:300]!r}"][:5]


# ── targets: each takes bytes, and raises an exception only for a fault ─────────────────────────────────────────────


def topic(data: bytes) -> None:
    from bot import topics
    from bot.errors import BadTopic

    try:
        found = topics.parse(_text(data))
    except BadTopic as error:
        topics.pointer(error)
        return
    reparsed = topics.parse(found.query)
    assert reparsed.query == found.query, "the normal form is not stable"
    topics.explain(found)
    topics.archives(found)


def tex(data: bytes) -> None:
    from bot.summaries import quotes
    from bot.tex.latex import readable
    from bot.topics.text import words

    text = _text(data)
    assert len(readable(text).splitlines()) <= 1, "more than one line"
    words(text)
    folded = quotes.fold(text)
    assert not folded.text or folded in folded, "a text does not contain itself"


def reply(data: bytes) -> None:
    """A maker's reply: whatever it is, it is parsed, or it is a bad reply."""
    from bot.summaries.reply_parsing import BadReply, parse_briefs, parse_facts, parse_translation

    for parse in (parse_briefs, parse_facts, parse_translation):
        with suppress(BadReply):
            parse(_text(data))


def answers(data: bytes) -> None:
    """A judge's reply: an answer that contradicts itself or names unsupported words supports nothing."""
    from bot.summaries.judge_answers import parse_answers

    for found in parse_answers(_text(data)).values():
        assert not (found.is_supported and found.words), "supported with words that are not"


def canaries(data: bytes) -> None:
    """Canaries from any text: as many as promised, each with its sentence, and a false one is not its sentence."""
    from bot.summaries.canaries import EACH, canaries_for
    from bot.summaries.source_text import source_of
    from bot.summaries.statements import PaperStatements, Statement

    sentences = source_of(_hostile_paper(data)).sentences
    statements = tuple(Statement(s.id, s.text, (s,), sentences) for s in sentences[:8])
    made = canaries_for([PaperStatements("2606.00001", statements)])
    assert [sum(c.is_true is kind for c in made) for kind in (True, False)] == [EACH, EACH], "too few canaries"
    for canary in made:
        text, own = canary.statement.text, " ".join(canary.statement.named[0].text.split())
        assert text, "an empty canary"
        assert canary.is_true or text != own, "a false canary that repeats its sentence"


def link(data: bytes) -> None:
    from bot.arxiv import ids
    from bot.model import PaperRef

    found = ids.resolve(_text(data))
    if isinstance(found, PaperRef):
        assert ids.parse_id(str(found)) == found, "the id that was found cannot be parsed"


def feed(data: bytes) -> None:
    from bot.errors import SourceUnavailable
    from bot.sources.feed import read_feed

    with suppress(SourceUnavailable):
        read_feed(data)


def oai(data: bytes) -> None:
    from bot.errors import SourceUnavailable
    from bot.sources.oai import read_license, read_page

    for read in (read_page, read_license):
        with suppress(SourceUnavailable):
            read(data)


def html(data: bytes) -> None:
    from bot.errors import NotReadable
    from bot.reading.html import read_html

    with suppress(NotReadable):
        read_html(data, _paper("A title", "An abstract."), base="https://arxiv.org/html/2606.00001v1")


def telegram(data: bytes) -> None:
    from bot.model import Card, Style
    from handlers.telegram.cards import payloads
    from tests.fakes.telegram_text import CAPTION_LIMIT, check_message
    from tests.handlers.telegram.test_cards import active

    for payload in payloads(Card(_hostile_paper(data)), "en", Style.CARDS):
        parsed = check_message(payload["html"], *(() if payload["kind"] == "message" else (CAPTION_LIMIT,)))
        assert active(parsed) == [], f"active elements: {active(parsed)}"


def discord(data: bytes) -> None:
    from bot.model import Card, Style
    from handlers.discord.cards import payloads
    from tests.fakes.discord_limits import check_payload
    from tests.handlers.discord.test_cards import _ACTIVE, _ESCAPED
    from handlers.discord.markup import escape  # isort: skip

    for payload in payloads(Card(_hostile_paper(data)), "en", Style.CARDS):
        check_payload(payload)
    assert _ACTIVE.search(_ESCAPED.sub("\ufffc", escape(_text(data)))) is None, "Markdown that is not escaped"


def action(data: bytes) -> None:
    from handlers import button_actions

    for text in (_text(data), data.decode("latin-1")):
        found = button_actions.parse(text)
        assert found is None or str(found) == text, "an action that differs from the one that was sent"


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _paper(title: str, abstract: str, comment: str | None = None) -> Any:
    from bot.model import Paper

    return Paper("2606.00001", 1, title, (title[:60], "Ada Example"), abstract, ("cs.CV",), comment)


def _hostile_paper(data: bytes) -> Any:
    title, _, rest = data.decode("utf-8", "replace").partition("\0")
    abstract, _, comment = rest.partition("\0")
    return _paper(title or "x", abstract, comment or None)


# ── strategies ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _joined(pieces: tuple[str, ...], most: int = 30) -> st.SearchStrategy[bytes]:
    piece = st.one_of(st.sampled_from(pieces), st.text(max_size=6), st.sampled_from(pieces).map(lambda p: p * 50))
    return st.lists(piece, max_size=most).map(lambda found: "".join(found).encode("utf-8", "replace"))


_TOPIC = ('"', "(", ")", " AND ", " OR ", " NOT ", "-", "ti:", "au:", "cat:", "cs.CV", "cs.*", "*", "word ", ":", "\\",
          "ANDNOT ", "[", "submittedDate:", "всё ", "文", "\u202e", "NEAR")  # fmt: skip
_TEX = ("\\frac", "\\sqrt[", "]", "{", "}", "$", "$$", "^", "_", "\\'", "\\c{", "\\cite{", "\\href{", "\\left.", "\\(",
        "\\)", "\\[", "\\mathbb", "\\unicode{x", "\\textsuperscript{", "~", "``", "''", "--", "12", "a", " ", "\\",
        "\\O ", "\\rule{")  # fmt: skip
_LINK = ("https://", "arxiv.org/", "abs/", "pdf/", "2406.14272", "v2", "astro-ph/0601001", "10.48550/arXiv.", "?", "#",
         "%2e", "%00", "@", "//", "..", "/", " ", "doi.org/", "file:", "javascript:", "[", "]", "\u200b")  # fmt: skip
_XML = ('<?xml version="1.0"?>', '<feed xmlns="http://www.w3.org/2005/Atom">', "<entry>", "</entry>", "</feed>",
        "<id>oai:arXiv.org:2606.00001v1</id>", "<title>", "</title>", "<summary>arXiv:2606.00001v1 Announce Type: ",
        "new\nAbstract: x</summary>", "<updated>2026-06-02T00:00:00-04:00</updated>", "&lt;", "&x;", "<![CDATA[", "]]>",
        '<!DOCTYPE a [<!ENTITY x "yyyyyyyy">]>', '<category term="cs.CV"/>', "\x00", "é")  # fmt: skip
_OAI = ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">', "</OAI-PMH>", "<ListRecords>", "</ListRecords>",
        "<record>", "</record>", "<header><identifier>x</identifier><datestamp>2026-06-02</datestamp></header>",
        '<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">', "</arXiv></metadata>", "<id>2606.00001</id>",
        "<created>2026-06-01</created>", "<authors><author><keyname>A</keyname></author></authors>", "<title>T</title>",
        "<categories>cs.CV</categories>", "<abstract>A</abstract>", "<resumptionToken>t</resumptionToken>",
        '<error code="noRecordsMatch"/>', "9999-99-99", "&x;")  # fmt: skip
_HTML = ("<section class='ltx_section'>", "</section>", "<h2 class='ltx_title'>", "</h2>", "<p class='ltx_p'>", "</p>",
         "<div class='ltx_abstract'>", "</div>", "<figure class='ltx_figure'>", "<figcaption>Figure 1: x</figcaption>",
         "</figure>", "<math alttext='\\frac{a}{b}'>", "</math>", "<table class='ltx_tabular'><tr><td colspan='99999'>",
         "</table>", "<img src='x.png'>", "<base href='https://evil.example/'>", "<style>.a{display:none}</style>",
         "<article class='ltx_document'>", "words of text ", "<span style='color:white'>", "</span>", "<svg>", "&#0;",
         "<!--", "-->", "<ul><li>", "rowspan='99999'")  # fmt: skip


_REPLY = ('{"papers": [', '{"id": "2606.00001", ', '"headline": ', '"takeaways": [', '{"text": "', '"sentences": ',
          '["2", "S3.1"]', "[1, 2]", '"4-5"', '"[4]"', "null", "true", "1e999", "]", "}", '"', ",", "```json",
          "<think>", "</think>", "\\u0000", '{"answers": [', '"unsupported_words": "', '"supported": ',
          '"claims": [')  # fmt: skip
_ABSTRACT = ("We propose a method that improves accuracy by 12.5% over 3 baselines. ", "It is not robust to noise. ",
             "Our model outperforms BERT on GLUE. ", "However, the cost is higher than that of SVMs. ", "is ", "not ",
             "We ", "improves ", "12% ", "99.99 times ", "9" * 40, ". ", "\0", "e.g. ", "$x$",
             "outperforms ")  # fmt: skip


def _hostile() -> st.SearchStrategy[bytes]:
    from tests.render.samples import hostile_text

    return st.tuples(hostile_text(40), hostile_text(80), hostile_text(20)).map(
        lambda parts: "\0".join(part.replace("\0", "") for part in parts).encode("utf-8", "replace")
    )


_ACTIONS = ("digest:", "topics:", "drop:", "set:", "choose:", "deep:2406.14272", "forget:yes", "resend:1", "=", ":",
            "\0", "en", "é", "x" * 48)  # fmt: skip

TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], st.SearchStrategy[bytes]], tuple[str, ...]]] = {
    "topic": (topic, lambda: _joined(_TOPIC), _TOPIC),
    "tex": (tex, lambda: _joined(_TEX), _TEX),
    "reply": (reply, lambda: _joined(_REPLY), _REPLY),
    "answers": (answers, lambda: _joined(_REPLY), _REPLY),
    "canaries": (canaries, lambda: _joined(_ABSTRACT), _ABSTRACT),
    "link": (link, lambda: _joined(_LINK), _LINK),
    "feed": (feed, lambda: _joined(_XML), _XML),
    "oai": (oai, lambda: _joined(_OAI), _OAI),
    "html": (html, lambda: _joined(_HTML, 60), _HTML),
    "telegram": (telegram, _hostile, ("<b>@everyone</b>\0https://x.org <a\0$\\frac{1}{2}$",)),
    "discord": (discord, _hostile, ("**@everyone**\0[a](https://x.org) <@1>\0```",)),
    "action": (action, lambda: _joined(_ACTIONS, 4), _ACTIONS),
}


# ── the two fuzzers ─────────────────────────────────────────────────────────────────────────────────────────────────


def with_hypothesis(name: str, seconds: float) -> Tally:
    check, strategy, _ = TARGETS[name]
    tally, started = Tally(), time.perf_counter()

    @settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=HealthCheck
    )
    @given(strategy())
    def run_one(data: bytes) -> None:
        if time.perf_counter() - started < seconds:
            tally.run(check, data)

    while time.perf_counter() - started < seconds:
        run_one()
    tally.seconds = time.perf_counter() - started
    return tally


def with_atheris(name: str, seconds: float) -> Tally:
    """Run in a process of its own, since libFuzzer ends its process; the counts are passed in a file."""
    with tempfile.TemporaryDirectory() as folder:
        seeds, result = Path(folder) / "seeds", Path(folder) / "result.json"
        seeds.mkdir()
        for number, seed in enumerate(TARGETS[name][2]):
            (seeds / str(number)).write_bytes(seed.encode())
        (seeds / "all").write_bytes("".join(TARGETS[name][2]).encode())
        command = [sys.executable, "-m", "benchmarks.fuzz", "--child", name, str(result), str(seconds), str(seeds)]
        done = subprocess.run(command, capture_output=True, timeout=seconds + 120, cwd=folder, env=_environment())
        if not result.exists():
            return Tally(crashes=1, failures=[f"the process ended: {done.stderr[-300:]!r}"])
        tally = Tally(**json.loads(result.read_text()))
        if done.returncode:
            tally.crashes += 1
            tally.failures.append(f"the process ended with {done.returncode}: {done.stderr[-600:]!r}")
        return tally


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def child(name: str, result: str, seconds: str, seeds: str) -> None:
    import atheris

    check = TARGETS[name][0]
    with atheris.instrument_imports(include=["bot", "handlers"]):
        check(b"x")  # imports the target's modules, so that they are instrumented
    tally, started = Tally(), time.perf_counter()
    written = 0.0

    def run_one(data: bytes) -> None:
        nonlocal written
        tally.run(check, bytes(data))
        tally.seconds = time.perf_counter() - started
        # Written again and again: libFuzzer ends the process without returning from `Fuzz`.
        if tally.seconds - written > 0.5:
            written = tally.seconds
            Path(result).write_text(json.dumps(asdict(tally)))

    options = [f"-max_total_time={int(float(seconds))}", "-max_len=4096", "-timeout=60", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *options, seeds], run_one)
    atheris.Fuzz()


def main(names: list[str], seconds: float) -> int:
    both = importlib.util.find_spec("atheris") is not None
    print("with Hypothesis and Atheris" if both else "with Hypothesis (Atheris is not installed)")
    print(f"{'target':10} {'seconds':>8} {'inputs':>9} {'crashes':>8} {'over 1 s':>8} {'slowest ms':>11}")
    failed = 0
    for name in names or TARGETS:
        tally = with_hypothesis(name, seconds / 2 if both else seconds)
        if both:
            tally += with_atheris(name, seconds / 2)
        failed += tally.crashes + tally.hangs
        figures = (
            f"{tally.seconds:8.0f} {tally.inputs:9} {tally.crashes:8} {tally.hangs:8} {tally.slowest * 1000:11.1f}"
        )
        print(f"{name:10} {figures}", *tally.failures, sep="\n    ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--seconds", type=float, default=30.0)
    chosen = parser.parse_args()
    sys.exit(main(chosen.targets, chosen.seconds))
