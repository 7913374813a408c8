"""A quotation is found in any typesetting, and not found if a word, sign or number was changed."""

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


@pytest.mark.parametrize(
    ("quote", "source"),
    [
        ("a 1/20 share of the budget", r"a $\frac{1}{20}$ share of the budget"),
        (r"a $\frac{1}{20}$ share of the budget", "a 1/20 share of the budget"),
        ("costs O(n log n) time", r"costs $\mathcal{O}(n \log n)$ time"),
        ("on 2¹⁰ states", "on $2^{10}$ states"),
        ("error below 3·10⁻⁵", r"error below $3\cdot10^{-5}$"),
        ("over ℝ^(n×d)", r"over $\mathbb{R}^{n\times d}$"),
        ("Erdős and Gödel graphs", r"Erd\H{o}s and G\"odel graphs"),
        ("as they show this holds", r"as they show \citep[p.~3]{Key2020} this holds"),
        ("as they show this holds", r"as they show~\cite{a,b} this holds"),
        ("we reach 57% in total", r"we reach \textbf{57\%} in total"),
        ("the ε-greedy policy", r"the $\epsilon$-greedy policy"),
        ("costs $5 and $10 a month", r"costs \$5 and \$10 a month"),
    ],
)
def test_tex_and_its_unicode_are_the_same_quotation(quote: str, source: str) -> None:
    assert fold(quote) in fold(f"Before it. It {source}, as said.")


def test_a_fraction_is_not_found_in_the_number_of_its_digits() -> None:
    assert fold(r"a $\frac{1}{20}$ share of it") not in fold("a 120 share of it")


def test_words_that_join_to_a_negation_are_not_found() -> None:
    assert fold("a notable result") not in fold("a not able result")
    assert fold("is not able to") not in fold("is notable to")


def test_an_empty_quotation_is_not_found() -> None:
    assert fold("") not in fold(SOURCE)
    assert fold("…") not in fold(SOURCE)


@given(st.lists(st.sampled_from(SOURCE.split()), min_size=4, max_size=12))
@settings(max_examples=60, deadline=None)
def test_words_of_the_source_in_another_order_are_found_only_as_they_stand(words: list[str]) -> None:
    quote = " ".join(words)
    found = fold(SOURCE).find(fold(quote))
    if found is not None:
        assert fold(SOURCE).text[found:].startswith(fold(quote).text)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_folded_and_found_in_itself(text: str) -> None:
    folded = fold(text)
    assert folded.text == "" or folded in folded
