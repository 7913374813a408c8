"""A problem of a platform is shown by the pages, the metrics and other processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.decisions import health
from bot.model import Bot, ChatRef, DeliveryState, Platform, Settlement
from bot.pipeline.platform_holds import PlatformHold, PlatformHolds
from bot.ports import Sender
from bot.service import metrics, status, status_text
from bot.service.counting import Counts
from bot.service.platform_connections import REPORT_EVERY, UNSERVED, PlatformWatch
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, digest, lease, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.senders import FakePlatform

TELEGRAM, DISCORD = Bot(Platform.TELEGRAM, "111"), Bot(Platform.DISCORD, "333")
SECOND = Bot(Platform.TELEGRAM, "222", is_first=False)


@dataclass
class Wire:
    """A platform whose problem a test sets."""

    problem: str | None = None
    sender: Sender = field(default_factory=FakePlatform)


async def test_a_disconnected_platform_is_reported_at_once_and_makes_the_service_not_ready_later(
    store: SqlStore,
) -> None:
    clock, telegram, discord = FakeClock(), Wire(), Wire()
    watch = PlatformWatch(store, clock, {TELEGRAM: telegram, DISCORD: discord})
    await watch.report()
    found = await status.gather(store, clock)
    assert status_text.health(found)["platforms"] == {"telegram": "ok", "discord": "ok"}
    began = clock.now() + timedelta(seconds=10)
    for problem, minutes, ready in (("no route", 0, True), ("no answer", 4, True), ("no answer", 6, False)):
        clock.set(began + timedelta(minutes=minutes))
        telegram.problem = problem
        await watch.report()
        found = await status.gather(store, clock)
        page = status_text.health(found)
        assert page["platforms"] == {"telegram": f"N{problem[1:]}.", "discord": "ok"}
        assert page["ready"] is ready
        assert (
            f"telegram has not been connected since {began:%d %b %H:%M} UTC: N{problem[1:]}."
            in status_text.sentences(found)
        )
        assert 'paperboy_platform_up{platform="telegram"} 0.0' in metrics.render(found, Counts()).decode()
        assert 'paperboy_platform_up{platform="discord"} 1.0' in metrics.render(found, Counts()).decode()
    telegram.problem = None
    await watch.report()
    found = await status.gather(store, clock)
    assert found.ready
    assert 'paperboy_platform_up{platform="telegram"} 1.0' in metrics.render(found, Counts()).decode()


async def test_the_state_is_stored_when_it_changes_and_otherwise_once_a_minute(store: SqlStore) -> None:
    clock, telegram = FakeClock(), Wire()
    watch = PlatformWatch(store, clock, {TELEGRAM: telegram})
    written = []
    for _ in range(12):
        await watch.report()
        value = await store.value(status.SERVICE_STATE)
        assert value is not None
        written.append(value["at"])
        clock.advance(REPORT_EVERY.total_seconds() / 6)
    assert len(set(written)) == 2


async def test_a_token_in_the_text_of_a_problem_is_not_stored(store: SqlStore) -> None:
    token = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
    clock = FakeClock()
    await PlatformWatch(store, clock, {TELEGRAM: Wire(f"https://api.telegram.org/bot{token}/x failed")}).report()
    assert token not in str(await store.value(status.SERVICE_STATE))


async def test_another_process_sees_that_no_service_runs_and_reports_no_platforms(store: SqlStore) -> None:
    clock = FakeClock()
    assert status_text.sentences(await status.gather(store, clock))[0].startswith("No chat follows"), (
        "none has ever run"
    )
    await PlatformWatch(store, clock, {TELEGRAM: Wire("no answer")}).report()
    then = clock.now()
    clock.advance(health.MAX_SILENCE.total_seconds() + 1)
    lines = status_text.sentences(await status.gather(store, clock))
    assert lines[0] == f"No service has been running since {then:%d %b %H:%M} UTC; `paperboy run` starts it."
    assert "no answer" not in " ".join(lines).lower()


async def test_a_long_queue_is_no_fault_while_messages_are_sent_or_the_platform_asks_to_wait(store: SqlStore) -> None:
    clock = FakeClock()
    refs = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(1, 6)]
    await with_chats(store, *refs)
    await store.write_digests([digest(ref) for ref in refs], clock.now())
    watch = PlatformWatch(store, clock, {TELEGRAM: Wire()})
    await watch.report()
    clock.advance(timedelta(hours=2).total_seconds())
    await watch.report()
    [first, *_] = await lease(store, now=clock.now(), limit=1)
    assert await store.begin(first.id, "w1", clock.now())
    await store.settle(first.id, Settlement(DeliveryState.SENT, message_id="1"), clock.now())
    found = await status.gather(store, clock)
    assert found.ready
    assert found.outbox_age == timedelta(hours=2)
    assert (found.sending[Platform.TELEGRAM].due, found.sending[Platform.TELEGRAM].late) == (4, 4)
    clock.advance(health.STALLED_AFTER.total_seconds())
    await watch.report()
    found = await status.gather(store, clock)
    assert found.stalled == (Platform.TELEGRAM,)
    assert status_text.health(found)["sending"] == {"telegram": {"due": 4, "late": 4, "stalled": True}}
    assert "telegram: 4 messages late, and none sent for 15 minutes; see the log." in status_text.sentences(found)
    hold = PlatformHold(clock.now(), clock.now() + timedelta(hours=1))
    await PlatformHolds(store).add(Platform.TELEGRAM, hold, is_limit=True)
    assert (await status.gather(store, clock)).ready


async def test_messages_to_a_platform_without_a_token_do_not_make_the_outbox_late(store: SqlStore) -> None:
    clock = FakeClock()
    await with_chats(store, ANN, BOB)
    here, elsewhere = (chat.platform for chat in (ANN, BOB))
    assert here != elsewhere
    await store.write_digest(digest(BOB), clock.now())
    clock.advance(health.STALLED_AFTER.total_seconds() + 1)
    await PlatformWatch(store, clock, {Bot(here, "1"): Wire()}).report()
    assert (await status.gather(store, clock)).ready
    await PlatformWatch(store, clock, {Bot(here, "1"): Wire(), Bot(elsewhere, "2"): Wire()}).report()
    assert not (await status.gather(store, clock)).ready


async def problems(store: SqlStore, clock: FakeClock) -> dict[str, str | None]:
    service = (await status.gather(store, clock)).service
    assert service is not None
    return {str(platform): connection.problem for platform, connection in service.platforms.items()}


async def test_the_problem_of_one_of_several_bots_names_it(store: SqlStore) -> None:
    clock, first, second = FakeClock(), Wire(), Wire()
    watch = PlatformWatch(store, clock, {TELEGRAM: first, SECOND: second, DISCORD: Wire()})
    await watch.report()
    assert await problems(store, clock) == {"telegram": None, "discord": None}
    second.problem = "no route."
    await watch.report()
    assert await problems(store, clock) == {"telegram": "bot 222: no route", "discord": None}


async def test_two_processes_report_the_bots_of_both(store: SqlStore) -> None:
    clock, mine, other = FakeClock(), Wire(), Wire("no answer")
    bots = (TELEGRAM, SECOND)
    here, there = (
        PlatformWatch(store, clock, {TELEGRAM: mine}, bots),
        PlatformWatch(store, clock, {SECOND: other}, bots),
    )
    await here.report()
    assert await problems(store, clock) == {"telegram": f"bot 222: {UNSERVED}"}
    for _ in range(2):
        clock.advance(REPORT_EVERY.total_seconds())
        await there.report()
        await here.report()
        assert await problems(store, clock) == {"telegram": "bot 222: no answer"}
    clock.advance(health.MAX_SILENCE.total_seconds() + 1)
    await here.report()
    assert await problems(store, clock) == {"telegram": f"bot 222: {UNSERVED}"}
