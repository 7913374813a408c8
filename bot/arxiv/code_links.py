"""Code links and project pages of a paper, found by rules in its text: normalized, without duplicates. Pure.

No model takes part: a link on a card must stand in the paper. The steps are: clean the text of TeX and of addresses
that line breaks divided (`_plain`), find addresses (`_addresses`), tell code from project pages and drop publishers
(`_classified`). In a full text, which cites other people's tools, only addresses that the sentence before them claims
as the paper's own count (`own_links`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from bot.model import FoundLinks

FULL_TEXT_LENGTH = 8000
"""Characters. arXiv's abstracts and comments are far shorter; of a longer text only the paper's own links count."""

# ── cleaning ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# TeX in addresses: an escaped "\_" is part of one, a discretionary hyphen "\-" is not. `bot.tex` is of no use here: its
# text is for people and joins what stands in braces with the words around it, but an address has to end at a brace.
_TEX = (
    (re.compile(r"\{?\\([_%&#~$-])(?:\{\})?\}?"), lambda m: "" if m[1] == "-" else m[1]),
    (re.compile(r"\{?\\textunderscore(?:\{\}|\b ?)\}?"), lambda _: "_"),
    (re.compile(r"\$?\{?\\(?:textasciitilde|sim)(?:\{\}|\b ?)\}?\$?"), lambda _: "~"),
    (
        re.compile(r"\\(?:allowbreak|linebreak|newline)\b(?:\{\})? ?|[\u00ad\u200b\u200c\u200d\u2060\ufeff]"),
        lambda _: "",
    ),
    (re.compile(r"\\[A-Za-z]+\*?"), lambda _: " "),
    (re.compile(r"[{}$]"), lambda _: " "),
    (re.compile("[\u2010\u2011]"), lambda _: "-"),
)
_HOSTS = r"github|gitlab|bitbucket|codeberg|huggingface|zenodo|sourceforge|4open"
_WITH_PATHS = rf"(?:{_HOSTS})\.(?:com|org|co|science)"
# Spaces that PDFs and authors put into addresses: "https : //", "github. com", "github.com / owner/".
_DIVIDED = (
    (re.compile(r"\b(https?)\s*:\s*/\s*/\s*(?=[\w-])|\b(https?):/(?=[a-z])", re.I), lambda m: f"{m[1] or m[2]}://"),
    (re.compile(rf"\b({_HOSTS})\s?\.\s?(com|org|co|net|science)\b(?=\s?/)", re.I), lambda m: f"{m[1]}.{m[2]}"),
    (re.compile(rf"\b({_WITH_PATHS})(?:\s/\s?|/\s)(?=[\w-]+/)", re.I), lambda m: f"{m[1]}/"),
)
_SPACE_AFTER_OWNER = re.compile(
    r"((?:github|gitlab|codeberg)\.(?:com|org)/[\w-]+/|bitbucket\.org/[\w-]+/|huggingface\.co/(?:datasets/|spaces/)?[\w.-]+/)"
    r"\s+(?=(\w[\w.-]*)(\S?))",
    re.I,
)
_BROKEN_AT_HYPHEN = re.compile(rf"((?:{_HOSTS})\.(?:com|org|co)/[\w./-]*-)\s*\n\s*(?=[\w])", re.I)
_LOOKS_LIKE_REPOSITORY = re.compile(r"[-_\d]|[a-z][A-Z]|[A-Z]{2}")
_ENGLISH_WORD = re.compile(r"and|or|for|soon|now|here|upon|after|the|we|our|in|is|it|this|to|with|under|online", re.I)


def _plain(text: str) -> str:
    """The text without TeX; addresses that spaces and line breaks divided are joined if that is certain."""
    for pattern, replacement in _TEX + _DIVIDED:
        text = pattern.sub(replacement, text)
    text = _BROKEN_AT_HYPHEN.sub(r"\1", text)
    return _SPACE_AFTER_OWNER.sub(_join_if_certain, text)


def _join_if_certain(match: re.Match[str]) -> str:
    """Join "github.com/owner/ name" if the word after the space looks like a repository or ends the sentence."""
    name, after = match[2].rstrip("."), match[3]
    ends_there = match.end() + len(match[2]) >= len(match.string.rstrip()) or after in (")", ",", ";")
    is_certain = bool(_LOOKS_LIKE_REPOSITORY.search(name)) or (ends_there and not _ENGLISH_WORD.fullmatch(name))
    return match[1] if is_certain else match[0]


# ── finding addresses ───────────────────────────────────────────────────────────────────────────────────────────────

# What ends an address: spaces, quotation marks, brackets, and CJK text without spaces.
_TERMINATORS = r"\s<>\"{}|\\^`\[\]\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef“”‘’«»"
# Hosts that are recognized without "https://" before them.
_KNOWN_HOSTS = (
    r"(?:gist\.)?github\.com|raw\.githubusercontent\.com|gitlab(?:\.[a-z0-9-]+)+|bitbucket\.org|codeberg\.org|gitee\.com|git\.sr\.ht"
    r"|huggingface\.co|hf\.co|zenodo\.org|anonymous\.4open\.science|sourceforge\.net|pypi\.org|codeocean\.com"
    r"|[a-z0-9-]+\.(?:github|gitlab)\.io|sites\.google\.com|colab\.research\.google\.com|modelscope\.cn|doi\.org/10\.5281"
)
_ADDRESS = re.compile(
    rf"https?://[^{_TERMINATORS}]+|(?<![\w@./-])(?:www\.)(?=[a-z0-9-]+\.)[^{_TERMINATORS}]+|(?<![\w@./-])(?:{_KNOWN_HOSTS})(?:/[^{_TERMINATORS}]*)?",
    re.I,
)
# "Project page: name.org": any host is recognized after such words.
_ANNOUNCED = re.compile(
    r"(?:project|home|web|demo)[ -]?(?:page|site|website)?\s*(?:(?:is|are)\s+)?(?:available\s+)?(?::|at|here:?|is)\s*"
    rf"((?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|edu|dev|app|me|[a-z]{{2}})(?![\w.])(?:/[^{_TERMINATORS}]*)?)",
    re.I,
)
# A sentence that follows without a space: "github.com/a/b.We show".
_NEXT_SENTENCE = re.compile(
    r"\.(?:We|The|Our|This|These|Code|Codes|Project|In|It|Supplementary|Data|Video|Accepted|To|For|See|An?)\b.*$"
)


def _addresses(text: str) -> list[str]:
    """The web addresses of a plain text in order, without the punctuation of the sentence around them."""
    found = [(m.start(), m[0]) for m in _ADDRESS.finditer(text)]
    spans = [(start, start + len(address)) for start, address in found]
    for match in _ANNOUNCED.finditer(text):
        if not any(start <= match.start(1) < end for start, end in spans):
            found.append((match.start(1), match[1]))
    return [_trimmed(address) for _, address in sorted(found)]


def _trimmed(address: str) -> str:
    """The address without a second one, a next sentence, or punctuation and unbalanced brackets at its end."""
    second = re.search(r"https?://", address[4:])
    if second and "web.archive.org" not in address:
        address = address[: 4 + second.start()]
    address = _NEXT_SENTENCE.sub("", address)
    while address and (
        address[-1] in ".,;:!?'\"*>…&" or (address[-1] in ")]" and address.count("(") < address.count(")"))
    ):
        address = address[:-1]
    opened = address.rfind("(")
    return address[:opened] if opened > 0 and address.count("(") > address.count(")") else address


# ── classifying ─────────────────────────────────────────────────────────────────────────────────────────────────────

# Pages of GitHub and similar hosts that are no owner's.
_SITE_PAGE = re.compile(
    r"about|apps|collections|contact|customer-stories|enterprise|events|explore|features|issues|join|login|marketplace"
    r"|new|notifications|orgs|pricing|pulls|search|security|settings|site|sponsors|topics|trending",
    re.I,
)
_HUGGING_FACE_PAGE = re.compile(r"blog|chat|collections|docs|join|learn|login|models|papers|pricing|tasks")
# Parameters that do not change what an address shows.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|ref|ref_src|si|feature|tab|source|usp|authuser|pli", re.I)
# Publishers, conferences and archives: neither code nor a project page.
_PUBLISHER = re.compile(
    r"(?:[\w-]+\.)*(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|aclweb\.org|acm\.org|ieee\.org|springer\.com|springeropen\.com"
    r"|sciencedirect\.com|elsevier\.com|wiley\.com|tandfonline\.com|nature\.com|mlr\.press|thecvf\.com|neurips\.cc|nips\.cc|iclr\.cc|icml\.cc"
    r"|jmlr\.org|aaai\.org|ijcai\.org|mdpi\.com|biorxiv\.org|medrxiv\.org|semanticscholar\.org|creativecommons\.org|isca-archive\.org"
    r"|siam\.org|iop\.org|aps\.org|oup\.com|sagepub\.com|frontiersin\.org|plos\.org|eurographics\.org|spiedigitallibrary\.org|ceur-ws\.org)",
    re.I,
)
_NAME = r"[A-Za-z0-9_.-]+"


def _classified(address: str) -> tuple[str, str] | None:
    """("code" or "project", normalized address); None for anything else, such as a publisher or another paper."""
    scheme, _, rest = address.partition("://") if "://" in address else ("https", "", address)
    host, slash, path = rest.partition("/")
    host = host.lower().rstrip(".").removesuffix(":443").removesuffix(":80")
    if not re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::\d+)?", host):
        return None
    domain = host.removeprefix("www.")
    path, _, fragment = (slash + path).partition("#")
    path, _, query = path.partition("?")
    if classified := _code_host(domain, path):
        return classified
    if domain == "doi.org" and (record := re.match(r"/(10\.5281/zenodo\.\d+)", path, re.I)):
        return "code", f"https://doi.org/{record[1].lower()}"
    if _PUBLISHER.fullmatch(domain) or domain in ("example.com", "example.org", "github.com") or "/license" in path:
        return None
    return "project", _page(scheme.lower(), host, path, query, fragment)


def _page(scheme: str, host: str, path: str, query: str, fragment: str) -> str:
    """A page of an unknown host. Scheme and `www.` stay as written: the host may not answer to another form."""
    if host.removeprefix("www.").endswith((".github.io", ".gitlab.io", ".google.com", "youtube.com", "youtu.be")):
        scheme, host = "https", host if host.endswith("youtube.com") else host.removeprefix("www.")
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
    url = f"{scheme}://{host}{path.rstrip('/')}"
    url += f"?{urlencode(kept, safe='/:,')}" if kept else ""
    return url + (f"#{fragment}" if fragment and ":~:" not in fragment else "")


def _code_host(host: str, path: str) -> tuple[str, str] | None:
    """(kind, normalized address) if `host` is a known host of code, else None."""
    parts = [part for part in path.split("/") if part]
    if host in ("github.com", "raw.githubusercontent.com", "gitee.com", "codeberg.org", "bitbucket.org"):
        return _repository_of_owner("github.com" if host == "raw.githubusercontent.com" else host, parts)
    if host == "gist.github.com" and len(parts) >= 2:
        return "code", f"https://{host}/{parts[0]}/{parts[1]}"
    if host.startswith("gitlab.") and not host.endswith("gitlab.io"):
        return _gitlab(host, parts)
    if host in ("huggingface.co", "hf.co"):
        return _hugging_face(parts)
    if host == "git.sr.ht" and len(parts) >= 2:
        return "code", f"https://{host}/{parts[0]}/{parts[1]}"
    if host in ("zenodo.org", "sourceforge.net", "pypi.org", "modelscope.cn", "codeocean.com") and len(parts) >= 2:
        depth = 3 if host == "modelscope.cn" else 2
        section = "records" if parts[0] == "record" else parts[0]  # Zenodo renamed its paths
        return "code", f"https://{host}/" + "/".join([section, *parts[1:depth]])
    if host == "anonymous.4open.science" and len(parts) >= 2:
        return "code", f"https://{host}/{parts[0]}/{parts[1]}"
    if host == "colab.research.google.com" and parts:
        return "code", f"https://{host}/" + "/".join(parts)
    return None


def _repository_of_owner(host: str, parts: list[str]) -> tuple[str, str] | None:
    if parts and parts[0].lower() == "orgs":
        parts = parts[1:2]
    names = [m[0] for part in parts[:2] if (m := re.match(_NAME, part))]
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

# What the sentence before an address says of the paper's own code, and of other people's.
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


_MAY_HOLD_ADDRESS = re.compile(rf"https?\s*:|www\.|\b(?:{_HOSTS})\b|[a-z]\.[a-z]{{2,}}/|project (?:page|web)", re.I)


_ANNOUNCES_PAGE = re.compile(
    r"\b(?:project|code|demo|web\s?page|web\s?site|page|github|data(?:set)?|models?|resources?)\b", re.I
)


def own_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The addresses in a full text that their sentences claim as the paper's own ("our code is available at …")."""
    found: list[str] = []
    for paragraph in paragraphs:
        if not _MAY_HOLD_ADDRESS.search(paragraph):
            continue
        text = _plain(paragraph)
        end = 0
        for address in _addresses(text):
            start = text.find(address, end)
            end = start + len(address)
            before = re.split(r"(?<=[a-z)\]][.!?])\s+(?=[A-Z])", text[max(0, start - 240) : start])[-1]
            if _CLAIMED_AS_OWN.search(before) and not _CLAIMED_AS_OTHERS.search(before):
                found.append(address)
    return tuple(found)


def title_page_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The paper's own addresses among title, authors and first footnotes: code, or pages announced as its page.

    Most other addresses there are home pages of the authors.
    """
    found: list[str] = []
    for paragraph in paragraphs:
        text = _plain(paragraph)
        addresses = _addresses(text)
        words = text
        for address in addresses:
            words = words.replace(address, " ")
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
    """The links in title, abstract, comment and `html_links` (the paper's own), in order of appearance.

    Of a text of more than `FULL_TEXT_LENGTH` characters only `own_links` are taken. Addresses are normalized: known
    hosts get https, hosts are in lower case, and a repository is its owner and name without a path below.
    """
    found: dict[str, dict[str, str]] = {"code": {}, "project": {}}
    for address in _candidates(texts, html_links):
        if classified := _classified(address):
            kind, url = classified
            found[kind].setdefault(url.split("://", 1)[1].removeprefix("www.").rstrip("/").lower(), url)
    return FoundLinks(code=tuple(found["code"].values()), project=tuple(found["project"].values()))


def _candidates(texts: Iterable[str], html_links: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if len(text) > FULL_TEXT_LENGTH:
            yield from own_links(re.split(r"\n\s*\n", text))
        else:
            yield from _addresses(_plain(text))
    for link in html_links:
        if link.startswith(("http://", "https://")):
            yield from _addresses(_plain(link))
