"""What Discord's limits and its Markdown make of our messages: accepted, complete, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Card, Chat, ChatKind, ChatRef, Claim, Digest, Figure, FoundLinks, Match, Platform, Style
from bot.render.nodes import Bullets, Button, Code, Document, Line, Link, Note, Reply, Text
from bot.render.plain import visible
from bot.tex.latex import readable
from handlers.discord.cards import DiscordRenderer, payloads, reply_components
from handlers.discord.markup import escape, markdown
from tests.fakes.discord_limits import DiscordRefused, check_legacy, check_payload, utf16_len, walk
from tests.render.samples import (
    BRIEF,
    CARD,
    DEEP_CARD,
    DIGEST,
    PAPER,
    corpus,
    digest,
    hostile_text,
    letters,
    plain_text,
)

CHAT = Chat(ChatRef(Platform.DISCORD, "1"), style=Style.CARDS)


def said(payloads: list[dict[str, Any]]) -> str:
    """Letters and digits of all text, without what is hidden in masked links."""
    texts = [text for payload in payloads for text in check_payload(payload)]
    return letters(re.sub(r"\]\(https?://[^)\s]*\)", "", " ".join(texts)))


def styled(style: Style) -> Chat:
    return replace(CHAT, style=style)


def numbered_card(number: int, text: str = "") -> Card:
    """A card that differs from the others by its id; `text` is its title and its statement."""
    paper = replace(PAPER, id=f"2406.{number:05}", title=text or PAPER.title)
    key = replace(BRIEF.key, paper_id=paper.id)
    headline = Claim(f"{text} and more") if text else BRIEF.headline
    return replace(CARD, paper=paper, summary=replace(BRIEF, key=key, headline=headline))


def menus(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return [component for component in walk(payload["components"]) if component["type"] == 3]


def messages(digest: Digest, chat: Chat = CHAT) -> list[dict[str, Any]]:
    return [part.payload for part in DiscordRenderer().parts(digest, chat)]


def shown_text(document: Document) -> str:
    return letters(visible(plain_text(document)))


def test_discord_accepts_every_real_paper_complete_in_one_message() -> None:
    for paper in corpus():
        (payload,) = payloads(Card(paper), "en", Style.CARDS)
        text = said([payload])
        assert letters(visible(readable(paper.title))) in text
        assert letters(visible(readable(paper.abstract))) in text


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("count", [0, 1, 2, 10, 300])
def test_a_digest_is_at_most_two_messages_that_discord_accepts(style: Style, count: int) -> None:
    cards = [numbered_card(n) for n in range(count)]
    parts = DiscordRenderer("https://papers.example/").parts(replace(digest(*cards), slot="2026-06-02"), styled(style))
    for part in parts:
        check_payload(part.payload)
    assert len(parts) <= (2 if style is Style.CARDS else 1)
    shown = [ident for part in parts for ident in part.paper_ids]
    assert shown == [card.paper.id for card in cards[: len(shown)]]
    assert len(shown) >= min(count, 30)


def test_cards_past_two_messages_are_lines_with_a_menu() -> None:
    cards = [numbered_card(n) for n in range(10)]
    first, second = messages(digest(*cards), styled(Style.CARDS))
    containers = [
        component for payload in (first, second) for component in payload["components"] if component["type"] == 17
    ]
    assert 4 <= len(containers) < 10
    (menu,) = menus(second)
    assert [option["value"] for option in menu["options"]] == [
        f"open:{card.paper.id}" for card in cards[len(containers) :]
    ]
    assert menu["options"][0]["label"].startswith(f"{len(containers) + 1}. ")


def test_a_menu_opens_each_paper_of_a_list_by_number_title_and_sentence() -> None:
    (payload,) = messages(DIGEST, styled(Style.LIST))
    (menu,) = menus(payload)
    assert menu["placeholder"] == "Open paper…"
    assert menu["options"] == [
        {
            "label": "1. MultiTalk: Faster O(n²) Talking Heads, 20% Better",
            "value": "open:2406.14272",
            "description": "Talking heads learn twenty languages from one set.",
        },
        {"label": "2. MultiTalk: Faster O(n²) Talking Heads, 20% Better", "value": "open:astro-ph/0601001"},
    ]


def test_thirty_titles_have_two_menus_since_one_holds_25_options() -> None:
    cards = [numbered_card(n) for n in range(30)]
    (payload,) = messages(digest(*cards), styled(Style.TITLES))
    assert [len(menu["options"]) for menu in menus(payload)] == [25, 5]


def test_a_list_is_announced_by_its_heading_and_titles_with_the_same_buttons() -> None:
    (payload,) = messages(replace(DIGEST, slot="2026-06-02", ranked=40, matched=109), styled(Style.LIST))
    announced = payload["announcement"]
    assert announced["content"].splitlines() == [
        '2 of 109 · abs:"talking head" AND cs.CV · 2 June',
        "1. MultiTalk: Faster O(n²) Talking Heads, 20% Better",
        "2. MultiTalk: Faster O(n²) Talking Heads, 20% Better",
    ]
    assert announced["components"] == payload["components"][0]["components"][-2:]
    assert [button["label"] for button in announced["components"][1]["components"]] == ["Next 10", "⚙"]
    assert payload["title"] == announced["content"].splitlines()[0]


def test_a_digest_without_papers_says_why() -> None:
    (payload,) = messages(replace(digest(), slot="2026-06-02", quiet="arXiv announces nothing at the weekend."))
    assert "arXiv announces nothing at the weekend." in payload["announcement"]["content"]
    assert "arXiv announces nothing at the weekend." in " ".join(check_payload(payload))


@settings(max_examples=60)
@given(st.lists(hostile_text(40), min_size=1, max_size=30), st.sampled_from(list(Style)))
def test_hostile_titles_are_accepted_in_every_style_and_announced(titles: list[str], style: Style) -> None:
    cards = [numbered_card(n, title) for n, title in enumerate(titles)]
    whole = replace(digest(*cards), slot="2026-06-02", ranked=400, matched=400, topics=(titles[0] or "x",))
    for chat in (styled(style), replace(styled(style), kind=ChatKind.FORUM)):
        parts = DiscordRenderer("https://papers.example/").parts(whole, chat)
        for part in parts:
            check_payload(part.payload)
        announced = parts[0].payload["announcement"]
        check_legacy(announced["components"])
        assert 0 < utf16_len(announced["content"]) <= 2000
        assert 0 < len(parts[0].payload["title"]) <= 100


def test_in_a_forum_the_list_is_followed_by_its_cards_with_their_buttons() -> None:
    cards = [numbered_card(n) for n in range(3)]
    first, *others = messages(digest(*cards), replace(styled(Style.LIST), kind=ChatKind.FORUM))
    assert len(menus(first)) == 1
    assert len(others) == 3
    for card, payload in zip(cards, others, strict=True):
        check_payload(payload)
        assert "announcement" not in payload
        buttons = [part["custom_id"] for part in walk(payload["components"]) if "custom_id" in part]
        assert f"up:{card.paper.id}" in buttons
        assert f"read:{card.paper.versioned_id}" in buttons


def test_a_page_of_a_list_that_was_asked_for_has_a_menu_too() -> None:
    rows = (
        (Button("11", action="open:2406.1"), Button("12", action="open:2406.2")),
        (Button("◀ 10", action="next:x:0"),),
    )
    lines = (
        Line((Text("11. "), Link("A title", "https://arxiv.org/abs/2406.1"), Text("\nOne sentence."))),
        Line((Text("12. "), Link("Another", "https://arxiv.org/abs/2406.2"))),
    )
    (payload,) = reply_components(Reply(Document(lines), rows), ChatRef(Platform.DISCORD, "7"))
    check_payload(payload)
    (menu,) = menus(payload)
    assert menu["options"] == [
        {"label": "11. A title", "value": "open:2406.1@7", "description": "One sentence."},
        {"label": "12. Another", "value": "open:2406.2@7"},
    ]
    text, _, buttons = payload["components"][0]["components"]
    assert text["content"].splitlines()[:2] == ["11\\. [A title](https://arxiv.org/abs/2406.1)", "One sentence."]
    assert [button["label"] for button in buttons["components"]] == ["◀ 10"]


def test_a_card_is_a_container_with_its_links_as_buttons() -> None:
    (payload,) = messages(digest(CARD))
    check_payload(payload)
    header, container, *_ = payload["components"]
    assert (header["type"], container["type"]) == (10, 17)
    text, links, others = container["components"]
    assert [button["label"] for button in links["components"]] == ["abstract", "PDF", "HTML", "code"]
    assert text["content"].endswith("-# [project](https://multi-talk.github.io/)")
    assert [button["label"] for button in others["components"]] == ["👍", "👎", "🔖", "Evidence", "Why?"]
    assert text["content"].startswith("### [MultiTalk: Faster O(n²) Talking Heads, 20% Better](https://arxiv.org/abs/")
    assert payload["title"] == '1 paper · abs:"talking head" AND cs.CV · 2 June'


def test_figures_are_in_the_cards_gallery() -> None:
    (payload,) = messages(digest(DEEP_CARD))
    check_payload(payload)
    assert payload["files"] == ["figures/2406.14272v2/fig1.png"]
    (gallery,) = [component for component in walk(payload["components"]) if component["type"] == 12]
    assert gallery["items"][0]["media"] == {"url": "attachment://fig1.png"}


def test_two_papers_whose_pictures_have_the_same_name_share_no_message() -> None:
    def with_figure(ident: str) -> Card:
        figure = Figure("1", "Caption.", f"figures/{ident}/fig1.png", shown=True)
        return replace(CARD, paper=replace(PAPER, id=ident), figures=(figure,))

    made = messages(digest(with_figure("2406.1"), with_figure("2406.2")))
    assert [payload["files"] for payload in made] == [["figures/2406.1/fig1.png"], ["figures/2406.2/fig1.png"]]
    for payload in made:
        check_payload(payload)


def test_links_beyond_the_number_of_buttons_are_text() -> None:
    many = replace(CARD, links=FoundLinks(tuple(f"https://github.com/a/b{n}" for n in range(9)), ()))
    (payload,) = messages(digest(many))
    check_payload(payload)
    assert "https://github.com/a/b8" in str(payload)


def test_a_card_too_large_for_two_messages_is_a_line() -> None:
    whole = digest(Card(replace(PAPER, abstract="A sentence of seven words it is. " * 1000)), CARD)
    (payload,) = messages(whole)
    assert len(menus(payload)[0]["options"]) == 2


def test_actions_become_buttons_that_send_them_back() -> None:
    reply = Reply(
        Document((Line((Text("Hi"),)),)), ((Button("Remove", action="rm:1"), Button("Open", url="javascript:1")),)
    )
    (payload,) = reply_components(reply)
    check_payload(payload)
    buttons = [component for component in walk(payload["components"]) if component["type"] == 2]
    assert buttons[0]["custom_id"] == "rm:1"
    assert buttons[1]["url"] == "https://arxiv.org"


def test_six_buttons_take_two_rows() -> None:
    reply = Reply(Document((Line((Text("Hi"),)),)), (tuple(Button(str(n), action=f"rm:{n}") for n in range(6)),))
    (payload,) = reply_components(reply)
    check_payload(payload)


# ── beyond what papers hold ───────────────────────────────────────────────────────────────────────────────────────

_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
_ACTIVE = re.compile(r"[*_~`|<>\[\]#]|@(?:everyone|here)|:(?=//)|^\s*(?:[-+]|\d+[.)])", re.MULTILINE)


@settings(max_examples=200)
@given(hostile_text(20))
def test_nothing_in_a_papers_text_is_active(text: str) -> None:
    left = _ESCAPED.sub("\ufffc", escape(text))
    assert _ACTIVE.search(left) is None
    assert letters(escape(text)) == letters(visible(text))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("@everyone and <@1>", "@\u200beveryone and \\<@\u200b1\\>"),
        ("see https://x.org", "see https:\\//x.org"),
        ("snake_case *x*", "snake\\_case \\*x\\*"),
        ("- item\n1. one", "\\- item\n1\\. one"),
        ("C# at 5-7 (a)", "C\\# at 5-7 (a)"),
    ],
)
def test_only_what_is_active_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_an_address_cannot_end_its_masked_link() -> None:
    link = Line((Link("a](b)", "https://x.org/a_(b)"), Link("bad", "javascript:alert(1)")))
    assert markdown([link]) == "[a\\](b)](https://x.org/a_%28b%29)bad"


def test_text_cannot_end_its_code_block() -> None:
    assert markdown([Line((Text("a`b", code=True),)), Note((Text("x", code=True),))]) == "a\\`b\n\n-# `x`"
    assert markdown([Code("a ``` b")]).count("```") == 2


@settings(max_examples=60)
@given(hostile_text(60), hostile_text(60))
def test_a_hostile_paper_is_accepted_and_complete(title: str, abstract: str) -> None:
    paper = replace(PAPER, title=title, abstract=abstract, authors=(title[:40], abstract[:40]), comment=title)
    whole = digest(Card(paper, links=FoundLinks((), (title,))), Card(replace(paper, id="2406.14273")))
    text = said(messages(whole))
    assert letters(visible(readable(abstract))) in text


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("unit", ["word ", "x", "😀", "<&>", "@everyone ", "مرحبا ", "文", "e\u0301", "a.b", "_"])
def test_a_title_of_ten_thousand_characters_fits(unit: str, style: Style) -> None:
    title = (unit * 10_000)[:10_000]
    made = messages(digest(*(numbered_card(n, title) for n in range(10))), styled(style))
    for payload in made:
        check_payload(payload)
    assert utf16_len(made[0]["announcement"]["content"]) <= 2000


def test_a_thousand_links_fit_their_messages() -> None:
    items = Bullets(tuple((Link(f"{n}", f"https://x.org/{n}"),) for n in range(1000)))
    made = reply_components(Reply(Document((items,))))
    assert said(made) == "".join(map(str, range(1000)))


# ── the checker itself ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "components",
    [
        [],
        [{"type": 10, "content": "x" * 4001}],
        [{"type": 10, "content": "x"}] * 41,
        [{"type": 10, "content": " "}],
        [{"type": 17, "components": []}],
        [{"type": 2, "style": 5, "label": "x", "url": "https://x.org"}],
        [{"type": 1, "components": [{"type": 2, "style": 5, "label": "x", "url": "javascript:1"}]}],
        [{"type": 12, "items": [{"media": {"url": "attachment://missing.png"}}]}],
        [{"type": 1, "components": [{"type": 3, "custom_id": "a", "options": []}]}],
        [{"type": 1, "components": [{"type": 3, "custom_id": "a", "options": [{"label": "x" * 101, "value": "1"}]}]}],
    ],
)
def test_the_checker_refuses_what_discord_refuses(components: list[dict[str, Any]]) -> None:
    with pytest.raises(DiscordRefused):
        check_payload({"components": components, "files": []})


def test_a_card_that_was_rendered_for_another_chat_is_shown_with_the_reasons_of_this_one() -> None:
    renderer = DiscordRenderer()
    others = replace(CARD, matched=(Match("cat:cs.LG", ("cs.LG",)),))
    for each in (CARD, others, CARD, replace(CARD, matched=())):
        assert renderer.parts(digest(each), CHAT) == DiscordRenderer().parts(digest(each), CHAT)
