"""Values that earlier releases stored are read in today's shape."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model import Evidence, Support
from bot.storage import row_mapping


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
