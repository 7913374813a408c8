"""Every token in the settings is a bot with its own id."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.errors import BadSetting
from bot.model import Bot, Platform
from bot.service.bots import bots_of
from bot.service.logs import secrets_of
from bot.settings import load

ONE, TWO = "111:AAA-one_secret", "222:BBB-two_secret"


def discord_token(number: int) -> str:
    return f"{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}.Gx.signature"


def test_several_tokens_are_several_bots_and_the_first_serves_chats_without_a_bot() -> None:
    settings = load(telegram_bot_token=f"{ONE}, {TWO}", discord_bot_token=discord_token(1234567890123456))
    bots = bots_of(settings)
    first, second = Bot(Platform.TELEGRAM, "111"), Bot(Platform.TELEGRAM, "222", is_first=False)
    assert list(bots) == [first, second, Bot(Platform.DISCORD, "1234567890123456")]
    assert bots[second].get_secret_value() == TWO
    assert first.served == {"111", ""}
    assert second.served == {"222"}


def test_without_a_token_there_is_no_bot() -> None:
    assert bots_of(load(telegram_bot_token=None, discord_bot_token=None)) == {}


def test_a_file_has_tokens_with_commas_or_on_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{ONE}\n{TWO}\n", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(file))
    assert [bot.id for bot in bots_of(load())] == ["111", "222"]


def test_two_tokens_of_one_bot_are_refused_in_one_sentence_without_the_tokens() -> None:
    with pytest.raises(BadSetting, match=r"TELEGRAM_BOT_TOKEN: two of its tokens belong to the same bot") as refused:
        bots_of(load(telegram_bot_token=f"{ONE},111:CCC-other"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("telegram_bot_token", f"{ONE},nonsense"),
        ("telegram_bot_token", "12:"),
        ("telegram_bot_token", f"{ONE} {TWO}"),
        ("telegram_bot_token", f"{ONE};{TWO}"),
        ("discord_bot_token", "nonsense"),
        ("discord_bot_token", "é.x.y"),
        ("discord_bot_token", "12345.x.y"),
        ("discord_bot_token", discord_token(1)[:-10]),
        ("discord_bot_token", f"{discord_token(1)} {discord_token(2)}"),
    ],
)
def test_a_text_that_cannot_be_a_token_is_refused(setting: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{setting.upper()}: this is not a token"):
        bots_of(load(**{setting: value}))


def test_each_of_several_tokens_is_kept_out_of_the_log() -> None:
    assert {ONE, TWO} <= set(secrets_of(load(telegram_bot_token=f"{ONE}, {TWO}")))
