"""A keyword is shown only if the source has the term, as it is written or in the glossary's translation."""

from __future__ import annotations

import json

import pytest

from bot.summaries import glossary
from bot.summaries.source_text import source_of
from bot.summaries.term_checks import check_keywords
from tests.summaries.conftest import a_paper

ABSTRACT = (
    "Large language models (LLMs) rank papers by retrieval-augmented generation. "
    "We study graph neural networks and $k$-nearest-neighbour search with 3D Gaussian splatting on MedQA."
)
SOURCE = source_of(a_paper(title="Ranking with RAG", abstract=ABSTRACT))
GLOSSARY = glossary.load()


def shown(language: str, *keywords: str) -> tuple[str, ...]:
    return check_keywords(keywords, SOURCE, language, GLOSSARY)


@pytest.mark.parametrize(
    "keyword",
    [
        "large language model",
        "LLM",
        "LLMs",
        "retrieval augmented generation",
        "RAG",
        "Graph Neural Network",
        "GNN",
        "3D Gaussian splatting",
        "MedQA",
    ],
)
def test_an_english_keyword_stands_in_the_source(keyword: str) -> None:
    assert shown("en", keyword) == (keyword,)


@pytest.mark.parametrize(
    "keyword",
    [
        "language graph",
        "protein folding",
        "papers by models",
        "CNN",
        "see evil.com",
        "x",
        "neural " * 20,
        "大语言模型",
    ],
)
def test_a_keyword_that_the_source_does_not_have_is_left_out(keyword: str) -> None:
    assert shown("en", keyword) == ()


@pytest.mark.parametrize(
    ("language", "keyword"),
    [
        ("zh", "大语言模型"),
        ("zh", "大语言模型（LLM）"),
        ("zh-Hant", "圖神經網路"),
        ("zh-TW", "圖神經網路"),
        ("ja", "グラフニューラルネットワーク"),
        ("es", "redes neuronales de grafos"),
        ("es", "modelos de lenguaje de gran tamaño"),
        ("ru", "графовые нейронные сети"),
        ("de", "graph neural networks"),
        ("ja", "MedQA"),
    ],
)
def test_a_translated_keyword_is_the_glossarys_for_a_term_of_the_source(language: str, keyword: str) -> None:
    assert shown(language, keyword) == (keyword,)


@pytest.mark.parametrize(
    ("language", "keyword"),
    [
        ("zh", "强化学习"),  # in the glossary, but not in the source
        ("zh", "论文排序"),  # in the source, but not in the glossary
        ("zh", "大语言模型（GPT-9）"),
        ("zh-Hant", "图神经网络"),
        ("es", "aprendizaje por refuerzo"),
        ("ru", "свёрточная нейронная сеть"),
    ],
)
def test_a_translation_that_cannot_be_checked_is_left_out(language: str, keyword: str) -> None:
    assert shown(language, keyword) == ()


def test_at_most_eight_keywords_are_shown_and_none_twice() -> None:
    words = ("large", "language", "models", "papers", "retrieval", "generation", "graph", "networks", "search")
    assert shown("en", "RAG", "rag", *words) == ("RAG", *words[:7])


def test_every_language_of_the_glossary_has_the_same_terms() -> None:
    assert {len(terms) for terms in GLOSSARY.values()} == {len(GLOSSARY["zh"])}
    assert all(terms.keys() == GLOSSARY["zh"].keys() for terms in GLOSSARY.values())
    assert "\ufffd" not in json.dumps(GLOSSARY, ensure_ascii=False)


def test_the_prompt_lists_the_longest_terms_of_a_text_once() -> None:
    line = glossary.instruction(GLOSSARY, "zh", "A large language model with attention.")
    assert "“large language model” is “大语言模型”" in line
    assert "“language model”" not in line
    assert "Keywords are these translations" in line
    assert glossary.instruction(GLOSSARY, "zh", "Nothing of it.") == ""
