"""The question before a chat is deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import ConfirmErase, ConfirmForget
from bot.model import Chat, ChatRef, Platform
from bot.render.nodes import Bullets, Line, Reply
from handlers.replies import reply
from handlers.requests import HERE, ChatName

UNREACHABLE = Chat(ChatRef(Platform.TELEGRAM, "-1001"), title="Vision lab")


def test_in_a_private_chat_the_button_does_not_call_it_by_the_name_of_its_person() -> None:
    private, shared = replace(HERE, title="Ann"), ChatName("Lab", is_shared=True)
    result = ConfirmForget(unreachable=(UNREACHABLE,))
    assert _deleting(reply(result, private)) == ["Delete everything", "Delete all of Vision lab"]
    assert _deleting(reply(result, shared)) == ["Delete all of Lab", "Delete all of Vision lab"]


def _deleting(asked: Reply) -> list[str]:
    return [row[0].label for row in asked.buttons[1:]]


@pytest.mark.parametrize("result", [ConfirmForget(), ConfirmErase(UNREACHABLE, ())])
def test_where_nothing_is_followed_no_list_of_topics_is_announced(result: ConfirmForget | ConfirmErase) -> None:
    blocks = reply(result).document.blocks
    assert not any(isinstance(block, Bullets) for block in blocks)
    asked = blocks[0]
    assert isinstance(asked, Line)
    assert "".join(span.text for span in asked.spans).endswith("That is its settings and what it has received.")
