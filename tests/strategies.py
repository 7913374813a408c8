"""Hypothesis strategies that several tests share: papers, topics and the texts they are made of.

Papers and topics draw from one small vocabulary, so that topics match often enough to mean something.
"""

from __future__ import annotations

from hypothesis import strategies as st

from bot.errors import BadTopic
from bot.model import Paper
from bot.topics import Topic, parse

WORDS = [
    "gan", "GANs", "organ", "network", "Networks", "pre-training", "pretraining", "pre", "training", "text", "to",
    "image", "text-to-image", "texttoimage", "C++", "R&D", "GPT-4", "GPT-4.5", "3D", "k-means", "U-Net", "UNet",
    r"$\alpha$-divergence", "alpha", "α", r"G\"odel", "Gödel", "analyses", "analysis", "扩散模型", "模型", "news",
    "new", "diffusion", "diffuse", "a-a-a", "a", "aa", "A*", r"\textit{NeRF}", "nerf", "Straße", "naïve",
    r"$\frac{1}{2}$", "1/2", "12", "$2^{10}$", "210", "R^3",
]  # fmt: skip
NAMES = ["Maria González", "M. Gonzalez", "Xiao-Ming Wang", "Xiaoming Wang", "Wei Wang", "Łukasz Kaiser", "王小明",
         "Jean-Pierre Serre", "María L. González Pérez", "O'Brien"]  # fmt: skip
CODES = ["cs.CV", "cs.CL", "cs.IT", "math.IT", "math.ST", "stat.TH", "hep-th", "cmp-lg", "astro-ph.CO"]
PATTERNS = [*CODES, "cs.*", "math.*", "astro-ph", "CS.cv"]

texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


def papers() -> st.SearchStrategy[Paper]:
    """Papers of few words, with names and categories that topics ask for."""
    return st.builds(
        Paper,
        id=st.just("2606.00001"),
        version=st.just(1),
        title=texts,
        authors=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
        abstract=texts,
        categories=st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True).map(tuple),
        comment=st.none() | texts,
    )


def _words() -> st.SearchStrategy[str]:
    asked = [word for word in WORDS if '"' not in word]
    phrase = st.lists(st.sampled_from(asked), min_size=1, max_size=4).map(lambda words: f'"{" ".join(words)}"')
    beginning = st.sampled_from(["diff*", "train*", "pretr*", "net*", '"pre train*"', "ana*", "tex*"])
    return st.one_of(st.sampled_from(asked), phrase, beginning)


def _atoms() -> st.SearchStrategy[str]:
    authors = [
        *NAMES,
        "gonzalez",
        "Gonzalez, Maria",
        "M. Gonzalez",
        "J.-P. Serre",
        "wang",
        "xiao ming wang",
        "小明",
        "ser*",
    ]
    return st.one_of(
        _words(),
        st.tuples(st.sampled_from(["ti", "abs", "co", "all"]), _words()).map(":".join),
        st.sampled_from(authors).map(lambda name: f'au:"{name}"'),
        st.tuples(st.sampled_from(["cat", "primary"]), st.sampled_from(PATTERNS)).map(":".join),
        st.sampled_from(CODES),
    )


def queries() -> st.SearchStrategy[str]:
    """Queries that the grammar takes; some of them are refused for what they mean."""

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operators = st.sampled_from([" AND ", " OR ", " ", " ANDNOT ", " AND NOT ", " OR NOT ", " -"])
        rows = st.tuples(inner, operators, inner).map("".join)
        field = st.tuples(st.sampled_from(["ti", "abs", "co"]), _words(), _words())
        return st.one_of(
            rows,
            rows.map(lambda row: f"({row})"),
            inner.map(lambda each: f"NOT {each}"),
            inner.map(lambda each: f"-({each})"),
            field.map(lambda parts: f"{parts[0]}:({parts[1]} OR {parts[2]})"),
        )

    return st.recursive(_atoms(), larger, max_leaves=6)


def topics() -> st.SearchStrategy[Topic]:
    """Topics that parse; a plain one stands for each query that is refused for what it means."""
    return queries().map(_parsed)


def _parsed(query: str) -> Topic:
    try:
        return parse(query)
    except BadTopic:
        return parse("gan OR image")
