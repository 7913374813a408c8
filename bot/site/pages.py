"""The archive's pages and feeds as text, by path below the archive's root. Pure: nothing here looks at a clock."""

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

from bot.model import Card
from bot.render.cards import card_document, day_of, paper_urls, title_of
from bot.render.html import POLICY, fragment, stylesheet
from bot.render.plain import one_line
from bot.render.words import say_date, word
from bot.tex.latex import readable

_LONGEST = 48


def slug(topic: str) -> str:
    """ASCII letters, digits and hyphens; ends in eight digits that depend on the whole topic."""
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")
    mark = hashlib.blake2s(topic.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{words}-{mark}" if words else mark


RECENT_DAYS = 30
ON_TOPIC_PAGE = 60
IN_FEED = 100
_BEGINNING = datetime(1991, 8, 14, tzinfo=UTC)  # of arXiv: the time of a feed that has no entry yet


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list: where it leads, what it says, how many papers are there."""

    href: str
    label: str
    count: int


def pages(
    days: Mapping[date, Sequence[Card]],
    topics: Mapping[str, Sequence[Card]],
    *,
    language: str = "en",
    site_url: str | None = None,
) -> dict[str, str]:
    """Relative path → text: index, days, topics with a page a month, an Atom feed a topic and one for all."""
    site = _Site(language, site_url.rstrip("/") if site_url else None)
    made = {"style.css": stylesheet(), "index.html": site.index(days, topics), "days.html": site.all_days(days)}
    ordered = sorted(days, reverse=True)
    for number, day in enumerate(ordered):
        newer = ordered[number - 1] if number else None
        older = ordered[number + 1] if number + 1 < len(ordered) else None
        made[day_path(day)] = site.day(day, days[day], newer, older)
    for topic, cards in topics.items():
        made |= site.topic(topic, _newest_first(cards))
    everything = [card for day in ordered for card in days[day]]
    made["feed.atom"] = site.feed(None, _newest_first(everything))
    return made


def day_path(day: date) -> str:
    return f"days/{day.isoformat()}.html"


def topic_path(topic: str) -> str:
    return f"topics/{slug(topic)}.html"


def _newest_first(cards: Iterable[Card]) -> list[Card]:
    """Newest day first, each paper once; papers of a day stay in the order given."""
    once: dict[str, Card] = {}
    for card in cards:
        once.setdefault(card.paper.id, card)
    return sorted(once.values(), key=lambda card: day_of(card) or date.min, reverse=True)


@dataclass(frozen=True, slots=True)
class _Site:
    language: str
    site_url: str | None

    def index(self, days: Mapping[date, Sequence[Card]], topics: Mapping[str, Sequence[Card]]) -> str:
        recent = [self._day_entry(day, days[day]) for day in sorted(days, reverse=True)[:RECENT_DAYS]]
        named = [Entry(topic_path(topic), one_line(topic), len(cards)) for topic, cards in sorted(topics.items())]
        more = len(days) > RECENT_DAYS
        about = word("about archive", self.language)
        cards = [card for each in days.values() for card in each]
        if cards and all(card.paper.sample for card in cards):
            about += f" ({word('from sample', self.language)})"
        title = word("archive", self.language)
        return self._page("index", "", title, days=recent, topics=named, more=more, about=about)

    def all_days(self, days: Mapping[date, Sequence[Card]]) -> str:
        entries = [self._day_entry(day, days[day]) for day in sorted(days, reverse=True)]
        return self._page("index", "", word("days", self.language), days=entries, topics=[], more=False, about="")

    def _day_entry(self, day: date, cards: Sequence[Card]) -> Entry:
        return Entry(day_path(day), say_date(day, self.language), len(cards))

    def day(self, day: date, cards: Sequence[Card], newer: date | None, older: date | None) -> str:
        groups = [("", [self._card(card, "../") for card in cards])]
        steps = [
            (word(key, self.language), f"{other.isoformat()}.html")
            for key, other in (("older", older), ("newer", newer))
            if other
        ]
        title = say_date(day, self.language)
        return self._page("cards", "../", title, count=len(cards), groups=groups, steps=steps, feed=None)

    def topic(self, topic: str, cards: Sequence[Card]) -> dict[str, str]:
        """The topic's newest papers, all of them by month, and its feed."""
        name = slug(topic)
        months = [
            (month, list(members))
            for month, members in groupby(cards, lambda card: f"{day_of(card) or date.min:%Y-%m}")
        ]
        steps = [(month, f"{name}-{month}.html") for month, _ in months] if len(cards) > ON_TOPIC_PAGE else []
        feed = f"{name}.atom"
        made = {topic_path(topic): self._topic_page(topic, cards[:ON_TOPIC_PAGE], len(cards), steps, feed)}
        for month, members in months if steps else ():
            back = [(word("newer", self.language), f"{name}.html")]
            made[f"topics/{name}-{month}.html"] = self._topic_page(topic, members, len(members), back, feed, month)
        made[f"topics/{feed}"] = self.feed(topic, cards)
        return made

    def _topic_page(
        self, topic: str, cards: Sequence[Card], count: int, steps: list[tuple[str, str]], feed: str, month: str = ""
    ) -> str:
        groups = [
            (say_date(day, self.language) if day else "", [self._card(card, "../") for card in members])
            for day, members in groupby(cards, day_of)
        ]
        title = f"{one_line(topic)} · {month}" if month else one_line(topic)
        return self._page("cards", "../", title, count=count, groups=groups, steps=steps, feed=feed)

    def _card(self, card: Card, base: str) -> tuple[str, Markup]:
        document = card_document(card, self.language, roomy=True)
        # `fragment` escapes every string itself.
        body = fragment(document, lambda file: f"{base}figures/{quote(file)}")
        return one_line(card.paper.id), Markup(body)  # noqa: S704

    def _page(self, template: str, base: str, title: str, **values: Any) -> str:
        keys = ("archive", "days", "topics", "all papers", "no papers", "feed", "footer")
        words = {key: word(key, self.language) for key in keys}
        return (
            _templates()
            .get_template(f"{template}.jinja")
            .render(
                base=base,
                title=title,
                words=words,
                language=self.language,
                policy=POLICY,
                papers=lambda n: word("paper" if n == 1 else "papers", self.language, n=n),
                **values,
            )
        )

    def feed(self, topic: str | None, cards: Sequence[Card]) -> str:
        """An Atom feed of the newest cards; ids and times depend on what it holds alone."""
        path = f"topics/{slug(topic)}.atom" if topic is not None else "feed.atom"
        page = topic_path(topic) if topic is not None else "index.html"
        entries = [self._feed_entry(card) for card in cards[:IN_FEED]]
        return (
            _templates()
            .get_template("feed.jinja")
            .render(
                id=_stable_id(f"feed:{topic if topic is not None else ''}"),
                title=f"Paperboy: {one_line(topic)}" if topic is not None else "Paperboy",
                language=self.language,
                updated=max((entry["updated"] for entry in entries), default=_stamp(_BEGINNING)),
                self_url=f"{self.site_url}/{path}" if self.site_url else None,
                page_url=f"{self.site_url}/{page}" if self.site_url else None,
                entries=entries,
            )
        )

    def _feed_entry(self, card: Card) -> dict[str, Any]:
        day = day_of(card)
        moment = datetime.combine(day, time(), UTC) if day else _BEGINNING
        made = card.summary.provenance.created_at if card.summary else moment
        return {
            "id": _stable_id(f"paper:{card.paper.id}"),
            "title": title_of(card.paper),
            "url": paper_urls(card.paper)["abs"],
            "published": _stamp(moment),
            "updated": _stamp(max(moment, made)),
            "authors": [one_line(readable(name)) for name in card.paper.authors] or ["arXiv"],
            "categories": [one_line(category) for category in card.paper.categories],
            "content": fragment(card_document(card, self.language)),
        }


def _stable_id(name: str) -> str:
    readable = name.encode("utf-8", "replace").decode()  # half a surrogate pair has no UTF-8
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://arxiv.org/#paperboy:{readable}").urn


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
