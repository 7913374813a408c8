"""Compiled topics: parsed once, remembered as long as they are followed, and right after others were forgotten."""

from __future__ import annotations

import threading

from bot.model import Paper
from bot.topics.compiled import CompiledTopics
from bot.topics.paper_batch import PaperBatch, numbers
from bot.topics.stored import AND, NOT, OR

QUERIES = [f"{word} AND cat:cs.CV" for word in ("gan", "nerf", "diffusion", "transformer", "network")]
PAPERS = [Paper(f"2606.0000{n}", 1, query.split()[0], (), "", ("cs.CV",)) for n, query in enumerate(QUERIES)]


def matched(compiled: CompiledTopics, query: str) -> list[int]:
    """The numbers of the papers that a topic matches, with all leaves of the compiled topics."""
    table, programs = compiled.programs([query])
    batch = PaperBatch(table, range(len(table.leaves)))
    batch.add(PAPERS)
    return list(numbers(batch.matching(programs[query])))


def test_equal_leaves_of_different_topics_are_one() -> None:
    table, programs = CompiledTopics().programs(["gan AND cat:cs.CV", "(gan OR nerf) AND NOT cat:cs.CV"])
    assert len(table.leaves) == 3
    assert list(programs.values()) == [(0, 1, AND), (0, 2, OR, 1, NOT, AND)]


def test_a_topic_is_parsed_once_however_many_there_are() -> None:
    compiled = CompiledTopics()
    many = [f"w{number}" for number in range(2_000)]
    _, first = compiled.programs(many)
    _, again = compiled.programs(many)
    assert all(first[query] is again[query] for query in many)


def test_what_nobody_follows_is_forgotten_and_the_rest_still_matches() -> None:
    compiled = CompiledTopics()
    compiled.add([*QUERIES, "no topic ("])
    assert compiled.refused(["no topic (", *QUERIES]).keys() == {"no topic ("}
    compiled.keep(QUERIES[4:])
    assert len(compiled) == 1
    assert matched(compiled, QUERIES[4]) == [4]
    table, _ = compiled.programs(QUERIES[4:])
    assert len(table.leaves) == 2
    assert matched(compiled, QUERIES[0]) == [0]


def test_a_program_stays_right_while_others_are_forgotten() -> None:
    compiled = CompiledTopics()
    table, programs = compiled.programs(QUERIES)
    compiled.keep(QUERIES[4:])
    compiled.add(["another OR topic"])
    batch = PaperBatch(table, range(len(table.leaves)))
    batch.add(PAPERS)
    assert [list(numbers(batch.matching(programs[query]))) for query in QUERIES] == [[0], [1], [2], [3], [4]]


def test_several_threads_may_add_and_forget_at_the_same_time() -> None:
    compiled = CompiledTopics()
    errors: list[str] = []

    def work(first: int) -> None:
        for number in range(60):
            query = QUERIES[(first + number) % len(QUERIES)]
            expected = [QUERIES.index(query)]
            if matched(compiled, query) != expected:
                errors.append(query)
            if number % 7 == first:
                compiled.keep([query])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_archives_of_a_topic_are_remembered_with_it() -> None:
    compiled = CompiledTopics()
    assert compiled.archives("gan AND cat:cs.CV") == frozenset({"cs"})
    assert compiled.archives("gan") is None
    assert compiled.archives("no topic (") == frozenset()
    compiled.keep([])
    assert compiled.archives("gan AND cat:math.CO") == frozenset({"math"})


def test_a_topic_whose_grammar_changed_is_reported_with_the_reason() -> None:
    compiled = CompiledTopics()
    compiled.add(["NOT gan"])
    assert "almost everything" in compiled.refused(["NOT gan"])["NOT gan"]
