"""The summarizer that asks a model: prompt, reply, grounding, one more try, and only what held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

import prompts
from bot.decisions.model_requests import BATCH
from bot.errors import ModelRefused, PaperboyError
from bot.model import Depth, Provenance, Source, Summary, SummaryKey, SummaryRequest
from bot.model.languages import prompt_name
from bot.ports import Clock
from bot.summaries import glossary as terms
from bot.summaries import reply_schema
from bot.summaries.budget import Budget, Meter
from bot.summaries.deep import DeepReader, TooLittle
from bot.summaries.extractive import instead_of_deep
from bot.summaries.grounding import notes_on, source_of
from bot.summaries.model_client import Model, ModelClient, enclosed
from bot.summaries.reply_checks import HEADLINE, Kept, best, judge_brief, settled

log = structlog.get_logger()


class ModelSummarizer:
    """Makes summaries with one model. `summarize_many` puts several abstracts into one request."""

    def __init__(
        self, model: Model, clock: Clock, *, meter: Meter | None = None, glossary: terms.Glossary | None = None
    ) -> None:
        self._asker = ModelClient(model, clock, meter or Meter(Budget(), clock))
        self._clock = clock
        self._glossary = terms.load() if glossary is None else glossary
        self._deep = DeepReader(self._asker, clock, self._glossary)

    @property
    def name(self) -> str:
        return self._asker.name

    async def close(self) -> None:
        await self._asker.close()

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        return await self._asker.probe()

    async def summarize(self, request: SummaryRequest) -> Summary:
        """Raises `ModelUnavailable` (try the next, or later) or `ModelRefused` (this paper, this model: no)."""
        if request.key.depth is Depth.DEEP:
            return await self._read_deep(request)
        made = (await self._briefs([request]))[request.key]
        if isinstance(made, Summary):
            return made
        raise made

    async def summarize_many(self, requests: Sequence[SummaryRequest]) -> dict[SummaryKey, Summary | PaperboyError]:
        """Brief summaries with as few requests as they take; what could not be made stands there as its error.

        Raises `ModelUnavailable` only if it could make none at all.
        """
        done: dict[SummaryKey, Summary | PaperboyError] = {}
        for group in _groups(requests):
            try:
                done.update(await self._briefs(group))
            except PaperboyError as error:
                if not any(isinstance(made, Summary) for made in done.values()):
                    raise
                done.update({request.key: error for request in requests if request.key not in done})
                break
        return done

    async def _read_deep(self, request: SummaryRequest) -> Summary:
        reading = request.reading
        if reading is None or reading.source is Source.ABSTRACT:
            return await self._brief_instead(request, *instead_of_deep(request))
        try:
            return await self._deep.read(request)
        except TooLittle:
            raise  # asked twice: what the abstract would give is not worth more requests than a reading takes
        except ModelRefused as error:
            log.info("deep reading fell back to brief", paper=request.paper.versioned_id, why=str(error))
            return await self._brief_instead(request, "brief instead of deep: the model does not take the full text")

    async def _brief_instead(self, request: SummaryRequest, note: str) -> Summary:
        made = (await self._briefs([request], (note,)))[request.key]
        if isinstance(made, Summary):
            return made
        raise made

    async def _briefs(
        self, requests: Sequence[SummaryRequest], notes: tuple[str, ...] = ()
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        """Papers of one language: ask, judge, ask again those that did not do, keep what holds."""
        first, faults = await self._collect(requests, {})
        judged = {r.paper.id: _judge(r, first.get(r.paper.id)) for r in requests}
        for request in requests:
            kept = judged[request.paper.id]
            if kept is not None and not kept.is_enough(request.paper):
                faults[request.paper.id] = kept.problems
        again = [request for request in requests if request.paper.id in faults]
        if again:
            second, _ = await self._collect_again(again, faults)
            for request in again:
                paper_id = request.paper.id
                judged[paper_id] = best(judged[paper_id], _judge(request, second.get(paper_id)))
        return {request.key: self._made(request, judged[request.paper.id], notes) for request in requests}

    async def _collect_again(
        self, requests: Sequence[SummaryRequest], faults: Mapping[str, tuple[str, ...]]
    ) -> tuple[dict[str, reply_schema.BriefReply], dict[str, tuple[str, ...]]]:
        """The second asking; what the first one kept stays if it fails."""
        try:
            return await self._collect(requests, faults)
        except PaperboyError as error:
            log.info("second asking failed", model=self.name, why=str(error))
            return {}, {}

    async def _collect(
        self, requests: Sequence[SummaryRequest], faults: Mapping[str, tuple[str, ...]]
    ) -> tuple[dict[str, reply_schema.BriefReply], dict[str, tuple[str, ...]]]:
        """Replies by paper id, and what was wrong where there is none. A reply that lacks papers is bisected."""
        text = await self._asker.ask(*self._question(requests, faults), reply_schema.BRIEF_SCHEMA)
        try:
            found, problems = reply_schema.briefs(text)
        except reply_schema.BadReply as error:
            found, problems = {}, [str(error)]
        replies = {bare: reply for said, reply in found.items() if (bare := _bare(said, requests)) is not None}
        missing = [request for request in requests if request.paper.id not in replies]
        if not missing:
            return replies, {}
        if len(requests) == 1:
            wrong = next(iter(found), None)
            why = [f"The paper {missing[0].paper.id} is missing{f', but there is {wrong[:40]}' if wrong else ''}."]
            return replies, {missing[0].paper.id: tuple(problems or why)}
        failed: dict[str, tuple[str, ...]] = {}
        middle = (len(missing) + 1) // 2
        for half in (missing[:middle], missing[middle:]):
            if half:
                more, still = await self._collect(half, {r.paper.id: faults.get(r.paper.id, ()) for r in half})
                replies.update(more)
                failed.update(still)
        return replies, failed

    def _question(self, requests: Sequence[SummaryRequest], faults: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
        """System and user prompt for these papers, with what was wrong before."""
        code = requests[0].key.language
        texts = [f"{request.paper.title}\n{request.paper.abstract}" for request in requests]
        system = prompts.load("brief_system").fill(
            language=prompt_name(code),
            headline_limit=str(HEADLINE - 40),
            takeaways="three to seven",
            glossary=terms.instruction(self._glossary, code, "\n".join(texts)),
        )
        papers = [
            enclosed(f"paper {r.paper.id}", f"Title: {r.paper.title}\n\nAbstract: {r.paper.abstract}") for r in requests
        ]
        user = prompts.load("brief_user").fill(
            count=str(len(requests)),
            language=prompt_name(code),
            papers="\n\n".join(papers),
            ids=", ".join(request.paper.id for request in requests),
        )
        told = [f"- {paper_id}: {line}" for paper_id, lines in faults.items() for line in lines]
        if told:
            user = prompts.load("again").fill(request=user, problems=enclosed("what was wrong", "\n".join(told)))
        return system, user

    def _made(self, request: SummaryRequest, kept: Kept | None, notes: tuple[str, ...]) -> Summary | PaperboyError:
        done = settled(kept, request.paper) if kept is not None else None
        if done is None or done.headline is None:
            return ModelRefused(f"{self.name} gave nothing for {request.paper.id} that its abstract carries.")
        provenance = Provenance(
            model=self.name,
            created_at=self._clock.now(),
            source=Source.ABSTRACT,
            prompt=prompt_hash(self._glossary),
            dropped=done.dropped,
            notes=(*notes, *notes_on(request.key.language)),
        )
        return Summary(
            key=request.key,
            headline=done.headline,
            takeaways=done.takeaways,
            keywords=done.keywords,
            provenance=provenance,
            translated_title=done.title,
        )


def prompt_hash(glossary: terms.Glossary) -> str:
    """The hash of the prompts that make a brief summary, and of the glossary they are filled with."""
    names = ("brief_system", "brief_user", "again")
    return prompts.digest(*(prompts.load(name).text for name in names), repr(sorted(glossary.items())))


def _judge(request: SummaryRequest, reply: reply_schema.BriefReply | None) -> Kept | None:
    if reply is None:
        return None
    return judge_brief(reply, request.paper, source_of(request.paper), request.key.language)


def _bare(said: str, requests: Sequence[SummaryRequest]) -> str | None:
    """The paper that an id in a reply means: with or without “arXiv:” and version; None for any other."""
    low = said.strip().lower().removeprefix("arxiv:").strip()
    for request in requests:
        if low in (request.paper.id.lower(), request.paper.versioned_id.lower()):
            return request.paper.id
    return None


def _groups(requests: Sequence[SummaryRequest]) -> list[list[SummaryRequest]]:
    """Batches of one language each, with no paper twice in one."""
    groups: list[list[SummaryRequest]] = []
    for request in requests:
        for group in groups:
            fits = len(group) < BATCH and group[0].key.language == request.key.language
            if fits and all(other.paper.id != request.paper.id for other in group):
                group.append(request)
                break
        else:
            groups.append([request])
    return groups
