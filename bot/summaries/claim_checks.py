"""What the rules say of a model's claim: that its words may never be shown, or that they are to be doubted. Pure.

Reasons are words that are sent back to the model and kept in provenance. Doubts refuse nothing: a judge decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.model import NoteKind, Paper, SectionKind, SummaryNote
from bot.model.languages import is_english, primary
from bot.summaries import sentence_roles
from bot.summaries.directions import added_direction, directions, turned_around
from bot.summaries.forbidden_text import forbidden_reason
from bot.summaries.language_check import is_checkable, wrong_language
from bot.summaries.names import unknown_names
from bot.summaries.negations import is_negation_changed
from bot.summaries.number_binding import misplaced_number, number_of_another
from bot.summaries.number_support import unsupported_number, without_bounds
from bot.summaries.numbers import Number, is_number_in, numbers_in
from bot.summaries.overstatement import overstatements
from bot.summaries.planted_orders import is_order
from bot.summaries.quotes import fold
from bot.summaries.sentences import split
from bot.summaries.sides import is_reordered, own_names, swapped_sides
from bot.summaries.source_text import SourceSentence, SourceText, source_of
from bot.summaries.wording import content_words, is_mostly_new, shares_no_words
from bot.tex.latex import readable

LONGEST_CLAIM = 420
"""Characters a claim may have; a headline has a limit of its own."""
LONGEST_COMPARED = 2000
"""Characters of the sentences of a claim that are compared with it word by word; the time grows with their square."""

_COMMA_LANGUAGES = frozenset(
    ("es", "ru", "de", "fr", "it", "pt", "nl", "uk", "pl", "cs", "sv", "da", "fi", "tr", "id", "vi")
)
"""Languages that write 3.5 as 3,5."""

_DENSE_LANGUAGES = frozenset(("zh", "ja", "ko"))
"""Languages that need about half the characters for the same statement."""

_OTHERS_FIRST = re.compile(
    r"\W*(?:(?:however|yet|while|although|though|but|still|most|many|some|several|all|the|these|other|"
    r"a number of),?\s+){0,3}"
    r"(?:prior|previous(?:ly)?|existing|earlier|conventional|traditional|recent|related|past|"
    r"current)\s+(?:[\w-]+\s+){0,3}"
    r"(?:works?|methods?|approach(?:es)?|studies|stud(?:y|ies)|research|models?|systems?|techniques?|efforts?|"
    r"literature|"
    r"benchmarks?|solutions?|algorithms?|planners?|frameworks?|pipelines?)\b",
    re.I,
)
"""Matches a sentence whose subject is the work of others."""

_ATTRIBUTED = re.compile(
    r"\b(?:prior|previous|existing|earlier|conventional|traditional|recent|current|past|most|many|others?|typical\w*|"
    r"baselines?|state-of-the-art|however|compared|than|over|outperform\w*|unlike|instead)\b|\b[A-Z]\w+ et al"
    r"|现有|已有|以往|先前|此前|传统|当前|目前|近期|前人|超过|优于|相比|現有|傳統|當前|超過|優於|既存|従来|先行|これまで|最近|現在|現行|上回|"
    r"\bexistent\w+|\bprevi[oa]s?\b|\bactual\w*|\banterior\w*|\btradicional\w*|\bconvencional\w*|"
    r"\breciente\w*|\bsupera\w*|"
    r"\bсуществующ\w+|\bпредыдущ\w+|\bпрежн\w+|\bранее\b|\bтрадиционн\w+|\bсовременн\w+|\bнедавн\w+|\bпревосход\w+",
    re.I,
)
"""Matches a claim that attributes work to others, or compares with it."""

_RELATED_SECTION = re.compile(r"related work|prior work|literature|background", re.I)

_CITED_SUBJECT = re.compile(
    r"\W*(?:[A-Z][\w'’-]+(?:,? (?:and|&) [A-Z][\w'’-]+| et al\.?)[\s,]*[(\[]|[A-Z][a-z]+ et al\b)"
)
"""Matches a sentence whose subject is a citation: "Kim et al. [3] propose …"."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """The requirements on a claim. `about_this_paper` is true if it must not be about others' work."""

    language: str = "en"
    about_this_paper: bool = False
    longest: int = LONGEST_CLAIM
    shortest: int = 12


def refusal(text: str, source: SourceText, rules: ClaimRules) -> str | None:
    """Why a text of a model may never be shown, whatever the paper says; None if it may be judged."""
    if not text.strip():
        return "it is empty"
    divisor = 2 if primary(rules.language) in _DENSE_LANGUAGES else 1
    if len(text) < rules.shortest // divisor:
        return "it is too short to say anything"
    if len(text) > rules.longest // divisor:
        return f"it is longer than {rules.longest // divisor} characters"
    # After the length: what is forbidden takes long to look for in a text of many thousand characters.
    if reason := forbidden_reason(text, source.text):
        return reason
    other = wrong_language(text, rules.language)
    return f"it is not in the language asked for (but {other})" if other else None


def suspicions(text: str, named: Sequence[SourceSentence], source: SourceText, rules: ClaimRules) -> tuple[str, ...]:
    """The reasons to doubt that the named sentences support a text. Cheap tests: they find much and prove nothing."""
    text, sentences = readable(text), [readable(sentence.text) for sentence in named]
    if sum(map(len, sentences)) > LONGEST_COMPARED:
        return ("its sentences are too long to be compared with it",)
    together, around = " ".join(sentences), _around(named, source)
    found = (
        _subject_suspicion(text, named),
        _named_number_problem(text, named, source, rules.language),
        _name_problem(text, source, rules.language),
        _binding_suspicion(text, together, around, rules.language),
        "its sentence says the opposite" if is_negation_changed(text, sentences, rules.language) else None,
        *_wording_suspicions(text, together, is_english(rules.language)),
        *_order_suspicions(text, together, source, is_english(rules.language)),
        _content_suspicion(text, together, around, rules.language),
    )
    return tuple(reason for reason in found if reason is not None)


def _binding_suspicion(text: str, together: str, around: Sequence[str], language: str) -> str | None:
    """Whether a number belongs to other words in the sentences, or comes from one about other things."""
    comma = primary(language) in _COMMA_LANGUAGES
    number = misplaced_number(text, together, decimal_comma=comma)
    number = number or number_of_another(text, together, around, decimal_comma=comma)
    return f"its sentence gives {number} for something else" if number else None


def _wording_suspicions(text: str, together: str, same_language: bool) -> tuple[str | None, ...]:
    """Whether words of a text turn around what the sentences say, or add to it."""
    plain = without_bounds(text)
    turned, added = turned_around(plain, together), added_direction(plain, together)
    return (
        f"its sentence says the opposite of “{turned}”" if turned else None,
        f"its sentence does not say “{added}”" if added else None,
        *overstatements(plain, together, same_language=same_language),
    )


def _order_suspicions(text: str, together: str, source: SourceText, same_language: bool) -> tuple[str | None, ...]:
    """Whether a text gives to one thing what the sentences give to another."""
    own = own_names(source.title, readable(source.front))
    return (
        "it swaps the sides of a comparison" if swapped_sides(text, together, own) else None,
        "it tells its sentence in another order"
        if is_reordered(text, together, own, same_language=same_language)
        else None,
    )


def _around(named: Sequence[SourceSentence], source: SourceText) -> tuple[str, ...]:
    """The sentences that a claim may use beside those that it names: title, abstract, and their paragraphs."""
    passages = [passage.text for sentence in named if (passage := source.passage_of(sentence)) is not None]
    return tuple(sentence for text in dict.fromkeys((source.front, *passages)) for sentence in _read_sentences(text))


@lru_cache(maxsize=256)  # for every claim of a paper
def _read_sentences(text: str) -> tuple[str, ...]:
    return tuple(map(readable, split(text)))


def _content_suspicion(text: str, together: str, around: Sequence[str], language: str) -> str | None:
    """Whether a text says what neither its sentences nor those around them say."""
    if is_english(language):
        return "it has details that are not in the paper" if is_mostly_new(text, (together, *around)) else None
    numbers = numbers_in(together, decimal_comma=False)
    has_number = any(is_number_in(number, numbers) for number in _numbers_of(text, language))
    return None if has_number or not shares_no_words(text, together) else "it has no word of its sentence"


def sentence_problem(sentence: SourceSentence, source: SourceText, rules: ClaimRules) -> str | None:
    """Why the paper's own sentence may not stand as a claim; None if it may.

    A sentence may cite others' work and still be about this paper: only one that begins with others' work is about it.
    """
    if is_order(sentence.text):
        return "it gives orders to whoever summarizes the paper"
    if sentence.kind is SectionKind.REFERENCES:
        return "it is from the list of references"
    if rules.about_this_paper and _is_about_others(sentence, source):
        return "it is about other work, not about this paper"
    return None


def notes_on(language: str) -> tuple[SummaryNote, ...]:
    """The note on a card in a language that cannot be checked; empty if it can."""
    return () if is_checkable(language) else (SummaryNote(NoteKind.LANGUAGE_UNCHECKED),)


def prepare(papers: Iterable[Paper], language: str) -> None:
    """Find out what the checks of claims about these abstracts will ask, so that it is known when the claims come."""
    for paper in papers:
        source = source_of(paper)
        for passage in source.passages:
            source.numbers_around(passage)
        _ = source.vocabulary
        for sentence in source.sentences:
            is_order(sentence.text)
            fold(sentence.text)
            if is_english(language):
                continue  # most claims are sentences of the paper, with which nothing has to be compared
            text = readable(sentence.text)
            directions(text)
            content_words(text)
            numbers_in(text, decimal_comma=False)
        _read_sentences(source.front)


# ── one check each ────────────────────────────────────────────────────────────────────────────────────────────────


def _is_about_others(sentence: SourceSentence, source: SourceText) -> bool:
    """Whether a sentence is about others' work: by its section, its beginning, or a citation as its subject."""
    if sentence_roles.is_about_this_paper(sentence.text) or _has_own_name(sentence.text, source):
        return False
    return (
        bool(_RELATED_SECTION.search(sentence.section or ""))
        or bool(_OTHERS_FIRST.match(sentence.text))
        or bool(_CITED_SUBJECT.match(sentence.text))
    )


def _subject_suspicion(text: str, named: Sequence[SourceSentence]) -> str | None:
    """Whether a text takes others' work for this paper's: all that it rests on begins with others' work."""
    if not named or not all(_OTHERS_FIRST.match(sentence.text) for sentence in named):
        return None
    if any(sentence_roles.is_about_this_paper(sentence.text) for sentence in named):
        return None
    speaks_of_itself = re.search(r"\b(?:this (?:paper|work|study)|the authors|we)\b", text, re.I)
    if speaks_of_itself or not _ATTRIBUTED.search(text):
        return "its sentence is about other work"
    return None


def _named_number_problem(text: str, named: Sequence[SourceSentence], source: SourceText, language: str) -> str | None:
    """The first number that is in none of the named sentences, their sections, the title or the abstract."""
    passages = [passage for sentence in named if (passage := source.passage_of(sentence)) is not None]
    known = [number for sentence in named for number in numbers_in(sentence.text, decimal_comma=False)]
    known += [*source.front_numbers, *(number for passage in passages for number in source.numbers_around(passage))]
    wrong = unsupported_number(text, _numbers_of(text, language), known)
    return f"the number {wrong.text.strip()} is not in the paper" if wrong else None


def _has_own_name(sentence: str, source: SourceText) -> bool:
    """Whether the sentence has the name that the authors gave their work: the one before the colon of the title."""
    name, colon, _ = source.title.partition(":")
    # At most three words: longer ones before a colon are half of a title and no name.
    return bool(colon) and len(name.split()) <= 3 and fold(name) in fold(sentence)


def _numbers_of(text: str, language: str) -> tuple[Number, ...]:
    return numbers_in(text, decimal_comma=primary(language) in _COMMA_LANGUAGES)


def _name_problem(text: str, source: SourceText, language: str) -> str | None:
    unknown = unknown_names(text, source.vocabulary, language)
    return f"the name {unknown[0]} is not in the paper" if unknown else None
