"""Packed sequence numbers and paper ids are read back as they were written, and are small."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.storage.packed import pack_papers, pack_seqs, unpack_papers, unpack_seqs


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
