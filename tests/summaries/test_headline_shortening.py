"""A shortened sentence is a slice of it that keeps the main clause and everything that restricts it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.headline_shortening import LONGEST_HEADLINE, says_more_than_a_name, shortened
from bot.summaries.openings import without_opening
from bot.summaries.sentences import split

DAYS = Path(__file__).parents[2].resolve().parent / "shared" / "corpus" / "days"
CHANGES_MEANING = re.compile(
    r"\b(?:not|no|never|only|unless|except|without|up to|at least|at most|may|might|could|if|but|although|fails?)\b",
    re.I,
)
START = "We propose a planner that stitches many partial views of a floor into one large graph of rooms and doors"
"""A main clause of 100 characters."""
LONG = "and it goes on in the same manner about every hall and every door of the house that was seen by the robot"

main_clauses = st.sampled_from(
    (
        START,
        "This paper introduces a benchmark of eight thousand corridors with doors that open to the left or the right",
        "Our planner is trained on maps of small houses and is applied to maps of large houses that it has never seen",
    )
)
restrictions = st.sampled_from(
    (
        ", which does not help in halls",
        ", but only if every door is open",
        ", reducing the cost by up to 12% in small houses",
        ", improving planning unless the lights are off",
        ", showing that it may fail in halls",
        ", enabling robots without cameras to plan",
    )
)


@given(main_clauses, restrictions, st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_restriction_a_negation_or_a_hedge_is_never_lost(main: str, restriction: str, is_at_end: bool) -> None:
    filler = f", {LONG}, {LONG}"
    text = f"{main}{filler}{restriction}." if is_at_end else f"{main}{restriction}{filler}."
    assert CHANGES_MEANING.findall(shortened(text)) == CHANGES_MEANING.findall(text)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (f"{START}, which makes it fast, {LONG}, {LONG}.", f"{START}."),
        (f"{START}; the graph is searched with a learned cost, {LONG}.", f"{START}."),
        (f"{START}, with the following parts: (1) a map, (2) a cost, {LONG}.", f"{START}."),
        (f"To help robots in houses, {START[0].lower()}{START[1:]}, enabling plans {LONG}.", f"{START}."),
    ],
)
def test_a_clause_that_adds_something_is_left_out(text: str, short: str) -> None:
    assert len(text) > LONGEST_HEADLINE - 30
    assert shortened(text) == short


@pytest.mark.parametrize(
    "text",
    [
        # The main clause follows.
        f"The map of halls, which was made by hand in the last year, {LONG}, {LONG}, is not needed by our planner.",
        f"While robots see little of a floor at once in most houses that we know, which is bad, {LONG}, {LONG}.",
        # A list was promised.
        f"We ask three questions about robots in houses: which of them find the door, {LONG}, and {LONG}.",
        f"We offer two things to robots in houses that see little: a map of halls, enabling plans, {LONG}, {LONG}.",
        # The other side of a comparison.
        f"{START} faster, using fewer views and a smaller memory, leading to lower cost than planners by hand, {LONG}.",
        # Only a name would be left.
        f"We propose the Map of Halls And Rooms With Many Doors And Stairs (MHRDS), which {LONG}, {LONG}.",
        # A condition in front is part of the statement.
        f"For houses with one floor and a single door to the street in every hall, we prove a bound, {LONG}, {LONG}.",
    ],
)
def test_a_sentence_that_cannot_be_shortened_safely_stays_whole(text: str) -> None:
    assert shortened(text) == text


@given(st.text(max_size=400) | st.text(alphabet="we propose, which; not --(1):.$", max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_shortened_to_a_slice_of_it(text: str) -> None:
    short = shortened(text)
    assert short[1:].rstrip(".") in text
    assert len(short) <= len(text) + 1


@pytest.mark.skipif(not DAYS.exists(), reason="the corpus is not here")
def test_on_real_sentences_what_is_left_out_at_the_end_restricts_nothing() -> None:
    with gzip.open(sorted(DAYS.glob("*.gz"))[-1], "rt", encoding="utf-8") as lines:
        sentences = [" ".join(s.split()) for row in map(json.loads, lines) for s in split(row["abstract"])]
    cut = 0
    for sentence in sentences:
        short = shortened(sentence)
        whole = without_opening(sentence)
        end = whole.rfind(short[1:].rstrip("."))
        assert end >= 0, sentence
        left_out = whole[end + len(short.rstrip(".")) - 1 :]
        if len(left_out) > 1:
            cut += 1
            assert says_more_than_a_name(short)
            parts_follow = re.match(r",\s+(?:with|consisting|comprising|composed)\b[^:]*:", left_out)
            assert parts_follow or not CHANGES_MEANING.search(left_out), sentence
    assert cut > 0
