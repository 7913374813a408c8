"""Stored topics are read to the same programs, and refused for the same reasons, as by the parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadTopic
from bot.topics import Topic, archives, parse
from bot.topics.compiled import CompiledTopics
from bot.topics.stored import AND, NOT, OR, LeafTable
from bot.topics.syntax_tree import And, Leaf, Node, Not, Or
from tests import strategies


def postfix(node: Node) -> list[Leaf | int]:
    """A syntax tree as a program with leaves instead of their numbers."""
    if isinstance(node, Not):
        return [*postfix(node.part), NOT]
    if not isinstance(node, And | Or):
        return [node]
    first, *rest = map(postfix, node.parts)
    operator = AND if isinstance(node, And) else OR
    return [*first, *(code for part in rest for code in (*part, operator))]


def read(query: str) -> list[Leaf | int]:
    table = LeafTable()
    return [code if code < 0 else table.leaves[code] for code in table.program(query)]


@settings(max_examples=300, deadline=None)
@given(strategies.topics())
def test_a_stored_topic_is_read_as_the_parser_reads_it(topic: Topic) -> None:
    assert read(topic.query) == postfix(topic.node)


@pytest.mark.parametrize(
    "query",
    [
        "gan",
        "x AND y AND z",
        '"a a" OR a',
        'ti:"diffusion model" AND cat:cs.CV AND NOT abs:video',
        "(a OR b OR c) AND (d OR e) AND primary:cs.CL",
        "(a AND b) OR (c AND d)",
        "(a OR (b AND c)) AND d",
        'au:"m gonzalez" OR au:wang',
        'diffus* OR "pre train*"',
        '"gpt 4.5" AND "r&d" AND c++ AND a*',
        "扩散模型 AND cat:cs.*",
        "naïve AND Networks",
    ],
)
def test_topics_of_all_forms_are_read_as_the_parser_reads_them(query: str) -> None:
    topic = parse(query)
    assert read(topic.query) == postfix(topic.node)


@pytest.mark.parametrize(
    "query",
    [
        "gan AND cat:cs.CL about: good evaluation in cs.CV",
        "about: talking heads in cs.CV or eess.IV; not cs.RO",
        "about: talking heads in cs.CV",
    ],
)
def test_a_topic_with_an_interest_is_read_as_its_query_or_as_its_categories(query: str) -> None:
    topic = parse(query)
    assert read(topic.query) == postfix(topic.node)


def test_an_interest_alone_has_no_leaf_and_needs_all_archives() -> None:
    compiled = CompiledTopics()
    assert read("about: talking heads") == []
    assert compiled.archives("about: talking heads") is None
    compiled.keep(["about: talking heads"])
    assert len(compiled) == 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "about: nerf",
        "gan AND",
        "AND gan",
        "(gan",
        "(gan)) AND a",
        "NOT gan",
        "NOT gan AND NOT nerf",
        "gan OR NOT nerf",
        "gan AND NOT gan",
        "au:j",
        "cat:cs.XX",
        "di*",
        " AND ".join(f"w{number}" for number in range(51)),
        "(" + " OR ".join(f"w{number}" for number in range(51)) + ") AND a",
        "w" * 501,
    ],
)
def test_what_the_parser_refuses_is_refused_for_the_same_reason(query: str) -> None:
    with pytest.raises(BadTopic) as expected:
        parse(query)
    with pytest.raises(BadTopic) as refused:
        read(query)
    assert str(refused.value) == str(expected.value)


@settings(max_examples=100, deadline=None)
@given(st.lists(strategies.topics(), min_size=1, max_size=5))
def test_the_archives_of_a_program_are_those_of_its_topic(topics: list[Topic]) -> None:
    compiled = CompiledTopics()
    for topic in topics:
        assert compiled.archives(topic.query) == archives(topic)


def test_equal_leaves_have_one_number_however_they_are_written() -> None:
    table = LeafTable()
    assert table.program("network") == table.program("Networks") == table.program('"networks"')
    assert len(table.leaves) == 1
