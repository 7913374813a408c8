"""Values that earlier releases stored are read in today's shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model import Evidence, NoteKind, SummaryNote, Support
from bot.storage import row_mapping
from tests.render.samples import BRIEF


@pytest.mark.parametrize(("prompt", "support"), [("0123456789ab", Support.QUOTED), (None, Support.SENTENCE)])
def test_a_summary_stored_with_quotes_keeps_them(prompt: str | None, support: Support) -> None:
    key = {"paper_id": "2406.14272", "version": 1, "language": "en", "depth": "brief"}
    claim = {"text": "It is fast.", "quote": "It runs fast.", "section": "Results", "page": 3}
    provenance: dict[str, Any] = {
        "model": "openai:x" if prompt else "extractive",
        "created_at": "2026-06-02T00:00:00Z",
        "source": "pdf",
        "prompt": prompt,
        "dropped": [{"text": "It is slow.", "why": "its quote does not say that"}],
    }
    stored = {
        "key": key,
        "headline": claim,
        "takeaways": [{"text": "It is small.", "quote": "", "section": None, "page": None}],
        "keywords": ["kites"],
        "provenance": provenance,
        "conclusion": {"significance": [claim], "innovation": [], "performance": [], "workload": []},
    }
    summary = row_mapping.summary(stored)
    assert summary.headline.evidence == (Evidence("It runs fast.", "Results", 3),)
    assert summary.headline.support is support
    assert summary.conclusion.significance == (summary.headline,)
    assert summary.takeaways[0].evidence == ()
    assert summary.provenance.dropped[0].text == "It is slow."
    assert row_mapping.summary(row_mapping.summary_json(summary)) == summary


def test_notes_are_stored_with_their_kinds_and_older_ones_stay_sentences() -> None:
    provenance = replace(BRIEF.provenance, notes=(SummaryNote(NoteKind.HIDDEN, 2), "1 hidden passage left out"))
    summary = replace(BRIEF, provenance=provenance)
    assert row_mapping.summary(row_mapping.summary_json(summary)) == summary
