"""Joining lines: hyphens at line ends, raised and lowered characters, footnote marks, accents."""

from __future__ import annotations

import pytest

from bot.reading.pdf_lines import TextLine
from bot.reading.pdf_model import Box, TextRun
from bot.reading.pdf_text import LineJoiner, compose_accents, line_text


def line(*parts: str | tuple[str, float, float]) -> TextLine:
    """A line of words; a tuple is text without a space before it, with its rise and size."""
    runs = []
    x = 0.0
    for part in parts:
        text, rise, size = part if isinstance(part, tuple) else (part, 0.0, 10.0)
        for number, word in enumerate(text.split(" ")):
            box = Box(x, rise, x + 5 * len(word), rise + size)
            runs.append(
                TextRun(word, box, rise, size, "F", False, False, space_before=bool(number) or isinstance(part, str))
            )
            x += 5 * len(word) + 3
    return TextLine(runs, runs[0].box, 1).measure()


@pytest.mark.parametrize(
    ("first", "second", "elsewhere", "joined"),
    [
        ("many lan\u00ad", "terns glow", "lanterns hang", "many lanterns glow"),
        ("a self\u00ad", "made loom", "self-made things", "a self-made loom"),
        ("a state-of-the\u00ad", "art loom", "", "a state-of-the-art loom"),
        ("a Moon\u00ad", "Loom", "", "a Moon-Loom"),
        ("the vocab\u00ad", "ulary", "vocab", "the vocabulary"),
        ("a sequence\u00ad", "aligned loom", "a sequence is aligned", "a sequence-aligned loom"),
        ("well-", "known looms", "", "well-known looms"),
        ("see https://quill.github.io/", "lanterns now", "", "see https://quill.github.io/lanterns now"),
        ("plain words", "go on", "", "plain words go on"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_is_judged_by_the_words_of_the_paper(
    first: str, second: str, elsewhere: str, joined: str
) -> None:
    lines = [line(first), line(second)]
    prose = LineJoiner([*lines, *([line(elsewhere)] if elsewhere else [])])
    assert prose.join(lines) == joined


def test_raised_and_lowered_characters_get_a_mark() -> None:
    assert line_text(line("x", ("i", -2.0, 7.0))) == "x_i"
    assert line_text(line("10", ("3", 4.0, 7.0), "lanterns")) == "10^3 lanterns"


def test_a_raised_mark_is_left_out_if_the_page_has_such_a_footnote() -> None:
    assert line_text(line("the loom", ("2", 4.0, 7.0)), frozenset("2")) == "the loom"
    assert line_text(line("the loom", ("2", 4.0, 7.0))) == "the loom^2"


def test_accents_drawn_beside_their_letters_are_composed() -> None:
    assert compose_accents("J¨urgen and Poincar´e") == "Jürgen and Poincaré"
