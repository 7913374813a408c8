"""The extractive summarizer's deep half: sentences from the sections of a full text, each with its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model import Claim, Conclusion, Paper, Reading, Section, Summary
from bot.summaries import sentence_roles
from bot.summaries.sections import SectionPart, choose, parts, reading_notes
from bot.summaries.sentence_roles import Role
from bot.summaries.sentences import split

_POINTS_AWAY = re.compile(
    r"\b(?:fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|eqs?|equations?|appendix|algorithm|theorem|"
    r"lemma)\.?\s*~?\(?[\dA-Z]\b|"
    r"\b(?:above|below|as follows|the following|shown in|\((?:left|right|top|bottom)\))\b|:\s*$",
    re.I,
)
_ODD = re.compile(r"[=∑∏∫√∂∇≤≥∈→↦⟨⟩|{}\\^_]|\(cid:|\d\s\d\s\d|https?:|www\.")
_NUMBERED_STEP = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|finally|lastly|in the \w+ (?:step|stage|phase))\b", re.I
)
_EFFORT = re.compile(
    r"\b(?:\d[\d,.]*[kKMB]?|\w+teen|twenty|hundreds?|thousands?|millions?)\s+(?:[\w-]+\s+){0,3}(?:gpus?|tpus?|"
    r"hours?|days?|weeks?|"
    r"steps|epochs?|examples?|samples?|images?|sentences?|tokens|annotators?|participants?|experiments?|"
    r"datasets?|models?|tasks|"
    r"papers|documents|pairs|parameters|layers|runs)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence of the paper with its place and what it does."""

    claim: Claim
    weights: sentence_roles.SentenceReading
    order: int

    @property
    def key(self) -> str:
        return self.claim.text.casefold()


def deep_parts(summary: Summary, paper: Paper, reading: Reading) -> Summary:
    """`summary`, made from the abstract, with the parts that the sections of `reading` give."""
    found = parts(reading)
    used = {
        summary.headline.text.casefold(),
        *(claim.quote.casefold() for claim in (summary.headline, *summary.takeaways)),
    }

    def pick(wanted: Iterable[SectionPart], role: Role, most: int, least: float = 1.0) -> tuple[Claim, ...]:
        sections = [section for part, section in found if part in wanted]
        return _pick(sections, role, most, least, used)

    background = pick((SectionPart.INTRODUCTION,), Role.BACKGROUND, 2, 1.2)
    gap = pick((SectionPart.INTRODUCTION, SectionPart.RELATED), Role.PROBLEM, 3, 2.6)
    method = pick((SectionPart.INTRODUCTION, SectionPart.METHOD), Role.AIM, 2, 5.0)
    steps = pick((SectionPart.METHOD,), Role.METHOD, 5, 1.6)
    results = pick((SectionPart.RESULTS,), Role.RESULT, 4, 2.4)
    closing = pick((SectionPart.CONCLUSION,), Role.RESULT, 2, 2.0)
    meaning = pick((SectionPart.CONCLUSION,), Role.MEANING, 2, 1.5)
    ours = pick((SectionPart.INTRODUCTION, SectionPart.CONCLUSION), Role.AIM, 1, 5.5)
    provenance = replace(
        summary.provenance,
        source=reading.source,
        read=choose(reading, 10**9).extent,
        notes=(*summary.provenance.notes, *reading_notes(reading)),
    )
    return replace(
        summary,
        provenance=provenance,
        affiliations=reading.affiliations,
        background=background,
        prior_work=gap,
        method=method,
        methods=steps,
        results=results,
        conclusion=Conclusion(
            significance=meaning, innovation=ours, performance=closing, workload=_effort(found, used, paper)
        ),
    )


def _pick(sections: list[Section], role: Role, most: int, least: float, used: set[str]) -> tuple[Claim, ...]:
    """The sentences that do this best, in reading order; each is used once in a summary."""
    candidates = [one for one in _sentences(sections) if one.key not in used and _does(one, role, least)]
    if role is Role.BACKGROUND:
        candidates = [one for one in candidates if not sentence_roles.speaks_of_itself(one.claim.quote)]
    if role in (Role.METHOD, Role.AIM, Role.RESULT):
        candidates = [one for one in candidates if not sentence_roles.speaks_of_others(one.claim.quote)]
    ranked = sorted(candidates, key=lambda one: (-_rank(one, role), one.order))[:most]
    used.update(one.key for one in ranked)
    return tuple(one.claim for one in sorted(ranked, key=lambda one: one.order))


def _does(one: _Found, role: Role, least: float) -> bool:
    """Whether a sentence does this; in a method section whatever the authors say of themselves is method."""
    return one.weights[role] >= least or (role is Role.METHOD and sentence_roles.speaks_of_itself(one.claim.quote))


def _rank(one: _Found, role: Role) -> float:
    text = one.claim.quote
    score = one.weights[role] + 0.4 * sentence_roles.speaks_of_itself(text) - 1.5 * sentence_roles.leans_back(text)
    score += 0.5 * bool(_NUMBERED_STEP.match(text)) if role is Role.METHOD else 0.0
    score -= 0.5 * max((one.weights[other] for other in Role if other is not role), default=0.0) * 0.3
    return score - (0.6 if len(text) > 300 else 0.0)


def _effort(found: list[tuple[SectionPart, Section]], used: set[str], paper: Paper) -> tuple[Claim, ...]:
    """One sentence that says how much was trained, run or compared."""
    sections = [section for part, section in found if part in (SectionPart.METHOD, SectionPart.RESULTS)]
    told = [
        one
        for one in _sentences(sections)
        if one.key not in used and _EFFORT.search(one.claim.text) and sentence_roles.speaks_of_itself(one.claim.text)
    ]
    best = max(told, key=lambda one: (len(_EFFORT.findall(one.claim.text)), -one.order), default=None)
    return () if best is None or best.claim.text in paper.abstract else (best.claim,)


def _sentences(sections: list[Section]) -> list[_Found]:
    """Sentences that can stand alone: whole, readable, of a fair length, pointing at no figure or equation."""
    found: list[_Found] = []
    for section in sections:
        name = f"{section.number} {section.title}".strip() if section.number else section.title
        for paragraph in section.paragraphs:
            raw = split(paragraph.text)
            for index, quote in enumerate(raw):
                if _stands_alone(quote):
                    claim = Claim(" ".join(quote.split()), quote, name, paragraph.page)
                    found.append(_Found(claim, sentence_roles.read(quote, index / max(len(raw) - 1, 1)), len(found)))
    return found


def _stands_alone(quote: str) -> bool:
    if not 40 <= len(quote) <= 380 or not quote[0].isupper() or quote[-1] not in '.!”")':
        return False
    letters = sum(c.isalpha() or c.isspace() for c in quote)
    if letters < 0.8 * len(quote) or _ODD.search(quote) or _POINTS_AWAY.search(quote):
        return False
    return not sentence_roles.gives_orders(quote) and not quote.endswith("et al.")
