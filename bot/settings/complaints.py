"""Says what is wrong with a setting that pydantic refuses."""

from __future__ import annotations

from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails


def message_for(error: ErrorDetails, field: FieldInfo) -> str:
    """Say in a sentence what is wrong with a value and what is allowed; pydantic's messages are for programmers."""
    if error["type"] == "value_error":
        message = str(error["ctx"]["error"])
        return message if message.endswith(".") else f"{message}."
    name = str(error["loc"][0])
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
