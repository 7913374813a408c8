"""Cards and digests from matches and summaries: what must hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from bot.decisions import digest_content
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.ranking import Ranking
from bot.model import (
    Announced,
    Announcement,
    Candidate,
    Claim,
    Depth,
    Kind,
    Match,
    Paper,
    Provenance,
    Source,
    Summary,
    SummaryKey,
    Window,
)

MON, WED = date(2026, 6, 1), date(2026, 6, 3)


def candidate(paper_id: str, day: date, *topics: str, abstract: str = "We weigh kites.") -> Candidate:
    paper = Paper(paper_id, 2, f"On {paper_id}", ("Ada Example",), abstract, ("cs.CV",))
    announced = Announced(paper, Announcement(paper_id, 2, day, Kind.NEW))
    return Candidate(announced, tuple(Match(topic, ("kites",)) for topic in topics))


def summary(key: SummaryKey, *, instead_of: str | None = None) -> Summary:
    made = datetime(2026, 6, 3, tzinfo=UTC)
    return Summary(key, Claim("Kites."), (), (), Provenance("extractive", made, Source.ABSTRACT, instead_of=instead_of))


def test_a_window_spans_the_days_of_its_papers() -> None:
    assert digest_content.window_of(Ranking(count=2, first_day=MON, last_day=WED), WED) == Window(MON, WED)
    assert digest_content.window_of(Ranking(), WED) == Window(WED, WED)


def test_topics_come_with_the_most_papers_first() -> None:
    assert digest_content.topics_of({"c": 1, "a": 1, "b": 2}) == ("b", "a", "c")


def test_a_card_without_a_summary_has_none_and_one_in_another_language_does_not_count() -> None:
    found = candidate("2606.00001", WED, "a")
    spanish = SummaryKey("2606.00001", 2, "es", Depth.BRIEF)
    [card] = digest_content.cards([found], {spanish: summary(spanish)}, SummaryOptions("en"))
    assert card.summary is None
    [card] = digest_content.cards([found], {spanish: summary(spanish)}, SummaryOptions("es"))
    assert card.summary == summary(spanish)


def test_links_of_a_card_are_found_in_its_own_text() -> None:
    abstract = "We weigh kites. Code: https://github.com/kites/scales."
    [card] = digest_content.cards([candidate("2606.00001", WED, "a", abstract=abstract)], {}, SummaryOptions("en"))
    assert card.links.code == ("https://github.com/kites/scales",)


def test_a_digest_says_how_many_papers_went_without_the_model_and_why() -> None:
    found = [candidate(f"2606.0000{n}", WED, "a") for n in range(3)]
    keys = [SummaryKey(one.announced.paper.id, 2, "en") for one in found]
    made = {key: summary(key, instead_of="the model was over its quota") for key in keys[:2]}
    made[keys[2]] = summary(keys[2])
    notes = digest_content.notes_on(digest_content.cards(found, made, SummaryOptions("en")), "en")
    assert notes == ("2 of 3 summarized without the model: the model was over its quota",)
    notes = digest_content.notes_on(digest_content.cards(found, made, SummaryOptions("en")), "zh")
    assert notes == ("3 篇中有 2 篇未使用模型总结",)


def notes_for(reasons: Sequence[str], language: str = "en") -> tuple[str, ...]:
    found = [candidate(f"2606.000{n:02}", WED, "a") for n in range(len(reasons))]
    made = {
        key: summary(key, instead_of=why)
        for one, why in zip(found, reasons, strict=True)
        for key in [SummaryKey(one.announced.paper.id, 2, language)]
    }
    return digest_content.notes_on(digest_content.cards(found, made, SummaryOptions(language)), language)


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        (
            [f"gemini-flash gave no answer for 2606.000{n:02} that can be used" for n in range(1, 11)],
            "10 of 10 summarized without the model",
        ),
        (
            [f"gemini-flash gave no answer for hep-th/99010{n:02}v{n}" for n in range(1, 11)],
            "10 of 10 summarized without the model",
        ),
        (
            ["gemini-flash did not answer within 60 s", *["gemini-flash did not answer within 90 s"] * 2],
            "3 of 3 summarized without the model: gemini-flash did not answer within 90 s",
        ),
        (
            ["The budget of 4 requests a day is used up", "gemini-flash is down (503)"],
            "2 of 2 summarized without the model",
        ),
    ],
)
def test_papers_without_the_model_are_one_line_without_ids(reasons: Sequence[str], line: str) -> None:
    assert notes_for(reasons) == (line,)
    assert len(notes_for(reasons, "ja")) == 1
