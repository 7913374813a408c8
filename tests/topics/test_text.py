"""Words of a text: what is one word, what is folded, and what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.topics.plurals import singular
from bot.topics.text import fold, plain, raw_words, readable, runs, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talking Heads", "talking head"),
        ("C++ and C# and F#", "c++ and c# and f#"),
        ("3D GPT-4.5, Llama-3.1!", "3d gpt 4.5 llama 3.1"),
        ("10,000 and 1,2", "10000 and 1 2"),
        ("R&D, Q&A, a & b", "r&d q&a a b"),
        ("A* search", "a* search"),
        ("Humanity's O’Brien don't", "humanity obrien dont"),
        ("Łódź Straße Erdős Øre", "lodz strasse erdo ore"),
        ("ﬁne ＧＡＮ x²", "fine gan x2"),
        ("α-divergence", "alpha divergence"),
        ("text—to–image", "text to image"),
        ("snake_case", "snake case"),
        ("扩散模型、GAN", "扩 散 模 型 gan"),
        ("ガ カ", "ガ カ"),
        ("di\u200bffu\u00adsion \u202eabc", "diffusion abc"),
        ("🔥 !?", ""),
        ("(“GAN”)", "gan"),
    ],
)
def test_what_counts_as_a_word(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"$\alpha$-divergence", "α-divergence"),
        (r"G\"odel and G\"{o}del and {\'E}", "Gödel and Gödel and É"),
        (r"\v{S}koda, \c{c}a, Erd\H{o}s, \'{\i}", "Škoda, ça, Erdős, í"),
        (r"\textit{NeRF} and \textbf{E}vidence-\textbf{A}ligned", "NeRF and Evidence-Aligned"),
        (r"D$^3$ and H$_2$O and $\text{VG}^2$GT", "D3 and H2O and VG2GT"),
        (r"57\% of R\&D", "57% of R&D"),
        (r"\href{https://x.org}{here}", " here"),
        ("no_tex {here}", "no_tex {here}"),
    ],
)
def test_tex_is_read_over(tex: str, expected: str) -> None:
    assert plain(tex) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("networks", "network"), ("gans", "gan"), ("studies", "study"), ("classes", "class"), ("boxes", "box"),
        ("analyses", "analysis"), ("matrices", "matrix"), ("criteria", "criterion"), ("biases", "bias"),
        ("gpus", "gpu"), ("metrics", "metric"), ("uses", "use"), ("phases", "phase"), ("heroes", "hero"),
    ],
)  # fmt: skip
def test_plurals_become_singulars(plural: str, expected: str) -> None:
    assert singular(plural) == expected


@pytest.mark.parametrize(
    "word",
    ["news", "lens", "bias", "physics", "robotics", "series", "analysis", "virus", "loss", "gas", "bayes", "gps"],
)
def test_what_only_looks_like_a_plural_stays(word: str) -> None:
    assert singular(word) == word


def test_nothing_but_plurals_is_stemmed() -> None:
    assert len({*words("universe university universal new news organ organize gan")}) == 8


def test_acronyms_of_two_letters_have_plurals() -> None:
    assert words("LMs VMs as is") == ("lm", "vm", "as", "is")


def test_names_keep_their_endings() -> None:
    assert raw_words("Robin Williams") == ("robin", "williams")


def test_hyphens_join_words_and_leave_them_apart() -> None:
    (run,) = runs("text-to-images")
    assert run.words == ("text", "to", "image")
    assert {word for _, word, _ in run.joined} == {"textto", "texttoimage", "toimage"}
    assert run.surfaces == ("text-", "to-", "images")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_read_again_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_every_word_has_a_surface(text: str) -> None:
    for run in runs(readable(text)):
        assert len(run.words) == len(run.raw) == len(run.surfaces)
        assert all(run.surfaces)


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9]{1,12}s?", fullmatch=True), st.sampled_from(["", ".", "),", '"']))
def test_a_plain_word_reads_alike_within_punctuation(word: str, after: str) -> None:
    assert words(word + after) == words(f"{word} ") == words(f"({word}{after}")
