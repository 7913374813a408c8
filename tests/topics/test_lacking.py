"""What keeps a paper from belonging to a topic, in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.model import Paper
from bot.topics import Topic, parse
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.lacking import lacking
from bot.topics.matching import satisfies
from tests import strategies

PAPER = IndexedPaper(Paper("1", 1, "Talking heads", ("Ann Lee",), "We talk of images.", ("cs.CV",)))


@settings(max_examples=300, deadline=None)
@given(strategies.topics(), strategies.papers())
def test_a_paper_lacks_nothing_exactly_if_it_belongs_to_the_topic(topic: Topic, paper: Paper) -> None:
    indexed = IndexedPaper(paper)
    lacks = lacking(topic, indexed)
    assert bool(lacks) is not satisfies(topic, indexed)
    assert all(each.strip() for each in lacks)


@pytest.mark.parametrize(
    ("query", "lacks"),
    [
        ('cs.CL "talking head"', ["is not in cs.CL"]),
        ("gan OR diffusion", ["does not mention “diffusion” or “gan”"]),
        ("(gan OR cs.CL) AND image", ["does not mention “gan” or is not in cs.CL"]),
        ("image -heads", ["mentions “head”, which the topic excludes"]),
        ("au:lee cs.LG gan", ["does not mention “gan”", "is not in cs.LG"]),
        ("(gan diffusion) OR au:kaiser", ["is not by Kaiser"]),
        ("ti:image", ["does not mention “image” in its title"]),
        ("primary:cs.CL", ["does not have the primary category cs.CL"]),
        ("cs.* gan", ["does not mention “gan”"]),
        ("image", []),
    ],
)
def test_the_fewest_things_are_named(query: str, lacks: list[str]) -> None:
    assert list(lacking(parse(query), PAPER)) == lacks
