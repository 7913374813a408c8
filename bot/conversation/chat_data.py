"""Everything that is stored about a chat as JSON, which people can read and `paperboy import` takes back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import FOREVER, JSON, Chat, ChatModel, ChatRef, PastDigest, Subscription, Vote

FORMAT_VERSION = 2
"""Of the file. The first version had none, and fewer settings."""


@dataclass(slots=True)
class People:
    """Names people by numbers, in the order in which they are met, so that a file does not give their ids away; or by
    their ids, if `has_ids`."""

    has_ids: bool = False
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def name(self, chat: ChatRef, person: str) -> str | None:
        """The name of who gave a vote in a chat; None stands for the chat itself.

        The person of a private chat keeps their id on Telegram: it is the id of the chat too.
        """
        if self.has_ids or not person or person == chat.place:
            return person or None
        number = self._numbers.setdefault((chat.platform.value, person), len(self._numbers) + 1)
        return f"person {number}"


@dataclass(frozen=True, slots=True)
class ChatData:
    """What is stored about a chat; `digests` may be left out where only what `import` takes is wanted."""

    chat: Chat
    subscriptions: Sequence[Subscription] = ()
    votes: Collection[Vote] = ()
    model: ChatModel | None = None
    digests: Sequence[PastDigest] | None = None


def file_head(exported_at: datetime) -> JSON:
    """The fields of a file before its `chats`."""
    return {"paperboy": FORMAT_VERSION, "exported_at": exported_at.isoformat()}


def described(data: ChatData, people: People) -> JSON:
    """One chat of a file."""
    shown = {
        **_settings(data.chat),
        "subscriptions": [_subscription(each) for each in data.subscriptions],
        "votes": [_vote(vote, people) for vote in data.votes],
        "model": _model(data.model) if data.model is not None else None,
    }
    return shown if data.digests is None else shown | {"digests": [_digest(digest) for digest in data.digests]}


def _settings(chat: Chat) -> JSON:
    paused = chat.paused_until
    return {
        "chat": str(chat.ref),
        "title": chat.title,
        "kind": chat.kind.value,
        "created_at": chat.created_at and chat.created_at.isoformat(),
        "suspended": chat.suspended,
        "settings": {
            "language": chat.language,
            "has_own_language": chat.has_own_language,
            "timezone": chat.timezone,
            "digest_time": f"{chat.digest_time:%H:%M}",
            "days": sorted(chat.days),
            "size": chat.size,
            "style": chat.style.value,
            "depth": chat.depth.value,
            "paused_until": "forever" if paused == FOREVER else paused and paused.isoformat(),
            "quiet": [f"{at:%H:%M}" for at in chat.quiet] if chat.quiet else None,
            "opens_in": chat.opens_in.value,
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


def _digest(digest: PastDigest) -> JSON:
    return {"day": digest.day.isoformat(), "sent_at": digest.created_at.isoformat(), "papers": sorted(digest.shown)}
