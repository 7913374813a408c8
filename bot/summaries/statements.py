"""What a judge is asked and what it answers: statements with the sentences that they rest on, and verdicts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.summaries.source_text import SourceSentence

NO_ANSWER = "the judge did not answer"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a model's free text: a headline, takeaway, translated title, translation or part of a reading.

    `key` is unique within its paper. `named` are the sentences that it rests on, `context` those and their neighbours,
    both in reading order. `suspicions` are the reasons of the rules to doubt it; such a statement is judged twice.
    """

    key: str
    text: str
    named: tuple[SourceSentence, ...]
    context: tuple[SourceSentence, ...]
    suspicions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperStatements:
    """The statements about one paper that are judged together."""

    paper_id: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a statement is supported by its sentences; if not, `reason` says why in a few words.

    `is_judged` is False if no judge that was believed has answered: then no other words would do better.
    """

    is_supported: bool
    reason: str = ""
    is_judged: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts by paper id and key of the statement; a statement without one is not supported.

    `judge` is the model that gave them and `prompt` the hash of its prompt files; both are None if no judge answered or
    was believed, and then no statement is supported. `judged` are the ids of the papers about which it was believed.
    """

    verdicts: Mapping[tuple[str, str], Verdict]
    judge: str | None = None
    prompt: str | None = None
    judged: frozenset[str] = frozenset()

    def judge_of(self, paper_id: str) -> str | None:
        """The judge that was believed about this paper; None if there was none."""
        return self.judge if paper_id in self.judged else None

    def verdict(self, paper_id: str, key: str) -> Verdict:
        return self.verdicts.get((paper_id, key), Verdict(False, NO_ANSWER, is_judged=False))
