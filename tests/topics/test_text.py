"""Words of a text: what is one word, which differences are folded, and which are kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.cards import title_of
from bot.topics.plurals import singular
from bot.topics.text import chunk, chunk_of_any_kind, chunks, fold, raw_words, searchable, words
from tests.render.samples import corpus


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
def test_a_text_is_cut_into_folded_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"$\alpha$-divergence", "alpha divergence"),
        (r"G\"odel and G\"{o}del and {\'E}", "godel and godel and e"),
        (r"\v{S}koda, \c{c}a, Erd\H{o}s, \'{\i}", "skoda ca erdo i"),
        (r"\textit{NeRF} and \textbf{E}vidence-\textbf{A}ligned", "nerf and evidence aligned"),
        (r"D$^3$ and H$_2$O and $\text{VG}^2$GT", "d3 and h2o and vg2gt"),
        (r"$\frac{1}{2}$ and $\tfrac{n}{k}$", "1 2 and n k"),
        (r"$2^{10}$ and $10^{-3}$ and 2^10", "2 10 and 10 3 and 2 10"),
        ("R^3 and G^2C", "r3 and g2c"),
        (r"57\% of R\&D", "57 of r&d"),
        (r"1$\to$N and $\ell_2$ norms at $O(n \log n)$", "1 n and l2 norm at o n log n"),
        (r"\href{https://x.org}{here}", "here https x org"),
        ("no_tex {here}", "no tex here"),
    ],
)
def test_the_words_of_tex_are_those_that_a_card_shows(tex: str, expected: str) -> None:
    assert " ".join(words(tex)) == expected


def test_real_titles_are_the_same_text_for_matching_and_on_the_card() -> None:
    different = [paper.title for paper in corpus() if searchable(paper.title) != title_of(paper)]
    assert different == []


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
def test_words_that_only_look_like_plurals_are_kept(word: str) -> None:
    assert singular(word) == word


def test_nothing_but_plurals_is_stemmed() -> None:
    assert len({*words("universe university universal new news organ organize gan")}) == 8


def test_acronyms_of_two_letters_have_plurals() -> None:
    assert words("LMs VMs as is") == ("lm", "vm", "as", "is")


def test_names_keep_their_endings() -> None:
    assert raw_words("Robin Williams") == ("robin", "williams")


def test_hyphenated_words_count_one_by_one_and_as_compounds() -> None:
    (chunk,) = chunks("text-to-images")
    assert chunk.words == ("text", "to", "image")
    assert {word for _, word, _ in chunk.compounds} == {"textto", "texttoimage", "toimage"}
    assert chunk.surfaces == ("text-", "to-", "images")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_of_joined_words_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_every_word_has_a_surface(text: str) -> None:
    for found in chunks(searchable(text)):
        assert len(found.words) == len(found.raw_words) == len(found.surfaces)
        assert all(found.surfaces)


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9]{1,12}s?", fullmatch=True), st.sampled_from(["", ".", "),", '"']))
def test_punctuation_around_a_word_makes_no_difference(word: str, after: str) -> None:
    assert words(word + after) == words(f"{word} ") == words(f"({word}{after}")


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("abSsxeGPT14--.,'()&"), min_size=1, max_size=12))
def test_a_shortcut_reads_the_same_words(written: str) -> None:
    assert chunk(written) == chunk_of_any_kind(written)


def test_a_shortcut_reads_the_same_words_of_real_papers() -> None:
    for paper in corpus()[::10]:
        for written in searchable(paper.abstract).split():
            assert chunk(written) == chunk_of_any_kind(written)
