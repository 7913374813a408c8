"""Asks a model for brief summaries of several papers, and says which of them it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import structlog

from bot.errors import ModelRefused, PaperboyError
from bot.model import SummaryRequest
from bot.model.languages import is_english
from bot.summaries.glossary import Glossary
from bot.summaries.model_client import ModelClient
from bot.summaries.prompt_building import brief_prompts
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_briefs
from bot.summaries.reply_schema import BRIEF_SCHEMA, ENGLISH_SCHEMA, BriefReply

log = structlog.get_logger()

Problems = Mapping[str, tuple[str, ...]]
"""Mistakes in a reply, by paper id, as sentences that are sent back to the model."""

_FAILURES_IN_A_ROW = 3
"""After so many replies in a row that lack papers, a model gets fewer abstracts at once: small ones lose track."""


@dataclass
class Answers:
    """The answers of a model about several papers, by id: each has a reply, problems with its reply, or an error."""

    replies: dict[str, BriefReply] = field(default_factory=dict)
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: dict[str, PaperboyError] = field(default_factory=dict)

    def add(self, other: Answers) -> None:
        self.replies.update(other.replies)
        self.problems.update(other.problems)
        self.errors.update(other.errors)


class BriefReplies:
    """Requests to one model. It remembers how many abstracts at once are too many for it."""

    def __init__(self, client: ModelClient, glossary: Glossary) -> None:
        self._client, self._glossary = client, glossary
        self._most: int | None = None
        self._failures = 0

    def batches(self, requests: Sequence[SummaryRequest], batch: int) -> list[Sequence[SummaryRequest]]:
        """Papers of one language in batches of about equal size, for one request each."""
        most = batch if self._most is None else min(batch, self._most)
        count = -(-len(requests) // most)
        ends = [len(requests) * number // count for number in range(count + 1)]
        return [requests[start:end] for start, end in pairwise(ends)]

    async def ask(self, requests: Sequence[SummaryRequest], problems: Problems) -> Answers:
        """The answers to one request for a batch. If the model refuses it or its reply lacks papers, those are asked
        for in two halves, so that one paper that a model refuses, or that spoils a reply, costs the others little.

        `problems` has the mistakes of earlier replies. An error that is not about the papers stands for all that have
        no answer then.
        """
        try:
            return await self._ask(requests, problems)
        except PaperboyError as error:
            return Answers(errors={request.paper.id: error for request in requests})

    async def _ask(self, requests: Sequence[SummaryRequest], problems: Problems) -> Answers:
        listed = {request.paper.id: problems.get(request.paper.id, ()) for request in requests}
        try:
            schema = ENGLISH_SCHEMA if is_english(requests[0].key.language) else BRIEF_SCHEMA
            text = await self._client.ask(*brief_prompts(requests, self._glossary, listed), schema)
        except ModelRefused as error:
            if len(requests) == 1:
                return Answers(errors={requests[0].paper.id: error})
            return await self._ask_in_halves(requests, problems)
        try:
            parsed, reply_problems = parse_briefs(text)
        except BadReply as error:
            parsed, reply_problems = {}, [str(error)]
        answers = Answers(_by_paper(parsed, requests))
        missing = [request for request in requests if request.paper.id not in answers.replies]
        self._learn(len(requests), is_complete=not missing)
        if missing and len(requests) == 1:
            answers.problems[missing[0].paper.id] = tuple(reply_problems) or _missing(missing[0], parsed)
        elif missing:
            answers.add(await self._ask_in_halves(missing, problems))
        return answers

    async def _ask_in_halves(self, requests: Sequence[SummaryRequest], problems: Problems) -> Answers:
        answers = Answers()
        middle = (len(requests) + 1) // 2
        for half in (requests[:middle], requests[middle:]):
            if half:
                # The replies that there are have been paid for; only a half that fails has to be asked for again.
                answers.add(await self.ask(half, problems))
        return answers

    def _learn(self, number: int, *, is_complete: bool) -> None:
        """Note whether a reply had all of its papers."""
        if number == 1:
            return
        self._failures = 0 if is_complete else self._failures + 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self._most, self._failures = max(number // 2, 1), 0
            log.warning("model loses papers of a batch", model=self._client.name, papers=number, most=self._most)


def _by_paper(parsed: Mapping[str, BriefReply], requests: Sequence[SummaryRequest]) -> dict[str, BriefReply]:
    """The replies that are about a paper of these requests."""
    replies: dict[str, BriefReply] = {}
    for given_id, reply in parsed.items():
        for request in requests:
            if is_id_of(given_id, request.paper):
                replies[request.paper.id] = reply
    return replies


def _missing(request: SummaryRequest, parsed: Mapping[str, BriefReply]) -> tuple[str, ...]:
    other = next(iter(parsed), None)
    return (f"The paper {request.paper.id} is missing{f', but there is {other[:40]}' if other else ''}.",)
