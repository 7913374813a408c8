"""What Discord's limits and its Markdown make of our messages: accepted, complete, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.model import Card, Chat, ChatRef, Claim, Digest, Figure, FoundLinks, Match, Platform, Style
from bot.render.evidence import EvidenceForm
from bot.render.nodes import Bullets, Button, Code, Document, Line, Link, Note, Reply, Text
from bot.render.plain import visible
from bot.tex.latex import readable
from handlers.discord.cards import DiscordRenderer, payloads, reply_components
from handlers.discord.markup import escape, markdown
from tests.fakes.discord_limits import DiscordRefused, check_payload, walk
from tests.render.samples import (
    BRIEF,
    CARD,
    DEEP_CARD,
    DIGEST,
    PAPER,
    PLAIN_CARD,
    corpus,
    digest,
    digest_document,
    hostile_text,
    letters,
    plain_text,
)

CHAT = Chat(ChatRef(Platform.DISCORD, "1"))


def said(payloads: list[dict[str, Any]]) -> str:
    """Letters and digits of all text, without what is hidden in masked links."""
    texts = [text for payload in payloads for text in check_payload(payload)]
    return letters(re.sub(r"\]\(https?://[^)\s]*\)", "", " ".join(texts)))


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


def test_all_real_papers_in_one_digest_fit_and_nothing_is_lost() -> None:
    papers = corpus()
    whole = digest(*map(Card, papers[:300]), also=tuple(map(Card, papers[300:1500])), notes=("Two wait.",))
    text = said(messages(whole))
    shown = [part for paper in papers[:300] for part in (paper.title, paper.abstract)]
    at = 0
    for part in (*shown, *(paper.title for paper in papers[300:1500])):
        at = text.find(letters(visible(readable(part))), at)
        assert at >= 0, f"not shown, or not in its place: {part}"


def test_a_digest_names_the_papers_of_each_message() -> None:
    cards = [replace(CARD, paper=replace(PAPER, id=f"2406.{n:05}")) for n in range(12)]
    parts = DiscordRenderer().parts(digest(*cards[:8], also=tuple(cards[8:])), CHAT)
    assert [ident for part in parts for ident in part.paper_ids] == [card.paper.id for card in cards]


def test_a_card_is_a_container_with_its_links_as_buttons() -> None:
    (payload,) = messages(digest(CARD))
    check_payload(payload)
    header, container = payload["components"]
    assert (header["type"], container["type"]) == (10, 17)
    text, links, others = container["components"]
    assert [button["label"] for button in links["components"]] == ["abstract", "PDF", "HTML", "code"]
    assert text["content"].endswith("-# [project](https://multi-talk.github.io/)")
    assert [button["label"] for button in others["components"]] == ["👍", "👎", "🔖", "Evidence", "Why?"]
    assert text["content"].startswith("### [MultiTalk: Faster O(n²) Talking Heads, 20% Better](https://arxiv.org/abs/")
    assert payload["title"] == "New on arXiv · 2 June 2026"


def test_compact_cards_are_lines_without_containers_and_share_one_menu() -> None:
    (payload,) = messages(DIGEST, replace(CHAT, style=Style.TITLES))
    check_payload(payload)
    assert [component["type"] for component in walk(payload["components"])] == [10, 1, 3]


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


def test_a_card_too_large_for_a_message_is_divided_and_complete() -> None:
    whole = digest(Card(replace(PAPER, abstract="A sentence of seven words it is. " * 1000)))
    made = messages(whole)
    assert len(made) in (9, 10)  # 33,000 characters
    assert letters("A sentence of seven words it is. " * 1000) in said(made)
    rows = [[part["type"] for part in walk(payload["components"])].count(1) for payload in made]
    assert rows == [0] * (len(made) - 1) + [2]


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


@pytest.mark.parametrize("unit", ["word ", "x", "😀", "<&>", "@everyone ", "مرحبا ", "文", "e\u0301", "a.b", "_"])
def test_a_title_of_ten_thousand_characters_is_divided_between_messages(unit: str) -> None:
    title = (unit * 10_000)[:10_000]
    whole = digest(Card(replace(PAPER, title=title), summary=replace(BRIEF, headline=Claim(title))), also=(PLAIN_CARD,))
    assert said(messages(whole)) == shown_text(_without_links(digest_document(whole, evidence=EvidenceForm.NONE)))


def _without_links(document: Document) -> Document:
    """Without the line of links, which are buttons here, as the evidence is."""
    return Document(tuple(b for b in document.blocks if not (isinstance(b, Note) and isinstance(b.spans[0], Link))))


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


def test_papers_that_are_only_counted_are_said_with_the_archives_address() -> None:
    whole = replace(digest(CARD, also=(replace(CARD, paper=replace(PAPER, id="2406.99999")),)), unlisted=85)
    [part] = DiscordRenderer("https://papers.example/").parts(whole, CHAT)
    text = said([part.payload])
    assert letters("Also matching (86)") in text
    assert letters("… and 85 more") in text
    assert "(https://papers.example/)" in str(part.payload)


def test_a_card_that_was_rendered_for_another_chat_is_shown_with_the_reasons_of_this_one() -> None:
    renderer = DiscordRenderer()
    others = replace(CARD, matched=(Match("cat:cs.LG", ("cs.LG",)),))
    for each in (CARD, others, CARD, replace(CARD, matched=())):
        assert renderer.parts(digest(each), CHAT) == DiscordRenderer().parts(digest(each), CHAT)
