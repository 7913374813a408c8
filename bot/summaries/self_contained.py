"""Whether a sentence can be understood without the text around it, and what can be dropped in front of it. Pure.

There is no parser here: the rules look at the words that refer to something ("this", "it", "the resulting …"), and at
whether what they refer to is named before them in the same sentence. In doubt a sentence counts as not self-contained.
"""

from __future__ import annotations

import re

from bot.summaries.openings import joins_on, without_opening
from bot.tex.latex import readable

__all__ = ["is_complete", "is_self_contained", "unclear_reference", "without_opening"]


def _re(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_THIS_PAPER = (
    r"(?:[\w-]+\ ){0,2}?(?:paper|work|article|study|survey|report|letter|thesis|note|chapter|review|dissertation|"
    r"manuscript|tutorial|monograph|project|research|investigation|document|essay|perspective|abstract)\b"
)
_SHOW = (
    r"(?:show|demonstrat|indicat|reveal|suggest|confirm|validat|highlight|verif|prov[ei]|find|found|observ|establish|"
    r"illustrat|exhibit|argu|conclud|report|underscor|support|evaluat|assess|test)\w*"
)
# "Extensive experiments on six benchmarks show that …": what is reported says nothing about whom "it" means.
_REPORT = _re(
    rf"^(?:(?:we|i|the\ authors)\b(?:\ (?:\w+ly|also|then|further|first|next|thus|hence|therefore|can|will))*"
    rf"|(?:[^,;:.]{{0,50}}\b)?(?:experiments?|results?|evaluations?|ablations?|simulations?|analys[ei]s|findings?|"
    rf"stud(?:y|ies)|tests?|proofs?|comparisons?|observations?|paper|work)\b[^,;:.]{{0,90}}?)"
    rf"\ {_SHOW}(?:\ and\ {_SHOW})?(?:\ (?:that|how|why|whether))?(?:\ both)?\ "
)
# "On six datasets, it …": a phrase without a verb of its own does not name the subject that follows.
_PHRASE_IN_FRONT = _re(
    r"^(?:in|on|at|by|for|from|to|with|without|within|across|among|between|under|over|through|throughout|via|during|"
    r"after|before|despite|beyond|like|of|given|compared|unlike|(?!during\b)\w+ing|\w+ed|built|beyond|together|"
    r"(?:while|when|although|though|once|if|even\ when)\ (?:\w+ing|\w+ed))\ "
    r"[^,;:.]{2,120},\ (?!(?:and|but|yet|or|so|which|who|where|while|whereas|\w+ing)\b)"
)
_PRONOUN = _re(r"\b(?:it|its|itself|they|their|them|themselves)\b")
# "It is known that …", "making it hard to …": the word stands for nothing.
_EMPTY_IT = _re(
    r"\bit\ (?:is|was|remains?|becomes?|has\ been|can\ be|may\ be|would\ be|seems?|appears?|follows|suffices)\b"
    r"[^,;:.]{0,60}?\b(?:that|to|whether|how|why|if|what)\b"
    r"|\b(?:mak|find|found|render|consider|keep|deem)\w*\ it\ (?:\w+\ ){1,4}?(?:to|for|that|whether)\b"
)
_FIRST_PERSON = _re(r"^(?:we|i|our|here|then|also|in\ turn)\b")
_NO_NOUN = _re(
    r"(?:\w+ly|we|i|our|also|then|first|further|next|thus|hence|and|or|not|that|how|why|whether|when|to|of|on|in|for|by|"
    r"with|from|at|as|under|across|over|between|into|is|are|be|been|was|were|has|have|can|may|will|could|both|only|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|many|several|various|\d[\d.,]*)"
)
_DEMONSTRATIVE = _re(r"\b(?P<word>this|these|those|such)\b(?=(?P<after>(?:\ [\w’'-]+){0,4}))")
_DEMONSTRATIVE_THAT = _re(
    r"\b(?:of|for|to|on|with|from|by|at|under|between|across)\ that\ (?!(?:of|on|in|for|from|with|is|are)\b)\w+"
)
# "those of", "those that", "those trained on": what follows says which ones.
_SAID_AFTERWARDS = _re(
    r"\ (?:of|that|who|whose|in|with|from|for|on|without|which|where|at|under|by|not|most|seen|found|made|needed|using|"
    r"\w+ed|\w+ing)\b"
)
# A new clause: what stands before it is what "this" refers to.
_CLAUSE_BEFORE = _re(r"(?:[;:–—]|\ --?|\b(?:and|but|yet|so|because|since|while|although|though|as|if|where|when))\ $")
_BACKWARDS = _re(
    r"^(?:the|our|its|their)\ (?:resulting|same|other|others|remaining|former|latter|corresponding|"
    r"(?:second|third|fourth|fifth|last|final|next)(?!\ (?:order|layer|moment|derivative|person|party|"
    r"generation|few|decades?|years?|mile)))\b"
    r"|^(?:another|others|both(?!\b[^,;.]{0,60}\band\b)|neither(?!\b[^,;.]{0,60}\bnor\b)|each\ (?!of\b)|one\ such|"
    r"the\ first\ (?:is|one|stage|step|phase|part|component|module)|many\ of\ them|some\ of\ them|all\ of\ them|"
    r"such|here|there(?!\ (?:is|are|exists?|has|have|was|were)\b)|so\ far|only\ then|otherwise|if\ so|if\ not)\b"
    r"|^(?:the|all|our)\ (?:two|three|four|five|six|seven)\ (?!\w+est\b|most\b|main\b|largest\b)"
    r"(?:[\w-]+\ ){0,2}?[\w-]+s\ (?!of\b|that\b|in\b|for\b|on\b|between\b|from\b|with\b|:)"
)
_ELSEWHERE = _re(
    r"\b(?:aforementioned|the\ above|above-mentioned|mentioned\ above|described\ above|the\ abovementioned|"
    r"as\ follows|the\ (?:preceding|previous)\ (?:section|step|result|theorem))\b"
)
# "On six floors it wins", without a comma.
_PHRASE_AND_PRONOUN = _re(r"^(?:on|in|across|for|at|with|under|by)\ [^,;:]{3,80}?\ (?:it|they)\ (?!is\b)")
_LATER_BACKWARDS = _re(r"\b(?:the\ (?:former|latter|resulting)|the\ other\ (?:\w+))\b")
_BOTH = _re(r"\bboth\ (?!\b[^,;.]{0,90}\b(?:and|as\ well\ as)\b)")
# "The cost of a map": what follows a noun says which one; "The cost is low" does not.
_SAYS_WHICH = frozenset(
    ("of", "that", "for", "in", "on", "between", "which", "with", "from", "behind", "by", "whose", "where", "under",
     "at", "among", "against", "across", "within", "into", "about", "via", "through", "how", "we", "i", "proposed",
     "presented", "introduced", "used")
)  # fmt: skip
_VERBS = frozenset(
    ("is", "are", "was", "were", "has", "have", "had", "can", "cannot", "may", "might", "will", "would", "should",
     "does", "do", "to", "then", "also", "first", "further", "not", "only", "and")
)  # fmt: skip
# Later in a sentence only nouns that say nothing by themselves: "We describe the full system."
_GENERIC_OBJECT = _re(
    r"\bthe\ (?:full\ |overall\ |whole\ |complete\ |entire\ )?(?P<noun>system|framework|method|approach|pipeline|problem|"
    r"issue|challenge|gap|dataset|benchmark|limitation|phenomenon)s?\b(?=[,;:.]|\ (?:and|from|by|with|using|through|as|is|"
    r"are|can|at|architecture)\b)"
)
# What every paper has, and what has only one of its kind.
_KNOWN_SUBJECT = _re(
    rf"^the\ (?:{_THIS_PAPER}|authors?|proposed|presented|main|key|central|primary|core|overall|most|more|best|first|"
    rf"only|present|current|existing|rapid\w*|recent|growing|increasing|widespread|lack|need|importance|ability|"
    rf"(?:[\w-]+\ )?(?:results?|experiments?|evaluations?|simulations?|findings?|analys[ei]s|proofs?|study|code|data)\ "
    rf"(?:(?:\w+ly|also|further|then)\ )?{_SHOW})\b"
)
_LIKE_A_VERB = re.compile(r"[a-z](?<![su])s$")
_ARTICLES = frozenset(("a", "an", "the", "our", "its", "their", "both", "each", "all", "any", "that"))
_SAME_THING = tuple(
    frozenset(word[:6] for word in group.split())
    for group in (
        "framework method approach technique algorithm scheme procedure strategy pipeline system architecture "
        "mechanism solution design",
        "dataset corpus benchmark",
        "tool platform package library toolkit implementation system",
        "model network architecture",
        "gain improvement benefit advantage",
        "problem task issue challenge",
    )
)
"""Groups of general nouns of which one may stand for another, by their first six letters as `_stem` gives them."""
_ITEM_NUMBER = re.compile(r"^\s*(?:[(\[]?(?:\d{1,2}|[ivx]{1,4}|[a-hA-H])[)\]]|[•·*–—-]\s|\d{1,2}\.\s)")
_ITEMS = re.compile(r"(?:(?<=\s)|\()(\d|i{1,3}|iv|v|[a-e])\)")
_BROKEN_OFF = _re(
    r"(?:[:;,–—]|\.\.\.|…|\b(?:and|or|the|of|to|with|namely|including|such\ as))$"
    r"|\bnot\ (?:only|merely|just)\b(?!.*(?:\bbut\b|\balso\b|;|—|--|,))"
    r"|\b(?:the|these)\ following\b[^:]*$|\bas\ follows\b[^:]*$"
    r"|\b(?:two|three|four|five|six|several|multiple)\ (?:[\w-]+\ ){0,3}?(?:contributions|challenges|questions|"
    r"limitations|issues|problems|reasons|findings|aspects|ways|directions|insights|observations|innovations)$"
    r"|\b(?:compris\w+|consist\w*\ (?:of|in)|includ\w+|involv\w+|into|contain\w*|has|have)\ "
    r"(?:two|three|four|five|six|several|multiple)\ (?:[\w-]+\ ){0,3}?"
    r"(?:components|modules|stages|phases|steps|parts|factors|mechanisms|elements|ingredients|levels|categories)$"
)

# What stands in front of the first relative clause or colon, and the marks of a verb in it.
_BEFORE_CLAUSE = _re(r"^(?P<front>(?:a|an|the|one)\ [^,;:.]{3,80}?)(?:,\ (?:which|who|where|whose)\b|:)")
_MAYBE_VERB = _re(
    r"\w[a-rt-z]s\b|\w(?:ed|ing)\b|\b(?:we|i|can|may|might|will|would|should|could|do|are|were|have|had|"
    r"made|found|shown|held|led|built|grew|rose|fell|began|became)\b"
)


def is_self_contained(sentence: str, shown: str = "") -> bool:
    """Whether `sentence` is complete and refers to nothing outside itself but what `shown`, the text above it, names.

    `shown` only gives a meaning to nouns ("The framework …"); pronouns and "this …" need theirs in the sentence. An
    opening such as "However," makes a sentence depend on the one before: call `without_opening` first.
    """
    text = readable(sentence, citations=False)
    return is_complete(text) and unclear_reference(text, shown) is None


def is_complete(text: str) -> bool:
    """Whether `text`, without TeX, begins and ends like a sentence and gives the list that it announces."""
    stripped = text.strip()
    first = stripped.split(maxsplit=1)[0] if stripped else ""
    # A name may begin in lower case: "nnU-Net", "pgmpy 2".
    if not first or (first.islower() and first.isalpha()) or _ITEM_NUMBER.match(stripped):
        return False
    items = _ITEMS.findall(stripped)
    return len(items) != 1 and not _is_heading(stripped) and not _BROKEN_OFF.search(stripped.rstrip(' .!?”"'))


def unclear_reference(sentence: str, shown: str = "") -> str | None:
    """The first words that refer to something that neither `sentence` nor `shown` names; None if there are none."""
    text = readable(sentence, citations=False)
    if joins_on(text) or without_opening(text) != text:
        return text.split(maxsplit=1)[0]
    for found in (_backward_phrase(text), _unclear_demonstrative(text), _unclear_pronoun(text)):
        if found is not None:
            return found
    return _unclear_noun(text, shown)


def _is_heading(text: str) -> bool:
    """Whether a noun phrase stands where a main clause should: "Third, a lookup table, which holds …", "A trap: …"."""
    match = _BEFORE_CLAUSE.match(text)
    return match is not None and not _MAYBE_VERB.search(match["front"])


def _body(text: str) -> str:
    """The statement itself, without a phrase in front and without "we show that"."""
    phrase = _PHRASE_IN_FRONT.match(text)
    rest = text[phrase.end() :] if phrase else text
    report = _REPORT.match(rest)
    return rest[report.end() :] if report else rest


def _backward_phrase(text: str) -> str | None:
    for part in (text, _body(text)):
        match = _BACKWARDS.search(part)
        if match:
            return match.group()
    match = _ELSEWHERE.search(text) or _PHRASE_AND_PRONOUN.match(text)
    if match:
        return match.group()
    for match in (*_LATER_BACKWARDS.finditer(text), *_BOTH.finditer(text)):
        # Later in a sentence there is room for what is meant: "We prune a model and train the resulting one".
        if match.start() < 40:
            return match.group()
    return None


def _unclear_demonstrative(text: str) -> str | None:
    for match in _DEMONSTRATIVE.finditer(text):
        before, after = text[: match.start()], match["after"]
        if not _is_explained(match["word"].lower(), before, after):
            return (match["word"] + after).strip()
    that = _DEMONSTRATIVE_THAT.search(text)
    return that.group() if that else None


def _is_explained(word: str, before: str, after: str) -> bool:
    """Whether a demonstrative has what it refers to in the sentence, or speaks of this paper."""
    if word in ("this", "these") and re.match(rf"\ {_THIS_PAPER}", after, re.I | re.X):
        return True
    if word == "such" and (re.match(r" (?:as|that)\b", after) or before.lower().endswith("as ")):
        return True
    if word == "those" and _SAID_AFTERWARDS.match(after):
        return True
    stems = {_stem(w) for w in re.findall(r"[\w-]{3,}", before)}
    # A noun named before: "sparse maps are cheap, but such maps …".
    if any(_stem(w) in stems for w in re.findall(r"[\w-]{4,}", " ".join(after.split()[:3]))):
        return True
    return len(before) >= 40 and bool(_CLAUSE_BEFORE.search(before))


def _stem(word: str) -> str:
    low = word.lower()
    return low[:6] if len(low) > 6 else low.removesuffix("s")


def _unclear_pronoun(text: str) -> str | None:
    phrase = _PHRASE_IN_FRONT.match(text)
    body = _body(text)
    offset = len(text) - len(body)
    empty = [match.span() for match in _EMPTY_IT.finditer(text)]
    for match in _PRONOUN.finditer(text):
        if any(start <= match.start() < end for start, end in empty):
            continue
        if match.start() == 0:
            return match.group()
        if phrase is not None and match.start() < phrase.end():
            # "Despite their size, language models …": the noun follows, unless the authors do.
            has_noun_after = not (_FIRST_PERSON.match(body) or _PRONOUN.match(body))
            is_clear = has_noun_after or _names_something(text[: match.start()], match.group())
        else:
            is_clear = match.start() < offset or _names_something(text[offset : match.start()], match.group())
        if not is_clear:
            return match.group()
    return None


def _names_something(before: str, pronoun: str) -> bool:
    """Whether the words before a pronoun hold a noun that it may stand for."""
    words = [w for w in re.findall(r"[\w’'/-]+", before) if not _NO_NOUN.fullmatch(w)]
    if _FIRST_PERSON.match(before):
        words = words[1:]  # what the authors do: a verb
    if pronoun.lower() in ("it", "its", "itself"):
        words = [w for w in words if not w.endswith("s") or w.endswith(("ss", "us", "is")) or w[:1].isupper()]
    return bool(words)


def _unclear_noun(text: str, shown: str) -> str | None:
    """A definite noun at the beginning that is neither explained by what follows nor named in `shown`."""
    for part in (text, _body(text)):
        if part[:4].lower() == "the " and not _KNOWN_SUBJECT.match(part):
            nouns = _nouns_without_explanation(part)
            if nouns and not _is_named(nouns[:3], shown):
                return f"{part[:3]} {nouns[0]}"
    for match in _GENERIC_OBJECT.finditer(text):
        if not _is_named([match["noun"]], f"{shown} {text[: match.start()]}"):
            return match.group()
    return None


def _nouns_without_explanation(sentence: str) -> list[str]:
    """The words between "The" and the verb; empty if a phrase after them says which thing is meant."""
    nouns: list[str] = []
    words = sentence.split()[1:7]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        bare = word.rstrip(",;:.").lower()
        if bare in _SAYS_WHICH:
            # "The effect holds across …": what follows a verb does not say which effect.
            is_after_verb = len(nouns) > 1 and _LIKE_A_VERB.search(nouns[-1])
            return nouns[:-1] if is_after_verb else []
        # A word before an article is a verb: "The model reads a map".
        if bare in _VERBS or (nouns and following in _ARTICLES):
            break
        nouns.append(bare if word.islower() else word)
        if word[-1] in ",;:":
            break
    return nouns


def _is_named(nouns: list[str], shown: str) -> bool:
    # "The Ising model": a name, unlike the first word of a title in capitals.
    if any(any(char.isupper() or char.isdigit() for char in word) for word in nouns):
        return True
    for noun in nouns:
        stem = _stem(noun)
        meant = {stem}.union(*(group for group in _SAME_THING if stem in group))
        if any(re.search(rf"\b{re.escape(word)}", shown, re.I) for word in meant):
            return True
    return False
