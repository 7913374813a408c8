"""Conditions of topics."""

from __future__ import annotations

from sqlalchemy import Exists, exists

from bot.storage import tables


def is_followed() -> Exists:
    """Whether a chat follows the topic of a row of `topics`."""
    return exists().where(tables.subscriptions.c.topic_id == tables.topics.c.id)
