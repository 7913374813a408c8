"""Normalized topics as texts: taken apart, joined, and named for people."""

from __future__ import annotations

import pytest

from bot.model import is_interest, join_query, split_query, topic_label

LONG = "audio-driven talking heads and lip sync for films and games; not face recognition"


@pytest.mark.parametrize(
    ("query", "exact", "about"),
    [
        ("cat:cs.CL", "cat:cs.CL", ""),
        ("about: talking heads", "", "talking heads"),
        ("cat:cs.CL about: good evaluation", "cat:cs.CL", "good evaluation"),
        ("gan about: about: eve", "gan", "about: eve"),
    ],
)
def test_a_topic_is_a_query_an_interest_or_both(query: str, exact: str, about: str) -> None:
    assert split_query(query) == (exact, about)
    assert join_query(exact, about) == query
    assert is_interest(query) == (not exact)


def test_people_read_no_syntax_of_interests_and_no_long_text() -> None:
    assert topic_label(f"about: {LONG}") == "“audio-driven talking heads and lip sync for films and…”"
    assert topic_label(f"about: {'长' * 100}") == f"“{'长' * 59}…”"
    assert topic_label("cat:cs.CL about: good evaluation") == "cat:cs.CL, “good evaluation”"
    assert topic_label("cat:cs.CL") == "cat:cs.CL"
