"""Takes changes back that were made in the last ten minutes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.conversation.chat_records import ChatRecords
from bot.conversation.paper_votes import PaperVotes
from bot.conversation.results import NotAllowed, Requester
from bot.conversation.topic_results import MAX_SUBSCRIPTIONS
from bot.conversation.undo_results import UndoExpired, Undone, UndoRefused
from bot.model import ARCHIVE, JSON, Chat, ChatChanges, ChatRef, Kept, SubscribeResult, Subscription, VoteKind
from bot.ports import Clock, Store

if TYPE_CHECKING:
    from pydantic import TypeAdapter

log = structlog.get_logger()

LASTS = timedelta(minutes=10)
"""How long a change can be taken back."""

_KIND = "undo"
_OWN = "p"
"""Begins the keys of what a person may take back without rights in the chat; the others are hexadecimal."""

_FIELDS = tuple(sorted(ChatChanges.__annotations__.keys() - {"title", "kind"}))
"""What people change of a chat; title and kind are found out by the bot."""


_SETTINGS = {
    "digest_time": "time",
    "has_own_language": "language",
    "opens_in": "opens",
    "paused_until": "pause",
}
"""The names of settings that are not those of their fields of `Chat`."""


@dataclass(frozen=True, slots=True)
class FollowAgain:
    """Subscribe the chat to a topic again, with its first day and its place in the list."""

    topic: str
    since: date
    created_at: datetime

    @classmethod
    def of(cls, subscription: Subscription) -> FollowAgain:
        return cls(subscription.topic, subscription.since, subscription.created_at)


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Unsubscribe the chat from a topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Give fields of `Chat` the values of before, if they still have those of after. Made by `restore`.

    `due_at` is the due time that the change replaced: if it has passed meanwhile, the digest is due at once.
    """

    before: JSON
    after: JSON
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unlike:
    """Delete a person's likes of some papers; of those in `disliked` the dislike is stored again. "" is the chat."""

    person: str
    paper_ids: tuple[str, ...]
    disliked: tuple[str, ...] = ()


Step = FollowAgain | Unfollow | Restore | Unlike
_STEPS: dict[str, Any] = {"follow": FollowAgain, "unfollow": Unfollow, "restore": Restore, "unlike": Unlike}


def restore(before: Chat, after: Chat) -> Restore | None:
    """What gives a chat's settings their values of before; None if none of them differs."""
    names = {name for name in _FIELDS if getattr(before, name) != getattr(after, name)}
    if not names:
        return None
    is_moved = before.next_due_at != after.next_due_at
    return Restore(_fields(before, names), _fields(after, names), before.next_due_at if is_moved else None)


class Undo:
    """Keeps what takes a change back, in the order in which it is to be done, and does it once."""

    def __init__(self, store: Store, clock: Clock, chats: ChatRecords, votes: PaperVotes) -> None:
        self._store, self._clock, self._chats, self._votes = store, clock, chats, votes
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, ref: ChatRef, *steps: Step) -> str:
        """Keep the steps that take a change of the chat back; returns the key for the button."""
        now, is_own = self._clock.now(), all(isinstance(step, Unlike) and step.person for step in steps)
        key = (_OWN if is_own else "") + secrets.token_hex(6)
        value: JSON = {"steps": [_json(step) for step in steps]}
        await self._store.keep(Kept(ref, _KIND, key, value, now + LASTS), now)
        return key

    async def offer_restoring(self, before: Chat, after: Chat) -> str:
        """As `offer`, for changed settings of a chat; "" if nothing was changed."""
        step = restore(before, after)
        return await self.offer(after.ref, step) if step else ""

    async def undo(
        self, requester: Requester, ref: ChatRef, key: str
    ) -> Undone | UndoExpired | UndoRefused | NotAllowed:
        """Take back the change that `key` was offered for.

        Nothing is done if one part of it was changed again since, or if the chat would follow too many topics. Of two
        presses at once, one does it. What the end of the process has interrupted, the next press completes.
        """
        if not (requester.is_admin or key.startswith(_OWN)):
            return NotAllowed()
        async with self._one_at_a_time:
            return await self._undo(requester, ref, key)

    async def _undo(
        self, requester: Requester, ref: ChatRef, key: str
    ) -> Undone | UndoExpired | UndoRefused | NotAllowed:
        kept = await self._store.kept(ref, _KIND, key, self._clock.now())
        if kept is None:
            return UndoExpired()
        steps = [_step(each) for each in kept.value["steps"]]
        person = await self._votes.person(requester, ref)
        if not all(_may_do(step, requester, person) for step in steps):
            return NotAllowed()
        chat, is_begun = await self._store.chat(ref), "is_begun" in kept.value
        if chat is None or not (is_begun or await self._can_be_done(chat, steps)):
            await self._store.take_kept(ref, _KIND, key, self._clock.now())
            return UndoRefused()
        # Once begun, what was done so far looks as if it had been changed again since.
        await self._store.keep(replace(kept, value={**kept.value, "is_begun": True}), self._clock.now())
        done = Undone(chat, None)
        for step in steps:
            done = await self._do(done, step)
        await self._store.take_kept(ref, _KIND, key, self._clock.now())
        log.info("change taken back", chat=str(ref), steps=len(steps))
        return replace(done, first_due=self._chats.due_locally(done.chat))

    async def _can_be_done(self, chat: Chat, steps: Sequence[Step]) -> bool:
        followed = {subscription.topic for subscription in await self._store.subscriptions(chat.ref)}
        if len(_followed_after(followed, steps)) > max(MAX_SUBSCRIPTIONS, len(followed)):
            return False
        for step in steps:
            match step:
                case FollowAgain(topic=topic) if topic in followed:
                    return False
                case Unfollow(topic) if topic not in followed:
                    return False
                case Restore(after=after) if any(getattr(chat, name) != was for name, was in _values(after).items()):
                    return False
                case Unlike(person, paper_ids) if not await self._likes(chat.ref, person) & set(paper_ids):
                    return False
        return True

    async def _likes(self, ref: ChatRef, person: str) -> set[str]:
        votes = await self._store.votes_of(ref, person)
        return {vote.paper_id for vote in votes if vote.kind is VoteKind.UP}

    async def _do(self, done: Undone, step: Step) -> Undone:
        """Do a step, which may have been done before."""
        ref, now = done.chat.ref, self._clock.now()
        match step:
            case FollowAgain(topic, since, created_at):
                result = await self._store.subscribe(
                    ref, topic, since, now, limit=MAX_SUBSCRIPTIONS, created_at=created_at
                )
                is_followed = result is not SubscribeResult.TOO_MANY
                return replace(done, followed=(*done.followed, topic)) if is_followed else done
            case Unfollow(topic):
                await self._store.unsubscribe(ref, topic, now)
                return replace(done, unfollowed=(*done.unfollowed, topic))
            case Restore():
                chat = await self._restore(done.chat, step, now)
                names = dict.fromkeys(_SETTINGS.get(field, field) for field in step.before)
                return replace(done, chat=chat, settings=(*done.settings, *names))
            case Unlike(person, paper_ids, disliked):
                likes = [await self._store.take_back(ref, person, each, VoteKind.UP, now) for each in paper_ids]
                if disliked:
                    await self._store.vote(ref, person, disliked, VoteKind.DOWN, now)
                return replace(done, likes=done.likes + sum(likes))

    async def _restore(self, chat: Chat, step: Restore, now: datetime) -> Chat:
        fields = cast(ChatChanges, _values(step.before))
        restored = await self._store.change_chat(chat.ref, now, **fields) or replace(chat, **fields)
        # The change had moved a digest away that would have been written in these minutes.
        if step.due_at is not None and step.due_at <= now:
            await self._store.set_due(chat.ref, step.due_at)
            restored = replace(restored, next_due_at=step.due_at)
        return restored


def _followed_after(followed: set[str], steps: Sequence[Step]) -> set[str]:
    added = {step.topic for step in steps if isinstance(step, FollowAgain)}
    return (followed | added) - {step.topic for step in steps if isinstance(step, Unfollow)}


def _may_do(step: Step, requester: Requester, person: str) -> bool:
    """Whether somebody may take this back; `person` is the name under which their votes are stored."""
    if isinstance(step, Unlike) and step.person:
        return step.person == person
    return requester.is_admin


@cache
def _adapter(of: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # costs a tenth of a second, and commands of the terminal need it seldom

    return TypeAdapter(of)


def _json(step: Step) -> JSON:
    name = next(name for name, kind in _STEPS.items() if isinstance(step, kind))
    return {"do": name, **_adapter(_STEPS[name]).dump_python(step, mode="json")}


def _step(value: JSON) -> Step:
    fields = {name: field for name, field in value.items() if name != "do"}
    return cast(Step, _adapter(_STEPS[value["do"]]).validate_python(fields))


def _fields(chat: Chat, names: set[str]) -> JSON:
    return cast(JSON, _adapter(Chat).dump_python(chat, mode="json", include=names))


def _values(fields: JSON) -> dict[str, Any]:
    """The values of fields of `Chat` that `_fields` wrote."""
    chat = _adapter(Chat).validate_python({"ref": ARCHIVE, **fields})
    return {name: getattr(chat, name) for name in fields}
