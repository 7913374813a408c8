"""Sentences of an abstract that a model repeats word for word are shown as they are, whatever stands in them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Paper, Support
from bot.summaries.claim_drafts import brief_drafts
from bot.summaries.facts import Facts
from bot.summaries.forbidden_text import adds_link
from bot.summaries.planted_orders import is_order
from bot.summaries.quotes import words
from bot.summaries.reply_schema import BriefReply
from bot.summaries.settling import settled
from bot.summaries.source_text import SourceSentence, source_of
from bot.summaries.statements import Judgement
from tests.summaries.conftest import a_paper

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "days"

AIM = "We propose MapHopper, a planner for small robots."


def compact(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def shown_of(paper: Paper, sentences: list[SourceSentence]) -> Facts:
    """What is shown where a model says these sentences of a paper, and nobody judges."""
    takeaways = [{"sentences": [sentence.id], "text": " ".join(sentence.text.split())} for sentence in sentences]
    reply = BriefReply.model_validate({"id": paper.id, "headline": takeaways[0], "takeaways": takeaways[1:]})
    return settled(brief_drafts(reply, paper.id, source_of(paper), "en", {}), Judgement({}))


def assert_all_are_shown(paper: Paper) -> int:
    """Say every sentence of an abstract; returns how many there were.

    Excepted are links, which no card takes from a text, and orders to whoever summarizes.
    """
    said = [s for s in source_of(paper).sentences[1:] if not adds_link(s.text) and not is_order(s.text)]
    unique = list({compact(sentence.text): sentence for sentence in said if compact(sentence.text)}.values())
    for start in range(0, len(unique), 6):
        part = unique[start : start + 6]
        facts = shown_of(paper, part)
        assert (facts.dropped, facts.unjudged) == ((), ()), paper.id
        claims = [facts.headline, *facts.takeaways]
        assert len(claims) == len(part)
        for sentence, claim in zip(part, claims, strict=True):
            assert claim is not None
            assert claim.support is Support.SENTENCE
            assert compact(claim.quote) == compact(sentence.text)
            assert set(words(claim.text)) <= set(words(sentence.text)), "at most without its opening"
    return len(unique)


@pytest.mark.parametrize(
    "sentence",
    [
        r"The distribution $p_{\mathrm{lm}}$ of the model is fixed.",
        r"It follows that \[ F(x)\le O\left(n^{1+\frac{1}{r}}\right)",
        "We replace each name with a placeholder for the title.",
        "The set D_ is closed and __init__ is a method of D_.",
        "Click through rates rise by 3%.",
        "Please note that this does not hold for all maps.",
        "Here is where the planner fails.",
        "Where?",
        "iPads and nnU-Net are compared.",
        "I cannot be a function of x.",
        "The answer is N/A for 12 of 40 questions.",
        "Visit counts are stored in a table.",
        "The method is **not** slow",
    ],
)
def test_a_repeated_sentence_is_shown(sentence: str) -> None:
    assert_all_are_shown(a_paper(abstract=f"{AIM} {sentence}"))


@pytest.mark.parametrize(
    "said",
    [
        r"The distribution $p_{\mathrm{lm}}$ of the model is small.",
        "Click through rates rise by a few percent.",
        "A placeholder for the title is used by it.",
    ],
)
def test_own_words_around_what_the_paper_says_are_judged_and_not_refused(said: str) -> None:
    paper = a_paper(
        abstract=rf"{AIM} The distribution $p_{{\mathrm{{lm}}}}$ of the model is fixed. Click through rates rise. "
        "Each name is replaced with a placeholder for the title is used by it."
    )
    claim = {"sentences": ["2", "3", "4"], "text": said}
    reply = BriefReply.model_validate({"id": paper.id, "headline": claim, "takeaways": []})
    [draft] = brief_drafts(reply, paper.id, source_of(paper), "en", {}).drafts
    assert draft.is_to_be_judged


@pytest.mark.parametrize(
    "said",
    ["The title is {{title}} of p.", "Click here to see the rates.", "The abstract does not mention a placeholder."],
)
def test_what_the_paper_does_not_say_in_these_words_is_still_refused(said: str) -> None:
    paper = a_paper(abstract=rf"{AIM} The distribution $p_{{\mathrm{{lm}}}}$ is fixed. Click through rates rise by 3%.")
    claim = {"sentences": ["2", "3"], "text": said}
    reply = BriefReply.model_validate({"id": paper.id, "headline": claim, "takeaways": []})
    [draft] = brief_drafts(reply, paper.id, source_of(paper), "en", {}).drafts
    assert draft.refused


def test_sentences_that_are_repeated_one_after_another_are_one_claim() -> None:
    paper = a_paper()
    first, second = source_of(paper).sentences[2:4]
    text = f"{first.text} {second.text}"
    aim = {"sentences": ["3"], "text": source_of(paper).sentences[3].text}
    reply = BriefReply.model_validate(
        {"id": paper.id, "headline": aim, "takeaways": [{"sentences": [first.id, second.id], "text": text}]}
    )
    facts = settled(brief_drafts(reply, paper.id, source_of(paper), "en", {}), Judgement({}))
    assert [claim.text for claim in facts.takeaways] in ([text], [first.text])
    assert facts.dropped == facts.unjudged == ()


pieces = st.sampled_from(
    ["click", "the", "D_", "{{x}}", r"$p_{\mathrm{lm}}$", "placeholder", "visit", "n/a", "**", "`a`", "~~", "<b>",
     "not", "[title]", "3.5%", "||", "TODO", "we", "please", "sorry", "you must", "…", "?", "__a", "x^{2}}",
     "GPT-4", "“so”"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.lists(pieces, min_size=2, max_size=9), min_size=1, max_size=5))
def test_made_up_sentences_are_shown(made: list[list[str]]) -> None:
    sentences = " ".join(f"Row {number} has {' '.join(row)} in it." for number, row in enumerate(made, 1))
    assert_all_are_shown(a_paper(abstract=f"{AIM} {sentences}"))


def corpus() -> Iterator[Paper]:
    for file in sorted(CORPUS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield Paper(row["id"], 1, row["title"], (), row["abstract"], ("cs.LG",))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the papers of the corpus are not here")
def test_every_sentence_of_a_fourth_of_the_abstracts_of_a_week_is_shown() -> None:
    found = list(corpus())[::4]
    assert sum(map(assert_all_are_shown, found)) > 5 * len(found)
