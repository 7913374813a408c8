"""Cards and digests to render: made-up ones, hostile ones, and real papers where the corpus is available."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import strategies as st

from bot.model import (
    Announcement,
    Card,
    Claim,
    Conclusion,
    Depth,
    Digest,
    Dropped,
    Evidence,
    Extent,
    Figure,
    FoundLinks,
    Kind,
    Match,
    Paper,
    Provenance,
    Reason,
    ReasonKind,
    Source,
    Style,
    Summary,
    SummaryKey,
    Support,
    Window,
)
from bot.render.cards import card_document
from bot.render.digests import digest_header, digest_notes, other_papers
from bot.render.evidence import EvidenceForm
from bot.render.nodes import Block, Bullets, Code, Document, Fold, Heading, Line, Note, Text

DAY = date(2026, 6, 2)
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

PAPER = Paper(
    id="2406.14272",
    version=2,
    title=r"MultiTalk: Faster $O(n^2)$ \textbf{Talking} Heads, 20\% Better",
    authors=(
        "Kim Sung-Bin",
        "Lee Chae-Yeon",
        "Gihun Son",
        "Oh Hyun-Bin",
        "Janghoon Ju",
        "Suekyeong Nam",
        "Tae-Hyun Oh",
    ),
    abstract=r"We make heads talk in many languages. It is $1.13\times$ faster than before, at 20% of the cost of $5.",
    categories=("cs.CV", "eess.AS"),
    comment="Interspeech 2024",
    published=datetime(2026, 6, 1, 17, 0, tzinfo=UTC),
    license="http://creativecommons.org/licenses/by/4.0/",
)

FIRST = "We make heads talk in many languages."
SECOND = r"It is $1.13\times$ faster than before, at 20% of the cost of $5."

BRIEF = Summary(
    key=SummaryKey("2406.14272", 2, "en"),
    headline=Claim("Talking heads learn twenty languages from one set.", (Evidence(FIRST),), Support.JUDGED),
    takeaways=(
        Claim(r"It runs $1.13\times$ faster.", (Evidence(SECOND),), Support.JUDGED),
        Claim("It costs a fifth.", (Evidence(SECOND),), Support.JUDGED),
    ),
    keywords=("talking head", "multilingual"),
    provenance=Provenance(
        "google:gemini-flash-latest",
        datetime(2026, 6, 2, 6, 30, tzinfo=UTC),
        Source.ABSTRACT,
        prompt="ab12cd34",
        dropped=(Dropped("It is the best of all.", "not in the source"),),
        judge="openai:qwen3-small",
        judge_prompt="ef56ab78",
    ),
)
"""All in a model's words, judged by another one."""

EXTRACTIVE = replace(
    BRIEF,
    headline=Claim(FIRST, (Evidence(FIRST),)),
    takeaways=(Claim(SECOND, (Evidence(SECOND),)),),
    provenance=replace(BRIEF.provenance, model="extractive", prompt=None, dropped=(), judge=None, judge_prompt=None),
)
"""The paper's own sentences."""

DEEP = replace(
    BRIEF,
    key=SummaryKey("2406.14272", 2, "en", Depth.DEEP),
    translated_title="MultiTalk：多语言说话人头部生成",
    affiliations=("POSTECH", "KRAFTON"),
    background=(
        Claim(
            "Models know English best.",
            (
                Evidence("Most models are trained on English only.", "Introduction", 1),
                Evidence("Other languages are rare in their data.", "2 Data", 2),
            ),
            Support.JUDGED,
        ),
    ),
    prior_work=(Claim("Earlier work ignores other languages.", (Evidence("", "Related Work", 2),), Support.JUDGED),),
    method=(
        Claim(
            "A language-specific code guides the decoder.",
            (Evidence("A language-specific code guides the decoder.", "Method", 3),),
        ),
    ),
    results=(
        Claim(
            "Lip errors fall by 12%.",
            (Evidence("Our model reduces lip vertex error by 12%.", "Experiments", 5),),
            Support.JUDGED,
        ),
    ),
    methods=(
        Claim("Collect 420 hours of video."),
        Claim("Train a codebook.", (Evidence("First, we train a codebook.", "Method", 4),), Support.JUDGED),
    ),
    conclusion=Conclusion(
        significance=(Claim("It opens the field to more languages."),),
        innovation=(Claim("Language codes are new here."),),
        performance=(Claim("It is 1.13 times as fast."),),
        workload=(Claim("420 hours of video in 20 languages."),),
    ),
    provenance=replace(
        BRIEF.provenance, source=Source.PDF, read=Extent("pages", 8, 12), judge="google:gemini-flash-latest"
    ),
)
"""Some statements in the model's words, judged by the same model, the others in the paper's."""

CARD = Card(
    paper=PAPER,
    announcement=Announcement("2406.14272", 2, DAY, Kind.CROSS),
    matched=(Match('abs:"talking head" AND cat:cs.CV', ("talking head", "cs.CV")),),
    summary=BRIEF,
    links=FoundLinks(("https://github.com/postech-ami/MultiTalk",), ("https://multi-talk.github.io/",)),
)

DEEP_CARD = replace(
    CARD,
    summary=DEEP,
    figures=(
        Figure("1", "The whole pipeline.", "figures/2406.14272v2/fig1.png", None, PAPER.license, 800, 400, shown=True),
        Figure("2", "Figure 2: Results.", None, "https://arxiv.org/html/2406.14272v2/x2.png"),
    ),
    reasons=(
        Reason(ReasonKind.TERMS, "talking head"),
        Reason(ReasonKind.LIKED, count=3),
        Reason(ReasonKind.AWARD, "oral"),
        Reason(ReasonKind.ACCEPTED, "Interspeech 2024"),
    ),
)

PLAIN_CARD = Card(
    paper=replace(PAPER, id="astro-ph/0601001", version=1, authors=("A. Single",), sample=True, withdrawn=True),
    announcement=Announcement("astro-ph/0601001", 1, DAY, Kind.NEW),
)


def digest(*cards: Card, also: tuple[Card, ...] = (), notes: tuple[str, ...] = (), language: str = "en") -> Digest:
    """A digest of one day with one topic."""
    count = len(cards) + len(also)
    topics = ('abs:"talking head" AND cat:cs.CV',)
    return Digest(topics, Window(DAY, DAY), 512, count, cards, also, language, notes=notes)


DIGEST = digest(CARD, PLAIN_CARD, also=(replace(CARD, paper=replace(PAPER, id="2406.99999")),), notes=("One waits.",))


# ── real papers ─────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def corpus() -> tuple[Paper, ...]:
    """All papers of the corpus; skips the calling test where the corpus is not available."""
    files = [CORPUS / "topics-2024.jsonl.gz", *sorted((CORPUS / "days").glob("*.jsonl.gz"))]
    if not files[0].is_file():
        pytest.skip("the corpus of real papers is not available")
    return tuple(paper for file in files for paper in _papers(file))


def _papers(file: Path) -> Iterator[Paper]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            categories = tuple(row.get("categories") or ("cs.CV",))
            yield Paper(row["id"], 1, row["title"], tuple(row["authors"]), row["abstract"], categories, row["comment"])


# ── hostile text ────────────────────────────────────────────────────────────────────────────────────────────────────

_FRAGMENTS = (
    "<b>bold</b>", "</blockquote>", "<a href='javascript:alert(1)'>x</a>", "&lt;&amp;&nbsp;&#60;", "<!--", "<script>",
    "@everyone", "@here", "<@1>", "<@!123>", "<@&9>", "<#42>", "<t:1700000000:R>", "</cmd:123456789012345678>",
    "<:x:123456789012345678>", "**b**", "__u__", "~~s~~", "||spoiler||", "`code`", "```\nblock\n```", "# heading",
    "> quote", "- item", "1. one", "[label](https://evil.example)", "https://evil.example/a_b_c", "www.evil.example",
    "evil.com/path", "t.me/evil", "a@evil.com", "#tag", "/start", "$BTC", "tg://resolve?domain=evil", "10.0.0.1",
    "javascript:alert(1)", "\u202eevil\u202c", "\u2066x\u2069", "zero\u200bwidth\ufeff", "\x1b[31mred", "\x00\x07\x9b",
    "مرحبا بالعالم", "שלום", "नमस्ते\u200d", "😀👩\u200d👩\u200d👧🇩🇪", "𝒳𝓎𝔷", "e\u0301\u0302\u0303", "文字列の長い題名",
    r"$\frac{a}{b}$", r"\textbf{", r"\cite{x}", "$5", "20% of it", "{{ 7*7 }}", "{% raw %}", "---", "\\", "\n\n", "\t",
    "\ud800", "\U000e0041", "&", "<", ">", '"', "'", "*", "_", "(", ")", "[", "]", "|", "~", ":", "!", "=", "+",
)  # fmt: skip


def hostile_text(max_size: int = 12) -> st.SearchStrategy[str]:
    """Text with fragments that have an effect on some platform, between ordinary and random words."""
    piece = st.one_of(st.sampled_from(_FRAGMENTS), st.text(max_size=8), st.sampled_from(["word", "of", "x", "Neural"]))
    glue = st.sampled_from([" ", "", " ", "\n"])
    return st.lists(st.tuples(piece, glue), max_size=max_size).map(
        lambda pairs: "".join(part + space for part, space in pairs)
    )


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def digest_document(
    digest: Digest,
    style: Style = Style.CARDS,
    evidence: EvidenceForm = EvidenceForm.QUOTES,
    *,
    is_numbered: bool = False,
) -> Document:
    """A digest as one tree; `is_numbered` puts a number before the title of each card of several."""
    numbers = {card.paper.id: number for number, card in enumerate(digest.cards, 1)} if len(digest.cards) > 1 else {}
    shown: list[Block] = []
    for card in digest.cards:
        title, *blocks = card_document(card, digest.language, style, evidence=evidence).blocks
        if is_numbered and card.paper.id in numbers and isinstance(title, Heading):
            title = Heading((Text(f"{numbers[card.paper.id]}. "), *title.spans), title.level)
        shown += [title, *blocks]
    return Document((*digest_header(digest).blocks, *shown, *other_papers(digest), *digest_notes(digest).blocks))


def plain_text(document: Document) -> str:
    """All text of a tree in order, without the additions of any platform."""
    return "\n".join(_plain(block) for block in document.blocks)


def _plain(block: Block) -> str:
    if isinstance(block, Heading | Line | Note):
        return "".join(span.text for span in block.spans)
    if isinstance(block, Bullets):
        return "\n".join("".join(span.text for span in item) for item in block.items)
    if isinstance(block, Fold):
        return "\n".join(["".join(span.text for span in block.title), *map(_plain, block.blocks)])
    return block.text if isinstance(block, Code) else ""


def letters(text: str) -> str:
    """Only the letters and digits of a text, to compare texts regardless of markup and spaces."""
    return re.sub(r"[\W_]+", "", text)
