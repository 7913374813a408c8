"""Whether the source supports a claim of a model; a claim is shown only if it does. Pure.

Every check returns the first thing that is wrong, in words that are sent back to the model and kept in provenance, or
None. A card shows a claim with its quote, so the quote has to be in the source and to say what the claim says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.model import Claim, Evidence, SectionKind
from bot.model.languages import is_english, primary
from bot.summaries import sentence_roles
from bot.summaries.directions import added_direction, turned_around
from bot.summaries.forbidden_text import forbidden_reason
from bot.summaries.language_check import is_checkable, wrong_language
from bot.summaries.names import unknown_names
from bot.summaries.negations import is_negation_changed
from bot.summaries.number_binding import misplaced_number, number_of_another
from bot.summaries.number_support import unsupported_number, without_bounds
from bot.summaries.numbers import Number, is_number_in, numbers_in
from bot.summaries.overstatement import overstatements
from bot.summaries.quotes import fold, words
from bot.summaries.sentences import split
from bot.summaries.sides import is_reordered, own_names, swapped_sides
from bot.summaries.source_text import Passage, SourceSentence, SourceText
from bot.summaries.wording import is_mostly_new, shares_no_words
from bot.tex.latex import readable

LONGEST_CLAIM = 420
"""Characters a claim may have; a headline has a limit of its own."""

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

_CLAIM_VERBS = (
    r"improv|outperform|achiev|reduc|increas|exceed|surpass|generali|scal|help|work|transfer|benefit|solve|"
    r"converge|hold|"
    r"guarantee|support|match|detect|affect|degrad|suffer|requir|depend|rely"
)
"""Stems of the verbs in which results are stated: a "not" before another verb seldom reverses a claim."""

_DENIED = re.compile(
    r"\b(?:(?:do|does|did|can|could|will|would|may|might|is|are|was|were|has|have)\s?(?:not|n['’]t)|cannot|can['’]t|"
    r"fail(?:s|ed)?\s+to|unable\s+to|never|no(?:t)?\s+(?:significant(?:ly)?|longer|consistent(?:ly)?)|neither|"
    r"nor|without|"
    r"rarely|hardly|barely)\s+(?:[\w-]+\s+){0,2}?(" + _CLAIM_VERBS + r")",
    re.I,
)
"""Matches a denied verb; its first group is the stem, one of `_CLAIM_VERBS`."""

_NEGATED = re.compile(
    r"\b(?:not|n['’]t|no|never|cannot|can['’]t|neither|nor|without|fail\w*|unable|hardly|barely|rarely|lacks?|"
    r"little|few|"
    r"no|nunca|sin|ni|apenas|tampoco|не|нет|ни|без|никогда|едва)\b|n['’]t\b|不|没|沒|未|无|無|非|难|難|ない|ません|ず|なし|失败|失敗",
    re.I,
)
"""Matches any negation, in the languages that are tested."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """The requirements on a claim. `about_this_paper` is true if it must not be about others' work."""

    language: str = "en"
    about_this_paper: bool = False
    longest: int = LONGEST_CLAIM
    shortest: int = 12


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with the `reason` to drop it; without one (None) it passed, and `claim` has its place in the source."""

    claim: Claim
    reason: str | None = None


def refusal(text: str, source: SourceText, rules: ClaimRules) -> str | None:
    """Why a text of a model may never be shown, whatever the paper says; None if it may be judged."""
    return _form_problem(text, source, rules)


def suspicions(text: str, named: Sequence[SourceSentence], source: SourceText, rules: ClaimRules) -> tuple[str, ...]:
    """The reasons to doubt that the named sentences support a text. Cheap tests: they find much and prove nothing."""
    sentences = [readable(sentence.text) for sentence in named]
    together = " ".join(sentences)
    comma, english = primary(rules.language) in _COMMA_LANGUAGES, is_english(rules.language)
    plain = without_bounds(text)
    own = own_names(source.title, readable(source.front))
    around = _around(named, source)
    misplaced = misplaced_number(text, together, decimal_comma=comma)
    misplaced = misplaced or number_of_another(text, together, around, decimal_comma=comma)
    turned, added = turned_around(plain, together), added_direction(plain, together)
    found = (
        _subject_suspicion(text, named),
        _named_number_problem(text, named, source, rules.language),
        _name_problem(text, source, rules.language),
        misplaced and f"its sentence gives {misplaced} for something else",
        "its sentence says the opposite" if is_negation_changed(text, sentences, rules.language) else None,
        turned and f"its sentence says the opposite of “{turned}”",
        added and f"its sentence does not say “{added}”",
        *overstatements(plain, together, same_language=english),
        "it swaps the sides of a comparison" if swapped_sides(text, together, own) else None,
        "it tells its sentence in another order" if is_reordered(text, together, own, same_language=english) else None,
        _content_suspicion(text, together, around, rules.language),
    )
    return tuple(reason for reason in found if reason)


def _around(named: Sequence[SourceSentence], source: SourceText) -> tuple[str, ...]:
    """The sentences that a claim may use beside those that it names: title, abstract, and their paragraphs."""
    passages = [passage.text for sentence in named if (passage := source.find(sentence.text)) is not None]
    return tuple(readable(sentence) for text in dict.fromkeys((source.front, *passages)) for sentence in split(text))


def _content_suspicion(text: str, together: str, around: Sequence[str], language: str) -> str | None:
    """Whether a text says what neither its sentences nor those around them say."""
    if is_english(language):
        return (
            "it has details that are not in the paper" if is_mostly_new(text, " ".join((together, *around))) else None
        )
    numbers = numbers_in(together, decimal_comma=False)
    has_number = any(is_number_in(number, numbers) for number in _numbers_of(text, language))
    return None if has_number or not shares_no_words(text, together) else "it has no word of its sentence"


def sentence_problem(sentence: SourceSentence, source: SourceText, rules: ClaimRules) -> str | None:
    """Why the paper's own sentence may not stand as a claim; None if it may.

    A sentence may cite others' work and still be about this paper: only one that begins with others' work is about it.
    """
    if sentence_roles.is_instruction(sentence.text):
        return "it is an instruction hidden in the paper"
    if sentence.kind is SectionKind.REFERENCES:
        return "it is from the list of references"
    if rules.about_this_paper and _is_about_others(sentence, source):
        return "it is about other work, not about this paper"
    return None


def check_claim(claim: Claim, source: SourceText, rules: ClaimRules) -> CheckedClaim:
    """Whether the source supports a claim; if so, the claim with the section and page of its quote."""
    if reason := _form_problem(claim.text, source, rules):
        return CheckedClaim(claim, reason)
    passage, reason = _find_quote(claim.quote, source)
    if passage is None:
        return CheckedClaim(claim, reason)
    placed = replace(claim, evidence=(Evidence(claim.quote, passage.section, passage.page, passage.anchor),))
    sentence = _sentence_around(claim.quote, passage)
    reason = (
        _instruction_problem(sentence)
        or _subject_problem(claim, sentence, passage, source, rules)
        or _number_problem(claim.text, claim.quote, passage, source, rules.language)
        or _name_problem(claim.text, source, rules.language)
        or _negation_problem(claim.text, sentence, rules.language)
        or _relation_problem(claim.text, sentence, rules.language)
    )
    return CheckedClaim(placed, reason)


def check_translation(text: str, original: Claim, source: SourceText, rules: ClaimRules) -> str | None:
    """The problem of the translation of an English claim that passed its own check; None if there is none.

    It must have the same numbers, no new names, and deny what the claim denies.
    """
    if reason := _form_problem(text, source, rules):
        return reason
    translated = _numbers_of(text, rules.language)
    expected = numbers_in(original.text, decimal_comma=False)
    # The quote has digits where the claim may say "both" or "half".
    allowed = (*expected, *numbers_in(original.quote, decimal_comma=False))
    for number in translated:
        if not is_number_in(number, allowed):
            return f"the number {number.text.strip()} is not in the statement"
    for number in expected:
        # A number that the claim writes as a word may be part of another word in the translation ("both" for "two").
        if not is_number_in(replace(number, unit=None), translated) and number.text.strip()[:1].isdigit():
            return f"the number {number.text.strip()} is missing"
    return _name_problem(text, source, rules.language) or _negation_problem(text, original.text, rules.language)


def check_term(text: str, source: SourceText, language: str, longest: int = 300) -> str | None:
    """The problem of a title or keyword of a model; None if there is none.

    These have no quote and are checked against the whole source.
    """
    if not text.strip() or len(text) > longest:
        return "it is empty or too long"
    if reason := forbidden_reason(text, source.text):
        return reason
    for number in _numbers_of(text, language):
        # Without the unit: "a 7-billion model" of a title may be "7B parameters" in the text.
        if not is_number_in(replace(number, unit=None), source.all_numbers):
            return f"the number {number.text.strip()} is not in the paper"
    # English titles and keywords capitalize ordinary words, as German does all nouns: a capital makes no name there.
    return _name_problem(text, source, "de" if is_english(language) else language)


def notes_on(language: str) -> tuple[str, ...]:
    """The note on a card in a language that cannot be checked; empty if it can."""
    return () if is_checkable(language) else ("language unchecked",)


# ── one check each ────────────────────────────────────────────────────────────────────────────────────────────────


def _form_problem(text: str, source: SourceText, rules: ClaimRules) -> str | None:
    if not text.strip():
        return "it is empty"
    if reason := forbidden_reason(text, source.text):
        return reason
    divisor = 2 if primary(rules.language) in _DENSE_LANGUAGES else 1
    if len(text) < rules.shortest // divisor:
        return "it is too short to say anything"
    if len(text) > rules.longest // divisor:
        return f"it is longer than {rules.longest // divisor} characters"
    if sentence_roles.is_instruction(text):
        return "it gives an instruction"
    other = wrong_language(text, rules.language)
    return f"it is not in the language asked for (but {other})" if other else None


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
    passages = [passage for sentence in named if (passage := source.find(sentence.text)) is not None]
    known = [number for sentence in named for number in numbers_in(sentence.text, decimal_comma=False)]
    known += [*source.front_numbers, *(number for passage in passages for number in source.numbers_around(passage))]
    wrong = unsupported_number(text, _numbers_of(text, language), known)
    return f"the number {wrong.text.strip()} is not in the paper" if wrong else None


def _find_quote(quote: str, source: SourceText) -> tuple[Passage | None, str | None]:
    """The passage of a quote, or what is wrong with the quote."""
    if not quote.strip():
        return None, "it has no quote"
    # Short quotes occur by chance; languages without spaces have few "words", so that their characters count.
    if len(words(quote)) < 3 and len(fold(quote).text) < 15:
        return None, "its quote is too short to support it"
    passage = source.find(quote)
    if passage is None:
        return None, "its quote is not in the paper"
    if passage.kind is SectionKind.REFERENCES:
        return None, "its quote is from the list of references"
    return passage, None


def _sentence_around(quote: str, passage: Passage) -> str:
    """The whole sentence of a quote: a quote must not cut off the "not" before it."""
    wanted = fold(quote)
    for sentence in split(passage.text):
        if wanted in fold(sentence):
            return sentence
    return quote


def _instruction_problem(sentence: str) -> str | None:
    return "its quote is an instruction hidden in the paper" if sentence_roles.is_instruction(sentence) else None


def _subject_problem(
    claim: Claim, sentence: str, passage: Passage, source: SourceText, rules: ClaimRules
) -> str | None:
    """A method or result must be this paper's; elsewhere a claim about others' work has to say that it is."""
    if sentence_roles.is_about_this_paper(sentence) or _has_own_name(sentence, source):
        return None
    # The section's title is the paper's own; in these sections sentences without "we" are about others.
    is_cited = sentence_roles.is_about_cited_work(sentence)
    is_related = bool(re.search(r"related work|prior work|literature|background", passage.section or "", re.I))
    begins_with_others = bool(_OTHERS_FIRST.match(sentence))
    if rules.about_this_paper and (is_cited or is_related or begins_with_others):
        return "its quote is about other work, not about this paper"
    if is_cited and not _ATTRIBUTED.search(claim.text) and not is_related:
        return "its quote is about a cited work"
    if begins_with_others and re.search(r"\b(?:this (?:paper|work|study)|the authors|we)\b", claim.text, re.I):
        return "its quote is about other work, not about this paper"
    return None


def _has_own_name(sentence: str, source: SourceText) -> bool:
    """Whether the sentence has the name that the authors gave their work: the one before the colon of the title."""
    name, colon, _ = source.title.partition(":")
    # At most three words: longer ones before a colon are half of a title and no name.
    return bool(colon) and len(name.split()) <= 3 and fold(name) in fold(sentence)


def _number_problem(text: str, quote: str, passage: Passage, source: SourceText, language: str) -> str | None:
    """The first number that is neither in the quote nor in the same section, the title or the abstract."""
    claimed = _numbers_of(text, language)
    if not claimed:
        return None
    quoted = numbers_in(quote, decimal_comma=False)
    missing = [number for number in claimed if not is_number_in(number, quoted)]
    if not missing:
        return None
    around = source.numbers_around(passage)
    wrong = [number.text.strip() for number in missing if not is_number_in(number, around)]
    return f"the number {wrong[0]} is not in the paper" if wrong else None


def _numbers_of(text: str, language: str) -> tuple[Number, ...]:
    return numbers_in(text, decimal_comma=primary(language) in _COMMA_LANGUAGES)


def _name_problem(text: str, source: SourceText, language: str) -> str | None:
    unknown = unknown_names(text, source.vocabulary, language)
    return f"the name {unknown[0]} is not in the paper" if unknown else None


def _negation_problem(text: str, sentence: str, language: str) -> str | None:
    """Whether the source denies what the claim states, or the other way round."""
    denied = {match.group(1).lower() for match in _DENIED.finditer(sentence)}
    # Only in English can the denied verb be looked for in the claim; elsewhere any negation in it is enough.
    is_same_verb = not is_english(language) or any(re.search(rf"\b{verb}", text, re.I) for verb in denied)
    if denied and is_same_verb and not _NEGATED.search(text):
        return "the paper says the opposite"
    if is_english(language) and not _NEGATED.search(sentence):
        for match in _DENIED.finditer(text):
            if re.search(rf"\b{match.group(1)}", sentence, re.I):
                return "the paper says the opposite"
    return None


def _relation_problem(text: str, sentence: str, language: str) -> str | None:
    """An English claim shares some of its words, by their first five letters, with the sentence that supports it."""
    if not is_english(language):
        return None
    claimed = {word[:5] for word in words(text) if len(word) > 3}
    quoted = {word[:5] for word in words(sentence) if len(word) > 3}
    # A low limit: a paraphrase has other words, but one without any word of its sentence is about something else.
    if claimed and len(claimed & quoted) < max(1, min(2, len(claimed)), 0.15 * len(claimed)):
        return "its quote does not say that"
    return None
