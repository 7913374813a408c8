"""What a service hands over to its workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.decisions.task_batches import (
    FEWEST_CHATS,
    MOST_CHATS,
    TASKS_AT_ONCE,
    chat_batches,
    summary_tasks,
)
from bot.model import Chat, ChatRef, Depth, Platform, SummaryKey, WantedSummary

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)


def wanted(
    number: int, language: str = "en", depth: Depth = Depth.BRIEF, minutes: float = 24 * 60, version: int = 1
) -> WantedSummary:
    key = SummaryKey(f"2606.{number:05}", version, language, depth)
    return WantedSummary(key, 1, NOW + timedelta(minutes=minutes))


def chats(count: int, language: str = "en") -> list[Chat]:
    return [Chat(ChatRef(Platform.TELEGRAM, str(1000 + number)), language=language) for number in range(count)]


def test_brief_summaries_of_one_language_share_tasks_in_their_order() -> None:
    found = [wanted(number, "en" if number % 2 else "zh") for number in range(40)]
    tasks = summary_tasks(found, set(), NOW, 99, batch=4)
    assert sorted(len(task.keys) for task in tasks) == [4, 4, 16, 16]
    assert sorted(len(task.keys) for task in summary_tasks(found, set(), NOW, 99, batch=8)) == [4, 4, 16, 16]
    assert all(len({key.language for key in task.keys}) == 1 for task in tasks)
    assert {key for task in tasks for key in task.keys} == {each.key for each in found}
    assert not any(task.needs_reading for task in tasks)


def test_the_languages_of_a_deep_summary_are_one_task_that_needs_a_reading() -> None:
    found = [wanted(number, language, Depth.DEEP) for number in (1, 2) for language in ("en", "es")]
    tasks = summary_tasks([*found, wanted(1, "en", Depth.DEEP, version=2)], set(), NOW, 99)
    assert [len(task.keys) for task in tasks] == [2, 2, 1]
    assert all(task.needs_reading for task in tasks)


def test_what_is_in_a_task_already_is_not_in_another() -> None:
    found = [wanted(number) for number in range(5)]
    [task] = summary_tasks(found, {each.key for each in found[:4]}, NOW, 99)
    assert task.keys == (found[4].key,)
    assert summary_tasks(found, {each.key for each in found}, NOW, 99) == []


def test_the_summaries_that_are_due_first_are_made_first() -> None:
    later = [wanted(number) for number in range(40)]
    tasks = summary_tasks([*later, wanted(50, "es", minutes=30), wanted(51, "zh", minutes=-1)], set(), NOW, 2)
    assert [(task.keys[0].language, task.priority) for task in tasks] == [("zh", 2), ("es", 1)]


def test_chats_with_the_same_settings_are_in_one_batch() -> None:
    mixed = [chat for pair in zip(chats(FEWEST_CHATS), chats(FEWEST_CHATS, "zh"), strict=True) for chat in pair]
    first, second = chat_batches(mixed, 99)
    assert {first, second} == {tuple(chat.ref for chat in chats(FEWEST_CHATS))}


def test_every_chat_is_in_one_batch_and_many_chats_make_larger_ones() -> None:
    for count in (1, 19, 100, 5_000, 40_000):
        batches = chat_batches(chats(count), 10**6)
        assert sorted(ref for batch in batches for ref in batch) == sorted(chat.ref for chat in chats(count))
        assert max(map(len, batches)) <= MOST_CHATS
        assert len(batches) <= max(TASKS_AT_ONCE + 1, count // MOST_CHATS)
    assert len(chat_batches(chats(5_000), 3)) == 3
