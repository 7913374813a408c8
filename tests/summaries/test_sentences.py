"""Sentences are verbatim slices of the text, split where a reader would split them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.sentences import split


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We use e.g. two sets, i.e. A and B. They differ.", 2),
        ("Smith et al. Show it. See Fig. 3 and Eq. 2.", 2),
        ("It rises by 3.5 points. Then it falls.", 2),
        ("The loss $f(x). G(y)$ is small. We prove it.", 2),
        ("We call it nnU-Net. nnU-Net is small. iPhone users like it.", 3),
        ("It works (see Sec. 2. There is more). Really!", 2),
        ("What is it? A map! “A map.” Yes.", 4),
        ("First part.\n\nSecond part", 2),
        ("这是一句话。这是另一句。", 2),
        ("J. Smith wrote it vs. Q. Jones.", 1),
        ("We use \\modelname. \\modelname is good.", 2),
        ("", 0),
    ],
)
def test_sentences_are_split_as_by_a_reader(text: str, count: int) -> None:
    assert len(split(text)) == count


@given(st.text(alphabet="ab .!?$()\\n“”AB1,", max_size=120))
@settings(max_examples=200, deadline=None)
def test_sentences_are_slices_in_order_and_lose_no_letter(text: str) -> None:
    place = 0
    for sentence in split(text):
        place = text.index(sentence, place) + len(sentence)
    assert "".join("".join(split(text)).split()) == "".join(text.split())
