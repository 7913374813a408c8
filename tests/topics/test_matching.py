"""Matching: which papers a topic matches, and that the index agrees with the evaluation of one topic at a time."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadTopic
from bot.model import Paper
from bot.topics import Topic, parse
from bot.topics.compiled import CompiledTopics
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import because, satisfies
from bot.topics.paper_batch import PaperBatch, numbers
from tests import strategies

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "days"


def paper(
    title: str = "",
    abstract: str = "",
    *,
    authors: tuple[str, ...] = (),
    categories: tuple[str, ...] = ("cs.CV",),
    comment: str | None = None,
) -> Paper:
    return Paper("2606.00001", 1, title, authors, abstract, categories, comment)


def real_papers() -> list[Paper]:
    papers = []
    for file in sorted(CORPUS.glob("*.gz")):
        for row in map(json.loads, gzip.decompress(file.read_bytes()).splitlines()):
            authors, categories = tuple(row["authors"]), tuple(row["categories"])
            papers.append(Paper(row["id"], 1, row["title"], authors, row["abstract"], categories, row["comment"]))
    return papers


def found(query: str, of: Paper) -> tuple[str, ...] | None:
    """The words of a paper that match a query, None if it does not match; the batch has to agree."""
    topic = parse(query)
    expected = because(topic, IndexedPaper(of)) if satisfies(topic, IndexedPaper(of)) else None
    assert matched_at_once([topic], [of]) == [set() if expected is None else {0}]
    return expected


def matched_at_once(topics: Sequence[Topic], papers: Sequence[Paper]) -> list[set[int]]:
    """For each paper, the numbers of the topics that it matches, answered for all of them as a batch."""
    table, programs = CompiledTopics().programs([topic.query for topic in topics])
    batch = PaperBatch(table, {code for program in programs.values() for code in program if code >= 0})
    batch.add(papers)
    matched: list[set[int]] = [set() for _ in papers]
    for number, topic in enumerate(topics):
        for paper in numbers(batch.matching(programs[topic.query])):
            matched[paper].add(number)
    return matched


def matched_one_by_one(topics: Sequence[Topic], papers: Sequence[Paper]) -> list[set[int]]:
    """The same, by the evaluation of each topic for each paper."""
    return [
        {number for number, topic in enumerate(topics) if satisfies(topic, paper)}
        for paper in map(IndexedPaper, papers)
    ]


@pytest.mark.parametrize(
    ("query", "title", "matched"),
    [
        ("gan", "An organ of GANs", "GANs"),
        ("network", "Neural Networks", "Networks"),
        ("networks", "A network", "network"),
        ('"text to image"', "A Text-to-Image model", "Text-to-Image"),
        ("text-to-image", "from text to image", "text to image"),
        ("pretraining", "On pre-training", "pre-training"),
        ("pre-training", "On Pretraining", "Pretraining"),
        ("texttoimage", "text-to-image", "text-to-image"),
        ("U-Net", "UNets", "UNets"),
        ("#TalkingHead", "Talking heads, again", "Talking heads"),
        ("#talking-head", "talking-head videos", "talking-head"),
        ("C++", "Fast C++ code", "C++"),
        ("3d", "In 3D", "3D"),
        ("GPT-4", "GPT4 and more", "GPT4"),
        ("k-means", "Online $k$-means", "k-means"),
        ("R&D", "R&D spending", "R&D"),
        ("alpha-divergence", r"An $\alpha$-divergence", "α-divergence"),
        ("α", "Alpha helices", "Alpha"),
        ("nerf", r"\textit{NeRF}", "NeRF"),
        ("goedel OR godel", r"G\"odel machines", "Gödel"),
        ("naive", "Naïve Bayes", "Naïve"),
        ("模型", "基于扩散模型的方法", "模型"),
        ("diffus*", "A diffusive process", "diffusive"),
        ("apply*", "He applies it", "applies"),
        ('"pre train*"', "pretrained nets", "pretrained"),
        ("D^3", "D$^3$: depth", "D³"),
        ("d3", "D$^3$: depth", "D³"),
        ("1/2", r"$\frac{1}{2}$-approximation", "1 2"),
        ("log", r"In $O(n \log n)$ time", "log"),
        ("l2", r"The $\ell_2$ norm", "ℓ₂"),
        ("2^10", "$2^{10}$ states", "2 ¹⁰"),
        ("A*", "A* search", "A*"),
    ],
)
def test_a_term_matches_a_word_in_all_its_spellings(query: str, title: str, matched: str) -> None:
    assert found(query, paper(title)) == (matched,)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("gan", "organ"),
        ("new", "news"),
        ("universe", "university"),
        ("C", "C++"),
        ('"talking head"', "head talking"),
        ('"talking head"', "talking big heads"),
        ("GPT-4", "GPT-4.5"),
        ("diffus*", "undiffused"),
        ("ti:gan", "nothing"),
        ("12", r"A $\frac{1}{2}$-approximation"),
        ("210", "$2^{10}$ states"),
        ("103", "An error of $10^{-3}$"),
    ],
)
def test_a_term_does_not_match_another_word(query: str, title: str) -> None:
    assert found(query, paper(title, "organ")) is None


@pytest.mark.parametrize(
    ("query", "name", "is_match"),
    [
        ("au:Gonzalez", "María González", True),
        ('au:"Maria Gonzalez"', "María González", True),
        ('au:"Maria Gonzalez"', "María L. González Pérez", True),
        ('au:"Gonzalez, Maria"', "María González", True),
        ('au:"M. Gonzalez"', "María González", True),
        ("au:gonzalez_m", "María González", True),
        ('au:"Xiaoming Wang"', "Xiao-Ming Wang", True),
        ('au:"Xiao-Ming Wang"', "Xiaoming Wang", True),
        ('au:"J.-P. Serre"', "Jean-Pierre Serre", True),
        ("au:obrien", "Ann O'Brien", True),
        ("au:小明", "王小明", True),
        ("au:godel", r"Kurt G\"odel", True),
        ('au:"P. Gonzalez"', "María González", False),
        ("au:William", "Robin Williams", False),
        ('au:"Gonzalez Maria"', "María González", False),
        ("au:王明", "王小明", False),
    ],
)
def test_authors_are_matched_by_parts_of_their_names(query: str, name: str, is_match: bool) -> None:
    assert (found(query, paper(authors=("Someone Else", name))) is not None) is is_match


def test_an_author_term_matches_within_one_name_only() -> None:
    assert found('au:"Maria Gonzalez"', paper(authors=("Maria Smith", "Ana Gonzalez"))) is None


def test_a_field_is_searched_alone() -> None:
    of = paper("Title word", "abstract term", comment="remark", authors=("Ann Lee",))
    assert [found(query, of) is not None for query in ("ti:word", "ti:term", "abs:term", "abs:word")] == [1, 0, 1, 0]
    assert found("remark", of) is None
    assert found("co:remark", of) == ("remark",)
    assert found("all:remark", of) == ("remark",)
    assert found("all:lee", of) == ("Ann Lee",)


def test_a_phrase_does_not_continue_from_the_title_into_the_abstract() -> None:
    assert found('"big model"', paper("It is big", "model of")) is None


def test_a_category_includes_cross_lists_unless_primary_is_asked_for() -> None:
    of = paper(categories=("cs.CL", "stat.ML"))
    assert found("stat.ML", of) == ("stat.ML",)
    assert found("primary:stat.ML", of) is None
    assert found("primary:cs.CL", of) == ("cs.CL",)
    assert found("cat:stat.*", of) == ("stat.ML",)
    assert found("cat:math.*", of) is None


def test_both_codes_of_a_category_match_a_paper_with_one_of_them() -> None:
    for query in ("cs.IT", "math.IT", "cat:math.*", "cat:cs.*"):
        assert found(query, paper(categories=("cs.IT",))) == ("cs.IT",)


def test_and_or_and_not_are_evaluated() -> None:
    of = paper("alpha beta")
    assert found("alpha beta", of) == ("alpha", "beta")
    assert found("alpha gamma", of) is None
    assert found("gamma OR beta", of) == ("beta",)
    assert found("alpha -gamma", of) == ("alpha",)
    assert found("alpha ANDNOT beta", of) is None
    assert found("(alpha OR gamma) (beta OR delta)", of) == ("alpha", "beta")
    assert found("alpha (gamma OR -delta)", of) == ("alpha",)
    assert found("alpha -(delta beta) -(delta (alpha OR gamma))", of) == ("alpha",)


def test_reasons_name_a_word_once() -> None:
    assert found("ti:gan abs:gan", paper("GAN", "gan")) == ("GAN",)


def test_a_word_in_title_and_abstract_is_shown_as_in_the_title() -> None:
    assert found("gan", paper("GANs", "gan")) == ("GANs",)


def test_phrases_of_one_repeated_syllable_do_not_take_exponential_time() -> None:
    syllable = "-".join(["a"] * 200)
    assert found('"' + "a " * 100 + '"', paper(syllable)) is not None
    assert found('"' + "a " * 100 + 'b"', paper(syllable)) is None


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("foo-A*", "a foobar"),  # A* is a name here, and not a prefix
        ('"pre train*"', "pre test trained"),
        ('"a b c d"', "a b c, b c d"),
        ('"text to image model"', "text to video, to image model"),
        ("扩散", "散 扩"),
    ],
)
def test_features_that_stand_apart_make_no_match(query: str, title: str) -> None:
    assert found(query, paper(title)) is None


@pytest.mark.parametrize(
    ("query", "title", "matched"),
    [
        ("foo-A*", "the foo-A* search", "foo-A*"),
        ('"state of the art"', "a state-of-the art", "state-of-the art"),
        ('"state of the art model"', "a stateof the-art model", "stateof the-art model"),
        ('"one two three"', "onetwo-three", "onetwo-three"),
        ('"large lang* model"', "Large Language Models", "Large Language Models"),
    ],
)
def test_long_phrases_match_in_all_spellings(query: str, title: str, matched: str) -> None:
    assert found(query, paper(title)) == (matched,)


@settings(max_examples=150, deadline=None)
@given(st.lists(strategies.topics(), max_size=8), st.lists(strategies.papers(), min_size=1, max_size=3))
def test_a_batch_agrees_with_the_evaluation_topic_by_topic(drawn: list[Topic], some: list[Paper]) -> None:
    topics = [*{topic.query: topic for topic in drawn}.values()]
    assert matched_at_once(topics, some) == matched_one_by_one(topics, some)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(strategies.topics(), min_size=20, max_size=40),
    st.lists(strategies.papers(), min_size=20, max_size=40),
    st.randoms(use_true_random=False),
)
def test_a_batch_of_hundreds_of_papers_agrees_too(drawn: list[Topic], some: list[Paper], generator: Random) -> None:
    topics = [*{topic.query: topic for topic in drawn}.values()]
    many = [
        replace(generator.choice(some), title=generator.choice(some).title, authors=generator.choice(some).authors)
        for _ in range(300)
    ]
    assert matched_at_once(topics, many) == matched_one_by_one(topics, many)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real papers is not beside the checkout")
def test_a_batch_agrees_with_the_evaluation_on_real_papers() -> None:
    some = real_papers()[::12]
    topics = {}
    for paper in some[::2]:
        words = paper.abstract.replace('"', "").replace("*", "").split()
        for query in (
            f'"{" ".join(words[3:6])}"',
            f'"{" ".join(words[3:8])}"',
            f'"{words[3]} {words[4][:3]}*"',
            f"{words[5][:4]}*",
            f'ti:"{" ".join(paper.title.replace(chr(34), "").split()[:2])}"',
            f'"{words[8]}" cat:{paper.categories[-1]}',
            f'"{words[12]}" OR au:"{paper.authors[0]}"',
            f'"{words[20]}" -"{words[30]}"',
            f'primary:{paper.primary_category} (abs:"{words[6]}" OR au:{paper.authors[-1].split()[-1]})',
        ):
            with contextlib.suppress(BadTopic):  # no word at all, or the same word required and excluded
                topics[parse(query).query] = parse(query)
    distinct = [*topics.values()]
    assert len(distinct) > 500
    matched = matched_at_once(distinct, some)
    assert matched == matched_one_by_one(distinct, some)
    assert sum(map(len, matched)) > len(some)
