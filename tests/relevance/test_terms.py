from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.relevance import terms
from bot.relevance.stop_words import STOP_WORDS
from bot.relevance.term_table import TermCounter, TermTable
from bot.relevance.terms import is_pair, key_of, occurrences, stem, term_of_surface
from bot.topics.text import words
from tests.contracts import samples

WORDS = [
    "recognize",
    "recognizing",
    "recognition",
    "generate",
    "generative",
    "diffusion",
    "networks",
    "università",
    "图",
]


def test_words_are_stemmed_and_stop_words_left_out() -> None:
    found = occurrences(("We propose recognizing the faces of Talking-Heads in 2026", 1.0))
    assert set(found.counts) == {"recogn", "face", "talk", "head", "talk_head"}
    assert found.surfaces["talk_head"] == "talking head"


def test_no_pair_goes_over_a_stop_word() -> None:
    assert not any(map(is_pair, occurrences(("faces of heads", 1.0)).counts))


def test_the_title_counts_more_than_the_abstract() -> None:
    found = terms.occurrences_in("Diffusion", "Diffusion of heat.")
    assert found.counts["diffus"] > 2 * found.counts["heat"]


def test_a_text_in_another_language_has_terms() -> None:
    assert "口_型" in occurrences(("语音驱动的口型同步", 1.0)).counts
    assert occurrences(("синтез речи", 1.0)).counts.keys() == {"синтез", "речи", "синтез_речи"}


def test_stop_words_are_written_as_the_words_of_a_text() -> None:
    assert all(words(word) == (word,) for word in STOP_WORDS)


@given(st.text(st.characters(), max_size=200))
def test_a_surface_leads_back_to_its_term(text: str) -> None:
    found = occurrences((text, 1.0))
    assert all(term_of_surface(surface) == term for term, surface in found.surfaces.items())


def test_threads_stem_alike() -> None:
    stem.cache_clear()
    alone = [stem(word) for word in WORDS]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(stem, WORDS * 200)] == alone * 200


def test_a_term_counts_once_for_a_paper() -> None:
    counter = TermCounter()
    counter.add([samples.paper("2606.00001", title="Heads", abstract="Heads and heads."), samples.paper("2606.00002")])
    counts = counter.counts(7)
    assert (counts.seq, counts.papers, counts.counts["head"]) == (7, 2, 1)


def test_the_rarest_pairs_are_dropped_first() -> None:
    counter = TermCounter(most=5)
    counter.add(samples.paper(f"2606.{n}", title=f"Deep heads x{n}x", abstract="") for n in range(3))
    assert counter.counts(1).counts == {"deep": 3, "head": 3, "deep_head": 3}
    counter = TermCounter(most=6)
    counter.add(samples.paper(f"2606.{n}", title=f"Deep heads x{n}x", abstract="") for n in range(3))
    assert counter.counts(1).counts.keys() == {"deep", "head", "deep_head", "x0x", "x1x", "x2x"}


def test_counts_of_the_store_join_the_bundled_ones() -> None:
    start = TermTable(np.array([key_of("head")], np.uint32), np.array([2], np.uint32), 10)
    counter = TermCounter()
    counter.add([samples.paper(title="Heads", abstract="Lips."), samples.paper("2606.2", title="Lips", abstract="")])
    joined = start.joined(counter.counts(3))
    keys = np.array([key_of(term) for term in ("head", "lip", "none")], np.uint32)
    common, rarer, unseen = joined.idf(keys).tolist()
    assert joined.papers == 12
    assert common < rarer < unseen == np.float32(joined.greatest_idf)
