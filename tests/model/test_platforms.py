"""The platforms and the ids of chats there: places and forum topics inside them."""

from __future__ import annotations

import pytest

from bot.model import ChatRef, Platform


@pytest.mark.parametrize(
    ("text", "place", "thread", "is_group"),
    [
        ("telegram:101", "101", None, False),
        ("telegram:-100123", "-100123", None, True),
        ("telegram:-100123/45", "-100123", 45, True),
        ("discord:987", "987", None, False),
        ("site:archive", "archive", None, False),
    ],
)
def test_an_id_says_its_place_its_forum_topic_and_whether_it_is_a_group(
    text: str, place: str, thread: int | None, is_group: bool
) -> None:
    ref = ChatRef.parse(text)
    assert str(ref) == text
    assert (ref.place, ref.thread, ref.is_group) == (place, thread, is_group)


def test_a_forum_topic_stays_the_same_in_another_place() -> None:
    assert ChatRef(Platform.TELEGRAM, "-1/45").with_place(-1002) == ChatRef(Platform.TELEGRAM, "-1002/45")
    assert ChatRef(Platform.TELEGRAM, "-1").with_place("-1002") == ChatRef(Platform.TELEGRAM, "-1002")


@pytest.mark.parametrize(
    "text",
    [
        "telegram",
        "telegram:",
        "slack:1",
        "discord:-1",
        "discord:١٢",
        "telegram:1/x",
        "site:9",
        "site:foo",
        "telegram:０１",
        "telegram:007",
        "telegram:" + "1" * 26,
        "discord:" + "1" * 26,
    ],
)
def test_a_text_that_names_no_chat_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        ChatRef.parse(text)
