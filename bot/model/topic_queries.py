"""Normalized topics as texts: an exact query, an interest, or both; and how people read them."""

from __future__ import annotations

_MARK = "about: "

LABEL_LENGTH = 60
"""Characters of an interest where a topic is only named."""


def split_query(query: str) -> tuple[str, str]:
    """A normalized topic as its exact query and its interest; one of them may be empty."""
    exact, _, about = query.partition(_MARK)
    return exact.rstrip(), about


def join_query(exact: str, about: str) -> str:
    """The normalized topic of a normalized query and a cleaned interest; one of them may be empty."""
    return f"{exact} {_MARK}{about}".strip() if about else exact


def is_interest(query: str) -> bool:
    """Whether a normalized topic is an interest alone, which matches by closeness instead of exactly."""
    return query.startswith(_MARK)


def topic_label(query: str) -> str:
    """A normalized topic as people read it: an interest in quotation marks, and its text shortened."""
    exact, about = split_query(query)
    if not about:
        return exact
    shown = f"“{_shortened(about)}”"
    return f"{exact}, {shown}" if exact else shown


def _shortened(text: str) -> str:
    """The text in at most `LABEL_LENGTH` characters, cut at a space where one is near."""
    if len(text) <= LABEL_LENGTH:
        return text
    cut = text[: LABEL_LENGTH - 1]
    head = cut.rpartition(" ")[0]
    return f"{(head if len(head) > LABEL_LENGTH // 2 else cut).rstrip(' ,;.，；。、')}…"
