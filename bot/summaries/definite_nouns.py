"""Nouns with "the" that a reader does not know yet: "The framework has three parts." Pure."""

from __future__ import annotations

import re

from bot.summaries.patterns import SHOWS, THIS_PAPER, stem, verbose

# "The cost of a map": what follows a noun says which one; "The cost is low" does not.
_SAYS_WHICH = frozenset(
    ("of", "that", "for", "in", "on", "between", "which", "with", "from", "behind", "by", "whose", "where", "under",
     "at", "among", "against", "across", "within", "into", "about", "via", "through", "how", "we", "i", "proposed",
     "presented", "introduced", "used")
)  # fmt: skip
_VERBS = frozenset(
    ("is", "are", "was", "were", "has", "have", "had", "can", "cannot", "may", "might", "will", "would", "should",
     "does", "do", "to", "then", "also", "first", "further", "not", "only", "and")
)  # fmt: skip
# Later in a sentence only nouns that say nothing by themselves: "We describe the full system."
_GENERIC_OBJECT = verbose(
    r"\bthe\ (?:full\ |overall\ |whole\ |complete\ |entire\ )?(?P<noun>system|framework|method|approach|pipeline|"
    r"problem|issue|challenge|gap|dataset|benchmark|limitation|phenomenon)s?\b(?=[,;:.]|\ (?:and|from|by|with|using|"
    r"through|as|is|are|can|at|architecture)\b)"
)
# "We test the model": in other places most models are known from the sentence.
_OUR_MODEL = verbose(
    r"^we\ \w+(?:\ and\ \w+)?\ the\ (?P<noun>model|algorithm|tool|theory|measure|metric)s?\b(?!\ (?:of|that|for|in)\b)"
)
# What every paper has, and what has only one of its kind.
_KNOWN_SUBJECT = verbose(
    rf"^the\ (?:{THIS_PAPER}|authors?|proposed|presented|main|key|central|primary|core|overall|most|more|best|first|"
    rf"only|present|current|existing|conventional|standard|usual|classic\w*|traditional|rapid\w*|recent|growing|increasing|widespread|lack|need|importance|ability|"
    rf"(?:[\w-]+\ )?(?:results?|experiments?|evaluations?|simulations?|findings?|analys[ei]s|proofs?|study|code|data)\ "
    rf"(?:(?:\w+ly|also|further|then)\ )?{SHOWS})\b"
)
_LONGEST_SUBJECT = 3
"""Words; after more of them, the verb was probably among them."""
_AFTER_VERB = frozenset(
    ("between", "among", "across", "on", "in", "with", "from", "at", "under", "within", "into", "through", "by")
)
_LIKE_A_VERB = re.compile(r"[a-z](?<![su])s$")
_ARTICLES = frozenset(("a", "an", "the", "our", "its", "their", "both", "each", "all", "any", "that"))
_SAME_THING = tuple(
    frozenset(word[:6] for word in group.split())
    for group in (
        "framework method approach technique algorithm scheme procedure strategy pipeline system architecture "
        "mechanism solution design",
        "dataset corpus benchmark",
        "tool platform package library toolkit implementation system",
        "model network architecture",
        "gain improvement benefit advantage",
        "problem task issue challenge",
        "proof prove theorem bound",
    )
)
"""Groups of general nouns of which one may stand for another, by their first six letters as `stem` gives them."""


def unclear_noun(text: str, statement: str, shown: str) -> str | None:
    """A definite noun ("The model …") that is neither explained by what follows nor named in `shown`; None if none.

    `text` is a sentence without TeX; `statement` is its end without a phrase in front.
    """
    for part in (text, statement):
        if part[:4].lower() == "the " and not _KNOWN_SUBJECT.match(part):
            nouns = _nouns_without_explanation(part)
            if nouns and not _is_named(nouns[:3], shown):
                return f"{part[:3]} {nouns[0]}"
    model = _OUR_MODEL.match(text)
    if model and not re.search(rf"\b{model['noun']}", shown, re.I):
        return model.group()
    for match in _GENERIC_OBJECT.finditer(text):
        if not _is_named([match["noun"]], f"{shown} {text[: match.start()]}"):
            return match.group()
    return None


def _nouns_without_explanation(sentence: str) -> list[str]:
    """The words between "The" and the verb; empty if a phrase after them says which thing is meant."""
    nouns: list[str] = []
    words = sentence.split()[1:7]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        bare = word.rstrip(",;:.").lower()
        if bare in _SAYS_WHICH and len(nouns) <= _LONGEST_SUBJECT:
            # "The effect holds across …": what follows a verb does not say which effect.
            is_after_verb = bare in _AFTER_VERB and len(nouns) > 1 and _LIKE_A_VERB.search(nouns[-1])
            return nouns[:-1] if is_after_verb else []
        # A word before an article is a verb: "The model reads a map".
        if bare in _VERBS or (nouns and following in _ARTICLES):
            break
        nouns.append(bare if word.islower() else word)
        if word[-1] in ",;:":
            break
    return nouns


def _is_named(nouns: list[str], shown: str) -> bool:
    # "The Ising model": a name, unlike the first word of a title in capitals.
    if any(any(char.isupper() or char.isdigit() for char in word) for word in nouns):
        return True
    for noun in nouns:
        own = stem(noun)
        meant = {own}.union(*(group for group in _SAME_THING if own in group))
        if any(re.search(rf"\b{re.escape(word)}", shown, re.I) for word in meant):
            return True
    return False
