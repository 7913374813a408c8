"""Statements made by rule from the sentences of abstracts: false ones, beside true ones in other words.

A false statement is the sentence with one thing turned, so that no careful reader takes it for what the paper says.
Nothing here is shared with the program's own tests of a judge: a gap in them would stay hidden otherwise.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Sequence

from benchmarks.faithfulness.paraphrases import TRUE, Rule, replaced
from benchmarks.faithfulness.trials import MOST_CLAIMS, Posed, Trial, arranged, compact, numbered
from bot.model import Paper
from bot.summaries.sentences import split

_TRUE_AND_FALSE = 3
"""Statements of each sort on one card."""

_FIT_LENGTH = range(50, 300)
_UNFIT = re.compile(r"[\\${}<>*_`|@#~^\[\]]|http|www\.|\?|ignore|instruction", re.IGNORECASE)


def made_trials(papers: Iterable[Paper]) -> list[Trial]:
    """One card for each paper whose abstract has sentences that the rules fit, in a repeatable choice."""
    return numbered(trial for paper in papers if (trial := _trial(paper)).statements)


def _trial(paper: Paper) -> Trial:
    chance = random.Random(paper.id)
    sentences = [" ".join(s.split()) for s in split(paper.abstract)]
    open_sentences = [
        s for s in sentences if len(s) in _FIT_LENGTH and not _UNFIT.search(s) and s[0].isalpha() and s[-1] == "."
    ]
    chance.shuffle(open_sentences)
    false = _made(FALSE, open_sentences, chance, is_true=False)
    # Each sentence is used once: a card does not show the same sentence for two claims.
    rest = [s for s in open_sentences if all(posed.quote != s for posed in false)]
    statements = [*false, *_made(TRUE, rest, chance, is_true=True)][:MOST_CLAIMS]
    chance.shuffle(statements)
    return arranged(paper, "en", statements)


def _made(rules: dict[str, Rule], sentences: Sequence[str], chance: random.Random, *, is_true: bool) -> list[Posed]:
    """Statements of as many rules as there are sentences for; what fits seldom is tried first."""
    made: list[Posed] = []
    seldom, always = list(rules.items())[:-2], list(rules.items())[-2:]
    chance.shuffle(seldom)
    chance.shuffle(always)
    for kind, rule in (*seldom, *always):
        used = {posed.quote for posed in made}
        for sentence in sentences:
            text = rule(sentence, chance) if sentence not in used else None
            if text is not None and compact(text) != compact(sentence):
                made.append(Posed(kind, text, sentence, is_true))
                break
        if len(made) == _TRUE_AND_FALSE:
            break
    return made


_OPPOSITES = [
    "increases/decreases",
    "increase/decrease",
    "increased/decreased",
    "increasing/decreasing",
    "improves/worsens",
    "improve/worsen",
    "improved/worsened",
    "improving/worsening",
    "improvement/deterioration",
    "improvements/losses",
    "reduces/raises",
    "reduce/raise",
    "reduced/raised",
    "reducing/raising",
    "outperforms/underperforms",
    "outperform/underperform",
    "outperforming/underperforming",
    "outperformed/underperformed",
    "surpasses/trails",
    "surpass/trail",
    "surpassing/trailing",
    "exceeds/misses",
    "higher/lower",
    "faster/slower",
    "better/worse",
    "larger/smaller",
    "stronger/weaker",
    "superior/inferior",
    "enables/prevents",
    "enable/prevent",
    "enabling/preventing",
    "achieves/misses",
    "achieve/miss",
    "succeeds/fails",
    "succeed/fail",
    "robust/fragile",
    "accurate/inaccurate",
    "efficient/inefficient",
    "effective/ineffective",
    "effectively/ineffectively",
    "efficiently/inefficiently",
    "significantly/negligibly",
    "substantially/marginally",
    "consistently/rarely",
    "supports/contradicts",
    "confirms/refutes",
    "simplifies/complicates",
    "accelerates/slows",
    "strengthens/weakens",
    "enhances/degrades",
    "enhance/degrade",
    "enhancing/degrading",
    "enhanced/degraded",
    "mitigates/aggravates",
    "mitigate/aggravate",
    "alleviates/intensifies",
    "preserves/destroys",
    "preserve/destroy",
    "preserving/destroying",
    "positive/negative",
    "cheaper/costlier",
    "simple/complicated",
    "stable/unstable",
    "reliable/unreliable",
    "possible/impossible",
    "facilitates/hinders",
    "facilitate/hinder",
    "boosts/harms",
    "minimizes/maximizes",
    "minimize/maximize",
    "widely/rarely",
    "important/unimportant",
    "common/uncommon",
]
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair.split("/"), pair.split("/")[::-1])}
_TURNED = re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b")
_NEGATIONS = (
    (r"\b(do|does|did|is|are|was|were|can|has|have|could|will) not (?!only)", r"\1 "),
    (r"\bcannot\b", "can"),
    (r"(?<!with or )\bwithout\b", "with"),
    (r"\bnever\b", "always"),
    (r"(?<!can )(?<!may )(?<!could )(?<!might )\bfails? to\b", "manages to"),
)
_POSITIVES = (
    (r"\b(can|is|are|was|were|has been|have been|will|could) (?!not\b|no\b|never\b|only\b|neither\b)", r"\1 not "),
    (r"\b[Ww]e (show|find|propose|introduce|present|develop|demonstrate|prove|observe)\b", r"we do not \1"),
    (r"\b(provides|yields|allows|requires|captures|offers|contains|produces|leads)\b", r"never \1"),
)
_NUMBER = re.compile(r"(?<![\w.,/+–—-])\d+(?:[.,]\d+)*%?(?![\w/–—-]|[.,]\d)")
_SIDES = (
    re.compile(
        r"\b(?P<a>(?:our|the proposed|this) (?:\w+ )?(?:method|model|approach|framework|system|algorithm|network))"
        r"(?P<between> (?:\w+ )?(?:outperforms?|surpass(?:es)?|exceeds?|beats?) )"
        r"(?P<b>(?:(?:the|existing|current|prior|previous|strong|all|several|most|other|recent|state-of-the-art) )+"
        r"(?:\w+ )?(?:baselines|methods|models|approaches|techniques|systems|algorithms))",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?P<a>[A-Z][\w-]*[A-Z0-9][\w-]*)(?P<between>[^.;:]{2,90}?\b"
        r"(?:than|over|outperforms|surpasses|exceeds|beats|unlike|compared (?:to|with)|relative to|instead of)"
        r"(?: the| both| all)? )(?P<b>[A-Z][\w-]*[A-Z0-9][\w-]*)"
    ),
)
_SCOPE = (
    (r"\b(?:some|several|many|most|certain|various)(?= [a-z]+s\b)", "all"),
    (r"\b(?:often|usually|typically|sometimes|generally|frequently|occasionally|mostly)\b", "always"),
    (r"\b(?:may|might|could)(?= [a-z])", "must always"),
    (r"\bup to(?= \d)", "at least"),
    (r"\b(?:partially|partly|largely|nearly|almost)\b", "completely"),
    (r"\bcompetitive with\b", "better than"),
)
_WIDER = (
    "in every language and domain",
    "for all known models and data sets",
    "under any conditions whatsoever",
    "in all cases without exception",
)
_HEDGES = (
    (r"\b(?:suggests?|indicates?|hints?) that\b", "proves beyond doubt that"),
    (r"\baims? to\b", "has fully managed to"),
    (r"\b(?:potential|promising|preliminary)(?= [a-z]+)(?! (?:of|to|for|and)\b)", "proven"),
    (r"\bpotentially\b", "provably"),
    (r"\b(?:may|might|could) (?=be\b)", "has been proven to "),
)
_CAUSES = (
    "because the earlier experiments contained an error",
    "thanks to a much larger set of training examples",
    "because human annotators corrected every output",
    "which is caused by a fault in the measuring devices",
)


def _turned(sentence: str, chance: random.Random) -> str | None:
    found = list(_TURNED.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    return sentence[: match.start()] + _OPPOSITE[match.group()] + sentence[match.end() :]


def _numbers_swapped(sentence: str, chance: random.Random) -> str | None:
    """The sentence with two numbers in each other's place; None if they only list things or limit a range."""
    found = list(_NUMBER.finditer(sentence))
    pairs = [
        (a, b)
        for a, b in itertools.pairwise(found)
        if a.group() != b.group()
        and a.group().endswith("%") == b.group().endswith("%")
        and (set(re.findall(r"[a-z]{2,}", sentence[a.end() : b.start()])) - {"and", "or", "vs"})
        and not _is_range(sentence[: a.start()], sentence[a.end() : b.start()])
    ]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    return sentence[: a.start()] + b.group() + sentence[a.end() : b.start()] + a.group() + sentence[b.end() :]


def _is_range(before: str, between: str) -> bool:
    """Whether two numbers are the limits of one quantity, whose order says nothing; "from 3 to 5" is a change."""
    return bool(re.search(r"\bbetween\W*$", before)) or (between == " to " and not re.search(r"\bfrom $", before))


def _sides_swapped(sentence: str, _: random.Random) -> str | None:
    for pattern in _SIDES:
        if (match := pattern.search(sentence)) and match["a"].lower() != match["b"].lower():
            between = re.sub(r"\b(outperform|exceed|beat|surpass)e?s $", r"\1 ", match["between"])
            first = match["a"][0].lower() + match["a"][1:] if " " in match["a"] else match["a"]
            changed = sentence[: match.start()] + match["b"] + between + first + sentence[match.end() :]
            return changed[0].upper() + changed[1:]
    return None


def _appended(endings: Sequence[str], comma: str) -> Rule:
    def rule(sentence: str, chance: random.Random) -> str:
        return f"{sentence[:-1]}{comma} {chance.choice(endings)}."

    return rule


FALSE: dict[str, Rule] = {
    "verb flipped": _turned,
    "not dropped": replaced(_NEGATIONS),
    "not added": replaced(_POSITIVES),
    "numbers swapped": _numbers_swapped,
    "sides swapped": _sides_swapped,
    "scope word widened": replaced(_SCOPE),
    "hedge dropped": replaced(_HEDGES),
    "scope appended": _appended(_WIDER, ""),
    "cause appended": _appended(_CAUSES, ","),
}
"""The last two fit every sentence."""
