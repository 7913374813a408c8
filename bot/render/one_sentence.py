"""One short sentence about a paper, for a line of a list. Pure."""

from __future__ import annotations

import re

from bot.model import Card, Claim
from bot.render.evidence import front_claims
from bot.render.plain import cut, one_line
from bot.tex.latex import readable

SENTENCE_LENGTH = 120
"""Characters of the sentence in a line of a list, with the ellipsis."""

_LEAST_CLAUSE = 0.7
"""A sentence is cut behind a clause that fills this share of the room; else behind a word."""
_LEAST_SENTENCE = 40
"""Characters that a whole first sentence must have to stand for the text."""

_WORD = re.compile(r"\w+")
# Not behind a number or an abbreviation such as "e.g." and "et al.".
_SENTENCE_END = re.compile(r"(?<!\b[A-Za-z])(?<!\bal)(?<!\bvs)(?<!\bFig)[.!?](?=\s+[A-ZА-ЯÁÉÍÓÚÑ¿¡])|[。！？]")
_CLAUSE_END = re.compile(r"[,;:](?=\s)|\s[–—-](?=\s)|—|[，；：、]")
_LOOSE_END = " \t,;:–—-(，；：、（"
# Words that say nothing without the next one; a line that ends in "of the …" reads as a mistake.
_OPEN_ENDED = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "its", "of", "on", "or", "our",
    "than", "that", "the", "their", "to", "using", "via", "which", "with",
))  # fmt: skip


def sentence_of(card: Card) -> tuple[Claim, str] | None:
    """The statement that says most of a paper, with its text on one line; None if nothing but its title is known."""
    if card.summary is None:
        return None
    title = _words(card.paper.title)
    for claim in front_claims(card, card.summary):
        text = one_line(readable(claim.text))
        words = _words(text)
        # A part of the title, or the title with little around it, repeats what stands above.
        if words and not title.startswith(words) and not (title and title in words and len(words) < 1.3 * len(title)):
            return claim, text
    return None


def shortened_sentence(text: str, limit: int = SENTENCE_LENGTH) -> str:
    """`text` in at most `limit` characters: its first sentence, else the clauses or the words that fit, and "…"."""
    if len(text) <= limit:
        return text
    first = _SENTENCE_END.search(text)
    if first is not None and _LEAST_SENTENCE <= first.end() <= limit:
        return text[: first.end()]
    room = limit - 1
    clauses = [match.start() for match in _CLAUSE_END.finditer(text, 0, room)]
    if clauses and clauses[-1] >= _LEAST_CLAUSE * room:
        head = text[: clauses[-1]]
    else:
        head, _ = cut(text, lambda piece: len(piece) <= room)
    return f"{_without_open_end(head)}…"


def _without_open_end(text: str) -> str:
    kept = text.rstrip(_LOOSE_END)
    while (words := kept.rsplit(" ", 1)) and len(words) == 2 and words[1].lower() in _OPEN_ENDED:
        kept = words[0].rstrip(_LOOSE_END)
    # An opened bracket whose end was cut away takes its content along if that is short.
    opened = kept.rfind("(")
    if opened > kept.rfind(")") and opened > len(kept) * _LEAST_CLAUSE:
        kept = kept[:opened].rstrip(_LOOSE_END)
    return kept or text


def _words(text: str) -> str:
    return " ".join(_WORD.findall(one_line(readable(text)).casefold()))
