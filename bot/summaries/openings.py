"""Openings that tie a sentence to the one before it ("However,", "To this end,"), and labels. Pure.

Only openings that add nothing to the statement are dropped. A condition ("In this case,", "Under these assumptions,")
restricts it and stays.
"""

from __future__ import annotations

import re

from bot.summaries.patterns import verbose

# The heading of a structured abstract: "Methods: …".
_LABEL = verbose(
    r"^(?:abstract|introduction|background|motivation|context|objectives?|purpose|aims?|goals?|(?:materials?\ and\ )?"
    r"methods?|methodology|approach|design|results?|findings?|main\ results?|conclusions?|discussion|significance|"
    r"(?:results?|methods?|background|significance|conclusions?)\ and\ \w+)\s*(?:[:.]|--|[–—])\s+"
    r"|^(?-i:Background|Objectives?|Purpose|Aims?|Methods?|Results?|Conclusions?)\s+"
    r"(?=(?-i:We|Our|The|This|In|A|An|It|There|To|Most|Many|Existing)\b)"
)
# Words that join a sentence to the one before and can be left out with a comma.
_JOINS = (
    r"however|yet|but|and|so|nevertheless|nonetheless|still|thus|hence|therefore|consequently|accordingly|moreover|"
    r"furthermore|further|additionally|also|besides|likewise|similarly|instead|rather|meanwhile|subsequently|then|next|"
    r"afterwards?|finally|lastly|last|first|firstly|second|secondly|third|thirdly|fourth|fourthly|fifth|(?:more\ )?"
    r"specifically|concretely|(?:in|more)\ particular(?:ly)?|namely|notably|(?:most|more)?\ ?importantly|crucially|"
    r"(?:more\ )?(?:broadly|generally)|overall|ultimately|indeed|in\ fact|in\ turn|in\ short|in\ summary|in\ sum|"
    r"in\ conclusion|in\ essence|to\ summari[sz]e|to\ conclude|in\ addition|as\ a\ (?:result|consequence|by-?product)|"
    r"as\ such|for\ (?:example|instance)|that\ (?:said|is)|at\ the\ same\ time|on\ (?:the\ )?(?:one|other)\ hand|"
    r"on\ the\ contrary|in\ contrast|by\ contrast|conversely|unfortunately|first\ of\ all|beyond\ that|beyond\ this|"
    r"to\ (?:this|that)\ (?:end|aim|purpose)|to\ do\ (?:so|this)|(?:by|in)\ doing\ (?:so|this)|"
    r"for\ this\ (?:purpose|reason|aim)|for\ these\ reasons|with\ this\ in\ mind|in\ response(?:\ to\ this)?|"
    r"(?:taken\ )?together|in\ light\ of\ (?:this|these\ \w+)|because\ of\ this|due\ to\ this|"
    r"in\ this\ (?:context|regard|direction|spirit|respect)|in\ the\ process|equally|again|thereby|hereby|thereafter|"
    r"as\ (?:an?|one)\ (?:(?:first|possible|partial)\ )?(?:step|response|answer|solution|remedy|contribution)|"
    r"along\ the\ way|at\ last|all\ in\ all|in\ return|since\ then|to\ begin\ with|in\ parallel|in\ other\ words"
)
_JOINED = verbose(rf"^(?:{_JOINS}),\ +")
_JOINT = verbose(
    rf"^(?:{_JOINS}),|^(?:hence|thus|therefore|however|moreover|furthermore|nevertheless|nonetheless|and|but|or|nor|"
    r"instead|similarly|likewise|conversely|accordingly|consequently|also|alternatively|otherwise|(?:by|in)\ contrast|"
    r"as\ (?:a\ result|such)|on\ the\ (?:other\ hand|contrary)|then)\b(?!\ (?:to|than|from)\b)"
)
# Without a comma only where no other reading is possible: "Still images" and "First results" are no openings.
_JOINED_WITHOUT_COMMA = verbose(
    r"^(?:yet|but)\ +(?!(?:another|to|again|for|as|so|then)\b)|"
    r"^(?:however|and|thus|hence|therefore|moreover|furthermore|to\ this\ end|nevertheless)\ +"
    r"(?=(?:the|a|an|we|our|most|many|existing|current|prior|previous|recent|little|few|no|in|for|such|this|these|it|"
    r"they|their|its|when|while|if|how|what|whether)\b)|"
    r"^and\ +(?=to\ [a-z]+\b[^,]*,\ )|"
    r"^(?:then|next|finally|here|also|additionally|further|specifically|first|second|third)\ +(?=we\b)"
)
# "In this paper, we …", "Here we …".
_HERE = verbose(
    r"^(?:in\ (?:this|the\ present|our)\ (?:[\w-]+\ ){0,2}?(?:paper|work|article|study|report|survey|letter|thesis|"
    r"note|chapter|review|project)|here),?\ +(?=(?:we|i|our)\b)"
)
# A purpose or an occasion that refers back: "To address this gap,", "Motivated by these findings,".
_OCCASION = verbose(
    r"^(?:to\ (?:\w+ly\ )?[a-z]+(?:\ and\ [a-z]+)?|(?:build|draw|rely|capitaliz|expand)\w*\ (?:up)?on|motivated\ by|"
    r"inspired\ by|guided\ by|"
    r"based\ (?:up)?on|leveraging|exploiting|following|recogni[sz]ing|despite|in\ spite\ of|beyond|in\ addition\ to|"
    r"as\ (?:an?|one)\ (?:\w+\ )?(?:step|response|answer|solution|remedy|contribution)\ (?:to|towards?|for|in)|"
    r"in\ response\ to|in\ view\ of|in\ light\ of|alongside|along\ with|together\ with|complementing)\ "
    r"(?P<what>[^,;:.()]{2,140}),\ +"
)
_REFERS_BACK = re.compile(
    r"\b(?:this|these|those|such|that|them|it|both|the (?:above|former|latter|aforementioned|same|two|gaps?|"
    r"issues?|challenges?|problems?|limitations?))\b(?! (?:paper|work|article|study)\b)",
    re.I,
)
# What an opening must not take with it: a restriction, a negation or an amount.
_RESTRICTS = verbose(
    r"\b(?:only|unless|except|without|not|no|if|provided|assuming|assumptions?|conditions?|regime|setting|settings|case|"
    r"cases|when|where|until|up\ to|at\ most|at\ least)\b|\d"
)
# A main clause begins here.
_CLAUSE = verbose(r"(?:[^\s,;]+\ +){2}")
# A statement that lives from the contrast or the comparison with the sentence before.
_NEEDS_CONTRAST = verbose(
    r"^(?:in\ contrast|by\ contrast|conversely|instead|rather|on\ (?:the\ )?(?:one|other)\ hand|on\ the\ contrary|"
    r"similarly|likewise|equally),"
)
_COMPARES = verbose(
    r"\b(?:more|less|fewer|better|worse|higher|lower|larger|smaller|faster|slower|stronger|weaker|broader|deeper|simpler|easier|harder|"
    r"wider|longer|shorter|richer|cheaper|tighter|looser)\b(?!.*\bthan\b)|"
    r"\b(?:ours|so|too|as\ well|neither|nor|former|latter)\b"
)
_JOINS_WITHIN = r"(?:however|therefore|moreover|nevertheless|nonetheless|consequently|furthermore)"
# Words that join a sentence to the one before from within: "We therefore propose …", "Planners, however, fail …". After
# a whole clause ("It is fast, however, its map …") they join that clause.
_WITHIN = (
    # Not "X is slow and therefore …", "which are therefore …": there the reason stands in the sentence.
    (
        verbose(
            r"^((?:[^\s,;:()]+\ ){0,6}[^\s,;:()]{3,}(?<!\band)(?<!\bbut)(?<!\bare)(?<!\bwas)(?<!\bwere)(?<!\bcan)"
            r"(?<!\bhas)(?<!\bhave)(?<!\bwill)(?<!\bthat)(?<!\bwhich)(?<!\bmust)(?<!\bmay))\ therefore\ (?=[a-z])"
        ),
        r"\1 ",
    ),
    (
        verbose(r"^(we|our\ \w+|this\ \w+)\ (?:therefore|thus|hence|accordingly|consequently|instead)\ (?=[a-z])"),
        r"\1 ",
    ),
    (
        verbose(
            r"^((?:in|on|at|for|with|under|when|while|if|by|from|to|across|among|within|without|despite)\b"
            r"[^,;:()]{2,80}),\ "
            rf"{_JOINS_WITHIN},\ (?=\S)"
        ),
        r"\1, ",
    ),
    (
        verbose(
            r"^((?:(?!(?:is|are|was|were|has|have|had|can|may|will|do|does)\ )[\w’'-]+\ ){0,6}"
            rf"[\w’'()-]+),\ {_JOINS_WITHIN},\ "
            r"(?!(?:the|a|an|its?|they|their|we|our|he|she|this|these|those|that|such|there|most|many|some|no|all|in|on|"
            r"at|for|with|by|from|to|when|if|while|as)\b)(?=[a-z])"
        ),
        r"\1 ",
    ),
)


def joins_on(sentence: str) -> bool:
    """Whether it begins with a word that joins it to another sentence."""
    return _JOINT.match(sentence) is not None


def without_label(sentence: str) -> str:
    """`sentence` without the heading of a structured abstract in front of it."""
    return _LABEL.sub("", sentence)


def without_opening(sentence: str) -> str:
    """`sentence` without what ties it to the sentence before, with a capital; unchanged if nothing can be dropped.

    No word is changed; the order of the words stays. What remains may still not be self-contained.
    """
    rest = sentence
    while (shorter := _drop_one(rest)) != rest:
        rest = shorter
    for pattern, kept in _WITHIN:
        rest = pattern.sub(kept, rest)
    return sentence if rest == sentence else _capitalized(rest)


def _drop_one(sentence: str) -> str:
    """Without one opening; unchanged if there is none, or if what remains would not be a clause."""
    for pattern in (_LABEL, _HERE, _JOINED, _JOINED_WITHOUT_COMMA, _OCCASION):
        match = pattern.match(sentence)
        if match is None:
            continue
        rest = sentence[match.end() :]
        if _CLAUSE.match(rest) and _may_be_dropped(pattern, match, rest):
            return rest
    return sentence


def _may_be_dropped(pattern: re.Pattern[str], match: re.Match[str], rest: str) -> bool:
    if pattern is _OCCASION:
        what = match["what"]
        return bool(_REFERS_BACK.search(what)) and not _RESTRICTS.search(match.group())
    return not (_NEEDS_CONTRAST.match(match.group()) and _COMPARES.search(rest))


def _capitalized(text: str) -> str:
    """With a capital, unless the first word is a name that begins in lower case: "nnU-Net"."""
    first = text.split(maxsplit=1)[0]
    return text[:1].upper() + text[1:] if first.rstrip(",").islower() and first[:1].isalpha() else text
