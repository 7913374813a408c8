"""Full-text search: what is found, what a chat may see, and that nothing stays unindexed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import ChatRef, PaperOrder, VoteKind
from bot.pipeline import index_papers
from bot.pipeline.index_papers import words_of
from bot.storage.store import SqlStore
from bot.topics.search_words import search_terms, with_prefixes
from tests.contracts.samples import (
    ANN,
    BOB,
    NOW,
    announced,
    digest,
    key,
    minutes,
    paper,
    send_next,
    summary,
    with_chats,
)

PAPERS = {
    "2606.00001": ("Diffusion Models for Talking-Heads", "We train generators of video.", ("Jürgen Müller",)),
    "2606.00002": ("Pretraining Transformers", "Diffusion is used once.", ("Ada Williams", "Geoffrey E. Hinton")),
    "2606.00003": ("Medical Images with C++", "A diffusion study of $\\alpha$-GANs.", ("Li Ming",)),
    "2606.00004": ("Something Else", "Nothing of that.", ("Ann O'Neill",)),
}


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    """Four announced papers, indexed."""
    await with_chats(store)
    entries = [announced(name, title=t, abstract=a, authors=who) for name, (t, a, who) in PAPERS.items()]
    await store.ingest(entries, NOW)
    assert await index_papers(store) == 4
    return store


async def found(store: SqlStore, typed: str) -> list[str]:
    """The last digits of the papers that are found, best first."""
    return [each.paper_id[-1] for each in await store.search(search_terms(typed), 10)]


async def received(store: SqlStore, ref: ChatRef, typed: str, person: str = "5") -> set[str]:
    papers, total = await store.search_received(ref, person, search_terms(typed), 10)
    assert total == len(papers)
    return {each.paper_id[-1] for each in papers}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("talking head", "1"),
        ("TRAINED generator", "1"),  # stems and plurals
        ("pre-training", "2"),  # a compound, written in one word
        ('"talking heads"', "1"),
        ('"heads talking"', ""),
        ("“diffusion models”", "1"),
        ("diffusion -medical -transformers", "1"),
        ("transf*", "2"),
        ("transf", ""),
        ("muller", "1"),  # a name without its accent
        ("au:Williams", "2"),
        ("williams transformer", "2"),
        ('au:"Geoffrey Hinton"', "2"),
        ("au:transformers", ""),
        ("c++", "3"),
        ("alpha", "3"),
        ("o'neill", "4"),
        ("2606.00003", "3"),
        ('"unclosed', ""),
        ("nothing AND that", ""),
    ],
)
async def test_papers_are_found_by_their_words(filled: SqlStore, typed: str, expected: str) -> None:
    assert await found(filled, typed) == list(expected)


async def test_a_title_counts_more_than_an_abstract(filled: SqlStore) -> None:
    assert (await found(filled, "diffusion"))[0] == "1"
    assert sorted(await found(filled, "diffusion")) == ["1", "2", "3"]


@pytest.mark.parametrize("typed", ["", "  ", '""', "-medical", "!!! ???", "au:", "*", '" OR 1=1 --'])
async def test_what_has_no_word_to_look_for_finds_nothing_and_breaks_nothing(filled: SqlStore, typed: str) -> None:
    terms = search_terms(typed)
    if terms:
        assert await filled.search(terms, 10) == []


MARKS = (
    "a'b\\",
    'x" OR "y',
    "NEAR(a b)",
    "title:x",
    "b:*",
    "a & b | !c",
    "{a} : b",
    "^x",
    "Д'Артаньян",
    "हिन्दी",
    "ผม" * 40,
)


@pytest.mark.parametrize("typed", MARKS)
async def test_marks_of_the_databases_are_only_text(filled: SqlStore, typed: str) -> None:
    terms = search_terms(typed)
    assert await filled.search(terms, 10) == []
    await filled.search(with_prefixes(terms), 10)


async def test_a_beginning_of_a_word_is_found_where_it_is_asked_for(filled: SqlStore) -> None:
    terms = with_prefixes(search_terms("transfor"))
    assert [each.paper_id for each in await filled.search(terms, 10)] == ["2606.00002"]


IN_OTHER_LANGUAGES = {
    "扩散": "1",
    "扩散模型": "1",
    "散扩": "",
    "模型 Müller": "1",
    "talking 视频": "1",
    "拡散": "2",
    "かくさん": "2",
}


@pytest.mark.parametrize(("typed", "expected"), IN_OTHER_LANGUAGES.items())
async def test_summaries_in_other_languages_are_found_too(filled: SqlStore, typed: str, expected: str) -> None:
    chinese = summary(key("2606.00001", language="zh"), "我们用扩散模型生成视频。")
    japanese = summary(key("2606.00002", language="ja"), "拡散（かくさん）モデルの研究。")
    await filled.save_summaries([replace(chinese, translated_title="说话的头"), japanese])
    assert await index_papers(filled) == 2
    assert await found(filled, typed) == list(expected)
    assert "1" in await found(filled, "talking heads")


async def test_a_chat_finds_what_its_digests_showed_or_ranked_and_nothing_of_others(filled: SqlStore) -> None:
    seqs = {entry.paper.id[-1]: seq for seq, entry in await filled.announcements_after(0, 10)}
    ranked = PaperOrder((seqs["1"], seqs["2"]), 2)
    await filled.write_digest(replace(digest(ANN, papers=("2606.00001",)), ranked=ranked), NOW)
    await filled.write_digest(digest(BOB, papers=("2606.00003",)), NOW)
    assert await received(filled, ANN, "diffusion") == {"1", "2"}
    assert await received(filled, BOB, "diffusion") == {"3"}


async def test_a_persons_own_saved_papers_are_found_and_no_others(filled: SqlStore) -> None:
    await filled.vote(ANN, "5", ["2606.00001"], VoteKind.SAVED, NOW)
    await filled.vote(ANN, "6", ["2606.00002"], VoteKind.SAVED, NOW)
    await filled.vote(ANN, "", ["2606.00003"], VoteKind.UP, NOW)
    assert await received(filled, ANN, "diffusion") == {"1", "3"}
    assert await received(filled, ANN, "diffusion", person="6") == {"2", "3"}


async def test_what_old_digests_showed_is_still_found_when_they_are_gone(filled: SqlStore) -> None:
    seqs = {entry.paper.id[-1]: seq for seq, entry in await filled.announcements_after(0, 10)}
    ranked = PaperOrder((seqs["2"],), 1)
    for slot, day in (("2026-06-02", NOW), ("2026-06-03", NOW)):
        name = "2606.00001" if slot.endswith("2") else "2606.00003"
        await filled.write_digest(replace(digest(ANN, slot, (name,)), ranked=ranked), day)
        await send_next(filled)
        assert await filled.tidy(NOW + minutes(60 * 24 * 400), history_days=90)
    assert await received(filled, ANN, "diffusion") == {"1", "2", "3"}
    await filled.move_chat(ANN, BOB, NOW)  # joins two chats
    assert await received(filled, BOB, "diffusion") == {"1", "2", "3"}
    await filled.forget(BOB)
    assert await received(filled, BOB, "diffusion") == set()


async def test_a_paper_is_indexed_again_when_its_words_change_and_not_before(filled: SqlStore) -> None:
    same = paper("2606.00004", 1, title="Something Else", abstract="Nothing of that.", comment="12 pages")
    await filled.remember([same], NOW)
    assert await index_papers(filled) == 1
    assert await found(filled, "else") == ["4"]
    await filled.remember([paper("2606.00004", 2, title="Quite New", abstract="Another text.")], NOW)
    assert await found(filled, "another") == []
    assert await index_papers(filled) == 1
    assert (await found(filled, "another"), await found(filled, "else")) == (["4"], [])
    assert await index_papers(filled) == 0


async def test_a_paper_that_changes_while_its_words_are_made_goes_on_waiting(store: SqlStore) -> None:
    await store.ingest([announced(title="Old words")], NOW)
    old = await store.unindexed(10)
    await store.remember([paper(version=2, title="New words")], NOW)
    await store.save_words([words_of(each) for each in old])
    assert [each.paper.title for each in await store.unindexed(10)] == ["New words"]
    assert await index_papers(store) == 1
    assert await found(store, "new") == ["1"]


async def test_a_paper_that_was_never_announced_is_found_by_nobody_else(store: SqlStore) -> None:
    await store.remember([paper(title="A private request")], NOW)
    await index_papers(store)
    assert await found(store, "private") == []


async def test_the_day_of_a_paper_is_that_of_its_last_listing(filled: SqlStore) -> None:
    papers = await filled.search(search_terms("talking"), 10)
    assert [each.day for each in papers] == [announced().announcement.day]
