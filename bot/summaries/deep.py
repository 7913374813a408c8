"""Deep readings by a model: the facts once, in English, then said in the language asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace

import structlog

import prompts
from bot.errors import ModelRefused, ModelUnavailable, TextTooLong
from bot.model import Claim, Dropped, Provenance, Reading, Source, Summary, SummaryKey, SummaryRequest
from bot.model.languages import is_english, prompt_name
from bot.ports import Clock
from bot.summaries import facts as the_facts
from bot.summaries import glossary as terms
from bot.summaries import reply_schema
from bot.summaries.facts import Facts, judge_facts, merged
from bot.summaries.forbidden_text import cleaned
from bot.summaries.grounding import ClaimRules, SourceText, check_rendering, notes_on, source_of
from bot.summaries.model_client import ModelClient, Schema, enclosed
from bot.summaries.reply_checks import HEADLINE, LEAST_TAKEAWAYS, judge_keywords, judge_title
from bot.summaries.sections import Selection, choose, reading_notes

log = structlog.get_logger()

CONTEXT = 160_000
"""Characters of a paper that are read at most: about 40,000 tokens. Halved for a model that cannot take them."""

BRIEF_INSTEAD = "brief instead of deep: too little of the reading held"

_LEAST = 6_000
_REMEMBERED = 32


class TooLittle(ModelRefused):
    """A model was asked twice, and nothing that it said of the paper can be shown."""


class DeepReader:
    """Reads with one model: one request for the facts, one for each further language, and one more try of either."""

    def __init__(self, asker: ModelClient, clock: Clock, glossary: terms.Glossary, context: int = CONTEXT) -> None:
        self._asker, self._clock, self._glossary = asker, clock, glossary
        self._context = context
        self._known: OrderedDict[tuple[str, int], Summary] = OrderedDict()
        self._locks: dict[tuple[str, int], asyncio.Lock] = {}

    async def read(self, request: SummaryRequest) -> Summary:
        """Raises `ModelUnavailable`, or `ModelRefused` where too little holds. Needs `request.reading`."""
        assert request.reading is not None  # noqa: S101 - its caller has looked
        source = source_of(request.paper, request.reading)
        english = await self._english(request, request.reading, source)
        if is_english(request.key.language):
            return replace(english, key=request.key)
        return await self._say(english, request, source)

    # ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _english(self, request: SummaryRequest, reading: Reading, source: SourceText) -> Summary:
        kept = request.facts
        if kept is not None and _usable(kept):
            return kept
        key = (request.paper.id, request.paper.version)
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:  # two languages at once: one reading serves both
                if key not in self._known:
                    self._known[key] = await self._facts(request, reading, source)
                    while len(self._known) > _REMEMBERED:
                        self._known.popitem(last=False)
                return self._known[key]
        finally:
            if not lock.locked():
                self._locks.pop(key, None)

    async def _facts(self, request: SummaryRequest, reading: Reading, source: SourceText) -> Summary:
        text, selection = await self._first(request, reading)
        found, problems = _judged(text, request, source)
        if found is None or not found.is_complete:
            again = await self._again(*self._question(request, selection), reply_schema.FACTS_SCHEMA, problems)
            if again is not None:
                found = merged(found, _judged(again, request, source)[0])
        if found is None or not found.something:
            raise TooLittle(f"{self._asker.name} gave too little for {request.paper.id} that the paper carries.")
        notes = () if found.enough else (BRIEF_INSTEAD,)
        found = found if found.enough else found.brief
        provenance = Provenance(
            model=self._asker.name,
            created_at=self._clock.now(),
            source=reading.source,
            prompt=prompt_hash(self._glossary),
            read=selection.extent,
            dropped=found.dropped,
            notes=(*notes, *reading_notes(reading)),
        )
        key = SummaryKey(request.key.paper_id, request.key.version, "en", request.key.depth)
        return found.summary(key, provenance, reading.affiliations)

    async def _first(self, request: SummaryRequest, reading: Reading) -> tuple[str, Selection]:
        """The first reply, to as much of the paper as the model can take."""
        while True:
            selection = choose(reading, self._context)
            try:
                return await self._asker.ask(*self._question(request, selection), reply_schema.FACTS_SCHEMA), selection
            except TextTooLong:
                if self._context <= _LEAST:
                    raise
                self._context //= 2
                log.info("model takes less", model=self._asker.name, characters=self._context)

    def _question(self, request: SummaryRequest, selection: Selection) -> tuple[str, str]:
        paper, extent = request.paper, selection.extent
        text = f"Title: {paper.title}\n\n## Abstract\n{paper.abstract}\n\n{selection.text}"
        read = "All of it follows." if selection.whole else f"{extent.read} of {extent.total} {extent.unit} follow."
        system = prompts.load("deep_system").fill(headline_limit=str(HEADLINE - 40))
        user = prompts.load("deep_user").fill(id=paper.id, read=read, paper=enclosed(f"paper {paper.id}", text))
        return system, user

    # ── saying it ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _say(self, english: Summary, request: SummaryRequest, source: SourceText) -> Summary:
        language = request.key.language
        facts = the_facts.of_summary(english)
        claims = dict(facts.claims())
        said: dict[str, str] = {}
        system, user = self._rendering(request, claims, english.keywords)
        text = await self._asker.ask(system, user, reply_schema.RENDERING_SCHEMA)
        reply, wrong = _heard(text, request, claims, source, said)
        if not _is_enough(said, facts):
            left = {key: claim for key, claim in claims.items() if key not in said}
            question = self._rendering(request, left, english.keywords)
            again = await self._again(
                *question, reply_schema.RENDERING_SCHEMA, [f"{k}: {why}" for k, why in wrong.items()]
            )
            if again is not None:
                second, wrong = _heard(again, request, left, source, said)
                reply = reply or second
        lost = tuple(
            Dropped(claim.text, wrong.get(key, "not said")) for key, claim in claims.items() if key not in said
        )
        told = _in_words(facts, said)
        if not told.something:
            raise TooLittle(f"{self._asker.name} could not say enough of {request.paper.id} in that language.")
        short: tuple[str, ...] = ()
        if facts.enough and not told.enough:
            told, short = told.brief, (BRIEF_INSTEAD,)
        title = judge_title(reply.title, source, language)[0] if reply else None
        keywords = judge_keywords(reply.keywords, source, language) if reply else ()
        told = replace(told, keywords=keywords or english.keywords)
        made = replace(
            english.provenance,
            created_at=self._clock.now(),
            model=self._asker.name,
            dropped=(*english.provenance.dropped, *lost),
            notes=(*short, *english.provenance.notes, *notes_on(language)),
        )
        return told.summary(request.key, made, english.affiliations, title)

    def _rendering(
        self, request: SummaryRequest, claims: dict[str, Claim], keywords: tuple[str, ...]
    ) -> tuple[str, str]:
        paper, name = request.paper, prompt_name(request.key.language)
        lines = [f"Title: {paper.title}", f"Keywords: {'; '.join(keywords)}", ""]
        lines += [f"[{key}] {claim.text}" for key, claim in claims.items()]
        text = "\n".join(lines)
        hint = terms.instruction(self._glossary, request.key.language, text)
        system = prompts.load("render_system").fill(language=name, glossary=hint)
        data = enclosed(f"title and numbered statements of {paper.id}", text)
        return system, prompts.load("render_user").fill(id=paper.id, language=name, claims=data)

    async def _again(self, system: str, user: str, shape: Schema, problems: list[str]) -> str | None:
        """The reply to a second asking that says what was wrong; None where it failed."""
        listed = enclosed("what was wrong", "\n".join(f"- {line}" for line in problems[:40]))
        try:
            return await self._asker.ask(system, prompts.load("again").fill(request=user, problems=listed), shape)
        except (ModelUnavailable, ModelRefused) as error:
            log.info("second asking failed", model=self._asker.name, why=str(error))
            return None


def _in_words(facts: Facts, said: dict[str, str]) -> Facts:
    return facts.said(lambda key, claim: replace(claim, text=said[key]) if key in said else None)


def _is_enough(said: dict[str, str], facts: Facts) -> bool:
    """Whether a translation keeps the headline, three takeaways and what makes a deep reading one."""
    told = _in_words(facts, said)
    takeaways = min(LEAST_TAKEAWAYS, len(facts.takeaways))
    return "c1" in said and (told.enough or not facts.enough) and len(told.takeaways) >= takeaways


def _usable(facts: Summary) -> bool:
    """Whether a model has read the full text for this."""
    made = facts.provenance
    return facts.key.language == "en" and made.prompt is not None and made.source is not Source.ABSTRACT


def prompt_hash(glossary: terms.Glossary) -> str:
    """The hash of the prompts that make a deep summary, and of the glossary they are filled with."""
    names = ("deep_system", "deep_user", "render_system", "render_user", "again")
    return prompts.digest(*(prompts.load(name).text for name in names), repr(sorted(glossary.items())))


def _judged(text: str, request: SummaryRequest, source: SourceText) -> tuple[Facts | None, list[str]]:
    """What holds of a reply, and what is wrong with it, in sentences for the model."""
    try:
        reply = reply_schema.facts(text)
    except reply_schema.BadReply as error:
        return None, [str(error)]
    if not _means(reply.id, request):
        return None, [f"The answer is about {reply.id[:40]}, not about {request.paper.id}."]
    found = judge_facts(reply, source)
    problems = [f"This does not do, because {lost.why}: “{lost.text[:160]}”" for lost in found.dropped]
    if not found.enough:
        problems.append("There is too little on the method and the results.")
    if len(found.takeaways) < LEAST_TAKEAWAYS:
        problems.append(f"There are too few takeaways; give {LEAST_TAKEAWAYS} or more.")
    return found, problems


def _heard(
    text: str, request: SummaryRequest, claims: dict[str, Claim], source: SourceText, said: dict[str, str]
) -> tuple[reply_schema.RenderingReply | None, dict[str, str]]:
    """Take what holds of a rendering into `said`; what does not is returned by key, with why."""
    try:
        reply = reply_schema.rendering(text)
    except reply_schema.BadReply as error:
        return None, {"all": str(error)}
    if not _means(reply.id, request):
        return None, {"all": f"the answer is about {reply.id[:40]}"}
    given = {claim.key: cleaned(claim.text) for claim in reply.claims}
    wrong: dict[str, str] = {}
    for key, claim in claims.items():
        wish = ClaimRules(request.key.language, longest=600)
        why = check_rendering(given[key], claim, source, wish) if key in given else "it is missing"
        if why is None:
            said[key] = given[key]
        else:
            wrong[key] = why
    return reply, wrong


def _means(said: str, request: SummaryRequest) -> bool:
    low = said.strip().lower().removeprefix("arxiv:").strip()
    return low in (request.paper.id.lower(), request.paper.versioned_id.lower())
