"""Replies are parsed with tolerance for their form; what may have lost something is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.reply_parsing import BadReply, parse_briefs, parse_facts, parse_translation
from bot.summaries.reply_schema import ClaimReply

GOOD = {
    "papers": [
        {
            "id": "2606.1",
            "title": "T",
            "headline": {"sentences": ["1"], "text": "H"},
            "takeaways": [{"sentences": ["2"], "text": "A"}],
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
    assert found["2606.1"].headline.text == "H"
    assert [claim.text for claim in found["2606.1"].takeaways] == ["A"]


def test_a_text_with_tex_that_is_not_escaped_is_read() -> None:
    claim = r"a bound on the $\ell$ norm, 5\% below $\theta$"
    found, problems = parse_briefs(TEXT.replace('"H"', f'"{claim}"'))
    assert problems == []
    assert found["2606.1"].headline.text == claim


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        (["2", "3"], ("2", "3")),
        (4, ("4",)),
        ([4, 2], ("4", "2")),
        ("[4]", ("4",)),
        ("2, 3", ("2", "3")),
        ("4-5", ("4", "5")),
        (["S3.1"], ("S3.1",)),
        ("s3.1 and S3.2", ("S3.1", "S3.2")),
        (["[S3.9–S3.12]"], ("S3.9", "S3.10", "S3.11")),
        (["S3.1-2"], ("S3.1", "S3.2")),
        (["S3.9-S4.1"], ("S3.9", "S4.1")),
        (["sentence 7"], ("7",)),
        (["[0a1b2c:7]", "{8}", "⟦S3.9⟧"], ("7", "8", "S3.9")),
        ([1, 2, 3, 4], ("1", "2", "3")),
        (["2", "2"], ("2",)),
        (None, ()),
        (True, ()),
        (3.1, ()),
        ("It has 12 parts.", ()),
        ([{"id": "1"}], ()),
        ("", ()),
    ],
)
def test_ids_of_sentences_are_read_in_whatever_form_they_are_given(given: object, ids: tuple[str, ...]) -> None:
    assert ClaimReply.model_validate({"text": "A", "sentences": given}).sentences == ids


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


NAMES = st.sampled_from(["id", "papers", "headline", "text", "sentences", "takeaways"])
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
