"""How rare a word or a term is, and how words are used, counted over many abstracts. Pure but for the bundled table."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.summaries.noun_phrases import STOP_WORDS, is_adjective, is_plain, key, phrase, runs
from bot.tex.latex import readable

_LEAST_USES = 3
"""A word that is used less often tells nothing about its kind."""
_MODIFIER_SHARE = 0.12

_AFTER_VERB = re.compile(r"the|a|an|our|its|their|these|this|those|each|whether|how|us|them")
_BEFORE_VERB = re.compile(r"we|can|cannot|will|may|might|could|must|should|they|it|would|not")
_BEFORE_NOUN = re.compile(r"the|a|an|our|its|their|these|this|those|each|of|in|on|for|with")
_ENDS_PHRASE = re.compile(
    r"of|in|on|for|with|from|by|to|at|under|across|via|through|between|among|and|or|but|is|are|was|were|has|have|can|that|"
    r"which|while|as|than|into|over|within|without|will|may|using|based"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+|[.,;:()?!]")


@dataclass(frozen=True, slots=True)
class TermCounts:
    """In how many of `papers` each word and each term of two to four words stands, by `noun_phrases.key`.

    `verbs` are words in lower case that are mostly verbs, `modifiers` those that hardly ever end a noun phrase.
    """

    papers: int
    words: Mapping[str, int]
    terms: Mapping[str, int]
    verbs: frozenset[str]
    modifiers: frozenset[str]

    def rarity(self, term: str) -> float:
        """How rare a term (as `key` writes it) is: 0 if every paper has it, 1 if none has."""
        in_papers = self.terms.get(term, 0) if " " in term else self.words.get(term, 0)
        return math.log((self.papers + 1) / (in_papers + 1)) / math.log(self.papers + 2)


def count(texts: Iterable[str]) -> TermCounts:
    """Count over texts (title and abstract), each of which may hold TeX."""
    kept = list(texts)
    verbs, modifiers = _kinds(kept)
    words: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    for text in kept:
        found = runs(text, verbs)
        words.update({key([word]) for run in found for word in run.words})
        phrases = {phrase(run, modifiers) for run in found}
        terms.update({key(p) for p in phrases if 2 <= len(p) <= 4})
    return TermCounts(len(kept), _frequent(words, 6), _frequent(terms, 4), verbs, modifiers)


def _frequent(counter: Counter[str], least: int) -> dict[str, int]:
    """Those in at least so many papers; the others are rare, and so is what no paper has."""
    return {term: papers for term, papers in counter.items() if papers >= least}


def _kinds(texts: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The words that are mostly verbs, and those that hardly ever end a noun phrase."""
    uses: Counter[str] = Counter()
    as_verb: Counter[str] = Counter()
    at_end: Counter[str] = Counter()
    for text in texts:
        tokens = [word if word in ".,;:()?!" else word.lower() for word in _WORD.findall(readable(text))]
        for before, word, after in zip(["", *tokens], tokens, [*tokens[1:], "."], strict=False):
            uses[word] += 1
            is_noun = _BEFORE_NOUN.fullmatch(before) is not None
            as_verb[word] += not is_noun and bool(_AFTER_VERB.fullmatch(after) or _BEFORE_VERB.fullmatch(before))
            at_end[word] += after in ".,;:()?!" or _ENDS_PHRASE.fullmatch(after) is not None
    known = [word for word, times in uses.items() if times >= _LEAST_USES and len(word) > 2 and word[0].isalpha()]
    # What the rules of `noun_phrases` tell without counting is left out: the table is small so.
    known = [word for word in known if not (word in STOP_WORDS or is_plain(word))]
    verbs = frozenset(word for word in known if as_verb[word] / uses[word] >= _verb_share(uses[word]))
    rest = [word for word in known if uses[word] >= 2 * _LEAST_USES and word not in verbs and not is_adjective(word)]
    return verbs, frozenset(word for word in rest if at_end[word] / uses[word] <= _MODIFIER_SHARE)


def _verb_share(uses: int) -> float:
    """The least share of uses as a verb that makes a word one; few uses have to be clearer."""
    return 0.3 if uses >= 2 * _LEAST_USES else 0.6


def to_json(counts: TermCounts) -> str:
    """The counts as the bundled table is written: words and terms grouped by their count."""
    by_count = {"words": _grouped(counts.words), "terms": _grouped(counts.terms)}
    kinds = {"verbs": sorted(counts.verbs), "modifiers": sorted(counts.modifiers)}
    return json.dumps({"papers": counts.papers, **by_count, **kinds}, ensure_ascii=False, separators=(",", ":"))


def _grouped(counter: Mapping[str, int]) -> dict[str, str]:
    groups: dict[int, list[str]] = {}
    for term in sorted(counter):
        groups.setdefault(counter[term], []).append(term)
    return {str(papers): ",".join(groups[papers]) for papers in sorted(groups)}


@cache
def bundled() -> TermCounts:
    """The counts that are part of the program, for a store with few papers."""
    table = json.loads(files(__package__).joinpath("term_counts.json").read_text(encoding="utf-8"))
    words, terms = (
        {term: int(papers) for papers, group in table[name].items() for term in group.split(",")}
        for name in ("words", "terms")
    )
    return TermCounts(table["papers"], words, terms, frozenset(table["verbs"]), frozenset(table["modifiers"]))
