"""Web addresses in a text: cleaned of TeX, joined where line breaks divided them, without punctuation. Pure."""

from __future__ import annotations

import re

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
# Hosts of code, without their endings, as part of a pattern.
HOSTS = r"github|gitlab|bitbucket|codeberg|huggingface|zenodo|sourceforge|4open"
_WITH_PATHS = rf"(?:{HOSTS})\.(?:com|org|co|science)"
# Spaces that PDFs and authors put into addresses: "https : //", "github. com", "github.com / owner/".
_DIVIDED = (
    (re.compile(r"\b(https?)\s*:\s*/\s*/\s*(?=[\w-])|\b(https?):/(?=[a-z])", re.I), lambda m: f"{m[1] or m[2]}://"),
    (re.compile(rf"\b({HOSTS})\s?\.\s?(com|org|co|net|science)\b(?=\s?/)", re.I), lambda m: f"{m[1]}.{m[2]}"),
    (re.compile(rf"\b({_WITH_PATHS})(?:\s/\s?|/\s)(?=[\w-]+/)", re.I), lambda m: f"{m[1]}/"),
)
_SPACE_AFTER_OWNER = re.compile(
    r"((?:github|gitlab|codeberg)\.(?:com|org)/[\w-]+/|bitbucket\.org/[\w-]+/|huggingface\.co/(?:datasets/|spaces/)?[\w.-]+/)"
    r"\s+(?=(\w[\w.-]*)(\S?))",
    re.I,
)
_BROKEN_AT_HYPHEN = re.compile(rf"((?:{HOSTS})\.(?:com|org|co)/[\w./-]*-)\s*\n\s*(?=[\w])", re.I)
# Names of repositories have hyphens, digits or capitals inside of words, which English words hardly have.
_LOOKS_LIKE_REPOSITORY = re.compile(r"[-_\d]|[a-z][A-Z]|[A-Z]{2}")
_ENGLISH_WORD = re.compile(r"and|or|for|soon|now|here|upon|after|the|we|our|in|is|it|this|to|with|under|online", re.I)


def clean_text(text: str) -> str:
    """Return the text without TeX; addresses divided by spaces or line breaks are joined where that is certain."""
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


def find_addresses(text: str) -> list[str]:
    """Return the web addresses of a plain text in order, without the punctuation of the sentence around them."""
    found = [(match.start(), match[0]) for match in _ADDRESS.finditer(text)]
    spans = [(start, start + len(address)) for start, address in found]
    # "Project page: https://name.org" is found by both patterns.
    for match in _ANNOUNCED.finditer(text):
        if not any(start <= match.start(1) < end for start, end in spans):
            found.append((match.start(1), match[1]))
    return [_trimmed(address) for _, address in sorted(found)]


def _trimmed(address: str) -> str:
    """Return the address without a second one, a next sentence, or punctuation and unbalanced brackets at its end."""
    # From the fifth character on: the address itself may begin with "http".
    second = re.search(r"https?://", address[4:])
    if second and "web.archive.org" not in address:
        address = address[: 4 + second.start()]
    address = _NEXT_SENTENCE.sub("", address)
    # A closing bracket is part of the address only if it was opened there: "…/wiki/Loom_(weaving)".
    while address and (
        address[-1] in ".,;:!?'\"*>…&" or (address[-1] in ")]" and address.count("(") < address.count(")"))
    ):
        address = address[:-1]
    opened = address.rfind("(")
    return address[:opened] if opened > 0 and address.count("(") > address.count(")") else address
