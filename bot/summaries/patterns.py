"""What the rules on sentences share: patterns of English and of papers, and comparing words by their stems. Pure."""

from __future__ import annotations

import re


def verbose(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax that ignores case: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


PAPER = (
    r"(?:paper|work|article|study|survey|report|letter|thesis|note|chapter|review|dissertation|manuscript|tutorial|"
    r"monograph|project|research|investigation|document|essay|commentary|viewpoint|overview|primer|"
    r"white\ ?paper)"
)
THIS_PAPER = rf"(?:(?!\w+(?:s|ed)\ )[\w-]+\ )?(?:{PAPER}|abstract|contribution)\b"
SHOWS = (
    r"(?:show|demonstrat|indicat|reveal|suggest|confirm|validat|highlight|verif|prov[ei]|find|found|observ|establish|"
    r"illustrat|exhibit|argu|conclud|report|underscor|support|evaluat|assess|test)\w*"
)


def stem(word: str) -> str:
    """The first six letters, so that inflected forms of a word agree."""
    low = word.lower()
    return low[:6] if len(low) > 6 else low.removesuffix("s")


def stems(text: str) -> set[str]:
    """The stems of the words of three letters and more."""
    return {stem(word) for word in re.findall(r"[\w-]{3,}", text)}


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


def same_thing(noun: str) -> set[str]:
    """The stem of a noun, and those of the general nouns that may stand for it: "method", "approach"."""
    own = stem(noun)
    return {own}.union(*(group for group in _SAME_THING if own in group))
