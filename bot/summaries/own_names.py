"""The names that authors give to their own work, found in its text. Pure."""

from __future__ import annotations

import re

from bot.model import Paper, Reading, SectionKind
from bot.summaries.sentence_roles import is_about_this_paper
from bot.summaries.sentences import split

_INTRODUCES = re.compile(
    r"\b(?:we|this (?:paper|work|article|study|report)|i)\b(?: \w+ly| here| then| also| further|,)*"
    r" (?:propose|introduce|present|develop|design|devise|build|release|describe|construct|create|contribute)[sd]?\b"
    r"(?P<rest>.{0,160})",
    re.IGNORECASE | re.DOTALL,
)
# Where the noun phrase of the new thing ends: names after it are those of its ingredients, rivals and data.
_PHRASE_END = re.compile(
    r"\b(?:that|which|where|whose|with|using|based|built|from|by|via|through|than|over|on|to|trained|fine-tuned|"
    r"inspired|"
    r"powered|similar|like|and show|for|of|in)\b|[.;]",
    re.IGNORECASE,
)
# "PPO (Proximal Policy Optimization (Kim et al., 2017)) training": what is in brackets explains the word before.
_WITH_BRACKETS = re.compile(r"\s*\((?![A-Z][\w-]*\))[^()]*(?:\([^()]*\)[^()]*)*\)\s*")
_GIVEN = re.compile(r"\b(?:called|named|dubbed|termed|namely|coined|denoted(?: as| by)?)\s+(?P<name>[^,.;()]{2,60})")
# Capitalized words that follow each other; a size may be part of it: "Mistral 7B", "Sparse Feature Network".
_NAME = re.compile(
    r"(?<![\w.])[A-Z][\w+-]*[A-Za-z\d+](?: (?:[A-Z][\w+-]*[A-Za-z\d+]|\d+(?:\.\d+)?[BMK]?|v\d))*(?![\w])"
)
_NO_NAMES = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "here", "however", "if", "in", "it", "its", "of", "on", "our", "so",
     "that", "the", "then", "these", "this", "those", "to", "we", "with", "novel", "new", "first", "two", "three")
)  # fmt: skip


def own_names(paper: Paper, reading: Reading) -> tuple[str, ...]:
    """The names of what the paper introduces: of its system, data set, or method; empty if it names nothing.

    A name is taken from the title ("MapHopper: …") or from a sentence that introduces it, unless the text before that
    sentence uses it already: then it is somebody else's.
    """
    body = [
        " ".join(paragraph.text.split())
        for section in reading.sections
        if section.kind in (SectionKind.BODY, SectionKind.APPENDIX)
        for paragraph in section.paragraphs
    ]
    found = [*_in_title(paper.title), *_introduced(paper.abstract), *_introduced(" ".join(body[:40]))]
    before = _before_own_work(body)
    everything = " ".join((paper.abstract, *body))
    return tuple(
        dict.fromkeys(name for name in found if not _occurs(name, before) and _is_used_as_name(name, everything))
    )


def mentions(text: str, names: tuple[str, ...]) -> re.Match[str] | None:
    """The first mention of one of the names, also in a compound ("PaSa-7b"); None if there is none."""
    return _pattern(names).search(text) if names else None


def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    # Long names are written in lower case now and then ("the transformer"); short ones would be words.
    parts = [f"(?i:{re.escape(name)})" if len(name) > 5 else re.escape(name) for name in names]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?:s\b|(?![^\W_]))")


def _occurs(name: str, text: str) -> bool:
    return _pattern((name,)).search(text) is not None


def _is_used_as_name(name: str, text: str) -> bool:
    """Whether it is used again, and seldom without its capital."""
    small = len(re.findall(rf"\b{re.escape(name.lower())}\b", text)) if name[1:].islower() else 0
    return len(re.findall(rf"\b{re.escape(name)}", text)) >= max(2, 3 * small)


def _in_title(title: str) -> list[str]:
    name, colon, _ = title.partition(":")
    name = name.strip()
    return [name] if colon and len(name.split()) <= 2 and len(name) > 1 else []


def _introduced(text: str) -> list[str]:
    names: list[str] = []
    before = ""
    for sentence in split(text):
        for match in _INTRODUCES.finditer(sentence):
            rest = _WITH_BRACKETS.sub(" ", match["rest"])
            phrase = rest[: end.start()] if (end := _PHRASE_END.search(rest)) else rest
            # In brackets only an abbreviation is a name: "(Proximal Policy Optimization …" spells one out.
            phrase = re.sub(r"\((?![A-Z][\w-]*\)).*", "", phrase)
            given = [m["name"].split(" that ")[0] for m in _GIVEN.finditer(rest)]
            for part in (phrase, *given):
                names += [
                    m.group() for m in _NAME.finditer(part) if _stands_as_name(part, m) and not _occurs(m[0], before)
                ]
        before += f" {sentence}"
    return [name for name in names if name.lower() not in _NO_NAMES and len(name) > 1]


def _stands_as_name(phrase: str, match: re.Match[str]) -> bool:
    """Whether it is the thing itself: before a noun ("a new Python package") it says only of which kind that is."""
    return not re.match(r"[ -][a-z]", phrase[match.end() :].rstrip() + " ")


def _before_own_work(body: list[str]) -> str:
    """The text up to the first sentence in which the authors speak of themselves."""
    before: list[str] = []
    for sentence in (sentence for paragraph in body[:20] for sentence in split(paragraph)):
        if is_about_this_paper(sentence):
            break
        before.append(sentence)
    return " ".join(before)
