"""The files that settings come from: `.env`, and those that `NAME_FILE` names."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.errors import BadSetting, TellUser

ENV_FILE = ".env"


class NamedFiles(PydanticBaseSettingsSource):
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
