"""Checks a parsed reply against its source: what may be shown, what is dropped and why, what to ask again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.model import Claim, Dropped, Paper, Support
from bot.model.languages import is_english
from bot.summaries import sentence_roles
from bot.summaries.claim_checks import ClaimRules, check_claim, check_term
from bot.summaries.forbidden_text import cleaned
from bot.summaries.language_check import wrong_language
from bot.summaries.quotes import fold, words
from bot.summaries.reply_schema import BriefReply, ClaimReply
from bot.summaries.sentence_roles import SentenceRole
from bot.summaries.sentences import split
from bot.summaries.source_text import SourceText

LONGEST_HEADLINE = 260
"""Characters a headline may have."""

MOST_TAKEAWAYS = 7
LEAST_TAKEAWAYS = 3
"""With fewer a model is asked again, unless the abstract is too short for more."""

_MOST_KEYWORDS = 8


@dataclass(frozen=True, slots=True)
class CheckedBrief:
    """What passed of one paper's reply; `problems` are sentences for the model, `dropped` is for provenance."""

    headline: Claim | None
    takeaways: tuple[Claim, ...]
    keywords: tuple[str, ...]
    title: str | None
    dropped: tuple[Dropped, ...]
    problems: tuple[str, ...]

    def is_enough(self, paper: Paper) -> bool:
        """Whether this can be shown as it is, so that a second request is not worth its cost."""
        return self.headline is not None and len(self.takeaways) >= least_takeaways(paper)

    @property
    def score(self) -> int:
        """How much there is to show; for the choice between two attempts."""
        # A card without a headline borrows a takeaway for it, so that a headline is worth several of those.
        return len(self.takeaways) + 3 * (self.headline is not None)


def check_brief(reply: BriefReply, paper: Paper, source: SourceText, language: str) -> CheckedBrief:
    """Check every claim, the keywords and the title of a brief reply."""
    headline_rules = ClaimRules(language, longest=LONGEST_HEADLINE, shortest=20)
    headlines, dropped_headlines = check_claims([reply.headline], source, headline_rules, ())
    takeaways, dropped = check_claims(reply.takeaways, source, ClaimRules(language), headlines)
    problems = [_problem("headline", claim) for claim in dropped_headlines]
    problems += [_problem("takeaway", claim) for claim in dropped]
    least = least_takeaways(paper)
    if len(reply.takeaways) < least:
        problems.append(f"There are {len(reply.takeaways)} takeaways; give {least} or more.")
    title, reason = check_title(reply.title, source, language)
    if reason:
        dropped = (*dropped, Dropped(reply.title[:200], reason))
        problems.append(f"The title cannot be used: {reason}.")
    surplus = tuple(Dropped(claim.text, "more than seven") for claim in takeaways[MOST_TAKEAWAYS:])
    return CheckedBrief(
        headline=headlines[0] if headlines else None,
        takeaways=takeaways[:MOST_TAKEAWAYS],
        keywords=check_keywords(reply.keywords, source, language),
        title=title,
        dropped=(*dropped_headlines, *dropped, *surplus),
        problems=tuple(problems),
    )


def check_claims(
    replies: Sequence[ClaimReply], source: SourceText, rules: ClaimRules, others: Iterable[Claim]
) -> tuple[tuple[Claim, ...], tuple[Dropped, ...]]:
    """The claims that pass, and those that do not. One that repeats another, or one of `others`, does not pass."""
    seen = {fold(claim.text).text for claim in others}
    passed, dropped = [], []
    for reply in replies:
        claim = Claim(cleaned(reply.text), source.evidence(source.named(reply.sentences)), Support.QUOTED)
        folded = fold(claim.text).text or claim.text  # a text without words or numbers folds to nothing
        if folded in seen:
            dropped.append(Dropped(claim.text[:300], "it repeats another one"))
            continue
        checked = check_claim(claim, source, rules)
        if checked.reason is None:
            seen.add(folded)
            passed.append(checked.claim)
        else:
            dropped.append(Dropped(claim.text[:300], checked.reason))
    return tuple(passed), tuple(dropped)


def check_keywords(keywords: Iterable[str], source: SourceText, language: str) -> tuple[str, ...]:
    """The keywords that pass, without duplicates. In English each consists of words of the source."""
    passed: dict[str, str] = {}
    for raw in keywords:
        term = cleaned(raw).strip(" .;:#")
        if len(term) < 2 or check_term(term, source, language, 60):
            continue
        if is_english(language) and not _is_in_source(term, source):
            continue
        passed.setdefault(term.casefold(), term)
    return tuple(passed.values())[:_MOST_KEYWORDS]


def check_title(title: str, source: SourceText, language: str) -> tuple[str | None, str | None]:
    """The translated title, or what is wrong with it; (None, None) if there is none or none is needed."""
    title = cleaned(title)
    if is_english(language) or not title:
        return None, None
    reason = check_term(title, source, language, 400)
    if reason is None and (other := wrong_language(title, language)):
        reason = f"it is not in the language asked for (but {other})"
    return (title, None) if reason is None else (None, reason)


def least_takeaways(paper: Paper) -> int:
    """How many takeaways an abstract must give: three, or as many as it has sentences beside the headline's."""
    return max(min(LEAST_TAKEAWAYS, len(split(paper.abstract)) - 1), 0)


def better_of(first: CheckedBrief | None, second: CheckedBrief | None) -> CheckedBrief | None:
    """The attempt with more to show; the second if they are equal, so that `dropped` belongs to the last reply."""
    if first is None or second is None:
        return second or first
    return second if second.score >= first.score else first


def displayable(checked: CheckedBrief, paper: Paper) -> CheckedBrief | None:
    """The part of a reply that is shown: a headline and at least one takeaway; None if there is not that much.

    Without a headline of its own the takeaway whose quote says what the paper does becomes the headline.
    """
    headline, takeaways = checked.headline, checked.takeaways
    if headline is None and len(takeaways) >= 2:
        # At least two takeaways: one becomes the headline and one has to be left.
        headline = max(takeaways, key=lambda claim: sentence_roles.role_weights(claim.quote, 0.5)[SentenceRole.AIM])
        takeaways = tuple(claim for claim in takeaways if claim is not headline)
    if headline is None or len(takeaways) < min(1, least_takeaways(paper)):
        return None
    return replace(checked, headline=headline, takeaways=takeaways)


def _is_in_source(term: str, source: SourceText) -> bool:
    """Whether the source has every longer word of a keyword, if in another form, or spells out the acronym."""
    vocabulary = source.vocabulary
    long_words = [word for word in words(term) if len(word) > 2]
    if not long_words:
        return fold(term) in vocabulary.folded
    stems = vocabulary.stems | frozenset(stem.rstrip("s") for stem in vocabulary.stems)
    if all(word[:6].rstrip("s") in stems or word in vocabulary.words for word in long_words):
        return True
    return vocabulary.spells_out(term.removesuffix("s"))


def _problem(part: str, dropped: Dropped) -> str:
    return f"This {part} cannot be used, because {dropped.why}: “{dropped.text[:160]}”"
