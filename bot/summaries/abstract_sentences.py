"""The sentences of an abstract with what the choice among them needs: roles, centrality, and what is shown. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from bot.summaries.noun_phrases import STOP_WORDS, is_name, key
from bot.summaries.openings import without_opening
from bot.summaries.planted_orders import is_order
from bot.summaries.self_contained import is_self_contained
from bot.summaries.sentence_roles import RoleWeights, role_weights
from bot.summaries.sentences import split
from bot.summaries.term_counts import bundled

# "QNet reaches …", "On floors, QNet reaches …", but not "QNet (a net of queues) reaches …".
_SUBJECT = re.compile(
    r"(?:(?:on|in|across|with|for|at|by|under|without|trained|compared|unlike|using|given|when)\b[^,;:]{2,80}, )?"
    r"(?:the |our )?(?P<name>[A-Z][\w-]+)(?= (?-i:[a-z]))",
    re.I,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
_KEYWORDS = re.compile(r"(?:key ?words?(?: and phrases)?|index terms)\s*(?::|--?|[–—])", re.I)
_FOOTNOTE = re.compile(r"\\footnote(?:mark|text)?\{(?:[^{}]|\{[^{}]*\})*\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its `index` in reading order, its roles, and its `centrality` (how many words it shares)."""

    text: str
    index: int
    roles: RoleWeights
    centrality: float

    @property
    def on_one_line(self) -> str:
        """The sentence without line breaks, footnotes and the mark of a TeX comment in front."""
        return " ".join(_FOOTNOTE.sub("", self.text).lstrip("% ").split())

    @property
    def shown(self) -> str:
        """The sentence on one line, without an opening that ties it to the one before."""
        return without_opening(self.on_one_line)

    def stands_alone(self, above: str = "") -> bool:
        """Whether it is understood under the text `above` without the rest of the abstract."""
        return is_self_contained(self.shown, above)

    def is_same(self, other: Sentence) -> bool:
        return self.shown.casefold() == other.shown.casefold()


def weighed(title: str, text: str) -> list[Sentence]:
    """The sentences of `text` with their weights, without lists of keywords.

    Instructions to the reader are left out as well: they may be injected.
    """
    raw = [sentence for sentence in split(text) if not (is_order(sentence) or _KEYWORDS.match(sentence))]
    words = [content_words(sentence) for sentence in raw]
    frequency = Counter(word for bag in words for word in bag)
    topic = content_words(title)
    sentences = []
    for index, (sentence, bag) in enumerate(zip(raw, words, strict=True)):
        roles = role_weights(_FOOTNOTE.sub("", sentence), index / max(len(raw) - 1, 1))
        # Shared words count, those of the title more; a long sentence has more of them by chance.
        shared = sum(frequency[word] - 1 + 1.5 * (word in topic) for word in bag)
        sentences.append(Sentence(sentence, index, roles, shared / (len(bag) ** 0.7 + 3) if bag else 0.0))
    return sentences


def content_words(text: str) -> set[str]:
    """The words without stop words, by their first seven letters, so that inflected forms agree."""
    return {word.lower()[:7] for word in _WORD.findall(text) if word.lower() not in STOP_WORDS}


def is_of_unknown(text: str, shown: str) -> bool:
    """Whether its subject is a name that neither `shown` nor other papers have: a part of the work, named elsewhere."""
    subject = _SUBJECT.match(text)
    if subject is None or not is_name(subject["name"]):
        return False
    is_known = all(part in bundled().words for part in key([subject["name"]]).split() if part.isalpha())
    return not is_known and subject["name"].casefold() not in shown.casefold()
