"""Sentences turned into their opposite, or repeated word for word, by rules. Pure.

The falsehoods are functions of a sentence and the text around it, and return None where they do not apply. They change
one thing in a main clause, so that whoever reads carefully is certain of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bot.summaries.number_support import is_bound

_OPPOSITES = (
    ("improves", "worsens"),
    ("increases", "decreases"),
    ("reduces", "increases"),
    ("enhances", "weakens"),
    ("strengthens", "weakens"),
    ("boosts", "lowers"),
    ("lowers", "raises"),
    ("degrades", "improves"),
    ("accelerates", "slows down"),
    ("improve", "worsen"),
    ("reduce", "increase"),
    ("enhance", "weaken"),
    ("higher", "lower"),
    ("better", "worse"),
    ("faster", "slower"),
    ("fewer", "more"),
    ("larger", "smaller"),
    ("smaller", "larger"),
)
_SIDES = (
    (r"(\w+ly )?outperforms", r"is \1outperformed by"),
    (r"(\w+ly )?surpasses", r"is \1surpassed by"),
    (r"(\w+ly )?exceeds", r"is \1exceeded by"),
    (r"(\w+ly )?outperform", r"are \1outperformed by"),
    (r"(\w+ly )?surpass", r"are \1surpassed by"),
    (r"(\w+ly )?exceed", r"are \1exceeded by"),
)
_NOT_AFTER = r"(?<!\bno )(?<!\bnot )(?<!\ba )(?<!\bthe )(?<!\b[Tt]o )(?<!\bor )(?<!\band )(?<!\bcan (?=better))"
_NO_SUBJECT = "".join(rf"(?<!\b{word} )" for word in ("can", "could", "may", "to", "not", "and", "or", "also", "even"))
_SIDE_CLAUSE = re.compile(
    r"\b(?:when|where|which|while|until|as|than|since|because|although|though|whereas|unless|no|either)\b", re.I
)
"""Stands before what is not said outright: a change there is easily overlooked, or makes nothing false."""

_MAKES = (
    r"propose|present|introduce|develop|study|investigate|analyze|analyse|evaluate|describe|provide|report|use|train"
)
_QUANTITY = re.compile(r"(?<![\w.,$^_{}\\/@-])(\d{1,4}(?:\.\d+)?)(?=\s?%|\s?x\b|\s?×|\s(?:points|times|percent)\b)")


def _opposite(text: str, _: str) -> str | None:
    return _first_replaced(text, _OPPOSITES, _NOT_AFTER, r"(?![-\w]| or\b| bound| order)")


def _sides_swapped(text: str, _: str) -> str | None:
    # With its subject right before it, the verb stays right in the passive.
    return _first_replaced(text, _SIDES, _NO_SUBJECT, r"\b(?! and| or|,)")


def _negated(text: str, _: str) -> str | None:
    """With "not" where there was none, or without it."""
    text = one_line(text)
    if match := re.search(rf"^(We|This paper|This work) ({_MAKES})(s?)\b", text):
        return f"{match[1]} {'does' if match[3] else 'do'} not {match[2]}{text[match.end() :]}"
    if match := re.search(r"\b(is|are|was|were|can|does|do) ?not (?!only|just|merely|necessarily)", text):
        return f"{text[: match.start()]}{match[1]} {text[match.end() :]}" if _is_outright(text, match) else None
    match = re.search(r"^([^,;:]{3,60}?) (is|are|was|were) (?=(?:a|an|the|highly|very|\w+ed|\w+al|\w+ing)\b)", text)
    # "Is not a limit, not an artefact" contrasts what was meant to be contrasted with the opposite.
    if match is None or not _is_outright(text, match) or re.search(r"\b(?:not|rather than)\b", text):
        return None
    return f"{match[1]} {match[2]} not {text[match.end() :]}"


def _other_number(text: str, around: str) -> str | None:
    """With another number for a quantity, one that stands nowhere around it."""
    text = one_line(text)
    match = _QUANTITY.search(text)
    if match is None or is_bound(text, *match.span()) or not _is_outright(text, match):
        return None
    other = unused_number(match[1], around)
    return text[: match.start()] + other + text[match.end() :] if other else None


def unused_number(number: str, around: str) -> str | None:
    """A number far from this one, written like it, that does not stand in the text around it."""
    decimals = len(with_point(number).partition(".")[2])
    for candidate in _far_from(float(with_point(number))):
        changed = f"{candidate:.{decimals}f}"
        if not has_number(changed, with_point(around)):
            return changed.replace(".", ",") if "," in number else changed
    return None


def has_number(number: str, text: str) -> bool:
    """Whether a text has this number, not only as a part of another one."""
    return re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", text) is not None


def with_point(text: str) -> str:
    """With points for the decimal commas of some languages."""
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def _far_from(number: float) -> Iterator[float]:
    """Numbers that nobody takes for a rounded one; those up to 100 stay there, as percentages have to."""
    limit = 100.0 if number <= 100 else 10_000.0
    for step in range(1, 20):
        candidate = number + step * max(number * 0.7, 3.7)
        yield candidate if candidate < limit else number / (1.6 + 0.3 * step)


FALSEHOODS: tuple[Callable[[str, str], str | None], ...] = (_sides_swapped, _opposite, _other_number, _negated)


def _first_replaced(text: str, pairs: Iterable[tuple[str, str]], before: str, after: str) -> str | None:
    text = one_line(text)
    for word, other in pairs:
        match = re.search(rf"{before}\b{word}{after}", text)
        if match and _is_outright(text, match):
            said = re.sub(word, other, match[0], count=1)
            # "Smaller ones do better than smaller ones" says nothing.
            if not re.search(rf"\b{re.escape(said)}\b", text):
                return text[: match.start()] + said + text[match.end() :]
    return None


def _is_outright(text: str, match: re.Match[str]) -> bool:
    """Whether what was found is part of a main clause; a canary must be certain for every careful reader."""
    return _SIDE_CLAUSE.search(text[: match.end()]) is None


_OPENING = re.compile(
    r"^(?:However|Moreover|Furthermore|Additionally|In addition|Specifically|In particular|Notably|To this end"
    r"|In this (?:paper|work)|Finally|Here|Overall),? (?=\w)"
)
_TAIL = re.compile(
    r", (?:achieving|yielding|enabling|outperforming|demonstrating|highlighting|suggesting|leading to|resulting in)"
    r" [^,;:()]+\.$"
)


def repeated(text: str) -> str:
    """The sentence, or a main clause of it that stands alone, word for word."""
    text = _TAIL.sub(".", _OPENING.sub("", one_line(text)))
    return text[:1].upper() + text[1:]


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())
