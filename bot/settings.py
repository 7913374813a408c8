"""Frozen settings from the environment, `.env` and `NAME_FILE`; secrets never print. Built once, passed around."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import BadSetting
from bot.model import ChatRef


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)  # listing all zones to look it up would take 50 ms of every start
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("that is no time zone; write one like Europe/Berlin or UTC.") from None
    return name


def _listed(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(separator) if part.strip())
        return value

    return BeforeValidator(split)


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("that is no web address; it starts with https:// or http://.")
    return value.rstrip("/")


def _model(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        maker, _, rest = name.partition(":")
        if name != "extractive" and (maker not in ("google", "openai") or not rest):
            raise ValueError(f"“{name}” is no model; write extractive, google:NAME or openai:NAME.")
    return value


def _admins(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        ChatRef.parse(name)
    return value


def _database(value: str) -> str:
    for short, whole in (("postgres://", "postgresql://"), ("postgresql://", "postgresql+psycopg://")):
        value = value.replace(short, whole, 1) if value.startswith(short) else value
    if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+psycopg://")):
        raise ValueError("that is no database address; write sqlite+aiosqlite:///PATH or postgresql+psycopg://….")
    return value


def _gateway(value: str) -> str:
    if not value.startswith(("ws://", "wss://")):
        raise ValueError("that is no gateway address; it starts with wss:// or ws://.")
    return value


Url = Annotated[str, AfterValidator(_url)]
Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting, in the order of `.env.example`. Raises `BadSetting` (through `load`) with one sentence."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        case_sensitive=False,
        env_ignore_empty=True,
    )

    data_dir: Path = Field(Path("data"), description="Where the database, the archive and cached readings live.")
    database_url: Annotated[SecretStr, BeforeValidator(lambda v: _database(v) if isinstance(v, str) else v)] = Field(
        SecretStr(""),
        description="The database: sqlite+aiosqlite:///PATH or postgresql+psycopg://…; SQLite under DATA_DIR if empty.",
    )

    telegram_bot_token: SecretStr | None = Field(None, description="The token that @BotFather gave your Telegram bot.")
    telegram_api_url: Url = Field(
        "https://api.telegram.org", description="The Bot API; another address serves a local Bot API server."
    )
    telegram_resend_unknown: bool = Field(
        False,
        description="Send a Telegram message again when nobody can know whether it arrived (it may then come twice).",
    )
    discord_bot_token: SecretStr | None = Field(None, description="The token of your Discord application's bot.")
    discord_api_url: Url = Field("https://discord.com/api/v10", description="Discord's HTTP API.")
    discord_gateway_url: Annotated[str, AfterValidator(_gateway)] = Field(
        "wss://gateway.discord.gg/", description="Discord's gateway."
    )

    arxiv_api_url: Url = Field("https://export.arxiv.org/api/query", description="arXiv's query API.")
    arxiv_feed_url: Url = Field("https://rss.arxiv.org/atom", description="arXiv's announcement feed.")
    arxiv_oai_url: Url = Field("https://oaipmh.arxiv.org/oai", description="arXiv's OAI-PMH interface.")
    arxiv_url: Url = Field("https://arxiv.org", description="arXiv's site, for full texts.")
    arxiv_contact: str = Field("", description="An address for the User-Agent, as arXiv asks; yours, please.")
    arxiv_delay_seconds: float = Field(3.0, ge=0, le=3600, description="Seconds between any two requests to arXiv.")
    arxiv_timeout_seconds: float = Field(
        30.0, gt=0, le=600, description="Seconds after which a request to arXiv is given up."
    )

    model: Annotated[Words, _listed(","), AfterValidator(_model)] = Field(
        (), description="extractive, google:NAME or openai:NAME; several, separated by commas, are a fallback order."
    )
    gemini_api_key: SecretStr | None = Field(None, description="The key for Gemini.")
    gemini_base_url: Url | None = Field(None, description="Another address for Gemini.")
    openai_api_key: SecretStr | None = Field(None, description="The key for OpenAI or a compatible server.")
    openai_base_url: Url | None = Field(
        None, description="An OpenAI-compatible server: Ollama, vLLM, DeepSeek, OpenRouter, llama.cpp …"
    )
    model_requests_per_day: int | None = Field(None, ge=0, description="Requests a day to models; unlimited if empty.")
    model_requests_per_minute: int | None = Field(
        None, ge=1, description="Requests a minute to models; unlimited if empty."
    )
    model_tokens_per_day: int | None = Field(
        None, ge=0, description="Tokens a day to and from models; unlimited if empty."
    )
    model_concurrency: int = Field(4, ge=1, le=64, description="Requests to models under way at once.")

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] = Field(
        "en", description="The language of summaries for a new chat, as an ISO 639 code."
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = Field("UTC", description="The time zone of a new chat.")
    digest_time: time = Field(time(9, 0), description="When a new chat gets its digest, by its own clock.")
    figures: Literal["licensed", "always", "never"] = Field(
        "licensed", description="Which pictures are shown: licensed (open licences only), always or never."
    )
    glossary: Path | None = Field(
        None, description="A file of terms of art and how each language says them, added to ours."
    )

    site_url: Url | None = Field(None, description="Where the archive is published, if it is.")
    site_host: str = Field("127.0.0.1", description="The address the running service serves the archive on.")
    site_port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="The port of the archive, and of /healthz, /ready, /metrics without OPS_PORT; 0 picks a free one.",
    )
    ops_host: str = Field("127.0.0.1", description="The address for /healthz, /ready and /metrics with OPS_PORT.")
    ops_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="A port of their own for /healthz, /ready and /metrics; beside the archive if empty.",
    )
    admins: Annotated[Words, _listed(","), AfterValidator(_admins)] = Field(
        (), description="telegram:ID,discord:ID: whose /health command is answered."
    )
    default_topics: Annotated[Words, _listed(";")] = Field(
        (), description="Topics that the archive follows, separated by semicolons."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="json, text, or auto (text on a terminal).")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - its place is taken by NAME_FILE
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _NamedFiles(settings_cls), dotenv_settings

    @property
    def database(self) -> str:
        """The database address in use."""
        return self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{self.data_dir / 'paperboy.sqlite3'}"

    @property
    def models(self) -> tuple[str, ...]:
        """The fallback order in use: what MODEL says, else Gemini where a key is set, else extractive."""
        if self.model:
            return self.model
        return ("google:gemini-flash-latest",) if self.gemini_api_key else ("extractive",)


class _NamedFiles(PydanticBaseSettingsSource):
    """`NAME_FILE=path` gives a setting from a file's content, as container secrets come."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - abstract
        raise LookupError("unused: this source answers as a whole")

    def __call__(self) -> dict[str, Any]:
        import os

        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            if path := os.environ.get(f"{name.upper()}_FILE"):
                try:
                    found[name] = Path(path).read_text(encoding="utf-8").strip()
                except OSError as error:
                    raise BadSetting(f"{name.upper()}_FILE", f"cannot read {path}: {error.strerror}.") from None
        return found


def load(**overrides: Any) -> Settings:
    """Settings from the environment. Raises `BadSetting` naming the first setting at fault."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] != "value_error":  # pydantic's own words are for programmers
            field = Settings.model_fields.get(name.lower())
            message = f"that cannot be used; it wants: {field.description if field else message}"
        raise BadSetting(name, message if message.endswith(".") else f"{message}.") from None
