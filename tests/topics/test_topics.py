"""The topic language: what queries mean, their normal form, and the messages for queries that are refused."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.errors import BadTopic
from bot.topics import MAX_LENGTH, And, Category, Field, Node, Not, Or, Term, Topic, archives, explain, parse, pointer
from bot.topics.syntax_tree import evaluate, leaves, normalize, query_text, reasons
from tests.strategies import queries


@pytest.mark.parametrize(
    ("query", "normal_form"),
    [
        ('abs:"talking head" AND cat:cs.CV', 'abs:"talking head" AND cat:cs.CV'),
        ('cs.CV abs:"Talking Heads"', 'abs:"talking head" AND cat:cs.CV'),
        ("diffusion", "diffusion"),
        ("diffusion models", "diffusion AND model"),
        ("a OR b c", "a OR (b AND c)"),
        ("a -b", "a AND NOT b"),
        ("a ANDNOT b", "a AND NOT b"),
        ("a ANDNOT (b OR c)", "a AND NOT b AND NOT c"),
        ("NOT NOT a", "a"),
        ("a and b", "a AND and AND b"),
        ("ti:(b OR a)", "ti:a OR ti:b"),
        ("ti:(a -b)", "ti:a AND NOT ti:b"),
        ("ti:-a b", "b AND NOT ti:a"),
        ("ti: gan", "ti:gan"),
        ("title:gan author:Lee", "ti:gan AND au:lee"),
        ("text-to-image", '"text to image"'),
        ('"text to image"', '"text to image"'),
        ("#diffusion", "diffusion"),
        ("#talking-head", '"talking head"'),
        ("#talking_head", '"talking head"'),
        ("#talkingHead", '"talking head"'),
        ("#NeRF", "nerf"),
        ("CS.cv", "cat:cs.CV"),
        ("cs.*", "cat:cs.*"),
        ("cat:cs*", "cat:cs.*"),
        ("cat:math", "cat:math.*"),
        ("cat:(cs.CV OR cs.CL)", "cat:cs.CL OR cat:cs.CV"),
        ("hep-th", "cat:hep-th"),
        ("stat", "stat"),
        ("math.IT", "cat:cs.IT"),
        ("cmp-lg", "cat:cs.CL"),
        ("primary:cs.cv", "primary:cs.CV"),
        ("all:gan", "gan OR co:gan OR au:gan"),
        ("all:a", "a OR co:a"),
        ('au:"Gonzalez, Maria"', 'au:"maria gonzalez"'),
        ('au:"M. González"', 'au:"m gonzalez"'),
        ("au:gonzalez_m", 'au:"m gonzalez"'),
        ("au:Williams", "au:williams"),
        ("diffus* AND C++", "c++ AND diffus*"),
        ("A*", "a*"),
        ("3D GPT-4 k-means U-Net R&D α", '"gpt 4" AND "k means" AND "u net" AND 3d AND alpha AND r&d'),
        ("“talking head” ti：gan", 'ti:gan AND "talking head"'),
        ("„a b“ «c d»", '"a b" AND "c d"'),
        ("（a OR b）\u00a0c\u3000d", "c AND d AND (a OR b)"),
        ("\u200bfoo\u200b OR\u200b di\u00adff", "diff OR foo"),
        ("\u3164foo\ufe00 OR\u061c bar", "bar OR foo"),
        ("\u202bגאן\u202c", "גאן"),
        ("扩散模型", '"扩散模型"'),
        ('"OR"', "or"),
        ("a OR (a AND b)", "a"),
        ("a AND (a OR b)", "a"),
        ("Node.js", '"node js"'),
        ("gan🔥", "gan"),
        ('"a"b"c"', "a AND b AND c"),
        ("--a b", "b AND NOT a"),
    ],
)
def test_a_query_has_one_normal_form(query: str, normal_form: str) -> None:
    assert parse(query).query == normal_form
    assert parse(normal_form) == parse(query)


@pytest.mark.parametrize(
    ("query", "position", "sentence"),
    [
        ("", 0, "The topic is empty"),
        ("  \u200b ", 0, "The topic is empty"),
        ('abc "foo', 4, "There is a closing quotation mark missing for the phrase that begins at character 5."),
        ("a (b", 2, "There is a closing parenthesis missing for the one that opens at character 3."),
        ("a) b", 1, "The closing parenthesis at character 2 has no opening one"),
        ("a ()", 2, "There is nothing between the parentheses at character 3"),
        ('a ""', 2, "There is nothing between the quotation marks at character 3"),
        ("a ti:", 2, "“ti:” at character 3 needs a word"),
        ("ti: AND a", 0, "“ti:” at character 1 needs a word"),
        ("ti:abs:a", 0, "“ti:” at character 1 needs a word"),
        ("a AND", 2, "“AND” at character 3 needs a term on its right side"),
        ("OR b", 0, "“OR” at character 1 needs something before it"),
        ("a OR OR b", 2, "“OR” at character 3 needs a term on its right side"),
        ("AND OR", 0, "“AND” at character 1 needs something before it"),
        ("(OR b)", 1, "“OR” at character 2 needs something before it"),
        ("(a OR) b", 3, "“OR” at character 4 needs a term"),
        ("a NOT", 2, "“NOT” at character 3 needs a term"),
        ("a 🔥", 2, "“🔥” at character 3 has no letter or digit"),
        ("a | b", 2, "write OR"),
        ("a & b", 2, "write AND"),
        ("*", 0, "no letter or digit"),
        ("a ne*", 2, "at least three letters"),
        ("foo:bar", 0, "There is no field “foo:”"),
        ("tit:bar", 0, "did you mean ti:?"),
        ("a cs.VC", 2, "did you mean cs.CV"),
        ("cat:xyzzy", 4, "arXiv has no category “xyzzy”"),
        ("cat:cs.CV.*", 4, "arXiv has no category"),
        ("au:Gonzalez, Maria", 3, 'au:"Gonzalez, Maria"'),
        ('au:"M. G."', 3, "more than initials"),
        ("NOT a", 0, "This matches almost everything"),
        ("-a -b", 0, "This matches almost everything"),
        ("b OR -a", 5, "to each side"),
        ("a AND NOT a", 0, "This matches nothing"),
        ("(" * 11 + "a" + ")" * 11, 10, "nested more than 10 deep"),
        (" ".join(map(str, range(51))), 0, "too many terms (51, the most is 50)"),
    ],
)
def test_a_mistake_is_refused_with_its_position_and_advice(query: str, position: int, sentence: str) -> None:
    with pytest.raises(BadTopic) as caught:
        parse(query)
    assert sentence in str(caught.value)
    assert (caught.value.query, caught.value.position) == (query, position)


@pytest.mark.parametrize("query", ["(" * 10_000, "a " * 10_000, "-" * 10_000, "NOT " * 5_000, '"' * 10_000, "(" * 400])
def test_long_and_deep_queries_are_refused_in_little_cpu_time(query: str) -> None:
    started = time.process_time()
    with pytest.raises(BadTopic):
        parse(query)
    assert time.process_time() - started < 1


def test_the_longest_allowed_chains_do_not_exhaust_the_stack() -> None:
    assert parse("NOT " * 124 + "a").query == "a"
    assert parse("(" * 10 + "a" + ")" * 10).query == "a"
    assert parse("-(" * 10 + "a" + ")" * 10).query == "a"
    assert len(parse(" OR ".join(map(str, range(50)))).query) <= MAX_LENGTH


def test_a_pointer_marks_the_position_under_the_query() -> None:
    with pytest.raises(BadTopic) as caught:
        parse('diffusion "video')
    assert pointer(caught.value) == 'diffusion "video\n          ^'


def test_a_pointer_shows_only_the_part_around_the_position() -> None:
    with pytest.raises(BadTopic) as caught:
        parse("word " * 40 + 'x "y ' + "word " * 40)
    line, caret = pointer(caught.value).split("\n")
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) == 62
    assert line[caret.index("^")] == '"'


@pytest.mark.parametrize(
    ("query", "explanation"),
    [
        ('abs:"talking head" AND cat:cs.CV', "papers in cs.CV whose abstract mentions “talking head”"),
        ("a b c", "papers that mention “a”, “b” and “c”"),
        ("a OR ti:b", "papers whose title mentions “b” or that mention “a”"),
        ("a -b -c", "papers that mention “a” and that do not mention “b” or “c”"),
        ("cs.CV cs.CL gan", "papers in cs.CL and cs.CV that mention “gan”"),
        ('au:"M. Gonzalez" primary:cs.CV', "papers with the primary category cs.CV and by M. Gonzalez"),
        ("cat:cs.* diffus*", "papers in any category of cs that mention “diffus…”"),
        ("a OR (b c)", "papers that mention “a” or (that mention “b” and “c”)"),
        ("co:accepted", "papers whose comment mentions “accepted”"),
        ("(a OR b) cs.CV", "papers in cs.CV that mention “a” or “b”"),
        ("(cs.CL OR cs.CV) a", "papers in cs.CL or cs.CV that mention “a”"),
        ("(a OR ti:b) cs.CV", "papers in cs.CV (whose title mentions “b” or that mention “a”)"),
    ],
)
def test_a_topic_is_explained_in_plain_words(query: str, explanation: str) -> None:
    assert explain(parse(query)) == explanation


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cat:cs.CV gan", {"cs"}),
        ("cs.CV OR math.OC", {"cs", "math"}),
        ("cs.CV math.OC", {"cs", "math"}),
        ("primary:hep-th", {"hep-th"}),
        ("cs.IT", {"cs", "math"}),
        ("gan -cs.CV", None),
        ("cs.CV OR gan", None),
        ("gan", None),
    ],
)
def test_the_archives_to_poll_are_those_that_a_topic_names(query: str, expected: set[str] | None) -> None:
    assert archives(parse(query)) == expected


def parse_or_refuse(query: str) -> Topic | BadTopic:
    try:
        return parse(query)
    except BadTopic as error:
        return error


@settings(max_examples=200, deadline=None)
@given(queries())
def test_the_normal_form_parses_to_itself(query: str) -> None:
    topic = parse_or_refuse(query)
    if isinstance(topic, Topic):
        assert parse(topic.query) == topic
        assert explain(topic).startswith("papers ")
    else:
        assert "almost everything" in str(topic) or "matches nothing" in str(topic)


def outcome(query: str) -> Topic | str:
    try:
        return parse(query)
    except BadTopic as error:
        return str(error)


@settings(deadline=None)
@given(st.one_of(queries(), queries().map(outcome).map(lambda made: made.query if isinstance(made, Topic) else "gan")))
def test_parentheses_around_a_query_change_nothing(query: str) -> None:
    # Rows of terms are read without the grammar, and anything in parentheses with it.
    assume(len(query) < MAX_LENGTH - 2)
    assert outcome(query) == outcome(f"({query})")


@pytest.mark.parametrize(
    "query",
    ["a AND b AND ti:c", "a OR ti:b OR NOT c", "NOT a AND b", "OR AND a", "a AND NOT", "ti:OR AND b", "a AND -b",
     'a AND "b AND c"', 'a OR "b', "a AND b OR c", "ORB AND ANDNOT", "-a OR b", "a:b AND c", "a1:b AND c", "a  AND b",
     "a AND ti:(b)", "NOT NOT a AND b", 'NOT "a" AND b', "a AND cat:cs.CV AND primary:cs.CV", "x ANDNOT y AND z"],
)  # fmt: skip
def test_a_row_of_terms_means_the_same_in_parentheses(query: str) -> None:
    def without_positions(made: Topic | str) -> Topic | str:
        return made if isinstance(made, Topic) else re.sub(r"character \d+", "character N", made)

    assert without_positions(outcome(query)) == without_positions(outcome(f"({query})"))


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=80)
    | st.text(alphabet='ab:"()*-# ,.#ANDORNOTticatu', max_size=40)
    | st.text(alphabet='ab12\\{}$^_~`-*" ²', max_size=40)
)
def test_any_text_is_parsed_or_refused_with_a_sentence(query: str) -> None:
    topic = parse_or_refuse(query)
    if isinstance(topic, Topic):
        assert parse(topic.query) == topic
    else:
        assert str(topic)[-1] in ".?)"
        assert 0 <= topic.position <= len(query)
        assert "^" in pointer(topic)


LEAVES: list[Node] = [*(Term(Field.TEXT, (word,)) for word in "abc"), Category("cs.CV")]


def trees() -> st.SearchStrategy[Node]:
    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        operands = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(operands.map(And), operands.map(Or), inner.map(Not))

    return st.recursive(st.sampled_from(LEAVES), larger, max_leaves=8)


@settings(deadline=None)
@given(trees())
def test_the_normal_form_has_the_same_truth_table(tree: Node) -> None:
    form = normalize(tree)
    for truth in product([False, True], repeat=len(LEAVES)):
        true = dict(zip(LEAVES, truth, strict=True))
        is_true = true.__getitem__
        assert evaluate(form, is_true) == evaluate(tree, is_true)
    assert normalize(form) == form


@settings(deadline=None)
@given(trees(), st.data())
def test_order_nesting_and_repetition_do_not_change_the_normal_form(tree: Node, data: st.DataObject) -> None:
    def shuffled(node: Node) -> Node:
        if isinstance(node, Not):
            return Not(shuffled(node.part))
        if isinstance(node, And | Or):
            parts = data.draw(st.permutations([*map(shuffled, node.parts)]))
            repeated = (parts[0], *parts)
            return type(node)((type(node)(repeated[:2]), *repeated[2:]))
        return Not(Not(node))

    assert query_text(normalize(shuffled(tree))) == query_text(normalize(tree))


@settings(deadline=None)
@given(trees())
def test_reasons_are_true_leaves_that_are_not_negated(tree: Node) -> None:
    form = normalize(tree)
    for truth in product([False, True], repeat=len(LEAVES)):
        true = {leaf for leaf, is_true in zip(LEAVES, truth, strict=True) if is_true}
        if evaluate(form, true.__contains__):
            assert {*reasons(form, true.__contains__)} <= true & {*leaves(form)}


# ── lists of categories ──


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("cs.CL, cs.CV", "cs.CL OR cs.CV"),
        ("cs.CL,cs.CV", "cs.CL OR cs.CV"),
        ("cat:cs.CL, cat:cs.CV,", "cat:cs.CL OR cat:cs.CV"),
        ("cat:cs.CL,cs.CV", "cat:cs.CL OR cs.CV"),
        ("cs.cl，hep-th", "cs.cl OR hep-th"),
        ("cs.CL、cs.CV、primary:math.NA", "cs.CL OR cs.CV OR primary:math.NA"),
        ("cs.*; math.*", "cs.* OR math.*"),
    ],
)
def test_categories_joined_by_commas_are_refused_with_the_way_to_write_them(query: str, advice: str) -> None:
    """Read as AND, such a list would match only papers that are in all of the categories: hardly any."""
    with pytest.raises(BadTopic) as caught:
        parse(query)
    assert f"write {advice} " in str(caught.value)
    assert query[caught.value.position] in ",;，、"
    assert parse(advice).query


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("cs.CL,", "cat:cs.CL"),
        ("transformers, diffusion", "diffusion AND transformer"),
        ("cs.CV, diffusion", "diffusion AND cat:cs.CV"),
        ('au:"Gonzalez, Maria"', 'au:"maria gonzalez"'),
        ('"cs.CL, cs.CV"', '"cs cl cs cv"'),
        ("math, physics", "math AND physics"),
    ],
)
def test_commas_elsewhere_keep_their_meaning(query: str, written: str) -> None:
    assert parse(query).query == written
