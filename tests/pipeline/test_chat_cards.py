"""Cards of single papers and further pages of a digest, from what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import event

from bot.model import Depth, SummaryKey, SummaryRequest
from bot.pipeline.chat_cards import NOT_ASKED, ChatCards
from tests.fakes.makers import AbstractReader
from tests.pipeline.conftest import ANN, BOB, Scene


def cards_of(scene: Scene) -> ChatCards:
    return ChatCards(scene.store, scene.relevance, scene.makers, AbstractReader(), scene.clock)


async def sent(scene: Scene, size: int = 1) -> str:
    """The slot of Ann's first digest, which shows so many of the papers in cs.CV."""
    await scene.follow(ANN, "cat:cs.CV", size=size)
    scene.morning(date(2026, 6, 1))
    await scene.prepare()
    await scene.send()
    return "2026-06-01"


async def test_a_page_continues_the_order_of_the_digest(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    pages = [await cards_of(scene).page(chat, slot, number, 1) for number in (0, 1)]
    whole = await cards_of(scene).page(chat, slot, 0, 50)
    assert whole is not None
    order = [card.paper.id for card in whole.cards]
    assert len(order) > 1
    assert [card.paper.id for page in pages if page is not None for card in page.cards] == order[:2]
    assert order[:1] == await scene.store.shown_papers(ANN, 1)
    assert (whole.matched, whole.ranked, whole.topics, whole.slot) == (len(order), len(order), ("cat:cs.CV",), slot)


async def test_papers_past_the_first_ones_have_a_sentence_without_a_model_that_is_not_stored(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    scene.makers.asked.clear()
    page = await cards_of(scene).page(chat, slot, 1, 2)
    assert page is not None
    assert page.cards
    for card in page.cards:
        assert card.summary is not None
        assert card.summary.provenance.instead_of == NOT_ASKED
    assert scene.makers.asked == []
    assert await scene.store.summaries([card.summary.key for card in page.cards if card.summary]) == {}


async def test_a_card_has_the_stored_summary_and_why_it_came(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    page = await cards_of(scene).page(chat, slot, 0, 1)
    assert page is not None
    paper = page.cards[0].paper
    card = await cards_of(scene).card(chat, paper, Depth.BRIEF)
    assert card is not None
    assert card.summary is not None
    assert card.summary.provenance.model == "openai:test"
    assert [match.topic for match in card.matched] == ["cat:cs.CV"]
    assert card.reasons
    assert card.announcement is not None
    assert await cards_of(scene).card(chat, paper, Depth.DEEP) is None


async def test_a_deep_summary_stands_in_for_a_brief_one(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    page = await cards_of(scene).page(chat, slot, 1, 1)
    assert page is not None
    paper = page.cards[0].paper
    deep = await scene.makers.summarize(SummaryRequest(SummaryKey(paper.id, paper.version, "en", Depth.DEEP), paper))
    await scene.store.save_summary(deep)
    for depth in Depth:
        card = await cards_of(scene).card(chat, paper, depth)
        assert card is not None
        assert card.summary == deep


async def test_a_withdrawn_paper_has_no_summary(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    page = await cards_of(scene).page(chat, slot, 1, 1)
    assert page is not None
    card = await cards_of(scene).card(chat, replace(page.cards[0].paper, withdrawn=True), Depth.BRIEF)
    assert card is not None
    assert card.summary is None


async def test_a_digest_of_another_chat_or_of_no_day_has_no_page(scene: Scene) -> None:
    slot, chat = await sent(scene), await scene.store.chat(ANN)
    assert chat is not None
    assert await cards_of(scene).page(chat, "2026-05-01", 0, 10) is None
    other = await scene.follow(BOB, "cat:cs.CV")
    assert await cards_of(scene).page(other, slot, 0, 10) is None


async def test_what_an_interest_brought_is_read_once_for_a_page(scene: Scene) -> None:
    slot = await sent(scene)
    chat = await scene.follow(ANN, "about: talking heads")
    reads: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        reads.append(statement)

    counts = []
    for papers in (1, 2):
        reads.clear()
        event.listen(scene.store.db.engine.sync_engine, "before_cursor_execute", note)
        page = await cards_of(scene).page(chat, slot, 0, papers)
        event.remove(scene.store.db.engine.sync_engine, "before_cursor_execute", note)
        assert page is not None
        assert len(page.cards) == papers
        counts.append(sum("min(announcements.seq)" in statement for statement in reads))
    assert counts[0] == counts[1] > 0
