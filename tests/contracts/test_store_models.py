"""What processes share about models in the store: claims of summaries, usage, budgets and pauses."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Budget, MinuteIsFull, ModelPause, OverBudget, Reservation, SummaryKey, Usage, WantedSummary
from bot.ports import Store
from tests.contracts.samples import NOW, TUESDAY, WEDNESDAY, key, minutes, summary

SEVERAL = [key(f"2606.{number:05}") for number in range(12)]


async def want(store: Store, *keys: SummaryKey) -> None:
    await store.want([WantedSummary(each, 1, NOW) for each in keys])


# ── claims ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_owners_one_gets_each_summary(store: Store) -> None:
    await want(store, *SEVERAL)
    claims = (store.claim(SEVERAL, owner, NOW, NOW + minutes(2)) for owner in ("one", "two", "three"))
    got = await asyncio.gather(*claims)
    assert sorted(each.paper_id for found in got for each in found) == [each.paper_id for each in SEVERAL]


async def test_what_is_claimed_is_not_wanted_until_the_claim_ends_or_expires(store: Store) -> None:
    first, second = SEVERAL[:2]
    await want(store, first, second)
    assert await store.claim([first], "one", NOW, NOW + minutes(2)) == {first}
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [second]
    assert await store.claim([first, second], "two", NOW, NOW + minutes(2)) == {second}
    assert [wanted.key for wanted in await store.wanted(NOW + minutes(2), 10)] == [first, second]
    await store.unclaim([first], "two")
    assert await store.wanted(NOW, 10) == []
    await store.unclaim([first], "one")
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [first]


async def test_the_claim_of_a_process_that_was_killed_is_free_after_its_time(store: Store) -> None:
    await want(store, key())
    await store.claim([key()], "killed", NOW, NOW + minutes(2))
    assert await store.claim([key()], "other", NOW + minutes(1), NOW + minutes(3)) == set()
    assert await store.claim([key()], "other", NOW + minutes(2), NOW + minutes(4)) == {key()}
    assert await store.claim([key()], "killed", NOW + minutes(2), NOW + minutes(4)) == set()


async def test_all_claims_of_a_process_that_ended_end_together(store: Store) -> None:
    first, second, third = SEVERAL[:3]
    await want(store, first, second, third)
    await store.claim([first], "gone 1", NOW, NOW + minutes(2))
    await store.claim([second], "gone 2", NOW, NOW + minutes(1))
    await store.claim([third], "alive", NOW, NOW + minutes(2))
    assert await store.claimants(NOW) == {"gone 1", "gone 2", "alive"}
    assert await store.claimants(NOW + minutes(1)) == {"gone 1", "alive"}
    assert await store.end_claims({"gone 1", "gone 2"}) == 2
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [first, second]


async def test_an_owner_renews_its_claim(store: Store) -> None:
    await store.claim([key()], "one", NOW, NOW + minutes(2))
    assert await store.claim([key()], "one", NOW + minutes(1), NOW + minutes(3)) == {key()}
    assert await store.claim([key()], "two", NOW + minutes(2.5), NOW + minutes(4)) == set()


async def test_a_claim_of_a_clock_that_ran_ahead_keeps_nobody_away(store: Store) -> None:
    await want(store, key())
    await store.claim([key()], "ahead", NOW + timedelta(days=400), NOW + timedelta(days=400) + minutes(2))
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [key()]
    assert await store.claim([key()], "one", NOW, NOW + minutes(2)) == {key()}


async def test_the_stored_ones_of_many_summaries_are_found(store: Store) -> None:
    await store.save_summaries([summary(each) for each in SEVERAL[:3]])
    assert await store.stored(SEVERAL) == set(SEVERAL[:3])
    assert await store.stored([key(language="de")]) == set()
    assert await store.stored([]) == set()


async def test_what_is_made_or_postponed_is_not_claimed(store: Store) -> None:
    made, put_off = SEVERAL[:2]
    await want(store, made, put_off)
    await store.save_summary(summary(made))
    await store.postpone(put_off, NOW + minutes(5), "over quota")
    assert await store.claim([made, put_off], "one", NOW, NOW + minutes(2)) == set()
    assert await store.claim([made, put_off], "person", NOW, NOW + minutes(2), even_postponed=True) == {put_off}
    await store.unclaim([put_off], "person")
    assert await store.claim([put_off], "one", NOW + minutes(5), NOW + minutes(7)) == {put_off}


async def test_a_new_round_of_choosing_leaves_what_is_being_made(store: Store) -> None:
    await want(store, key())
    await store.claim([key()], "one", NOW, NOW + minutes(2))
    await store.want([])
    await store.postpone(key(), NOW + minutes(5), "over quota")
    await store.unclaim([key()], "one")
    assert [wanted.why for wanted in await store.postponed(NOW)] == ["over quota"]
    await store.want([])
    assert await store.postponed(NOW) == []


async def test_several_summaries_are_written_at_once_and_the_first_of_each_stays(store: Store) -> None:
    earlier = await store.save_summary(summary(SEVERAL[1], "Earlier."))
    made = [summary(each, f"On {each.paper_id}.") for each in SEVERAL[:3]]
    assert await store.save_summaries(made) == [made[0], earlier, made[2]]
    assert await store.summaries(SEVERAL) == {
        SEVERAL[0]: made[0],
        SEVERAL[1]: earlier,
        SEVERAL[2]: made[2],
    }
    assert await store.save_summaries([]) == []


async def test_what_was_made_while_no_model_was_configured_can_be_forgotten(store: Store) -> None:
    first, second, third, unwanted = SEVERAL[:4]
    kept = [summary(second, model="openai:x"), summary(third)]  # the third says what it is instead of
    bare = [
        replace(made, provenance=replace(made.provenance, instead_of=None))
        for made in (summary(first), summary(unwanted))
    ]
    await store.save_summaries([*bare, *kept])
    await want(store, first, second, third)
    assert await store.forget_extractive() == 1
    assert set(await store.summaries(SEVERAL)) == {second, third, unwanted}
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [first]
    assert await store.forget_extractive([second, third, unwanted]) == 1
    assert set(await store.summaries(SEVERAL)) == {second, third}


# ── usage and the budget ──────────────────────────────────────────────────────────────────────────────────────────


async def test_usage_adds_up_by_model_and_day(store: Store) -> None:
    await store.settle_usage(Reservation("google:x", TUESDAY), 1, 100)
    await asyncio.gather(*(store.settle_usage(Reservation("google:x", TUESDAY), 1, 10) for _ in range(5)))
    await store.settle_usage(Reservation("openai:y", TUESDAY), 1, 1)
    await store.settle_usage(Reservation("openai:y", WEDNESDAY), 1, 1)
    assert await store.usage(TUESDAY) == [Usage("google:x", TUESDAY, 6, 150), Usage("openai:y", TUESDAY, 1, 1)]


async def test_all_that_reserve_at_once_stay_inside_the_requests_of_a_day(store: Store) -> None:
    budget = Budget(requests_per_day=5)
    asked = [store.reserve(f"openai:{number % 2}", NOW, 10, budget) for number in range(12)]
    answers = await asyncio.gather(*asked)
    assert sum(isinstance(answer, Reservation) for answer in answers) == 5
    assert answers.count(OverBudget("5 requests a day")) == 7
    assert sum(usage.requests for usage in await store.usage(TUESDAY)) == 5


async def test_tokens_are_reserved_by_estimate_and_settled_by_count(store: Store) -> None:
    budget = Budget(tokens_per_day=1_000)
    first = await store.reserve("openai:x", NOW, 600, budget)
    assert first == Reservation("openai:x", TUESDAY, 1, 600)
    assert await store.reserve("openai:y", NOW, 600, budget) == OverBudget("1000 tokens a day")
    await store.settle_usage(first, 1, 250)
    assert await store.usage(TUESDAY) == [Usage("openai:x", TUESDAY, 1, 250)]
    assert isinstance(await store.reserve("openai:y", NOW, 600, budget), Reservation)


async def test_a_reservation_for_which_nothing_was_sent_is_given_back(store: Store) -> None:
    reserved = await store.reserve("openai:x", NOW, 600, Budget(requests_per_day=1))
    assert isinstance(reserved, Reservation)
    await store.settle_usage(reserved, 0, 0)
    assert isinstance(await store.reserve("openai:x", NOW, 600, Budget(requests_per_day=1)), Reservation)


async def test_the_budget_of_a_day_begins_anew_at_midnight(store: Store) -> None:
    budget = Budget(requests_per_day=1)
    assert isinstance(await store.reserve("openai:x", NOW, 1, budget), Reservation)
    assert await store.reserve("openai:x", NOW, 1, budget) == OverBudget("1 requests a day")
    assert isinstance(await store.reserve("openai:x", NOW + timedelta(hours=15), 1, budget), Reservation)


async def test_the_requests_of_a_minute_are_limited_for_all_models_together(store: Store) -> None:
    budget = Budget(requests_per_minute=2)
    assert isinstance(await store.reserve("openai:x", NOW, 1, budget), Reservation)
    assert isinstance(await store.reserve("openai:y", NOW + minutes(0.5), 1, budget), Reservation)
    assert await store.reserve("openai:x", NOW + minutes(0.75), 1, budget) == MinuteIsFull(15.0)
    assert isinstance(await store.reserve("openai:x", NOW + minutes(1), 1, budget), Reservation)
    assert await store.reserve("openai:x", NOW + minutes(1), 1, budget) == MinuteIsFull(30.0)
    assert sum(usage.requests for usage in await store.usage(TUESDAY)) == 3


async def test_a_clock_that_ran_ahead_does_not_fill_the_minutes_until_then(store: Store) -> None:
    budget = Budget(requests_per_minute=1)
    await store.reserve("openai:x", NOW + timedelta(days=3), 1, budget)
    assert isinstance(await store.reserve("openai:x", NOW, 1, budget), Reservation)


# ── pauses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def pause(seconds: float, failures: int = 1) -> ModelPause:
    return ModelPause("openai:x", NOW, NOW + timedelta(seconds=seconds), "It is over its quota.", failures)


@pytest.mark.parametrize("order", [(40, 15), (15, 40)])
async def test_of_two_pauses_of_a_model_the_longer_one_stays(store: Store, order: tuple[float, float]) -> None:
    assert await store.model_pause("openai:x") is None
    for seconds in order:
        last = await store.pause_model(pause(seconds))
    assert last == pause(40) == await store.model_pause("openai:x")
    assert await store.model_pause("openai:y") is None


async def test_only_a_pause_that_is_over_can_be_ended(store: Store) -> None:
    await store.pause_model(pause(40))
    await store.end_pause("openai:x", pause(15).until)
    assert await store.model_pause("openai:x") == pause(40)
    await store.end_pause("openai:x", pause(40).until)
    assert await store.model_pause("openai:x") is None
