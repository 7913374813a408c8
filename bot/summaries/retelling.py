"""Sentences turned into their opposite, or told again with the same meaning, by rules. Pure.

The falsehoods are functions of a sentence and the text around it, and return None where they do not apply. They change
one thing in a main clause, so that whoever reads carefully is certain of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

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
    ("fails to", "manages to"),
    ("fail to", "manage to"),
)
_SIDES = (
    (r"(\w+ly )?outperforms", r"is \1outperformed by"),
    (r"(\w+ly )?surpasses", r"is \1surpassed by"),
    (r"(\w+ly )?exceeds", r"is \1exceeded by"),
    (r"(\w+ly )?outperform", r"are \1outperformed by"),
    (r"(\w+ly )?surpass", r"are \1surpassed by"),
    (r"(\w+ly )?exceed", r"are \1exceeded by"),
)
_NOT_AFTER = r"(?<!\bno )(?<!\bnot )(?<!\ba )(?<!\bthe )(?<!\bto )"
_MAKES = (
    r"propose|present|introduce|develop|study|investigate|analyze|analyse|evaluate|describe|provide|report|use|train"
)
_QUANTITY = re.compile(r"(?<![\w.,$^_{}\\/@-])(\d{1,4}(?:\.\d+)?)(?=\s?%|\s?x\b|\s?×|\s(?:points|times|percent)\b)")


def _opposite(text: str, _: str) -> str | None:
    return _first_replaced(text, _OPPOSITES, _NOT_AFTER, r"(?![-\w]| or\b| bound| order)")


def _sides_swapped(text: str, _: str) -> str | None:
    return _first_replaced(
        text, _SIDES, r"(?<!\bcan )(?<!\bto )(?<!\bnot )(?<!\bcould )(?<!\bmay )", r"\b(?! and| or|,)"
    )


def _negated(text: str, _: str) -> str | None:
    """With "not" where there was none, or without it."""
    text = one_line(text)
    for pattern, replacement in (
        (rf"^(We|This paper|This work) ({_MAKES})(s?)\b", None),
        (r"\b(is|are|was|were|can|does|do) ?not (?!only|just|merely|necessarily)", r"\1 "),
        (r"^([^,;:]{3,60}?) (is|are|was|were) (?=(?:a|an|the|highly|very|\w+ed|\w+al|\w+ing)\b)", r"\1 \2 not "),
    ):
        if match := re.search(pattern, text):
            said = match.expand(replacement) if replacement else _denied(match)
            return text[: match.start()] + said + text[match.end() :]
    return None


def _denied(match: re.Match[str]) -> str:
    return f"{match[1]} {'does' if match[3] else 'do'} not {match[2]}"


def _other_number(text: str, around: str) -> str | None:
    """With another number for a quantity, one that stands nowhere around it."""
    text = one_line(text)
    match = _QUANTITY.search(text)
    other = unused_number(match[1], around) if match else None
    return text[: match.start()] + other + text[match.end() :] if match and other else None


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
        # In a side clause a change is easily overlooked, and a canary must be certain for every careful reader.
        if match and not re.search(r"\b(?:when|where|which|while|until|as|than)\b", text[: match.start()]):
            said = re.sub(word, other, match[0], count=1)
            return text[: match.start()] + said + text[match.end() :]
    return None


_OPENING = re.compile(
    r"^(?:However|Moreover|Furthermore|Additionally|In addition|Specifically|In particular|Notably|To this end"
    r"|In this (?:paper|work)|Finally|Here|Overall),? (?=\w)"
)
_TAIL = re.compile(
    r", (?:achieving|yielding|enabling|outperforming|demonstrating|highlighting|suggesting|leading to|resulting in)"
    r" [^,;:()]+\.$"
)


def retold(text: str) -> str:
    """The sentence, or a main clause of it that stands alone, as somebody else tells it."""
    text = _OPENING.sub("", one_line(text))
    text = _TAIL.sub(".", text)
    return told_by_another(text[:1].upper() + text[1:])


def told_by_another(text: str) -> str:
    """With "the authors" for "we"."""
    for own, others in (("we", "the authors"), ("our", "their"), ("us", "them")):
        text = re.sub(rf"\b{own}\b", others, text)
        text = re.sub(rf"\b{own.capitalize()}\b", others[:1].upper() + others[1:], text)
    return text


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())
