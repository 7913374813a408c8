"""Code links and project pages of a paper, found by rules in its text: normalized, without duplicates. Pure.

No model takes part: a link on a card must stand in the paper. Addresses are found by `bot.arxiv.addresses`; here code
is told from project pages, and publishers are dropped. In a full text, which cites other people's tools, only addresses
that the sentence before them claims as the paper's own count (`own_links`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from bot.arxiv.addresses import HOSTS, clean_text, find_addresses
from bot.model import FoundLinks

FULL_TEXT_LENGTH = 8000
"""Characters. arXiv's abstracts and comments are far shorter; of a longer text only the paper's own links count."""

# ── classifying ──────────────────────────────────────────────────────────────────────────────────────────────────────

# Pages of GitHub and similar hosts that are no owner's.
_SITE_PAGE = re.compile(
    r"about|apps|collections|contact|customer-stories|enterprise|events|explore|features|issues|join|login|marketplace"
    r"|new|notifications|orgs|pricing|pulls|search|security|settings|site|sponsors|topics|trending",
    re.I,
)
_HUGGING_FACE_PAGE = re.compile(r"blog|chat|collections|docs|join|learn|login|models|papers|pricing|tasks")
# Parameters that do not change what an address shows.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|ref|ref_src|si|feature|tab|source|usp|authuser|pli", re.I)
# Neither code nor a project page: publishers, conferences and archives, and ORCID, whose records are of people (most
# journals' LaTeX classes link each author's).
_PUBLISHER = re.compile(
    r"(?:[\w-]+\.)*(?:arxiv\.org|doi\.org|orcid\.org|openreview\.net|aclanthology\.org|aclweb\.org|acm\.org|ieee\.org|springer\.com|springeropen\.com"
    r"|sciencedirect\.com|elsevier\.com|wiley\.com|tandfonline\.com|nature\.com|mlr\.press|thecvf\.com|neurips\.cc|nips\.cc|iclr\.cc|icml\.cc"
    r"|jmlr\.org|aaai\.org|ijcai\.org|mdpi\.com|biorxiv\.org|medrxiv\.org|semanticscholar\.org|creativecommons\.org|isca-archive\.org"
    r"|siam\.org|iop\.org|aps\.org|oup\.com|sagepub\.com|frontiersin\.org|plos\.org|eurographics\.org|spiedigitallibrary\.org|ceur-ws\.org)",
    re.I,
)
_NAME = r"[A-Za-z0-9_.-]+"


def _classified(address: str) -> tuple[str, str] | None:
    """Return ("code" or "project", normalized address); None for anything else, such as a publisher."""
    scheme, _, rest = address.partition("://") if "://" in address else ("https", "", address)
    host, slash, path = rest.partition("/")
    host = host.lower().rstrip(".").removesuffix(":443").removesuffix(":80")
    if not re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::\d+)?", host):
        return None
    domain = host.removeprefix("www.")
    path, _, fragment = (slash + path).partition("#")
    path, _, query = path.partition("?")
    # Before the publishers: a DOI of Zenodo is code, although doi.org is among them.
    if classified := _code_host(domain, path):
        return classified
    if domain == "doi.org" and (record := re.match(r"/(10\.5281/zenodo\.\d+)", path, re.I)):
        return "code", f"https://doi.org/{record[1].lower()}"
    if _PUBLISHER.fullmatch(domain) or domain in ("example.com", "example.org", "github.com") or "/license" in path:
        return None
    return "project", _page(scheme.lower(), host, path, query, fragment)


def _page(scheme: str, host: str, path: str, query: str, fragment: str) -> str:
    """Return a page of an unknown host. Scheme and `www.` stay as written: the host may not answer to another form."""
    if host.removeprefix("www.").endswith((".github.io", ".gitlab.io", ".google.com", "youtube.com", "youtu.be")):
        scheme, host = "https", host if host.endswith("youtube.com") else host.removeprefix("www.")
    parameters = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in parameters if not _TRACKING.fullmatch(name)]
    url = f"{scheme}://{host}{path.rstrip('/')}"
    url += f"?{urlencode(kept, safe='/:,')}" if kept else ""
    # ":~:text=…" marks words of the page for one reader; any other fragment may be the page itself.
    return url + (f"#{fragment}" if fragment and ":~:" not in fragment else "")


def _code_host(host: str, path: str) -> tuple[str, str] | None:
    """Return (kind, normalized address) if `host` is a known host of code, else None."""
    parts = [part for part in path.split("/") if part]
    if host in ("github.com", "raw.githubusercontent.com", "gitee.com", "codeberg.org", "bitbucket.org"):
        return _repository_of_owner("github.com" if host == "raw.githubusercontent.com" else host, parts)
    if host in ("gist.github.com", "git.sr.ht", "anonymous.4open.science") and len(parts) >= 2:
        return "code", f"https://{host}/{parts[0]}/{parts[1]}"
    if host.startswith("gitlab.") and not host.endswith("gitlab.io"):
        return _gitlab(host, parts)
    if host in ("huggingface.co", "hf.co"):
        return _hugging_face(parts)
    if host in ("zenodo.org", "sourceforge.net", "pypi.org", "modelscope.cn", "codeocean.com") and len(parts) >= 2:
        depth = 3 if host == "modelscope.cn" else 2
        section = "records" if parts[0] == "record" else parts[0]  # Zenodo renamed its paths
        return "code", f"https://{host}/" + "/".join([section, *parts[1:depth]])
    if host == "colab.research.google.com" and parts:
        return "code", f"https://{host}/" + "/".join(parts)
    return None


def _repository_of_owner(host: str, parts: list[str]) -> tuple[str, str] | None:
    if parts and parts[0].lower() == "orgs":
        parts = parts[1:2]
    names = [match[0] for part in parts[:2] if (match := re.match(_NAME, part))]
    if not names or _SITE_PAGE.fullmatch(names[0]):
        return None
    if len(names) == 1 or len(parts) == 1:
        return "project", f"https://{host}/{names[0].rstrip('.')}"
    name = _without_git(names[1])
    return ("code", f"https://{host}/{names[0]}/{name}") if name else ("project", f"https://{host}/{names[0]}")


def _without_git(name: str) -> str:
    return re.sub(r"\.git$", "", name.rstrip("."), flags=re.I)


def _gitlab(host: str, parts: list[str]) -> tuple[str, str] | None:
    for page in ("-", "tree", "blob", "issues", "raw", "commits", "wikis"):  # groups nest, so the depth is unknown
        parts = parts[: parts.index(page)] if page in parts[2:] else parts
    if not parts:
        return None
    kind = "code" if len(parts) >= 2 else "project"
    return kind, f"https://{host}/" + "/".join([*parts[:-1], _without_git(parts[-1])])


def _hugging_face(parts: list[str]) -> tuple[str, str] | None:
    section = parts[:1] if parts[:1] in (["datasets"], ["spaces"]) else []  # models have no prefix
    rest = parts[len(section) :]
    if not rest or rest[0] == "papers":
        return None
    if _HUGGING_FACE_PAGE.fullmatch(rest[0]):
        return "project", "https://huggingface.co/" + "/".join(rest)
    if len(rest) == 1:
        return "project", "https://huggingface.co/" + "/".join(section + rest)
    return "code", "https://huggingface.co/" + "/".join([*section, rest[0], rest[1].rstrip(".")])


# ── the paper's own links in a full text ────────────────────────────────────────────────────────────────────────────

# How the sentence before an address claims it as the paper's own, or says that it is other people's work.
_CLAIMED_AS_OWN = re.compile(
    r"\bour\s+(?:\w+[\s,]+){0,4}?(?:code|codes|codebase|implementation|models?|weights|checkpoints?|data|datasets?|benchmark|repository"
    r"|library|toolkit|software|demo|project|website|scripts?|results|framework|package)\b"
    r"|\b(?:source\s+|all\s+|the\s+)?codes?(?:base)?(?:\s*(?:,|and|&)\s*(?:the\s+)?[\w-]+(?:\s[\w-]+)?){0,3}\s+(?:(?:is|are|will\s+be|can\s+be|has\s+been|have\s+been)\s+)"
    r"(?:\w+\s+){0,2}(?:available|released|found|accessible|open|open-?sourced|published|provided|hosted|accessed)"
    r"|\b(?:code|project\s*page|project\s*website|project|homepage|website|repository|data|dataset|models?|demo|github)\s*:\s*$"
    r"|\bcodes?\s+(?:we|that|to|for|used|of\s+(?:this|our))\b[^.;]{0,60}\s(?:is|are)\s(?:\w+\s){0,2}available"
    r"|\bproject\s*(?:page|website|site)\b|\bcode\s+(?:available|released)\b|\breleased\s+at\b"
    r"|\bwe\s+(?:\w+\s+){0,3}(?:release|open-?source|publish|make)\b|\bavailable\s+(?:online\s+)?at\s*:?\s*$"
    r"|\b(?:this|the\s+present)\s+(?:paper|work|study)\b",
    re.I,
)
_CLAIMED_AS_OTHERS = re.compile(
    r"\b(?:their|official\s+(?:\w+\s+)?(?:code|implementation|repository)|based\s+on|we\s+(?:use|used|adopt|adopted|follow|followed|employ)\s+(?:the|their|an?|publicly|open|official|code)\b|following|"
    r"taken\s+from|downloaded\s+from|provided\s+by|implementation\s+(?:of|from)|authors['’]|borrowed|built\s+(?:up)?on|et\s+al)",
    re.I,
)


_MAY_HOLD_ADDRESS = re.compile(rf"https?\s*:|www\.|\b(?:{HOSTS})\b|[a-z]\.[a-z]{{2,}}/|project (?:page|web)", re.I)


_ANNOUNCES_PAGE = re.compile(
    r"\b(?:project|code|demo|web\s?page|web\s?site|page|github|data(?:set)?|models?|resources?)\b", re.I
)


def own_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses in a full text that their sentences claim as the paper's own ("our code is at …")."""
    found: list[str] = []
    for paragraph in paragraphs:
        if not _MAY_HOLD_ADDRESS.search(paragraph):
            continue
        text = clean_text(paragraph)
        end = 0
        for address in find_addresses(text):
            start = text.find(address, end)
            end = start + len(address)
            # The beginning of the sentence that the address is in, at most 240 characters.
            before = re.split(r"(?<=[a-z)\]][.!?])\s+(?=[A-Z])", text[max(0, start - 240) : start])[-1]
            if _CLAIMED_AS_OWN.search(before) and not _CLAIMED_AS_OTHERS.search(before):
                found.append(address)
    return tuple(found)


def title_page_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the paper's own addresses among title, authors and first footnotes: code, or an announced project page.

    Most other addresses there are home pages of the authors.
    """
    found: list[str] = []
    for paragraph in paragraphs:
        text = clean_text(paragraph)
        addresses = find_addresses(text)
        words = text
        for address in addresses:
            words = words.replace(address, " ")
        # A line with hardly any other words, as many papers print the address under the title.
        is_alone = sum(map(str.isalpha, words)) < 12
        end = 0
        for address in addresses:
            classified = _classified(address)
            start = text.find(address, end)
            before = text[max(end, start - 50) : start]
            end = start + len(address)
            if classified and (classified[0] == "code" or is_alone or _ANNOUNCES_PAGE.search(before)):
                found.append(address)
    return tuple(found)


def find_links(*texts: str, html_links: Iterable[str] = ()) -> FoundLinks:
    """Return the links in title, abstract, comment and `html_links` (the paper's own), in order of appearance.

    Of a text of more than `FULL_TEXT_LENGTH` characters only `own_links` are taken. Addresses are normalized: known
    hosts get https, hosts are in lower case, and a repository is its owner and name without a path below.
    """
    found: dict[str, dict[str, str]] = {"code": {}, "project": {}}
    for address in _candidates(texts, html_links):
        if classified := _classified(address):
            kind, url = classified
            # One link for addresses that differ only in scheme, "www." or case.
            found[kind].setdefault(url.split("://", 1)[1].removeprefix("www.").rstrip("/").lower(), url)
    return FoundLinks(code=tuple(found["code"].values()), project=tuple(found["project"].values()))


def _candidates(texts: Iterable[str], html_links: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if len(text) > FULL_TEXT_LENGTH:
            yield from own_links(re.split(r"\n\s*\n", text))
        else:
            yield from find_addresses(clean_text(text))
    for link in html_links:
        if link.startswith(("http://", "https://")):
            yield from find_addresses(clean_text(link))
