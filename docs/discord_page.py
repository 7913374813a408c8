"""Discord messages as pages that look like the app on a phone, in its dark and its light theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from bot.model import JSON

PRIVATE = "Only you can see this · Dismiss message"

# Numbers of Discord's component types: https://discord.com/developers/docs/components/reference
ACTION_ROW, BUTTON, SELECT, TEXT_DISPLAY, SEPARATOR, CONTAINER = 1, 2, 3, 10, 14, 17


def discord_page(payloads: Sequence[JSON], below: str = "", *, is_light: bool = False) -> str:
    """The messages below each other; `below` is a line under the last one."""
    shown = "".join(_component(component) for payload in payloads for component in payload["components"])
    shown += f"<small>{escape(below)}</small>" if below else ""
    head = '<div class="who"><b>Paperboy</b><span class="app">APP</span><span class="when">Today at 09:00</span></div>'
    theme = "light" if is_light else "dark"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body class="{theme}">'
        f'<main><div class="face"></div><div class="message">{head}{shown}</div></main></body>'
    )


def _component(component: dict[str, Any]) -> str:
    kind = component["type"]
    inner = "".join(_component(child) for child in component.get("components", ()))
    if kind == TEXT_DISPLAY:
        return f'<div class="text">{_markdown(component["content"])}</div>'
    if kind == BUTTON:
        label = escape(component["label"])
        for sign, drawing in SIGNS.items():
            label = label.replace(sign, drawing)
        return f'<span class="button">{label}{" ↗" if "url" in component and "↗" not in label else ""}</span>'
    if kind == SELECT:
        return f'<span class="menu">{escape(component["placeholder"])}<i>⌄</i></span>'
    if kind == SEPARATOR:
        return "<hr>"
    return f'<div class="{"box" if kind == CONTAINER else "row"}">{inner}</div>'


def _markdown(text: str) -> str:
    """Those parts of Discord's Markdown that our renderer writes, as HTML."""
    parts = re.split(r"```\n(.*?)\n```", text, flags=re.DOTALL)
    # Every second part is a block of code.
    return "".join(
        f"<pre>{escape(part)}</pre>" if number % 2 else "".join(_line(line) for line in part.strip("\n").split("\n"))
        for number, part in enumerate(parts)
        if part.strip()
    )


def _line(line: str) -> str:
    for mark, tag in (("### ", "h3"), ("## ", "h2"), ("-# ", "small"), ("- ", "li")):
        if line.startswith(mark):
            return f"<{tag}>{_inline(line.removeprefix(mark))}</{tag}>"
    return f"<p>{_inline(line)}</p>"


def _inline(text: str) -> str:
    # Escaped characters are replaced by private ones with their index, so that they are not read as Markdown.
    escaped: list[str] = []

    def set_aside(match: re.Match[str]) -> str:
        escaped.append(match[1])
        return f"\ue000{len(escaped) - 1}\ue001"

    text = re.sub(r"\\(\W)", set_aside, text)
    text = escape(text, quote=False)
    text = re.sub(r"\[(.+?)\]\((\S+?)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
    return re.sub("\ue000(\\d+)\ue001", lambda match: escape(escaped[int(match[1])]), text)


_THUMB = "M2 9h3v9H2zM7 9l4-7c1.6 0 2.4 1.1 2 2.6L12.3 8H17c1 0 1.6.9 1.4 1.8l-1.5 6.7c-.2.9-.9 1.5-1.8 1.5H7z"


def _drawing(path: str, colour: str, turned: str = "") -> str:
    return f'<svg viewBox="0 0 20 20" class="sign"><path d="{path}" fill="{colour}" {turned}/></svg>'


SIGNS = {
    "👍": _drawing(_THUMB, "#ffcc4d"),
    "👎": _drawing(_THUMB, "#ffcc4d", 'transform="rotate(180 10 10)"'),
    "🔖": _drawing("M5 2h10v16l-5-4-5 4z", "#dd2e44"),
}
"""Drawn by hand, because a machine without a font of emoji shows boxes in their place."""

STYLE = """
body.dark { --back: #313338; --text: #dbdee1; --bright: #f2f3f5; --dim: #949ba4; --box: #2b2d31; --line: #3f4147;
  --button: #4e5058; --label: #fff; --menu: #1e1f22; --link: #00a8fc; --code: #1e1f22; }
body.light { --back: #fff; --text: #313338; --bright: #060607; --dim: #5c5e66; --box: #f2f3f5; --line: #d9dadd;
  --button: #dcdee1; --label: #1f2023; --menu: #e9eaec; --link: #0067e0; --code: #e3e5e8; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 15px/1.38 "gg sans", "Noto Sans", system-ui, sans-serif; }
main { display: flex; gap: 12px; padding: 14px 12px; }
.face { flex: none; width: 40px; height: 40px; border-radius: 50%; background: linear-gradient(#e56b5f, #b3261e); }
.message { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.who b { color: var(--bright); } .who .when { color: var(--dim); font-size: 12px; margin-left: 8px; }
.app { background: #5865f2; color: #fff; font-size: 10px; padding: 1px 5px; border-radius: 3px; margin-left: 6px; }
.box { border: 1px solid var(--line); border-left: 4px solid #b31b1b; border-radius: 8px; background: var(--box);
  padding: 12px 14px; margin: 8px 0; }
h2 { font-size: 20px; margin: 6px 0 4px; color: var(--bright); }
h3 { font-size: 16px; margin: 0 0 4px; line-height: 1.3; color: var(--bright); }
p { margin: 0; min-height: 0.6em; } small { display: block; color: var(--dim); font-size: 12.5px; }
hr { border: 0; border-top: 1px solid var(--line); margin: 10px 0; }
li { margin: 3px 0 3px 20px; } a { color: var(--link); text-decoration: none; }
code, pre { background: var(--code); border-radius: 4px; padding: 1px 4px; font: 12.5px "DejaVu Sans Mono", monospace; }
pre { padding: 8px; white-space: pre-wrap; margin: 6px 0; }
.row { margin-top: 8px; display: flex; gap: 8px; flex-wrap: wrap; }
.button { background: var(--button); color: var(--label); border-radius: 8px; padding: 6px 13px; font-size: 14px; }
.sign { width: 16px; height: 16px; vertical-align: -2px; }
.menu { flex: 1; background: var(--menu); border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px;
  color: var(--dim); display: flex; justify-content: space-between; }
.menu i { font-style: normal; }
"""
