"""The filter of texts passes every text of which a leaf is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.model import Paper
from bot.topics import Topic
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.indexed_text import IndexedText
from bot.topics.leaf_keys import leaf_keys
from bot.topics.syntax_tree import Category, Field, Term, leaves
from bot.topics.text import searchable
from bot.topics.text_filter import TextFilter
from tests import strategies


def may_have(text: str, *asked: str) -> bool:
    return TextFilter([leaf_keys(Term(Field.TEXT, asked)).required]).may_have(searchable(text))


@settings(max_examples=300, deadline=None)
@given(strategies.topics(), strategies.papers())
def test_a_text_with_what_a_topic_asks_for_passes(topic: Topic, paper: Paper) -> None:
    for leaf in leaves(topic.node):
        if not isinstance(leaf, Category) and IndexedPaper(paper).matches(leaf):
            text_filter = TextFilter([leaf_keys(leaf).required])
            texts = [paper.title, paper.abstract, paper.comment or "", " ".join(map(searchable, paper.authors))]
            assert any(text_filter.may_have(searchable(text)) for text in texts)
            assert any(map(text_filter.may_have_source, [*texts[:3], *paper.authors]))


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
    assert TextFilter([leaf_keys(Term(Field.TEXT, (word,))).required]).may_have_source(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (r"\textbf{pre-training}", "pretraining"),
        (r"\textbf{networks-based}", "networkbased"),
        (r"\emph{LMs-based}", "lmbased"),
        (r"line\\emph is a word", "emph"),
        (r"\textbf{G}AN", "gan"),
        (r"K\o benhavn", "kobenhavn"),
        (r"Stra\ss e", "strasse"),
        (r"\LaTeX{}", "latex"),
        (r"\'etale", "etale"),
        ("10\\%", "10"),
    ],
)
def test_a_word_in_tex_passes_before_the_tex_is_read(text: str, word: str) -> None:
    indexed = IndexedText(searchable(text))
    assert indexed.positions(word)
    assert TextFilter([leaf_keys(Term(Field.TEXT, (word,))).required]).may_have_source(text)


def test_a_source_without_the_letters_of_a_word_does_not_pass() -> None:
    text_filter = TextFilter([leaf_keys(Term(Field.TEXT, ("talking", "head"))).required])
    assert not text_filter.may_have_source(r"About 10\% of \textbf{images} have a $\times 2$ head")
    assert text_filter.may_have_source("A talking-head model")


def test_a_text_without_the_words_does_not_pass() -> None:
    assert not may_have("An image of $\\alpha$-helices", "gan")
    assert not may_have("An image", "image", "model")
    assert may_have("An image model", "image", "model")
