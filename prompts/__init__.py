"""The prompts as files: every variable of a prompt must be filled; its hash is part of a summary's provenance."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


class PromptError(ValueError):
    """A prompt that does not exist, or whose variables were not filled exactly."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text with `{{name}}` for variables; `hash` is the first 12 hex digits of its SHA-256."""

    name: str
    text: str
    hash: str

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(_VARIABLE.findall(self.text))

    def fill(self, **values: str) -> str:
        """The text with every variable replaced, in one pass, so that `{{name}}` in a value stays as it is.

        Raises `PromptError` unless `values` names exactly the prompt's variables.
        """
        # Checked before a model is paid for a prompt with a gap in it.
        missing, unknown = self.variables - values.keys(), values.keys() - self.variables
        if missing or unknown:
            mistakes = [f"misses {name}" for name in sorted(missing)] + [f"has no {name}" for name in sorted(unknown)]
            raise PromptError(f"The prompt {self.name} {', '.join(mistakes)}.")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


@lru_cache
def load(name: str) -> Prompt:
    """The prompt in the file `NAME.md` beside this one. Raises `PromptError` if there is none."""
    # The name is checked, since it becomes a part of a path.
    file = files(__package__).joinpath(f"{name}.md")
    if not re.fullmatch(r"[a-z_]+", name) or not file.is_file():
        raise PromptError(f"There is no prompt {name}.")
    text = file.read_text(encoding="utf-8").strip() + "\n"
    return Prompt(name, text, digest(text))


def digest(*texts: str) -> str:
    """The first 12 hex digits of the SHA-256 over these texts."""
    # A separator, so that moving text from one file to the next changes the hash.
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
