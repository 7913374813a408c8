"""Summaries by one model: brief ones in batches, deep ones through `DeepReader`.

Every reply is checked. If too few claims pass, the model is asked once more; claims that do not pass are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.decisions.model_requests import in_batches
from bot.errors import ModelRefused, PaperboyError
from bot.model import Depth, Provenance, Source, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock
from bot.summaries import glossary as glossaries
from bot.summaries.budget import Budget, Meter
from bot.summaries.claim_checks import notes_on
from bot.summaries.deep_reader import DeepReader, TooLittleVerified
from bot.summaries.extractive import why_not_deep
from bot.summaries.glossary import Glossary
from bot.summaries.judge import Judge, ModelJudge
from bot.summaries.model_client import Model, ModelClient
from bot.summaries.prompt_building import brief_hash, brief_prompts
from bot.summaries.reply_checks import CheckedBrief, better_of, check_brief, displayable
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_briefs
from bot.summaries.reply_schema import BRIEF_SCHEMA, BriefReply
from bot.summaries.source_text import source_of

log = structlog.get_logger()

Replies = dict[str, BriefReply]
"""Replies by paper id."""

Problems = dict[str, tuple[str, ...]]
"""Mistakes in a reply, by paper id, as sentences that are sent back to the model."""


@dataclass
class _Answers:
    """The answers of a model about several papers: each has a reply, problems with its reply, or an error."""

    replies: Replies = field(default_factory=dict)
    problems: Problems = field(default_factory=dict)
    errors: dict[str, PaperboyError] = field(default_factory=dict)

    def add(self, other: _Answers) -> None:
        self.replies.update(other.replies)
        self.problems.update(other.problems)
        self.errors.update(other.errors)


class ModelSummarizer:
    """Makes summaries with one model. `summarize_many` puts several abstracts into one request."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        *,
        meter: Meter | None = None,
        glossary: Glossary | None = None,
        judge: Judge | None = None,
    ) -> None:
        """Without a `judge` the model judges its own statements."""
        self._client = ModelClient(model, clock, meter or Meter(Budget(), clock))
        self._judge: Judge = judge or ModelJudge(self._client)
        self._clock = clock
        self._glossary = glossaries.load() if glossary is None else glossary
        self._deep_reader = DeepReader(self._client, clock, self._glossary)

    @property
    def name(self) -> str:
        return self._client.name

    async def close(self) -> None:
        await self._client.close()

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        return await self._client.probe()

    async def summarize(self, request: SummaryRequest) -> Summary:
        """Raises `ModelUnavailable`, `ModelRefused` or `StoreUnavailable`."""
        if request.key.depth is Depth.DEEP:
            return await self._deep(request)
        return await self._brief(request)

    async def summarize_many(
        self, requests: Sequence[SummaryRequest], *, together: bool = True
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        """Brief summaries, `together` with as few requests as possible, or in a request each; an error stands in place
        of one that could not be made.

        Raises `ModelUnavailable` or `StoreUnavailable` only if no summary was made before that error.
        """
        results: dict[SummaryKey, Summary | PaperboyError] = {}
        for batch in in_batches(requests) if together else [(request,) for request in requests]:
            try:
                results.update(await self._briefs(batch))
            except PaperboyError as error:
                if not any(isinstance(result, Summary) for result in results.values()):
                    raise
                # The batches that are left would meet the same error.
                results.update({request.key: error for request in requests if request.key not in results})
                break
        return results

    async def _deep(self, request: SummaryRequest) -> Summary:
        reading = request.reading
        if reading is None or reading.source is Source.ABSTRACT:
            return await self._brief(request, why_not_deep(request))
        try:
            return await self._deep_reader.read(request)
        except TooLittleVerified:
            raise  # two requests were made already: a brief summary is not worth a third one
        except ModelRefused as error:
            log.info("deep reading fell back to brief", paper=request.paper.versioned_id, reason=str(error))
            return await self._brief(request, ("brief instead of deep: the model does not accept the full text",))

    async def _brief(self, request: SummaryRequest, notes: tuple[str, ...] = ()) -> Summary:
        result = (await self._briefs([request], notes))[request.key]
        if isinstance(result, Summary):
            return result
        raise result

    async def _briefs(
        self, requests: Sequence[SummaryRequest], notes: tuple[str, ...] = ()
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        """Summaries of papers in one language: ask, check, ask once more where too few claims passed."""
        answers = await self._ask(requests, {})
        problems = answers.problems
        checked = {request.paper.id: _checked(request, answers.replies) for request in requests}
        for request in requests:
            brief = checked[request.paper.id]
            if brief is not None and not brief.is_enough(request.paper):
                problems[request.paper.id] = brief.problems
        errors = answers.errors
        if retried := [request for request in requests if request.paper.id in problems]:
            second = await self._ask_again(retried, problems)
            errors.update(second.errors)
            for request in retried:
                first = checked[request.paper.id]
                checked[request.paper.id] = better_of(first, _checked(request, second.replies))
        return {
            request.key: self._summary(request, checked[request.paper.id], notes)
            or errors.get(request.paper.id)
            or ModelRefused(f"{self.name} said nothing of {request.paper.id} that its abstract supports.")
            for request in requests
        }

    async def _ask_again(self, requests: Sequence[SummaryRequest], problems: Problems) -> _Answers:
        """The answers to a second request. Does not raise, because the claims of the first replies can be kept."""
        try:
            return await self._ask(requests, problems)
        except PaperboyError as error:
            log.info("second request failed", model=self.name, reason=str(error))
            return _Answers(errors={request.paper.id: error for request in requests})

    async def _ask(self, requests: Sequence[SummaryRequest], problems: Mapping[str, tuple[str, ...]]) -> _Answers:
        """Ask for these papers. If the model refuses the request or its reply lacks papers, those are asked for in two
        halves, so that one paper that a model refuses, or that spoils a reply, costs the others little."""
        try:
            text = await self._client.ask(*brief_prompts(requests, self._glossary, problems), BRIEF_SCHEMA)
        except ModelRefused as error:
            if len(requests) == 1:
                return _Answers(errors={requests[0].paper.id: error})
            return await self._ask_in_halves(requests, problems)
        try:
            parsed, reply_problems = parse_briefs(text)
        except BadReply as error:
            parsed, reply_problems = {}, [str(error)]
        answers = _Answers(_by_paper(parsed, requests))
        missing = [request for request in requests if request.paper.id not in answers.replies]
        if missing and len(requests) == 1:
            answers.problems[missing[0].paper.id] = tuple(reply_problems) or _missing(missing[0], parsed)
        elif missing:
            answers.add(await self._ask_in_halves(missing, problems))
        return answers

    async def _ask_in_halves(
        self, requests: Sequence[SummaryRequest], problems: Mapping[str, tuple[str, ...]]
    ) -> _Answers:
        answers = _Answers()
        middle = (len(requests) + 1) // 2
        for half in (requests[:middle], requests[middle:]):
            if half:
                earlier = {request.paper.id: problems.get(request.paper.id, ()) for request in half}
                try:
                    answers.add(await self._ask(half, earlier))
                except PaperboyError as error:
                    # The replies that there are have been paid for; only this half has to be asked for again.
                    answers.errors.update({request.paper.id: error for request in half})
        return answers

    def _summary(self, request: SummaryRequest, checked: CheckedBrief | None, notes: tuple[str, ...]) -> Summary | None:
        """The summary of the claims that passed; None if there are too few of them."""
        shown = displayable(checked, request.paper) if checked is not None else None
        if shown is None or shown.headline is None:
            return None
        provenance = Provenance(
            model=self.name,
            created_at=self._clock.now(),
            source=Source.ABSTRACT,
            prompt=brief_hash(self._glossary),
            dropped=shown.dropped,
            notes=(*notes, *notes_on(request.key.language)),
        )
        return Summary(
            key=request.key,
            headline=shown.headline,
            takeaways=shown.takeaways,
            keywords=shown.keywords,
            provenance=provenance,
            translated_title=shown.title,
        )


def _checked(request: SummaryRequest, replies: Replies) -> CheckedBrief | None:
    reply = replies.get(request.paper.id)
    if reply is None:
        return None
    return check_brief(reply, request.paper, source_of(request.paper), request.key.language)


def _by_paper(parsed: Mapping[str, BriefReply], requests: Sequence[SummaryRequest]) -> Replies:
    """The replies that are about a paper of these requests."""
    replies: Replies = {}
    for given_id, reply in parsed.items():
        for request in requests:
            if is_id_of(given_id, request.paper):
                replies[request.paper.id] = reply
    return replies


def _missing(request: SummaryRequest, parsed: Mapping[str, BriefReply]) -> tuple[str, ...]:
    other = next(iter(parsed), None)
    return (f"The paper {request.paper.id} is missing{f', but there is {other[:40]}' if other else ''}.",)
