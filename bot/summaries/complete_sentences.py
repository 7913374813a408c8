"""Whether a text begins and ends like a sentence, and gives the list that it announces. Pure."""

from __future__ import annotations

import re

from bot.summaries.patterns import verbose

_ITEM_NUMBER = re.compile(r"^\s*(?:[(\[]?(?:\d{1,2}|[ivx]{1,4}|[a-hA-H])[)\]]|[•·*–—-]\s|\d{1,2}\.\s)")
_ITEMS = re.compile(r"(?:(?<=\s)|\()(\d|i{1,3}|iv|v|[a-e])\)")
_BROKEN_OFF = verbose(
    r"(?:[:;,–—]|\.\.\.|…|\b(?:and|or|the|of|to|with|namely|including|such\ as))$"
    r"|:\s*\S{1,5}$"
    r"|\bnot\ (?:only|merely|just)\b(?!.*(?:\bbut\b|\balso\b|;|—|--|,))"
    r"|\b(?:the|these)\ following\b[^:]*$|\bas\ follows\b[^:]*$"
    r"|(?<!\bfrom\ )(?<!\bacross\ )(?<!\balong\ )(?<!\bover\ )(?<!\bamong\ )(?<!\bbetween\ )(?<!\bfor\ )"
    r"\b(?:two|three|four|five|six|several|multiple)\ (?:[\w-]+\ ){0,3}?(?:contributions|challenges|questions|"
    r"limitations|issues|problems|reasons|findings|aspects|ways|directions|insights|observations|innovations)$"
    r"|\b(?:reveal|identif|report|prov|establish|highlight|uncover|observ|formali[sz]|distinguish)\w*\ "
    r"(?:two|three|four|five|six|several)\ (?:[\w-]+\ ){0,4}?\w+s$"
    r"|(?<!\bonly\ )(?<!\bjust\ )"
    r"\b(?:compris\w+|consist\w*\ (?:of|in)|includ\w+|involv\w+|into|contain\w*|has|have|with|in)\ "
    r"(?:two|three|four|five|six|several|multiple)\ (?:[\w-]+\ ){0,3}?"
    r"(?:components|modules|stages|phases|steps|parts|factors|mechanisms|elements|ingredients|levels|categories)$"
)

# What stands in front of the first relative clause or colon, and the marks of a verb in it.
_BEFORE_CLAUSE = verbose(r"^(?P<front>(?:a|an|the|one)\ [^,;:.]{3,80}?)(?:,\ (?:which|who|where|whose)\b|:)")
_MAYBE_VERB = verbose(
    r"\w[a-rt-z]s\b|\w(?:ed|ing)\b|\b(?:we|i|can|may|might|will|would|should|could|do|are|were|have|had|"
    r"made|found|shown|held|led|built|grew|rose|fell|began|became)\b"
)


def is_complete(text: str) -> bool:
    """Whether `text`, without TeX, begins and ends like a sentence and gives the list that it announces."""
    stripped = text.strip()
    first = stripped.split(maxsplit=1)[0] if stripped else ""
    # A name may begin in lower case: "nnU-Net", "pgmpy 2".
    if not first or (first.islower() and first.isalpha()) or _ITEM_NUMBER.match(stripped):
        return False
    items = _ITEMS.findall(stripped)
    return len(items) != 1 and not _is_heading(stripped) and not _BROKEN_OFF.search(stripped.rstrip(' .!?”"'))


def _is_heading(text: str) -> bool:
    """Whether a noun phrase stands where a main clause should: "Third, a lookup table, which holds …", "A trap: …"."""
    match = _BEFORE_CLAUSE.match(text)
    return match is not None and not _MAYBE_VERB.search(match["front"])
