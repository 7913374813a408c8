"""Whether a sentence can be understood without the text around it, and what can be dropped in front of it. Pure.

There is no parser here: the rules look at the words that refer to something ("this", "it", "the resulting …"), and at
whether what they refer to is named before them in the same sentence. In doubt a sentence counts as not self-contained.
"""

from __future__ import annotations

import re

from bot.summaries.complete_sentences import is_complete
from bot.summaries.definite_nouns import unclear_noun
from bot.summaries.openings import joins_on, without_opening
from bot.summaries.patterns import SHOWS, THIS_PAPER, same_thing, stem, stems, verbose
from bot.tex.latex import readable

__all__ = ["is_self_contained", "unclear_reference", "without_opening"]


# "Extensive experiments on six benchmarks show that …": what is reported says nothing about whom "it" means.
_REPORT = verbose(
    rf"^(?:(?:we|i|the\ authors)\b(?:\ (?:\w+ly|also|then|further|first|next|thus|hence|therefore|can|will))*"
    rf"|(?:[^,;:.]{{0,50}}\b)?(?:experiments?|results?|evaluations?|ablations?|simulations?|analys[ei]s|findings?|"
    rf"stud(?:y|ies)|tests?|proofs?|comparisons?|observations?|paper|work)\b[^,;:.]{{0,90}}?)"
    rf"\ {SHOWS}(?:\ and\ {SHOWS})?(?:\ (?:that|how|why|whether))?(?:\ both)?\ "
)
# "On six datasets, it …": a phrase without a verb of its own does not name the subject that follows.
_PHRASE_IN_FRONT = verbose(
    r"^(?:in|on|at|by|for|from|to|with|without|within|across|among|between|under|over|through|throughout|via|during|"
    r"after|before|despite|beyond|like|rather\ than|instead\ of|of|given|compared|unlike|due|owing|thanks|because\ of|"
    r"(?!during\b)\w+ing|\w+ed|built|beyond|together|"
    r"(?:while|when|although|though|once|if|even\ when)\ (?:\w+ing|\w+ed))\ "
    r"[^,;:.]{2,120},\ (?!(?:and|but|yet|or|so|which|who|where|while|whereas|since|because|"
    r"as|if|when|although|though|even|(?!interesting\b)\w+ing)\b)"
)
_CLAUSE_IN_FRONT = verbose(
    r"^(?:because|since|as|if|although|though|while|when|once|unless|even\ (?:if|though|when))\ "
    r"(?P<pronoun>it|they|its|their)\ [^;:]{2,120}?,\ (?!(?:and|but|which|or)\b)"
)
_PRONOUN = verbose(r"\b(?:it|its|itself|they|their|them|themselves)\b")
# "It is known that …", "making it hard to …": the word stands for nothing.
_EMPTY_IT = verbose(
    r"\bit\ (?:is|was|remains?|becomes?|has\ been|can\ be|may\ be|would\ be|seems?|appears?|follows|suffices)\ "
    r"(?:\w+ly\ |not\ |also\ |well\ |often\ |still\ |therefore\ |thus\ |more\ |very\ |an?\ (?:open|common)\ )*"
    r"(?:known|shown|clear|unclear|possible|impossible|important|crucial|essential|necessary|difficult|hard|easy|natural|"
    r"unknown|common|challenging|worth\w*|critical|sufficient|likely|unlikely|desirable|tempting|feasible|infeasible|"
    r"believed|assumed|prove[nd]|found|noted|noteworthy|argued|conjectured|straightforward|non-?trivial|vital|observed|"
    r"useful|expected|imperative|customary|convenient|surprising|reasonable|standard|intuitive|beneficial|question|"
    r"practice|that|to|whether|how)\b"
    r"|\b(?:mak|find|found|render|consider|keep|deem)\w*\ it\ (?:\w+\ ){1,4}?(?:to|for|that|whether)\b"
)
_FIRST_PERSON = verbose(r"^(?:we|i|our|here|then|also|in\ turn)\b")
_NO_NOUN = verbose(
    r"(?:\w+ly|we|i|our|also|then|first|further|next|thus|hence|and|or|not|that|how|why|whether|when|to|of|on|in|for|by|"
    r"with|from|at|as|under|across|over|between|into|is|are|be|been|was|were|has|have|can|may|will|could|both|only|"
    r"because|since|if|although|though|while|once|unless|whereas|even|despite|during|before|after|without|within|beyond|"
    r"due|given|like|unlike|through|throughout|via|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|many|several|various|\d[\d.,]*)"
)
# What "they" may stand for beside a plural.
_MANY = verbose(
    r"\b(?:and|people|children|men|women|data|media|criteria|phenomena|each|every|every\w+|any\w+|some\w+|no\ one|user|"
    r"speaker|person|patient|human|participant|annotator|police|majority|number)\b"
)
# "Recent methods treat them …": who does something to them is somebody else.
_SUBJECT_AND_VERB = re.compile(r"(?:(?!and\b|that\b|which\b|of\b|for\b|in\b|with\b)[\w-]+ ){1,5}")
_INFINITIVE = verbose(r"^to\ \w+(?:\ and\ \w+)?\ ")
_DEMONSTRATIVE = verbose(r"\b(?P<word>this|these|those|such)\b(?=(?P<after>(?:\ [\w’'-]+){0,4}))")
_DEMONSTRATIVE_THAT = verbose(
    r"(?:\b(?:of|for|to|on|with|from|by|at|under|between|across)"
    r"|(?:^(?:we|this\ \w+)|\b(?:that|which))\ (?:\w+ly\ )?(?:measure|address|close|fill|bridge|exploit|tackle|solve|"
    r"extend|improve|reduce|remove|quantif|stud)\w*)"
    r"\ that\ (?!(?:of|on|in|for|from|with|is|are)\b)(?P<noun>[\w-]+)"
)
_ADJECTIVE = verbose(
    r"\w+(?:al|ive|ous|ful|less|ic|able|ible|ent|ant|lex|ary)|difficult|hard|large|small|rare|new|novel"
)
# "those of", "those that", "those trained on": what follows says which ones.
_SAID_AFTERWARDS = verbose(
    r"\ (?:of|that|who|whose|in|with|from|for|on|without|which|where|at|under|by|not|most|seen|found|made|needed|using|"
    r"\w+ed|\w+ing)\b"
)
# A new clause: what stands before it is what "this" refers to.
_CLAUSE_BEFORE = verbose(
    r"(?:[;:–—]|\ --?|\b(?:and|but|yet|so|because|since|while|although|though|as|if|where|when))\ $"
)
_BACKWARDS = verbose(
    r"^(?:the|our|its|their)\ (?:resulting|same|other|others|remaining|former|latter|corresponding|"
    r"(?:second|third|fourth|fifth|last|final|next)(?!\ (?:order|layer|moment|derivative|person|party|"
    r"generation|few|decades?|years?|mile)))\b"
    r"|^(?:first|second|third|one|another)\ (?:is|are|was)\b"
    r"|^one\ (?:\w+\ )?(?:aspect|example|reason|exception|consequence|limitation|drawback|issue)\ (?:is|are|was)\b"
    r"|^(?:another|others|both(?!\b[^,;.]{0,60}\band\b)|neither(?!\b[^,;.]{0,60}\bnor\b)|each\ (?!of\b)|one\ such|"
    r"the\ first\ (?:is|one|stage|step|phase|part|component|module)|many\ of\ them|some\ of\ them|all\ of\ them|"
    r"that\ [\w-]+|such(?!\ as\b)|here|there(?!\ (?:is|are|exists?|has|have|was|were)\b)|so\ far|"
    r"only\ then|otherwise|if\ so|if\ not)\b"
    r"|^(?:in|at|during|for)\ (?:the|our)\ (?:first\b(?!.*\bsecond\b)|second|third|final|last|next)\ (?:[\w-]+\ )?"
    r"(?:stage|step|phase|part|case|setting|experiment|module|study)\b"
    r"|^(?:the|all|our)\ (?:two|three|four|five|six|seven)\ (?!\w+est\b|most\b|main\b|largest\b)"
    r"(?:[\w-]+\ ){0,2}?[\w-]+s\ (?!of\b|that\b|in\b|for\b|on\b|between\b|from\b|with\b|:)"
)
_ELSEWHERE = verbose(
    r"\b(?:aforementioned|the\ above|above-mentioned|mentioned\ above|described\ above|the\ abovementioned|"
    r"as\ follows|the\ (?:preceding|previous)\ (?:section|step|result|theorem))\b"
)
# "On six floors it wins", without a comma.
_PHRASE_AND_PRONOUN = verbose(
    r"^(?:on|in|across|for|at|with|under|by)\ (?:[^,;:]{3,80}?|[^;:]{3,120}?(?-i:\ [A-Z0-9][\w-]*))\ (?:it|they|both)\ "
    r"(?!and\b|\w+\ and\b)"
)
_INSTEAD = verbose(r"\b(?:can|we|is|are|be|but)\ instead\ (?!of\b)")
_LATER_BACKWARDS = verbose(
    r"\b(?:the\ (?:former|latter|resulting)|the\ (?:obtained|introduced|derived)|the\ other\ \w+|"
    r"the\ same\ (?:results?|bounds?|guarantees?|holds?|conclusions?)|as\ an\ alternative(?!\ (?:to|for|of|way)\b))\b"
)
_SET = verbose(
    r"\ball\ (?:two|three|four|five|six|seven|eight|nine|ten)\ (?!\w+\ (?:of|in|that)\b)|"
    r"\bboth\ (?:(?!\b[^,;.]{0,70}\b(?:and|as\ well\ as)\b)|(?:\w+\ or|are|were|can|have|do|may|will|of\ them)\b)"
)


def is_self_contained(sentence: str, shown: str = "") -> bool:
    """Whether `sentence` is complete and refers to nothing outside itself but what `shown`, the text above it, names.

    `shown` only gives a meaning to nouns ("The framework …"); pronouns and "this …" need theirs in the sentence. An
    opening such as "However," makes a sentence depend on the one before: call `without_opening` first.
    """
    text = readable(sentence, citations=False)
    return is_complete(text) and unclear_reference(text, shown) is None


def unclear_reference(sentence: str, shown: str = "") -> str | None:
    """The first words that refer to something that neither `sentence` nor `shown` names; None if there are none."""
    text = readable(sentence, citations=False)
    if joins_on(text) or without_opening(text) != text:
        return text.split(maxsplit=1)[0]
    for found in (_backward_phrase(text), _unclear_demonstrative(text), _unclear_pronoun(text)):
        if found is not None:
            return found
    return unclear_noun(text, _body(text), shown)


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
    match = _ELSEWHERE.search(text) or (None if _EMPTY_IT.search(text) else _PHRASE_AND_PRONOUN.match(text))
    if match:
        return match.group()
    for match in _SET.finditer(text):
        # "Both costs", "all three signals": they are listed before, or nowhere.
        if not re.search(r"\band\b|,.*,", text[: match.start()]):
            return match.group()
    for match in _LATER_BACKWARDS.finditer(text):
        # Later in a sentence there is room for what is meant: "We prune a model and train the resulting one".
        is_late_noun = re.match(r"the (?:former|latter|resulting|other)", match.group(), re.I) is not None
        if match.start() < 40 or not is_late_noun:
            return match.group()
    match = _INSTEAD.search(text)
    return match.group() if match else None


def _unclear_demonstrative(text: str) -> str | None:
    for match in _DEMONSTRATIVE.finditer(text):
        before, after = text[: match.start()], match["after"]
        if not _is_explained(match["word"].lower(), before, after):
            return (match["word"] + after).strip()
    for match in _DEMONSTRATIVE_THAT.finditer(text):
        if stem(match["noun"]) not in stems(text[: match.start()]):
            return match.group()
    return None


def _is_explained(word: str, before: str, after: str) -> bool:
    """Whether a demonstrative has what it refers to in the sentence, or speaks of this paper."""
    if word in ("this", "these") and re.match(rf"\ {THIS_PAPER}", after, re.I | re.X):
        return True
    if word == "such" and (
        re.match(r" (?:as|that)\b", after) or (before.lower().endswith("as ") and not re.match(r" an?\b", after))
    ):
        return True
    if word == "those" and _SAID_AFTERWARDS.match(after):
        return True
    # A name does not count: in "the Map of Rooms (MR), a tool for such rooms" the rooms are not named before.
    named = stems(re.sub(r"(?<!^)\b[A-Z]\w*|\w+-\w+", " ", before))
    # A noun named before, or another word for it: "sparse maps are cheap, but such maps …".
    if _is_repeated(re.findall(r"[\w-]{4,}", " ".join(after.split()[:3])), before, named):
        return True
    is_like = word == "such" and before.lower().endswith("as ")
    return len(before) >= 40 and bool(_CLAUSE_BEFORE.search(before)) and not is_like


def _is_repeated(words: list[str], before: str, named: set[str]) -> bool:
    """Whether `words`, those after a demonstrative, begin with what is named before, also in another word for it.

    "General queries … these complex queries": with an adjective of their own they are other ones.
    """
    known = [stem(word) in named or _has_other_name(word, before, named) for word in words]
    return any(known) and (known[0] or not _ADJECTIVE.fullmatch(words[0]))


def _has_other_name(noun: str, before: str, named: set[str]) -> bool:
    """Whether another word for the same thing stands before, in the same number."""
    same_number = {stem(word) for word in re.findall(r"[\w-]{3,}", before) if _is_plural(word) == _is_plural(noun)}
    return bool(same_thing(noun) & named & same_number)


def _unclear_pronoun(text: str) -> str | None:
    expletives = [match.span() for match in _EMPTY_IT.finditer(text)]
    for match in _PRONOUN.finditer(text):
        is_expletive = any(start <= match.start() < end for start, end in expletives)
        if not is_expletive and not _has_noun_for(match, text):
            return match.group()
    return None


def _has_noun_for(pronoun: re.Match[str], text: str) -> bool:
    """Whether a noun that the pronoun may stand for is in the sentence, before it or right after a phrase in front."""
    phrase, body = _PHRASE_IN_FRONT.match(text), _body(text)
    before, offset = text[: pronoun.start()], len(text) - len(body)
    if not before:
        return False
    if phrase is not None and pronoun.start() < phrase.end():
        # "Despite their size, language models …": the noun follows, unless the authors do.
        rest = text[phrase.end() :]
        is_noun_after = not (_FIRST_PERSON.match(rest) or _REPORT.match(rest) or _PRONOUN.match(rest))
        return not _INFINITIVE.match(text) and (is_noun_after or _names_something(before, pronoun.group()))
    clause = _CLAUSE_IN_FRONT.match(text)
    if clause is not None and pronoun.start() == clause.start("pronoun"):
        # "Although it is small, the planner …": the noun follows in the main clause.
        rest = text[clause.end() :]
        return not (_FIRST_PERSON.match(rest) or _REPORT.match(rest) or _PRONOUN.match(rest))
    if pronoun.group() == "them" and _SUBJECT_AND_VERB.fullmatch(before[offset:]):
        return False
    return pronoun.start() < offset or _names_something(before[offset:], pronoun.group())


def _names_something(before: str, pronoun: str) -> bool:
    """Whether the words before a pronoun hold a noun that it may stand for."""
    before = _INFINITIVE.sub("", before)
    words = [w for w in re.findall(r"[\w’'/-]+", before) if not _NO_NOUN.fullmatch(w) and not w.endswith("ed")]
    if _FIRST_PERSON.match(before):
        words = words[1:]  # what the authors do: a verb
    if [word[-3:] for word in words] == ["ing"]:
        return False  # "Producing it by hand": what is done is not the thing that it is done to
    if pronoun.lower() in ("it", "its", "itself"):
        # "Video models …": the first word, with a capital like every first word, belongs to the second.
        names = [w for w in words[1:] if w[:1].isupper()] + words[: len(words) == 1]
        return bool(names) or any(not _is_plural(w) for w in words[not before[:1].islower() and len(words) > 1 :])
    return any(_is_plural(w) for w in words) or _MANY.search(before) is not None


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))
