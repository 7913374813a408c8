"""A model's reply against its source: what may be shown, what is dropped and why, what to ask again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model import Claim, Dropped, Paper
from bot.model.languages import is_english
from bot.summaries import sentence_roles
from bot.summaries.forbidden_text import cleaned
from bot.summaries.grounding import ClaimRules, SourceText, check, check_words
from bot.summaries.language_check import wrong_language
from bot.summaries.quotes import fold, words
from bot.summaries.reply_schema import BriefReply, ClaimReply
from bot.summaries.sentence_roles import Role
from bot.summaries.sentences import split

HEADLINE = 260
"""Characters a headline may have."""

TAKEAWAYS = 7
LEAST_TAKEAWAYS = 3
KEYWORDS = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """What held of one paper's reply. `problems` are sentences for the model, `dropped` is for provenance."""

    headline: Claim | None
    takeaways: tuple[Claim, ...]
    keywords: tuple[str, ...]
    title: str | None
    dropped: tuple[Dropped, ...]
    problems: tuple[str, ...]

    def is_enough(self, paper: Paper) -> bool:
        """Whether this can be shown as it is, so that another request is not worth its cost."""
        return self.headline is not None and len(self.takeaways) >= least_takeaways(paper)

    @property
    def worth(self) -> int:
        return len(self.takeaways) + 3 * (self.headline is not None)


def judge_brief(reply: BriefReply, paper: Paper, source: SourceText, language: str) -> Kept:
    """Check every claim, keyword and title of a brief reply."""
    head, dropped = judge_claims([reply.headline], source, ClaimRules(language, longest=HEADLINE, shortest=20), ())
    problems = [_problem("headline", d) for d in dropped]
    taken, fallen = judge_claims(reply.takeaways, source, ClaimRules(language), head)
    problems += [_problem("takeaway", d) for d in fallen]
    least = least_takeaways(paper)
    if len(reply.takeaways) < least:
        problems.append(f"There are {len(reply.takeaways)} takeaways; give {least} or more.")
    keywords = judge_keywords(reply.keywords, source, language)
    title, why = judge_title(reply.title, source, language)
    if why:
        fallen = (*fallen, Dropped(reply.title[:200], why))
        problems.append(f"The title does not do: {why}.")
    cut = tuple(Dropped(c.text, "more than seven") for c in taken[TAKEAWAYS:])
    headline = head[0] if head else None
    return Kept(headline, taken[:TAKEAWAYS], keywords, title, (*dropped, *fallen, *cut), tuple(problems))


def judge_claims(
    replies: Sequence[ClaimReply], source: SourceText, wish: ClaimRules, others: Iterable[Claim]
) -> tuple[tuple[Claim, ...], tuple[Dropped, ...]]:
    """The claims that hold, and those that do not; one that says what another says already does not."""
    seen = {fold(claim.text).text for claim in others}
    kept, dropped = [], []
    for reply in replies:
        claim = reply.claim()
        same = fold(claim.text).text or claim.text
        if same in seen:
            dropped.append(Dropped(claim.text[:300], "it repeats another one"))
            continue
        verdict = check(claim, source, wish)
        if verdict.why is None:
            seen.add(same)
            kept.append(verdict.claim)
        else:
            dropped.append(Dropped(claim.text[:300], verdict.why))
    return tuple(kept), tuple(dropped)


def judge_keywords(keywords: Iterable[str], source: SourceText, language: str) -> tuple[str, ...]:
    """Terms without links, placeholders or names of a model's own; in English each has words of the source."""
    kept: dict[str, str] = {}
    for raw in keywords:
        term = cleaned(raw).strip(" .;:#")
        if len(term) < 2 or check_words(term, source, language, 60):
            continue
        if is_english(language) and not _in_source(term, source):
            continue
        kept.setdefault(term.casefold(), term)
    return tuple(kept.values())[:KEYWORDS]


def judge_title(title: str, source: SourceText, language: str) -> tuple[str | None, str | None]:
    """The translated title, or why it cannot be shown; (None, None) where none is wanted."""
    title = cleaned(title)
    if is_english(language) or not title:
        return None, None
    why = check_words(title, source, language, 400)
    if why is None and (other := wrong_language(title, language)):
        why = f"it is not in the language asked for (but {other})"
    return (title, None) if why is None else (None, why)


def least_takeaways(paper: Paper) -> int:
    """How many takeaways an abstract must give: three, or what it has sentences for."""
    return max(min(LEAST_TAKEAWAYS, len(split(paper.abstract)) - 1), 0)


def best(first: Kept | None, second: Kept | None) -> Kept | None:
    """The better of two attempts, with the second's losses where both are as good."""
    if first is None or second is None:
        return second or first
    return second if second.worth >= first.worth else first


def settled(kept: Kept, paper: Paper) -> Kept | None:
    """What is enough to show: a headline (else the takeaway that says what the paper does) and a takeaway."""
    headline, takeaways = kept.headline, kept.takeaways
    if headline is None and len(takeaways) >= 2:
        headline = max(takeaways, key=lambda c: sentence_roles.read(c.quote, 0.5)[Role.AIM])
        takeaways = tuple(c for c in takeaways if c is not headline)
    if headline is None or len(takeaways) < min(1, least_takeaways(paper)):
        return None
    return Kept(headline, takeaways, kept.keywords, kept.title, kept.dropped, kept.problems)


def _in_source(term: str, source: SourceText) -> bool:
    own = [word for word in words(term) if len(word) > 2]
    if not own:
        return fold(term) in source.vocabulary.folded
    return all(word[:6].rstrip("s") in _stems(source) or word in source.vocabulary.words for word in own) or (
        source.vocabulary.spells_out(re.sub(r"s$", "", term))
    )


def _stems(source: SourceText) -> frozenset[str]:
    return source.vocabulary.stems | frozenset(stem[:6].rstrip("s") for stem in source.vocabulary.stems)


def _problem(part: str, dropped: Dropped) -> str:
    return f"This {part} does not do, because {dropped.why}: “{dropped.text[:160]}”"
