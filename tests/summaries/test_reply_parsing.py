"""Replies are parsed with tolerance for their form; what may have lost something is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.reply_parsing import BadReply, parse_briefs, parse_facts, parse_translation

GOOD = {
    "papers": [
        {
            "id": "2606.1",
            "title": "T",
            "headline": {"text": "H", "quote": "h"},
            "takeaways": [{"text": "A", "quote": "a"}],
            "keywords": ["k"],
        }
    ]
}
TEXT = json.dumps(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"```json\n{TEXT}\n```",
        f"Sure! Here it is:\n{TEXT}\nI hope it helps.",
        f"<think>Let me {{think}}</think>{TEXT}",
        TEXT.replace("]}]}", "],},]}"),
        json.dumps(GOOD["papers"]),
        json.dumps(GOOD["papers"][0]),
        json.dumps({"papers": {"2606.1": {k: v for k, v in GOOD["papers"][0].items() if k != "id"}}}),
    ],
)
def test_text_around_the_json_is_ignored(text: str) -> None:
    found, problems = parse_briefs(text)
    assert problems == []
    assert found["2606.1"].headline.claim().text == "H"
    assert [claim.text for claim in found["2606.1"].takeaways] == ["A"]


def test_a_quote_with_tex_that_is_not_escaped_is_read() -> None:
    quote = r"a bound on the $\ell$ norm, 5\% below $\theta$"
    found, problems = parse_briefs(TEXT.replace('"h"', f'"{quote}"'))
    assert problems == []
    assert found["2606.1"].headline.claim().quote == quote


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("I cannot do that.", "no JSON"),
        (TEXT[:60], "ends before it is complete"),
        ('{"answer": 1}', 'no list "papers"'),
    ],
)
def test_a_reply_that_cannot_be_parsed_is_an_error_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadReply, match=reason):
        parse_briefs(text)


def test_one_bad_paper_does_not_spoil_the_others() -> None:
    both = {"papers": [*GOOD["papers"], {"id": "2606.2"}]}
    found, problems = parse_briefs(json.dumps(both))
    assert list(found) == ["2606.1"]
    assert len(problems) == 1
    assert "headline" in problems[0]


def test_nulls_and_single_values_are_read_as_lists() -> None:
    reply = parse_facts('{"id": "1", "headline": "H", "takeaways": null, "method": {"text": "M"}, "keywords": "a, b"}')
    assert reply.takeaways == ()
    assert [claim.text for claim in reply.method] == ["M"]
    assert reply.keywords == ("a", "b")


def test_a_translation_may_be_a_mapping() -> None:
    reply = parse_translation('{"id": "1", "claims": {"c1": "uno", "c2": "dos"}}')
    assert [(claim.key, claim.text) for claim in reply.claims] == [("c1", "uno"), ("c2", "dos")]


NAMES = st.sampled_from(["id", "papers", "headline", "text", "quote", "takeaways"])
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_any_json_is_parsed_or_refused(value: object) -> None:
    for read in (parse_briefs, parse_facts, parse_translation):
        try:
            read(json.dumps(value))
        except BadReply as error:
            assert str(error)  # noqa: PT017 - either way is fine, nothing else is


@given(st.integers(min_value=1, max_value=len(TEXT) - 2))
@settings(max_examples=60, deadline=None)
def test_a_reply_cut_anywhere_is_refused_or_says_what_is_missing(place: int) -> None:
    try:
        found, problems = parse_briefs(TEXT[:place])
    except BadReply:
        return
    assert problems or not found
