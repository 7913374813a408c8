"""Asks a model for brief summaries of several papers, and says which of them it answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import ModelRefused, PaperboyError
from bot.model import SummaryRequest
from bot.summaries.glossary import Glossary
from bot.summaries.model_client import ModelClient
from bot.summaries.prompt_building import brief_prompts
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_briefs
from bot.summaries.reply_schema import BRIEF_SCHEMA, BriefReply

Problems = Mapping[str, tuple[str, ...]]
"""Mistakes in a reply, by paper id, as sentences that are sent back to the model."""


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
    """Requests to one model, whose client limits how many run at the same time."""

    def __init__(self, client: ModelClient, glossary: Glossary) -> None:
        self._client, self._glossary = client, glossary

    async def ask(self, requests: Sequence[SummaryRequest], problems: Problems, *, together: bool) -> Answers:
        """The answers about papers in one language, to one request for all of them or to one for each.

        `problems` has the mistakes of earlier replies. Raises a `PaperboyError` if no paper has an answer because the
        model cannot be asked.
        """
        if together or len(requests) == 1:
            return await self._ask(requests, problems)
        answers = Answers()
        # A group, because no request may outlive an unexpected error: the next pass would make the same ones again.
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._ask_for_one(request, problems)) for request in requests]
        for task in asked:
            answers.add(task.result())
        unavailable = [error for error in answers.errors.values() if not isinstance(error, ModelRefused)]
        if len(unavailable) == len(requests):
            raise unavailable[0]
        return answers

    async def _ask_for_one(self, request: SummaryRequest, problems: Problems) -> Answers:
        try:
            return await self._ask([request], problems)
        except PaperboyError as error:
            return Answers(errors={request.paper.id: error})

    async def _ask(self, requests: Sequence[SummaryRequest], problems: Problems) -> Answers:
        """Ask for these papers. If the model refuses the request or its reply lacks papers, those are asked for in two
        halves, so that one paper that a model refuses, or that spoils a reply, costs the others little."""
        listed = {request.paper.id: problems.get(request.paper.id, ()) for request in requests}
        try:
            text = await self._client.ask(*brief_prompts(requests, self._glossary, listed), BRIEF_SCHEMA)
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
                try:
                    answers.add(await self._ask(half, problems))
                except PaperboyError as error:
                    # The replies that there are have been paid for; only this half has to be asked for again.
                    answers.errors.update({request.paper.id: error for request in half})
        return answers


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
