"""The archive's pages and feeds as text, by their path below the archive's root. Pure.

Nothing depends on the time of rendering: the same cards give the same bytes, so that only what changed is written, and
feed readers see an entry as updated only if its paper or summary changed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.model import Card, topic_label
from bot.render.addresses import paper_urls
from bot.render.cards import card_document, day_of, title_of
from bot.render.evidence import EvidenceForm
from bot.render.html import POLICY, fragment, stylesheet
from bot.render.labels import format_date, label
from bot.render.plain import one_line
from bot.tex.latex import readable

RECENT_DAYS = 30
"""Days that the first page lists; `days.html` has all."""
MAX_ON_TOPIC_PAGE = 60
"""Papers on a topic's page; if there are more, it also links to a page for each month."""
MAX_IN_FEED = 100
MAX_SLUG_LENGTH = 48
"""Characters of a topic in the name of its page, before the hash."""
_ARXIV_START = datetime(1991, 8, 14, tzinfo=UTC)
"""The time of a feed without entries, since Atom requires one."""


def slug(topic: str) -> str:
    """Return the name of a topic's page: ASCII letters, digits and hyphens.

    It ends in eight hexadecimal digits of a hash of the whole topic, since different topics may have the same letters.
    """
    plain = unicodedata.normalize("NFKD", topic_label(topic)).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_LENGTH].rstrip("-")
    # Python's own hash differs in every process, which would give a topic another page after each start.
    topic_hash = hashlib.blake2s(topic.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{words}-{topic_hash}" if words else topic_hash


@dataclass(frozen=True, slots=True)
class _ListEntry:
    """A line of a list: its link, its text, and how many papers are on the page behind it."""

    href: str
    label: str
    count: int


def render_archive(
    days: Mapping[date, Sequence[Card]],
    topics: Mapping[str, Sequence[Card]],
    *,
    language: str = "en",
    site_url: str | None = None,
) -> dict[str, str]:
    """Return, by relative path, the index, a page for each day and topic, and an Atom feed for each topic and for all.

    `site_url` is the address that the archive is served at; without it feeds do not link to themselves.
    """
    site = _Renderer(language, site_url.rstrip("/") if site_url else None)
    made = {"style.css": stylesheet(), "index.html": site.index(days, topics), "days.html": site.all_days(days)}
    ordered = sorted(days, reverse=True)
    for number, day in enumerate(ordered):
        newer = ordered[number - 1] if number else None
        older = ordered[number + 1] if number + 1 < len(ordered) else None
        made[_day_path(day)] = site.day(day, days[day], newer, older)
    for topic, cards in topics.items():
        made |= site.topic(topic, _newest_first(cards))
    everything = [card for day in ordered for card in days[day]]
    made["feed.atom"] = site.feed(None, _newest_first(everything))
    return made


def _day_path(day: date) -> str:
    return f"days/{day.isoformat()}.html"


def _topic_path(topic: str) -> str:
    return f"topics/{slug(topic)}.html"


def _newest_first(cards: Iterable[Card]) -> list[Card]:
    """Return the cards by day, newest first, and each paper once; papers of one day stay in the order given."""
    unique: dict[str, Card] = {}
    for card in cards:
        unique.setdefault(card.paper.id, card)
    return sorted(unique.values(), key=lambda card: day_of(card) or date.min, reverse=True)


@dataclass(frozen=True, slots=True)
class _Renderer:
    """Renders single pages and feeds; methods return a text, or texts by path."""

    language: str
    site_url: str | None

    def index(self, days: Mapping[date, Sequence[Card]], topics: Mapping[str, Sequence[Card]]) -> str:
        recent = [self._day_entry(day, days[day]) for day in sorted(days, reverse=True)[:RECENT_DAYS]]
        listed = [
            _ListEntry(_topic_path(topic), one_line(topic_label(topic)), len(cards))
            for topic, cards in sorted(topics.items())
        ]
        more = len(days) > RECENT_DAYS
        about = label("about archive", self.language)
        cards = [card for cards_of_day in days.values() for card in cards_of_day]
        # Only if all papers are samples; otherwise their own cards say it.
        if cards and all(card.paper.sample for card in cards):
            about += f" ({label('from sample', self.language)})"
        title = label("archive", self.language)
        return self._page("index", "", title, days=recent, topics=listed, more=more, about=about)

    def all_days(self, days: Mapping[date, Sequence[Card]]) -> str:
        entries = [self._day_entry(day, days[day]) for day in sorted(days, reverse=True)]
        return self._page("index", "", label("days", self.language), days=entries, topics=[], more=False, about="")

    def _day_entry(self, day: date, cards: Sequence[Card]) -> _ListEntry:
        return _ListEntry(_day_path(day), format_date(day, self.language), len(cards))

    def day(self, day: date, cards: Sequence[Card], newer: date | None, older: date | None) -> str:
        groups = [("", [self._card(card, "../") for card in cards])]
        steps = [
            (label(key, self.language), f"{other.isoformat()}.html")
            for key, other in (("older", older), ("newer", newer))
            if other
        ]
        title = format_date(day, self.language)
        return self._page("cards", "../", title, count=len(cards), groups=groups, steps=steps, feed=None)

    def topic(self, topic: str, cards: Sequence[Card]) -> dict[str, str]:
        """Return the pages of a topic's newest papers and of all papers by month, and its feed."""
        name = slug(topic)
        # Lists, because `groupby` yields iterators that end when the next group begins.
        months = [
            (month, list(members))
            for month, members in groupby(cards, lambda card: f"{day_of(card) or date.min:%Y-%m}")
        ]
        steps = [(month, f"{name}-{month}.html") for month, _ in months] if len(cards) > MAX_ON_TOPIC_PAGE else []
        feed = f"{name}.atom"
        made = {_topic_path(topic): self._topic_page(topic, cards[:MAX_ON_TOPIC_PAGE], len(cards), steps, feed)}
        for month, members in months if steps else ():
            back = [(label("newer", self.language), f"{name}.html")]
            made[f"topics/{name}-{month}.html"] = self._topic_page(topic, members, len(members), back, feed, month)
        made[f"topics/{feed}"] = self.feed(topic, cards)
        return made

    def _topic_page(
        self, topic: str, cards: Sequence[Card], count: int, steps: list[tuple[str, str]], feed: str, month: str = ""
    ) -> str:
        groups = [
            (format_date(day, self.language) if day else "", [self._card(card, "../") for card in members])
            for day, members in groupby(cards, day_of)
        ]
        name = one_line(topic_label(topic))
        title = f"{name} · {month}" if month else name
        return self._page("cards", "../", title, count=count, groups=groups, steps=steps, feed=feed)

    def _card(self, card: Card, base: str) -> tuple[str, Markup]:
        document = card_document(card, self.language, roomy=True)
        body = fragment(document, lambda file: f"{base}figures/{quote(file)}")
        # `fragment` escapes every string itself; without Markup the template would escape its tags too.
        return one_line(card.paper.id), Markup(body)  # noqa: S704

    def _page(self, template: str, base: str, title: str, **values: Any) -> str:
        """Render a template; `base` is the relative path from the page's folder to the archive's root.

        Relative, so that the archive works below any address and as files on a disk.
        """
        keys = ("days", "topics", "no papers", "feed", "footer")
        words = {key: label(key, self.language) for key in keys}
        return (
            _templates()
            .get_template(f"{template}.jinja")
            .render(
                base=base,
                title=title,
                words=words,
                language=self.language,
                policy=POLICY,
                papers=lambda n: label("papers", self.language, n=n),
                **values,
            )
        )

    def feed(self, topic: str | None, cards: Sequence[Card]) -> str:
        """Return an Atom feed of the newest cards, of one topic or (None) of all."""
        path = f"topics/{slug(topic)}.atom" if topic is not None else "feed.atom"
        page = _topic_path(topic) if topic is not None else "index.html"
        entries = [self._feed_entry(card) for card in cards[:MAX_IN_FEED]]
        return (
            _templates()
            .get_template("feed.jinja")
            .render(
                id=_stable_id(f"feed:{topic if topic is not None else ''}"),
                title=f"Paperboy: {one_line(topic_label(topic))}" if topic is not None else "Paperboy",
                language=self.language,
                updated=max((entry["updated"] for entry in entries), default=_timestamp(_ARXIV_START)),
                self_url=f"{self.site_url}/{path}" if self.site_url else None,
                page_url=f"{self.site_url}/{page}" if self.site_url else None,
                entries=entries,
            )
        )

    def _feed_entry(self, card: Card) -> dict[str, Any]:
        day = day_of(card)
        # Midnight of the listing day: an announcement has no time of its own.
        moment = datetime.combine(day, time(), UTC) if day else _ARXIV_START
        summarized_at = card.summary.provenance.created_at if card.summary else moment
        return {
            "id": _stable_id(f"paper:{card.paper.id}"),
            "title": title_of(card.paper),
            "url": paper_urls(card.paper)["abs"],
            "published": _timestamp(moment),
            "updated": _timestamp(max(moment, summarized_at)),
            "authors": [one_line(readable(name)) for name in card.paper.authors] or ["arXiv"],
            "categories": [one_line(category) for category in card.paper.categories],
            # Feed readers have no folds, and would show the whole evidence below each card.
            "content": fragment(card_document(card, self.language, evidence=EvidenceForm.LINKS)),
        }


def _stable_id(name: str) -> str:
    """Return an id that does not depend on where the archive is served: feed readers remember read entries by id."""
    encodable = name.encode("utf-8", "replace").decode()  # half a surrogate pair has no UTF-8
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://arxiv.org/#paperboy:{encodable}").urn


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
