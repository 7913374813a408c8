"""A maker that says what its trials tell it to, and judges that know which of it is true."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from benchmarks.faithfulness.trials import Posed, Trial, compact
from tests.fakes import brains, judges

_DATA = re.compile(r"=== data (\w+) begins: (.*?) ===\n(.*?)\n=== data \1 ends ===", re.DOTALL)
_NUMBERED = re.compile(r"^[^\w\s#](?:[0-9a-f]{6}:)?(\d+)[^\w\s] (.*)$", re.MULTILINE)

_SECTION = re.compile(r"^## (S\d+) .*?\n(.*?)(?=^## S\d|\Z)", re.DOTALL | re.MULTILINE)
_KEYED = re.compile(r"^\[(\w+)\] (.*)$", re.MULTILINE)

_PARTS = ("results", "methods", "significance", "innovation", "performance", "background")
"""The parts of a deep reading that statements are told in."""

_MOST_NAMED = 3


class Maker:
    """A brain: the replies of a model that makes each trial's statements, with the sentences they rest on by number.

    Asked for the facts of a full text, it makes those in English; statements in another language are the translations
    of the sentences that they name. `also_said` has what else it said in that language, as compact text.
    """

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._trials = {trial.paper.id: trial for trial in trials}
        self.also_said: set[str] = set()

    def __call__(self, _: str, user: str) -> str:
        blocks = [(heading.split(), text) for _mark, heading, text in _DATA.findall(user)]
        reply: dict[str, Any] = {"papers": []}
        for heading, text in blocks:
            trial = self._trials.get(heading[-1])
            if trial is None:
                continue
            if heading[0] == "title":
                reply = self._translations(trial, text, brains.language_of(user))
            elif text.startswith("## S0"):
                reply = _facts(trial, text)
            else:
                reply["papers"].append(_brief(trial, dict(_NUMBERED.findall(text))))
        return json.dumps(reply, ensure_ascii=False)

    def _translations(self, trial: Trial, text: str, language: str) -> dict[str, Any]:
        """The statement for a claim that is its passage, and for other claims what the well-behaved model says."""
        statements = {compact(posed.quote): posed.text for posed in trial.statements}
        claims = []
        for key, claim in _KEYED.findall(text):
            # A card may show a sentence without its opening, "For instance,".
            said = next((text for quote, text in statements.items() if quote.endswith(compact(claim))), None)
            if said is None:
                # In a language that it does not speak, it repeats the claim, which then cannot be used.
                with suppress(KeyError):
                    said = brains.say(language, claim)
                    self.also_said.add(compact(said))
            claims.append({"key": key, "text": said or claim})
        return {"id": trial.paper.id, "title": "", "claims": claims, "keywords": []}


def _brief(trial: Trial, sentences: Mapping[str, str]) -> dict[str, Any]:
    claims = [_claim(posed, sentences, posed.text) for posed in trial.claims]
    return {"id": trial.paper.id, "title": "", "headline": claims[0], "takeaways": claims[1:], "keywords": []}


def _facts(trial: Trial, text: str) -> dict[str, Any]:
    """Sentences of the paper as headline, takeaways and method; the statements in the other parts."""
    sections = _SECTION.findall(text)
    body = {f"{name}.{n}": s for name, lines in sections[1:] for n, s in _NUMBERED.findall(lines)}
    sentences = {"0": trial.paper.title, **body}
    plain = [{"sentences": [number], "text": s} for number, s in body.items() if compact(s) in _fillers(trial)]
    plain += [{"sentences": [number], "text": s} for number, s in body.items()]
    reply: dict[str, Any] = {"id": trial.paper.id, "headline": plain[0], "takeaways": plain[1:4], "method": plain[:1]}
    for posed, part in zip(trial.statements, cycle(_PARTS), strict=False):
        # In another language it is the translation that says the statement.
        said = posed.text if trial.language == "en" else " ".join(posed.quote.split())
        reply.setdefault(part, []).append(_claim(posed, sentences, said))
    return reply


def _fillers(trial: Trial) -> set[str]:
    return {compact(sentence) for sentence in trial.fillers}


def _claim(posed: Posed, sentences: Mapping[str, str], said: str) -> dict[str, Any]:
    return {"sentences": named(posed, sentences), "text": said}


def named(posed: Posed, sentences: Mapping[str, str]) -> list[str]:
    """The numbers of the sentences that a statement rests on: those of its quote and, if it is true, those with the
    numbers and words of it that the quote lacks (a true statement may join sentences)."""
    own = [number for number, text in sentences.items() if number != "0" and _overlap(text, posed.quote)]
    own = own or [number for number, text in sentences.items() if _overlap(text, posed.quote)]
    if not posed.is_true:
        return own[:_MOST_NAMED]
    missing = _details(posed.text) - _details(" ".join(sentences[number] for number in own))
    abstract = [number for number in sentences if number != "0"]
    while missing and abstract and len(own) < _MOST_NAMED:
        number = max(abstract, key=lambda n: len(missing & _details(sentences[n])))
        found = missing & _details(sentences[number])
        # A shared word or two is chance; a number is not.
        if number in own or (len(found) < 3 and not any(word[0].isdigit() for word in found)):
            break
        own.append(number)
        missing -= found
    return own


def _overlap(sentence: str, quote: str) -> bool:
    """Whether a quote contains a sentence, is in it, or begins or ends inside it."""
    one, other = compact(sentence), compact(quote)
    return bool(one) and (one in other or other in one or one[-40:] in other[:400] or one[:40] in other[-400:])


def _details(text: str) -> set[str]:
    """Numbers, names and longer words in Latin script, by their first letters so that inflection counts little."""
    numbers = re.findall(r"\d+(?:[.,]\d+)*", text)
    return {*numbers, *(word.lower()[:6] for word in re.findall(r"[A-Za-z][\w-]{4,}", text))}


@dataclass
class LabelledJudge:
    """A brain: a judge that knows the labels of the trials, and errs at random in `error_rate` of its answers.

    What has no label (canaries, titles) is supported if it repeats the sentences that it rests on.
    `asked` counts how often each statement was asked about, by its compact text.
    """

    trials: Sequence[Trial]
    error_rate: float = 0.0
    seed: int = 0
    says_yes: bool = False
    """Whether every answer is yes."""
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._labels: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for trial in self.trials:
            source = compact(f"{trial.paper.title} {trial.paper.abstract}")
            for posed in trial.statements:
                self._labels[compact(posed.text)].append((source, posed.is_true))

    def __call__(self, _: str, user: str) -> str:
        return judges.reply([(asked.id, self._answer(asked)) for asked in judges.statements_in(user)])

    def _answer(self, asked: judges.Asked) -> bool:
        self.asked[compact(asked.text)] += 1
        return self.says_yes or self._is_true(asked) != (self._chance.random() < self.error_rate)

    def _is_true(self, asked: judges.Asked) -> bool:
        here = compact(asked.sentences[0])
        # Two papers may have the same statement, so the sentence tells which one it is about.
        known = [is_true for source, is_true in self._labels.get(compact(asked.text), ()) if here in source]
        return known[0] if known else judges.is_repeated(asked)
