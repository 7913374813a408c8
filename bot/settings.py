"""Frozen settings from the environment, `.env` and `NAME_FILE`, built once and passed on. Secrets are never printed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import time
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import BadSetting, TellUser
from bot.model import ChatRef, Platform
from bot.model.languages import required_language_code

ENV_FILE = ".env"


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)  # looking it up in the list of all zones would add 50 ms to every start
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("that is not a time zone; write one like Europe/Berlin or UTC.") from None
    return name


def _split_at(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(separator) if part.strip())
        return value

    return BeforeValidator(split)


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("that is not a web address; it starts with https:// or http://.")
    return value.rstrip("/")


def _models(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        provider, _, rest = name.partition(":")
        if name != "extractive" and (provider not in ("google", "openai") or not rest):
            raise ValueError(f"“{name}” is not a model; write extractive, google:NAME or openai:NAME.")
    return value


def _judge(value: str) -> str:
    if value == "extractive":
        raise ValueError("extractive picks sentences and cannot judge any; write google:NAME or openai:NAME.")
    provider, _, name = value.partition(":")
    if provider not in ("google", "openai") or not name:
        raise ValueError(f"“{value}” is not a model; write google:NAME or openai:NAME.")
    return value


def _admins(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        try:
            ref = ChatRef.parse(name)
        except ValueError:
            ref = None
        # The id of a person is that of their private chat; groups are negative, and forum topics have a second number.
        if ref is None or not ref.id.isdecimal():
            raise ValueError(f"“{name}” is not a person; write telegram:ID or discord:ID, with the person's number.")
    return value


def _database(value: str) -> str:
    # Hosting services give such addresses; SQLAlchemy needs the name of the driver in them.
    for prefix, full in (("postgres://", "postgresql://"), ("postgresql://", "postgresql+psycopg://")):
        value = value.replace(prefix, full, 1) if value.startswith(prefix) else value
    if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+psycopg://")):
        raise ValueError("that is not a database address; write sqlite+aiosqlite:///PATH or postgresql+psycopg://….")
    return value


def _gateway(value: str) -> str:
    if not value.startswith(("ws://", "wss://")):
        raise ValueError("that is not a gateway address; it starts with wss:// or ws://.")
    return value


def _webhook(value: str) -> str:
    try:
        parts = urlsplit(value)
        has_host_alone = bool(parts.hostname) and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        has_host_alone = False
    if not (value.startswith("https://") and has_host_alone):
        raise ValueError("Telegram cannot post there; write a public address like https://bot.example.org.")
    return value.rstrip("/")


def _webhook_secret(value: SecretStr) -> SecretStr:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()) is None:
        raise ValueError("a secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -.")
    return value


def _clock_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Not by pydantic, which also accepts seconds and an offset: the time zone is a setting of its own.
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip())
    if match is None:
        raise ValueError(f"“{value}” is not a time; write HH:MM, like 09:00.")
    return time(int(match[1]), int(match[2]))


Url = Annotated[str, AfterValidator(_url)]
_LOWER = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
# NoDecode: pydantic-settings would expect JSON in a variable with several values.
Words = Annotated[tuple[str, ...], NoDecode]


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
    database_url: Annotated[SecretStr, BeforeValidator(lambda v: _database(v) if isinstance(v, str) else v)] = Field(
        SecretStr(""),
        description="The database: sqlite+aiosqlite:///PATH or postgresql+psycopg://…; SQLite under DATA_DIR if empty.",
    )

    telegram_bot_token: SecretStr | None = Field(
        None, description="The token that @BotFather gave your Telegram bot; several bots' tokens with commas between."
    )
    telegram_api_url: Url = Field(
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
    telegram_webhook_url: Annotated[str, AfterValidator(_webhook)] | None = Field(
        None,
        description="The public https address of the archive's server: Telegram posts updates there; polled if empty.",
    )
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        None, description="The secret that Telegram's posts carry; made from the bot's token if empty."
    )
    discord_bot_token: SecretStr | None = Field(
        None, description="The token of your Discord application's bot; several bots' tokens with commas between."
    )
    discord_api_url: Url = Field("https://discord.com/api/v10", description="Discord's HTTP API.")
    discord_gateway_url: Annotated[str, AfterValidator(_gateway)] = Field(
        "wss://gateway.discord.gg/", description="Discord's gateway."
    )

    arxiv_api_url: Url = Field("https://export.arxiv.org/api/query", description="arXiv's query API.")
    arxiv_feed_url: Url = Field("https://rss.arxiv.org/atom", description="arXiv's announcement feed.")
    arxiv_oai_url: Url = Field("https://oaipmh.arxiv.org/oai", description="arXiv's OAI-PMH interface.")
    arxiv_url: Url = Field("https://arxiv.org", description="arXiv's site, for full texts.")
    arxiv_contact: str = Field("", description="Your email or web address, sent in the User-Agent as arXiv asks.")
    arxiv_delay_seconds: float = Field(3.0, ge=0, le=3600, description="Seconds between any two requests to arXiv.")
    arxiv_timeout_seconds: float = Field(30.0, gt=0, le=600, description="Seconds until a request to arXiv times out.")

    model: Annotated[Words, _split_at(","), AfterValidator(_models)] = Field(
        (), description="extractive, google:NAME or openai:NAME; several, separated by commas, are a fallback order."
    )
    model_judge: Annotated[str, AfterValidator(_judge)] | None = Field(
        None,
        description="The model that checks what models say: google:NAME or openai:NAME; each checks its own if empty.",
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
    model_concurrency: int = Field(4, ge=1, le=64, description="Requests to models that may run at the same time.")
    model_batch: int = Field(
        4,
        ge=1,
        le=16,
        description="Abstracts in one request to a model; more cost fewer tokens, one is for small models.",
    )

    workers: Annotated[Literal["embedded", "procrastinate"], _LOWER] = Field(
        "embedded",
        description="Who summarizes and composes: embedded (`run`) or procrastinate (`worker`; needs PostgreSQL).",
    )
    worker_concurrency: int = Field(2, ge=1, le=64, description="Tasks that one `worker` does at the same time.")

    language: Annotated[str, AfterValidator(required_language_code)] = Field(
        "en", description="The language of summaries for a new chat: its code or name, like es or Spanish."
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = Field("UTC", description="The time zone of a new chat.")
    digest_time: Annotated[time, BeforeValidator(_clock_time)] = Field(
        time(9, 0), description="When a new chat gets its digest, in its own time zone."
    )
    figures: Annotated[Literal["licensed", "always", "never"], _LOWER] = Field(
        "licensed", description="Which pictures are shown: licensed (open licences only), always or never."
    )
    cache_mb: int = Field(
        2000, ge=50, description="Megabytes of cached readings and pictures that are kept under DATA_DIR."
    )
    history_days: int = Field(
        90, ge=7, le=36_500, description="Days that sent digests are kept one by one; later only sums are."
    )
    glossary: Path | None = Field(
        None, description="A file of technical terms with their translations, added to the built-in ones."
    )

    site_url: Url | None = Field(None, description="The public address of the archive pages, if they are published.")
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
    admins: Annotated[Words, _split_at(","), AfterValidator(_admins)] = Field(
        (), description="People who may use /health, written as telegram:ID,discord:ID."
    )
    default_topics: Annotated[Words, _split_at(";")] = Field(
        (), description="Topics of the archive pages, separated by semicolons."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _LOWER] = Field(
        "info", description="How much is logged: debug, info, warning or error."
    )
    log_format: Annotated[Literal["auto", "json", "text"], _LOWER] = Field(
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
        files = _NamedFiles(settings_cls, environment), dotenv, _NamedFiles(settings_cls, dotenv.env_vars)
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
    def models(self) -> tuple[str, ...]:
        """The fallback order in use: MODEL; if it is empty, Gemini with a key and extractive without one."""
        if self.model:
            return self.model
        return ("google:gemini-flash-latest",) if self.gemini_api_key else ("extractive",)


class _NamedFiles(PydanticBaseSettingsSource):
    """Reads settings from the files that `NAME_FILE` variables name, as containers pass secrets."""

    def __init__(self, settings_cls: type[BaseSettings], values: Mapping[str, str | None]) -> None:
        """`values` are the variables of the environment or of `.env`, with names in lower case."""
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - abstract
        raise LookupError("not called: `__call__` returns all values of this source")

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            if path := self._values.get(f"{name}_file"):
                found[name] = self._read(f"{name.upper()}_FILE", path)
        # As with "NAME=": an empty file means the default.
        return {name: value for name, value in found.items() if value}

    def _read(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(name, f"cannot read {path}: {error.strerror}.") from None
        except ValueError:
            raise BadSetting(name, f"{path} is not UTF-8 text; save it as UTF-8.") from None


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
            messages.setdefault(str(details["loc"][0]), _message_for(details))
        (first, message), *others = messages.items()
        lines = [message, *(f"{name.upper()}: {other}" for name, other in others)]
        raise BadSetting(first.upper(), "\n".join(lines)) from None


def names_in_env_file() -> list[str]:
    """Return the names that `.env` assigns; none if there is no such file. Raises `TellUser` if it cannot be parsed."""
    path = Path(ENV_FILE)
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TellUser(f"{ENV_FILE} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise TellUser(f"{ENV_FILE} is not UTF-8 text; save it as UTF-8.") from None
    names = []
    for binding in parse_stream(StringIO(text)):
        key = binding.key
        if binding.error or (key is not None and (binding.value is None or not key.isidentifier())):
            # The line itself is not shown, because it may be a token. Blank lines before it belong to the binding.
            source = binding.original.string
            blank = len(source) - len(source.lstrip())
            line = binding.original.line + source[:blank].count("\n")
            raise TellUser(f"{ENV_FILE}, line {line}: that is not NAME=value.")
        if key is not None:
            names.append(key)
    return names


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


def _message_for(error: ErrorDetails) -> str:
    """Say in a sentence what is wrong with a value and what is allowed; pydantic's messages are for programmers."""
    if error["type"] == "value_error":
        message = str(error["ctx"]["error"])
        return message if message.endswith(".") else f"{message}."
    name = str(error["loc"][0])
    field = Settings.model_fields[name]
    # The value of a secret is never shown.
    value = "that" if SecretStr in (field.annotation, *get_args(field.annotation)) else f"“{error['input']}”"
    if error["type"].startswith("bool"):
        return f"{value} is neither true nor false; write one of the two."
    if error["type"] == "literal_error":
        *most, last = get_args(field.annotation)
        return f"{value} is not one of its values; write {', '.join(most)} or {last}."
    if name.endswith("_port"):
        return f"{value} is not a port; a port is a number from 0 to 65535."
    if any(hasattr(rule, "ge") or hasattr(rule, "gt") for rule in field.metadata):
        return f"{value} cannot be used; write {_range(field)}."
    return f"{value} cannot be used; it expects: {field.description}"


def _range(field: FieldInfo) -> str:
    """Describe the numbers that a setting allows, from its rules `ge`, `gt` and `le`."""
    rules = {name: getattr(rule, name) for rule in field.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)}
    kind = "a number" if float in (field.annotation, *get_args(field.annotation)) else "a whole number"
    most = f"{rules['le']:g}" if "le" in rules else ""
    if "gt" in rules or (rules["ge"] == 1 and not most):
        return f"{kind} above 0" + (f", at most {most}" if most else "")
    return f"{kind} from {rules['ge']:g} to {most}" if most else f"{kind}, {rules['ge']:g} or more"
