"""A maker that says what its trials tell it to, and judges that know which of it is true."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.faithfulness.trials import Posed, Trial, compact
from tests.fakes import judges

_DATA = re.compile(r"=== data (\w+) begins: (.*?) ===\n(.*?)\n=== data \1 ends ===", re.DOTALL)
_NUMBERED = re.compile(r"^[^\w\s#](?:[0-9a-f]{6}:)?(\d+)[^\w\s] (.*)$", re.MULTILINE)

_MOST_NAMED = 3


class Maker:
    """A brain: the reply of a model that makes each trial's statements, with the sentences they rest on by number."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._trials = {trial.paper.id: trial for trial in trials}

    def __call__(self, _: str, user: str) -> str:
        blocks = {heading: text for _mark, heading, text in _DATA.findall(user)}
        papers = [(heading.split()[1], text) for heading, text in blocks.items() if heading.startswith("paper ")]
        return json.dumps({"papers": [self._reply(paper_id, text) for paper_id, text in papers]}, ensure_ascii=False)

    def _reply(self, paper_id: str, text: str) -> dict[str, Any]:
        sentences = dict(_NUMBERED.findall(text))
        claims = [{"sentences": named(posed, sentences), "text": posed.text} for posed in self._trials[paper_id].claims]
        return {"id": paper_id, "title": "", "headline": claims[0], "takeaways": claims[1:], "keywords": []}


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
        number = max(abstract, key=lambda n: (len(missing & _details(sentences[n])), -int(n)))
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
