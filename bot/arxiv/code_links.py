"""Code links and project pages of a paper, found by rule in its own words: normalized, true, without duplicates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from bot.model import FoundLinks

FULL_TEXT_LENGTH = 8000
"""arXiv's abstracts and comments are far shorter; in a text longer than this only the paper's own links count."""

# ── what a text looks like before it is searched ──────────────────────────────────────────────────────────────────

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
_DAMAGE = (
    (re.compile(r"\b(https?)\s*:\s*/\s*/\s*(?=[\w-])|\b(https?):/(?=[a-z])", re.I), lambda m: f"{m[1] or m[2]}://"),
    (re.compile(rf"\b({_HOSTS})\s?\.\s?(com|org|co|net|science)\b(?=\s?/)", re.I), lambda m: f"{m[1]}.{m[2]}"),
    (re.compile(rf"\b({_WITH_PATHS})(?:\s/\s?|/\s)(?=[\w-]+/)", re.I), lambda m: f"{m[1]}/"),
)
_OWNER_THEN_GAP = re.compile(
    r"((?:github|gitlab|codeberg)\.(?:com|org)/[\w-]+/|bitbucket\.org/[\w-]+/|huggingface\.co/(?:datasets/|spaces/)?[\w.-]+/)"
    r"\s+(?=(\w[\w.-]*)(\S?))",
    re.I,
)
_BROKEN_AT_HYPHEN = re.compile(rf"((?:{_HOSTS})\.(?:com|org|co)/[\w./-]*-)\s*\n\s*(?=[\w])", re.I)
_NAME_LIKE = re.compile(r"[-_\d]|[a-z][A-Z]|[A-Z]{2}")
_NOT_A_NAME = re.compile(r"and|or|for|soon|now|here|upon|after|the|we|our|in|is|it|this|to|with|under|online", re.I)


def _plain(text: str) -> str:
    """The text without TeX, with the addresses that line breaks and spaces cut put together where that is certain."""
    for pattern, becomes in _TEX + _DAMAGE:
        text = pattern.sub(becomes, text)
    text = _BROKEN_AT_HYPHEN.sub(r"\1", text)
    return _OWNER_THEN_GAP.sub(_joined_if_certain, text)


def _joined_if_certain(match: re.Match[str]) -> str:
    name, after = match[2].rstrip("."), match[3]
    ends_there = match.end() + len(match[2]) >= len(match.string.rstrip()) or after in (")", ",", ";")
    certain = bool(_NAME_LIKE.search(name)) or (ends_there and not _NOT_A_NAME.fullmatch(name))
    return match[1] if certain else match[0]


# ── finding addresses ─────────────────────────────────────────────────────────────────────────────────────────────

_END = r"\s<>\"{}|\\^`\[\]\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef“”‘’«»"
_KNOWN = (
    r"(?:gist\.)?github\.com|raw\.githubusercontent\.com|gitlab(?:\.[a-z0-9-]+)+|bitbucket\.org|codeberg\.org|gitee\.com|git\.sr\.ht"
    r"|huggingface\.co|hf\.co|zenodo\.org|anonymous\.4open\.science|sourceforge\.net|pypi\.org|codeocean\.com"
    r"|[a-z0-9-]+\.(?:github|gitlab)\.io|sites\.google\.com|colab\.research\.google\.com|modelscope\.cn|doi\.org/10\.5281"
)
_ADDRESS = re.compile(
    rf"https?://[^{_END}]+|(?<![\w@./-])(?:www\.)(?=[a-z0-9-]+\.)[^{_END}]+|(?<![\w@./-])(?:{_KNOWN})(?:/[^{_END}]*)?",
    re.I,
)
_ANNOUNCED = re.compile(
    r"(?:project|home|web|demo)[ -]?(?:page|site|website)?\s*(?:(?:is|are)\s+)?(?:available\s+)?(?::|at|here:?|is)\s*"
    rf"((?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|edu|dev|app|me|[a-z]{{2}})(?![\w.])(?:/[^{_END}]*)?)",
    re.I,
)
_NEXT_SENTENCE = re.compile(
    r"\.(?:We|The|Our|This|These|Code|Codes|Project|In|It|Supplementary|Data|Video|Accepted|To|For|See|An?)\b.*$"
)


def _addresses(text: str) -> list[str]:
    """Every web address of a plain text, in order, without the punctuation of the sentence around it."""
    found = [(m.start(), m[0]) for m in _ADDRESS.finditer(text)]
    spans = [(start, start + len(address)) for start, address in found]
    for match in _ANNOUNCED.finditer(text):
        if not any(start <= match.start(1) < end for start, end in spans):
            found.append((match.start(1), match[1]))
    return [_trimmed(address) for _, address in sorted(found)]


def _trimmed(address: str) -> str:
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


# ── what an address is ────────────────────────────────────────────────────────────────────────────────────────────

_SITE_PAGE = re.compile(
    r"about|apps|collections|contact|customer-stories|enterprise|events|explore|features|issues|join|login|marketplace"
    r"|new|notifications|orgs|pricing|pulls|search|security|settings|site|sponsors|topics|trending",
    re.I,
)
_HF_PAGE = re.compile(r"blog|chat|collections|docs|join|learn|login|models|papers|pricing|tasks")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|ref|ref_src|si|feature|tab|source|usp|authuser|pli", re.I)
_ELSEWHERE = re.compile(
    r"(?:[\w-]+\.)*(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|aclweb\.org|acm\.org|ieee\.org|springer\.com|springeropen\.com"
    r"|sciencedirect\.com|elsevier\.com|wiley\.com|tandfonline\.com|nature\.com|mlr\.press|thecvf\.com|neurips\.cc|nips\.cc|iclr\.cc|icml\.cc"
    r"|jmlr\.org|aaai\.org|ijcai\.org|mdpi\.com|biorxiv\.org|medrxiv\.org|semanticscholar\.org|creativecommons\.org|isca-archive\.org"
    r"|siam\.org|iop\.org|aps\.org|oup\.com|sagepub\.com|frontiersin\.org|plos\.org|eurographics\.org|spiedigitallibrary\.org|ceur-ws\.org)",
    re.I,
)
_NAME = r"[A-Za-z0-9_.-]+"


def _classified(address: str) -> tuple[str, str] | None:
    """("code" | "project", normalized address), or None for what is neither (a publisher, another e-print)."""
    scheme, _, rest = address.partition("://") if "://" in address else ("https", "", address)
    host, slash, path = rest.partition("/")
    host = host.lower().rstrip(".").removesuffix(":443").removesuffix(":80")
    if not re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::\d+)?", host):
        return None
    bare = host.removeprefix("www.")
    path, _, fragment = (slash + path).partition("#")
    path, _, query = path.partition("?")
    if kind_of := _code_host(bare, path):
        return kind_of
    if bare == "doi.org" and (record := re.match(r"/(10\.5281/zenodo\.\d+)", path, re.I)):
        return "code", f"https://doi.org/{record[1].lower()}"
    if _ELSEWHERE.fullmatch(bare) or bare in ("example.com", "example.org", "github.com") or "/license" in path:
        return None
    return "project", _page(scheme.lower(), host, path, query, fragment)


def _page(scheme: str, host: str, path: str, query: str, fragment: str) -> str:
    """A page of an unknown host: scheme and `www.` stay as written, since nobody knows what else it answers to."""
    if host.removeprefix("www.").endswith((".github.io", ".gitlab.io", ".google.com", "youtube.com", "youtu.be")):
        scheme, host = "https", host if host.endswith("youtube.com") else host.removeprefix("www.")
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
    url = f"{scheme}://{host}{path.rstrip('/')}"
    url += f"?{urlencode(kept, safe='/:,')}" if kept else ""
    return url + (f"#{fragment}" if fragment and ":~:" not in fragment else "")


def _code_host(host: str, path: str) -> tuple[str, str] | None:
    """The normalized address where `host` is one that holds code, None elsewhere."""
    parts = [part for part in path.split("/") if part]
    if host in ("github.com", "raw.githubusercontent.com", "gitee.com", "codeberg.org", "bitbucket.org"):
        return _owner_and_name("github.com" if host == "raw.githubusercontent.com" else host, parts)
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
        shelf = "records" if parts[0] == "record" else parts[0]
        return "code", f"https://{host}/" + "/".join([shelf, *parts[1:depth]])
    if host == "anonymous.4open.science" and len(parts) >= 2:
        return "code", f"https://{host}/{parts[0]}/{parts[1]}"
    if host == "colab.research.google.com" and parts:
        return "code", f"https://{host}/" + "/".join(parts)
    return None


def _owner_and_name(host: str, parts: list[str]) -> tuple[str, str] | None:
    if parts and parts[0].lower() == "orgs":
        parts = parts[1:2]
    names = [m[0] for part in parts[:2] if (m := re.match(_NAME, part))]
    if not names or _SITE_PAGE.fullmatch(names[0]):
        return None
    if len(names) == 1 or len(parts) == 1:
        return "project", f"https://{host}/{names[0].rstrip('.')}"
    name = _repository(names[1])
    return ("code", f"https://{host}/{names[0]}/{name}") if name else ("project", f"https://{host}/{names[0]}")


def _repository(name: str) -> str:
    return re.sub(r"\.git$", "", name.rstrip("."), flags=re.I)


def _gitlab(host: str, parts: list[str]) -> tuple[str, str] | None:
    for noise in ("-", "tree", "blob", "issues", "raw", "commits", "wikis"):
        parts = parts[: parts.index(noise)] if noise in parts[2:] else parts
    if not parts:
        return None
    kind = "code" if len(parts) >= 2 else "project"
    return kind, f"https://{host}/" + "/".join([*parts[:-1], _repository(parts[-1])])


def _hugging_face(parts: list[str]) -> tuple[str, str] | None:
    shelf = parts[:1] if parts[:1] in (["datasets"], ["spaces"]) else []
    rest = parts[len(shelf) :]
    if not rest or rest[0] == "papers":
        return None
    if _HF_PAGE.fullmatch(rest[0]):
        return "project", "https://huggingface.co/" + "/".join(rest)
    if len(rest) == 1:
        return "project", "https://huggingface.co/" + "/".join(shelf + rest)
    return "code", "https://huggingface.co/" + "/".join([*shelf, rest[0], rest[1].rstrip(".")])


# ── the paper's own among those of a full text ────────────────────────────────────────────────────────────────────

_OWN = re.compile(
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
_OTHERS = re.compile(
    r"\b(?:their|official\s+(?:\w+\s+)?(?:code|implementation|repository)|based\s+on|we\s+(?:use|used|adopt|adopted|follow|followed|employ)\s+(?:the|their|an?|publicly|open|official|code)\b|following|"
    r"taken\s+from|downloaded\s+from|provided\s+by|implementation\s+(?:of|from)|authors['’]|borrowed|built\s+(?:up)?on|et\s+al)",
    re.I,
)


_MAY_HOLD_ADDRESS = re.compile(rf"https?\s*:|www\.|\b(?:{_HOSTS})\b|[a-z]\.[a-z]{{2,}}/|project (?:page|web)", re.I)


_SAYS_SO = re.compile(
    r"\b(?:project|code|demo|web\s?page|web\s?site|page|github|data(?:set)?|models?|resources?)\b", re.I
)


def own_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The addresses of a full text that its sentences claim as the paper's own ("our code is available at …")."""
    found: list[str] = []
    for paragraph in paragraphs:
        if not _MAY_HOLD_ADDRESS.search(paragraph):
            continue
        text = _plain(paragraph)
        cursor = 0
        for address in _addresses(text):
            at = text.find(address, cursor)
            cursor = at + len(address)
            before = re.split(r"(?<=[a-z)\]][.!?])\s+(?=[A-Z])", text[max(0, at - 240) : at])[-1]
            if _OWN.search(before) and not _OTHERS.search(before):
                found.append(address)
    return tuple(found)


def title_page_links(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The addresses among title, authors and first footnotes that are the paper's: code, or said to be its page.

    Others there are mostly its authors' homes.
    """
    found: list[str] = []
    for paragraph in paragraphs:
        text = _plain(paragraph)
        addresses = _addresses(text)
        words = text
        for address in addresses:
            words = words.replace(address, " ")
        alone = sum(map(str.isalpha, words)) < 12
        end = 0
        for address in addresses:
            classified = _classified(address)
            start = text.find(address, end)
            before = text[max(end, start - 50) : start]
            end = start + len(address)
            if classified and (classified[0] == "code" or alone or _SAYS_SO.search(before)):
                found.append(address)
    return tuple(found)


def find_links(*texts: str, html_links: Iterable[str] = ()) -> FoundLinks:
    """The links in title, abstract, comment and `html_links` (the paper's own), in order of appearance.

    A text of more than `FULL_TEXT_LENGTH` characters is taken for a full text, which cites other people's tools: only
    links that its sentences claim as the paper's own are taken from it. Addresses come out with https, the host in
    lower case and without what a sentence or TeX hung on them; a repository is its owner and name, no deeper.
    """
    kinds: dict[str, dict[str, str]] = {"code": {}, "project": {}}
    for address in _candidates(texts, html_links):
        if classified := _classified(address):
            kind, url = classified
            kinds[kind].setdefault(url.split("://", 1)[1].removeprefix("www.").rstrip("/").lower(), url)
    return FoundLinks(code=tuple(kinds["code"].values()), project=tuple(kinds["project"].values()))


def _candidates(texts: Iterable[str], html_links: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if len(text) > FULL_TEXT_LENGTH:
            yield from own_links(re.split(r"\n\s*\n", text))
        else:
            yield from _addresses(_plain(text))
    for link in html_links:
        if link.startswith(("http://", "https://")):
            yield from _addresses(_plain(link))
