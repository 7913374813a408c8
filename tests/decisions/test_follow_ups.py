"""What counts as news about a paper, and where two versions of a text differ."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.follow_ups import news, word_changes
from bot.model import News, NewsKind, PaperState

BEFORE = PaperState(1, "Talking Heads", "We let heads talk.", "12 pages")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"version": 2}, [News(NewsKind.VERSION, "2")]),
        ({"comment": "13 pages"}, []),
        ({"comment": "Accepted at ICML 2026"}, [News(NewsKind.ACCEPTED, "ICML 2026")]),
        ({"doi": "10.1000/1"}, [News(NewsKind.PUBLISHED, "10.1000/1")]),
        ({"journal_ref": "Nature 1", "doi": "10.1000/1"}, [News(NewsKind.PUBLISHED, "Nature 1")]),
        (
            {"abstract": "We let heads talk. Code: https://github.com/lab/heads"},
            [News(NewsKind.CODE, "https://github.com/lab/heads")],
        ),
        ({"withdrawn": True, "version": 2}, [News(NewsKind.WITHDRAWN)]),
        (
            {"version": 3, "comment": "ICML 2026"},
            [News(NewsKind.ACCEPTED, "ICML 2026"), News(NewsKind.VERSION, "3")],
        ),
    ],
)
def test_news_are_what_a_reader_would_want_to_know(change: dict[str, object], expected: list[News]) -> None:
    assert list(news(BEFORE, replace(BEFORE, **change))) == expected  # type: ignore[arg-type]


def test_what_was_known_is_no_news() -> None:
    known = replace(BEFORE, comment="Accepted at ICML 2026", doi="10.1000/1")
    assert news(known, replace(known, comment="ICML 2026, 14 pages", journal_ref="Nature 1")) == ()


def test_changes_are_shown_with_the_words_around_them() -> None:
    before = "We train heads on ten hours of speech and show that they talk in one language only."
    after = "We train heads on ten hours of speech and show that they talk in twenty languages."
    (change,) = word_changes(before, after)
    assert (change.left, change.removed, change.added, change.right) == (
        "that they talk in",
        "one language only.",
        "twenty languages.",
        "",
    )


def test_changes_beside_each_other_are_one() -> None:
    assert len(word_changes("a b c d e f g", "a X c Y e f g")) == 1
    assert len(word_changes("a b c d e f g", "a X c d e f Y")) == 2


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_equal_texts_have_no_changes_and_others_have(before: list[str], after: list[str]) -> None:
    assert bool(word_changes(" ".join(before), "  ".join(after))) == (before != after)
