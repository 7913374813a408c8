"""A deep reading's claims as one value, to be judged part by part, merged, and carried into a summary. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.model import Claim, Conclusion, Dropped, Provenance, Summary, SummaryKey
from bot.summaries.grounding import ClaimRules, SourceText
from bot.summaries.reply_checks import HEADLINE, LEAST_TAKEAWAYS, TAKEAWAYS, judge_claims, judge_keywords
from bot.summaries.reply_schema import PARTS, FactsReply

_ABOUT_US = frozenset(("method", "methods", "results", "innovation", "performance", "workload"))
_MOST = 8
"""Claims in one part."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper says, in English. `parts` has a tuple for every name in `schema.PARTS`."""

    headline: Claim | None
    takeaways: tuple[Claim, ...]
    parts: dict[str, tuple[Claim, ...]]
    keywords: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether this is worth being called a reading: what it is, what was done, what came of it."""
        done = len(self.parts["method"]) + len(self.parts["methods"])
        found = len(self.parts["results"]) + len(self.parts["performance"])
        return self.headline is not None and done >= 1 and done + found >= 2

    @property
    def is_complete(self) -> bool:
        """Whether another request for it is not worth its cost."""
        return self.enough and len(self.takeaways) >= LEAST_TAKEAWAYS

    @property
    def something(self) -> bool:
        """Whether it can be shown at all, if only as a brief summary."""
        return self.enough or (self.headline is not None and bool(self.takeaways))

    @property
    def brief(self) -> Facts:
        """Headline and takeaways alone."""
        return Facts(self.headline, self.takeaways, dict.fromkeys(PARTS, ()), self.keywords, self.dropped)

    def claims(self) -> Iterator[tuple[str, Claim]]:
        """Every claim under a key that says its place: "c1", "c2" … in order, the headline first."""
        listed = [*([self.headline] if self.headline else []), *self.takeaways]
        listed += [claim for name in PARTS for claim in self.parts[name]]
        yield from ((f"c{index}", claim) for index, claim in enumerate(listed, 1))

    def said(self, say: Callable[[str, Claim], Claim | None]) -> Facts:
        """The same with every claim put in other words; one for which `say` gives None is left out (of the headline's
        place a takeaway is put)."""
        new = iter([say(key, claim) for key, claim in self.claims()])
        headline = next(new) if self.headline is not None else None
        takeaways = _kept(new, len(self.takeaways))
        parts = {name: _kept(new, len(self.parts[name])) for name in PARTS}
        if headline is None and takeaways:
            headline, takeaways = takeaways[0], takeaways[1:]
        return Facts(headline, takeaways, parts, self.keywords, self.dropped)

    def summary(
        self, key: SummaryKey, provenance: Provenance, affiliations: tuple[str, ...], title: str | None = None
    ) -> Summary:
        """Raises ValueError without a headline."""
        if self.headline is None:
            raise ValueError("A summary needs a headline.")
        part = self.parts
        return Summary(
            key=key,
            headline=self.headline,
            takeaways=self.takeaways,
            keywords=self.keywords,
            provenance=provenance,
            translated_title=title,
            affiliations=affiliations,
            background=part["background"],
            prior_work=part["prior_work"],
            method=part["method"],
            results=part["results"],
            methods=part["methods"],
            conclusion=Conclusion(part["significance"], part["innovation"], part["performance"], part["workload"]),
        )


def of_summary(summary: Summary) -> Facts:
    """The facts that an English deep summary carries."""
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
    return Facts(summary.headline, summary.takeaways, parts, summary.keywords, summary.provenance.dropped)


def judge_facts(reply: FactsReply, source: SourceText) -> Facts:
    """The claims of a reply that hold; a claim stands in one part only, but a takeaway may return in one."""
    headline, dropped = judge_claims(
        [reply.headline], source, ClaimRules(longest=HEADLINE, shortest=20, about_us=True), ()
    )
    taken, fallen = judge_claims(reply.takeaways, source, ClaimRules(), headline)
    lost = [*dropped, *fallen]
    seen: list[Claim] = []
    parts: dict[str, tuple[Claim, ...]] = {}
    for name in PARTS:
        kept, fallen = judge_claims(getattr(reply, name), source, ClaimRules(about_us=name in _ABOUT_US), seen)
        seen.extend(kept)
        lost.extend(fallen)
        parts[name] = kept[:_MOST]
    keywords = judge_keywords(reply.keywords, source, "en")
    return Facts(headline[0] if headline else None, taken[:TAKEAWAYS], parts, keywords, tuple(lost))


def merged(first: Facts | None, second: Facts | None) -> Facts | None:
    """Of two attempts, for each part the one of which more held; the second where both are equal."""
    if first is None or second is None:
        return second or first

    def fuller(one: tuple[Claim, ...], other: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return other if len(other) >= len(one) else one

    return Facts(
        headline=second.headline or first.headline,
        takeaways=fuller(first.takeaways, second.takeaways),
        parts={name: fuller(first.parts[name], second.parts[name]) for name in PARTS},
        keywords=second.keywords or first.keywords,
        dropped=second.dropped,
    )


def _kept(new: Iterator[Claim | None], count: int) -> tuple[Claim, ...]:
    return tuple(claim for claim in (next(new) for _ in range(count)) if claim is not None)
