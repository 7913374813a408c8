"""The filter of texts passes every text of which a leaf is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.model import Paper
from bot.topics import Topic
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.leaf_keys import leaf_keys
from bot.topics.syntax_tree import Category, Field, Term, leaves
from bot.topics.text import searchable
from bot.topics.text_filter import TextFilter
from tests import strategies


def may_have(text: str, *words: str) -> bool:
    return TextFilter([leaf_keys(Term(Field.TEXT, words)).required]).may_have(searchable(text))


@settings(max_examples=300, deadline=None)
@given(strategies.topics(), strategies.papers())
def test_a_text_with_what_a_topic_asks_for_passes(topic: Topic, paper: Paper) -> None:
    for leaf in leaves(topic.node):
        if not isinstance(leaf, Category) and IndexedPaper(paper).matches(leaf):
            text_filter = TextFilter([leaf_keys(leaf).required])
            texts = [paper.title, paper.abstract, paper.comment or "", " ".join(map(searchable, paper.authors))]
            assert any(text_filter.may_have(searchable(text)) for text in texts)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Categories", "category"),
        ("MATRICES", "matrix"),
        ("data-matrices", "datamatrix"),
        ("mice-like", "mouselike"),
        ("networks-based", "networkbased"),
        ("LLMs", "llm"),
        ("don't", "dont"),
        ("10,000 boxes", "10000"),
        ("R^3", "r3"),
        (r"$\alpha$-divergences", "alphadivergence"),
        ("naïve", "naive"),
        ("matrices", "matri*"),
        ("a category's", "categorys"),
        ("the analyses", "analysis*"),
    ],
)
def test_a_word_passes_however_it_is_written(text: str, word: str) -> None:
    assert may_have(text, word)


def test_a_text_without_the_words_does_not_pass() -> None:
    assert not may_have("An image of $\\alpha$-helices", "gan")
    assert not may_have("An image", "image", "model")
    assert may_have("An image model", "image", "model")
