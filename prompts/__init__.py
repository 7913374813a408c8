"""The prompts as files: loaded strictly (every variable filled, none unknown) and hashed into provenance."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


class PromptError(ValueError):
    """A prompt that does not exist, or was filled with too few or too many variables."""


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
        """The text with every variable replaced, in one pass: what a value holds is never taken for a variable.

        Raises `PromptError` unless `values` names exactly the prompt's variables.
        """
        missing, unknown = self.variables - values.keys(), values.keys() - self.variables
        if missing or unknown:
            what = [f"misses {name}" for name in sorted(missing)] + [f"has no {name}" for name in sorted(unknown)]
            raise PromptError(f"The prompt {self.name} {', '.join(what)}.")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


@lru_cache
def load(name: str) -> Prompt:
    """The prompt kept as `NAME.md` beside this file. Raises `PromptError` where there is none."""
    file = files(__package__).joinpath(f"{name}.md")
    if not re.fullmatch(r"[a-z_]+", name) or not file.is_file():
        raise PromptError(f"There is no prompt {name}.")
    text = file.read_text(encoding="utf-8").strip() + "\n"
    return Prompt(name, text, digest(text))


def digest(*texts: str) -> str:
    """The first 12 hex digits of the SHA-256 over these texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
