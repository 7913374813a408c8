"""Claims of a model's reply before they are judged: each with the sentences that it names. Pure.

A claim that names no sentence, or one that does not exist, makes no draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.model import Claim, Dropped, Evidence, SectionKind
from bot.model.languages import is_english
from bot.summaries.claim_checks import LONGEST_CLAIM, ClaimRules, refusal, sentence_problem, suspicions
from bot.summaries.forbidden_text import adds_link, cleaned
from bot.summaries.glossary import Glossary
from bot.summaries.quotes import fold, words
from bot.summaries.reply_schema import PARTS, BriefReply, ClaimReply, FactsReply
from bot.summaries.self_contained import is_self_contained
from bot.summaries.source_text import FRONT, SourceSentence, SourceText
from bot.summaries.statements import PaperStatements, Statement
from bot.summaries.term_checks import check_keywords
from bot.tex.latex import readable

HEADLINE, TAKEAWAYS, TITLE = "headline", "takeaways", "title"
"""The parts of every summary; a deep one has those of `reply_schema.PARTS` as well."""

_ABOUT_THIS_PAPER = frozenset(("method", "methods", "results", "innovation", "performance", "workload"))
"""The parts in which a claim about others' work is wrong."""

_MOST_CLAIMS = 8
"""Claims in one part of a deep summary; further ones are not shown."""

LONGEST_HEADLINE = 260
"""Characters a headline may have."""

_LONGEST_TITLE = 400

_MOST_TAKEAWAYS = 7

_IDS_AT_END = re.compile(r"\s*[\[{<⟦](?P<ids>[Ss\d.,;\s]+)[\]}>⟧](?P<end>[.!?。]?)$")

_FEWEST_WORDS = 4
"""Words and numbers of a sentence that says something by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim of a reply that names sentences of its source.

    `context` has the named sentences and their neighbours; `stand_ins` are those that may stand in the place of the
    text, the closest to it first. `repeated` are named sentences whose words the text repeats. `refused` is the reason
    why the text may never be shown.
    """

    key: str
    part: str
    text: str
    named: tuple[SourceSentence, ...]
    context: tuple[SourceSentence, ...]
    evidence: tuple[Evidence, ...]
    stand_ins: tuple[SourceSentence, ...] = ()
    repeated: tuple[SourceSentence, ...] = ()
    refused: str | None = None
    suspicions: tuple[str, ...] = ()

    @property
    def is_verbatim(self) -> bool:
        """Whether the text says what the paper says, word for word."""
        return bool(self.repeated)

    @property
    def is_to_be_judged(self) -> bool:
        return self.refused is None and not self.is_verbatim


@dataclass(frozen=True, slots=True)
class Drafts:
    """The claims of one reply about one paper, in the order of the card, and what of it makes no claim."""

    paper_id: str
    drafts: tuple[Draft, ...]
    keywords: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    @property
    def statements(self) -> PaperStatements:
        """What a judge is asked about this paper."""
        return PaperStatements(
            self.paper_id,
            tuple(
                Statement(draft.key, draft.text, draft.named, draft.context, draft.suspicions)
                for draft in self.drafts
                if draft.is_to_be_judged
            ),
        )


def brief_drafts(reply: BriefReply, paper_id: str, source: SourceText, language: str, glossary: Glossary) -> Drafts:
    """The headline, takeaways and translated title of a brief reply."""
    headline_rules = ClaimRules(language, longest=LONGEST_HEADLINE, shortest=20)
    found = [
        # The model names all sentences of the abstract that say what the paper does: the judge needs no others.
        _draft("headline", HEADLINE, reply.headline, source, headline_rules, with_neighbours=False),
        *_takeaways(reply.takeaways, source, ClaimRules(language)),
    ]
    if title := title_draft(reply.title, source, language):
        found.append(title)
    return _drafts(paper_id, found, check_keywords(reply.keywords, source, language, glossary))


def facts_drafts(reply: FactsReply, paper_id: str, source: SourceText) -> Drafts:
    """The headline, takeaways and all parts of a deep reply."""
    headline_rules = ClaimRules(longest=LONGEST_HEADLINE, shortest=20, about_this_paper=True)
    found = [
        _draft("headline", HEADLINE, reply.headline, source, headline_rules),
        *_takeaways(reply.takeaways, source, ClaimRules()),
    ]
    claims = [(name, claim) for name in PARTS for claim in getattr(reply, name)[:_MOST_CLAIMS]]
    for number, (name, claim) in enumerate(claims, 1):
        rules = ClaimRules(about_this_paper=name in _ABOUT_THIS_PAPER)
        found.append(_draft(f"c{number}", name, claim, source, rules))
    return _drafts(paper_id, found, check_keywords(reply.keywords, source, "en", {}))


def title_draft(title: str, source: SourceText, language: str) -> Draft | None:
    """A translated title; None if there is none, or none is needed. No sentence stands in its place."""
    text = cleaned(title)
    named = source.named((f"S{FRONT}.0",))
    if is_english(language) or not text or not named:
        return None
    rules = ClaimRules(language, longest=_LONGEST_TITLE, shortest=4)
    if sentence_problem(named[0], source, rules):
        return None
    return _checked(Draft("title", TITLE, text, named, _context(named, source), source.evidence(named)), source, rules)


def translated_draft(key: str, part: str, claim: Claim, text: str | None, source: SourceText, language: str) -> Draft:
    """The translation of an English claim, which rests on the same sentences; `text` is None if there is none.

    The claim may rest on sentences that may not stand for it, as when one of them is about others' work.
    """
    # The source may have been read anew, by other rules: its passages then stand for its sentences.
    named = source.sentences_in(claim.evidence) or tuple(
        SourceSentence(f"E{number}", passage.quote, passage.section, passage.page, passage.anchor)
        for number, passage in enumerate(claim.evidence, 1)
    )
    # Longer than an English claim may be: many languages need more characters for the same statement.
    rules = ClaimRules(language, about_this_paper=part in (HEADLINE, *_ABOUT_THIS_PAPER), longest=600)
    stand_ins = _by_closeness(claim.text, _that_may_stand(named, source, rules))
    if text is None:
        why = "it was not translated"
        return Draft(key, part, claim.text, named, named, claim.evidence, stand_ins, refused=why)
    draft = Draft(key, part, cleaned(text), named, _context(named, source) or named, claim.evidence, stand_ins)
    return _checked(draft, source, rules)


def as_shown(sentence: SourceSentence) -> str:
    """The sentence on one line."""
    return " ".join(sentence.text.split())


def _takeaways(replies: Sequence[ClaimReply], source: SourceText, rules: ClaimRules) -> Iterator[Draft | Dropped]:
    kept = 0
    for number, reply in enumerate(replies, 1):
        if kept == _MOST_TAKEAWAYS:
            yield Dropped(reply.text[:300], "more than seven")
            continue
        found = _draft(f"t{number}", TAKEAWAYS, reply, source, rules)
        kept += isinstance(found, Draft)
        yield found


def _drafts(paper_id: str, found: Sequence[Draft | Dropped], keywords: tuple[str, ...]) -> Drafts:
    drafts = tuple(item for item in found if isinstance(item, Draft))
    return Drafts(paper_id, drafts, keywords, tuple(item for item in found if isinstance(item, Dropped)))


def _draft(
    key: str, part: str, reply: ClaimReply, source: SourceText, rules: ClaimRules, *, with_neighbours: bool = True
) -> Draft | Dropped:
    text = _without_ids(cleaned(reply.text), reply.sentences)
    named = source.named(reply.sentences)
    if not text and part == TAKEAWAYS and named:
        text = cleaned(" ".join(map(as_shown, _shown_together(named))))
    if not text or not named:
        return Dropped(text[:300], "it names no sentence of the paper" if text else "it is empty")
    # Whatever a claim makes of an order to summarizers, the order is behind it.
    anywhere = replace(rules, about_this_paper=False)
    problem = next((why for sentence in named if (why := sentence_problem(sentence, source, anywhere))), None)
    if problem is None and all(sentence_problem(sentence, source, rules) for sentence in named):
        problem = sentence_problem(named[0], source, rules)
    if problem is not None:
        return Dropped(text[:300], f"of the sentence that it names: {problem}")
    stand_ins = _by_closeness(text, _that_may_stand(named, source, rules))
    draft = _checked(Draft(key, part, text, named, named, source.evidence(named), stand_ins), source, rules)
    # Only for the judge: it takes long to find out which sentences need the one before.
    is_with_neighbours = with_neighbours and draft.is_to_be_judged
    return replace(draft, context=_context(named, source)) if is_with_neighbours else draft


def _shown_together(named: Sequence[SourceSentence]) -> Sequence[SourceSentence]:
    """The sentences of a takeaway that is named by numbers: two where one needs the other, unless they are too long."""
    pair = named[:2]
    is_short = sum(len(sentence.text) for sentence in pair) <= LONGEST_CLAIM
    return pair if len(named) == len(pair) and is_short else named[:1]


def _that_may_stand(
    named: Sequence[SourceSentence], source: SourceText, rules: ClaimRules
) -> tuple[SourceSentence, ...]:
    """Those of the sentences that may stand on a card in the place of a claim."""
    return tuple(s for s in named if _stands_alone(s) and sentence_problem(s, source, rules) is None)


def _context(named: Sequence[SourceSentence], source: SourceText) -> tuple[SourceSentence, ...]:
    """The numbered ones of these sentences, each with the one before it where it cannot be understood without, except
    those that give orders to summarizers."""
    rules = ClaimRules()
    unclear = [sentence for sentence in named if not _is_clear(sentence.text)]
    return tuple(s for s in source.context(named, unclear) if s in named or sentence_problem(s, source, rules) is None)


@lru_cache(maxsize=1024)
def _is_clear(sentence: str) -> bool:
    return is_self_contained(readable(sentence))


def _without_ids(text: str, ids: Sequence[str]) -> str:
    """The text without the ids of its sentences in brackets at its end, which some models write there as well."""
    match = _IDS_AT_END.search(text)
    if match is None or not set(re.findall(r"[Ss]?\d+(?:\.\d+)?", match["ids"])) <= set(ids):
        return text
    return text[: match.start()] + match["end"]


def _checked(draft: Draft, source: SourceText, rules: ClaimRules) -> Draft:
    """The draft with what the rules say of its text. The paper's own words are not asked whether they are true."""
    if repeated := _repeated(draft, source, rules):
        return replace(draft, repeated=repeated)
    refused = refusal(draft.text, source, rules)
    if refused is not None:
        return replace(draft, refused=refused)
    return replace(draft, suspicions=suspicions(draft.text, draft.named, source, rules))


def _repeated(draft: Draft, source: SourceText, rules: ClaimRules) -> tuple[SourceSentence, ...]:
    """The named sentence that the text repeats, or all of them if it repeats them one after another; else none."""
    # A model may write TeX and quotation marks in another way; the sentence is shown as the paper writes it.
    said = fold(draft.text)
    for sentences in (*((sentence,) for sentence in draft.named), draft.named):
        whole = " ".join(map(as_shown, sentences))
        is_same = draft.text == cleaned(whole) or (bool(said.text) and said == fold(whole))
        may_stand = all(
            sentence.kind is not SectionKind.FRONT and sentence_problem(sentence, source, rules) is None
            for sentence in sentences
        )
        if is_same and may_stand and not adds_link(whole) and draft.part != TITLE:
            return sentences
    return ()


def _stands_alone(sentence: SourceSentence) -> bool:
    """Whether a sentence begins and ends as one, is no title, and adds no link to a card."""
    text = as_shown(sentence)
    first, is_ended = text.split(maxsplit=1)[0], re.search(r"[.!?。！？][\"'”’»)\]}」』）]*$", text)
    # A name may begin in lower case: "nnU-Net".
    begins = not (first.isalpha() and first.islower())
    is_title = sentence.kind is SectionKind.FRONT
    return (
        bool(is_ended) and begins and not is_title and len(fold(text).starts) >= _FEWEST_WORDS and not adds_link(text)
    )


def _by_closeness(text: str, sentences: Sequence[SourceSentence]) -> tuple[SourceSentence, ...]:
    """The sentences by how many words and numbers they share with a text; equal ones in reading order."""
    wanted = _tokens(text)

    def distance(sentence: SourceSentence) -> tuple[bool, int]:
        return text != as_shown(sentence), -len(wanted & _tokens(sentence.text))

    return tuple(sorted(sentences, key=distance))


def _tokens(text: str) -> set[str]:
    return {*words(text), *re.findall(r"\d+", text)}
