"""The deep half of the extractive summarizer: sentences from the sections of a full text, each with its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model import Claim, Conclusion, Evidence, Paper, Reading, Section, Summary
from bot.summaries.planted_orders import is_order
from bot.summaries.sections import SectionPart, choose, parts, reading_notes
from bot.summaries.sentence_roles import (
    RoleWeights,
    SentenceRole,
    is_about_cited_work,
    is_about_this_paper,
    needs_previous_sentence,
    role_weights,
)
from bot.summaries.sentences import split
from bot.summaries.source_text import section_label

# A reference to a figure, a formula or another place, which the reader of a card does not see.
_REFERS_ELSEWHERE = re.compile(
    r"\b(?:fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|eqs?|equations?|appendix|algorithm|theorem|"
    r"lemma)\.?\s*~?\(?[\dA-Z]\b|"
    r"\b(?:above|below|as follows|the following|shown in|\((?:left|right|top|bottom)\))\b|:\s*$",
    re.I,
)
# Remains of formulas and of broken text extraction.
_UNREADABLE = re.compile(r"[=∑∏∫√∂∇≤≥∈→↦⟨⟩|{}\\^_]|\(cid:|\d\s\d\s\d|https?:|www\.")
_NUMBERED_STEP = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|finally|lastly|in the \w+ (?:step|stage|phase))\b", re.I
)
# An amount of computing, data or people.
_EFFORT = re.compile(
    r"\b(?:\d[\d,.]*[kKMB]?|\w+teen|twenty|hundreds?|thousands?|millions?)\s+(?:[\w-]+\s+){0,3}(?:gpus?|tpus?|"
    r"hours?|days?|weeks?|"
    r"steps|epochs?|examples?|samples?|images?|sentences?|tokens|annotators?|participants?|experiments?|"
    r"datasets?|models?|tasks|"
    r"papers|documents|pairs|parameters|layers|runs)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of the paper with its place, its roles and its `order` among all candidates."""

    claim: Claim
    roles: RoleWeights
    order: int

    @property
    def key(self) -> str:
        return self.claim.text.casefold()


_PICKS: tuple[tuple[str, tuple[SectionPart, ...], SentenceRole, int, float], ...] = (
    ("background", (SectionPart.INTRODUCTION,), SentenceRole.BACKGROUND, 2, 1.2),
    ("prior_work", (SectionPart.INTRODUCTION, SectionPart.RELATED), SentenceRole.PROBLEM, 3, 2.6),
    ("method", (SectionPart.INTRODUCTION, SectionPart.METHOD), SentenceRole.AIM, 2, 5.0),
    ("methods", (SectionPart.METHOD,), SentenceRole.METHOD, 5, 1.6),
    ("results", (SectionPart.RESULTS,), SentenceRole.RESULT, 4, 2.4),
    ("performance", (SectionPart.CONCLUSION,), SentenceRole.RESULT, 2, 2.0),
    ("significance", (SectionPart.CONCLUSION,), SentenceRole.SIGNIFICANCE, 2, 1.5),
    ("innovation", (SectionPart.INTRODUCTION, SectionPart.CONCLUSION), SentenceRole.AIM, 1, 5.5),
)
"""For each part of a summary: the sections that it is picked from, the role of its sentences, how many at most, and the
least weight of that role. A sentence is used once: the order decides which part gets it."""


def with_deep_parts(summary: Summary, paper: Paper, reading: Reading) -> Summary:
    """`summary`, made from the abstract, with the parts that the sections of `reading` give."""
    sections = parts(reading)
    # A sentence of the headline or a takeaway is not shown again below it.
    used = {
        summary.headline.text.casefold(),
        *(claim.quote.casefold() for claim in (summary.headline, *summary.takeaways)),
    }
    picked: dict[str, tuple[Claim, ...]] = {}
    for name, wanted, role, most, least in _PICKS:
        from_sections = [section for part, section in sections if part in wanted]
        picked[name] = _pick(from_sections, role, most, least, used)
    workload = _workload(sections, used, paper)
    provenance = replace(
        summary.provenance,
        source=reading.source,
        read=choose(reading, 10**9).extent,  # without a limit: the rules read everything
        notes=(*summary.provenance.notes, *reading_notes(reading)),
    )
    return replace(
        summary,
        provenance=provenance,
        affiliations=reading.affiliations,
        background=picked["background"],
        prior_work=picked["prior_work"],
        method=picked["method"],
        methods=picked["methods"],
        results=picked["results"],
        conclusion=Conclusion(picked["significance"], picked["innovation"], picked["performance"], workload),
    )


def _pick(sections: list[Section], role: SentenceRole, most: int, least: float, used: set[str]) -> tuple[Claim, ...]:
    """The best sentences for a role, in reading order; their keys are added to `used`."""
    candidates = [c for c in _candidates(sections) if c.key not in used and _has_role(c, role, least)]
    # Background is about the field, and not about this paper; method and results are not those of a cited work.
    if role is SentenceRole.BACKGROUND:
        candidates = [c for c in candidates if not is_about_this_paper(c.claim.quote)]
    if role in (SentenceRole.METHOD, SentenceRole.AIM, SentenceRole.RESULT):
        candidates = [c for c in candidates if not is_about_cited_work(c.claim.quote)]
    best = sorted(candidates, key=lambda c: (-_score(c, role), c.order))[:most]
    used.update(candidate.key for candidate in best)
    return tuple(candidate.claim for candidate in sorted(best, key=lambda c: c.order))


def _has_role(candidate: _Candidate, role: SentenceRole, least: float) -> bool:
    """Whether a sentence has this role; in a method section every sentence with "we" or "our" is method."""
    is_own_method = role is SentenceRole.METHOD and is_about_this_paper(candidate.claim.quote)
    return candidate.roles[role] >= least or is_own_method


def _score(candidate: _Candidate, role: SentenceRole) -> float:
    text = candidate.claim.quote
    score = candidate.roles[role] + 0.4 * is_about_this_paper(text) - 1.5 * needs_previous_sentence(text)
    score += 0.5 * bool(_NUMBERED_STEP.match(text)) if role is SentenceRole.METHOD else 0.0
    # Sentences with one clear role are easier to read under its heading.
    score -= 0.15 * max(candidate.roles[other] for other in SentenceRole if other is not role)
    return score - (0.6 if len(text) > 300 else 0.0)


def _workload(parts_of_paper: Iterable[tuple[SectionPart, Section]], used: set[str], paper: Paper) -> tuple[Claim, ...]:
    """One sentence that says how much was trained, run or compared."""
    sections = [section for part, section in parts_of_paper if part in (SectionPart.METHOD, SectionPart.RESULTS)]
    candidates = [
        candidate
        for candidate in _candidates(sections)
        if candidate.key not in used
        and _EFFORT.search(candidate.claim.text)
        and is_about_this_paper(candidate.claim.text)
    ]
    best = max(candidates, key=lambda c: (len(_EFFORT.findall(c.claim.text)), -c.order), default=None)
    return () if best is None or best.claim.text in paper.abstract else (best.claim,)


def _candidates(sections: list[Section]) -> list[_Candidate]:
    """The sentences that can stand alone: whole, readable, of a fair length, referring to no figure or equation."""
    candidates: list[_Candidate] = []
    for section in sections:
        name = section_label(section.number, section.title)
        for paragraph in section.paragraphs:
            raw = split(paragraph.text)
            for index, quote in enumerate(raw):
                if _stands_alone(quote):
                    claim = Claim(" ".join(quote.split()), (Evidence(quote, name, paragraph.page, paragraph.anchor),))
                    roles = role_weights(quote, index / max(len(raw) - 1, 1))
                    candidates.append(_Candidate(claim, roles, len(candidates)))
    return candidates


def _stands_alone(quote: str) -> bool:
    # Shorter ones are mostly headings and captions, longer ones several sentences that were not split.
    if not 40 <= len(quote) <= 380 or not quote[0].isupper() or quote[-1] not in '.!”")':
        return False
    # Many digits and signs: a row of a table or a formula.
    letters = sum(char.isalpha() or char.isspace() for char in quote)
    if letters < 0.8 * len(quote) or _UNREADABLE.search(quote) or _REFERS_ELSEWHERE.search(quote):
        return False
    return not is_order(quote) and not quote.endswith("et al.")
