"""The archive's pages and feeds: complete, with working links, without scripts, and the same for the same data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

import feedparser  # type: ignore[import-untyped]
from hypothesis import given, settings
from lxml import etree
from lxml import html as lxml_html

from bot.model import Announcement, Card, Claim, Kind
from bot.site import render_archive, slug
from tests.render.samples import BRIEF, CARD, DAY, DEEP_CARD, PAPER, PLAIN_CARD, hostile_text, letters

TOPIC = 'abs:"talking head" AND cat:cs.CV'
_OURS = {
    "html", "head", "meta", "title", "link", "body", "header", "nav", "main", "footer", "article", "h1", "h2", "p",
    "ul", "li", "a", "strong", "em", "code", "details", "summary", "span",
}  # fmt: skip
_ATOM = "{http://www.w3.org/2005/Atom}"


def card(ident: str, day: date = DAY) -> Card:
    return replace(CARD, paper=replace(PAPER, id=ident), announcement=Announcement(ident, 2, day, Kind.NEW))


DAYS: Mapping[date, Sequence[Card]] = {
    DAY: (DEEP_CARD, PLAIN_CARD),
    DAY - timedelta(days=1): (card("2406.11111", DAY - timedelta(days=1)),),
}
TOPICS: Mapping[str, Sequence[Card]] = {
    TOPIC: (DEEP_CARD, card("2406.11111", DAY - timedelta(days=1))),
    "cat:math.*": (),
}


def rendered(**options: Any) -> dict[str, str]:
    return render_archive(DAYS, TOPICS, **options)


def test_each_day_and_topic_has_a_page_and_each_topic_and_all_papers_have_a_feed() -> None:
    names = {slug(TOPIC), slug("cat:math.*")}
    assert set(rendered()) == {
        "index.html", "days.html", "style.css", "feed.atom", "days/2026-06-01.html", "days/2026-06-02.html",
        *(f"topics/{name}.{end}" for name in names for end in ("html", "atom")),
    }  # fmt: skip


def test_every_link_of_the_archive_leads_to_one_of_its_pages_or_to_the_web() -> None:
    site = rendered()
    for path, text in site.items():
        if not path.endswith(".html"):
            continue
        for href in map(str, lxml_html.document_fromstring(text.encode()).xpath("//@href")):
            if not href.startswith("https://"):
                assert resolved(path, href.partition("#")[0]) in site, f"{path} → {href}"


def resolved(page: str, href: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(page).parent.parts, *PurePosixPath(href).parts):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_the_index_says_what_it_is_and_whether_it_is_empty_or_made_from_a_sample() -> None:
    assert "new arXiv papers by topic</p>" in rendered()["index.html"]
    sample = replace(CARD, paper=replace(PAPER, sample=True))
    assert "(made from a bundled sample)</p>" in render_archive({DAY: (sample,)}, {})["index.html"]
    assert "No papers yet." in render_archive({}, {})["index.html"]
    assert "No papers yet." not in rendered()["index.html"]


def test_papers_are_counted_in_singular_and_plural() -> None:
    assert "<span>1 paper</span>" in rendered()["index.html"]
    assert "<span>2 papers</span>" in rendered()["index.html"]


def test_the_index_lists_topics_and_the_newest_day_first() -> None:
    text = rendered()["index.html"]
    assert text.index("2 June 2026") < text.index("1 June 2026")
    assert "abs:&#34;talking head&#34; AND cat:cs.CV" in text


def test_a_page_shows_summary_takeaways_links_provenance_and_figures() -> None:
    text = rendered()["days/2026-06-02.html"]
    parts = (
        "Talking heads learn twenty languages", "It runs 1.13× faster.", "https://github.com/postech-ami/MultiTalk",
        "by gemini-flash-latest", 'src="../figures/figures/2406.14272v2/fig1.png"', 'id="2406.14272"',
        "<summary><strong>Abstract</strong></summary>",
    )  # fmt: skip
    assert [part for part in parts if part not in text] == []


def test_a_page_has_no_script_and_forbids_scripts() -> None:
    tree = lxml_html.document_fromstring(rendered()["days/2026-06-02.html"].encode())
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in str(policy)
    assert "script" not in str(policy)
    assert tree.xpath("//script") == []


@settings(max_examples=25)
@given(hostile_text(20), hostile_text(20))
def test_hostile_titles_and_topics_are_escaped(title: str, text: str) -> None:
    paper = replace(PAPER, id="2406.14272", title=title, abstract=text, authors=(text,), categories=(title,))
    summary = replace(BRIEF, headline=Claim(text), takeaways=(Claim(title),))
    site = render_archive(
        {DAY: [Card(paper, CARD.announcement, (), summary)]}, {title: [Card(paper)]}, site_url="https://a.example"
    )
    for path, page in site.items():
        if path.endswith(".html"):
            tree = lxml_html.document_fromstring(page.encode())
            assert {str(element.tag) for element in tree.iter()} <= _OURS
        elif path.endswith(".atom"):
            etree.fromstring(page.encode())


def test_topics_that_look_alike_have_different_pages() -> None:
    alike = ["cat:cs.CV", "cat cs CV", "cat:cs.cv", "自然语言", "自然言語", "!", "?", ""]
    assert len({slug(topic) for topic in alike}) == len(alike)
    assert all(re.fullmatch(r"[a-z0-9-]{8,57}", slug(topic)) for topic in [*alike, "x" * 500])


def test_an_interest_is_named_by_its_text_on_its_page_in_its_address_and_in_its_feed() -> None:
    topic = "about: audio-driven talking heads; not faces"
    site = render_archive({}, {topic: ()})
    name = slug(topic)
    assert name.startswith("audio-driven-talking-heads-not-faces-")
    assert {f"topics/{name}.html", f"topics/{name}.atom"} <= site.keys()
    for path in ("index.html", f"topics/{name}.html", f"topics/{name}.atom"):
        assert "“audio-driven talking heads; not faces”" in site[path]
        assert "about:" not in site[path]


def test_a_topic_with_many_papers_has_a_page_for_each_month() -> None:
    cards = [card(f"2405.{n:05}", DAY - timedelta(days=n)) for n in range(90)]
    site = render_archive({}, {TOPIC: cards})
    months = sorted(path for path in site if re.search(r"-\d{4}-\d\d\.html$", path))
    assert [path[-12:-5] for path in months] == ["2026-03", "2026-04", "2026-05", "2026-06"]
    shown = "".join(site[path] for path in months)
    assert [each.paper.id for each in cards if f'id="{each.paper.id}"' not in shown] == []


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_feed_is_valid_atom_with_the_newest_first() -> None:
    text = rendered(site_url="https://a.example/")["feed.atom"]
    feed = feedparser.parse(text.encode())
    assert not feed.bozo
    assert [entry.published for entry in feed.entries] == sorted((e.published for e in feed.entries), reverse=True)
    root = etree.fromstring(text.encode())
    for element in (root, *root.findall(f"{_ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{_ATOM}{name}")) == 1
    for entry in root.findall(f"{_ATOM}entry"):
        assert entry.find(f"{_ATOM}author/{_ATOM}name") is not None
    assert feed.feed.links[0].href == "https://a.example/feed.atom"
    assert letters("It runs 1.13× faster.") in letters(feed.entries[0].content[0].value)


def test_feed_ids_are_stable_and_times_come_from_the_data() -> None:
    first, second = rendered()["feed.atom"], rendered()["feed.atom"]
    assert first == second
    feed = feedparser.parse(first.encode())
    assert feed.feed.updated == "2026-06-02T06:30:00Z"
    moved = render_archive(
        {DAY: (replace(DEEP_CARD, paper=replace(DEEP_CARD.paper, title="Renamed", version=3)),)}, {}
    )["feed.atom"]
    ids = {entry.id for entry in feed.entries}
    assert {entry.id for entry in feedparser.parse(moved.encode()).entries} <= ids
    assert len(ids) == 3


def test_an_empty_feed_is_valid_too() -> None:
    feed = feedparser.parse(rendered()[f"topics/{slug('cat:math.*')}.atom"].encode())
    assert not feed.bozo
    assert feed.feed.updated == "1991-08-14T00:00:00Z"
