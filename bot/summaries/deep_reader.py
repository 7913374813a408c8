"""Deep summaries by a model: the facts of a paper are asked for once, in English, and then translated."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

import structlog

from bot.errors import ModelRefused, PaperboyError, RetryLater, TextTooLong
from bot.model import Claim, Dropped, Provenance, Reading, Source, Summary, SummaryRequest
from bot.model.languages import is_english
from bot.ports import Clock
from bot.summaries import reply_schema
from bot.summaries.claim_checks import ClaimRules, check_translation, notes_on
from bot.summaries.facts import Facts, check_facts, facts_of, merged
from bot.summaries.forbidden_text import cleaned
from bot.summaries.glossary import Glossary
from bot.summaries.model_client import ModelClient, Schema
from bot.summaries.prompt_building import deep_hash, facts_prompts, retry_prompt, translation_prompts
from bot.summaries.reply_checks import LEAST_TAKEAWAYS, check_keywords, check_title
from bot.summaries.reply_parsing import BadReply, is_id_of, parse_facts, parse_translation
from bot.summaries.sections import Selection, choose, reading_notes
from bot.summaries.source_text import SourceText, source_of

log = structlog.get_logger()

CONTEXT_CHARACTERS = 160_000
"""Characters of a paper that are sent: about 40,000 tokens. Halved for a model that does not accept so many."""

_LEAST_CONTEXT_CHARACTERS = 6_000

BRIEF_INSTEAD = "brief instead of deep: too little of the reading could be verified"

_MOST_REMEMBERED = 32
"""English summaries kept in memory for further languages of the same paper."""


class TooLittleVerified(ModelRefused):
    """A model was asked twice, and none of its statements about the paper can be shown."""


@dataclass
class _Translation:
    """A translation while it is made: the texts that passed and the problems of the others, by the key of the claim."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    reply: reply_schema.TranslationReply | None = None
    error: PaperboyError | None = None
    """The error of the second request."""


class DeepReader:
    """Reads with one model: one request for the facts and one for each further language, each repeated at most once."""

    def __init__(
        self, client: ModelClient, clock: Clock, glossary: Glossary, context: int = CONTEXT_CHARACTERS
    ) -> None:
        self._client, self._clock, self._glossary = client, clock, glossary
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
        return await self._translate(english, request, source)

    # ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────

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
        facts, problems = _checked_facts(text, request, source)
        if facts is None or not facts.is_enough:
            # The same selection: problems of the first reply may refer to any of its sections.
            system, user = facts_prompts(request.paper, source, selection)
            second = await self._ask_again(system, user, reply_schema.FACTS_SCHEMA, problems)
            if isinstance(second, str):
                facts = merged(facts, _checked_facts(second, request, source)[0])
            elif isinstance(second, RetryLater) and (facts is None or not facts.is_displayable):
                raise second
        if facts is None or not facts.is_displayable:
            raise TooLittleVerified(f"{self._client.name} said too little of {request.paper.id} that can be verified.")
        notes = () if facts.is_deep else (BRIEF_INSTEAD,)
        facts = facts if facts.is_deep else facts.as_brief()
        provenance = Provenance(
            model=self._client.name,
            created_at=self._clock.now(),
            source=reading.source,
            prompt=deep_hash(self._glossary),
            read=selection.extent,
            dropped=facts.dropped,
            notes=(*notes, *reading_notes(reading)),
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
                return await self._client.ask(system, user, reply_schema.FACTS_SCHEMA), selection
            except TextTooLong:
                refused = min(self._context, selection.size)
                if refused <= _LEAST_CONTEXT_CHARACTERS:
                    raise
                # Half of what was refused, and kept for the next papers: the limit is the model's, not the paper's.
                self._context = max(refused // 2, _LEAST_CONTEXT_CHARACTERS)
                log.info("model accepts less text", model=self._client.name, characters=self._context)

    # ── translation ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _translate(self, english: Summary, request: SummaryRequest, source: SourceText) -> Summary:
        facts = facts_of(english)
        translation = await self._translated(facts, request, source)
        translated = facts.translated(translation.texts)
        if not translated.is_displayable:
            if isinstance(translation.error, RetryLater):
                raise translation.error
            raise TooLittleVerified(f"{self._client.name} translated too little of {request.paper.id}.")
        notes: tuple[str, ...] = ()
        if facts.is_deep and not translated.is_deep:
            translated, notes = translated.as_brief(), (BRIEF_INSTEAD,)
        language, reply = request.key.language, translation.reply
        title = check_title(reply.title, source, language)[0] if reply else None
        keywords = check_keywords(reply.keywords, source, language) if reply else ()
        lost = tuple(
            Dropped(claim.text, translation.problems.get(key, "it was not translated"))
            for key, claim in facts.claims().items()
            if key not in translation.texts
        )
        provenance = replace(
            english.provenance,
            created_at=self._clock.now(),
            model=self._client.name,
            dropped=(*english.provenance.dropped, *lost),
            notes=(*notes, *english.provenance.notes, *notes_on(language)),
        )
        translated = replace(translated, keywords=keywords or english.keywords)
        return translated.summary(request.key, provenance, english.affiliations, title)

    async def _translated(self, facts: Facts, request: SummaryRequest, source: SourceText) -> _Translation:
        """The claims in the language of the request; if too few pass, those that are missing are asked for again."""
        claims, translation = facts.claims(), _Translation()
        system, user = translation_prompts(request, claims, facts.keywords, self._glossary)
        text = await self._client.ask(system, user, reply_schema.TRANSLATION_SCHEMA)
        _add_translations(text, claims, request, source, translation)
        if facts.is_translated_enough(translation.texts):
            return translation
        missing = {key: claim for key, claim in claims.items() if key not in translation.texts}
        system, user = translation_prompts(request, missing, facts.keywords, self._glossary)
        problems = [f"{key}: {problem}" for key, problem in translation.problems.items()]
        second = await self._ask_again(system, user, reply_schema.TRANSLATION_SCHEMA, problems)
        if isinstance(second, str):
            _add_translations(second, missing, request, source, translation)
        else:
            translation.error = second
        return translation

    async def _ask_again(self, system: str, user: str, schema: Schema, problems: list[str]) -> str | PaperboyError:
        """The reply to a second request, which lists the problems of the first, or its error as a value.

        If too little of the first reply passed, the kind of the error matters: a refusal is final, while a model that
        is unavailable may still make this summary later.
        """
        try:
            return await self._client.ask(system, retry_prompt(user, problems), schema)
        except PaperboyError as error:
            log.info("second request failed", model=self._client.name, reason=str(error))
            return error


def _was_read_by_a_model(facts: Summary) -> bool:
    """Whether a model has read the full text for this English summary."""
    provenance = facts.provenance
    return facts.key.language == "en" and provenance.prompt is not None and provenance.source is not Source.ABSTRACT


def _checked_facts(text: str, request: SummaryRequest, source: SourceText) -> tuple[Facts | None, list[str]]:
    """The claims of a reply that pass, and the problems of the others as sentences for the model."""
    try:
        reply = parse_facts(text)
    except BadReply as error:
        return None, [str(error)]
    if not is_id_of(reply.id, request.paper):
        return None, [f"The answer is about {reply.id[:40]}, not about {request.paper.id}."]
    facts = check_facts(reply, source)
    problems = [f"This cannot be used, because {claim.why}: “{claim.text[:160]}”" for claim in facts.dropped]
    if not facts.is_deep:
        problems.append("There is too little on the method and the results.")
    if len(facts.takeaways) < LEAST_TAKEAWAYS:
        problems.append(f"There are too few takeaways; give {LEAST_TAKEAWAYS} or more.")
    return facts, problems


def _add_translations(
    text: str, claims: dict[str, Claim], request: SummaryRequest, source: SourceText, translation: _Translation
) -> None:
    """Add the texts of a reply that pass to `translation`, and replace its problems by those of this reply."""
    try:
        reply = parse_translation(text)
    except BadReply as error:
        translation.problems = {"all": str(error)}  # no key of a claim: the problem concerns the whole reply
        return
    if not is_id_of(reply.id, request.paper):
        translation.problems = {"all": f"the answer is about {reply.id[:40]}"}
        return
    translation.reply = translation.reply or reply
    translation.problems = {}
    given = {claim.key: cleaned(claim.text) for claim in reply.claims}
    # Longer than an English claim may be: many languages need more characters for the same statement.
    rules = ClaimRules(request.key.language, longest=600)
    for key, claim in claims.items():
        problem = check_translation(given[key], claim, source, rules) if key in given else "it is missing"
        if problem is None:
            translation.texts[key] = given[key]
        else:
            translation.problems[key] = problem
