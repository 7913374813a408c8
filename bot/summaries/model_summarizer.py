"""Summaries by one model: brief ones in batches, deep ones through `DeepReader`.

Every claim of a reply is judged; the paper's own sentence stands for what is not supported. If too little is left, the
model is asked once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bot.decisions.model_requests import BATCH, in_groups, judged_together
from bot.errors import ModelRefused, PaperboyError
from bot.model import Budget, Depth, NoteKind, Provenance, Source, Summary, SummaryKey, SummaryNote, SummaryRequest
from bot.ports import Clock
from bot.providers.budget import Meter
from bot.summaries import glossary as glossaries
from bot.summaries.brief_replies import Answers, BriefReplies, Problems
from bot.summaries.claim_checks import notes_on, prepare
from bot.summaries.claim_drafts import Drafts, brief_drafts
from bot.summaries.deep_reader import DeepReader
from bot.summaries.extractive import why_not_deep
from bot.summaries.facts import Facts, TooLittleVerified, least_takeaways, merged
from bot.summaries.glossary import Glossary
from bot.summaries.judge import Judge, NoJudge
from bot.summaries.model_client import Model, ModelClient
from bot.summaries.offloading import in_thread
from bot.summaries.planted_orders import order_notes
from bot.summaries.prompt_building import brief_hash
from bot.summaries.reply_schema import BriefReply
from bot.summaries.settling import settled
from bot.summaries.source_text import source_of

log = structlog.get_logger()


class ModelSummarizer:
    """Makes summaries with one model, whose claims `judge` judges; by default nobody does."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        *,
        meter: Meter | None = None,
        glossary: Glossary | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._client = ModelClient(model, clock, meter or Meter(Budget(), clock))
        self._clock = clock
        self._glossary = glossaries.load() if glossary is None else glossary
        self._judge = judge or NoJudge()
        self._replies = BriefReplies(self._client, self._glossary)
        self._deep_reader = DeepReader(self._client, clock, self._glossary, self._judge)

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
        self, requests: Sequence[SummaryRequest], *, batch: int = BATCH
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        """Brief summaries; an error stands in place of one that could not be made.

        `batch` abstracts share a request to the maker, and several batches one to the judge. Raises `ModelUnavailable`
        or `StoreUnavailable` only if no summary was made before that error.
        """
        results: dict[SummaryKey, Summary | PaperboyError] = {}
        for group in in_groups(requests, judged_together(batch)):
            try:
                results.update(await self._briefs(group, batch))
            except PaperboyError as error:
                if not any(isinstance(result, Summary) for result in results.values()):
                    raise
                # The groups that are left would meet the same error.
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
            return await self._brief(request, (SummaryNote(NoteKind.UNREAD, text=str(error).rstrip(".")),))

    async def _brief(self, request: SummaryRequest, notes: tuple[SummaryNote, ...] = ()) -> Summary:
        result = (await self._briefs([request], 1, notes))[request.key]
        if isinstance(result, Summary):
            return result
        raise result

    async def _briefs(
        self, requests: Sequence[SummaryRequest], batch: int, notes: tuple[SummaryNote, ...] = ()
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        """Summaries of papers in one language: ask, judge, ask once more where too little is left."""
        answers, drafts = await self._drafted(requests, {}, batch)
        unavailable = [error for error in answers.errors.values() if not isinstance(error, ModelRefused)]
        if len(unavailable) == len(requests):
            raise unavailable[0]
        facts = await self._settled(drafts)
        problems = dict(answers.problems)
        for request in requests:
            made = facts.get(request.paper.id)
            if made is not None and not made.has_front(least_takeaways(request.paper)):
                problems[request.paper.id] = made.problems(least_takeaways(request.paper))
        errors = answers.errors
        if retried := [request for request in requests if request.paper.id in problems]:
            # The claims of the first replies can be kept, whatever becomes of the second ones.
            second, drafts = await self._drafted(retried, problems, batch)
            errors.update(second.errors)
            for paper_id, later in (await self._settled(drafts)).items():
                facts[paper_id] = merged(facts.get(paper_id), later)
        return {
            request.key: self._summary(request, facts.get(request.paper.id), notes)
            or errors.get(request.paper.id)
            or self._too_little(request, facts)
            for request in requests
        }

    async def _drafted(
        self, requests: Sequence[SummaryRequest], problems: Problems, batch: int
    ) -> tuple[Answers, list[Drafts]]:
        """The answers to these papers, in batches that are asked for at the same time, and the claims in them.

        The claims of a batch are checked as soon as its reply is there, while the others are under way.
        """

        async def ask(part: Sequence[SummaryRequest]) -> tuple[Answers, list[Drafts]]:
            # What the checks need of the papers themselves is found out while the model writes.
            papers, language = [request.paper for request in part], part[0].key.language
            answers, _ = await asyncio.gather(self._replies.ask(part, problems), in_thread(prepare, papers, language))
            return answers, await in_thread(self._drafts, part, answers.replies)

        # A group, because no request may outlive an unexpected error: the next pass would make the same ones again.
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(part)) for part in self._replies.batches(requests, batch)]
        together, drafts = Answers(), []
        for task in asked:
            answers, made = task.result()
            together.add(answers)
            drafts += made
        return together, drafts

    def _drafts(self, requests: Sequence[SummaryRequest], replies: Mapping[str, BriefReply]) -> list[Drafts]:
        return [
            brief_drafts(replies[r.paper.id], r.paper.id, source_of(r.paper), r.key.language, self._glossary)
            for r in requests
            if r.paper.id in replies
        ]

    async def _settled(self, drafts: Sequence[Drafts]) -> dict[str, Facts]:
        """What is shown of these claims, by paper id. All of them are judged together."""
        judgement = await self._judge.judge([made.statements for made in drafts])
        return await in_thread(lambda: {made.paper_id: settled(made, judgement) for made in drafts})

    def _too_little(self, request: SummaryRequest, facts: Mapping[str, Facts]) -> ModelRefused:
        # Without the paper's id, so that a digest can say one reason for several papers.
        has_answer = request.paper.id in facts
        said = "said too little that the abstract supports" if has_answer else "gave no answer that can be used"
        return ModelRefused(f"{self.name} {said}.")

    def _summary(self, request: SummaryRequest, facts: Facts | None, notes: tuple[SummaryNote, ...]) -> Summary | None:
        """The summary of these facts: a headline and at least one takeaway; None if there is not that much."""
        shown = facts.with_headline() if facts is not None else None
        if shown is None or not shown.has_front(min(1, least_takeaways(request.paper))):
            return None
        provenance = Provenance(
            model=self.name,
            created_at=self._clock.now(),
            source=Source.ABSTRACT,
            prompt=brief_hash(self._glossary),
            notes=(*notes, *order_notes(request.paper.abstract), *notes_on(request.key.language)),
        )
        return shown.summary(request.key, provenance)
