"""Deep summaries by a model: the facts of a paper are asked for once, in English, judged, and then translated."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

import structlog

from bot.errors import PaperboyError, RetryLater, TextTooLong
from bot.model import NoteKind, Provenance, Reading, Source, Summary, SummaryNote, SummaryRequest
from bot.model.languages import is_english
from bot.ports import Clock
from bot.summaries.claim_drafts import facts_drafts
from bot.summaries.facts import LEAST_TAKEAWAYS, Facts, TooLittleVerified, merged
from bot.summaries.glossary import Glossary
from bot.summaries.judge import Judge
from bot.summaries.model_client import ModelClient
from bot.summaries.planted_orders import order_notes
from bot.summaries.prompt_building import deep_hash, facts_prompts, retry_prompt
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_facts
from bot.summaries.reply_schema import FACTS_SCHEMA
from bot.summaries.sections import Selection, choose, reading_notes
from bot.summaries.settling import settled
from bot.summaries.source_text import SourceText, source_of
from bot.summaries.translation import Translator

log = structlog.get_logger()

CONTEXT_CHARACTERS = 160_000
"""Characters of a paper that are sent: about 40,000 tokens. Halved for a model that does not accept so many."""

_LEAST_CONTEXT_CHARACTERS = 6_000

_MOST_REMEMBERED = 32
"""English summaries kept in memory for further languages of the same paper."""


class DeepReader:
    """Reads with one model: one request for the facts and one for each further language, each repeated at most once."""

    def __init__(
        self, client: ModelClient, clock: Clock, glossary: Glossary, judge: Judge, context: int = CONTEXT_CHARACTERS
    ) -> None:
        self._client, self._clock, self._glossary, self._judge = client, clock, glossary, judge
        self._translator = Translator(client, clock, glossary, judge)
        self._context = context
        self._english: OrderedDict[tuple[str, int], Summary] = OrderedDict()
        # A lock exists while a request holds it or waits for it.
        self._locks: WeakValueDictionary[tuple[str, int], asyncio.Lock] = WeakValueDictionary()

    async def read(self, request: SummaryRequest) -> Summary:
        """The deep summary of `request.reading`, which must be there.

        Raises `ModelUnavailable`, `StoreUnavailable`, or `ModelRefused` if too little passes the checks.
        """
        assert request.reading is not None  # noqa: S101 - the caller makes a brief summary if it is
        source = source_of(request.paper, request.reading)
        english = await self._english_summary(request, request.reading, source)
        if is_english(request.key.language):
            return replace(english, key=request.key)
        return await self._translator.translate(english, request, source)

    async def _english_summary(self, request: SummaryRequest, reading: Reading, source: SourceText) -> Summary:
        # An extractive summary may be stored in place of the facts; a translation of it would not be a deep reading.
        if request.facts is not None and _was_read_by_a_model(request.facts):
            return request.facts
        key = (request.paper.id, request.paper.version)
        async with self._locks.setdefault(key, asyncio.Lock()):  # two languages asked for at once share one reading
            if key not in self._english:
                self._english[key] = await self._read_facts(request, reading, source)
                while len(self._english) > _MOST_REMEMBERED:
                    self._english.popitem(last=False)
            return self._english[key]

    async def _read_facts(self, request: SummaryRequest, reading: Reading, source: SourceText) -> Summary:
        text, selection = await self._ask_for_facts(request, reading, source)
        facts, problems = await self._settled(text, request, source)
        if facts is None or not facts.is_enough:
            # The same selection: problems of the first reply may refer to any of its sections.
            system, user = facts_prompts(request.paper, source, selection)
            second = await self._ask_again(system, user, problems)
            if isinstance(second, str):
                later = (await self._settled(second, request, source))[0]
                facts = merged(facts, later) if later is not None else facts
            elif isinstance(second, RetryLater) and (facts is None or not facts.is_displayable):
                raise second
        if facts is None:
            raise TooLittleVerified(f"{self._client.name} gave no answer that can be used.")
        facts = facts.with_headline()
        if not facts.is_displayable:
            raise TooLittleVerified(f"{self._client.name} said too little that can be verified.")
        return self._summary(facts, request, reading, selection)

    def _summary(self, facts: Facts, request: SummaryRequest, reading: Reading, selection: Selection) -> Summary:
        notes = () if facts.is_deep else (SummaryNote(NoteKind.TOO_LITTLE_VERIFIED),)
        facts = facts if facts.is_deep else facts.as_brief()
        provenance = Provenance(
            model=self._client.name,
            created_at=self._clock.now(),
            source=reading.source,
            prompt=deep_hash(self._glossary),
            read=selection.extent,
            notes=(*notes, *order_notes(request.paper.abstract), *reading_notes(reading)),
        )
        return facts.summary(replace(request.key, language="en"), provenance, reading.affiliations)

    async def _ask_for_facts(
        self, request: SummaryRequest, reading: Reading, source: SourceText
    ) -> tuple[str, Selection]:
        """The first reply, to as much of the paper as the model accepts."""
        while True:
            selection = choose(reading, self._context)
            system, user = facts_prompts(request.paper, source, selection)
            try:
                return await self._client.ask(system, user, FACTS_SCHEMA), selection
            except TextTooLong:
                refused = min(self._context, selection.size)
                if refused <= _LEAST_CONTEXT_CHARACTERS:
                    raise
                # Half of what was refused, and kept for the next papers: the limit is the model's, not the paper's.
                self._context = max(refused // 2, _LEAST_CONTEXT_CHARACTERS)
                log.info("model accepts less text", model=self._client.name, characters=self._context)

    async def _settled(
        self, text: str, request: SummaryRequest, source: SourceText
    ) -> tuple[Facts | None, Sequence[str]]:
        """What is shown of a reply, and the problems with the rest as sentences for the model."""
        try:
            reply = parse_facts(text)
        except BadReply as error:
            return None, [str(error)]
        if not is_id_of(reply.id, request.paper):
            return None, [f"The answer is about {reply.id[:40]}, not about {request.paper.id}."]
        drafts = facts_drafts(reply, request.paper.id, source)
        facts = settled(drafts, await self._judge.judge([drafts.statements]))
        problems = facts.problems(LEAST_TAKEAWAYS)
        return facts, problems if facts.is_deep else (*problems, "There is too little on the method and the results.")

    async def _ask_again(self, system: str, user: str, problems: Sequence[str]) -> str | PaperboyError:
        """The reply to a second request, which lists the problems of the first, or its error as a value.

        If too little of the first reply passed, the kind of the error matters: a refusal is final, while a model that
        is unavailable may still make this summary later.
        """
        try:
            return await self._client.ask(system, retry_prompt(user, problems), FACTS_SCHEMA)
        except PaperboyError as error:
            log.info("second request failed", model=self._client.name, reason=str(error))
            return error


def _was_read_by_a_model(facts: Summary) -> bool:
    """Whether a model has read the full text for this English summary."""
    provenance = facts.provenance
    return facts.key.language == "en" and provenance.prompt is not None and provenance.source is not Source.ABSTRACT
