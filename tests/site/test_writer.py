"""The archive on disk: written only where something changed, with the pictures that its pages show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.site import write_archive
from tests.render.samples import DAY, DEEP_CARD
from tests.site.test_pages import DAYS, TOPICS, card, rendered


def test_writing_the_same_archive_again_writes_nothing(tmp_path: Path) -> None:
    first = write_archive(tmp_path, days=DAYS, topics=TOPICS)
    assert len(first) == len(rendered())
    assert write_archive(tmp_path, days=DAYS, topics=TOPICS) == []
    more = {**DAYS, DAY: (*DAYS[DAY], card("2406.22222"))}
    changed = {path.relative_to(tmp_path).as_posix() for path in write_archive(tmp_path, days=more, topics=TOPICS)}
    assert changed == {"index.html", "days.html", "days/2026-06-02.html", "feed.atom"}
    assert list(tmp_path.rglob(".*")) == []


def test_shown_figures_are_linked_but_no_file_from_outside_the_data_directory(tmp_path: Path) -> None:
    data, root = tmp_path / "data", tmp_path / "data" / "site"
    picture = data / "figures" / "2406.14272v2" / "fig1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    figure = replace(DEEP_CARD.figures[0], file="../secret.png")
    cards = (DEEP_CARD, replace(DEEP_CARD, figures=(figure,)))
    write_archive(root, days={DAY: cards}, topics={}, data_dir=data)
    copied = [path.relative_to(root).as_posix() for path in root.rglob("*.png")]
    assert copied == ["figures/figures/2406.14272v2/fig1.png"]
    assert write_archive(root, days={DAY: cards}, topics={}, data_dir=data) == []


def test_a_picture_of_the_archive_takes_no_second_room_and_stays_when_the_cached_one_goes(tmp_path: Path) -> None:
    picture = tmp_path / "figures" / "2406.14272v2" / "fig1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"png")
    write_archive(tmp_path / "site", days={DAY: (DEEP_CARD,)}, topics={}, data_dir=tmp_path)
    shown = tmp_path / "site" / "figures" / "figures" / "2406.14272v2" / "fig1.png"
    assert shown.samefile(picture)
    picture.unlink()
    assert shown.read_bytes() == b"png"
