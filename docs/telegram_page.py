"""Telegram messages as pages that look like the app on a phone, in its light and its dark theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape

from discord_page import SIGNS

from bot.model import JSON


def telegram_page(
    messages: Sequence[JSON | str], *, is_dark: bool = False, is_open: bool = False, is_notified: bool = False
) -> str:
    """The messages below each other: a payload is the bot's, a text the person's own.

    `is_notified`: the notification of the first message stands above the chat, as on a locked phone. `is_open`: long
    quotations are opened.
    """
    shown = "".join(_own(each) if isinstance(each, str) else _bubble(each, is_open=is_open) for each in messages)
    first = next((each for each in messages if not isinstance(each, str)), None)
    top = _notification(first) if is_notified and first else ""
    theme = "dark" if is_dark else "light"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body class="{theme}">{top}'
        '<header><span class="face">P</span><div><b>Paperboy</b><br><small>bot</small></div></header>'
        f"<main>{shown}</main></body>"
    )


def _own(text: str) -> str:
    return f'<div class="own">{escape(text)}<span class="time">09:00 ✓✓</span></div>'


def _bubble(payload: JSON, *, is_open: bool) -> str:
    """Telegram's HTML works in a browser, except for line feeds and expandable quotations (see the style)."""
    if payload["kind"] != "message":
        return ""
    quotation = f'<blockquote class="{"open" if is_open else "closed"}">'
    html = payload["html"].replace("<blockquote expandable>", quotation)
    return f'<div class="bubble">{html}<span class="time">09:00</span></div>{_keyboard(payload)}'


def _keyboard(payload: JSON) -> str:
    rows = ("".join(_key(button) for button in row) for row in payload["buttons"])
    return "".join(f'<div class="keys">{row}</div>' for row in rows)


def _key(button: JSON) -> str:
    label = escape(button["text"])
    for sign, drawing in SIGNS.items():
        label = label.replace(sign, drawing)
    arrow = '<i class="away">↗</i>' if "url" in button else ""
    return f'<span class="key">{label}{arrow}</span>'


def _notification(payload: JSON) -> str:
    lines = [unescape(re.sub(r"<[^>]+>", "", line)) for line in payload["html"].split("\n")]
    first, *rest = [escape(line) for line in lines if line]
    below = " ".join(rest)[:90]
    return (
        '<div class="notified"><span class="face">P</span><div><b>Paperboy</b><span class="now">now</span><br>'
        f"{first}<br><small>{below}…</small></div></div>"
    )


STYLE = """
body.light { --back: linear-gradient(160deg, #cfe0b8, #a9cfb1 45%, #9ac5c0); --bubble: #fff; --text: #111;
  --dim: #8a9aa5; --link: #2a7cc7; --own: #e6fdd3; --own-dim: #5aa552; --key: #0003; --key-text: #fff; --bar: #fff;
  --quote: #3a94d814; --notice: #fffffff0; }
body.dark { --back: #0e1621; --bubble: #182533; --text: #f5f5f5; --dim: #6d8296; --link: #62b1f2; --own: #2b5278;
  --own-dim: #7da8d3; --key: #232e3cdd; --key-text: #f5f5f5; --bar: #17212b; --quote: #3a94d820; --notice: #232e3c; }
body { margin: 0; background: var(--back); min-height: 100vh; color: var(--text);
  font: 15px/1.34 Roboto, "Noto Sans", system-ui, sans-serif; }
header { display: flex; gap: 12px; align-items: center; background: var(--bar); padding: 9px 16px; line-height: 1.2; }
header small { color: var(--dim); }
.face { flex: none; width: 38px; height: 38px; border-radius: 50%; background: linear-gradient(#e56b5f, #b3261e);
  color: #fff; display: grid; place-items: center; font-weight: 600; }
.notified { display: flex; gap: 10px; background: var(--notice); border-radius: 16px; margin: 8px; padding: 9px 12px;
  line-height: 1.3; font-size: 14px; box-shadow: 0 2px 8px #0003; align-items: center; }
.notified small { color: var(--dim); } .notified .now { color: var(--dim); float: right; font-size: 12px; }
.notified div { flex: 1; min-width: 0; }
main { padding: 10px 8px 14px; display: flex; flex-direction: column; }
.bubble { background: var(--bubble); border-radius: 14px 14px 14px 4px; padding: 7px 11px 20px; margin: 0 20px 4px 0;
  white-space: pre-wrap; position: relative; box-shadow: 0 1px 1px #0002; overflow-wrap: anywhere; }
.own { align-self: flex-end; background: var(--own); border-radius: 14px 14px 4px 14px; padding: 7px 84px 7px 12px;
  margin: 6px 0; position: relative; }
a { color: var(--link); text-decoration: none; }
code { font: 13.5px "DejaVu Sans Mono", monospace; color: var(--link); }
pre { background: var(--quote); padding: 6px 8px; border-radius: 6px; white-space: pre-wrap; margin: 4px 0;
  font: 12.5px "DejaVu Sans Mono", monospace; }
blockquote { margin: 4px 0 -14px; padding: 3px 9px; border-left: 3px solid #3a94d8;
  background: var(--quote); border-radius: 4px; }
blockquote.closed { max-height: 4.05em; overflow: hidden; position: relative; padding-right: 24px; }
blockquote.closed::after { content: "⌄"; position: absolute; right: 8px; bottom: 2px; color: #3a94d8; }
.keys { display: flex; gap: 4px; margin: 0 20px 4px 0; }
.key { flex: 1 1 0; min-width: 0; background: var(--key); color: var(--key-text); border-radius: 7px;
  text-align: center; padding: 7px 4px; font-size: 13.5px; position: relative; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
.away { position: absolute; right: 4px; top: 1px; font-size: 9px; font-style: normal; opacity: 0.8; }
.sign { width: 16px; height: 16px; vertical-align: -2px; }
.time { position: absolute; right: 10px; bottom: 5px; color: var(--dim); font-size: 12px; }
.own .time { color: var(--own-dim); }
"""
