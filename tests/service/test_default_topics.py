"""DEFAULT_TOPICS: topics divided by semicolons, which also stand inside of interests."""

from __future__ import annotations

import pytest

from bot import settings
from bot.errors import BadSetting
from bot.service.app import default_topics


@pytest.mark.parametrize(
    ("value", "topics"),
    [
        ("cs.CV; gan", ["cat:cs.CV", "gan"]),
        (
            "about: lip sync; not faces; no surveys; cs.CL about: good evaluation; gan",
            ["about: lip sync; not faces; no surveys", "cat:cs.CL about: good evaluation", "gan"],
        ),
        ("about: lip sync; about: good evaluation", ["about: lip sync", "about: good evaluation"]),
        ("gan; not faces", ["gan", "face AND not"]),
    ],
)
def test_an_interest_keeps_what_it_excludes_after_a_semicolon(
    monkeypatch: pytest.MonkeyPatch, value: str, topics: list[str]
) -> None:
    monkeypatch.setenv("DEFAULT_TOPICS", value)
    assert default_topics(settings.load()) == topics


def test_a_mistake_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_TOPICS", "about: nerf; not faces")
    with pytest.raises(BadSetting, match="too little"):
        default_topics(settings.load())
