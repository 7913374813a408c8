"""Made-up papers, chats and digests for the store's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.model import (
    Announced,
    Announcement,
    Chat,
    ChatRef,
    Claim,
    Conclusion,
    Delivery,
    DeliveryState,
    Depth,
    Dropped,
    Evidence,
    Extent,
    Kind,
    NewDigest,
    Paper,
    Part,
    Platform,
    Provenance,
    Settlement,
    Source,
    Summary,
    SummaryKey,
    Support,
)
from bot.ports import Store

NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
ANN = ChatRef(Platform.TELEGRAM, "101")
BOB = ChatRef(Platform.DISCORD, "202")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def paper(name: str = "2606.00001", version: int = 1, **fields: Any) -> Paper:
    given: dict[str, Any] = {
        "title": f"On {name}",
        "authors": ("Ada Example", "Jürgen Müller"),
        "abstract": "We show a thing.",
        "categories": ("cs.CV",),
    }
    return Paper(name, version, **(given | fields))


def announced(
    name: str = "2606.00001", day: date = TUESDAY, kind: Kind = Kind.NEW, version: int = 1, **fields: Any
) -> Announced:
    return Announced(paper(name, version, **fields), Announcement(name, version, day, kind))


def digest(chat: ChatRef = ANN, slot: str = "2026-06-02", papers: tuple[str, ...] = (), parts: int = 1) -> NewDigest:
    return NewDigest(
        chat=chat,
        slot=slot,
        day=TUESDAY,
        first_day=TUESDAY,
        last_day=TUESDAY,
        paper_ids=papers,
        parts=tuple(Part({"text": f"{slot} part {number}"}, papers) for number in range(1, parts + 1)),
        next_due_at=None,
    )


async def digest_of_all(store: Store, chat: ChatRef = ANN, slot: str = "2026-06-02") -> NewDigest:
    """The digest of all that a chat has not had, with its position."""
    unseen = (await store.unseen_of([chat]))[chat]
    return replace(digest(chat, slot, unseen.position.papers), position=unseen.position)


def summary(key: SummaryKey, text: str = "It works.", model: str = "extractive") -> Summary:
    claim = Claim(text, (Evidence("We show a thing.", "1", 2, "S1.p2"), Evidence("And another.")), Support.JUDGED)
    return Summary(
        key=key,
        headline=claim,
        takeaways=(claim, Claim("Δ 47×, 日本語")),
        keywords=("vision", "talking head"),
        provenance=Provenance(
            model=model,
            created_at=NOW,
            source=Source.PDF,
            prompt="abc",
            read=Extent("pages", 3, 15),
            dropped=(Dropped("No.", "no quote"),),
            instead_of="gemini was over quota",
            notes=("a note",),
        ),
        translated_title="Titel",
        affiliations=("Example University",),
        results=(claim,),
        conclusion=Conclusion(significance=(claim,)),
    )


def key(name: str = "2606.00001", version: int = 1, language: str = "en", depth: Depth = Depth.BRIEF) -> SummaryKey:
    return SummaryKey(name, version, language, depth)


async def with_chats(store: Store, *refs: ChatRef) -> None:
    for ref in refs or (ANN, BOB):
        await store.add_chat(Chat(ref))


async def match_all(store: Store, *papers: tuple[str, date], topic: str = "cat:cs.CV") -> None:
    """Let a followed topic match these papers on these days, up to the last announcement."""
    state = next(state for state in await store.topics() if state.query == topic)
    log = await store.announcements_after(0, 10_000)
    seqs = [
        seq
        for seq, entry in log
        if (entry.paper.id, entry.announcement.day) in papers and entry.announcement.kind.delivers
    ]
    await store.save_matches({state.id: seqs}, [state.id], max((seq for seq, _ in log), default=0))


async def lease(store: Store, owner: str = "w1", now: datetime = NOW, limit: int = 100) -> list[Delivery]:
    return await store.lease(owner, tuple(Platform), now, now + minutes(1), limit)


async def send_next(store: Store, now: datetime = NOW) -> list[str]:
    """Lease, begin and settle as sent what may go; the texts."""
    texts = []
    for delivery in await lease(store, now=now):
        assert await store.begin(delivery.id, "w1", now)
        await store.settle(delivery.id, Settlement(DeliveryState.SENT, message_id=f"m{delivery.id}"), now)
        texts.append(delivery.part.payload["text"])
    return texts
