"""All steps of the pipeline together, and what must hold when they are repeated, stopped or disturbed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import update

from bot import pipeline
from bot.errors import ModelRefused, ModelUnavailable
from bot.model import (
    Chat,
    ChatGone,
    ChatMoved,
    ChatRef,
    DeliveryState,
    Depth,
    Digest,
    NewDigest,
    NothingToSend,
    NotSent,
    Paper,
    Part,
    Platform,
    Reading,
    Sent,
    Unknown,
)
from bot.storage import tables
from bot.storage.store import SqlStore
from tests.fakes.makers import AbstractReader
from tests.fakes.senders import FakePlatform
from tests.pipeline.conftest import ANN, BOB, DAYS, Scene


async def test_a_chat_gets_the_papers_of_its_topics_at_its_own_hour_and_no_others(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "math.NA")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    assert await scene.send() == 0
    scene.morning(DAYS[0], 9)
    assert await scene.send() == 2
    assert set(scene.telegram.papers(ANN)) == {"2605.31057", "2605.31589"}
    assert scene.discord.papers(BOB) == ["2605.30955"]


async def test_an_interest_brings_what_is_close_to_it_beside_the_papers_of_topics(scene: Scene) -> None:
    await scene.follow(BOB, "cat:math.NA")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    paper = await scene.store.paper("2605.30955")
    assert paper is not None
    await scene.follow(ANN, f"about: {paper.title}; not quantum gravity")
    await scene.prepare()
    scene.morning(DAYS[0], 9)
    assert await scene.send() == 2
    assert scene.telegram.papers(ANN) == scene.discord.papers(BOB) == [paper.id]


async def test_running_every_step_again_sends_nothing(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0])
    for _ in range(3):
        await scene.prepare()
        await scene.send()
        await scene.send(upto=DAYS[0])
    assert sorted(scene.telegram.papers(ANN)) == ["2605.31057", "2605.31589"]


async def test_a_replacement_alone_is_never_delivered_and_a_cross_list_is(scene: Scene) -> None:
    for day in DAYS:
        scene.morning(day, 5)
        if day == DAYS[2]:
            await scene.follow(ANN, "cs.CV OR cs.GR")
        else:
            await scene.follow(BOB, "cs.CL")
        await scene.prepare()
    scene.morning(DAYS[2])
    await scene.send()
    papers = scene.telegram.papers(ANN)
    assert "2606.00188" in papers
    assert "2605.31057" not in papers
    known = await scene.store.paper("2605.31057")
    assert known is not None
    assert known.version == 2


async def test_a_paper_matched_by_two_topics_is_delivered_once(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV", "video", '"sparse attention"')
    scene.morning(DAYS[0])
    await scene.prepare()
    await scene.send()
    assert scene.telegram.papers(ANN).count("2605.31057") == 1


async def test_days_without_any_run_come_back(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CL")
    scene.morning(DAYS[0])
    await scene.prepare()
    scene.morning(DAYS[2])
    await scene.prepare()
    await scene.send()
    assert {"2606.01016", "2606.02100", "2606.00881"} <= set(scene.telegram.papers(ANN))


async def test_a_clock_that_runs_ahead_writes_no_coming_day_off(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CL")
    scene.morning(DAYS[0])
    await scene.prepare()
    scene.clock.set(datetime(2026, 6, 25, 9, tzinfo=UTC))
    await scene.prepare()
    scene.morning(DAYS[2])
    await scene.prepare()
    await scene.send()
    assert {"2606.01016", "2606.02100", "2606.00881"} <= set(scene.telegram.papers(ANN))


async def test_papers_past_the_digests_size_count_as_delivered(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CL", size=1)
    scene.morning(DAYS[0])
    await scene.prepare()
    await scene.send()
    [shown] = scene.telegram.papers(ANN)
    order = await scene.store.ranked_papers(ANN, DAYS[0].isoformat(), 0, 10)
    assert order is not None
    assert (order.paper_ids[0], sorted(order.paper_ids)) == (shown, ["2605.30497", "2605.31401"])
    assert await scene.store.candidates(ANN) == []


async def test_a_summary_is_made_once_for_all_chats(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "cs.CV")
    scene.morning(DAYS[0])
    await scene.prepare()
    await scene.prepare()
    assert sorted(scene.makers.asked) == ["2605.31057v1", "2605.31589v1"]


async def test_a_digest_waits_for_its_summaries_an_hour_and_then_goes_without_the_model(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.makers.down = ModelUnavailable("the model is down")
    scene.morning(DAYS[0])
    await scene.prepare()
    assert await scene.send() == 0
    scene.morning(DAYS[0], 9, 59)
    assert await scene.send() == 0
    scene.morning(DAYS[0], 10)
    assert await scene.send() == 1
    kept = await scene.store.wanted(scene.clock.now() + timedelta(days=9), 10)
    assert len(kept) == 2, "the model's summaries are still wanted, for the archive and for other chats"


class TripsOver(FakePlatform):
    """A renderer that raises for one chat."""

    def __init__(self, chat: ChatRef) -> None:
        super().__init__()
        self.chat: ChatRef | None = chat

    def notice(self, paragraphs: Sequence[str]) -> Part:
        return Part({"text": "\n".join(paragraphs)})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        if chat.ref == self.chat:
            raise ValueError("no such node")
        return super().parts(digest, chat)


async def test_a_digest_that_cannot_be_made_keeps_no_other_from_going_out_and_is_tried_again(scene: Scene) -> None:
    scene.telegram = trips = TripsOver(ANN)
    others = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(7, 10)]
    for ref in (ANN, *others):
        await scene.follow(ref, "cs.CV", at=time(23, 50))
    scene.morning(DAYS[0], 23, 50)
    await scene.prepare()
    assert await scene.send() == len(others)
    assert await scene.send() == 0
    trips.chat = None
    assert await scene.send() == 0
    scene.clock.advance(16 * 60)
    assert await scene.send() == 1
    assert sorted(trips.papers(ANN)) == ["2605.31057", "2605.31589"]
    [delivery] = await scene.store.deliveries(chat=ANN)
    assert delivery.slot == "2026-06-01", "the next day's digest is still to come"
    chat = await scene.store.chat(ANN)
    assert chat is not None
    assert chat.next_due_at == datetime(2026, 6, 2, 23, 50, tzinfo=UTC)


async def test_a_stored_summary_that_cannot_be_read_keeps_no_other_chat_from_its_digest(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "cs.CL -cat:cs.CV")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    [paper_id, *_] = [candidate.announced.paper.id for candidate in await scene.store.candidates(ANN)]
    unreadable = update(tables.summaries).where(tables.summaries.c.paper_id == paper_id).values(body={"format": 0})
    async with scene.store.db.write() as connection:
        await connection.execute(unreadable)
    scene.morning(DAYS[0])
    await scene.send()
    assert scene.telegram.papers(ANN) == []
    assert scene.discord.papers(BOB) != []


class JoinedByBob(SqlStore):
    """A store in which another chat follows a topic while `choose` reads the chats."""

    async def chats(self) -> list[Chat]:
        known = await super().chats()
        await self._join()
        return known

    async def chats_with_candidates(self) -> list[ChatRef]:
        await self._join()
        return await super().chats_with_candidates()

    async def _join(self) -> None:
        await self.add_chat(Chat(BOB))
        await self.subscribe(BOB, "cat:cs.CV", DAYS[0], datetime(2026, 6, 1, 8, tzinfo=UTC))


async def test_a_chat_that_follows_a_topic_while_summaries_are_chosen_is_no_fault(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    assert await pipeline.choose(JoinedByBob(scene.store.db), scene.clock.now()) > 0
    assert BOB in await scene.store.chats_with_candidates()


async def test_a_model_that_comes_back_is_asked_again(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.makers.down = ModelUnavailable("over quota", retry_after=600)
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    scene.makers.down = None
    scene.morning(DAYS[0], 8, 9)
    await scene.prepare()
    assert await scene.store.wanted(scene.clock.now(), 10) == []
    scene.morning(DAYS[0], 8, 11)
    await scene.prepare()
    scene.morning(DAYS[0])
    assert await scene.send() == 1


async def test_a_paper_that_every_model_refuses_is_told_by_its_own_sentences(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.makers.failures = [ModelRefused("no usable answer")]
    scene.morning(DAYS[0])
    await scene.prepare()
    assert await scene.send() == 1


# ── delivery ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def ready(scene: Scene, per_part: int = 1) -> None:
    scene.telegram.per_part = scene.discord.per_part = per_part
    await scene.follow(ANN, "cs.CV")
    await scene.follow(BOB, "cs.CV")
    scene.morning(DAYS[0])
    await scene.prepare()


async def test_the_parts_of_a_digest_arrive_in_order(scene: Scene) -> None:
    await ready(scene)
    scene.telegram.fails(NotSent("no route"))
    await scene.send()
    scene.clock.advance(60)
    await scene.worker.deliver()
    keys = [key for _, key, _ in scene.telegram.accepted]
    assert keys == sorted(keys)
    assert len(keys) == 2


async def test_a_wait_that_the_platform_asks_for_is_obeyed(scene: Scene) -> None:
    await ready(scene)
    scene.telegram.fails(NotSent("slow down", 120))
    await scene.send()
    scene.clock.advance(119)
    await scene.worker.deliver()
    assert scene.telegram.accepted == []
    scene.clock.advance(1)
    await scene.worker.deliver()
    assert len(scene.telegram.accepted) == 2


async def test_an_unknown_part_on_telegram_is_not_repeated_and_the_others_still_go(scene: Scene) -> None:
    await ready(scene)
    scene.telegram.stores_unknown = True
    scene.telegram.fails(Unknown("read time-out"))
    await scene.send()
    scene.clock.advance(86_400)
    await scene.worker.deliver()
    assert len(scene.telegram.papers(ANN)) == len(set(scene.telegram.papers(ANN))) == 2
    states = [delivery.state for delivery in await scene.store.deliveries(chat=ANN)]
    assert sorted(states) == sorted([DeliveryState.IN_DOUBT, DeliveryState.SENT])


async def test_an_unknown_part_on_discord_is_settled_without_a_second_message(scene: Scene) -> None:
    await ready(scene)
    scene.discord.stores_unknown = True
    scene.discord.fails(Unknown("reset"))
    await scene.send()
    scene.clock.advance(3600)
    await scene.worker.deliver()
    assert len(scene.discord.papers(BOB)) == len(set(scene.discord.papers(BOB))) == 2
    assert {delivery.state for delivery in await scene.store.deliveries(chat=BOB)} == {DeliveryState.SENT}


async def test_a_chat_that_is_gone_is_suspended_and_keeps_what_waits_for_it(scene: Scene) -> None:
    await ready(scene)
    scene.telegram.fails(ChatGone("blocked by the user"))
    await scene.send()
    chat = await scene.store.chat(ANN)
    assert chat is not None
    assert chat.suspended == "blocked by the user"
    await scene.worker.deliver()
    assert scene.telegram.accepted == []
    await scene.store.resume(ANN, scene.clock.now() + timedelta(days=1), scene.clock.now())
    await scene.worker.deliver()
    assert len(scene.telegram.accepted) == 2


async def test_a_group_that_became_a_supergroup_gets_its_digest_there(scene: Scene) -> None:
    await ready(scene)
    moved = ChatRef(Platform.TELEGRAM, "-100777")
    scene.telegram.fails(ChatMoved(moved))
    await scene.send()
    await scene.worker.deliver()
    assert len(scene.telegram.papers(moved)) == 2
    assert await scene.store.chat(ANN) is None


async def test_one_platforms_trouble_is_not_the_others(scene: Scene) -> None:
    await ready(scene)
    scene.telegram.fails(NotSent("no connection", 300, whole_platform=True))
    await scene.send()
    assert len(scene.discord.accepted) == 2


async def test_a_process_killed_between_two_chats_loses_and_repeats_nothing(scene: Scene) -> None:
    await ready(scene, per_part=5)
    await pipeline.compose(scene.store, scene.builder, scene.clock)
    now = scene.clock.now()
    [first, *_] = await scene.store.lease("host/9/dead", [Platform.TELEGRAM], now, now + timedelta(minutes=3), 10)
    assert first.chat == ANN
    await scene.worker.deliver()
    assert scene.telegram.accepted == []
    await scene.store.expire_leases(scene.owner, scene.clock.now())
    await scene.worker.deliver()
    await scene.worker.deliver()
    assert len(scene.telegram.accepted) == len(scene.discord.accepted) == 1


async def test_a_process_killed_in_mid_request_leaves_the_part_unknown_on_telegram_and_found_on_discord(
    scene: Scene,
) -> None:
    await ready(scene, per_part=5)
    await pipeline.compose(scene.store, scene.builder, scene.clock)
    now = scene.clock.now()
    for delivery in await scene.store.lease("host/9/dead", list(Platform), now, now + timedelta(minutes=3), 10):
        assert await scene.store.begin(delivery.id, "host/9/dead", now)
        sender = scene.telegram if delivery.chat == ANN else scene.discord
        key = f"{delivery.chat}|{delivery.slot}|{delivery.number}"
        assert isinstance(await sender.send(delivery.chat, delivery.part, key), Sent)
    await scene.store.expire_leases(scene.owner, scene.clock.now())
    await scene.worker.deliver()
    assert len(scene.telegram.accepted) == len(scene.discord.accepted) == 1
    states = {delivery.chat: delivery.state for delivery in await scene.store.deliveries()}
    assert states == {ANN: DeliveryState.IN_DOUBT, BOB: DeliveryState.SENT}


class InterruptingReader(AbstractReader):
    """Writes another digest of a chat while its morning's digest is composed, once."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.has_written = scene, False

    async def kept(self, paper: Paper) -> Reading | None:
        if not self.has_written:
            self.has_written = True
            other = NewDigest(ANN, "now", DAYS[0], DAYS[0], DAYS[0], ("2606.99999",), (), None)
            assert await self.scene.store.write_digest(other, self.scene.clock.now())
        return await super().kept(paper)


async def test_a_digest_that_another_one_has_overtaken_is_composed_anew_the_same_morning(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.store.change_chat(ANN, scene.clock.now(), depth=Depth.DEEP)
    scene.morning(DAYS[0])
    await scene.prepare()
    builder = replace(scene.builder, reader=InterruptingReader(scene))
    assert await pipeline.compose(scene.store, builder, scene.clock) == 0
    assert await pipeline.compose(scene.store, builder, scene.clock) == 1
    await scene.worker.deliver()
    assert sorted(scene.telegram.papers(ANN)) == ["2605.31057", "2605.31589"]


async def test_digest_now_takes_what_it_shows(scene: Scene) -> None:
    await ready(scene, per_part=5)
    scene.morning(DAYS[0], 7)
    chat = await scene.store.chat(ANN)
    assert chat is not None
    digest = await pipeline.digest_now(scene.store, scene.builder, chat, scene.clock)
    assert isinstance(digest, Digest)
    assert len(digest.cards) == 2
    again = await pipeline.digest_now(scene.store, scene.builder, chat, scene.clock)
    assert again == NothingToSend("Your digest is on its way already.", is_under_way=True)
    scene.morning(DAYS[0])
    await scene.send()
    assert len(scene.telegram.papers(ANN)) == 2
    assert await pipeline.digest_now(scene.store, scene.builder, chat, scene.clock) is None
