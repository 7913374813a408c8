"""How the fake model servers answer as a judge: honestly, at random, or in one of the ways in which judges fail."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.fakes.brains import Brain, say

_DATA = re.compile(r"=== data (\w+) begins: .*? ===\n(.*?)\n=== data \1 ends ===", re.S)
_PAPER = re.compile(r"^Paper \d+$", re.MULTILINE)
_LANGUAGES = ("English", "Traditional Chinese", "Simplified Chinese", "Spanish", "Japanese", "Russian")


@dataclass(frozen=True)
class Asked:
    """One statement of a judge's prompt, with the text of the sentences that it rests on."""

    id: str
    text: str
    sentences: tuple[str, ...]


Opinion = Callable[[Asked], bool]
"""Whether a judge finds a statement supported."""


def is_for_judge(user: str) -> bool:
    return user.startswith("Statements to check: ")


def statements_in(user: str) -> list[Asked]:
    """The statements of a judge's prompt, in order."""
    found = []
    for paper in [part for _, text in _DATA.findall(user) for part in _PAPER.split(text)]:
        texts = dict(re.findall(r"^\[(\S+)\] (.*)$", paper, re.MULTILINE))
        for name, named, text in re.findall(r"^(\w+) (\[.*?\]): (.*)$", paper, re.MULTILINE):
            found.append(Asked(name, text, tuple(texts[number] for number in re.findall(r"\[(\S+)\]", named))))
    return found


def reply(answers: Sequence[tuple[str, bool]]) -> str:
    entries: list[dict[str, Any]] = [
        {"id": name, "wrong": "" if is_supported else "some words"} for name, is_supported in answers
    ]
    return json.dumps({"answers": entries})


def with_opinion(opinion: Opinion) -> Brain:
    """A judge that answers every statement, and each as it thinks."""
    return lambda _, user: reply([(asked.id, opinion(asked)) for asked in statements_in(user)])


def is_repeated(asked: Asked) -> bool:
    """Whether a statement repeats its sentences or a part of them, or is what `brains.say` makes of them."""
    text = _bare(asked.text)
    if any(text in _bare(sentence) for sentence in (*asked.sentences, " ".join(asked.sentences))):
        return True
    return any(translation.startswith(text) for s in asked.sentences for translation in _translations(s))


@lru_cache
def _translations(sentence: str) -> tuple[str, ...]:
    return tuple(_bare(say(language, sentence)) for language in _LANGUAGES)


@lru_cache
def _bare(text: str) -> str:
    """The words of a text, with one word for the authors, whether they or others speak."""
    text = " ".join(text.lower().split()).rstrip(".")
    for others, own in (("the authors", "we"), ("their", "our"), ("them", "us")):
        text = re.sub(rf"\b{others}\b", own, text)
    return text


honest = with_opinion(is_repeated)
yes_to_all = with_opinion(lambda _: True)
no_to_all = with_opinion(lambda _: False)


def erring(rate: float, seed: int, opinion: Opinion = is_repeated) -> Brain:
    """A judge that gives the wrong answer at random, each time with this probability."""
    dice = random.Random(seed)
    return with_opinion(lambda asked: opinion(asked) is not (dice.random() < rate))


def forgetful(rate: float, seed: int, opinion: Opinion = is_repeated) -> Brain:
    """A judge that leaves out answers at random."""
    dice = random.Random(seed)
    return lambda _, user: reply([(a.id, opinion(a)) for a in statements_in(user) if dice.random() >= rate])


def swapping(_: str, user: str) -> str:
    """Gives every answer under the id of the next statement."""
    asked = statements_in(user)
    return reply([(other.id, is_repeated(this)) for this, other in zip(asked, [*asked[1:], *asked[:1]], strict=True)])


def contradicting(_: str, user: str) -> str:
    """Answers every id twice, once with yes and once with no."""
    return reply([(asked.id, answer) for asked in statements_in(user) for answer in (True, False)])


def silent(_: str, __: str) -> str:
    return '{"answers": []}'


def garbage(_: str, __: str) -> str:
    return "<html>502 bad gateway</html>"
