"""Many chats that are due together: they share what is equal, take turns in time, and cost few statements."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import event

from bot import pipeline
from bot.decisions import due_times, spreading
from bot.decisions.spreading import Load
from bot.model import (
    Announced,
    Announcement,
    Card,
    Chat,
    ChatRef,
    Delivery,
    DeliveryState,
    Depth,
    Digest,
    Kind,
    OpensIn,
    Paper,
    Part,
    Platform,
    Style,
    slot_of_key,
)
from bot.pipeline import Chooser, DigestBuilder, Rankings
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.makers import AbstractReader
from tests.fakes.senders import FakePlatform
from tests.pipeline.conftest import ANN, BOB, DAYS, Scene

SLOW = {Platform.TELEGRAM: Load(rate=0.01, parts=1.0)}
"""Three digests take longer than ten minutes: a hundred seconds each would be ten minutes for six."""


def chat(number: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(100 + number))


class CountingPlatform(FakePlatform):
    """A renderer that counts the digests that it renders."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered: list[Digest] = []

    def notice(self, paragraphs: Sequence[str]) -> Part:
        return Part({"text": "\n".join(paragraphs)})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        self.rendered.append(digest)
        return super().parts(digest, chat)


async def papers(scene: Scene, day: date, count: int) -> None:
    """Announce that many papers of cs.CV."""
    await scene.store.ingest(
        [
            Announced(
                Paper(f"2606.{number:05}", 1, f"On {number}", (), "We show it.", ("cs.CV",)),
                Announcement(f"2606.{number:05}", 1, day, Kind.NEW),
            )
            for number in range(count)
        ],
        scene.clock.now(),
    )


async def deliveries(scene: Scene, state: DeliveryState = DeliveryState.WAITING) -> list[Delivery]:
    return await scene.store.deliveries(states=[state], limit=1000)


# ── what chats share ──


async def test_chats_with_equal_papers_and_settings_share_one_digest(scene: Scene) -> None:
    scene.telegram = counting = CountingPlatform()
    for number in range(5):
        await scene.follow(chat(number), "cs.CV")
    await scene.follow(chat(5), "cs.CV", size=1)
    await scene.follow(chat(6), "cs.CV")
    await scene.store.change_chat(chat(6), scene.clock.now(), style=Style.TITLES)
    await scene.follow(chat(7), "cs.CV", "video")
    scene.morning(DAYS[0])
    await scene.prepare()
    await scene.send()
    assert len(counting.rendered) == 4
    assert all(counting.papers(chat(number)) == counting.papers(chat(0)) for number in range(5))


async def test_a_group_and_a_private_chat_have_buttons_of_their_own(scene: Scene) -> None:
    """Papers open in private for the one who taps in a group, and right there in a private chat."""
    group, here = ChatRef(Platform.TELEGRAM, "-100500"), ChatRef(Platform.TELEGRAM, "-100600")
    for ref in (ANN, group, here):
        await scene.follow(ref, "cs.CV")
    await scene.store.change_chat(here, scene.clock.now(), opens_in=OpensIn.HERE)
    scene.morning(DAYS[0])
    await scene.prepare()
    builder = DigestBuilder({Platform.TELEGRAM: TelegramRenderer()}, scene.makers, AbstractReader())
    await pipeline.compose(scene.store, builder, scene.clock)
    buttons = {each.chat: each.part.payload["buttons"][0][0] for each in await deliveries(scene)}
    assert "action" in buttons[ANN]
    assert "link" in buttons[group]
    assert "action" in buttons[here]


async def test_papers_past_the_size_are_kept_in_order_and_come_no_other_day(scene: Scene) -> None:
    scene.telegram = counting = CountingPlatform()
    await scene.follow(ANN, "cs.CV", size=2)
    scene.morning(DAYS[0], 8)
    await papers(scene, DAYS[0], 40)
    await scene.prepare()
    scene.morning(DAYS[0])
    await scene.send()
    [digest] = counting.rendered
    assert len(digest.cards) == 2
    assert digest.unlisted == digest.matched - 2 > 20
    assert counting.papers(ANN) == [card.paper.id for card in digest.cards]
    whole = await scene.store.ranked_papers(ANN, slot_of_key(digest.slot), 0, 1_000)
    assert whole is not None
    assert (whole.kept, whole.total, whole.topics) == (digest.ranked, digest.matched, digest.topics)
    assert whole.paper_ids[:2] == tuple(card.paper.id for card in digest.cards)
    assert len(set(whole.paper_ids)) == digest.matched
    assert await scene.store.candidates(ANN) == []


async def statements_of_a_morning(scene: Scene, chats: int) -> int:
    queries = ("cs.CV", "cs.CL", "math.NA", "video", "cs.CV OR cs.CL")
    for number in range(chats):
        await scene.follow(chat(number), queries[number % 5], queries[number % 3])
    scene.morning(DAYS[0], 8)
    await pipeline.poll(scene.store, scene.source, scene.clock)
    count = 0

    def add(*_: object) -> None:
        nonlocal count
        count += 1

    engine = scene.store.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", add)
    await pipeline.match(scene.store)
    await pipeline.choose(scene.store, scene.clock.now())
    scene.morning(DAYS[0], 10)
    assert await pipeline.compose(scene.store, scene.builder, scene.clock) == chats
    event.remove(engine, "before_cursor_execute", add)
    return count


async def test_a_morning_takes_far_fewer_statements_than_three_a_chat(scene: Scene) -> None:
    assert await statements_of_a_morning(scene, 300) < 300


# ── turns in time ──


async def crowd(scene: Scene, chats: int = 12, at: time = time(9)) -> dict[ChatRef, datetime]:
    """Chats that are due together and were spread; their minutes."""
    for number in range(chats):
        await scene.follow(chat(number), "cs.CV", at=at)
    scene.morning(DAYS[0], at.hour - 1, at.minute)
    await scene.prepare()
    assert await pipeline.spread(scene.store, SLOW, scene.clock) > 0
    found = {each.ref: each.next_due_at for each in await scene.store.chats() if each.ref.platform is Platform.TELEGRAM}
    return {ref: due_at for ref, due_at in found.items() if due_at is not None}


async def test_a_crowd_gets_minutes_after_its_time_and_each_chat_its_digest_once(scene: Scene) -> None:
    minutes = await crowd(scene)
    nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert all(nine <= minute <= nine + timedelta(minutes=20) for minute in minutes.values())
    assert len(set(minutes.values())) > 6
    assert await pipeline.spread(scene.store, SLOW, scene.clock) == 0
    arrived: dict[ChatRef, datetime] = {}
    while scene.clock.now() < nine + timedelta(minutes=30):
        scene.clock.advance(60)
        await scene.send()
        for ref in minutes:
            if scene.telegram.papers(ref):
                arrived.setdefault(ref, scene.clock.now())
    assert arrived == minutes
    assert all(len(scene.telegram.papers(ref)) == len(set(scene.telegram.papers(ref))) == 2 for ref in minutes)
    # The next morning begins at everybody's own time again.
    dues = {each.next_due_at for each in await scene.store.chats() if each.ref in minutes}
    assert dues == {nine + timedelta(days=1)}


async def test_a_digest_is_written_ahead_and_sent_at_its_minute(scene: Scene) -> None:
    minutes = await crowd(scene)
    last = max(minutes.values())
    ref = next(ref for ref, minute in minutes.items() if minute == last)
    scene.clock.set(last - timedelta(minutes=1))
    await scene.send()
    [waiting] = [each for each in await deliveries(scene) if each.chat == ref]
    assert waiting.next_attempt_at == last
    assert scene.telegram.papers(ref) == []
    scene.clock.set(last)
    await scene.send()
    assert len(scene.telegram.papers(ref)) == 2


async def test_nothing_is_written_ahead_while_the_listing_or_its_matches_are_missing(scene: Scene) -> None:
    minutes = await crowd(scene)
    first = min(minute for minute in minutes.values() if minute > datetime(2026, 6, 1, 9, tzinfo=UTC))
    scene.clock.set(first - timedelta(minutes=1))
    await pipeline.compose(scene.store, scene.builder, scene.clock, listing_owed=True)
    assert not [each for each in await deliveries(scene) if each.next_attempt_at >= first]
    await papers(scene, DAYS[0], 1)
    await pipeline.compose(scene.store, scene.builder, scene.clock)
    assert not [each for each in await deliveries(scene) if each.next_attempt_at >= first]


async def test_a_setting_that_is_changed_while_the_minute_is_awaited_counts(scene: Scene) -> None:
    scene.telegram = counting = CountingPlatform()
    minutes = await crowd(scene)
    ref = max(minutes, key=lambda ref: minutes[ref])
    scene.clock.set(minutes[ref] - spreading.COMPOSED_AHEAD - timedelta(minutes=1))
    await scene.send()
    await scene.store.change_chat(ref, scene.clock.now(), size=1, depth=Depth.BRIEF)
    await scene.store.unsubscribe(ref, "cat:cs.CV", scene.clock.now())
    await scene.store.subscribe(ref, "cat:cs.CL", DAYS[0], scene.clock.now())
    await pipeline.match(scene.store)
    await Chooser(scene.store, Rankings()).run(scene.clock.now())
    await pipeline.summarize(scene.store, scene.makers, AbstractReader(), scene.clock)
    scene.clock.set(minutes[ref])
    await scene.send()
    assert scene.telegram.papers(ref)
    assert counting.rendered[-1].topics == ("cat:cs.CL",)
    assert len(counting.rendered[-1].cards) == 1


async def test_an_hour_that_is_changed_while_the_minute_is_awaited_loses_no_digest(scene: Scene) -> None:
    minutes = await crowd(scene)
    ref = max(minutes, key=lambda ref: minutes[ref])
    scene.clock.set(datetime(2026, 6, 1, 9, 1, tzinfo=UTC))
    await scene.store.change_chat(ref, scene.clock.now(), digest_time=time(8))
    scene.clock.set(minutes[ref])
    await scene.send()
    assert len(scene.telegram.papers(ref)) == 2
    changed = await scene.store.chat(ref)
    assert changed is not None
    assert changed.next_due_at == datetime(2026, 6, 2, 8, tzinfo=UTC)


async def test_a_change_after_the_digest_was_written_counts_from_the_next_one_on(scene: Scene) -> None:
    minutes = await crowd(scene)
    ref = max(minutes, key=lambda ref: minutes[ref])
    scene.clock.set(minutes[ref] - timedelta(minutes=1))
    await scene.send()
    await scene.store.change_chat(ref, scene.clock.now(), digest_time=time(12), size=1)
    scene.clock.set(minutes[ref])
    await scene.send()
    assert len(scene.telegram.papers(ref)) == 2
    for hour in (12, 13):
        scene.morning(DAYS[0], hour)
        await scene.send()
    changed = await scene.store.chat(ref)
    assert changed is not None
    assert (changed.size, changed.next_due_at) == (1, datetime(2026, 6, 2, 12, tzinfo=UTC))
    assert len(scene.telegram.papers(ref)) == 2


async def test_a_person_who_asks_for_the_digest_need_not_wait_for_the_minute(scene: Scene) -> None:
    minutes = await crowd(scene)
    ref = max(minutes, key=lambda ref: minutes[ref])
    scene.clock.set(minutes[ref] - timedelta(minutes=2))
    await pipeline.compose(scene.store, scene.builder, scene.clock)
    known = await scene.store.chat(ref)
    assert known is not None
    await pipeline.digest_now(scene.store, scene.builder, known, scene.clock)
    await scene.worker.deliver()
    assert len(scene.telegram.papers(ref)) == 2


async def test_a_crowd_past_midnight_gets_the_digest_of_each_day(scene: Scene) -> None:
    minutes = await crowd(scene, at=time(23, 55))
    ref = max(minutes, key=lambda ref: minutes[ref])
    assert minutes[ref] > datetime(2026, 6, 2, tzinfo=UTC)
    scene.clock.set(minutes[ref])
    await scene.send()
    [first] = [each for each in await deliveries(scene, DeliveryState.SENT) if each.chat == ref]
    assert first.slot == "2026-06-01"
    changed = await scene.store.chat(ref)
    assert changed is not None
    assert changed.next_due_at == datetime(2026, 6, 2, 23, 55, tzinfo=UTC)
    assert due_times.slot_day(changed, changed.next_due_at) == date(2026, 6, 2)


async def test_bots_of_one_platform_have_crowds_of_their_own(scene: Scene) -> None:
    for number in range(8):
        await scene.follow(chat(number), "cs.CV")
        await scene.store.bind_bot(chat(number), str(number % 2))
    scene.morning(DAYS[0], 8, 30)
    assert await pipeline.spread(scene.store, SLOW, scene.clock) == 0
    [forecast] = await pipeline.sending_forecasts(scene.store, SLOW, scene.clock)
    assert (forecast.messages, forecast.lasting) == (8, timedelta(seconds=400))
    assert forecast.done_at == datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(seconds=400)


async def test_no_card_stays_in_memory_after_a_round(scene: Scene) -> None:
    """A round reads its papers anew: what renderers kept of cards before would never be found again."""
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0])
    await scene.prepare()
    gc.collect()
    before = sum(type(each) is Card for each in gc.get_objects())
    builder = DigestBuilder({Platform.TELEGRAM: TelegramRenderer()}, scene.makers, AbstractReader())
    assert await pipeline.compose(scene.store, builder, scene.clock) == 1
    gc.collect()
    assert sum(type(each) is Card for each in gc.get_objects()) == before


# ── choosing ──


async def test_only_chats_that_may_have_changed_are_chosen_anew(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "cs.CL")
    scene.morning(DAYS[0], 8)
    await pipeline.poll(scene.store, scene.source, scene.clock)
    await pipeline.match(scene.store)
    chooser = Chooser(scene.store, Rankings())
    everything = await chooser.run(scene.clock.now())
    keys = {wanted.key for wanted in await scene.store.wanted(scene.clock.now(), 100)}
    scene.clock.advance(3600)
    assert await chooser.run(scene.clock.now()) == everything
    await scene.store.change_chat(ANN, scene.clock.now(), language="es")
    await chooser.run(scene.clock.now())
    assert await same_as_anew(scene)
    found = {wanted.key for wanted in await scene.store.wanted(scene.clock.now(), 100)}
    assert {key.language for key in found - keys} == {"es"}


async def test_a_chat_that_got_its_digest_wants_its_papers_no_longer(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "cs.CV", at=time(12))
    scene.morning(DAYS[0], 8)
    await pipeline.poll(scene.store, scene.source, scene.clock)
    await pipeline.match(scene.store)
    chooser = Chooser(scene.store, Rankings())
    await chooser.run(scene.clock.now())
    assert {wanted.chats for wanted in await scene.store.wanted(scene.clock.now(), 100)} == {2}
    scene.morning(DAYS[0], 10)
    await pipeline.compose(scene.store, scene.builder, scene.clock)
    await chooser.run(scene.clock.now())
    assert {wanted.chats for wanted in await scene.store.wanted(scene.clock.now(), 100)} == {1}
    assert await same_as_anew(scene)


async def test_a_new_version_of_a_paper_is_wanted_instead_of_the_old_one(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0], 8)
    await papers(scene, DAYS[0], 1)
    await pipeline.match(scene.store)
    chooser = Chooser(scene.store, Rankings())
    await chooser.run(scene.clock.now())
    second = Paper("2606.00000", 2, "On 0", (), "We show it.", ("cs.CV",))
    await scene.store.ingest([Announced(second, Announcement(second.id, 2, DAYS[0], Kind.REPLACE))], scene.clock.now())
    await chooser.run(scene.clock.now())
    assert [wanted.key.version for wanted in await scene.store.wanted(scene.clock.now(), 100)] == [2]


async def same_as_anew(scene: Scene) -> bool:
    """Whether the wanted summaries are those that a choice over all chats gives."""
    now = scene.clock.now()
    before = sorted(map(repr, await scene.store.wanted(now, 100)))
    await pipeline.choose(scene.store, now)
    return before == sorted(map(repr, await scene.store.wanted(now, 100)))
