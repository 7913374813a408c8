"""The order of a chat's papers: their features times their weights. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.decisions.ranking import variety
from bot.decisions.ranking.chat_papers import ChatPapers
from bot.decisions.ranking.paper_table import Floats, Numbers
from bot.decisions.ranking.variety import Twins
from bot.decisions.ranking.weights import WEIGHTS, Feature, trust
from bot.model import MOST_RANKED

LOOKED_AT = 3
"""Near-duplicates are looked for among this many times the size of the digest, at most `MOST_LOOKED_AT` papers."""
MOST_LOOKED_AT = 90

_PACKED = np.dtype("<u4")
"""Four bytes a paper, because many thousands of rankings are kept in memory."""

DECIMALS = 6
"""Scores are rounded to so many, so that the last bits of a sum never decide."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The papers of one chat by sequence number, best first.

    `shown` are those of the digest, `after` the next ones, packed (see `ranked`); of `count` papers in all the others
    are only counted. `topics` are the ids of the topics that match them, with how many papers each. `first_day` and
    `last_day` are the listing days that they span, None without papers. `guesses` are those of `shown` that were chosen
    to learn from.
    """

    shown: tuple[int, ...] = ()
    after: bytes = b""
    count: int = 0
    topics: tuple[tuple[int, int], ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    guesses: tuple[int, ...] = ()

    @property
    def ranked(self) -> tuple[int, ...]:
        """The papers in order, at most `MOST_RANKED`."""
        return (*self.shown, *np.frombuffer(self.after, _PACKED).tolist())


def no_twins(_seq: int) -> Collection[int]:
    """Where nothing is known of near-duplicates."""
    return ()


def rank(papers: ChatPapers, size: int, twins: Twins = no_twins, explorer: str = "") -> Ranking:
    """Order a chat's papers by the sum of `WEIGHTS` times features, and cut them at `size` cards.

    Where the sums are equal, the later announced comes first, then the later submitted, then the smaller id: the order
    of the input does not matter. A paper that is nearly the same as better ones (`twins`) loses some of its sum.

    Before the cut, each topic gets the best paper that it matches, the topics with the best papers first, so that a
    topic with fifty papers a day does not displace one with a single paper a week. With `explorer`, the name of a chat
    that has a model, one place in ten goes to a paper that the model is uncertain about.
    """
    size = max(size, 0)
    if not papers.seqs:
        return Ranking()
    order = _varied(papers, scores(papers), _looked_at(size), twins)
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    best = sorted({int(places[np.argmin(position[places])]) for places in papers.of_topic.values()}, key=position.item)
    first = list(dict.fromkeys([*best, *order[: size + len(best)].tolist()]))[:size]
    shown = sorted(first, key=position.item)
    tried = _tried(papers, shown, best, order, explorer)
    if tried:
        shown = [*(place for place in shown if place not in tried), *tried.values()]
    after = order[~np.isin(order, shown)][: max(MOST_RANKED - len(shown), 0)]
    return Ranking(
        tuple([papers.seqs[place] for place in shown]),
        np.array(papers.seqs)[after].astype(_PACKED).tobytes(),
        len(papers.seqs),
        tuple([(topic_id, len(places)) for topic_id, places in papers.of_topic.items()]),
        date.fromordinal(int(papers.days.min())),
        date.fromordinal(int(papers.days.max())),
        tuple([papers.seqs[place] for place in tried.values()]),
    )


def contenders(papers: ChatPapers, size: int) -> list[int]:
    """The first papers by their scores: those among which `rank` asks for near-duplicates."""
    places = np.lexsort((papers.ties, -scores(papers)))[: _looked_at(size)]
    return [papers.seqs[place] for place in places.tolist()]


def _looked_at(size: int) -> int:
    return min(max(size, 0) * LOOKED_AT, MOST_LOOKED_AT)


def scores(papers: ChatPapers) -> Floats:
    """The sum of weights times features of each paper. Column by column: equal papers get equal sums wherever they
    stand, which a product of matrices does not promise."""
    total = np.zeros(len(papers.seqs))
    for feature, column in papers.columns.items():
        share = trust(papers.votes) if feature is Feature.LEARNED else 1.0
        total += WEIGHTS[feature] * share * column
    rounded: Floats = np.round(total, DECIMALS)
    return rounded


def _varied(papers: ChatPapers, total: Floats, looked_at: int, twins: Twins) -> Numbers:
    """The places of the papers, best first, after what the first ones lose to near-duplicates."""
    order = np.lexsort((papers.ties, -total))
    top = order[:looked_at]
    lost = variety.losses([papers.seqs[place] for place in top.tolist()], twins)
    if lost.any():
        order[:looked_at] = top[np.lexsort((papers.ties[top], np.round(lost - total[top], DECIMALS)))]
    return order


def _tried(papers: ChatPapers, shown: list[int], best: list[int], order: Numbers, explorer: str) -> dict[int, int]:
    """Which of the shown papers make room for which uncertain ones, by their places; a topic keeps its best paper."""
    most = len(shown) // variety.CARDS_PER_GUESS
    if not explorer or not most:
        return {}
    not_shown = order[~np.isin(order, shown)]
    last_day = int(papers.days.max())

    def name(place: int) -> str:
        return f"{explorer} {last_day} {papers.seqs[place]}"

    columns = papers.columns
    uncertain = variety.guesses(not_shown, columns[Feature.LEARNED], columns[Feature.TOPIC], name, most)
    kept = set(best)
    room = [place for place in reversed(shown) if place not in kept]
    return dict(zip(room, uncertain, strict=False))
