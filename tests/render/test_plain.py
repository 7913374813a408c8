"""Untrusted text and addresses are made safe, and text is cut without loss."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.plain import cut, one_line, shortened, utf16, visible, web_address
from tests.render.samples import hostile_text


@given(hostile_text())
def test_no_invisible_reordering_or_control_characters_remain(text: str) -> None:
    shown = visible(text)
    bad = [char for char in shown if unicodedata.category(char) in ("Cc", "Cs") and char != "\n"]
    bad += [
        char for char in shown if char in "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\ufeff"
    ]
    assert bad == []
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("مرحبا", "مرحبا"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧 of 🇩🇪", "👩\u200d👩\u200d👧 of 🇩🇪"),
        ("he\u200dllo\u200c", "hello"),
        ("a\r\nb\u2028c\td", "a\nb\nc d"),
        ("red \x1b[31m", "red [31m"),
    ],
)
def test_scripts_and_emoji_keep_the_joiners_they_need(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_has_no_line_feed() -> None:
    assert one_line(" a\n b\u2029c ") == "a b c"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://x.org/a", "//x.org", "x.org", "",
        "https://", "https://arxiv.org@evil.example/", "https://a b.org", "https://x.org/\u202egpj.exe",
        "https://x.org\\@evil.example", "https://[::1", "https://x.org:port/", "tg://resolve?domain=x",
    ],
)  # fmt: skip
def test_an_address_that_may_lead_elsewhere_is_refused(url: str) -> None:
    assert web_address(url) is None


def test_unusual_characters_of_an_address_are_encoded_and_others_kept() -> None:
    assert web_address("https://x.org/~a_b-(c)?q=1&r=%20#f") == "https://x.org/~a_b-(c)?q=1&r=%20#f"
    assert web_address("https://x.org/ä<b>\"'") == "https://x.org/%C3%A4%3Cb%3E%22'"


@given(hostile_text(40), st.integers(4, 60))
def test_cutting_loses_nothing_but_the_spaces_at_the_cuts(text: str, limit: int) -> None:
    pieces, rest = [], text
    while rest:
        head, rest = cut(rest, lambda part: utf16(part) <= limit)
        assert utf16(head) <= limit
        pieces.append(head)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_text_is_cut_between_words_and_long_words_inside() -> None:
    assert cut("one two three", lambda part: len(part) <= 9) == ("one two", "three")
    assert cut("x" * 20, lambda part: len(part) <= 9) == ("x" * 9, "x" * 11)
    assert cut("ab" + "e\u0301" * 10, lambda part: len(part) <= 9)[1].startswith("e")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ten chars!", "ten chars!"),
        ("longest words stay", "longest…"),
        ("a toolongwordforit", "a toolong…"),  # one early space would leave nearly nothing
        ("长句子没有空格可以在那里断开", "长句子没有空格可以…"),
        ("abcdefge\u0301\u0301xyz", "abcdefg…"),  # an "e" with two accents is one character for people
    ],
)
def test_a_text_is_shortened_behind_a_word_where_that_leaves_most_of_it(text: str, shown: str) -> None:
    assert shortened(text, 10) == shown
