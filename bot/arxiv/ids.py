"""Finds the paper that a pasted link or id means, or says why there is none. Pure.

The format of ids: https://info.arxiv.org/help/arxiv_identifier.html
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot.arxiv.categories import ARCHIVES, FORMER
from bot.locales import N_, _
from bot.model import PaperRef

MAX_LENGTH = 10_000
"""A longer text is not searched: it is no message about one paper."""

WHAT_TO_SEND = N_("Send an arXiv id (2406.14272), a link to arXiv, or a DOI such as 10.48550/arXiv.2406.14272.")

# The two schemes of ids: "2406.14272" since April 2007, "hep-th/9901001" and "math.AG/0601001" before.
_NEW = r"(?P<month>\d{4})\.(?P<number>\d{4,5})"
_OLD = r"(?P<archive>[a-z]{1,8}(?:-[a-z]{1,4})?)(?:\.[a-z]{2}|\.[a-z-]{3,9})?/(?P<serial>\d{7})"
_ID = re.compile(rf"(?<![\w./-])(?:{_NEW}|{_OLD})(?:v(?P<version>\d{{1,4}}))?(?![\w-]|\.\d)", re.ASCII | re.IGNORECASE)
# In a link the id may follow a slash or a dot: "/abs/2406.14272", "arxiv.2406.14272".
_IN_PATH = re.compile(
    rf"(?<![\w-])(?:{_NEW}|{_OLD})(?:v(?P<version>\d{{1,4}}))?(?![\w-]|\.\d)", re.ASCII | re.IGNORECASE
)
# ADS, the astronomers' library, names e-prints so: "2024arXiv240614272S".
_BIBCODE = re.compile(r"(?:19|20)\d\darxiv(\d{4})(\d{5})[a-z.]", re.ASCII | re.IGNORECASE)
_PREFIX = re.compile(r"arxiv(?:\.org)?[:.=_#/\s]{1,3}(?=\S)", re.ASCII | re.IGNORECASE)
_OWN_DOI = re.compile(r"10\.48550/arxiv\.", re.ASCII | re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S", re.ASCII)
# White space, brackets, quotation marks and invisible characters; none of them is part of an address or id.
_CUTS = re.compile(r"[\s<>()\[\]{}\"'|`“”‘’«»,;\u200b\u200e\u200f]+")
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{1,5})?", re.ASCII | re.IGNORECASE)

_PAPER_SITES = (
    "arxiv.org",
    "xxx.lanl.gov",
    "ar5iv.org",
    "alphaxiv.org",
    "huggingface.co",
    "hf.co",
    "scirate.com",
    "paperswithcode.com",
    "semanticscholar.org",
    "arxiv-vanity.com",
    "papers.cool",
    "emergentmind.com",
    "inspirehep.net",
)
"""Sites whose links contain arXiv ids; in any other link an id counts only after the word "arxiv"."""

_SITES_WITHOUT_ID = {
    "openreview.net": N_("OpenReview links do not name an arXiv paper."),
    "youtube.com": N_("That is a video, not a paper."),
    "youtu.be": N_("That is a video, not a paper."),
    "github.com": N_("That is a code repository, not a paper."),
    "semanticscholar.org": N_("This Semantic Scholar link does not name an arXiv paper."),
    "paperswithcode.com": N_("This Papers with Code link does not name an arXiv paper."),
    "huggingface.co": N_("This Hugging Face link does not name an arXiv paper."),
    "arxiv.org": N_("This arXiv link does not name a single paper."),
}


@dataclass(frozen=True, slots=True)
class NotAPaperLink:
    """The text names no arXiv paper; `why` is one or two plain sentences for the person who sent it."""

    why: str


def resolve(text: str) -> PaperRef | NotAPaperLink:
    """Return the first arXiv paper that a text names."""
    if not text.strip():
        return _not_a_link(_("There is nothing to read."))
    if len(text) > MAX_LENGTH:
        return _not_a_link(_("That text is too long to search."))
    reasons = []
    for found in _read_all(text):
        if isinstance(found, PaperRef):
            return found
        reasons.append(found)
    why = reasons[0] if reasons else _("There is no arXiv id in this text.")
    return _not_a_link(why)


def _not_a_link(why: str) -> NotAPaperLink:
    # Two whole sentences, each translated as one.
    return NotAPaperLink(f"{why} {_(WHAT_TO_SEND)}")


def all_papers(text: str) -> list[PaperRef]:
    """Return all arXiv papers that a text names, in order and each once."""
    found = [each for each in _read_all(text[:MAX_LENGTH]) if isinstance(each, PaperRef)]
    return list({paper.id: paper for paper in reversed(found)}.values())[::-1]


_ADDRESS = re.compile(r"https?://|(?<!\w)www\.|(?<!\w)10\.\d{4,9}/", re.IGNORECASE)


def reason_for_no_paper(text: str) -> str:
    """Return why a link or an id in a text names no paper; "" if it holds neither."""
    reason = next((each for each in _read_all(text[:MAX_LENGTH]) if isinstance(each, str)), "")
    return _not_a_link(reason).why if reason and (_ADDRESS.search(text) or _ID.search(text)) else ""


def all_ids(text: str) -> list[str]:
    """Return the ids of all arXiv papers that a text names, in order and each once, without versions."""
    return list(dict.fromkeys(found.id for found in _read_all(text) if isinstance(found, PaperRef)))


def parse_id(text: str) -> PaperRef | None:
    """Parse an id, with or without version and `arXiv:`: "2406.14272v2", "math.AG/0601001"; None if it is not valid."""
    match = _ID.fullmatch(text.strip().removeprefix("arXiv:").removeprefix("arxiv:"))
    found = _checked(match) if match else None
    return found if isinstance(found, PaperRef) else None


def _read_all(text: str) -> Iterator[PaperRef | str]:
    """The papers in the words of a text, and for what only looks like a paper the reason why it is none."""
    # Full-width digits and typographic hyphens are common in pasted text.
    plain = unicodedata.normalize("NFKC", text).replace("\u2010", "-").replace("\u2212", "-")
    for piece in _CUTS.split(plain):
        found = _read(piece.strip(".:!?*_~#&—–"))
        if found is not None:
            yield found


def _read(piece: str) -> PaperRef | str | None:
    """Return the paper in one word of a text, or the reason why there is none; None for an ordinary word."""
    if not piece:
        return None
    piece = unquote(piece)
    # Before links: arXiv's own DOI may be written as an address of doi.org.
    if own := _OWN_DOI.search(piece):
        return _search(_ID, piece[own.end() :]) or _no_paper("arxiv.org")
    host, rest = _split(piece)
    if host is not None:
        return _read_link(host, rest)
    if _DOI.search(piece):
        return _("That DOI is not one of arXiv's.")
    return _search(_ID, _PREFIX.sub(" ", piece))


def _split(piece: str) -> tuple[str | None, str]:
    """Split a link, also one without a scheme, into host and rest; (None, piece) for anything else."""
    _, scheme, after = piece.partition("://")
    candidate = after if scheme else piece.removeprefix("//")
    host, slash, _ = candidate.partition("/")
    # "https://arxiv.org@evil.example/" leads to evil.example.
    host = host.rpartition("@")[2]
    if not scheme and (not slash or _ID.match(piece) or not _HOST.fullmatch(host)):
        return None, piece
    try:
        parts = urlsplit(f"//{candidate}")
        return (parts.hostname or ""), candidate.partition("/")[2]
    except ValueError:
        return "", candidate


def _read_link(host: str, rest: str) -> PaperRef | str:
    if bibcode := _BIBCODE.search(rest):
        return _checked(_ID.fullmatch(f"{bibcode[1]}.{bibcode[2]}")) or _no_paper(host)
    # "arxiv" in a host's name: mirrors and readers, such as cn.arxiv.org or www.arxiv-sanity.com.
    is_paper_site = any(host == site or host.endswith(f".{site}") for site in _PAPER_SITES) or "arxiv" in host
    if is_paper_site:
        return _search(_IN_PATH, rest) or _no_paper(host)
    _, marker, after = rest.lower().partition("arxiv")
    return (_search(_IN_PATH, after) if marker else None) or _no_paper(host, doi=bool(_DOI.search(rest)))


def _no_paper(host: str, *, doi: bool = False) -> str:
    for site, sentence in _SITES_WITHOUT_ID.items():
        if host == site or host.endswith(f".{site}"):
            return _(sentence)
    if doi:
        return _("That DOI is not one of arXiv's.")
    shown = host if "." in host and len(host) <= 60 else ""
    if not shown:
        return _("Only papers on arXiv can be read, and this link names none.")
    return _("Only papers on arXiv can be read, and this link to {site} names none.").format(site=shown)


def _search(pattern: re.Pattern[str], text: str) -> PaperRef | str | None:
    """Return the first valid id; else the reason why the first text that looks like an id is not one."""
    reason: str | None = None
    for match in pattern.finditer(text):
        found = _checked(match)
        if isinstance(found, PaperRef):
            return found
        reason = reason or found
    return reason


def _checked(match: re.Match[str] | None) -> PaperRef | str | None:
    """Return the paper of a matched id, or a sentence on what is wrong with it; None for a path that is no id."""
    if match is None:
        return None
    if match["version"] is not None and int(match["version"]) == 0:
        return _("“{given}” is not an arXiv id: versions begin with v1.").format(given=match[0])
    version = int(match["version"]) if match["version"] else None
    if match["month"]:
        year, month, number = int(match["month"][:2]), int(match["month"][2:]), match["number"]
        digits = 4 if (year, month) < (15, 1) else 5  # since January 2015 the number has five digits
        if not 1 <= month <= 12:
            return _("“{given}” is not an arXiv id: there is no month {month}.").format(
                given=match[0], month=f"{month:02}"
            )
        # Two digits of the year: 07 to 90 are 2007 to 2090, since 91 to 99 belong to the older scheme.
        if not (7, 4) <= (year, month) <= (90, 12) or len(number) != digits or not int(number):
            return _("“{given}” is not an arXiv id.").format(given=match[0])
        return PaperRef(f"{match['month']}.{number}", version)
    archive, serial = match["archive"].lower(), match["serial"]
    # Any path may look like "archive/1234567".
    if archive not in ARCHIVES and archive not in FORMER:
        return None
    year, month = int(serial[:2]), int(serial[2:4])
    # The older scheme was in use from 1991 to March 2007.
    if not 1 <= month <= 12 or not (year >= 91 or (year, month) <= (7, 3)) or not int(serial[4:]):
        return _("“{given}” is not an arXiv id.").format(given=match[0])
    return PaperRef(f"{archive}/{serial}", version)
