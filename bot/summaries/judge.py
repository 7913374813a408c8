"""Judges whether statements of models are supported by the sentences that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.summaries.statements import Judgement, PaperStatements, Verdict


class Judge(Protocol):
    """Judges statements, all papers of a call in as few requests as possible."""

    async def judge(self, papers: Sequence[PaperStatements]) -> Judgement:
        """Never raises a `PaperboyError`: without a judge that can be asked and believed, nothing is supported."""


class NoJudge:
    """Supports nothing: where no model is there to judge."""

    async def judge(self, papers: Sequence[PaperStatements]) -> Judgement:
        return Judgement(
            {(paper.paper_id, s.key): Verdict(False, "no model judges") for paper in papers for s in paper.statements}
        )
