"""Rules that say a sentence in other words without changing what it says."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Rule = Callable[[str, random.Random], str | None]
"""A sentence and a source of chance → the changed sentence; None where the rule does not fit."""


def replaced(changes: Sequence[tuple[str, str]], *, once: bool = True) -> Rule:
    """The rule that makes the first change that fits."""

    def rule(sentence: str, _: random.Random) -> str | None:
        for pattern, instead in changes:
            changed = re.sub(pattern, instead, sentence, count=int(once))
            if changed != sentence:
                return changed[0].upper() + changed[1:]
        return None

    return rule


_OPENING = re.compile(
    r"(?:However|Moreover|Furthermore|Specifically|In particular|Additionally|In addition|Finally|Notably|To this end|"
    r"In this (?:paper|work|study|article)|Here|Therefore|Thus|Consequently|As a result|Importantly|Further|Overall), "
)
_SYNONYMS = (
    (r"\butilizes\b", "uses"),
    (r"\butilize\b", "use"),
    (r"\butilizing\b", "using"),
    (r"\bin order to\b", "to"),
    (r"\bdemonstrates that\b", "shows that"),
    (r"\bdemonstrate that\b", "show that"),
    (r"\boutperforms\b", "performs better than"),
    (r"\bapproximately\b", "about"),
    (r"\bdue to the fact that\b", "because"),
    (r"\ba large number of\b", "a great many"),
    (r"\ba variety of\b", "various"),
    (r"\be\.g\., ", "for example "),
    (r"\badditionally\b", "also"),
    (r"\bleverages\b", "makes use of"),
    (r"\bprior work\b", "earlier work"),
)
_NUMBER_FORMS = (
    (r"(?<=\d)%", " percent"),
    (r"\bthree(?= [a-z]+s\b)", "3"),
    (r"\btwo(?= [a-z]+s\b)", "2"),
    (r"\bfour(?= [a-z]+s\b)", "4"),
)


def _without_opening(sentence: str, _: random.Random) -> str | None:
    rest = _OPENING.sub("", sentence, count=1)
    return rest[0].upper() + rest[1:] if rest != sentence and len(rest) >= 40 else None


def _without_brackets(sentence: str, _: random.Random) -> str | None:
    changed = re.sub(r" \([^()]{2,60}\)", "", sentence)
    return changed if changed != sentence and len(changed) >= 40 and not re.search(r"[()]", changed) else None


def _told_of_the_authors(sentence: str, _: random.Random) -> str | None:
    changed = re.sub(r"\bwe\b", "the authors", re.sub(r"\bWe\b", "The authors", sentence))
    changed = re.sub(r"\bour\b", "their", re.sub(r"\bOur\b", "Their", changed))
    return None if changed == sentence or "ourselves" in changed else changed


def _reported(sentence: str, _: random.Random) -> str:
    """The sentence as what the paper says: its first word in lower case unless it is a name."""
    first = sentence.split()[0]
    is_common = re.fullmatch(r"(?:The|This|These|We|Our|In|It|A|An|For|By|To|While|Although|When|With|Such)", first)
    return f"The paper says that {first.lower() if is_common else first}{sentence[len(first) :]}"


TRUE: dict[str, Rule] = {
    "opening dropped": _without_opening,
    "other words": replaced(_SYNONYMS),
    "other form of a number": replaced(_NUMBER_FORMS, once=False),
    "brackets dropped": _without_brackets,
    "told of the authors": _told_of_the_authors,
    "reported": _reported,
}
