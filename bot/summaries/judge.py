"""Judges whether statements of models are supported by the sentences that they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from bot.errors import ModelRefused, PaperboyError, TextTooLong
from bot.providers.slots import Turn
from bot.summaries.judge_answers import JUDGE_SCHEMA, parse_answers
from bot.summaries.judge_questions import Verdicts, blocks_for, judge_prompts, prompt_hash, verdicts_from
from bot.summaries.model_client import ModelClient
from bot.summaries.offloading import in_thread
from bot.summaries.statements import Judgement, PaperStatements, Verdict

log = structlog.get_logger()

MOST_CHARACTERS = 60_000
"""Characters of one request's statements and sentences, about 15,000 tokens; fewer for a model that refuses so many."""

_LEAST_CHARACTERS = 4_000

MOST_PAPERS = 16
"""Papers of one request."""

PATIENCE_SECONDS = 120.0
"""A pause of the judge's model that is waited for: without a judgement, the maker's words are lost for ever."""


class Judge(Protocol):
    """Judges statements, all papers of a call in as few requests as possible."""

    async def judge(self, papers: Sequence[PaperStatements]) -> Judgement:
        """Never raises a `PaperboyError`: without a judge that can be asked and believed, nothing is supported.

        The maker's reply has been paid for and is not lost: its choice of sentences makes the summary, which is kept.
        A paper is not read again because the judge was down or the budget ended before its turn.
        """


class NoJudge:
    """Supports nothing: where no model is there to judge."""

    async def judge(self, papers: Sequence[PaperStatements]) -> Judgement:
        return Judgement(_unsupported(papers, "no model judges"))


@dataclass
class _Outcome:
    """Verdicts of several requests; `judged` are the papers about which a judge was believed."""

    verdicts: Verdicts = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)

    def add(self, other: _Outcome) -> None:
        self.verdicts |= other.verdicts
        self.judged |= other.judged


class ModelJudge:
    """A model as judge. It is believed for a request only if it answers all canaries in it rightly."""

    def __init__(self, client: ModelClient) -> None:
        self._client = client
        self._most_characters = MOST_CHARACTERS

    @property
    def name(self) -> str:
        return self._client.name

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        return await self._client.probe()

    async def close(self) -> None:
        await self._client.close()

    async def judge(self, papers: Sequence[PaperStatements]) -> Judgement:
        outcome = _Outcome()
        for batch in _batches(papers, self._most_characters):
            outcome.add(await self._judge(batch))
        if not outcome.judged:
            return Judgement(outcome.verdicts)
        return Judgement(outcome.verdicts, self.name, prompt_hash(), frozenset(outcome.judged))

    async def _judge(self, papers: Sequence[PaperStatements]) -> _Outcome:
        """The verdicts on papers of one request, or of several if the model refuses them together."""
        blocks = await in_thread(blocks_for, papers)
        # Somebody may wait for a single paper.
        turn = Turn.JUDGE_OF_SEVERAL if len(papers) > 1 else Turn.FIRST
        try:
            reply = await self._client.ask(*judge_prompts(blocks), JUDGE_SCHEMA, patience=PATIENCE_SECONDS, turn=turn)
        except ModelRefused as error:
            if isinstance(error, TextTooLong):
                halved = sum(map(_size, papers)) // 2
                self._most_characters = max(min(self._most_characters, halved), _LEAST_CHARACTERS)
            # One blocked paper should cost the others little. A text that is blocked stays so in parts.
            if len(papers) > 1 or (isinstance(error, TextTooLong) and len(papers[0].statements) > 1):
                outcome = _Outcome()
                for half in _halves(papers):
                    outcome.add(await self._judge(half))
                return outcome
            return self._failed(papers, str(error))
        except PaperboyError as error:
            return self._failed(papers, str(error))
        verdicts = verdicts_from(blocks, parse_answers(reply))
        if verdicts is None:
            return self._failed(papers, "the judge failed its own test")
        return _Outcome(verdicts, {paper.paper_id for paper in papers})

    def _failed(self, papers: Sequence[PaperStatements], reason: str) -> _Outcome:
        log.warning("statements not judged", judge=self.name, papers=len(papers), reason=reason)
        return _Outcome(dict(_unsupported(papers, f"not judged: {reason.rstrip('.')}")))


def _batches(papers: Sequence[PaperStatements], most_characters: int) -> list[list[PaperStatements]]:
    """Papers with statements in groups for one request each, in order; a paper that is too long is divided."""
    batches: list[list[PaperStatements]] = []
    room = 0
    for paper in [part for given in papers if given.statements for part in _parts(given, most_characters)]:
        size = _size(paper)
        has_room = batches and len(batches[-1]) < MOST_PAPERS and size <= room
        if not has_room or any(other.paper_id == paper.paper_id for other in batches[-1]):
            batches.append([])
            room = most_characters
        batches[-1].append(paper)
        room -= size
    return batches


def _parts(paper: PaperStatements, most_characters: int) -> list[PaperStatements]:
    if _size(paper) <= most_characters or len(paper.statements) == 1:
        return [paper]
    return [part for [half] in _halves([paper]) for part in _parts(half, most_characters)]


def _halves(papers: Sequence[PaperStatements]) -> tuple[Sequence[PaperStatements], Sequence[PaperStatements]]:
    """Half of the papers each; of a single one, half of its statements each."""
    if len(papers) > 1:
        middle = (len(papers) + 1) // 2
        return papers[:middle], papers[middle:]
    statements = papers[0].statements
    middle = (len(statements) + 1) // 2
    return [replace(papers[0], statements=statements[:middle])], [replace(papers[0], statements=statements[middle:])]


def _size(paper: PaperStatements) -> int:
    sentences = {sentence.id: sentence.text for statement in paper.statements for sentence in statement.context}
    # A statement that is doubted is there twice.
    written = sum(len(statement.text) * (2 if statement.suspicions else 1) for statement in paper.statements)
    return written + sum(map(len, sentences.values()))


def _unsupported(papers: Sequence[PaperStatements], reason: str) -> Mapping[tuple[str, str], Verdict]:
    return {(paper.paper_id, s.key): Verdict(False, reason, False) for paper in papers for s in paper.statements}
