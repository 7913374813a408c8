"""Which figures are shown, under which licence, and what becomes of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bot.model import Figure
from bot.reading.figures import LONG_SIDE, arrange, choose, compose, is_open, save


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
    assert is_open(license_url) is shown
    assert [f.shown for f in arrange(figures, license_url, "licensed")] == [shown]
    assert [f.shown for f in arrange(figures, license_url, "always")] == [True]
    assert [f.shown for f in arrange(figures, license_url, "never")] == [False]


def test_a_figure_without_a_picture_is_never_shown() -> None:
    assert not arrange((Figure("1", "A loom."),), "http://creativecommons.org/licenses/by/4.0/", "always")[0].shown


def test_the_figure_that_explains_the_paper_comes_first_and_four_at_most() -> None:
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


def test_nothing_is_lost_when_figures_are_arranged() -> None:
    figures = [Figure(str(n), f"Lantern {n}.") for n in range(1, 9)]
    assert sorted(f.number for f in arrange(figures, None, "never")) == [str(n) for n in range(1, 9)]


def picture(path: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    Image.new(mode, size, 0).save(path)
    return path


def test_a_large_picture_is_made_small_enough_for_a_phone(tmp_path: Path) -> None:
    made = compose([[picture(tmp_path / "in.png", (5000, 2500))]])
    assert made is not None
    saved = save(made, tmp_path / "out-1.2")
    assert saved is not None
    assert saved[0].name == "out-1.2.png"
    assert saved[1:] == (LONG_SIDE, LONG_SIDE // 2)


def test_transparent_ground_becomes_white(tmp_path: Path) -> None:
    made = compose([[picture(tmp_path / "in.png", (100, 100), "RGBA")]])
    assert made is not None
    assert made.getpixel((5, 5)) == (255, 255, 255)


def test_pictures_of_one_figure_are_joined_in_rows(tmp_path: Path) -> None:
    rows = [
        [picture(tmp_path / "a.png", (200, 100)), picture(tmp_path / "b.png", (200, 100))],
        [picture(tmp_path / "c.png", (200, 100))],
    ]
    made = compose(rows)
    assert made is not None
    assert made.width > 400
    assert made.height > 200


def test_icons_and_what_is_no_picture_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("<svg/>")
    assert compose([[picture(tmp_path / "icon.png", (12, 12))]]) is None
    assert compose([[tmp_path / "text.png"]]) is None
    assert save(Image.new("RGB", (30, 200)), tmp_path / "out") is None
