"""What a chat's votes say, as weighted examples. Pure; every number is in `weights`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.model import Examples, Paper, VoteKind
from bot.relevance import weights


class PaperExample(NamedTuple):
    """A paper, and how much it is an example of what is liked; below 0, of what is not."""

    paper: Paper
    weight: float


def paper_examples(examples: Examples) -> list[PaperExample]:
    """All papers as examples, each once: a vote counts before having been passed over, and that before the others.

    The weights of those without votes sum up to `NEGATIVE_SHARE` times those of what is liked, or to less where they
    are few: none has more than `MOST_WITHOUT_VOTE`.
    """
    voted = [PaperExample(paper, vote_weight(kinds)) for paper, kinds in examples.votes]
    liked = sum(max(weight, 0.0) for _, weight in voted) + (weights.PRIOR if examples.topics else 0.0)
    seen = {paper.id for paper, _ in examples.votes}
    implicit: list[PaperExample] = []
    for papers, weight in ((examples.passed_over, weights.PASSED_OVER), (examples.others, weights.OTHER)):
        new = {paper.id: paper for paper in papers if paper.id not in seen}
        implicit += [PaperExample(paper, weight) for paper in new.values()]
        seen |= new.keys()
    total, greatest = sum(weight for _, weight in implicit), max((weight for _, weight in implicit), default=0.0)
    scale = min(weights.NEGATIVE_SHARE * liked / total, weights.MOST_WITHOUT_VOTE / greatest) if implicit else 0.0
    voted = [example for example in voted if example.weight]
    return voted + [PaperExample(paper, -scale * weight) for paper, weight in implicit if scale]


def vote_weight(kinds: Mapping[VoteKind, int]) -> float:
    """What the votes on one paper say together; `kinds` is how many people cast each kind."""
    total = 0.0
    for kind, people in kinds.items():
        weight = weights.VOTE_WEIGHTS[kind] * float(people**weights.PERSON_POWER)
        total += weight if kind.is_positive else -weight
    return total
