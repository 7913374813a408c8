"""Logs contain no secrets, and tracebacks are logged."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.service import logs
from bot.settings import load

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_configured_secret_is_redacted_anywhere_in_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(load(telegram_bot_token=TOKEN, openai_api_key="sk-hidden", log_format="json"))
    structlog.get_logger().warning("no answer", url=f"https://api.telegram.org/bot{TOKEN}/getMe", tried=["sk-hidden"])
    logging.getLogger("elsewhere").error("key sk-hidden is bad")
    text = json.dumps(logged(capsys))
    assert TOKEN not in text
    assert "sk-hidden" not in text
    assert "no answer" in text


def test_a_secret_is_redacted_in_nested_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(load(telegram_bot_token=TOKEN, openai_api_key="sk-hidden", log_format="json"))
    request = {"headers": {"Authorization": "Bearer sk-hidden"}, "tries": [{"url": f"/bot{TOKEN}/getMe"}], "n": 2}
    structlog.get_logger().warning(
        "no answer", request=request, seen={"sk-hidden"}, known={"sk-hidden": None}, body=b"sk-hidden", count=3
    )
    [line] = logged(capsys)
    text = json.dumps(line)
    assert TOKEN not in text
    assert "sk-hidden" not in text
    assert line["request"] == {"headers": {"Authorization": "Bearer •••"}, "tries": [{"url": "/bot•••/getMe"}], "n": 2}
    assert line["count"] == 3


def test_a_traceback_is_logged_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(load(openai_api_key="sk-hidden", log_format="json"))
    try:
        raise ValueError("sk-hidden was refused")
    except ValueError:
        structlog.get_logger().exception("command failed")
    [line] = logged(capsys)
    assert "ValueError" in str(line["exception"])
    assert "test_logs" in str(line["exception"])
    assert "sk-hidden" not in json.dumps(line)


@pytest.mark.parametrize(
    "name",
    [
        "aiosqlite",
        "sqlalchemy.engine.Engine",
        "alembic.runtime",
        "asyncio",
        "httpx",
        "httpcore.http11",
        "hpack.hpack",
        "openai._base_client",
        "discord.gateway",
        "telegram.ext",
        "PIL.PngImagePlugin",
    ],
)
def test_libraries_do_not_log_stored_and_sent_data_at_debug(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logs.configure(load(log_level="debug", log_format="json"))
    logging.getLogger(name).info("INSERT INTO chats VALUES (%s)", "a title")
    logging.getLogger(name).error("the connection is gone")
    structlog.get_logger("paperboy").debug("asked")
    assert [line["event"] for line in logged(capsys)] == ["the connection is gone", "asked"]


def test_what_looks_like_a_token_or_a_password_is_redacted_without_being_configured() -> None:
    assert TOKEN not in logs.redact(f"https://example.org/bot{TOKEN}/sendMessage")
    assert "hidden" not in logs.redact("postgresql://me:hidden@localhost/db")
