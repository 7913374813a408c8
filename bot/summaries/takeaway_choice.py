"""The takeaways of an abstract: the result, how it was reached, and the problem, each understood alone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summaries.abstract_sentences import Sentence, content_words, is_of_unknown
from bot.summaries.sentence_roles import SentenceRole
from bot.summaries.term_counts import bundled

_LONGEST = 420  # characters; a longer sentence is no takeaway if there is another one
_RELEASES = re.compile(
    r"(?:[^,;:]{3,60}, )?we (?:will )?(?:\w+ly )?(?:also )?(?:release|open-source|publish|make (?:our|the|all))\b", re.I
)
# It says that something was done, and not what came out.
_ANNOUNCES = re.compile(
    r"^(?:we|this (?:paper|work|article|study)) (?:\w+ly |also |then |further |finally )*(?:discuss|outline|"
    r"conclude by|conduct|perform|describe|review|present (?:the )?results)\b|"
    r"^(?:extensive |comprehensive )?(?:experiments|evaluations?) (?:are|is|were|was|have been|has been) "
    r"(?:conducted|performed)\b",
    re.I,
)
# What was tried on what, and what was left out to see its part: the result itself says more.
_EVALUATES = re.compile(r"(?:[^,;:]{3,60}, )?we (?:\w+ly )?(?:evaluate|benchmark|test|validate|assess)d? ", re.I)
_ABLATES = re.compile(r"(?:[\w-]+ ){0,2}ablat", re.I)
_FOLLOWS = re.compile(r"\bwe (?:therefore|thus|hence|then|instead|next|further|also)\b", re.I)
# Before the aim this is a method of others; under a headline it would be read as that of the authors.
_OLDER_METHOD = re.compile(
    r"the (?:method|approach|framework|technique|system|model|algorithm)s?\b(?! (?:of|for|that))", re.I
)
# Explained in the abstract: "the Hinge Finder (HF)".
_ABBREVIATION = re.compile(r"\(([A-Z][\w-]*[A-Z]\d?)s?\)")
_NUMBER = re.compile(r"(?<![\w.-])\d")

_CLEAR_RESULT = 2.0
_LONGEST_TERM = 7
"""Words of a term that has an abbreviation."""

_WANTED = (
    (SentenceRole.RESULT, 2.0),
    (SentenceRole.METHOD, 1.0),
    (SentenceRole.PROBLEM, 2.0),
    (SentenceRole.RESULT, 2.5),
    (SentenceRole.METHOD, 2.0),
)
"""The roles that takeaways are looked for, in order, with the least weight that counts."""


def choose_takeaways(sentences: list[Sentence], headline: Sentence | None, above: str) -> list[Sentence]:
    """Sentences with the wanted roles first, then the most central ones; in the order of the text.

    `above` is the text that stands over them. Only sentences that are understood there are taken, so there may be few.
    """
    place = headline.index if headline is not None else 0
    new: list[Sentence] = []
    for sentence in sentences:
        is_new = headline is None or not (sentence is headline or sentence.is_same(headline))
        is_older = sentence.index < place and _OLDER_METHOD.match(sentence.shown) is not None
        if is_new and not is_older and not any(sentence.is_same(other) for other in new):
            new.append(sentence)
    card = _Card(_with_known_names(above, sentences), _abbreviations(sentences), place, _how_many(len(sentences)))
    return card.filled(new)


@dataclass(frozen=True, slots=True)
class _Card:
    """What is known of a card before its takeaways: the text `above`, the headline's place, how many are `wanted`."""

    above: str
    abbreviations: frozenset[str]
    headline: int
    wanted: int

    def filled(self, sentences: list[Sentence]) -> list[Sentence]:
        """The best of the sentences; those that say nothing or are not understood on the card are left out."""
        understood = [s for s in sentences if _is_useful(s, self.above)]
        while unknown := self.unknown(chosen := self.best(understood)):
            understood = [s for s in understood if s not in unknown]
        if any(s.roles[SentenceRole.RESULT] >= _CLEAR_RESULT for s in chosen):
            return chosen
        return self._with_result(sentences, understood) or chosen

    def _with_result(self, sentences: list[Sentence], understood: list[Sentence]) -> list[Sentence]:
        """The takeaways with a result and the sentence that names what it is about; empty if there are none."""
        left_out = [s for s in sentences if s not in understood and s.roles[SentenceRole.RESULT] >= _CLEAR_RESULT]
        for result in sorted(left_out, key=lambda s: (-s.roles[SentenceRole.RESULT], s.index)):
            for naming in (s for s in understood if s.index < result.index):
                chosen = self.best(understood, (naming, result))
                if _is_useful(result, f"{self.above} {naming.shown}") and not self.unknown(chosen):
                    return chosen
        return []

    def best(self, useful: list[Sentence], needed: tuple[Sentence, ...] = ()) -> list[Sentence]:
        return _best(useful, self.headline, self.wanted, needed)

    def unknown(self, chosen: list[Sentence]) -> list[Sentence]:
        """Those of the chosen sentences with a name or abbreviation that the card above them does not give."""
        return [s for s in chosen if _has_unknown(s, _card_above(s, self.above, chosen), self.abbreviations)]


def _abbreviations(sentences: list[Sentence]) -> frozenset[str]:
    return frozenset(name for sentence in sentences for name in _ABBREVIATION.findall(sentence.text))


def _with_known_names(above: str, sentences: list[Sentence]) -> str:
    """`above` with the abbreviations whose words stand in it: under "Map of Halls", MH needs no explanation."""
    known, seen = [], " ".join(above.split()).casefold()
    for sentence in sentences:
        for match in _ABBREVIATION.finditer(sentence.on_one_line):
            words = sentence.on_one_line[: match.start()].split()
            tails = (" ".join(words[-size:]).casefold() for size in range(2, _LONGEST_TERM + 1) if size <= len(words))
            known += [match[1]] * any(tail[:1] == match[1][0].casefold() and tail in seen for tail in tails)
    return f"{above}\n{' '.join(known)}"


def _has_unknown(sentence: Sentence, above: str, abbreviations: frozenset[str]) -> bool:
    """Whether it is about a named part of the work, or has an abbreviation, that the card above it does not give."""
    if is_of_unknown(sentence.shown, above):
        return True
    words = set(re.findall(r"[A-Z][\w-]*[A-Z]\d?", sentence.shown)) & abbreviations
    known = bundled().words
    return any(name not in above and f"({name}" not in sentence.shown and name.lower() not in known for name in words)


def _card_above(sentence: Sentence, above: str, chosen: list[Sentence]) -> str:
    return " ".join([above, *(other.shown for other in chosen if other.index < sentence.index)])


def _best(useful: list[Sentence], headline: int, wanted: int, needed: tuple[Sentence, ...]) -> list[Sentence]:
    """At most `wanted` sentences, the `needed` ones among them, in the order of the text.

    `headline` is the place of the headline in it.
    """
    chosen = list(needed)
    for role, least in _WANTED:
        best = _best_for(role, [s for s in useful if s not in chosen], headline)
        if best is not None and best.roles[role] >= least and len(chosen) < wanted:
            chosen.append(best)
    rest = sorted((s for s in useful if s not in chosen), key=lambda s: (-_score(s), s.index))
    for sentence in rest:
        # What is known of the field only fills a card that says almost nothing else.
        is_worth_it = sentence.roles.role is not SentenceRole.BACKGROUND or len(chosen) < 2
        if len(chosen) < wanted and is_worth_it:
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: s.index)


def _how_many(sentences: int) -> int:
    # A summary that repeats most of an abstract saves the reader no time.
    return 3 if sentences <= 6 else 4


def _best_for(role: SentenceRole, sentences: list[Sentence], headline: int) -> Sentence | None:
    """The best sentence for a role. A problem is stated before the headline, a method after it."""
    left = sentences
    if role is SentenceRole.PROBLEM:
        left = [s for s in left if s.index < headline] or [s for s in left if s.index < headline + 2]
    if role is SentenceRole.METHOD:
        left = [s for s in left if s.roles.role is not SentenceRole.PROBLEM and s.roles[SentenceRole.RESULT] < 5]
        left = [s for s in left if s.index > headline] or left
    return max(left, key=lambda s: (s.roles[role] + 0.5 * _score(s), -s.index), default=None)


def _score(sentence: Sentence) -> float:
    """How much a reader gains from it: what is central and clear in its role, less if it is short, long or general."""
    score = sentence.centrality + 0.15 * max(sentence.roles.weights.values())
    score += 0.8 * (bool(_NUMBER.search(sentence.text)) and sentence.roles[SentenceRole.RESULT] >= 2)
    score -= 1.2 * (len(sentence.text) < 60) + 1.2 * (sentence.roles.role is SentenceRole.BACKGROUND)
    score -= 1.0 * bool(_FOLLOWS.search(sentence.text))
    score -= 1.5 * bool(_ANNOUNCES.match(sentence.shown)) + 1.0 * bool(_ABLATES.match(sentence.shown))
    score -= 1.0 * (sentence.roles[SentenceRole.RESULT] < 2 and bool(_EVALUATES.match(sentence.shown)))
    return score - max(0, len(sentence.text) - _LONGEST) / 100


def _is_useful(sentence: Sentence, above: str) -> bool:
    """Whether it says something, can be understood, and is more than a place where code is."""
    shown, roles = sentence.shown, sentence.roles
    if _RELEASES.match(shown) or shown.endswith("?") or len(shown) < 30:
        return False
    resource = roles[SentenceRole.RESOURCE]
    content = max(roles[role] for role in (SentenceRole.METHOD, SentenceRole.RESULT, SentenceRole.PROBLEM))
    if resource >= 5 or (resource >= 4 and content < 3):
        return False
    return sentence.stands_alone(above) and not _repeats(shown, above)


def _repeats(shown: str, above: str) -> bool:
    """Whether nearly all of its words stand in the text above it already."""
    words = content_words(shown)
    return len(words - content_words(above)) <= 0.15 * len(words)
