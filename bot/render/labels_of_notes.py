"""The labels of the notes on a summary, by their kinds: entries of `bot.render.labels`."""

from __future__ import annotations

from bot.locales import NNP_, NP_

NOTES: dict[str, tuple[str, str] | tuple[str, str, str]] = {
    "note: hidden": NNP_("note", "{n} hidden passage left out", "{n} hidden passages left out"),
    "note: orders": NNP_(
        "note",
        "{n} sentence with orders to a summarizer left out",
        "{n} sentences with orders to a summarizer left out",
    ),
    "note: orders in full text": NNP_(
        "note",
        "{n} sentence of the full text with orders to a summarizer left out",
        "{n} sentences of the full text with orders to a summarizer left out",
    ),
    "note: no further sentence": NP_("note", "no further sentence can be read by itself for: {parts}"),
    "note: no sentence": NP_("note", "no sentence of the full text can be read by itself"),
    "brief instead of deep": NP_("note", "abstract only: {reason}"),
    "note: no full text": NP_("note", "there is no full text"),
    "note: unread": NP_("note", "its full text could not be read"),
    "note: reading problem": NP_("note", "parts of the full text could not be read"),
    "note: too little verified": NP_("note", "too little of the reading could be verified"),
    "note: language unchecked": NP_("note", "language unchecked"),
    "list comma": NP_("note", ", "),
}
