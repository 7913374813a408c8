"""Discord's limits for a message of Components V2, checked as the API checks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_FILES = 10
MAX_ROWS = 5
Component = dict[str, Any]

_TOP_LEVEL = {1, 9, 10, 12, 13, 14, 17}
_IN_CONTAINER = {1, 9, 10, 12, 13, 14}


class DiscordRefused(ValueError):
    """What Discord answers with status 400; `str()` says which rule was broken."""


def walk(components: Sequence[Component]) -> Iterator[Component]:
    """All components, nested ones and accessories too."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        if accessory := component.get("accessory"):
            yield from walk([accessory])


def texts(components: Sequence[Component]) -> list[str]:
    """The contents of all text displays, in order."""
    return [component["content"] for component in walk(components) if component["type"] == 10]


def utf16_len(text: str) -> int:
    """The stricter of the ways in which a platform may count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_payload(payload: dict[str, Any]) -> list[str]:
    """The texts of a message that Discord would accept. Raises `DiscordRefused` for one that it would not."""
    components = payload["components"]
    if not components:
        _refuse("a message needs a component")
    for component in components:
        if component["type"] not in _TOP_LEVEL:
            _refuse(f"component type {component['type']} may not stand at the top")
    everything = list(walk(components))
    if len(everything) > MAX_COMPONENTS:
        _refuse(f"{len(everything)} components; at most {MAX_COMPONENTS} in all")
    said = texts(components)
    if (total := sum(map(utf16_len, said))) > MAX_TEXT:
        _refuse(f"{total} characters of text; at most {MAX_TEXT} in all")
    for component in everything:
        _check(component)
    _check_files(payload.get("files") or [], everything)
    return said


def check_legacy(components: Sequence[Component]) -> None:
    """Rows of buttons and menus below a message with content. Raises `DiscordRefused`."""
    if len(components) > MAX_ROWS or any(component["type"] != 1 for component in components):
        _refuse(f"below content stand at most {MAX_ROWS} action rows")
    everything = list(walk(components))
    for component in everything:
        _check(component)
    _check_names(everything)


def _check(component: Component) -> None:
    kind = component["type"]
    if kind == 17:
        children = component["components"]
        if not children or any(child["type"] not in _IN_CONTAINER for child in children):
            _refuse("a container holds rows, sections, text, galleries, files and separators, at least one")
    elif kind == 10 and not component["content"].strip():
        _refuse("a text display may not be empty")
    elif kind == 1:
        kinds = [child["type"] for child in component["components"]]
        if kinds != [3] and (not 1 <= len(kinds) <= 5 or set(kinds) != {2}):
            _refuse("an action row holds one to five buttons, or one menu")
    elif kind == 2:
        _check_button(component)
    elif kind == 3:
        _check_menu(component)
    elif kind == 9:
        if not 1 <= len(component["components"]) <= 3 or component.get("accessory", {}).get("type") not in (2, 11):
            _refuse("a section holds one to three texts and a button or thumbnail")
    elif kind == 12:
        if not 1 <= len(component["items"]) <= 10:
            _refuse("a gallery holds one to ten pictures")
        if any(len(item.get("description") or "") > 256 for item in component["items"]):
            _refuse("a picture's description has at most 256 characters")


def _check_button(button: Component) -> None:
    if not 1 <= utf16_len(button.get("label", "")) <= 80:
        _refuse("a button's label has one to 80 characters")
    if button["style"] == 5:
        if not button.get("url", "").startswith(("http://", "https://", "discord://")) or len(button["url"]) > 512:
            _refuse("a link button has an http(s) address of at most 512 characters")
        if "custom_id" in button:
            _refuse("a link button has no custom_id")
    elif not 1 <= len(button.get("custom_id", "")) <= 100 or "url" in button:
        _refuse("a button has a custom_id of one to 100 characters and no address")


def _check_menu(menu: Component) -> None:
    options = menu["options"]
    if not 1 <= len(options) <= 25 or len({option["value"] for option in options}) != len(options):
        _refuse("a menu has one to 25 options, each with a value of its own")
    if not all(1 <= utf16_len(option[name]) <= 100 for option in options for name in ("label", "value")):
        _refuse("an option's label and value have one to 100 characters")
    if any(utf16_len(option.get("description") or "") > 100 for option in options):
        _refuse("an option's description has at most 100 characters")
    if not 1 <= len(menu["custom_id"]) <= 100 or utf16_len(menu.get("placeholder", "")) > 150:
        _refuse("a menu has a custom_id of one to 100 characters and a placeholder of at most 150")


def _check_files(files: Sequence[str], components: Sequence[Component]) -> None:
    names = [PurePath(file).name for file in files]
    if len(names) > MAX_FILES or len(set(names)) != len(names):
        _refuse("at most ten files, each with a name of its own")
    shown = [item["media"]["url"] for each in components if each["type"] == 12 for item in each["items"]]
    shown += [each["file"]["url"] for each in components if each["type"] == 13]
    attached = {url.removeprefix("attachment://") for url in shown if url.startswith("attachment://")}
    if attached != set(names):
        _refuse(f"attachments {sorted(attached)} are not the files {sorted(names)}")
    _check_names(components)


def _check_names(components: Sequence[Component]) -> None:
    ids = [component["custom_id"] for component in components if "custom_id" in component]
    if len(set(ids)) != len(ids):
        _refuse("two buttons have the same custom_id")


def _refuse(why: str) -> None:
    raise DiscordRefused(f"400 Bad Request: {why}")
