"""Where a paper was accepted and which honour it got there, read from the comment that its authors wrote. Pure.

"12 pages, accepted at ICML 2026 (oral)"      ICML 2026, an oral
"CVPR 2026 Highlight. Code: …"                CVPR 2026, a highlight
"Submitted to NeurIPS 2026"                   nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_VENUE_LENGTH = 80
"""Characters of a venue's name; a longer one is cut at a word."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the comment says. `venue` is "ICML 2026" or "Pattern Recognition"; `honour` is one of `HONOURS` or empty.
    `is_workshop`: accepted at a workshop there."""

    venue: str
    honour: str = ""
    is_workshop: bool = False

    @property
    def name(self) -> str:
        """The venue, and whether it was a workshop there: "CVPR 2026 workshop"."""
        return f"{self.venue} workshop" if self.is_workshop and "workshop" not in self.venue.lower() else self.venue


_OTHER_ORAL = r"(?!\W+(?:\w+\s+)?(?:cancer|health|histor|cavity|exam|medic|disease|squamous|bacteri))"
# In the order of their weight: of "oral, best paper award" the prize is named.
_HONOURS = {
    "best paper": r"best\s+(?:\w+\s+){0,2}paper(?!s|\s+(?:candidate|final|nomin|runner))",
    "award": r"(?:outstanding|distinguished|exceptional)\s+(?:\w+\s+)?paper|honou?rable\s+mention"
    r"|(?:paper|dissertation)\s+award|best\s+(?:\w+\s+){0,2}paper\s+(?:candidate|final|nomin|runner)\w*",
    "oral": rf"orals?(?:\s+(?:presentation|paper|session|talk))?{_OTHER_ORAL}",
    "spotlight": r"spotlight",
    "highlight": r"highlight(?:ed)?(?:\s+paper)?(?!\s+(?:the|that|how|of)\b)",
}
HONOURS = tuple(_HONOURS)
_HONOUR = {name: re.compile(rf"\b(?:{pattern})\b", re.I) for name, pattern in _HONOURS.items()}

_ACCEPTED = re.compile(
    r"\b(?<!not )(?<!not yet )(?<!be )(?<!if )(?:accept(?:ed|ance)?\b|to\s+appear|published|presented|forthcoming"
    r"|(?:to|will)\s+be\s+(?:published|presented)|in\s+press|camera[\s-]ready|proceedings?\s+of)(?P<rest>.*)",
    re.I,
)
_UNDECIDED = re.compile(
    r"\b(?:submi(?:t\w*|ssions?)|under\s+(?:\w+\s+){0,2}review\w*|in\s+review|reviewing|reject\w*|intended|target(?:ing|ed)"
    r"|plann?ed|resubmi\w*|prior\s+to|challenge|competition|solution|format|template|style)\b",
    re.I,
)
_CLAUSE = re.compile(r"(?<=[^\s.]{2})(?<!\bProc)\.(?=\s|$)|[;|]|\s+and\s+(?=presented|also|submitted)")
_WORKSHOP = re.compile(r"workshops?\b(?!\s+proceedings)|\b[A-Z]{3,}W\s?20\d\d", re.I)

_SERIES = (
    "AAAI AAMAS ACCV ACL ACSAC AISTATS ASE ASPLOS ASRU AsiaCCS BMVC CAV CCS CHI CHIL CIKM COLING COLM COLT CoNLL CoRL "
    "CSCW CVPR CVPRW DAC DATE DSN EACL ECAI ECCV ECIR ECML EMNLP FAccT FOCS FSE GECCO HPCA ICAPS ICASSP ICCAD ICCV "
    "ICDAR ICDE ICDM ICIP ICLR ICME ICML ICMR ICPR ICRA ICSE IJCAI IJCNN INFOCOM Interspeech IPSN IROS ISBI ISCA ISIT "
    "ISMAR ISMB ISSTA ISWC ITSC IWSLT KDD KR LREC MICCAI MICRO MIDL MLSys MobiCom MobiSys NAACL NDSS NeurIPS NSDI OSDI "
    "PLDI PODC PODS POPL RecSys RSS SC SDM SIGCOMM SIGGRAPH SIGIR SIGMOD SLT SODA SOSP SPAA STOC TACAS UAI UbiComp "
    "UIST VLDB WACV WSDM WWW"
)
_SPELLING = {name.casefold(): name for name in _SERIES.split()}
_YEAR = r"(?P<year>20[0-4]\d|(?<=['’])[12]\d|(?<=\s)[12]\d(?=\W*$))(?!\d)"
_NAME_AND_YEAR = re.compile(
    rf"\b(?P<name>[A-Z][A-Za-z]+(?:[-/&+][A-Z][A-Za-z]+)*)(?:\)?,?\s?[-'’]?|\s\(|\s['’]){_YEAR}"
)
_KIND = r"(?:main\s+conference|long\s+paper|short\s+paper|findings|poster|oral|spotlight|highlight|paper|proceedings?)"
_ONLY_VENUE = re.compile(
    rf"\s*(?:{_KIND}\s+(?:at|of|in)\s+)?(?:the\s+)?(?:(?:IEEE|ACM|CVF)\W+)*\(?"
    rf"(?P<name>{'|'.join(sorted(_SERIES.split(), key=len, reverse=True))})(?:[\s-]*['’]?{_YEAR})?\b",
    re.I,
)
_NO_VENUE = re.compile(
    r"january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|fall"
    r"|winter|conference|workshop|proceedings|symposium|track|version|copyright|appear|main|findings",
    re.I,
)
_BEFORE_NAME = re.compile(
    r"[\s:]*(?:(?:as|for|an?|the|its|and|full|regular|long|short|research|extended|abstract|poster|oral|spotlight|highlight"
    r"|paper|publication|presentation|presented|inclusion|main|conference)\s+)*(?:(?:to|at|by|in|for|of|with)\s+)?"
    r"(?:(?:publication|presentation|inclusion|the|an?|\d+(?:st|nd|rd|th)|appear|be|published|presented|proc(?:eeding)?s?\b\.?|upcoming|in|at"
    r"|of|as)\s+)*",
    re.I,
)
_JOINING = r"of|on|and|in|for|the|&"
_NAME = re.compile(rf"[A-Z][\w&'’-]*(?:\s+(?:[A-Z][\w&'’/-]*|{_JOINING}|\d+(?:st|nd|rd|th)))*")


@lru_cache(maxsize=4096)  # a morning's papers are looked at for every chat
def acceptance(comment: str) -> Acceptance | None:
    """Return where the paper was accepted, as its comment says; None if it does not say so."""
    clauses = [clause for clause in _CLAUSE.split(" ".join(comment.split())) if clause]
    for clause in clauses:
        if found := _in_clause(clause):
            return found if found.honour else _with_honour(found, clauses)
    return None


def _in_clause(clause: str) -> Acceptance | None:
    accepted = _ACCEPTED.search(clause)
    if accepted is None:
        venue = _venue_alone(clause)
    else:
        if _UNDECIDED.search(clause[: accepted.start()]):
            return None
        # "CVPR 2026, accepted as a poster"
        venue = _venue_in(accepted["rest"]) or _dated_venue(clause[: accepted.start()])
    if not venue:
        return None
    honour = next((name for name, pattern in _HONOUR.items() if pattern.search(clause)), "")
    return Acceptance(venue, honour, bool(_WORKSHOP.search(clause)))


def _venue_alone(clause: str) -> str:
    """The venue of "ICML 2026": authors write it alone once a paper is accepted. Empty if there is none."""
    if _UNDECIDED.search(clause):
        return ""
    if _HONOUR["best paper"].search(clause) or _HONOUR["award"].search(clause):
        return _dated_venue(clause)
    named = next(filter(None, map(_ONLY_VENUE.match, clause.split(","))), None)
    if named is None or not (named["year"] or clause.strip() == named["name"]):
        return ""
    return _venue(named["name"], named["year"])


def _with_honour(found: Acceptance, clauses: list[str]) -> Acceptance:
    """An honour is often a sentence of its own: "Accepted at ICML 2026. Oral presentation."."""
    for clause in clauses:
        for name, pattern in _HONOUR.items():
            if (match := pattern.search(clause)) and len(clause) - len(match[0]) < 20:
                return Acceptance(found.venue, name, found.is_workshop)
    return found


def _venue_in(text: str) -> str:
    """The venue that a text names: a conference with its year if there is one, else the name at the beginning."""
    if venue := _dated_venue(text):
        return venue
    before = _BEFORE_NAME.match(text)
    at = before.end() if before else 0
    if (dated := _NAME_AND_YEAR.match(text, at)) and not _NO_VENUE.fullmatch(dated["name"]):
        return _venue(dated["name"], dated["year"])
    name = _NAME.match(text, at)
    return _cut(re.sub(rf"(?:\s+(?:{_JOINING}))+$", "", name[0])) if name and len(name[0]) > 2 else ""


def _dated_venue(text: str) -> str:
    """The first well-known conference with its year; else the first acronym with a year; empty without one."""
    named = [match for match in _NAME_AND_YEAR.finditer(text) if not _NO_VENUE.fullmatch(match["name"])]
    known = [match for match in named if match["name"].casefold() in _SPELLING]
    acronyms = [match for match in named if sum(map(str.isupper, match["name"])) > 1]
    return next((_venue(match["name"], match["year"]) for match in (*known, *acronyms)), "")


def _venue(name: str, year: str | None) -> str:
    name = _SPELLING.get(name.casefold(), name)
    return f"{name} 20{year[-2:]}" if year else name


def _cut(name: str) -> str:
    return name if len(name) <= MOST_VENUE_LENGTH else name[:MOST_VENUE_LENGTH].rpartition(" ")[0]
