"""Frozen settings from the environment, `.env` and `NAME_FILE`, built once and passed on. Secrets are never printed."""

from __future__ import annotations

import os
import re
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import BadSetting
from bot.model import Budget, Platform
from bot.model.languages import required_language_code
from bot.settings import values
from bot.settings.complaints import message_for
from bot.settings.files import ENV_FILE, NamedFiles, names_in_env_file


class Settings(BaseSettings):
    """All settings, in the order of `.env.example`. Use `load`, which raises `BadSetting` with plain sentences."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",  # `.env` may have variables for other programs; `doctor` lists unknown names
        frozen=True,
        case_sensitive=False,
        env_ignore_empty=True,  # "NAME=" means the default, as in `.env.example`
    )

    data_dir: Path = Field(Path("data"), description="Where the database, the archive pages and cached readings live.")
    database_url: Annotated[SecretStr, BeforeValidator(values.database)] = Field(
        SecretStr(""),
        description="The database: sqlite+aiosqlite:///PATH or postgresql+psycopg://…; SQLite under DATA_DIR if empty.",
    )

    telegram_bot_token: SecretStr | None = Field(
        None, description="The token that @BotFather gave your Telegram bot; several bots' tokens with commas between."
    )
    telegram_api_url: values.Url = Field(
        "https://api.telegram.org", description="The Bot API; another address serves a local Bot API server."
    )
    telegram_resend_unknown: bool = Field(
        False,
        description="Send a Telegram message again when nobody can know whether it arrived (it may then come twice).",
    )
    telegram_rate: int = Field(
        30,
        ge=1,
        le=1000,
        description="Messages a second to Telegram for one bot; above 30 they are paid broadcasts, which cost Stars.",
    )
    telegram_webhook_url: Annotated[str, AfterValidator(values.webhook)] | None = Field(
        None,
        description="The public https address of the archive's server: Telegram posts updates there; polled if empty.",
    )
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(values.webhook_secret)] | None = Field(
        None, description="The secret that Telegram's posts carry; made from the bot's token if empty."
    )
    discord_bot_token: SecretStr | None = Field(
        None, description="The token of your Discord application's bot; several bots' tokens with commas between."
    )
    discord_api_url: values.Url = Field("https://discord.com/api/v10", description="Discord's HTTP API.")
    discord_gateway_url: Annotated[str, AfterValidator(values.gateway)] = Field(
        "wss://gateway.discord.gg/", description="Discord's gateway."
    )

    arxiv_api_url: values.Url = Field("https://export.arxiv.org/api/query", description="arXiv's query API.")
    arxiv_feed_url: values.Url = Field("https://rss.arxiv.org/atom", description="arXiv's announcement feed.")
    arxiv_oai_url: values.Url = Field("https://oaipmh.arxiv.org/oai", description="arXiv's OAI-PMH interface.")
    arxiv_url: values.Url = Field("https://arxiv.org", description="arXiv's site, for full texts.")
    arxiv_contact: str = Field("", description="Your email or web address, sent in the User-Agent as arXiv asks.")
    arxiv_delay_seconds: float = Field(3.0, ge=0, le=3600, description="Seconds between any two requests to arXiv.")
    arxiv_timeout_seconds: float = Field(30.0, gt=0, le=600, description="Seconds until a request to arXiv times out.")

    model: Annotated[values.Words, values.split_at(","), AfterValidator(values.models)] = Field(
        (), description="extractive, google:NAME or openai:NAME; several, separated by commas, are a fallback order."
    )
    model_judge: Annotated[str, AfterValidator(values.judge)] | None = Field(
        None,
        description="The model that checks what models say: google:NAME or openai:NAME; each checks its own if empty.",
    )
    gemini_api_key: SecretStr | None = Field(None, description="The key for Gemini.")
    gemini_base_url: values.Url | None = Field(None, description="Another address for Gemini.")
    openai_api_key: SecretStr | None = Field(None, description="The key for OpenAI or a compatible server.")
    openai_base_url: values.Url | None = Field(
        None, description="An OpenAI-compatible server: Ollama, vLLM, DeepSeek, OpenRouter, llama.cpp …"
    )
    model_requests_per_day: int | None = Field(None, ge=0, description="Requests a day to models; unlimited if empty.")
    model_requests_per_minute: int | None = Field(
        None, ge=1, description="Requests a minute to models; unlimited if empty."
    )
    model_tokens_per_day: int | None = Field(
        None, ge=0, description="Tokens a day to and from models; unlimited if empty."
    )
    model_concurrency: int = Field(4, ge=1, le=64, description="Requests to models that may run at the same time.")
    model_batch: int = Field(
        4,
        ge=1,
        le=16,
        description="Abstracts in one request to a model; more cost fewer tokens, one is for small models.",
    )
    embeddings: Annotated[str, AfterValidator(values.embeddings)] = Field(
        "none",
        description="What finds papers by their meaning: none (words alone), local, google:NAME or openai:NAME.",
    )

    workers: Annotated[Literal["embedded", "procrastinate"], values.LOWER] = Field(
        "embedded",
        description="Who summarizes and composes: embedded (`run`) or procrastinate (`worker`; needs PostgreSQL).",
    )
    worker_concurrency: int = Field(2, ge=1, le=64, description="Tasks that one `worker` does at the same time.")

    language: Annotated[str, AfterValidator(required_language_code)] = Field(
        "en",
        description="The language of summaries in a new group: its code or name, like es or Spanish. A private chat "
        "starts with its person's own.",
    )
    timezone: Annotated[str, AfterValidator(values.timezone)] = Field("UTC", description="The time zone of a new chat.")
    digest_time: Annotated[time, BeforeValidator(values.clock_time)] = Field(
        time(9, 0), description="When a new chat gets its digest, in its own time zone."
    )
    figures: Annotated[Literal["licensed", "always", "never"], values.LOWER] = Field(
        "licensed", description="Which pictures are shown: licensed (open licences only), always or never."
    )
    cache_mb: int = Field(
        2000, ge=50, description="Megabytes of cached readings and pictures that are kept under DATA_DIR."
    )
    history_days: int = Field(
        90, ge=7, le=36_500, description="Days that sent digests are kept one by one; later only sums are."
    )
    readings_per_hour: int = Field(
        30, ge=0, description="Papers that one person may have read in an hour, a third of them whole; 0 for no limit."
    )
    glossary: Path | None = Field(
        None, description="A file of technical terms with their translations, added to the built-in ones."
    )

    zotero_key: SecretStr | None = Field(
        None, description="The key of your Zotero library, for `paperboy like … zotero`: zotero.org/settings/keys."
    )
    zotero_library: Annotated[str, AfterValidator(values.zotero_library)] = Field(
        "", description="Another library than the key's own: group:ID or user:ID."
    )
    zotero_api_url: values.Url = Field("https://api.zotero.org", description="Zotero's web API.")

    site_url: values.Url | None = Field(
        None, description="The public address of the archive pages, if they are published."
    )
    site_host: str = Field("127.0.0.1", description="The address the running service serves the archive pages on.")
    site_port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="The port of the archive pages, and of /healthz, /ready, /metrics without OPS_PORT; 0: a free one.",
    )
    ops_host: str = Field("127.0.0.1", description="The address that serves /healthz, /ready and /metrics on OPS_PORT.")
    ops_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="A separate port for /healthz, /ready and /metrics; they are on SITE_PORT if empty.",
    )
    admins: Annotated[values.Words, values.split_at(","), AfterValidator(values.admins)] = Field(
        (), description="People who may use /health, written as telegram:ID,discord:ID."
    )
    default_topics: Annotated[values.Words, values.split_at(";")] = Field(
        (), description="Topics of the archive pages, separated by semicolons."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], values.LOWER] = Field(
        "info", description="How much is logged: debug, info, warning or error."
    )
    log_format: Annotated[Literal["auto", "json", "text"], values.LOWER] = Field(
        "auto", description="json, text, or auto (text on a terminal)."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - NAME_FILE replaces it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # pydantic-settings passes this class, but declares its base class, which does not have `env_vars`.
        dotenv = cast("DotEnvSettingsSource", dotenv_settings)
        environment = {name.lower(): value for name, value in os.environ.items()}
        # The order is the precedence: the environment before its files, both before `.env` and the files it names.
        files = NamedFiles(settings_cls, environment), dotenv, NamedFiles(settings_cls, dotenv.env_vars)
        return init_settings, env_settings, *files

    def bot_tokens(self, platform: Platform) -> tuple[SecretStr, ...]:
        """The tokens of a platform's bots, in the order in which they are written; none for a platform without bots."""
        value: SecretStr | None = getattr(self, f"{platform}_bot_token", None)
        # A file may have each token on a line of its own.
        parts = re.split(r"[,\n]", value.get_secret_value()) if value is not None else []
        return tuple(SecretStr(part.strip()) for part in parts if part.strip())

    @property
    def database(self) -> str:
        """The address of the database in use: DATABASE_URL, else a SQLite file in DATA_DIR."""
        return self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{self.data_dir / 'paperboy.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database in use is a SQLite file."""
        return self.database.startswith("sqlite")

    @property
    def model_budget(self) -> Budget:
        """The limits for the requests of all models together."""
        return Budget(self.model_requests_per_day, self.model_requests_per_minute, self.model_tokens_per_day)

    @property
    def models(self) -> tuple[str, ...]:
        """The fallback order in use: MODEL; if it is empty, Gemini with a key and extractive without one."""
        if self.model:
            return self.model
        return ("google:gemini-flash-latest",) if self.gemini_api_key else ("extractive",)


def load(**overrides: Any) -> Settings:
    """Load the settings from the environment and `.env`.

    Raises `BadSetting` with a line for each invalid setting, and `TellUser` for a `.env` that cannot be read.
    """
    names_in_env_file()  # checks the file: the settings' own parser skips lines that it does not understand
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # A setting may have several errors; the first one is enough to mend it.
        messages: dict[str, str] = {}
        for details in error.errors():
            name = str(details["loc"][0])
            messages.setdefault(name, message_for(details, Settings.model_fields[name]))
        (first, message), *others = messages.items()
        lines = [message, *(f"{other.upper()}: {wrong}" for other, wrong in others)]
        raise BadSetting(first.upper(), "\n".join(lines)) from None


def unknown_names() -> list[str]:
    """Return a sentence for each name in `.env` that is not a setting, most often a misspelt one."""
    known = [name.upper() for name in Settings.model_fields]
    known += [f"{name}_FILE" for name in known]
    sentences = []
    for name in dict.fromkeys(names_in_env_file()):
        if name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "."
            sentences.append(f"`{ENV_FILE}` has {name}, which is not a setting{hint}")
    return sentences
