"""Pictures of figures: joined, made smaller, and left out if they are icons."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageStat

from bot.reading.pictures import LONG_SIDE, MAX_COLOUR_ERROR, join_images, save_picture


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


def test_a_drawing_is_a_png_with_few_colours_that_keeps_the_colours_of_its_areas(tmp_path: Path) -> None:
    drawing = Image.new("RGB", (1200, 600), "white")
    lines = ImageDraw.Draw(drawing)
    for n in range(60):
        lines.ellipse((n * 19, n * 9, n * 19 + 60, n * 9 + 60), outline=(n * 4, 255 - n * 4, 130), width=3)
    lines.rectangle((800, 20, 1150, 200), fill=(243, 242, 241))
    drawing = drawing.resize((900, 450), Image.Resampling.LANCZOS)  # as smooth edges have many shades
    saved = save_picture(drawing, tmp_path / "drawing")
    assert saved is not None
    assert saved[0].name == "drawing.png"
    before = tmp_path / "before.png"
    drawing.save(before)
    assert saved[0].stat().st_size < before.stat().st_size * 0.6
    with Image.open(saved[0]) as stored:
        shown = stored.convert("RGB")
    assert shown.getpixel((2, 440)) == (255, 255, 255)
    assert shown.getpixel((750, 80)) == (243, 242, 241)
    assert max(ImageStat.Stat(ImageChops.difference(shown, drawing)).rms) < MAX_COLOUR_ERROR


def test_a_photograph_is_a_jpeg(tmp_path: Path) -> None:
    shades = [Image.linear_gradient("L").rotate(90 * turn).resize((600, 400)) for turn in range(3)]
    noise = Image.effect_noise((600, 400), 25)
    photograph = Image.blend(Image.merge("RGB", shades), Image.merge("RGB", (noise, noise, noise)), 0.3)
    saved = save_picture(photograph, tmp_path / "photograph")
    assert saved is not None
    assert saved[0].name == "photograph.jpg"
    with Image.open(saved[0]) as stored:
        assert max(ImageStat.Stat(ImageChops.difference(stored.convert("RGB"), photograph)).rms) < 8


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
