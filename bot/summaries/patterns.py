"""What the rules on sentences share: patterns of English and of papers, and comparing words by their stems. Pure."""

from __future__ import annotations

import re


def verbose(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax that ignores case: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


THIS_PAPER = (
    r"(?:(?!\w+(?:s|ed)\ )[\w-]+\ )?(?:paper|work|article|study|survey|report|letter|thesis|note|chapter|review|"
    r"dissertation|manuscript|tutorial|monograph|project|research|investigation|document|essay|perspective|abstract)\b"
)
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
