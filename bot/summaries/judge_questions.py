"""The questions of one request to a judge, with opaque ids and canaries among them, and the verdicts from its answers.

Pure. Questions are mixed, and a statement that the rules doubt is asked about twice, in places apart from each other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import prompts
from bot.summaries.altered_sentences import one_line
from bot.summaries.canaries import canaries_for
from bot.summaries.judge_answers import Answer
from bot.summaries.prompt_building import enclosed
from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import NO_ANSWER, PaperStatements, Statement, Verdict

_ID_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
_ID_LENGTH = 5

Verdicts = dict[tuple[str, str], Verdict]
"""Verdicts by paper id and key of the statement."""


@dataclass(frozen=True, slots=True)
class Question:
    """One statement under an id of its own. `expected` is the right answer if it is a canary."""

    id: str
    paper_id: str
    statement: Statement
    expected: bool | None = None


@dataclass(frozen=True, slots=True)
class QuestionBlock:
    """The questions about one paper, in the order in which they are asked."""

    questions: tuple[Question, ...]

    @property
    def text(self) -> str:
        """Sentences and statements, each on one line: a line break could make a part of one look like another."""
        numbers = self._numbers()
        sentences = [f"[{number}] {one_line(sentence.text)}" for sentence, number in numbers.items()]
        statements = []
        for question in self.questions:
            named = " ".join(f"[{numbers[sentence]}]" for sentence in question.statement.named)
            statements.append(f"{question.id} {named}: {one_line(question.statement.text)}")
        return "\n".join([*sentences, *statements])

    def _numbers(self) -> dict[SourceSentence, str]:
        """The sentences that the statements rest on and their neighbours, in reading order, with a number for each.

        The number is the id, unless another sentence has it: passages of a reading that was made anew are counted for
        each statement by itself.
        """
        found = {
            s: None for question in self.questions for s in (*question.statement.context, *question.statement.named)
        }
        numbers: dict[SourceSentence, str] = {}
        for sentence in sorted(found, key=lambda sentence: _place(sentence.id)):
            number, copies = sentence.id, 1
            while number in numbers.values():
                copies += 1
                number = f"{sentence.id}.{copies}"
            numbers[sentence] = number
        return numbers


def blocks_for(papers: Sequence[PaperStatements]) -> tuple[QuestionBlock, ...]:
    """The questions about these papers and the canaries, one block for each paper; paper ids are unique."""
    ids = _Ids(_digest(papers))
    first: dict[str, list[Question]] = {paper.paper_id: [] for paper in papers}
    second: dict[str, list[Question]] = {}
    for paper in papers:
        for statement in paper.statements:
            first[paper.paper_id].append(Question(ids.new(paper.paper_id, statement.key), paper.paper_id, statement))
            if statement.suspicions:
                copy = Question(ids.new(paper.paper_id, statement.key), paper.paper_id, statement)
                second.setdefault(paper.paper_id, []).append(copy)
    for canary in canaries_for(papers):
        name = ids.new(canary.paper_id, canary.statement.key)
        question = Question(name, canary.paper_id, canary.statement, expected=canary.is_true)
        first.setdefault(canary.paper_id, []).append(question)
    return tuple(QuestionBlock(_mixed(found, second.get(paper_id, []))) for paper_id, found in first.items() if found)


def judge_prompts(blocks: Sequence[QuestionBlock]) -> tuple[str, str]:
    """System and user prompt of a request with these questions."""
    texts = "\n\n".join(f"Paper {number}\n{block.text}" for number, block in enumerate(blocks, 1))
    # All in one: nothing in a text can begin a line, and so it can end neither its paper nor a statement.
    papers = enclosed("papers", texts)
    count = str(sum(len(block.questions) for block in blocks))
    return prompts.load("judge_system").fill(), prompts.load("judge_user").fill(count=count, papers=papers)


def prompt_hash() -> str:
    """The hash of the prompts that a judge is asked with."""
    return prompts.digest(*(prompts.load(name).text for name in ("judge_system", "judge_user")))


def verdicts_from(blocks: Sequence[QuestionBlock], answers: Mapping[str, Answer]) -> Verdicts | None:
    """The verdicts on the statements; None if a canary was answered wrongly or not at all."""
    questions = [question for block in blocks for question in block.questions]
    for question in questions:
        answer = answers.get(question.id)
        if question.expected is not None and (answer is None or answer.is_supported is not question.expected):
            return None
    verdicts: Verdicts = {}
    for question in questions:
        if question.expected is None:
            key = (question.paper_id, question.statement.key)
            verdict = _verdict(answers.get(question.id))
            # Of two answers about one statement, the one that does not support it counts, a missing one before a yes.
            verdicts[key] = min(verdict, verdicts.get(key, verdict), key=lambda v: (v.is_supported, not v.is_judged))
    return verdicts


def _verdict(answer: Answer | None) -> Verdict:
    if answer is None or answer.is_supported is None:
        return Verdict(False, NO_ANSWER, is_judged=False)
    if answer.is_supported:
        return Verdict(True)
    words = f": “{answer.words[:120]}”" if answer.words else ""
    return Verdict(False, f"not supported by its sentence{words}")


def _mixed(first: Iterable[Question], second: Iterable[Question]) -> tuple[Question, ...]:
    """All of them, sorted by ids, which are hashes; second questions about a statement stand in the second half."""
    front, back = sorted(first, key=lambda q: q.id), sorted(second, key=lambda q: q.id)
    if back and front[-1].statement == back[0].statement:
        front.insert(0, front.pop())  # so that the two are not next to each other
    return (*front, *back)


class _Ids:
    """New ids that tell nothing about what they stand for; the same content gets the same ids."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._given: set[str] = set()

    def new(self, *parts: str) -> str:
        attempt = 0
        while True:
            number = int.from_bytes(hashlib.sha256("\0".join((self._seed, str(attempt), *parts)).encode()).digest())
            name = "".join(
                _ID_CHARACTERS[number // len(_ID_CHARACTERS) ** place % len(_ID_CHARACTERS)]
                for place in range(_ID_LENGTH)
            )
            if name not in self._given:
                self._given.add(name)
                return name
            attempt += 1


def _digest(papers: Sequence[PaperStatements]) -> str:
    parts = [part for paper in papers for s in paper.statements for part in (paper.paper_id, s.key, s.text)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _place(sentence_id: str) -> tuple[int, ...]:
    """The place of a sentence in its paper, from the numbers of its id: "4", "S3.2"."""
    return tuple(int(number) for number in re.findall(r"\d+", sentence_id))
