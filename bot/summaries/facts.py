"""The facts of a whole paper: checked part by part, merged from two attempts, translated, made into a summary. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.model import Claim, Conclusion, Dropped, Provenance, Summary, SummaryKey
from bot.summaries.claim_checks import ClaimRules
from bot.summaries.reply_checks import (
    LEAST_TAKEAWAYS,
    LONGEST_HEADLINE,
    MOST_TAKEAWAYS,
    check_claims,
    check_keywords,
)
from bot.summaries.reply_schema import PARTS, FactsReply
from bot.summaries.source_text import SourceText

_ABOUT_THIS_PAPER = frozenset(("method", "methods", "results", "innovation", "performance", "workload"))
"""The parts in which a claim about others' work is wrong."""

_MOST_CLAIMS = 8
"""Claims in one part; more are not dropped as wrong, only not shown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The claims about a paper that passed. `parts` has a tuple for every name in `reply_schema.PARTS`."""

    headline: Claim | None
    takeaways: tuple[Claim, ...]
    parts: dict[str, tuple[Claim, ...]]
    keywords: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def is_deep(self) -> bool:
        """Whether there is enough for a deep summary: a headline, a method, and a second claim on method or results."""
        methods = len(self.parts["method"]) + len(self.parts["methods"])
        results = len(self.parts["results"]) + len(self.parts["performance"])
        return self.headline is not None and methods >= 1 and methods + results >= 2

    @property
    def is_enough(self) -> bool:
        """Whether this can be shown as it is, so that a second request is not worth its cost."""
        return self.is_deep and len(self.takeaways) >= LEAST_TAKEAWAYS

    @property
    def is_displayable(self) -> bool:
        """Whether it can be shown at all, if only as a brief summary."""
        return self.is_deep or (self.headline is not None and bool(self.takeaways))

    def as_brief(self) -> Facts:
        """Headline and takeaways alone."""
        return replace(self, parts=dict.fromkeys(PARTS, ()))

    def claims(self) -> dict[str, Claim]:
        """Every claim under a key: "c1", "c2" … in order, the headline first."""
        listed = [*([self.headline] if self.headline else []), *self.takeaways]
        listed += [claim for name in PARTS for claim in self.parts[name]]
        return {f"c{index}": claim for index, claim in enumerate(listed, 1)}

    def translated(self, texts: Mapping[str, str]) -> Facts:
        """The same claims with these texts, by the keys of `claims`; a claim without a text is left out.

        If that is the headline, the first takeaway becomes the headline.
        """
        claims = self.claims()
        new = iter([replace(claim, text=texts[key]) if key in texts else None for key, claim in claims.items()])
        headline = next(new) if self.headline is not None else None
        takeaways = _next_claims(new, len(self.takeaways))
        parts = {name: _next_claims(new, len(self.parts[name])) for name in PARTS}
        if headline is None and takeaways:
            headline, takeaways = takeaways[0], takeaways[1:]
        return Facts(headline, takeaways, parts, self.keywords, self.dropped)

    def is_translated_enough(self, texts: Mapping[str, str]) -> bool:
        """Whether a translation keeps the headline, three takeaways, and what makes a deep summary."""
        translated = self.translated(texts)
        has_headline = self.headline is None or "c1" in texts  # the key of the headline, see `claims`
        has_takeaways = len(translated.takeaways) >= min(LEAST_TAKEAWAYS, len(self.takeaways))
        return has_headline and has_takeaways and (translated.is_deep or not self.is_deep)

    def summary(
        self, key: SummaryKey, provenance: Provenance, affiliations: tuple[str, ...], title: str | None = None
    ) -> Summary:
        """The summary of these facts. Raises ValueError without a headline."""
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
    return Facts(summary.headline, summary.takeaways, parts, summary.keywords, summary.provenance.dropped)


def check_facts(reply: FactsReply, source: SourceText) -> Facts:
    """The claims of a reply that pass. A claim is in one part only; a takeaway may be repeated in a part."""
    headline_rules = ClaimRules(longest=LONGEST_HEADLINE, shortest=20, about_this_paper=True)
    headlines, dropped_headlines = check_claims([reply.headline], source, headline_rules, ())
    takeaways, dropped_takeaways = check_claims(reply.takeaways, source, ClaimRules(), headlines)
    dropped = [*dropped_headlines, *dropped_takeaways]
    # `seen` begins empty: a takeaway stands above the parts and may say the same as one of them.
    seen: list[Claim] = []
    parts: dict[str, tuple[Claim, ...]] = {}
    for name in PARTS:
        rules = ClaimRules(about_this_paper=name in _ABOUT_THIS_PAPER)
        passed, dropped_claims = check_claims(getattr(reply, name), source, rules, seen)
        seen.extend(passed)
        dropped.extend(dropped_claims)
        parts[name] = passed[:_MOST_CLAIMS]
    keywords = check_keywords(reply.keywords, source, "en")
    headline = headlines[0] if headlines else None
    return Facts(headline, takeaways[:MOST_TAKEAWAYS], parts, keywords, tuple(dropped))


def merged(first: Facts | None, second: Facts | None) -> Facts | None:
    """Of two attempts, each part of the one that has more claims in it; of the second if they are equal."""
    if first is None or second is None:
        return second or first

    def fuller(earlier: tuple[Claim, ...], later: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return later if len(later) >= len(earlier) else earlier

    return Facts(
        headline=second.headline or first.headline,
        takeaways=fuller(first.takeaways, second.takeaways),
        parts={name: fuller(first.parts[name], second.parts[name]) for name in PARTS},
        keywords=second.keywords or first.keywords,
        dropped=second.dropped,  # of the last reply only: the first one was answered by the second
    )


def _next_claims(claims: Iterator[Claim | None], count: int) -> tuple[Claim, ...]:
    return tuple(claim for claim in (next(claims) for _ in range(count)) if claim is not None)
