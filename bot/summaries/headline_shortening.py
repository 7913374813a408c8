"""Shortens a sentence to a headline by leaving out whole clauses, never words of one. Pure.

What stays is a slice of the sentence, so that no word is changed. A clause is left out only if the main clause, every
restriction, negation and hedge, and both sides of a comparison stay; else the sentence stays as it is.
"""

from __future__ import annotations

import re

from bot.summaries.complete_sentences import is_complete
from bot.summaries.openings import without_opening
from bot.summaries.patterns import verbose

LONGEST_HEADLINE = 220
"""Characters past which a headline is shortened, at the end of a clause."""

_SHORTEST = 60  # characters: less is seldom a statement


# What a long sentence can do without in front: a purpose, an occasion or a means. "For trees, we prove" restricts.
_IN_FRONT = verbose(
    r"^(?:to\ [a-z]+|motivated\ by|inspired\ by|guided\ by|build\w*\ (?:up)?on|draw\w*\ on|based\ on|leveraging|"
    r"by\ \w+ing)\b[^,;:.()$]{3,160},\ (?=(?:we|this\ (?:paper|work|article|study))\b)"
)
# A clause begins here that the sentence can do without.
_TAIL = verbose(
    r"(?:(?P<dash>,?\ ?---?\ ?|\ —\ |\ –\ )|,\ (?:and\ )?(?:thereby\ |thus\ )?)(?=(?:which|where|whose|enabling|"
    r"achieving|allowing|yielding|leading|resulting|leveraging|combining|ensuring|providing|improving|reducing|making|"
    r"demonstrating|showing|facilitating|addressing|inspired|motivated|guided|so\ that|"
    r"with\ the\ following|with\ (?:two|three|four|five)\b|consisting\ of|comprising|composed\ of|"
    r"as\ well\ as|together\ with|along\ with|and\ (?:we\ )?(?:show|demonstrate|evaluate|analy[sz]e|find|prove|provide|"
    r"report|discuss)|(?:show|demonstrate|evaluate|analy[sz]e|prove|discuss)\b)\b)|;\ (?!and\b|or\b)(?=\w)(?![^;]*;)"
)
# What a headline must not lose.
_RESTRICTS = verbose(
    r"\b(?:but|although|though|except|unless|only|if|whereas|however|not|no|none|nor|never|without|despite|yet|rather|"
    r"instead|up\ to|at\ most|at\ least|provided|assum\w+|under|when|whenever|while|as\ long\ as|subject\ to|limited|"
    r"in\ the\ (?:limit|case|regime|absence|presence)|may|might|could|possibl[ey]|potential\w*|likely|approximate\w*|"
    r"conjectur\w*|heuristic\w*|in\ expectation|probability|on\ average|in\ (?:simulations?|theory|principle)|"
    r"partial\w*|fail\w*|cannot|can't|hardly|rarely|some|almost|nearly|about\ \d+)\b"
)
# The parts of what was named before them: they qualify the parts only.
_PARTS = verbose(
    r"(?:with\ the\ following|with\ (?:two|three|four|five)\b|consisting\ of|comprising|composed\ of)\b[^:]{0,60}:"
)
# A list that is only announced: "a planner with two complementary mechanisms."
_PROMISE = verbose(
    r",?\ (?:with|that\ has|which\ has|consisting\ of|comprising)\ (?:two|three|four|five|six|several)\ "
    r"(?:[\w-]+\ ){0,3}?(?:components|modules|stages|phases|steps|parts|mechanisms|elements|ingredients|"
    r"designs|innovations|contributions|"
    r"improvements|strategies|techniques)\.$"
)
_COMPARES = verbose(
    r"\b(?:more|less|fewer|better|worse|\w{3,}er|outperform\w*|exceed\w*|surpass\w*|equal|same|similar|comparable)\b"
)
_OTHER_SIDE = verbose(r"\b(?:than|compared|relative\ to|versus|vs|over|as|to\ those|with\ respect)\b")
# The main clause is complete soon after such a beginning; elsewhere its verb may follow what would be left out.
_VERB_FOLLOWS = verbose(
    r"^(?:(?:here,?\ |in\ (?:this|our)\ \w+,?\ )?(?:we|i|this\ (?:\w+\ )?(?:paper|work|article|study|survey|report|"
    r"thesis|letter|review|note))\ (?:\w+ly\ |also\ |then\ |first\ |further\ )*[a-z]+"
    r"|(?!(?:while|although|though|when|if|because|since|as|for|in|on|at|with|by|to|from|under|despite)\b)"
    r"[^,;:]{3,100}?\ (?:is|are|was|were|has|have|can|will|introduces?|presents?|proposes?|achieves?|improves?|"
    r"reduces?|outperforms?|shows?|enables?|provides?|combines?|integrates?|uses?|allows?|remains?))\b"
)

_PLAIN_WORD = re.compile(r"(?<![\w-])(?!(?:with|from|that|which|this|into|called|named|termed)\b)[a-z][a-z-]{3,}(?!\w)")
_FEWEST_PLAIN_WORDS = 4  # in lower case


def shortened(text: str, limit: int = LONGEST_HEADLINE) -> str:
    """A headline: `text` without its opening, cut after a clause if it is longer than `limit` characters.

    The text is returned whole where no clause can be left out safely, so it may be longer than `limit`.
    """
    text = without_opening(text)
    promise = _PROMISE.search(text)
    if promise and says_more_than_a_name(text[: promise.start()]) and _may_end(text[: promise.start()]):
        text = text[: promise.start()] + "."
    if len(text) <= limit:
        return text
    front = _IN_FRONT.match(text)
    if front and not _RESTRICTS.search(front.group()):
        text = text[front.end() :]
        text = text[:1].upper() + text[1:]
    return text if len(text) <= limit else _without_tail(text, limit)


def says_more_than_a_name(text: str) -> bool:
    """Whether a sentence says what it names: not "We propose the Map of Halls (MH)."."""
    return len(_PLAIN_WORD.findall(re.sub(r"\([^()]*\)", "", text))) >= _FEWEST_PLAIN_WORDS


def _without_tail(text: str, limit: int) -> str:
    """`text` up to the last clause end within `limit` after which nothing is said that must not be lost."""
    if not _VERB_FOLLOWS.match(text):
        return text
    for match in reversed(list(_TAIL.finditer(text))):
        kept, rest = text[: match.start()], text[match.end() :]
        if _SHORTEST <= len(kept) <= limit and _may_end(kept) and _may_be_lost(kept, rest):
            if match["dash"] and len(_TAIL.findall(text)) and re.search(r" (?:--|—|–)|---?", rest):
                continue  # a second dash: what stands between the two is left out, and the sentence goes on
            return kept.rstrip(" ,;:—–-") + "."
    return text


def _may_end(kept: str) -> bool:
    """Whether a sentence can end here: no bracket, formula, quotation or list is open."""
    return (
        kept.count("(") == kept.count(")")
        and kept.count("$") % 2 == 0
        and kept.count("{") == kept.count("}")
        and kept.count("“") == kept.count("”")
        and kept.count('"') % 2 == 0
        # After a colon everything is part of what was promised.
        and ":" not in kept
        and says_more_than_a_name(kept)
        and _VERB_FOLLOWS.match(kept) is not None
        and is_complete(kept + ".")
    )


def _may_be_lost(kept: str, rest: str) -> bool:
    if _PARTS.match(rest):
        return True
    if _RESTRICTS.search(rest):
        return False
    return not (_COMPARES.search(kept) and _OTHER_SIDE.search(rest))
