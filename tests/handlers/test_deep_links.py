"""Links that open the private chat with the bot: written, read back, and what forged ones come to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import ChatRef, Platform
from handlers import deep_links
from handlers.deep_links import DeepLink, ListLink, PaperLink, TopicLink

LONGEST_CHAT = ChatRef(Platform.TELEGRAM, "-1001234567890/2147483647")
GROUP = ChatRef(Platform.TELEGRAM, "-77")


@pytest.mark.parametrize(
    "link",
    [
        PaperLink(GROUP, "2406.14272"),
        PaperLink(LONGEST_CHAT, "cond-mat/9609001"),
        PaperLink(LONGEST_CHAT, "math/0601001"),
        ListLink(LONGEST_CHAT, "n20260605T091500123456", 490),
        ListLink(GROUP, "2026-06-05", 10),
        TopicLink("audio 说话人 & <b>"),
    ],
)
def test_a_link_is_read_as_it_was_written(link: DeepLink) -> None:
    assert deep_links.parse(str(link)) == link
    assert re.fullmatch(r"https://t\.me/a_bot\?start=[A-Za-z0-9_-]{1,64}", deep_links.address("a_bot", link))


def test_a_link_that_telegram_would_refuse_is_not_made() -> None:
    with pytest.raises(ValueError, match="64"):
        deep_links.address("a_bot", TopicLink("a long topic " * 10))


@pytest.mark.parametrize(
    "parameter",
    ["", "p_", "p_0_2406-14272", "p_-77_2406-1427", "p_-77_2413-14272", "p_-77t_2406-14272", "p_-77_menu_0000000",
     "l_-77_2026-06-05_", "l_-77__10", "l_-77_2026-06-05_1000", "t_", "t_A", "t_gICA", "x_1", "p_٧_2406-14272"],
)  # fmt: skip
def test_what_was_not_made_here_is_no_link(parameter: str) -> None:
    assert deep_links.parse(parameter) is None


@given(st.text(max_size=80) | st.from_regex(r"[plt]_[-A-Za-z0-9_]{0,70}", fullmatch=True))
def test_any_text_is_read_or_refused(parameter: str) -> None:
    link = deep_links.parse(parameter)
    if isinstance(link, PaperLink | ListLink):
        assert deep_links.parse(str(link)) == link
