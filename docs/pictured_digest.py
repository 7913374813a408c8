"""The digest that the pictures show: the bundled sample, or what the command line prints as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot import sample
from bot.decisions.digest_content import card
from bot.model import (
    Announced,
    Announcement,
    Card,
    Claim,
    Digest,
    Evidence,
    FoundLinks,
    Kind,
    Match,
    Paper,
    Provenance,
    Source,
    Summary,
    SummaryKey,
    SummaryRequest,
    Support,
    Window,
)
from bot.service.clock import SystemClock
from bot.summaries.extractive import extract


def sample_digest(language: str = "en") -> Digest:
    """What a chat gets of all days of the sample, ten papers, with sentences picked without a model."""
    days = sorted(sample.days().items())
    new = [entry for _, entries in days for entry in entries if entry.announcement.kind.delivers]
    fitting = [entry for entry in new if FIELDS & set(entry.paper.categories)]
    cards = [_sample_card(entry) for entry in reversed(fitting)]
    window = Window(days[0][0], days[-1][0])
    shown = tuple(cards[:SIZE])
    slot = window.last.isoformat()
    topics = tuple(f"cat:{field}" for field in sorted(FIELDS, reverse=True))
    return Digest(topics, window, len(new), len(cards), shown, language=language, slot=slot, ranked=len(cards))


def reworded_card(digest: Digest) -> Card:
    """The card of the sample's paper with statements in other words than its own, as a model would write them."""
    found = next(card for card in digest.cards if card.paper.title.startswith(REWORDED))
    return replace(found, summary=_reworded(found.paper, STATEMENTS))


FIELDS = {"cs.CV", "cs.CL"}
SIZE = 10
REWORDED = "$A^2$"
# Of that paper: a statement, and the words that its sentence begins with.
STATEMENTS = (
    ("Small self-supervised vision transformers find the main object better than large ones.", "We find that"),
    ("A small model chooses where to look, and a large one embeds the crops.", "Our method"),
    ("Neither group labels nor training for each dataset are needed.", "It uses"),
    ("It competes with methods that change the loss on 5 benchmarks.", "Across 5 benchmarks"),
)


def _reworded(paper: Paper, statements: Sequence[tuple[str, str]]) -> Summary:
    """A summary whose statements are in other words than the paper's, each with its sentence."""
    sentences = [f"{sentence.rstrip('.')}." for sentence in paper.abstract.split(". ")]
    claims = [
        Claim(text, (Evidence(next(s for s in sentences if s.startswith(beginning))),), Support.JUDGED)
        for text, beginning in statements
    ]
    made = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
    provenance = Provenance("google:gemini-flash-latest", made, Source.ABSTRACT, judge="google:gemini-flash-latest")
    key = SummaryKey(paper.id, paper.version, "en")
    return Summary(key, claims[0], tuple(claims[1:]), ("vision transformer",), provenance)


def _sample_card(entry: Announced) -> Card:
    paper = entry.paper
    request = SummaryRequest(SummaryKey(paper.id, paper.version, "en"), paper)
    matches = (Match(f"cat:{paper.primary_category}", (paper.primary_category,)),)
    return card(paper, announcement=entry.announcement, matches=matches, summary=extract(request, SystemClock()))


def read_digest(path: Path) -> Digest:
    """A digest from the JSON that the command line prints, with only those fields that a brief card shows."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    cards = tuple(_read_card(row) for row in raw["cards"])
    window = Window(date.fromisoformat(raw["window"]["first"]), date.fromisoformat(raw["window"]["last"]))
    slot = window.last.isoformat()
    ranked = raw["matched"]
    return Digest((raw["topic"],), window, raw["announced"], ranked, cards[:SIZE], slot=slot, ranked=ranked)


def _read_card(row: dict[str, Any]) -> Card:
    paper = Paper(
        id=row["id"],
        version=int(row["version"].lstrip("v")),
        title=row["title"],
        authors=tuple(row["authors"]),
        abstract=row["abstract"],
        categories=tuple(row["categories"]),
        sample=row["sample"],
    )
    day, kind = row["announced_on"], row["kind"]
    announced = Announcement(paper.id, paper.version, date.fromisoformat(day), Kind(kind)) if day and kind else None
    matched = tuple(Match(match["topic"], tuple(match["because"])) for match in row["matched"])
    links = FoundLinks(tuple(row["urls"]["code"]), tuple(row["urls"]["project"]))
    return Card(paper, announced, matched, _read_summary(paper, row["summary"]), links)


def _read_summary(paper: Paper, row: dict[str, Any] | None) -> Summary | None:
    if row is None:
        return None
    made = row["provenance"]
    return Summary(
        key=SummaryKey(paper.id, paper.version, row["language"]),
        headline=_read_claim(row["headline"]),
        takeaways=tuple(_read_claim(claim) for claim in row["takeaways"]),
        keywords=tuple(row["keywords"]),
        translated_title=row["translated_title"],
        provenance=Provenance(
            made["model"],
            datetime.fromisoformat(made["created_at"]),
            Source(made["source"]),
            judge=made.get("judge"),
        ),
    )


def _read_claim(row: dict[str, Any]) -> Claim:
    evidence = tuple(Evidence(each["quote"], each["section"], each["page"]) for each in row["evidence"])
    return Claim(row["text"], evidence, Support(row["support"]))
