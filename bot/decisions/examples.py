"""Chooses what a chat's model learns from: its votes, and papers that stand for all that it did not want. Pure."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.model import Examples, Paper, Vote, VoteKind

MOST_VOTED = 1_000
"""The latest voted papers."""
MOST_PASSED_OVER = 500
"""The latest papers that were shown and got no vote."""
MOST_OTHERS = 600
"""Papers that were not shown."""

_ALIKE_SHARE = 0.5
"""Which part of the others is from the categories of the voted and shown papers; the rest is from any. Those show what
the chat does not want of its field, these what its field is."""


def kinds_by_paper(votes: Iterable[Vote]) -> dict[str, dict[VoteKind, int]]:
    """How many people cast each kind of vote on a paper, by paper id, the paper with the latest vote first."""
    found: dict[str, Counter[VoteKind]] = {}
    for vote in sorted(votes, key=lambda vote: (vote.at, vote.paper_id), reverse=True):
        found.setdefault(vote.paper_id, Counter())[vote.kind] += 1
    return {paper_id: dict(kinds) for paper_id, kinds in [*found.items()][:MOST_VOTED]}


def examples_of(
    kinds: Mapping[str, Mapping[VoteKind, int]],
    shown: Sequence[str],
    papers: Mapping[str, Paper],
    announced: Sequence[Paper],
    topics: Sequence[str],
) -> Examples:
    """What a chat's model learns from.

    `kinds` is what `kinds_by_paper` gives, `shown` are the papers that the chat's digests showed, `papers` all of these
    by id, as far as the store has them, and `announced` the papers that were announced lately, as `in_sample_order`
    returns them.
    """
    votes = [(papers[paper_id], counts) for paper_id, counts in kinds.items() if paper_id in papers]
    passed_over = [papers[paper_id] for paper_id in shown if paper_id in papers and paper_id not in kinds]
    of_chat = [*(paper for paper, _ in votes), *passed_over]
    others = _others(of_chat, announced, {*kinds, *shown})
    return Examples(votes, passed_over[:MOST_PASSED_OVER], others, sorted(topics))


def in_sample_order(papers: Iterable[Paper]) -> list[Paper]:
    """These papers, each once, in an order in which the first ones are a sample of all. It depends only on which papers
    they are."""
    different = {paper.id: paper for paper in papers}
    return sorted(different.values(), key=lambda paper: (zlib.crc32(paper.id.encode()), paper.id))


def _others(of_chat: Sequence[Paper], announced: Sequence[Paper], known: Collection[str]) -> list[Paper]:
    in_order = [paper for paper in announced if paper.id not in known]
    categories = {paper.primary_category for paper in of_chat}
    alike = [paper for paper in in_order if paper.primary_category in categories][: int(MOST_OTHERS * _ALIKE_SHARE)]
    chosen = {paper.id for paper in alike}
    return alike + [paper for paper in in_order if paper.id not in chosen][: MOST_OTHERS - len(alike)]
