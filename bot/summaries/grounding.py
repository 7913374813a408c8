"""The gate between a model and a card: a claim is shown only if its source carries it. Pure.

A verdict names the first thing that is wrong, in words that can be sent back to the model and shown in provenance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from bot.model import Claim, Paper, Reading, SectionKind
from bot.model.languages import is_english, primary
from bot.summaries import sentence_roles
from bot.summaries.forbidden_text import refused
from bot.summaries.language_check import is_checkable, wrong_language
from bot.summaries.names import Vocabulary, unknown_names
from bot.summaries.numbers import Number, numbers_in, stands_in
from bot.summaries.quotes import Folded, fold, words
from bot.summaries.sentences import split

LONGEST = 420
"""Characters a claim may have; a headline has its own bound."""

_COMMA_LANGUAGES = frozenset(
    ("es", "ru", "de", "fr", "it", "pt", "nl", "uk", "pl", "cs", "sv", "da", "fi", "tr", "id", "vi")
)
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
_OTHERS_SAID = re.compile(
    r"\b(?:prior|previous|existing|earlier|conventional|traditional|recent|current|past|most|many|others?|typical\w*|"
    r"baselines?|state-of-the-art|however|compared|than|over|outperform\w*|unlike|instead)\b|\b[A-Z]\w+ et al"
    r"|现有|已有|以往|先前|此前|传统|当前|目前|近期|前人|超过|优于|相比|既存|従来|先行|これまで|最近|現在|現行|上回|"
    r"\bexistent\w+|\bprevi[oa]s?\b|\bactual\w*|\banterior\w*|\btradicional\w*|\bconvencional\w*|"
    r"\breciente\w*|\bsupera\w*|"
    r"\bсуществующ\w+|\bпредыдущ\w+|\bпрежн\w+|\bранее\b|\bтрадиционн\w+|\bсовременн\w+|\bнедавн\w+|\bпревосход\w+",
    re.I,
)
_STRONG = (
    r"improv|outperform|achiev|reduc|increas|exceed|surpass|generali|scal|help|work|transfer|benefit|solve|"
    r"converge|hold|"
    r"guarantee|support|match|detect|affect|degrad|suffer|requir|depend|rely"
)
_DENIED = re.compile(
    r"\b(?:(?:do|does|did|can|could|will|would|may|might|is|are|was|were|has|have)\s?(?:not|n['’]t)|cannot|can['’]t|"
    r"fail(?:s|ed)?\s+to|unable\s+to|never|no(?:t)?\s+(?:significant(?:ly)?|longer|consistent(?:ly)?)|neither|"
    r"nor|without|"
    r"rarely|hardly|barely)\s+(?:[\w-]+\s+){0,2}?(" + _STRONG + r")",
    re.I,
)
_NEGATED = re.compile(
    r"\b(?:not|n['’]t|no|never|cannot|can['’]t|neither|nor|without|fail\w*|unable|hardly|barely|rarely|lacks?|"
    r"little|few|"
    r"no|nunca|sin|ni|apenas|tampoco|не|нет|ни|без|никогда|едва)\b|n['’]t\b|不|没|未|无|無|非|难|難|ない|ません|ず|なし|失败|失敗",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a source with its place."""

    text: str
    section: str | None = None
    page: int | None = None
    kind: SectionKind = SectionKind.BODY


@dataclass(frozen=True)
class SourceText:
    """What a summary was made from. `title` is part of it; `passages` are in reading order."""

    title: str
    passages: tuple[Passage, ...]
    front: str
    """Title and abstract: the facts that a claim of any section may use."""
    known: str = ""
    """Further words that a claim may use: authors, categories, the comment."""

    @cached_property
    def _folded(self) -> tuple[Folded, ...]:
        return tuple(fold(passage.text) for passage in self.passages)

    @cached_property
    def text(self) -> str:
        return "\n\n".join((self.title, *(passage.text for passage in self.passages)))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(f"{self.front}\n{self.text}\n{self.known}", self.front)

    @cached_property
    def front_numbers(self) -> tuple[Number, ...]:
        return numbers_in(f"{self.front}\n{self.known}", decimal_comma=False)

    def find(self, quote: str) -> Passage | None:
        """The passage in which a quote stands, also where a page break has cut it in two; None where it does not."""
        wanted = fold(quote)
        for index, folded in enumerate(self._folded):
            if wanted in folded:
                return self.passages[index]
        for index in range(len(self.passages) - 1):
            first, second = self.passages[index], self.passages[index + 1]
            if first.section == second.section and wanted in fold(f"{first.text}\n{second.text}"):
                return replace(first, text=f"{first.text}\n{second.text}")
        return None

    def numbers_around(self, passage: Passage) -> tuple[Number, ...]:
        """The numbers of the section that a passage belongs to, and of title and abstract."""
        name = passage.section or ""
        if name not in self._numbers:
            text = "\n\n".join(p.text for p in self.passages if p.section == passage.section)
            self._numbers[name] = numbers_in(text, decimal_comma=False)
        return (*self._numbers[name], *self.front_numbers)

    @cached_property
    def all_numbers(self) -> tuple[Number, ...]:
        return (*self.front_numbers, *numbers_in(self.text, decimal_comma=False))

    @cached_property
    def _numbers(self) -> dict[str, tuple[Number, ...]]:
        return {}


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What a claim is wanted for. `about_us` is true where it must tell of this paper, not of others' work."""

    language: str = "en"
    about_us: bool = False
    longest: int = LONGEST
    shortest: int = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` says what is wrong with a claim, None where nothing is; `claim` then carries its place in the source."""

    claim: Claim
    why: str | None = None


def source_of(paper: Paper, reading: Reading | None = None) -> SourceText:
    """The source of a brief summary (title and abstract) or, with a reading, of a deep one."""
    known = "\n".join((*paper.authors, *paper.categories, paper.comment or ""))
    front = f"{paper.title}\n{paper.abstract}"
    title = Passage(paper.title, "Title", None, SectionKind.FRONT)
    abstract = Passage(paper.abstract, "Abstract", None, SectionKind.ABSTRACT)
    if reading is None:
        return SourceText(paper.title, (replace(title, section=None), replace(abstract, section=None)), front, known)
    body = tuple(
        Passage(paragraph.text, label(section.number, section.title), paragraph.page, section.kind)
        for section in reading.sections
        for paragraph in section.paragraphs
    )
    tables = tuple(
        Passage("\n".join((t.caption, *(" ".join(row) for row in t.rows))), f"Table {t.number}", t.page)
        for t in reading.tables
    )
    figures = tuple(Passage(f.caption, f"Figure {f.number}", f.page) for f in reading.figures if f.caption)
    return SourceText(paper.title, (title, abstract, *body, *tables, *figures), front, known)


def label(number: str | None, title: str) -> str:
    """How a section is named on a card: “3.1 Training”."""
    return f"{number} {title}".strip() if number and not title.startswith(number) else title


def check(claim: Claim, source: SourceText, wish: ClaimRules) -> Verdict:
    """Whether the source carries a claim; if so, the claim with the section and page of its quote."""
    if why := _ill_formed(claim.text, source, wish):
        return Verdict(claim, why)
    passage, why = _quoted(claim.quote, source)
    if passage is None:
        return Verdict(claim, why)
    placed = replace(claim, section=passage.section, page=passage.page)
    sentence = _sentence(claim.quote, passage)
    why = (
        _ordered(sentence)
        or _of_others(claim, sentence, passage, source, wish)
        or _numbers(claim.text, claim.quote, passage, source, wish.language)
        or _names(claim.text, source, wish.language)
        or _turned(claim.text, sentence, wish.language)
        or _unrelated(claim.text, sentence, wish.language)
    )
    return Verdict(placed, why)


def check_rendering(text: str, original: Claim, source: SourceText, wish: ClaimRules) -> str | None:
    """What is wrong with a claim said in another language, measured against the English one that held."""
    if why := _ill_formed(text, source, wish):
        return why
    comma = primary(wish.language) in _COMMA_LANGUAGES
    said, meant = numbers_in(text, decimal_comma=comma), numbers_in(original.text, decimal_comma=False)
    own = (*meant, *numbers_in(original.quote, decimal_comma=False))
    for number in said:
        if not stands_in(number, own):
            return f"the number {number.text.strip()} is not in the statement"
    for number in meant:
        if not stands_in(replace(number, unit=None), said) and number.text.strip()[:1].isdigit():
            return f"the number {number.text.strip()} is missing"
    return _names(text, source, wish.language) or _turned(text, original.text, wish.language)


def check_words(text: str, source: SourceText, language: str, longest: int = 300) -> str | None:
    """What is wrong with a title or keyword of a model's making; it has no quote, so its source is the whole text."""
    if not text.strip() or len(text) > longest:
        return "it is empty or too long"
    if why := refused(text, source.text):
        return why
    for number in numbers_in(text, decimal_comma=primary(language) in _COMMA_LANGUAGES):
        if not stands_in(replace(number, unit=None), source.all_numbers):
            return f"the number {number.text.strip()} is not in the paper"
    return _names(text, source, "de" if is_english(language) else language)


def notes_on(language: str) -> tuple[str, ...]:
    """What a card has to say of a language that cannot be checked."""
    return () if is_checkable(language) else ("language unchecked",)


# ── one question each ─────────────────────────────────────────────────────────────────────────────────────────────


def _ill_formed(text: str, source: SourceText, wish: ClaimRules) -> str | None:
    if not text.strip():
        return "it is empty"
    if why := refused(text, source.text):
        return why
    dense = primary(wish.language) in ("zh", "ja", "ko")
    shortest, longest = (wish.shortest // 2, wish.longest // 2) if dense else (wish.shortest, wish.longest)
    if len(text) < shortest:
        return "it is too short to say anything"
    if len(text) > longest:
        return f"it is longer than {longest} characters"
    if sentence_roles.gives_orders(text):
        return "it gives an instruction"
    other = wrong_language(text, wish.language)
    return f"it is not in the language asked for (but {other})" if other else None


def _quoted(quote: str, source: SourceText) -> tuple[Passage | None, str | None]:
    if not quote.strip():
        return None, "it has no quote"
    if len(words(quote)) < 3 and len(fold(quote).text) < 15:
        return None, "its quote is too short to carry it"
    passage = source.find(quote)
    if passage is None:
        return None, "its quote does not stand in the paper"
    if passage.kind is SectionKind.REFERENCES:
        return None, "its quote is from the list of references"
    return passage, None


def _sentence(quote: str, passage: Passage) -> str:
    """The whole sentence around a quote: a quote must not cut off the “not” before it."""
    wanted = fold(quote)
    for sentence in split(passage.text):
        if wanted in fold(sentence):
            return sentence
    return quote


def _ordered(sentence: str) -> str | None:
    return "its quote is an instruction hidden in the paper" if sentence_roles.gives_orders(sentence) else None


def _of_others(claim: Claim, sentence: str, passage: Passage, source: SourceText, wish: ClaimRules) -> str | None:
    """A method or result must be this paper's; elsewhere a claim about others' work has to say that it is."""
    if sentence_roles.speaks_of_itself(sentence) or _has_own_name(sentence, source):
        return None
    cited = sentence_roles.speaks_of_others(sentence)
    related = bool(re.search(r"related work|prior work|literature|background", passage.section or "", re.I))
    if wish.about_us and (cited or related or _OTHERS_FIRST.match(sentence)):
        return "its quote is about other work, not about this paper"
    if cited and not _OTHERS_SAID.search(claim.text) and not related:
        return "its quote is about a cited work"
    if _OTHERS_FIRST.match(sentence) and re.search(
        r"\b(?:this (?:paper|work|study)|the authors|we)\b", claim.text, re.I
    ):
        return "its quote is about other work, not about this paper"
    return None


def _has_own_name(sentence: str, source: SourceText) -> bool:
    """Whether it speaks of what the paper calls its own: the name before the colon of its title."""
    name, colon, _ = source.title.partition(":")
    return bool(colon) and len(name.split()) <= 3 and fold(name) in fold(sentence)


def _numbers(text: str, quote: str, passage: Passage, source: SourceText, language: str) -> str | None:
    said = numbers_in(text, decimal_comma=primary(language) in _COMMA_LANGUAGES)
    if not said:
        return None
    near = numbers_in(quote, decimal_comma=False)
    missing = [number for number in said if not stands_in(number, near)]
    if not missing:
        return None
    around = source.numbers_around(passage)
    wrong = [number.text.strip() for number in missing if not stands_in(number, around)]
    return f"the number {wrong[0]} is not in the paper" if wrong else None


def _names(text: str, source: SourceText, language: str) -> str | None:
    unknown = unknown_names(text, source.vocabulary, language)
    return f"the name {unknown[0]} is not in the paper" if unknown else None


def _turned(text: str, sentence: str, language: str) -> str | None:
    """A plain reversal: the source denies what the claim says, or the other way round."""
    denied = {match.group(1).lower() for match in _DENIED.finditer(sentence)}
    english = is_english(language)
    same = not english or any(re.search(rf"\b{verb}", text, re.I) for verb in denied)
    if denied and same and not _NEGATED.search(text):
        return "the paper says the opposite"
    if english and not _NEGATED.search(sentence):
        for match in _DENIED.finditer(text):
            if re.search(rf"\b{match.group(1)}", sentence, re.I):
                return "the paper says the opposite"
    return None


def _unrelated(text: str, sentence: str, language: str) -> str | None:
    """An English claim shares some of its words with the sentence that is to carry it."""
    if not is_english(language):
        return None
    own = {word[:5] for word in words(text) if len(word) > 3}
    theirs = {word[:5] for word in words(sentence) if len(word) > 3}
    if own and len(own & theirs) < max(1, min(2, len(own)), 0.15 * len(own)):
        return "its quote does not say that"
    return None
