"""`paperboy export`: what is stored about one chat or about all of them, as JSON.

A file of all chats may be large: it is written chat by chat, to a temporary file first, so that an error leaves nothing
half written.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.errors import TellUser
from bot.model import JSON, Chat, ChatModel, ChatRef, Subscription, Vote
from bot.operator.arguments import parse_chat
from bot.service.app import open_app
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.ports import Store

AT_ONCE = 500
"""Chats whose models are in memory at the same time."""

OWNER_ONLY = 0o600
"""Permissions of a new file: it says what people like."""


class People:
    """Names people by numbers, in the order in which they are met, so that a file does not give their ids away."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def name(self, chat: ChatRef, person: str) -> str | None:
        """Return the name of who gave a vote in a chat; None stands for the chat itself.

        The person of a private chat keeps their id on Telegram: it is the id of the chat too.
        """
        if not person or person == chat.place:
            return person or None
        number = self._numbers.setdefault((chat.platform.value, person), len(self._numbers) + 1)
        return f"person {number}"


async def export(settings: Settings, chat: str | None, file: TextIO) -> int:
    """Write what is stored about a chat (`PLATFORM:ID`), or about all; returns how many chats were written.

    Raises `TellUser` for what is no chat, or is not stored.
    """
    ref = parse_chat(chat) if chat else None
    async with open_app(settings) as app:
        found = await app.store.chats() if ref is None else [known for known in [await app.store.chat(ref)] if known]
        if ref and not found:
            raise TellUser(f"There is no chat {ref}; `paperboy chats` lists those that Paperboy knows.")
        file.write(f'{{"exported_at": {json.dumps(app.clock.now().isoformat())}, "chats": [')
        count = 0
        async for described in _described(app.store, found, await app.store.subscriptions(ref)):
            file.write(("," if count else "") + "\n" + json.dumps(described, ensure_ascii=False))
            count += 1
        file.write("\n]}\n")
    return count


def put(file: TextIO, path: Path | None) -> None:
    """Copy a file to `path`, or to standard output. Raises `TellUser` if it cannot be written."""
    file.seek(0)
    if path is None:
        shutil.copyfileobj(file, sys.stdout)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w", encoding="utf-8", opener=partial(os.open, mode=OWNER_ONLY)) as output:
            shutil.copyfileobj(file, output)
    except OSError as error:
        raise TellUser(f"{path} cannot be written ({error.strerror}); choose another.") from None


async def _described(store: Store, chats: Sequence[Chat], subscriptions: Iterable[Subscription]) -> AsyncIterator[JSON]:
    followed: dict[ChatRef, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions:
        followed[subscription.chat].append(subscription)
    people = People()
    for start in range(0, len(chats), AT_ONCE):
        chunk = chats[start : start + AT_ONCE]
        models = await store.models_of([chat.ref for chat in chunk])
        for chat in chunk:
            votes = await store.votes_of(chat.ref)
            yield {
                **_settings(chat),
                "subscriptions": [_subscription(each) for each in followed[chat.ref]],
                "votes": [_vote(vote, people) for vote in votes],
                "model": _model(models[chat.ref]) if chat.ref in models else None,
            }


def _settings(chat: Chat) -> JSON:
    return {
        "chat": str(chat.ref),
        "title": chat.title,
        "created_at": chat.created_at and chat.created_at.isoformat(),
        "suspended": chat.suspended,
        "settings": {
            "language": chat.language,
            "timezone": chat.timezone,
            "digest_time": f"{chat.digest_time:%H:%M}",
            "size": chat.size,
            "style": chat.style.value,
            "depth": chat.depth.value,
        },
    }


def _subscription(subscription: Subscription) -> JSON:
    return {
        "topic": subscription.topic,
        "since": subscription.since.isoformat(),
        "created_at": subscription.created_at.isoformat(),
    }


def _vote(vote: Vote, people: People) -> JSON:
    return {
        "paper": vote.paper_id,
        "kind": vote.kind.value,
        "person": people.name(vote.chat, vote.person),
        "at": vote.at.isoformat(),
    }


def _model(model: ChatModel) -> JSON:
    return {
        "version": model.version,
        "trained_at": model.trained_at.isoformat(),
        "votes": model.votes,
        "embedder": model.embedder or None,
        "liked": list(model.liked),
        # Weights have the precision of float32; more digits would say nothing.
        "terms": [{"term": term, "weight": float(f"{weight:.5g}")} for term, weight in model.terms],
    }
