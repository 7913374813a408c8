"""The summarizer that needs nothing: it picks the sentences that carry a paper, in the authors' own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Claim, Conclusion, Depth, Provenance, Source, Summary, SummaryKey, SummaryRequest
from bot.model.languages import is_english
from bot.ports import Clock
from bot.summaries import sentence_roles
from bot.summaries.extractive_deep import deep_parts
from bot.summaries.keywords import STOP_WORDS, keywords
from bot.summaries.sentence_roles import Role
from bot.summaries.sentences import split

NAME = "extractive"
HEADLINE = 220
"""Characters past which a headline is shortened, where a clause ends."""

_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
_LABEL = re.compile(
    r"^(?:abstract|background|objectives?|purpose|aims?|methods?|results?|conclusions?|significance)\s*[:.]\s+", re.I
)
_OPENING = re.compile(r"^(?:[^,;:.()$]{3,160}?), (?=(?:we|this (?:paper|work|article|study))\b)", re.I)
_HERE = re.compile(
    r"^(?:in this (?:\w+ )?(?:paper|work|article|study|report|survey|letter|thesis|note)|here),? (?=we\b)", re.I
)
_TAIL = re.compile(
    r"(?:;|,? ?---? ?| – | — |:|,) (?:and )?(?=(?:which|where|whose|that|enabling|achieving|allowing|yielding|"
    r"leading|resulting|using|"
    r"leveraging|combining|consisting|ensuring|providing|improving|reducing|making|so that|thereby|thus|"
    r"and (?:show|demonstrate|"
    r"evaluate|analy[sz]e|find|prove|provide|discuss)|based on|built on|designed to|together with|including|"
    r"along with|as well as|"
    r"demonstrating|showing|facilitating|addressing|covering|comprising|spanning|inspired|motivated|guided|"
    r"trained|followed|each|"
    r"with|a|an|the|it|its|this|our|we|\(i\)|\(1\)|i\)|1\)|\(a\))\b)",
    re.I,
)
_PRONOUN = re.compile(r"(?:it|they|its|their|this|these|those|both|that)\b", re.I)
_LEANS = re.compile(r"^to\b|\b(?:this|these|that|those|such)\b", re.I)
_TURNS = re.compile(
    r"\b(?:but|although|though|except|unless|only if|whereas|however|not|without|despite|yet|rather than)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in its place: `index` in reading order, `score` how much it carries."""

    text: str
    index: int
    reading: sentence_roles.SentenceReading
    score: float

    @property
    def shown(self) -> str:
        return " ".join(self.text.split())


class ExtractiveSummarizer:
    """Makes summaries of verbatim sentences, in the paper's own language. Never unavailable, never refuses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    async def summarize(self, request: SummaryRequest) -> Summary:
        return extract(request, self._clock)


def extract(request: SummaryRequest, clock: Clock) -> Summary:
    """A summary by rule. Deep where the request has a full text, else from title and abstract."""
    paper, key = request.paper, request.key
    headline, takeaways = brief(paper.title, paper.abstract)
    notes = [*instead_of_deep(request)]
    if not is_english(key.language):
        notes.append("in English: no model was there to translate")
    summary = Summary(
        key=SummaryKey(key.paper_id, key.version, key.language, key.depth),
        headline=headline,
        takeaways=takeaways,
        keywords=keywords(paper.title, paper.abstract),
        provenance=Provenance(model=NAME, created_at=clock.now(), source=Source.ABSTRACT, notes=tuple(notes)),
        conclusion=Conclusion(),
    )
    reading = request.reading
    if key.depth is Depth.DEEP and reading is not None and reading.source is not Source.ABSTRACT:
        return deep_parts(summary, paper, reading)
    return summary


def instead_of_deep(request: SummaryRequest) -> tuple[str, ...]:
    """The clear word on a card for which a deep reading was asked and no full text could be read."""
    reading = request.reading
    if request.key.depth is not Depth.DEEP or (reading is not None and reading.source is not Source.ABSTRACT):
        return ()
    why = reading.problem if reading is not None and reading.problem else "there is no full text"
    why = why[0].lower() + why[1:] if why.startswith(("The ", "There ", "Only ")) else why
    return (f"brief instead of deep: {why.rstrip('.')}",)


def brief(title: str, abstract: str) -> tuple[Claim, tuple[Claim, ...]]:
    """Headline and takeaways of an abstract; the title is the headline where there is no sentence to use."""
    sentences = weigh(title, abstract)
    if not sentences:
        return Claim(" ".join(title.split()), title), ()
    head = _headline(title, sentences)
    chosen = _takeaways(sentences, head)
    return Claim(shorten(head.shown), head.text), tuple(Claim(s.shown, s.text) for s in chosen)


# ── weighing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def weigh(title: str, text: str) -> list[Sentence]:
    """The sentences of `text` with what they do and how central their words are; orders to the reader are left out."""
    raw = [s for s in split(text) if not sentence_roles.gives_orders(s)]
    words = [_content(s) for s in raw]
    frequency: dict[str, int] = {}
    for bag in words:
        for word in bag:
            frequency[word] = frequency.get(word, 0) + 1
    topic = _content(title)
    found = []
    for index, (sentence, bag) in enumerate(zip(raw, words, strict=True)):
        reading = sentence_roles.read(sentence, index / max(len(raw) - 1, 1))
        central = sum(frequency[w] - 1 + 1.5 * (w in topic) for w in bag) / (len(bag) ** 0.7 + 3) if bag else 0.0
        found.append(Sentence(sentence, index, reading, central))
    return found


def _content(text: str) -> set[str]:
    return {word.lower()[:7] for word in _WORD.findall(text) if word.lower() not in STOP_WORDS}


# ── the headline ──────────────────────────────────────────────────────────────────────────────────────────────────


def _headline(title: str, sentences: list[Sentence]) -> Sentence:
    """The sentence that says what the paper does."""
    name = _named(title)

    def rank(sentence: Sentence) -> float:
        score = sentence.reading[Role.AIM] + 0.8 * sentence.score - 3 * (sentence.reading[Role.RESOURCE] > 0)
        score -= 0.5 * sentence.reading[Role.PROBLEM] if sentence.reading[Role.AIM] < 4 else 0
        if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence.text):
            score += 2.0 if sentence.reading[Role.AIM] >= 3 else 0.8
            score += 1.0 * bool(re.match(rf"(?:\\\w+\{{)?{re.escape(name)}\b[^.]{{0,12}} (?:is|are)\b", sentence.text))
        score -= 1.6 * bool(
            re.search(
                r"\bwe (?:also|further|additionally|then|finally|next)\b|^(?:second|third|finally|moreover|"
                r"furthermore|additionally|in addition|lastly|next|then)\b",
                sentence.text,
                re.I,
            )
        )
        score -= 1.2 * bool(
            re.search(r"\b(?:experiments?|results?)\b.{0,30}\b(?:show|demonstrate)", sentence.text, re.I)
        )
        score -= 0.25 * sentence.index - (0.6 if sentence.index == 0 and sentence.reading[Role.AIM] >= 4 else 0)
        return score - (1.5 if len(sentence.text) < 40 else 0)

    return max(sentences, key=lambda s: (rank(s), -s.index))


def _named(title: str) -> str:
    """What the paper calls its own work: “MyoSem: Aligning …”."""
    head, colon, _ = title.partition(":")
    head = re.sub(r"\\[a-zA-Z]+|[{}$]", "", head).strip()
    return head if colon and len(head.split()) <= 2 else ""


def shorten(text: str, limit: int = HEADLINE) -> str:
    """Cut a headline at the ends of clauses; no word is changed but for the capital that a new beginning gets."""
    text = _LABEL.sub("", text)
    text = _HERE.sub("", text)
    opening = _OPENING.match(text)
    if opening and (len(text) > limit or sentence_roles.leans_back(text) or _LEANS.search(opening.group())):
        text = text[opening.end() :]
    if len(text) > limit:
        text = _cut_tail(text, limit)
    return text[:1].upper() + text[1:] if text[:2].lower() in ("we", "th", "in", "he") else text


def _cut_tail(text: str, limit: int) -> str:
    """Drop what follows the last clause that ends within `limit`, unless that would turn the meaning."""
    cuts = [m.start() for m in _TAIL.finditer(text) if 60 <= m.start() <= limit and _balanced(text[: m.start()])]
    for cut in reversed(cuts):
        rest = re.match(r"[^.;]{0,40}", text[cut:])
        if not (rest and _TURNS.search(rest.group())) and not _inside_list(text, cut):
            return text[:cut].rstrip(" ,;:—–-") + "."
    return text


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("$") % 2 == 0 and text.count("{") == text.count("}")


def _inside_list(text: str, cut: int) -> bool:
    """A comma between the members of a list is no clause end: “… a model, a dataset, and a benchmark”."""
    if text[cut] != ",":
        return False
    follows = re.match(r",\s+(?:and )?(?:a|an|the|its|our|with|it|this|we)\b[^,;.]{0,60},? and\b", text[cut:])
    return bool(follows) or bool(re.match(r",\s+and (?:a|an|the|its|our)\b", text[cut:]))


# ── the takeaways ─────────────────────────────────────────────────────────────────────────────────────────────────


def _takeaways(sentences: list[Sentence], head: Sentence) -> list[Sentence]:
    """Problem, method and results first, then what is most central; in the order of the text."""
    rest = [s for s in sentences if s is not head and not _same(s, head)]
    useful = [s for s in rest if not _idle(s)] or [s for s in rest if s.reading[Role.RESOURCE] == 0]
    wanted = _how_many(len(useful))
    if len(useful) <= wanted:
        return _distinct(useful)
    chosen: list[Sentence] = []
    for role, least in (
        (Role.RESULT, 2.0),
        (Role.METHOD, 1.0),
        (Role.PROBLEM, 2.0),
        (Role.RESULT, 2.5),
        (Role.METHOD, 2.0),
    ):
        best = _best(useful, chosen, head, role)
        if best is not None and best.reading[role] >= least and len(chosen) < wanted:
            chosen.append(best)
    while len(chosen) < wanted:
        left = [s for s in useful if s not in chosen and not any(_same(s, c) for c in chosen)]
        if not left:
            break
        chosen.append(max(left, key=lambda s: (_carries(s, chosen, head), -s.index)))
    return sorted(chosen, key=lambda s: s.index)


def _how_many(sentences: int) -> int:
    return sentences if sentences <= 3 else 3 if sentences <= 5 else 4 if sentences <= 8 else 5


def _best(useful: list[Sentence], chosen: list[Sentence], head: Sentence, role: Role) -> Sentence | None:
    left = [s for s in useful if s not in chosen and not any(_same(s, c) for c in chosen)]
    if role is Role.PROBLEM:
        left = [s for s in left if s.index < head.index] or [s for s in left if s.index < head.index + 2]
    if role is Role.METHOD:
        left = [s for s in left if s.reading.role is not Role.PROBLEM and s.reading[Role.RESULT] < 5]
        left = [s for s in left if s.index > head.index] or left
    return max(left, key=lambda s: (s.reading[role] + 0.5 * _carries(s, chosen, head), -s.index), default=None)


def _carries(sentence: Sentence, chosen: list[Sentence], head: Sentence) -> float:
    """Centrality, less what makes a sentence read badly on its own."""
    score = sentence.score + 0.15 * max(sentence.reading.weights.values())
    before = {c.index for c in chosen} | {head.index}
    if sentence_roles.leans_back(sentence.text) and sentence.index - 1 not in before:
        score -= 4.0 if _PRONOUN.match(sentence.text) else 1.6
    if len(sentence.text) < 60:
        score -= 1.2
    if sentence.reading.role is Role.BACKGROUND:
        score -= 1.2
    return score - (0.8 if len(sentence.text) > 420 else 0)


def _idle(sentence: Sentence) -> bool:
    """Says where code is, asks a question, or is too short to say anything."""
    resource = sentence.reading[Role.RESOURCE]
    if re.match(r"we (?:will )?(?:\w+ly )?(?:release|open-source|make (?:our|the|all))\b", sentence.text, re.I):
        return True
    own = max(sentence.reading[role] for role in (Role.METHOD, Role.RESULT, Role.PROBLEM))
    return resource >= 5 or (resource >= 4 and own < 3) or sentence.text.endswith("?") or len(sentence.text) < 30


def _same(one: Sentence, other: Sentence) -> bool:
    return one.shown.casefold() == other.shown.casefold()


def _distinct(sentences: list[Sentence]) -> list[Sentence]:
    seen: dict[str, Sentence] = {}
    for sentence in sentences:
        seen.setdefault(sentence.shown.casefold(), sentence)
    return list(seen.values())
