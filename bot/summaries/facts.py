"""The claims about a paper that are shown: from one reply or merged from two, made into a summary. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.errors import ModelRefused
from bot.model import Claim, Conclusion, Dropped, Paper, Provenance, Summary, SummaryKey, Support
from bot.summaries import sentence_roles
from bot.summaries.headline_shortening import shortened
from bot.summaries.quotes import fold
from bot.summaries.reply_schema import PARTS
from bot.summaries.sentence_roles import SentenceRole
from bot.summaries.sentences import split

LEAST_TAKEAWAYS = 3
"""With fewer of a full text, a model is asked again."""

_LEAST_OF_ABSTRACT = 2
"""With fewer of an abstract, a model is asked again, unless the abstract is too short for more. Two are a card: a third
one is not worth what a second request costs."""


class TooLittleVerified(ModelRefused):
    """A model was asked twice, and nothing, or too little, of what it said about the paper can be shown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The claims about a paper. `parts` has a tuple for every name in `reply_schema.PARTS`, empty in a brief summary.

    `judge` is the model that was believed about this paper, `judge_prompt` the hash of its prompts.
    """

    headline: Claim | None
    takeaways: tuple[Claim, ...]
    parts: dict[str, tuple[Claim, ...]]
    keywords: tuple[str, ...]
    title: str | None = None
    """The translated title."""
    dropped: tuple[Dropped, ...] = ()
    unjudged: tuple[Dropped, ...] = ()
    """Texts that are not shown because nobody who was believed judged them; the maker cannot mend that."""
    judge: str | None = None
    judge_prompt: str | None = None

    @property
    def is_deep(self) -> bool:
        """Whether there is enough for a deep summary: a headline, a method, and a second claim on method or results."""
        methods = len(self.parts["method"]) + len(self.parts["methods"])
        results = len(self.parts["results"]) + len(self.parts["performance"])
        return self.headline is not None and methods >= 1 and methods + results >= 2

    def has_front(self, least_takeaways: int) -> bool:
        """Whether there are a headline and so many takeaways."""
        return self.headline is not None and len(self.takeaways) >= least_takeaways

    @property
    def is_enough(self) -> bool:
        """Whether this can be shown as a deep summary, so that a second request is not worth its cost."""
        return self.is_deep and self.has_front(LEAST_TAKEAWAYS)

    @property
    def is_displayable(self) -> bool:
        """Whether it can be shown at all, if only as a brief summary."""
        return self.is_deep or self.has_front(1)

    def problems(self, least_takeaways: int) -> tuple[str, ...]:
        """What was wrong with the reply that these facts were made of, as sentences for the model."""
        problems = [f"This cannot be used, because {claim.why}: “{claim.text[:160]}”" for claim in self.dropped]
        if self.headline is None:
            problems.append("There is no headline with the sentences that it rests on.")
        if len(self.takeaways) < least_takeaways:
            problems.append(f"There are too few takeaways; give {least_takeaways} or more, each with its sentences.")
        return tuple(problems)

    def with_headline(self) -> Facts:
        """Without a headline of its own, the takeaway that rests on what the paper does becomes the headline.

        There must be two takeaways: one is left.
        """
        if self.headline is not None or len(self.takeaways) < 2:
            return self
        aim = max(self.takeaways, key=lambda claim: sentence_roles.role_weights(claim.quote, 0.5)[SentenceRole.AIM])
        rest = tuple(claim for claim in self.takeaways if claim is not aim)
        is_sentence = aim.support is Support.SENTENCE
        return replace(self, headline=replace(aim, text=shortened(aim.text)) if is_sentence else aim, takeaways=rest)

    def as_brief(self) -> Facts:
        """Headline and takeaways alone."""
        return replace(self, parts=dict.fromkeys(PARTS, ()))

    def keyed(self) -> dict[str, tuple[str, Claim]]:
        """Every claim with its part under a key: "c1", "c2" … in order, the headline first."""
        listed = [("headline", self.headline)] if self.headline else []
        listed += [("takeaways", claim) for claim in self.takeaways]
        listed += [(name, claim) for name in PARTS for claim in self.parts[name]]
        return {f"c{index}": item for index, item in enumerate(listed, 1)}

    def has_enough_of(self, keys: Collection[str]) -> bool:
        """Whether the claims with these keys are a headline, three takeaways, and what makes a deep summary.

        Of what these facts lack themselves nothing is expected.
        """
        kept = {key: item for key, item in self.keyed().items() if key in keys}

        def count(*parts: str) -> int:
            return sum(part in parts for part, _ in kept.values())

        has_headline = self.headline is None or count("headline") == 1
        methods, results = count("method", "methods"), count("results", "performance")
        has_parts = not self.is_deep or (methods >= 1 and methods + results >= 2)
        return has_headline and count("takeaways") >= min(LEAST_TAKEAWAYS, len(self.takeaways)) and has_parts

    def summary(self, key: SummaryKey, provenance: Provenance, affiliations: tuple[str, ...] = ()) -> Summary:
        """The summary of these facts, with what was dropped and who judged. Raises ValueError without a headline."""
        if self.headline is None:
            raise ValueError("A summary needs a headline.")
        part = self.parts
        return Summary(
            key=key,
            headline=self.headline,
            takeaways=self.takeaways,
            keywords=self.keywords,
            provenance=replace(
                provenance,
                dropped=(*self.dropped, *self.unjudged),
                judge=self.judge,
                judge_prompt=self.judge_prompt,
            ),
            translated_title=self.title,
            affiliations=affiliations,
            background=part["background"],
            prior_work=part["prior_work"],
            method=part["method"],
            results=part["results"],
            methods=part["methods"],
            conclusion=Conclusion(part["significance"], part["innovation"], part["performance"], part["workload"]),
        )


def facts_of(summary: Summary) -> Facts:
    """The facts that an English deep summary was made of."""
    end = summary.conclusion
    parts = {
        "background": summary.background,
        "prior_work": summary.prior_work,
        "method": summary.method,
        "results": summary.results,
        "methods": summary.methods,
        "significance": end.significance,
        "innovation": end.innovation,
        "performance": end.performance,
        "workload": end.workload,
    }
    made = summary.provenance
    return Facts(
        headline=summary.headline,
        takeaways=summary.takeaways,
        parts=parts,
        keywords=summary.keywords,
        dropped=made.dropped,
        judge=made.judge,
        judge_prompt=made.judge_prompt,
    )


def least_takeaways(paper: Paper) -> int:
    """How many takeaways an abstract must give: two, or as many as it has sentences beside the headline's."""
    return max(min(_LEAST_OF_ABSTRACT, len(split(paper.abstract)) - 1), 0)


def merged(first: Facts | None, second: Facts) -> Facts:
    """Of two attempts, each part of the one that has more claims in it, then of the one that has more judged words;
    of the second if they are equal."""
    if first is None:
        return second
    headline = max(filter(None, (second.headline, first.headline)), key=_is_judged, default=None)
    judged = second if second.judge else first
    # The parts of two attempts may repeat each other, which those of one do not.
    front = [headline] if headline else []
    takeaways = _not_repeating(front, _fuller(first.takeaways, second.takeaways))
    parts: dict[str, tuple[Claim, ...]] = {}
    for name in PARTS:
        told = [claim for part in parts.values() for claim in part]
        parts[name] = _not_repeating(told, _fuller(first.parts[name], second.parts[name]))
    return Facts(
        headline=headline,
        takeaways=takeaways,
        parts=parts,
        keywords=second.keywords or first.keywords,
        title=second.title or first.title,
        # Of the last reply only: the first one was answered by the second.
        dropped=second.dropped,
        unjudged=second.unjudged,
        judge=judged.judge,
        judge_prompt=judged.judge_prompt,
    )


def _is_judged(claim: Claim) -> bool:
    return claim.support is Support.JUDGED


def _fuller(earlier: tuple[Claim, ...], later: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return max(later, earlier, key=lambda claims: (len(claims), sum(map(_is_judged, claims))))


def _not_repeating(told: Collection[Claim], claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The claims that repeat none of those that are told already."""
    return tuple(claim for claim in claims if not any(_is_repeated(claim, other) for other in told))


def _is_repeated(claim: Claim, told: Claim) -> bool:
    """Whether a claim has the words of another one, or is the sentence that the other one shortens or rests on."""
    is_same_sentence = claim.support is Support.SENTENCE and claim.evidence == told.evidence
    return is_same_sentence or fold(claim.text).text == fold(told.text).text
