"""Packed sequence numbers and paper ids are read back as they were written, and are small."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.model import PaperOrder
from bot.storage.packed import pack_order, pack_papers, pack_seqs, unpack_order, unpack_papers, unpack_seqs


@given(st.sets(st.integers(1, 2**40), min_size=1).map(sorted))
def test_sequence_numbers_are_read_back_as_they_were_written(seqs: list[int]) -> None:
    assert unpack_seqs(seqs[0], pack_seqs(seqs)) == seqs


@given(st.sets(st.from_regex(r"[0-9]{4}\.[0-9]{5}|[a-z-]{2,8}/[0-9]{7}", fullmatch=True)))
def test_paper_ids_are_read_back_as_they_were_written(ids: set[str]) -> None:
    assert unpack_papers(pack_papers(ids)) == ids
    assert pack_papers(sorted(ids, reverse=True)) == pack_papers(ids)


def test_one_number_needs_no_bytes_and_a_day_of_a_popular_topic_one_byte_a_match() -> None:
    assert pack_seqs([7]) == b""
    assert len(pack_seqs(range(1_000, 1_900, 3))) == 300
    assert len(pack_seqs([5, 1_900, 1_904])) == 5
    assert unpack_papers(None) == set()


@given(
    st.lists(st.integers(1, 2**40), max_size=20, unique=True),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 2**31), max_size=4),
)
def test_an_order_is_read_back_as_it_was_written(seqs: list[int], total: int, topics: list[int]) -> None:
    order = PaperOrder(tuple(seqs), total, tuple(topics))
    assert unpack_order(pack_order(order)) == order


def test_the_order_of_a_day_takes_two_bytes_a_paper() -> None:
    best_first = tuple(range(1_000_900, 1_000_000, -9))
    assert len(pack_order(PaperOrder(best_first, 109, (3, 70_000)))) <= 26 + 2 * 100
    assert unpack_order(None) == PaperOrder()
