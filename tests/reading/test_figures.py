"""Which figures are shown, in which order, and under which licence."""

from __future__ import annotations

import pytest

from bot.model import Figure
from bot.reading.figures import arrange, choose, is_open_license


@pytest.mark.parametrize(
    ("license_url", "shown"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", True),
        ("https://creativecommons.org/licenses/by-sa/4.0/", True),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/", True),
        ("http://creativecommons.org/publicdomain/zero/1.0/", True),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", False),
        ("http://creativecommons.org/licenses/by-nc/4.0/", False),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", False),
        ("https://evil.example/creativecommons.org/licenses/by/4.0/", False),
        (None, False),
    ],
)
def test_pictures_are_shown_under_open_licences_only(license_url: str | None, shown: bool) -> None:
    figures = (Figure("1", "Overview of the loom.", file="readings/x/figure-1.png"),)
    assert is_open_license(license_url) is shown
    assert [f.shown for f in arrange(figures, license_url, "licensed")] == [shown]
    assert [f.shown for f in arrange(figures, license_url, "always")] == [True]
    assert [f.shown for f in arrange(figures, license_url, "never")] == [False]


def test_a_figure_without_a_picture_is_never_shown() -> None:
    assert not arrange((Figure("1", "A loom."),), "http://creativecommons.org/licenses/by/4.0/", "always")[0].shown


def test_the_figure_that_explains_the_paper_comes_first_and_at_most_four_are_chosen() -> None:
    figures = [
        Figure("1", "Lanterns made by hand."),
        Figure("2", "Overview of our loom."),
        Figure("3", "Comparison with candles."),
        Figure("4", "Ablation of the shuttle."),
        Figure("5", "More lanterns."),
        Figure("A1", "Pipeline of the dye works."),
    ]
    assert [f.number for f in choose(figures)] == ["2", "1", "3", "5"]
    assert choose([]) == ()


def test_no_figure_is_lost_when_figures_are_arranged() -> None:
    figures = [Figure(str(n), f"Lantern {n}.") for n in range(1, 9)]
    assert sorted(f.number for f in arrange(figures, None, "never")) == [str(n) for n in range(1, 9)]
