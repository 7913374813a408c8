"""`paperboy chat set` and `chat show` read and change what /settings does, with the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import setting_values
from bot.errors import TellUser
from bot.operator import chat_settings, chats
from bot.service.app import open_app
from bot.settings import Settings, load

GROUP = "telegram:-1005"


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    made = load(_env_file=None, data_dir=tmp_path, timezone="Europe/Berlin")
    await chats.subscribe(made, GROUP, "cs.CV")
    return made


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("language", "German", "de"),
        ("time", "9 pm", "21:00"),
        ("timezone", "東京", "Asia/Tokyo"),
        ("days", "weekdays", "Monday to Friday"),
        ("size", "ten", "10"),
        ("style", "titles", "titles"),
        ("depth", "deep", "deep"),
        ("quiet", "22-7", "22:00-07:00"),
        ("pause", "until told", "until you resume"),
        ("opens", "here", "here"),
    ],
)
async def test_every_setting_can_be_changed_and_shown(settings: Settings, name: str, value: str, kept: str) -> None:
    said = await chat_settings.change(settings, GROUP, name, value)
    assert said
    shown = {row[0]: row[1] for row in chat_settings.rows(await chat_settings.view(settings, GROUP))}
    assert shown[name] == kept
    assert {each for each in shown if each} == set(setting_values.NAMES)
    await chat_settings.change(settings, GROUP, name, shown[name])
    again = {row[0]: row[1] for row in chat_settings.rows(await chat_settings.view(settings, GROUP))}
    assert again == shown


async def test_what_is_not_accepted_is_an_error_with_what_may_be_meant(settings: Settings) -> None:
    with pytest.raises(TellUser, match="Did you mean deep"):
        await chat_settings.change(settings, GROUP, "depth", "depp")
    with pytest.raises(TellUser, match=r"America/Chicago \(Chicago\)"):
        await chat_settings.change(settings, GROUP, "timezone", "USA")
    with pytest.raises(TellUser, match="no such setting"):
        await chat_settings.change(settings, GROUP, "colour", "red")
    with pytest.raises(TellUser, match="There is no chat telegram:7"):
        await chat_settings.change(settings, "telegram:7", "size", "5")


async def test_a_paused_chat_is_listed_as_paused(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await chat_settings.change(settings, GROUP, "pause", "forever")
    async with open_app(settings) as app:
        chats.show_chats(await app.store.chats(), app.clock.now())
    assert "paused" in capsys.readouterr().out
