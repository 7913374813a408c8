"""Deep summaries in other languages: an English one is translated, and every translated claim is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import structlog

from bot.errors import PaperboyError, RetryLater
from bot.model import Claim, Summary, SummaryRequest
from bot.ports import Clock
from bot.summaries.claim_checks import notes_on
from bot.summaries.claim_drafts import Draft, Drafts, title_draft, translated_draft
from bot.summaries.facts import Facts, TooLittleVerified, facts_of
from bot.summaries.glossary import Glossary
from bot.summaries.judge import Judge
from bot.summaries.model_client import ModelClient
from bot.summaries.prompt_building import retry_prompt, translation_prompts
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_translation
from bot.summaries.reply_schema import TRANSLATION_SCHEMA, TranslationReply
from bot.summaries.settling import settled
from bot.summaries.source_text import SourceText
from bot.summaries.statements import Judgement
from bot.summaries.term_checks import check_keywords

log = structlog.get_logger()

Keyed = Mapping[str, tuple[str, Claim]]
"""English claims with their parts, by key, see `Facts.keyed`."""


@dataclass
class _Translation:
    """A translation while it is made: the drafts by the keys of the claims, with what the judge said of them."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    judgement: Judgement = field(default_factory=lambda: Judgement({}))
    keywords: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What was wrong with the last reply as a whole."""

    def usable(self, paper_id: str) -> set[str]:
        """The keys of the claims that are shown in the other language, or would be if somebody judged them."""
        verdicts = {key: self.judgement.verdict(paper_id, key) for key in self.drafts}
        return {
            key
            for key, draft in self.drafts.items()
            if draft.is_to_be_judged and (verdicts[key].is_supported or not verdicts[key].is_judged)
        }


class Translator:
    """Translates with one model: one request for a summary, repeated at most once, and one to the judge for each."""

    def __init__(self, client: ModelClient, clock: Clock, glossary: Glossary, judge: Judge) -> None:
        self._client, self._clock, self._glossary, self._judge = client, clock, glossary, judge

    async def translate(self, english: Summary, request: SummaryRequest, source: SourceText) -> Summary:
        """The summary in the language of the request. What is not supported stands in the paper's own words.

        Raises `ModelUnavailable`, `StoreUnavailable`, `ModelRefused`, and of its kind `TooLittleVerified`.
        """
        facts = facts_of(english)
        keyed = facts.keyed()
        translation = await self._ask(keyed, facts.keywords, request, source)
        usable = translation.usable(request.paper.id)
        failure = None
        if not facts.has_enough_of(usable):
            failure = await self._ask_again(keyed, usable, facts, request, source, translation)
        # Where a judge refused all of them, the original sentences stand. Where none is a translation at all, another
        # model may do better.
        if not any(draft.is_to_be_judged for key, draft in translation.drafts.items() if key in keyed):
            if isinstance(failure, RetryLater):
                raise failure
            raise TooLittleVerified(f"{self._client.name} translated nothing that can be used.")
        return self._summary(english, facts, request, source, translation)

    async def _ask(
        self, keyed: Keyed, keywords: tuple[str, ...], request: SummaryRequest, source: SourceText
    ) -> _Translation:
        system, user = translation_prompts(request, _claims(keyed), keywords, self._glossary)
        text = await self._client.ask(system, user, TRANSLATION_SCHEMA)
        return await self._judged(text, keyed, request, source)

    async def _ask_again(
        self,
        keyed: Keyed,
        usable: Collection[str],
        facts: Facts,
        request: SummaryRequest,
        source: SourceText,
        translation: _Translation,
    ) -> PaperboyError | None:
        """Ask for the claims that cannot be used and add what comes to `translation`; the error if nothing comes."""
        missing = {key: item for key, item in keyed.items() if key not in usable}
        system, user = translation_prompts(request, _claims(missing), facts.keywords, self._glossary)
        problems = [*translation.problems, *_problems(missing, translation, request.paper.id)]
        try:
            text = await self._client.ask(system, retry_prompt(user, problems), TRANSLATION_SCHEMA)
        except PaperboyError as error:
            log.info("second request failed", model=self._client.name, reason=str(error))
            return error
        second = await self._judged(text, missing, request, source)
        _add(second, translation, request.paper.id)
        return None

    async def _judged(self, text: str, keyed: Keyed, request: SummaryRequest, source: SourceText) -> _Translation:
        """The drafts of a reply, judged; none if the reply cannot be used."""
        reply, problem = _parsed(text, request)
        if reply is None:
            return _Translation(problems=(problem,))
        language = request.key.language
        given = {claim.key: claim.text for claim in reply.claims}
        drafts = {
            key: translated_draft(key, part, claim, given[key], source, language)
            for key, (part, claim) in keyed.items()
            if key in given
        }
        if title := title_draft(reply.title, source, language):
            drafts[title.key] = title
        asked = Drafts(request.paper.id, tuple(drafts.values()))
        judgement = await self._judge.judge([asked.statements])
        return _Translation(drafts, judgement, check_keywords(reply.keywords, source, language, self._glossary))

    def _summary(
        self, english: Summary, facts: Facts, request: SummaryRequest, source: SourceText, translation: _Translation
    ) -> Summary:
        language = request.key.language
        ordered = [
            translation.drafts.get(key) or translated_draft(key, part, claim, None, source, language)
            for key, (part, claim) in facts.keyed().items()
        ]
        title = translation.drafts.get("title")
        drafts = Drafts(
            request.paper.id,
            (*ordered, *([title] if title else [])),
            translation.keywords or facts.keywords,
            facts.dropped,
        )
        provenance = replace(
            english.provenance,
            created_at=self._clock.now(),
            model=self._client.name,
            notes=(*english.provenance.notes, *notes_on(language)),
        )
        shown = settled(drafts, translation.judgement).with_headline()
        if shown.headline is None:
            raise TooLittleVerified(f"{self._client.name} translated too little of {request.paper.id}.")
        return shown.summary(request.key, provenance, english.affiliations)


def _claims(keyed: Keyed) -> dict[str, Claim]:
    return {key: claim for key, (_, claim) in keyed.items()}


def _parsed(text: str, request: SummaryRequest) -> tuple[TranslationReply | None, str]:
    """The reply, or what is wrong with it."""
    try:
        reply = parse_translation(text)
    except BadReply as error:
        return None, str(error)
    if not is_id_of(reply.id, request.paper):
        return None, f"The answer is about {reply.id[:40]}, not about {request.paper.id}."
    return reply, ""


def _problems(missing: Keyed, translation: _Translation, paper_id: str) -> list[str]:
    """What was wrong with each claim that is asked for again."""
    problems = []
    for key in missing:
        draft = translation.drafts.get(key)
        if draft is None:
            problems.append(f"{key}: it is missing")
        else:
            problems.append(f"{key}: {draft.refused or translation.judgement.verdict(paper_id, key).reason}")
    return problems


def _add(second: _Translation, first: _Translation, paper_id: str) -> None:
    """Add a second reply to the first: its drafts replace those of the same keys that are not supported."""
    earlier, later = first.judgement, second.judgement
    supported = {place: verdict for place, verdict in earlier.verdicts.items() if verdict.is_supported}
    first.drafts |= {key: draft for key, draft in second.drafts.items() if (paper_id, key) not in supported}
    first.keywords = first.keywords or second.keywords
    first.judgement = Judgement(
        {**earlier.verdicts, **later.verdicts, **supported},
        later.judge or earlier.judge,
        later.prompt or earlier.prompt,
        earlier.judged | later.judged,
    )
