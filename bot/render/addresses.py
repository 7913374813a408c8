"""Addresses on arXiv: of a paper's pages, and of the sentence in them that a statement rests on. Pure.

A link to a sentence ends in a text fragment (https://wicg.github.io/scroll-to-text-fragment/): the browser looks for
the first and the last words of the sentence, scrolls there and highlights what is between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

from bot.model import Evidence, Paper, Source

SITE = "https://arxiv.org"
_WHOLE_WORDS = 10
"""A sentence of up to so many words is looked for as a whole."""
_START_WORDS = 7
_END_WORDS = 4
_LEAST_WORDS = 3
"""Fewer words in a row are hardly unique in a paper."""

# What a page shows in another way than the text that was read: formulas, citations, what stands in braces. The bounds
# are for brackets that are never closed.
_SHOWN_OTHERWISE = re.compile(
    r"\$\$?[^$]*\$\$?|\\\(.{0,500}?\\\)|\\[A-Za-z]+\*?(?:\{[^{}]*\})*|\[[^\]]{0,500}\]"
    r"|\([^()]{0,200}(?:\d|et al)[^()]{0,200}\)",
    re.S,
)
# Letters, with hyphens inside. Digits, symbols, quotation marks and ligatures are written in several ways; a letter
# that stands alone is often a formula.
_WORD = re.compile(r"(?:[^\W\d_\ufb00-\ufb06]{2,}(?:-[^\W\d_\ufb00-\ufb06]+)*|[aAI])[,;:]?")
# With a capital inside of a run they begin a sentence, after a heading on the same line: "Datasets We use …".
_OPENERS = frozenset((
    "A", "After", "All", "An", "As", "At", "Both", "During", "Each", "Finally", "First", "For", "From", "Given",
    "Here", "How", "If", "In", "It", "Its", "Let", "Note", "On", "Our", "Recall", "Since", "Such", "That", "The",
    "Then", "There", "These", "They", "This", "To", "Unlike", "Using", "We", "What", "When", "Where", "While",
    "With",
))  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?]+$")
_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,79}")


def paper_urls(paper: Paper) -> dict[str, str]:
    """The addresses of a paper's version on arXiv by their kind: abs, pdf and html."""
    return {part: f"{SITE}/{part}/{paper.versioned_id}" for part in ("abs", "pdf", "html")}


def evidence_url(paper: Paper, source: Source, evidence: Evidence) -> str:
    """The address that opens the paper at this evidence.

    `source` is what the summary was made from. A PDF opens at the page; a passage without a page (of the abstract) is
    looked for on the abstract's page.
    """
    urls = paper_urls(paper)
    if evidence.page is not None:
        return f"{urls['pdf']}#page={evidence.page}"
    if source is not Source.HTML:
        fragment = text_fragment(evidence.quote)
        return f"{urls['abs']}#{fragment}" if fragment else urls["abs"]
    # Before the directive, for browsers that do not know it.
    anchor = evidence.anchor if evidence.anchor and _ANCHOR.fullmatch(evidence.anchor) else ""
    place = f"{anchor}{text_fragment(evidence.quote)}"
    return f"{urls['html']}#{place}" if place else urls["html"]


def text_fragment(passage: str) -> str:
    """The directive that finds a passage on a page: ":~:text=first words,last words".

    Empty if the passage has no three words in a row that a page shows as they are in the passage.
    """
    words = _SHOWN_OTHERWISE.sub(" \0 ", passage).split()
    runs = [run for run in _runs(words) if len(run) >= _LEAST_WORDS]
    if not runs:
        return ""
    if len(runs) == 1 and len(runs[0]) <= _WHOLE_WORDS:
        return f":~:text={_encoded(runs[0])}"
    # Few first words ("In this paper, $n$ …") are passed over if more follow.
    begin = next((n for n, run in enumerate(runs[:2]) if len(run) > _LEAST_WORDS), 0)
    first, last = runs[begin][:_START_WORDS], runs[-1][-_END_WORDS:]
    if begin == len(runs) - 1 and len(runs[begin]) < len(first) + len(last):
        return f":~:text={_encoded(runs[begin][:_WHOLE_WORDS])}"
    return f":~:text={_encoded(first)},{_encoded(last)}"


def _runs(words: list[str]) -> Iterator[list[str]]:
    """Neighbouring words that a page shows as they are. A run ends with its sentence, which may end a paragraph."""
    run: list[str] = []
    for word, following in pairwise((*words, "")):
        bare = _SENTENCE_END.sub("", word)
        is_plain = _WORD.fullmatch(bare) is not None
        if run and bare.rstrip(",;:") in _OPENERS:
            yield run
            run = []
        if is_plain:
            run.append(bare)
        if not is_plain or bare != word or not following:
            if run:
                yield run
            run = []


def _encoded(words: list[str]) -> str:
    # The directive ends its parts at "," and "-", and `quote` leaves "-" as it is.
    return quote(" ".join(words).rstrip(",;:"), safe="").replace("-", "%2D")
