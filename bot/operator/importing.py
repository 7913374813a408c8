"""`paperboy import`: chats with their settings, topics, votes and saved papers from a file, or topics from OPML.

A file is checked as a whole before anything is written. Settings become those of the file; topics and votes that are
there already stay, so that an import that was stopped can be done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import topics
from bot.conversation.topic_results import MAX_SUBSCRIPTIONS
from bot.decisions import ledger
from bot.errors import BadTopic, TellUser
from bot.model import Chat, ChatRef, PaperList, SubscribeResult, Vote, VoteKind
from bot.operator import import_format, opml
from bot.operator.arguments import parse_chat
from bot.operator.import_format import ImportedChat
from bot.service.app import App, open_app
from bot.settings import Settings

if TYPE_CHECKING:
    from datetime import date

MAX_BYTES = 500_000_000
"""A file is read as a whole."""

PAPERS_AT_ONCE = 200
"""Papers that are looked for together; arXiv is asked for those that are not stored."""

_OPPOSITES = {VoteKind.UP: VoteKind.DOWN, VoteKind.DOWN: VoteKind.UP}


@dataclass(slots=True)
class _Done:
    """What an import has changed."""

    chats: int = 0
    new_chats: int = 0
    topics: int = 0
    votes: int = 0
    lost_votes: int = 0
    too_many: int = 0
    are_people_numbered: bool = False

    def lines(self) -> list[str]:
        lines = [
            f"Read {_count(self.chats, 'chat')}, {self.new_chats} of them new: "
            f"{_count(self.topics, 'new topic')}, {_count(self.votes, 'new vote')}."
        ]
        if self.too_many:
            lines.append(f"{_count(self.too_many, 'topic')} left out: a chat follows at most {MAX_SUBSCRIPTIONS}.")
        if self.lost_votes:
            lines.append(f"{_count(self.lost_votes, 'vote')} left out: arXiv does not know their papers.")
        if self.are_people_numbered:
            lines.append("People are numbered in the file, so nobody finds their saved papers; export with --people.")
        return lines


async def import_file(settings: Settings, path: Path, chat: str | None = None) -> list[str]:
    """Import a file; returns sentences that say what was done.

    Raises `TellUser` for a file that cannot be read or is not understood, and then nothing is changed; `RetryLater` if
    arXiv does not answer.
    """
    content = await asyncio.to_thread(_content, path)
    is_opml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    # Both before the database is opened: a mistake is answered at once.
    followed = _topics(content, path, chat) if is_opml else {}
    chats = [] if is_opml else import_format.read(content, path.name)
    if chat and not is_opml:
        raise TellUser("A file of `paperboy export` names its chats itself; leave out --chat.")
    done = _Done()
    async with open_app(settings, interactive=True) as app:
        for each in chats:
            await _import_chat(app, each, done)
        for ref, queries in followed.items():
            await _ensure(app, ref, done)
            await _follow(app, ref, [(query, None) for query in queries], done)
    return done.lines()


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TellUser(f"{path} has more than {MAX_BYTES // 1_000_000} MB; it is no file of Paperboy.")
        return path.read_bytes()
    except OSError as error:
        raise TellUser(f"{path} cannot be read ({error.strerror}); name another file.") from None


def _topics(content: bytes, path: Path, chat: str | None) -> dict[ChatRef, list[str]]:
    """The normalized topics of an OPML file by chat: all for the one that is named, else for those in the file."""
    found: dict[ChatRef, list[str]] = {}
    for name, texts in opml.read(content, path.name).items():
        if not (chat or name):
            raise TellUser(f"{path.name} does not say for which chat its topics are; name it with --chat.")
        ref = parse_chat(chat or name)
        for text in texts:
            try:
                found.setdefault(ref, []).append(topics.parse(text).query)
            except BadTopic as error:
                raise TellUser(f"{path.name} has the topic “{text}”. {error} Nothing was changed.") from None
    return found


async def _import_chat(app: App, given: ImportedChat, done: _Done) -> None:
    chat, now = await _ensure(app, given.ref, done), app.clock.now()
    changed = given.applied_to(chat)
    if changed != chat:
        fields = ("title", "kind", "language", "has_own_language", "timezone", "digest_time", "days", "size", "style")
        more = ("depth", "paused_until", "quiet", "opens_in")
        changes = {name: getattr(changed, name) for name in (*fields, *more)}
        await app.store.change_chat(given.ref, now, **changes)
    await _follow(app, given.ref, [(each.topic, each.since) for each in given.subscriptions], done)
    await _vote(app, given.ref, given.cast_votes, done)


async def _ensure(app: App, ref: ChatRef, done: _Done) -> Chat:
    done.chats += 1
    chat = await app.store.chat(ref)
    if chat is None:
        done.new_chats += 1
        chat = await app.store.add_chat(app.defaults.new_chat(ref, app.clock.now()))
    return chat


async def _follow(app: App, ref: ChatRef, followed: Sequence[tuple[str, date | None]], done: _Done) -> None:
    # From the latest listing on: a chat that moves here must not get again what it had elsewhere.
    latest = ledger.since(await app.store.latest_day())
    for query, since in followed:
        begin = max(since, latest) if since else latest
        match await app.store.subscribe(ref, query, begin, app.clock.now(), limit=MAX_SUBSCRIPTIONS):
            case SubscribeResult.SUBSCRIBED:
                done.topics += 1
            case SubscribeResult.TOO_MANY:
                done.too_many += 1


async def _vote(app: App, ref: ChatRef, votes: Sequence[Vote], done: _Done) -> None:
    known = {(vote.person, vote.paper_id, vote.kind): vote.at for vote in await app.store.votes_of(ref)}
    new = [vote for vote in votes if (vote.person, vote.paper_id, vote.kind) not in known]
    paper_ids = list(dict.fromkeys(vote.paper_id for vote in new))
    stored: set[str] = set()
    for start in range(0, len(paper_ids), PAPERS_AT_ONCE):
        found = await app.papers.listed(PaperList(tuple(paper_ids[start : start + PAPERS_AT_ONCE])))
        stored |= {paper.id for paper in found.papers}
    for vote in new:
        opposite = _OPPOSITES.get(vote.kind)
        if opposite and known.get((vote.person, vote.paper_id, opposite), vote.at) > vote.at:
            continue  # somebody has changed their mind since
        if vote.paper_id not in stored:
            done.lost_votes += 1
            continue
        done.votes += await app.store.vote(ref, vote.person, [vote.paper_id], vote.kind, vote.at)
        done.are_people_numbered |= vote.person.startswith("person ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
