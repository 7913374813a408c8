"""Settings: what must hold of names, values and secrets."""

from __future__ import annotations

import re
from pathlib import Path

import dotenv
import pytest
from pydantic import SecretStr

from bot import settings
from bot.errors import BadSetting
from bot.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def example_lines() -> list[str]:
    return (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()


def test_env_example_lists_every_setting_once_in_the_order_of_settings() -> None:
    names = [match[1] for line in example_lines() if (match := re.match(r"#? ?([A-Z_]+)=", line))]
    assert names == [name.upper() for name in Settings.model_fields]


def test_env_example_sets_nothing_so_that_a_unit_or_an_image_keeps_its_own_defaults() -> None:
    assert dotenv.dotenv_values(ROOT / ".env.example") == {}
    assert [line for line in example_lines() if line and not line.startswith("#")] == []


def test_env_example_shows_every_default() -> None:
    shown = dict(match.groups() for line in example_lines() if (match := re.match(r"#([A-Z_]+)=(.*)", line)))
    read = settings.load(**{name.lower(): value for name, value in shown.items() if value})
    assert read == settings.load()


def test_env_example_explains_each_setting_with_its_own_description() -> None:
    text = "\n".join(example_lines())
    missing = [name for name, field in Settings.model_fields.items() if f"# {field.description}" not in text]
    assert missing == []


def test_the_readme_names_every_setting() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in text] == []


def test_everything_has_a_default_that_needs_no_network_and_no_key() -> None:
    made = settings.load()
    assert made.models == ("extractive",)
    assert made.database == "sqlite+aiosqlite:///data/paperboy.sqlite3"
    assert made.telegram_bot_token is None


def test_a_gemini_key_alone_turns_gemini_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    assert settings.load().models == ("google:gemini-flash-latest",)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("12345:abc\n", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert settings.load().telegram_bot_token == SecretStr("12345:abc")


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/nowhere/key")
    with pytest.raises(BadSetting, match=r"OPENAI_API_KEY_FILE: cannot read /nowhere/key"):
        settings.load()


def test_secrets_never_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://me:hidden@localhost/db")
    made = settings.load()
    assert "very-secret" not in repr(made)
    assert "hidden" not in repr(made)


def test_lists_are_split_and_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "google:gemini-flash-latest, openai:gpt-5-mini ,extractive")
    monkeypatch.setenv("DEFAULT_TOPICS", 'cs.CV; "talking head" ;')
    monkeypatch.setenv("DIGEST_TIME", "")
    made = settings.load()
    assert made.models == ("google:gemini-flash-latest", "openai:gpt-5-mini", "extractive")
    assert made.default_topics == ("cs.CV", '"talking head"')
    assert f"{made.digest_time:%H:%M}" == "09:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL", "gpt-5"),
        ("MODEL", "google:"),
        ("TIMEZONE", "Berlin"),
        ("DIGEST_TIME", "nine"),
        ("DATABASE_URL", "mysql://localhost"),
        ("FIGURES", "sometimes"),
        ("ARXIV_DELAY_SECONDS", "-1"),
        ("SITE_PORT", "70000"),
        ("DISCORD_GATEWAY_URL", "https://example.org"),
        ("ARXIV_URL", "arxiv.org"),
        ("LANGUAGE", "English please"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_one_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        settings.load()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
