"""Author lists of the feed become names: in order, in Unicode, without affiliations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.authors import split_authors


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Example", ("Ada Example",)),
        ("Ada Example, Bo Beispiel", ("Ada Example", "Bo Beispiel")),
        (r"Andr\'e Lima de Castro", ("André Lima de Castro",)),
        (r"J\"urgen Gr\"o{\ss}e, {\L}ukasz \.Zak", ("Jürgen Größe", "Łukasz Żak")),
        (
            r"Beno\^{\i}t, S\o ren K, \c{C}etin, Dvo\v{r}\'ak, Erd\H{o}s",
            ("Benoît", "Søren K", "Çetin", "Dvořák", "Erdős"),
        ),
        ("Ada Example (University, City), Bo Beispiel (MIT)", ("Ada Example", "Bo Beispiel")),
        ("Ada Example (Univ. X (Dept. Y), Z), Bo Beispiel", ("Ada Example", "Bo Beispiel")),
        ("Ada Example (1), Bo Beispiel (2) ((1) Here, (2) There)", ("Ada Example", "Bo Beispiel")),
        ("Ada Example (Univ, Bo Beispiel", ("Ada Example Univ", "Bo Beispiel")),
        ("Ada Example) Bo, C", ("Ada Example Bo", "C")),
        ("Ada Example, Jr., Bo Beispiel, III", ("Ada Example Jr.", "Bo Beispiel III")),
        ("Ada Example and Bo Beispiel", ("Ada Example", "Bo Beispiel")),
        ("Ada Example, Bo Beispiel, and Cy Cerca", ("Ada Example", "Bo Beispiel", "Cy Cerca")),
        ("The Search and Rescue Collaboration, Ada Example", ("The Search and Rescue Collaboration", "Ada Example")),
        ("Ada  Example ,\n Bo Beispiel", ("Ada Example", "Bo Beispiel")),
        ("D. T. O'Dea, M. d'Alembert", ("D. T. O'Dea", "M. d'Alembert")),
        ("张三, Ирина Петрова", ("张三", "Ирина Петрова")),
        ("Ada~Example", ("Ada Example",)),
        ("", ()),
        (" , ,, ", ()),
    ],
)
def test_a_line_of_authors_becomes_their_names(line: str, names: tuple[str, ...]) -> None:
    assert split_authors(line) == names


@given(st.text(alphabet=st.sampled_from("ab ,;(){}\\'\"~$^andé"), max_size=60))
def test_any_line_can_be_split(line: str) -> None:
    assert all(name.strip() for name in split_authors(line))
