"""TeX becomes readable text and loses no word."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.tex.latex import readable
from tests.render.samples import corpus, hostile_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"$O(n^2)$", "O(n²)"),
        (r"$1.13\times$ faster", "1.13× faster"),
        (r"\textbf{x} and \emph{y \textit{z}}", "x and y z"),
        (r"Fr\'echet, B\'{e}zier, na\"{\i}ve, Erd\H{o}s, \c{c}, \v{S}", "Fréchet, Bézier, naïve, Erdős, ç, Š"),
        (r"J\"urgen \O stergaard, \L{}ukasz", "Jürgen Østergaard, Łukasz"),
        ("20% better at 5% of the cost", "20% better at 5% of the cost"),
        (r"by 52\% on HO3D \& more \$5 \#1 a\_b", "by 52% on HO3D & more $5 #1 a_b"),
        ("costs $5 to $10, then $n$ more", "costs $5 to $10, then n more"),
        ("approximately $29 in cloud compute", "approximately $29 in cloud compute"),
        (r"at $<$5% and $\le$3%", "at <5% and ≤3%"),
        (r"unbalanced $\alpha = 5", "unbalanced α = 5"),
        (r"fields~(NeRF) and Wang~\cite{Wang2026}", "fields (NeRF) and Wang [Wang2026]"),
        ("about ~100x and 1 ~ 2 minutes", "about ~100x and 1 ~ 2 minutes"),
        (r"at \url{https://x.org/~vgg/a_b--c%20d}.", "at https://x.org/~vgg/a_b--c%20d."),
        (r"\href{https://x.org/a}{our page}", "our page (https://x.org/a)"),
        (r"\href{https://x.org/}{https://x.org}", "https://x.org/"),
        ("a -- b, 3--5, x---y, a-b", "a – b, 3–5, x—y, a-b"),
        ("pass --verbose", "pass --verbose"),
        ("``quoted'' and 5'' wide", "“quoted” and 5'' wide"),
        (r"$\frac{a+b}{2}$, $\tfrac12$, $\sqrt{x}$, $\sqrt[3]{27}$", "(a+b)/2, 1/2, √x, ∛27"),
        (r"$x_{i,j}$, $x_{\text{max}}$, $\mathbb{R}^{n\times d}$", "xᵢ,ⱼ, xₘₐₓ, ℝ^(n×d)"),
        (r"$2^{10}$, $\frac{1}{20}$, $3\cdot10^5$", "2¹⁰, 1/20, 3·10⁵"),
        (r"H$_2$O at 360$^\circ$ and $10^{-3}$", "H₂O at 360° and 10⁻³"),
        (r"$\|x\|$, $\left\{a\right\}$, $f'(x)$", "‖x‖, {a}, f′(x)"),
        (r"\unknown{keep me} \ours{} wins, \foo too", "keep me ours wins, foo too"),
        (r"accuracy$\unicode{x2013}$the rest", "accuracy–the rest"),
        (r"{\color{red}new} \textcolor{blue}{words}", "new words"),
        (r"the objective$\rule[0.25em]{1em}{0.4pt}$does and a\hspace{1em}b", "the objective does and a b"),
        (r"a\hspace{-2pt}b", "ab"),
        (r"\[ a \le b \] and \(c\)", "a ≤ b and c"),
        (r"one\footnote{A note.}", "one (A note.)"),
        ('a {sparsity} set {"a": 1, "b": 2}', 'a sparsity set {"a": 1, "b": 2}'),
        (r"the author\'s \"quote\"", 'the author\'s "quote"'),
        ("plain text\n  over lines", "plain text over lines"),
        ("", ""),
    ],
)
def test_tex_becomes_the_unicode_that_people_write(tex: str, text: str) -> None:
    assert readable(tex) == text


def test_real_titles_and_abstracts_keep_no_markup_and_lose_no_word() -> None:
    with_markup, lost = [], []
    for paper in corpus():
        for tex in (paper.title, paper.abstract):
            text = readable(tex)
            if "\\" in text or re.search(r"\$(?!\s?\d)", text):
                with_markup.append(text)
            lost += _lost_words(tex, text)
    assert with_markup == []
    # A setting ("urlcolor=blue", the colour "blue" of a command) is not a word of the abstract.
    assert {word for word in lost if word not in ("urlcolor", "blue", "rebuttal")} == set()


def _lost_words(tex: str, text: str) -> list[str]:
    source = re.sub(r"\\[\"'`^~=.](?:\{.*?\}|\w)\w*", " ", tex)  # a word with an accent has changed
    words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\\[a-zA-Z]+\*?", " ", source))
    return [word for word in words if word not in text and not _in_macro(word, tex)]


def _in_macro(word: str, tex: str) -> bool:
    return re.search(rf"\\k\{{{word}\}}", tex) is not None  # "\k{appa}" is shown as "kappa"


def test_citations_are_left_out_on_request() -> None:
    assert readable(r"shown by \cite[p.~3]{A,B} and \ref{c}", citations=False) == "shown by and [c]"


@given(hostile_text(30))
@example("\\")
@example("${^")
def test_any_text_is_read_without_an_error(tex: str) -> None:
    text = readable(tex)
    assert "\n" not in text
    assert text == text.strip()


@given(st.lists(st.from_regex(r"\A[a-z]{4,8}\Z"), min_size=1, max_size=6), st.data())
def test_nested_words_are_kept(words: list[str], data: st.DataObject) -> None:
    wraps = (r"\textbf{%s}", "{%s}", r"\emph{\unknown{%s}}", "%s", r"\footnote{%s}", "$%s$", r"\text{%s")
    tex = " ".join(data.draw(st.sampled_from(wraps)) % word for word in words)
    assert [word for word in words if word not in readable(tex)] == []


@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "$",
        "$a ",
        "\\",
        r"\frac",
        r"\frac{",
        "^{",
        r"\'{",
        r"\cite[",
        "$^{a}",
        r"\sqrt",
        r"\hat",
        "``",
        "$$x",
        r"\(",
    ],
)
def test_reading_time_grows_linearly_with_the_length(piece: str) -> None:
    def seconds(count: int) -> float:
        tex = piece * count + "x"
        began = time.process_time()
        readable(tex)
        return time.process_time() - began

    seconds(10)
    short, long = seconds(2_000), seconds(20_000)
    assert long < max(40 * short, 1.0)  # ten times the text; a hundred times would be quadratic
