r"""TeX in a reply survives JSON, whether the model has doubled its backslashes or not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.json_repair import escape_tex, find_json


@pytest.mark.parametrize(
    "tex",
    [
        r"the $\ell$ norm",
        r"a gain of 5\%",
        r"\(x\) and \[y\]",
        r"$\upsilon$ and \underline{this}",
        r"$\theta$ and $\tau$, $3\times 4$, $\tilde{x}$, \textbf{bold}, $\tfrac12$",
        r"$\beta$ and \bar{x} and \boldsymbol{x}",
        r"$\frac{1}{2}$ and \forall x",
        r"$\nabla f$, $a\neq b$, $x\notin S$, $\neg p$",
        r"$\rho$, $\rightarrow$, \left(x\right)",
        r"$a\ne b$, $\nu$, $f\to g$, $\tan x$, ${\rm d}x$",
        r"an escaped accent, Erd\H{o}s and G\'eza",
        r"50\$ and a_\alpha",
    ],
)
def test_tex_with_single_backslashes_is_read_as_it_was_written(tex: str) -> None:
    assert find_json(f'{{"text": "{tex}"}}') == {"text": tex}


@pytest.mark.parametrize(
    "text",
    [
        r"the $\ell$ norm and $\theta$, $\frac{1}{2}$, $\nabla$, $\rho$ and 5\%",
        "two lines:\nnew and old\tand a tab\r\nred roses",
        'quotes “"” and slashes / \\ and \u2028',
        "Número uno\ne dos\nu otro\to mil",
        "a null\nnot that one; the text\ttends to grow\nmid-size",
    ],
)
def test_what_is_escaped_correctly_stays_as_it_is(text: str) -> None:
    for escaped in (json.dumps({"text": text}), json.dumps({"text": text}, ensure_ascii=False)):
        assert find_json(escaped) == {"text": text}


def test_an_apostrophe_with_a_backslash_is_an_apostrophe() -> None:
    assert find_json(r'{"text": "the paper\'s aim isn\'t met"}') == {"text": "the paper's aim isn't met"}


def test_a_backslash_between_strings_is_left_alone() -> None:
    assert escape_tex(r'{"a": \x "b"}') == r'{"a": \x "b"}'


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\b\f\t\n\r"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_correct_json_comes_through_unchanged(value: list[object], ascii_only: bool) -> None:
    assert find_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_searched_without_failing(text: str) -> None:
    find_json(text)
    find_json(f'{{"text": "{text}"}}')


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r'{"a": "maps \ud83d of halls"}', "maps \ufffd of halls"),
        (r'{"a": "maps \ude00 of halls"}', "maps \ufffd of halls"),
        (r'{"a": "maps \ud83d\ude00 of halls"}', "maps \U0001f600 of halls"),
        (r'{"a": "maps \\ud83d of halls"}', r"maps \ud83d of halls"),
    ],
)
def test_half_of_a_character_is_replaced(text: str, read: str) -> None:
    assert find_json(text) == {"a": read}
