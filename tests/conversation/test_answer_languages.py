"""Which language a person is answered in."""

from __future__ import annotations

import pytest

from bot.conversation.answer_languages import choose
from bot.model import Chat, ChatRef, Platform

CHAT = ChatRef(Platform.TELEGRAM, "5")


@pytest.mark.parametrize(
    ("chat", "person", "default", "answered"),
    [
        (Chat(CHAT, language="zh", has_own_language=True), "es", "en", "zh"),
        (Chat(CHAT, language="zh"), "es-419", "en", "es"),
        (Chat(CHAT, language="zh"), "", "en", "zh"),
        (Chat(CHAT, language="zh"), "de", "en", "zh"),
        (Chat(CHAT, language="de", has_own_language=True), "ja", "en", "ja"),
        (Chat(CHAT, language="de", has_own_language=True), "fr", "en", "en"),
        (None, "zh-TW", "en", "zh-Hant"),
        (None, "", "ru", "ru"),
        (None, "", "de", "en"),
    ],
)
def test_the_chats_own_setting_wins_then_the_person_then_the_chat(
    chat: Chat | None, person: str, default: str, answered: str
) -> None:
    assert choose(chat, person, default) == answered
