"""What Telegram's own parser says of our messages: accepted, within the limits, complete, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import Card, Chat, ChatRef, Claim, Digest, Evidence, FoundLinks, Match, Platform, Style, Support
from bot.render.cards import card_document
from bot.render.evidence import EvidenceForm
from bot.render.nodes import (
    Bullets,
    Button,
    Code,
    Document,
    Fold,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Reply,
    Rule,
    Text,
)
from bot.render.plain import visible
from handlers.telegram.cards import TelegramRenderer, payloads, reply_messages
from handlers.telegram.markup import cost, document_html
from tests.fakes.telegram_text import CAPTION_LIMIT, ENTITY_LIMIT, Parsed, check_message, detected
from tests.render.samples import (
    BRIEF,
    CARD,
    DEEP_CARD,
    PAPER,
    PLAIN_CARD,
    corpus,
    digest,
    hostile_text,
    plain_text,
)

CHAT = Chat(ChatRef(Platform.TELEGRAM, "1"), style=Style.CARDS)
# A phone number or a time is touchable in any text; it leads nowhere.
_HARMLESS = ("phone_number", "media_timestamp", "bank_card")


def shown(digest: Digest, chat: Chat = CHAT) -> list[Parsed]:
    """The messages of a digest as Telegram parses them, checked against its limits."""
    found = []
    for part in TelegramRenderer().parts(digest, chat):
        if part.payload["kind"] == "message":
            found.append(checked(part.payload["html"]))
        else:
            check_message(part.payload["html"], CAPTION_LIMIT)
    return found


def checked(html: str) -> Parsed:
    parsed = check_message(html)
    assert len(parsed.entities) <= ENTITY_LIMIT
    return parsed


def active(parsed: Parsed) -> list[str]:
    """What Telegram would make touchable by itself."""
    own = [e for e in parsed.entities if e.type in ("text_link", "code", "pre")]
    return [
        parsed.part(found)
        for found in detected(parsed.text)
        if found.type not in _HARMLESS
        and not any(e.offset < found.offset + found.length and found.offset < e.offset + e.length for e in own)
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ("example", ".com"),
        ("example.c", "om"),
        ("8.8.", "8.8"),
        ("8.8.8", ".8"),
        ("8", "", ".8.8.8"),
        ("192.168.100", ".200"),
        ("http:/", "/example"),
        ("/", "start"),
        ("@", "name1"),
    ],
)
@pytest.mark.parametrize("bold", [False, True])
def test_neighbouring_spans_make_nothing_active_together(texts: tuple[str, ...], bold: bool) -> None:
    spans = tuple(Text(text, bold=bold and number == 1) for number, text in enumerate(texts))
    assert active(checked(document_html(Document((Line(spans),))))) == []


def bare(text: str) -> str:
    """Text without spaces, joiners and the marks of lists."""
    return re.sub(r"[\s\u2060•]+", "", text)


def complete(parsed: list[Parsed], document: Document) -> bool:
    return bare("".join(message.text for message in parsed)) == bare(visible(plain_text(document)))


@cache
def real_messages() -> dict[str, Parsed]:
    """Each real paper as the one message that answers a command, as Telegram parses it."""
    found = {}
    for paper in corpus():
        (message,) = payloads(Card(paper), "en", Style.CARDS)
        found[paper.id] = checked(message["html"])
    return found


def test_telegram_accepts_every_real_paper_complete_in_one_message() -> None:
    for paper in corpus():
        card = Card(paper)
        assert complete([real_messages()[paper.id]], card_document(card, "en", links=False))


def test_no_text_of_a_real_paper_becomes_a_link_a_mention_or_a_command() -> None:
    found = {ident: touchable for ident, parsed in real_messages().items() if (touchable := active(parsed))}
    assert found == {}


def replace_rules(document: Document) -> Document:
    return Document(tuple(block for block in document.blocks if not isinstance(block, Rule)))


def test_a_card_too_large_for_a_message_is_divided_and_complete() -> None:
    long = Card(PAPER, summary=replace(BRIEF, takeaways=(Claim("A sentence of seven words it is. " * 30),) * 6))
    first, second = shown(digest(long))
    document = card_document(long, "en", evidence=EvidenceForm.LINKS)
    assert bare(visible(plain_text(document))) in bare(first.text + second.text)


def test_deep_parts_are_expandable_quotations() -> None:
    parsed = shown(digest(DEEP_CARD))
    folds = [message.part(e) for message in parsed for e in message.entities if e.type == "expandable_blockquote"]
    assert len(folds) == 7
    assert "A language-specific code guides the decoder. (Method, p. 3)" in folds[2].replace("\u2060", "")
    assert folds[6].startswith("Evidence\n")


def test_a_digest_shows_its_evidence_where_that_makes_no_more_messages_and_else_links_to_it() -> None:
    cards = [replace(CARD, paper=replace(PAPER, id=f"2406.{n:05}")) for n in range(10)]
    long = Claim("It runs faster.", (Evidence("Sentence " + "of many words " * 60),), Support.JUDGED)
    many = [replace(card, summary=replace(BRIEF, headline=long)) for card in cards]
    for shown_cards, kind in ((cards[:2], "expandable_blockquote"), (many, None)):
        parsed = shown(digest(*shown_cards))
        folds = {e.type for message in parsed for e in message.entities if e.type == "expandable_blockquote"}
        assert folds == ({kind} if kind else set())
    assert len(parsed) == 2
    assert sum(message.text.count("evidence by statement: 1 · 2 · 3") for message in parsed) == 10


def test_a_digest_without_papers_says_why() -> None:
    quiet = replace(digest(), quiet="arXiv announces nothing on Saturdays.")
    (message,) = shown(quiet)
    assert "arXiv announces nothing on Saturdays." in message.text


def test_link_buttons_open_addresses_and_others_send_their_action() -> None:
    reply = Reply(
        Document((Line((Text("Hello"),)),)),
        ((Button("Open", url="https://x.org/a"), Button("Remove", action="rm:1")), ()),
    )
    (message,) = reply_messages(reply)
    assert message["buttons"] == [[{"text": "Open", "url": "https://x.org/a"}, {"text": "Remove", "action": "rm:1"}]]


def test_a_card_as_an_answer_has_its_links_as_buttons() -> None:
    (message,) = payloads(CARD, "en", Style.CARDS)
    assert [button["text"] for row in message["buttons"] for button in row] == [
        "abstract",
        "PDF",
        "HTML",
        "code",
        "project",
    ]


# ── beyond what papers hold ───────────────────────────────────────────────────────────────────────────────────────

texts = st.builds(Text, hostile_text(), st.booleans(), st.booleans(), st.booleans())
links = st.builds(
    Link, hostile_text(), st.sampled_from(["https://x.org/?a=1&b=<2>\"'", "javascript:1", "http://y.org"])
)
spans = st.lists(st.one_of(texts, links), max_size=5).map(tuple)
flat = st.one_of(
    st.builds(Heading, spans, st.integers(1, 3)),
    st.builds(Line, spans),
    st.builds(Note, spans),
    st.builds(Bullets, st.lists(spans, max_size=4).map(tuple), st.booleans()),
    st.builds(Code, hostile_text()),
    st.just(Rule()),
    st.builds(Picture, st.none(), st.none(), hostile_text()),
)
blocks = st.one_of(flat, st.builds(Fold, spans, st.lists(flat, max_size=4).map(tuple)))


@settings(max_examples=80)
@example([Line((Text("#\U0003d000"),))])  # a letter of a later Unicode
@given(st.lists(blocks, min_size=1, max_size=8))
def test_any_tree_is_valid_html_and_nothing_in_it_is_active(found: list[object]) -> None:
    document = Document(tuple(found))  # type: ignore[arg-type] # hypothesis does not know the union
    for message in reply_messages(Reply(document)):
        if message["html"].strip():
            parsed = check_html(message["html"])
            assert active(parsed) == []
            urls = [entity.url or "" for entity in parsed.entities if entity.type == "text_link"]
            assert [url for url in urls if not re.match(r"https?://[xy]\.org", url)] == []


def check_html(html: str) -> Parsed:
    from tests.fakes.telegram_text import parse_html

    parsed = parse_html(html)
    assert parsed.units <= 4096
    assert len(parsed.entities) <= ENTITY_LIMIT
    return parsed


@settings(max_examples=40)
@given(hostile_text(60), hostile_text(60))
def test_a_hostile_paper_is_accepted_and_complete(title: str, abstract: str) -> None:
    paper = replace(PAPER, title=title, abstract=abstract, authors=(title[:40], abstract[:40]), comment=title)
    card = Card(paper, links=FoundLinks((), (title,)))
    parsed = shown(digest(card))
    assert bare(visible(plain_text(card_document(card, "en")))) in bare("".join(message.text for message in parsed))


@pytest.mark.parametrize("sign", ["~", "\u00d7", "\ufffd", "\u02c2", "\u0301", "\u2192", "\u0660", "😀"])
def test_no_character_before_a_dot_makes_a_link_of_what_follows(sign: str) -> None:
    paper = replace(PAPER, title=f"From b{sign}.org and {sign}.com", abstract=f"See b{sign}.org.")
    for message in shown(digest(Card(paper))):
        assert active(message) == []


def test_a_thousand_links_stay_below_the_number_of_entities() -> None:
    items = Bullets(tuple((Link(f"{n}", f"https://x.org/{n}"),) for n in range(1000)))
    messages = reply_messages(Reply(Document((items,))))
    assert sum(len(checked(message["html"]).entities) for message in messages) == 1000


# ── what all chats share, and what is only counted ──


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("card", [CARD, DEEP_CARD, PLAIN_CARD, Card(PAPER)])
def test_a_card_that_was_rendered_for_another_chat_is_shown_with_the_reasons_of_this_one(
    card: Card, style: Style
) -> None:
    chat, renderer = replace(CHAT, style=style), TelegramRenderer()
    others = replace(card, matched=(Match("cat:cs.LG", ("cs.LG",)), Match("kites", ("kite",))))
    for each in (card, others, card, replace(card, matched=())):
        assert renderer.parts(digest(each), chat) == TelegramRenderer().parts(digest(each), chat)


def test_the_cost_of_a_card_is_that_of_its_blocks() -> None:
    renderer = TelegramRenderer()
    for card, number in product((CARD, DEEP_CARD, PLAIN_CARD), (None, 10)):
        group = renderer._card_group(card, "en", EvidenceForm.QUOTES, number)
        costs = [cost(block) for block in group.blocks]
        assert group.cost == (sum(text for text, _ in costs), sum(entities for _, entities in costs))
        assert group.markup == document_html(Document(group.blocks))
