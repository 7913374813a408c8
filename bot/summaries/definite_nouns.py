"""Nouns with "the" that a reader does not know yet: "The framework has three parts." Pure."""

from __future__ import annotations

import re

from bot.summaries.patterns import SHOWS, THIS_PAPER, same_thing, stem, stems, verbose

# "The cost of a map": what follows a noun says which one; "The cost is low" does not.
_SAYS_WHICH = frozenset(
    ("of", "that", "for", "in", "on", "between", "which", "with", "from", "behind", "by", "whose", "where", "under",
     "at", "among", "against", "across", "within", "into", "about", "via", "through", "how", "we", "i", "proposed",
     "presented", "introduced", "used", "towards")
)  # fmt: skip
_VERBS = frozenset(
    ("is", "are", "was", "were", "has", "have", "had", "can", "cannot", "may", "might", "will", "would", "should",
     "does", "do", "to", "then", "also", "first", "further", "not", "only")
)  # fmt: skip
# Later in a sentence only nouns that say nothing by themselves: "We describe the full system."
_GENERIC_OBJECT = verbose(
    r"\bthe\ (?:full\ |overall\ |whole\ |complete\ |entire\ )?(?P<noun>system|framework|method|approach|pipeline|"
    r"problem|task|issue|challenge|gap|dataset|benchmark|limitation|phenomenon)s?\b(?=[,;:.]|\ (?:and|from|by|with|"
    r"using|through|as|is|are|can|at|architecture)\b)"
)
# "We test the model": in other places most models are known from the sentence.
_OUR_MODEL = verbose(
    r"^we\ \w+(?:\ and\ \w+)?\ the\ (?P<noun>model|algorithm|tool|theory|measure|metric)s?\b"
    r"(?!\ (?:of|that|for|in)\b|(?-i:\ [A-Z]))"
)
# "We further quantify the drift": it was spoken of before.
_GOES_ON = verbose(r"^we\ (?:\w+ly\ )?(?:further|also|then|next|additionally|subsequently)\ \w+\ (?=the\ )")
# "On long tests the controller fails", without a comma.
_AFTER_PHRASE = verbose(
    r"^(?:on|in|for|at|under|across|with)\ (?:(?!the\b|a\b|an\b)[\w-]+\ ){1,5}"
    r"the\ (?P<noun>[a-z-]+)\ (?:[a-z]+[^s\W]s|is|was)\ (?!of\b)"
)
# Parts of a work that must have been named; "our method" and "our results" are known.
_OUR_PART = verbose(
    r"^our\ (?:[\w-]+\ )?(?P<noun>metric|loss|module|measure|taxonomy|definition|lemma|criterion|score|"
    r"assumption)s?\b(?!\ (?:of|for|that|on|in)\b)"
    r"|^the\ proposed\ (?P<part>metric|loss|module|measure|layer|block|operator|score|constraint|term)s?\b"
)
# "The fine-tuned planner wins": nobody has said yet that one was fine-tuned.
_MADE_BEFORE = verbose(
    r"^the\ (?P<done>(?:fine-?tun|distill|refin|recover|correct|prun|compress))(?:ed|ied)\ (?:[\w-]+\ )?[a-z-]+\ "
    r"(?!of\b|that\b|for\b|in\b|on\b|with\b|from\b|by\b)"
)
# "We build examples for the negative results."
_OBJECT_OF_RESULT = verbose(
    r"\b(?:for|of|confirm|support|complement|corroborat|prov)\w*\ the\ (?!(?:\w+al|\w+est|main|first|second|previous|"
    r"prior|known|same|final)\ )(?P<what>[\w-]+)\ (?:results?|claims?|findings?)\.$"
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


def unclear_noun(text: str, statement: str, shown: str) -> str | None:
    """A definite noun ("The model …") that is neither explained by what follows nor named in `shown`; None if none.

    `text` is a sentence without TeX; `statement` is its end without a phrase in front.
    """
    after_phrase = _AFTER_PHRASE.match(text)
    if after_phrase and not _is_named([after_phrase["noun"]], shown):
        return after_phrase.group()
    for part in (text, statement):
        if part[:4].lower() == "the " and not _KNOWN_SUBJECT.match(part):
            nouns = _nouns_without_explanation(part)
            if nouns and not _is_named(nouns[:3], shown):
                return f"{part[:3]} {nouns[0]}"
        our_part = _OUR_PART.match(part)
        if our_part and not _is_named([our_part["noun"] or our_part["part"]], shown):
            return our_part.group()
        made = _MADE_BEFORE.match(part)
        if made and not re.search(made["done"][-5:], shown, re.I):
            return made.group()
    goes_on = _GOES_ON.match(text)
    if goes_on:
        nouns = _nouns_without_explanation(text[goes_on.end() :])
        if nouns and not _is_named(nouns[:3], shown):
            return f"{goes_on.group()}the {nouns[0]}"
    model = _OUR_MODEL.match(text)
    if model and not re.search(rf"\b{model['noun']}", shown, re.I):
        return model.group()
    results = _OBJECT_OF_RESULT.search(text)
    if results and stem(results["what"]) not in stems(f"{shown} {text[: results.start()]}"):
        return results.group()
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
        if bare == "and":
            continue  # "The speed and the size of a map"
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
    # Under a headline "the method" is the authors' own.
    if shown and nouns[-1] in ("method", "approach", "framework"):
        return True
    # "The Ising model": a name, unlike the first word of a title in capitals.
    if any(any(char.isupper() or char.isdigit() for char in word) for word in nouns):
        return True
    meant = set().union(*map(same_thing, nouns))
    return any(re.search(rf"\b{re.escape(word)}", shown, re.I) for word in meant)
