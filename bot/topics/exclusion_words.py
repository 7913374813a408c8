"""The words with which people say, in several languages, what an interest is not about. Pure.

They mean that only in some places, since "not", "sin" or "ohne" also stand in statements ("papers that do not need
labels", "few-shot without fine-tuning"). So there are three lists: what excludes at the beginning of a clause, what
excludes anywhere, and what excludes the clause that it ends.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Words(NamedTuple):
    """Alternatives of regular expressions for one language.

    `opening` excludes at the beginning of a clause, after a word of `before` or without; `inner` excludes anywhere in a
    clause, `closing` the clause before it. `resuming` begins what is wanted again. `harmless` are words that begin like
    an opening and exclude nothing ("not only").
    """

    opening: str = ""
    before: str = ""
    inner: str = ""
    closing: str = ""
    resuming: str = ""
    harmless: str = ""


_SPACED = (
    _Words(  # English
        before="and|but|please|i|we|i am|i['’]m|we are|we['’]re",
        opening="not|no|none of|nothing|without|exclud(?:e|ing)|except(?: for)?|ignor(?:e|ing)|avoid(?:ing)?|skip|minus"
        "|leave out|anything but|(?:do not|don['’]t)(?= (?:care|want|work|mean|like|show|send|bring))",
        inner="but (?:please )?(?:not|no)|except(?: for)?|excluding|apart from|other than|with the exception of",
        resuming="but|rather|instead|only|also|just|especially|and also",
        harmless="not (?:only|just|merely|simply|necessarily|limited to|restricted to|to mention|least|yet|even|always)"
        "|no (?:matter|longer|regret|free lunch|reference|arbitrage|more than|less than)|nothing but",
    ),
    _Words(  # German
        before="aber|und|jedoch|bitte",
        opening="nicht|kein(?:e[nrsm]?)?|ohne|nichts|außer|ausser|ausgenommen",
        inner="(?:aber|jedoch|und) (?:nicht|kein(?:e[nrsm]?)?)|außer|ausser|ausgenommen|mit ausnahme von",
        resuming="sondern|vielmehr|aber|auch",
        harmless="nicht (?:nur|bloß|unbedingt|zuletzt)",
    ),
    _Words(  # French
        before="mais|et",
        opening="pas(?: d['’])?|sans|sauf|hors|excepté|hormis|non|aucune?|rien",
        inner="mais (?:pas|sans)|sauf|hormis|excepté|à l['’]exception|à part",
        resuming="mais|plutôt|aussi|surtout",
        harmless="pas (?:seulement|uniquement|que|forcément)|non seulement",
    ),
    _Words(  # Spanish
        before="pero|y",
        opening="no|sin|ni|nada|excepto|salvo|menos",
        inner="pero (?:no|sin)|excepto|salvo|excluyendo|a excepción|aparte",
        resuming="sino|pero|también|más bien|sobre todo",
        harmless="no (?:solo|sólo|solamente|únicamente|necesariamente)",
    ),
    _Words(  # Portuguese
        before="mas|e",
        opening="não|sem|nem|nada|exceto|salvo",
        inner="mas (?:não|sem)|exceto|salvo|excluindo|(?:com|à) exceção",
        resuming="mas|também|sobretudo",
        harmless="não (?:só|apenas|somente|necessariamente)",
    ),
    _Words(  # Italian
        before="ma|e",
        opening="non|senza|niente|nessun[ao]?|tranne|eccetto|escluso",
        inner="ma (?:non|senza)|tranne|eccetto|escluso|ad eccezione",
        resuming="bensì|ma|anche",
        harmless="non (?:solo|soltanto|solamente|necessariamente)",
    ),
    _Words(  # Russian
        before="но|и|а|только|пожалуйста|меня",
        opening="не|без|кроме|нет|ничего|исключая|за исключением",
        inner="(?:но|а|только) (?:не|без)|кроме|исключая|за исключением",
        resuming="а|но|также|зато",
        harmless="не (?:только|обязательно|просто)|кроме того",
    ),
)
_UNSPACED = (
    _Words(  # Chinese
        before="但是?|而|请|請|并|並",
        opening="不要|不是|不想看|不想要|不看|不含|不包括|不包含|不涉及|不关心|不關心|不关注|不關注|排除|除了|除去",
        inner="(?:但|而|请|請)?(?:不要|不想看|不想要|不包括|不包含|不涉及|不关心|不關心|排除)|但不是?|而不是|而非|除了",
        closing="除外|不要|不算|不感兴趣|不感興趣|[没沒]有?[兴興]趣",
        resuming="而是|而要|但|也|还|還|只",
        harmless="不要求|不是(?:只|仅|僅)|不[只仅僅但]|除了[^，,；;。]{1,60}[，,]\\s*(?:还|還|也)",
    ),
    _Words(  # Japanese
        closing="(?:は|を|については?)?(?:除く|除いて|除き|除外|不要|要らない|いらない|対象外|含まない|含めない)(?:です|する)?"
        "|(?:に)?以外|(?:では|じゃ)(?:ない|なく|なくて)(?:もの)?|(?:に|には)(?:興味|関心)(?:が|は)ない",
        resuming="むしろ",
    ),
    _Words(closing=r"(?:은|는|을|를)?\s*(?:제외(?:하고)?|말고|빼고|아님|아니라|아닌)(?:\s*것)?"),  # Korean
)


def _any(parts: list[str]) -> str:
    return "|".join(part for part in parts if part)


def _openings(language: _Words, space: str) -> str:
    if not language.opening:
        return ""
    return f"(?:(?:{language.before}){space})?(?:{language.opening})"


def _beginning_with(spaced: list[str], unspaced: list[str]) -> re.Pattern[str]:
    # A word of a spaced script ends at a space: "non-linear" and "notation" begin with none of these words.
    return re.compile(rf"(?:{_any(spaced)})(?:(?=\s|$)|(?<=['’]))|(?:{_any(unspaced)})", re.IGNORECASE)


OPENING = _beginning_with(
    [_openings(language, " ") for language in _SPACED], [_openings(language, "") for language in _UNSPACED]
)
"""At the beginning of a clause: what follows is excluded, unless `HARMLESS` matches at the same place."""

INNER = re.compile(
    rf"(?<!\w)(?:{_any([language.inner for language in _SPACED])})(?=\s)"
    rf"|{_any([language.inner for language in _UNSPACED])}",
    re.IGNORECASE,
)
"""Inside of a clause: what follows is excluded, unless `HARMLESS` matches at the same place."""

CLOSING = re.compile(rf"(?:{_any([language.closing for language in _UNSPACED])})(?:的(?:论文|論文|文章)?)?\s*$")
"""At the end of a clause: the clause is excluded."""

EXCLUDED_BEFORE = re.compile(r"(?:では|じゃ)なく(?:て)?|아니라\s")
"""Inside of a clause: what stands before is excluded, and what follows is wanted."""

HARMLESS = re.compile(
    rf"(?:{_any([language.harmless for language in _SPACED])})(?!\w)"
    rf"|{_any([language.harmless for language in _UNSPACED])}",
    re.IGNORECASE,
)
"""Begins like an exclusion and is none."""

RESUMING = _beginning_with([language.resuming for language in _SPACED], [language.resuming for language in _UNSPACED])
"""At the beginning of a clause: this clause is wanted again."""

RESUMING_INSIDE = re.compile(
    r"\s+(?:but(?!\s+(?:not|no)\b)|sondern|sino|bensì|mais(?!\s+(?:pas|sans)\b)|а(?!\s+не\b)|но(?!\s+не\b))\s+|而是",
    re.IGNORECASE,
)
"""In an excluded clause: what follows is wanted ("not faces but voices")."""

LAST_OF_LIST = re.compile(r"(?<!\w)(?:n?or|oder|ni|ou|nem|né|o|или|ни)\s|或|および|や", re.IGNORECASE)
"""In a list of what is excluded, the word before its last part."""

FILLER = re.compile(
    r"(?:(?:interested|care|want|work|mean|like|show|send|bring|me|about|on|in|an|for|with|any|anything|papers?|articles?"
    r"|the|those|that|is|are|über|zu|sur|sobre|von|die|der|das|le|la|les|las|los|el|des|du|de|di|interesan?|interessam?|quiero"
    r"|quero|интересу[ею]т|про|о|об|статьи)\s+|d['’])+|关于|關於|有关|有關|对|對|ただし[、,]?",
    re.IGNORECASE,
)
"""What may stand between an exclusion and its object: "not interested in papers about"."""

TRAILING = re.compile(
    r"(?:(?:以外|之外|除外|外)?的?(?:论文|論文|文章|研究|东西|東西)?|\s+(?:papers?|please))\s*$", re.IGNORECASE
)
"""What may stand after the object."""
