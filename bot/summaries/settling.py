"""Which words of a card stay the model's: those that a judge supports. The paper's own sentence stands for the others.

Pure. No sentence stands twice: what is there already is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.model import Claim, Dropped, Evidence, Support
from bot.summaries.claim_drafts import HEADLINE, TAKEAWAYS, TITLE, Draft, Drafts, as_shown
from bot.summaries.facts import Facts
from bot.summaries.headline_shortening import shortened
from bot.summaries.language_check import language_of
from bot.summaries.openings import without_opening
from bot.summaries.quotes import fold
from bot.summaries.reply_schema import PARTS
from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import Judgement

_REPEATED = "it repeats another one"


@dataclass
class _Told:
    """What the claims of one part of a card have told so far: their folded texts and the sentences that stand there."""

    texts: set[str] = field(default_factory=set)
    sentences: set[str] = field(default_factory=set)

    def is_new(self, claim: Claim) -> bool:
        """Whether no claim has the same words; they are noted."""
        text = fold(claim.text).text or claim.text  # a text without words or numbers folds to nothing
        if text in self.texts:
            return False
        self.texts.add(text)
        return True


@dataclass(frozen=True, slots=True)
class _Settled:
    """One draft with the reason why the model's words are not shown; None if they are.

    `is_judged` is False where nobody who was believed has judged the words.
    """

    draft: Draft
    why: str | None
    is_judged: bool = True

    @property
    def is_model_text(self) -> bool:
        return self.why is None and not self.draft.is_verbatim


def settled(drafts: Drafts, judgement: Judgement) -> Facts:
    """The claims to show, each in the model's words if the judge supports them, else in the paper's."""
    outcomes = [_settled(draft, drafts.paper_id, judgement) for draft in drafts.drafts]
    # A takeaway stands above the parts of a deep reading and may say the same as one of them.
    front = [outcome for outcome in outcomes if outcome.draft.part in (HEADLINE, TAKEAWAYS)]
    body = [outcome for outcome in outcomes if outcome.draft.part in PARTS]
    claims: dict[str, list[Claim]] = {HEADLINE: [], TAKEAWAYS: [], **{name: [] for name in PARTS}}
    dropped: list[Dropped] = list(drafts.dropped)
    unjudged: list[Dropped] = []
    for group in (front, body):
        told = _Told(sentences=_told_by_models(group))
        for outcome in group:
            claim = _claim(outcome, told)
            if claim is not None:
                claims[outcome.draft.part].append(claim)
            if why := outcome.why or (_REPEATED if claim is None else None):
                (dropped if outcome.is_judged else unjudged).append(Dropped(outcome.draft.text[:300], why))
    title = next((outcome for outcome in outcomes if outcome.draft.part == TITLE), None)
    if title is not None and title.why is not None:
        (dropped if title.is_judged else unjudged).append(Dropped(title.draft.text[:300], title.why))
    is_judged = any(draft.is_to_be_judged for draft in drafts.drafts)
    judge = judgement.judge_of(drafts.paper_id) if is_judged else None
    return Facts(
        headline=next(iter(claims[HEADLINE]), None),
        takeaways=tuple(claims[TAKEAWAYS]),
        parts={name: tuple(claims[name]) for name in PARTS},
        keywords=drafts.keywords,
        title=title.draft.text if title is not None and title.why is None else None,
        dropped=tuple(dropped),
        unjudged=tuple(unjudged),
        judge=judge,
        judge_prompt=judgement.prompt if judge else None,
    )


def sentence_claim(sentence: SourceSentence, *, is_headline: bool = False) -> Claim:
    """The paper's own sentence as a claim, without an opening such as "However,"; a headline is shortened as well."""
    text = as_shown(sentence)
    evidence = Evidence(sentence.text, sentence.section, sentence.page, sentence.anchor)
    shown = shortened(text) if is_headline else without_opening(text)
    return Claim(shown, (evidence,), Support.SENTENCE, language_of(text))


def _settled(draft: Draft, paper_id: str, judgement: Judgement) -> _Settled:
    if not draft.is_to_be_judged:
        return _Settled(draft, draft.refused)
    verdict = judgement.verdict(paper_id, draft.key)
    why = None if verdict.is_supported else verdict.reason or "its sentences do not support it"
    return _Settled(draft, why, verdict.is_judged)


def _claim(outcome: _Settled, told: _Told) -> Claim | None:
    """The claim of a draft, noted in `told`; None if nothing may stand for it that is not told already."""
    draft = outcome.draft
    if outcome.is_model_text:
        claim = Claim(draft.text, draft.evidence, Support.JUDGED)
        return claim if told.is_new(claim) else None
    is_headline = draft.part == HEADLINE
    if len(draft.repeated) > 1 and not is_headline and (passage := _passage_claim(draft.repeated, told)):
        return passage
    for sentence in (*draft.repeated, *draft.stand_ins):
        # The headline comes first and is never left out.
        if is_headline or sentence.id not in told.sentences:
            told.sentences.add(sentence.id)
            claim = sentence_claim(sentence, is_headline=is_headline)
            if told.is_new(claim):
                return claim
    return None


def _passage_claim(sentences: Sequence[SourceSentence], told: _Told) -> Claim | None:
    """Several of the paper's own sentences as one claim; None if one of them is told already."""
    ids = {sentence.id for sentence in sentences}
    parts = [sentence_claim(sentence) for sentence in sentences]
    text = " ".join([parts[0].text, *(as_shown(sentence) for sentence in sentences[1:])])
    claim = replace(parts[0], text=text, evidence=tuple(passage for part in parts for passage in part.evidence))
    if ids & told.sentences or not told.is_new(claim):
        return None
    told.sentences |= ids
    return claim


def _told_by_models(outcomes: Sequence[_Settled]) -> set[str]:
    """The sentences that a model's words repeat: those that alone support a claim."""
    return {o.draft.named[0].id for o in outcomes if o.is_model_text and len(o.draft.named) == 1}
