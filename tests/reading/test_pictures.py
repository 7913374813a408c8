"""Pictures of figures: joined, made smaller, and left out if they are icons."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from bot.reading.pictures import LONG_SIDE, join_images, save_picture


def picture(path: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    Image.new(mode, size, 0).save(path)
    return path


def test_a_large_picture_is_made_small_enough_for_a_phone(tmp_path: Path) -> None:
    made = join_images([[picture(tmp_path / "in.png", (5000, 2500))]])
    assert made is not None
    saved = save_picture(made, tmp_path / "out-1.2")
    assert saved is not None
    assert saved[0].name == "out-1.2.png"
    assert saved[1:] == (LONG_SIDE, LONG_SIDE // 2)


def test_a_transparent_background_becomes_white(tmp_path: Path) -> None:
    made = join_images([[picture(tmp_path / "in.png", (100, 100), "RGBA")]])
    assert made is not None
    assert made.getpixel((5, 5)) == (255, 255, 255)


def test_pictures_of_one_figure_are_joined_in_rows(tmp_path: Path) -> None:
    rows = [
        [picture(tmp_path / "a.png", (200, 100)), picture(tmp_path / "b.png", (200, 100))],
        [picture(tmp_path / "c.png", (200, 100))],
    ]
    made = join_images(rows)
    assert made is not None
    assert made.width > 400
    assert made.height > 200


def test_icons_and_other_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("<svg/>")
    assert join_images([[picture(tmp_path / "icon.png", (12, 12))]]) is None
    assert join_images([[tmp_path / "text.png"]]) is None
    assert save_picture(Image.new("RGB", (30, 200)), tmp_path / "out") is None
