"""The summarizer that needs no model: it picks the most informative sentences of the authors."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from bot.model import Claim, Depth, Evidence, Provenance, Source, Summary, SummaryRequest
from bot.model.languages import is_english
from bot.ports import Clock
from bot.summaries.extractive_deep import with_deep_parts
from bot.summaries.headline_shortening import shortened
from bot.summaries.keywords import STOP_WORDS, keywords
from bot.summaries.planted_orders import is_order
from bot.summaries.sentence_roles import (
    RoleWeights,
    SentenceRole,
    needs_previous_sentence,
    role_weights,
)
from bot.summaries.sentences import split

NAME = "extractive"

_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
# A subject that cannot be understood without the sentence before.
_PRONOUN = re.compile(r"(?:it|they|its|their|this|these|those|both|that)\b", re.I)
# A sentence that continues a list: the first item is the better headline.
_ADDS = re.compile(
    r"\bwe (?:also|further|additionally|then|finally|next)\b|^(?:second|third|finally|moreover|furthermore|"
    r"additionally|in addition|lastly|next|then)\b",
    re.I,
)
_REPORTS = re.compile(r"\b(?:experiments?|results?)\b.{0,30}\b(?:show|demonstrate)", re.I)
_RELEASES = re.compile(r"we (?:will )?(?:\w+ly )?(?:release|open-source|make (?:our|the|all))\b", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its `index` in reading order, its roles, and its `centrality` (how many words it shares)."""

    text: str
    index: int
    roles: RoleWeights
    centrality: float

    @property
    def shown(self) -> str:
        return " ".join(self.text.split())


class ExtractiveSummarizer:
    """Makes summaries of verbatim sentences, in the paper's own language. Never raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    async def summarize(self, request: SummaryRequest) -> Summary:
        return extract(request, self._clock)


def extract(request: SummaryRequest, clock: Clock) -> Summary:
    """A summary by rules alone: deep if the request has a full text, otherwise from title and abstract."""
    paper, key = request.paper, request.key
    headline, takeaways = brief(paper.title, paper.abstract)
    notes = list(why_not_deep(request))
    if not is_english(key.language):
        notes.append("in English: no model was there to translate")
    summary = Summary(
        key=key,
        headline=headline,
        takeaways=takeaways,
        keywords=keywords(paper.title, paper.abstract),
        provenance=Provenance(model=NAME, created_at=clock.now(), source=Source.ABSTRACT, notes=tuple(notes)),
    )
    reading = request.reading
    if key.depth is Depth.DEEP and reading is not None and reading.source is not Source.ABSTRACT:
        return with_deep_parts(summary, paper, reading)
    return summary


def why_not_deep(request: SummaryRequest) -> tuple[str, ...]:
    """The note on a card if a deep summary was asked for and no full text could be read; otherwise empty."""
    reading = request.reading
    if request.key.depth is not Depth.DEEP or (reading is not None and reading.source is not Source.ABSTRACT):
        return ()
    reason = reading.problem if reading is not None and reading.problem else "there is no full text"
    if reason[1:2].islower() or reason[1:2] == " ":
        reason = reason[0].lower() + reason[1:]  # it continues this sentence; "PDF" and "HTML" keep their capitals
    return (f"brief instead of deep: {reason.rstrip('.')}",)


def brief(title: str, abstract: str) -> tuple[Claim, tuple[Claim, ...]]:
    """Headline and takeaways of an abstract; the title is the headline if there is no sentence to use."""
    sentences = weighed(title, abstract)
    if not sentences:
        return Claim(" ".join(title.split()), (Evidence(title),)), ()
    headline = _headline(title, sentences)
    chosen = _takeaways(sentences, headline)
    takeaways = tuple(Claim(sentence.shown, (Evidence(sentence.text),)) for sentence in chosen)
    return Claim(shortened(headline.shown), (Evidence(headline.text),)), takeaways


# ── weighing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def weighed(title: str, text: str) -> list[Sentence]:
    """The sentences of `text` with their weights. Instructions to the reader are left out: they may be injected."""
    raw = [sentence for sentence in split(text) if not is_order(sentence)]
    words = [_content_words(sentence) for sentence in raw]
    frequency = Counter(word for bag in words for word in bag)
    topic = _content_words(title)
    sentences = []
    for index, (sentence, bag) in enumerate(zip(raw, words, strict=True)):
        roles = role_weights(sentence, index / max(len(raw) - 1, 1))
        # Shared words count, those of the title more; a long sentence has more of them by chance.
        shared = sum(frequency[word] - 1 + 1.5 * (word in topic) for word in bag)
        sentences.append(Sentence(sentence, index, roles, shared / (len(bag) ** 0.7 + 3) if bag else 0.0))
    return sentences


def _content_words(text: str) -> set[str]:
    """The words without stop words, by their first seven letters, so that inflected forms agree."""
    return {word.lower()[:7] for word in _WORD.findall(text) if word.lower() not in STOP_WORDS}


# ── the headline ──────────────────────────────────────────────────────────────────────────────────────────────────


def _headline(title: str, sentences: list[Sentence]) -> Sentence:
    """The sentence that says what the paper does."""
    name = _own_name(title)
    return max(sentences, key=lambda sentence: (_headline_score(sentence, name), -sentence.index))


def _headline_score(sentence: Sentence, name: str) -> float:
    # The weights here and below were set by hand against real abstracts; only their order of size matters.
    text, aim = sentence.text, sentence.roles[SentenceRole.AIM]
    score = aim + 0.8 * sentence.centrality - 3 * (sentence.roles[SentenceRole.RESOURCE] > 0)
    # "To close this gap, we propose …" names a problem and is a good headline all the same.
    score -= 0.5 * sentence.roles[SentenceRole.PROBLEM] if aim < 4 else 0
    if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        score += 2.0 if aim >= 3 else 0.8
        score += 1.0 * bool(re.match(rf"(?:\\\w+\{{)?{re.escape(name)}\b[^.]{{0,12}} (?:is|are)\b", text))
    score -= 1.6 * bool(_ADDS.search(text))
    score -= 1.2 * bool(_REPORTS.search(text))
    # An earlier sentence is better, but many abstracts open with background: only a clear aim may open.
    score -= 0.25 * sentence.index - (0.6 if sentence.index == 0 and aim >= 4 else 0)
    return score - (1.5 if len(text) < 40 else 0)


def _own_name(title: str) -> str:
    """The authors' name for their work, from a title like "MyoSem: Aligning …"; empty if there is none."""
    name, colon, _ = title.partition(":")
    name = re.sub(r"\\[a-zA-Z]+|[{}$]", "", name).strip()
    # Longer beginnings are half of a title: "Learning to rank: a survey".
    return name if colon and len(name.split()) <= 2 else ""


# ── the takeaways ─────────────────────────────────────────────────────────────────────────────────────────────────

_WANTED_ROLES = (
    (SentenceRole.RESULT, 2.0),
    (SentenceRole.METHOD, 1.0),
    (SentenceRole.PROBLEM, 2.0),
    (SentenceRole.RESULT, 2.5),
    (SentenceRole.METHOD, 2.0),
)
"""The roles that takeaways are looked for, in order, with the least weight that counts."""


def _takeaways(sentences: list[Sentence], headline: Sentence) -> list[Sentence]:
    """Sentences with the wanted roles first, then the most central ones; in the order of the text."""
    rest = [s for s in sentences if s is not headline and not _is_same(s, headline)]
    useful = [s for s in rest if not _says_little(s)] or [s for s in rest if s.roles[SentenceRole.RESOURCE] == 0]
    wanted = _how_many(len(useful))
    if len(useful) <= wanted:
        return _without_duplicates(useful)
    # A card should have a result, a method and a problem before it has two of one kind.
    chosen: list[Sentence] = []
    for role, least in _WANTED_ROLES:
        best = _best_for(role, useful, chosen, headline)
        if best is not None and best.roles[role] >= least and len(chosen) < wanted:
            chosen.append(best)
    while len(chosen) < wanted:
        left = _not_chosen(useful, chosen)
        if not left:
            break
        chosen.append(max(left, key=lambda s: (_takeaway_score(s, chosen, headline), -s.index)))
    return sorted(chosen, key=lambda s: s.index)


def _how_many(sentences: int) -> int:
    # A summary that repeats most of an abstract saves the reader no time.
    return sentences if sentences <= 3 else 3 if sentences <= 5 else 4 if sentences <= 8 else 5


def _best_for(
    role: SentenceRole, useful: list[Sentence], chosen: list[Sentence], headline: Sentence
) -> Sentence | None:
    """The best sentence for a role. A problem is stated before the headline, a method after it."""
    left = _not_chosen(useful, chosen)
    if role is SentenceRole.PROBLEM:
        left = [s for s in left if s.index < headline.index] or [s for s in left if s.index < headline.index + 2]
    if role is SentenceRole.METHOD:
        left = [s for s in left if s.roles.role is not SentenceRole.PROBLEM and s.roles[SentenceRole.RESULT] < 5]
        left = [s for s in left if s.index > headline.index] or left
    return max(left, key=lambda s: (s.roles[role] + 0.5 * _takeaway_score(s, chosen, headline), -s.index), default=None)


def _not_chosen(useful: list[Sentence], chosen: list[Sentence]) -> list[Sentence]:
    return [s for s in useful if s not in chosen and not any(_is_same(s, other) for other in chosen)]


def _takeaway_score(sentence: Sentence, chosen: list[Sentence], headline: Sentence) -> float:
    """Its centrality, less if it is hard to understand on its own: it begins with a pronoun, is short, or very long."""
    score = sentence.centrality + 0.15 * max(sentence.roles.weights.values())
    shown_before = {other.index for other in chosen} | {headline.index}
    if needs_previous_sentence(sentence.text) and sentence.index - 1 not in shown_before:
        score -= 4.0 if _PRONOUN.match(sentence.text) else 1.6
    if len(sentence.text) < 60:
        score -= 1.2
    if sentence.roles.role is SentenceRole.BACKGROUND:
        score -= 1.2
    return score - (0.8 if len(sentence.text) > 420 else 0)


def _says_little(sentence: Sentence) -> bool:
    """Whether it says where code is, asks a question, or is too short to say anything."""
    resource = sentence.roles[SentenceRole.RESOURCE]
    if _RELEASES.match(sentence.text):
        return True
    content = max(sentence.roles[role] for role in (SentenceRole.METHOD, SentenceRole.RESULT, SentenceRole.PROBLEM))
    return resource >= 5 or (resource >= 4 and content < 3) or sentence.text.endswith("?") or len(sentence.text) < 30


def _is_same(sentence: Sentence, other: Sentence) -> bool:
    return sentence.shown.casefold() == other.shown.casefold()


def _without_duplicates(sentences: list[Sentence]) -> list[Sentence]:
    seen: dict[str, Sentence] = {}
    for sentence in sentences:
        seen.setdefault(sentence.shown.casefold(), sentence)
    return list(seen.values())
