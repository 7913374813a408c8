"""A quotation is found whatever typesetting did to it, and not found when a word or number was changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.quotes import fold

SOURCE = (
    "The e\ufb03cient trans-\nformer attains 5.52x on Qwen3-4B, improving by roughly 11\\%, and does not help on "
    "$\\alpha$-sets [3, 4] (p<0.05) with -0.5 loss. We are unable to “see” Jürgen’s \\textbf{state-of-the-art} 1,500 "
    "rows."
)


@pytest.mark.parametrize(
    "quote",
    [
        "The efficient transformer attains",
        "attains 5.52× on Qwen3-4B",
        "5.52$\\times$ on Qwen3 4B, improving by roughly 11%",
        "does not help on α-sets (p < 0.05)",
        "with −0.5 loss",
        'unable to "see" J\\"urgen\'s state of the art 1500 rows',
    ],
)
def test_typesetting_makes_no_difference(quote: str) -> None:
    assert fold(quote) in fold(SOURCE)


@pytest.mark.parametrize(
    "quote",
    [
        "attains 5.5x on Qwen3-4B",
        "roughly 12%",
        "does help on",
        "able to see",
        "with 0.5 loss",
        "(p > 0.05)",
        "1,5",
        "the effective transformer",
    ],
)
def test_a_changed_word_sign_or_number_is_not_found(quote: str) -> None:
    assert fold(quote) not in fold(SOURCE)


def test_words_that_only_run_together_into_a_denial_are_not_found() -> None:
    assert fold("a notable result") not in fold("a not able result")
    assert fold("is not able to") not in fold("is notable to")


def test_nothing_is_found_nowhere() -> None:
    assert fold("") not in fold(SOURCE)
    assert fold("…") not in fold(SOURCE)


@given(st.lists(st.sampled_from(SOURCE.split()), min_size=4, max_size=12))
@settings(max_examples=60, deadline=None)
def test_words_of_the_source_in_another_order_are_found_only_where_they_stand(words: list[str]) -> None:
    quote = " ".join(words)
    found = fold(SOURCE).find(fold(quote))
    if found is not None:
        assert fold(SOURCE).text[found:].startswith(fold(quote).text)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_folds(text: str) -> None:
    folded = fold(text)
    assert folded.text == "" or folded in folded
