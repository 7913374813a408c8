"""What people write in their own words: offers with counts, likely words, titles, links, questions, small talk."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, OfferNote, Requester
from bot.conversation.offers import LASTS
from bot.conversation.undo import LASTS as UNDO_LASTS
from bot.model import ChatRef, Paper, Platform
from bot.pipeline import Insight, Rankings
from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from bot.topics.typed import GuessKind, Talk
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch, finder
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.pipeline import UNKNOWN, FakePipeline

CHAT, OTHER = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.DISCORD, "6")
OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)
NOW = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
WORDS = "talking heads driven by audio"
ATTENTION = made_up("1706.03762", date(2017, 6, 13), title="Attention Is All You Need").paper


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def search() -> MadeUpSearch:
    return MadeUpSearch([ATTENTION])


async def first_page(_content: bytes) -> str:
    return "Cited: arXiv:1706.03762 is cited below\narXiv:2406.14272v2 [cs.CV] 20 Jun 2024"


def talk_of(store: SqlStore, clock: FakeClock, search: MadeUpSearch) -> Conversation:
    pipeline, relevance = FakePipeline(), PaperRelevance(store)
    makers = FakeMakers(clock, name="extractive")
    insight = Insight(store, relevance, Rankings(relevance), clock, makers, AbstractReader())
    return Conversation(
        store,
        clock,
        pipeline.read,
        pipeline.compose,
        finder(store, search),
        insight,
        Defaults(),
        first_page=first_page,
    )


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock, search: MadeUpSearch) -> Conversation:
    return talk_of(store, clock, search)


async def announce(store: SqlStore, *titles: str, category: str = "cs.CV", first: int = 1) -> list[Paper]:
    day = NOW.date()
    announced = [
        made_up(f"2606.{number:05}", day, title=title, categories=(category,))
        for number, title in enumerate(titles, first)
    ]
    await store.ingest(announced, NOW)
    return [each.paper for each in announced]


async def offered(talk: Conversation, text: str, ref: ChatRef = CHAT) -> results.TopicOffer:
    answer = await talk.understanding.message(OWNER, ref, text)
    assert isinstance(answer, results.TopicOffer), answer
    return answer


def kinds(offer: results.TopicOffer) -> list[GuessKind]:
    return [option.kind for option in offer.options]


# ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_words_are_offered_with_the_counts_of_each_reading_and_nothing_is_followed(
    talk: Conversation, store: SqlStore
) -> None:
    await announce(store, "Talking heads, driven by audio", "Heads driven by audio", "Images")
    offer = await offered(talk, f"{WORDS} please")
    assert offer.text == WORDS
    assert [(option.kind, option.query) for option in offer.options] == [
        (GuessKind.ABOUT, f"about: {WORDS}"),
        (GuessKind.WORDS, "audio AND driven AND head AND talking"),
    ]
    assert offer.options[1].count == 1
    assert await store.chat(CHAT) is None


async def test_a_button_follows_its_topic_once_and_can_be_taken_back(talk: Conversation, store: SqlStore) -> None:
    offer = await offered(talk, WORDS)
    done = await talk.understanding.take(OWNER, CHAT, offer.options[1].key, "Ann")
    assert isinstance(done, results.Subscribed)
    assert (done.topic, done.chat.title) == (offer.options[1].query, "Ann")
    again = await talk.understanding.take(OWNER, CHAT, offer.options[1].key)
    assert isinstance(again, results.AlreadySubscribed)
    await talk.undo.undo(OWNER, CHAT, done.undo)
    assert not await store.subscriptions(CHAT)


async def test_an_offer_works_after_a_restart_and_for_an_hour(
    talk: Conversation, store: SqlStore, clock: FakeClock, search: MadeUpSearch
) -> None:
    offer = await offered(talk, WORDS)
    clock.advance(LASTS.total_seconds() - 1)
    restarted = talk_of(store, clock, search)
    assert isinstance(await restarted.understanding.take(OWNER, CHAT, offer.options[0].key), results.Subscribed)
    clock.advance(1)
    late = await restarted.understanding.take(OWNER, CHAT, offer.options[1].key)
    assert late == results.OfferExpired()


async def test_a_key_is_good_for_its_chat_and_for_who_manages_it(talk: Conversation) -> None:
    key = (await offered(talk, WORDS)).options[0].key
    assert await talk.understanding.take(OWNER, OTHER, key) == results.OfferExpired()
    assert isinstance(await talk.understanding.take(MEMBER, CHAT, key), results.NotAllowed)
    assert await talk.understanding.take(OWNER, CHAT, "no key") == results.OfferExpired()


async def test_a_chat_that_is_forgotten_leaves_no_words_behind(talk: Conversation, store: SqlStore) -> None:
    key, other = (await offered(talk, WORDS)).options[0].key, (await offered(talk, WORDS, OTHER)).options[0].key
    await talk.stopping.forget(OWNER, CHAT)
    assert not [kept for kept in await store.all_kept("offer", NOW) if kept.chat == CHAT]
    assert await talk.understanding.take(OWNER, CHAT, key) == results.OfferExpired()
    assert isinstance(await talk.understanding.take(OWNER, OTHER, other), results.Subscribed)


async def test_a_list_of_categories_means_any_of_them(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Images")
    await announce(store, "Words", category="cs.CL", first=2)
    for typed in ("cs.CV, cs.CL", "cs.CV\ncs.CL", "cs.cv oder cs.cl", "cs.CV или cs.CL", "computer vision and nlp"):
        offer = await offered(talk, typed)
        assert offer.options[0].query == "cat:cs.CL OR cat:cs.CV"
        assert offer.options[0].count == 2
        assert (OfferNote.EITHER, "") in offer.notes
    done = await talk.subscribe(OWNER, CHAT, "cs.CV, cs.CL")
    assert isinstance(done, results.Subscribed)
    assert done.topic == "cat:cs.CL OR cat:cs.CV"


async def test_words_beside_a_category_have_two_readings_with_counts(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Diffusion", "Images")
    await announce(store, "Diffusion of words", category="cs.CL", first=3)
    offer = await offered(talk, "diffusion, cs.CV")
    assert [(option.kind, option.count) for option in offer.options] == [(GuessKind.BOTH, 1), (GuessKind.EITHER, 3)]


async def test_a_misspelt_word_is_replaced_by_a_common_one_that_is_near(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Deep learning")
    offer = await offered(talk, "depp learning")
    assert offer.options[0].query == "deep AND learning"
    assert (OfferNote.CORRECTED, "deep learning") in offer.notes
    assert offer.options[-1].kind is GuessKind.AS_TYPED
    # A name that nobody knows is no mistake for a common word, and neither is a known word.
    assert kinds(await offered(talk, "zyxwvutsr")) == [GuessKind.WORDS]
    assert (await offered(talk, "transformers")).options[0].query == "transformer"


async def test_unknown_words_and_too_much_are_said_before_following(talk: Conversation, store: SqlStore) -> None:
    await announce(store, *(f"Image number {number}" for number in range(60)))
    assert (OfferNote.UNKNOWN_WORDS, "asdfghjkl") in (await offered(talk, "asdfghjkl")).notes
    for typed in ("asdfghjkl", "cs.CV"):
        assert isinstance(await talk.subscribe(OWNER, CHAT, typed), results.TopicOffer)
    broad = await offered(talk, "cs.CV")
    assert (OfferNote.BROAD, "") in broad.notes
    assert isinstance(await talk.understanding.take(OWNER, CHAT, broad.options[0].key), results.Subscribed)


async def test_words_that_narrow_a_broad_topic_are_the_next_message(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Talking heads", *(f"Image number {number}" for number in range(60)))
    key = (await offered(talk, "cs.CV")).options[0].key
    asked = await talk.understanding.ask_words(OWNER, CHAT, CHAT, key, may_type=True)
    assert asked == results.AskWords("cat:cs.CV", may_type=True)
    offer = await offered(talk, "talking heads")
    assert offer.options[0].query == "head AND talking AND cat:cs.CV"
    assert offer.options[0].count == 1
    # The question is closed by its answer.
    assert (await offered(talk, "image number")).options[0].query == "image AND number"


@pytest.mark.parametrize(
    "typed", ["the", "papers about everything", "!!!", "x = [y for y in z()]; print(x)", "所有论文"]
)
async def test_what_names_no_subject_is_told_so(talk: Conversation, typed: str) -> None:
    assert isinstance(await talk.understanding.message(OWNER, CHAT, typed), results.NoSubject)


async def test_a_clear_query_is_followed_at_once_and_the_operators_words_are_not_asked_about(
    talk: Conversation,
) -> None:
    for text in ("cs.CV", "diffusion video", '"talking head" OR avatar', f"about: {WORDS}", "au:Gonzalez"):
        assert isinstance(await talk.subscribe(OWNER, CHAT, text), results.Subscribed)
    assert isinstance(await talk.subscribe(OWNER, CHAT, WORDS), results.TopicOffer)
    assert isinstance(await talk.subscribe(OWNER, CHAT, WORDS, may_ask=False), results.Subscribed)


async def test_words_of_another_language_are_looked_for_in_english(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Diffusion models")
    for typed in (
        "我研究扩散模型",
        "拡散モデル関連の論文をください",
        "me interesan los modelos de difusión",
        "диффузионными моделями",
    ):
        offer = await offered(talk, typed)
        assert offer.options[0].query == "diffusion AND model", typed
        assert offer.options[0].count == 1


# ── titles and links ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_title_is_recognized_in_the_store_and_on_arxiv(
    talk: Conversation, store: SqlStore, search: MadeUpSearch
) -> None:
    (paper,) = await announce(store, "Kites that see: visual control of tethered wings")
    for typed in (
        "Kites that see: visual control of tethered wings",
        "kites that see",
        "kites that sea: visual control of tethered wings",
    ):
        answer = await talk.understanding.message(OWNER, CHAT, typed)
        assert isinstance(answer, results.DidYouMeanPaper) is (len(typed) > 20), typed
        assert not isinstance(answer, results.DidYouMeanPaper) or answer.papers == (paper,)
    assert search.requests == 0
    answer = await talk.understanding.message(OWNER, CHAT, "attention is all you need")
    assert isinstance(answer, results.DidYouMeanPaper)
    assert [each.id for each in answer.papers] == [ATTENTION.id]
    assert answer.offer is not None


async def test_words_that_are_no_title_do_not_ask_arxiv(talk: Conversation, search: MadeUpSearch) -> None:
    for typed in ("gaussian splatting", WORDS, "cs.CV, cs.CL", "我研究扩散模型"):
        await talk.understanding.message(OWNER, CHAT, typed)
    assert search.requests == 0


async def test_a_link_is_read_whatever_stands_around_it_and_several_get_a_line_each(talk: Conversation) -> None:
    one = await talk.understanding.message(OWNER, CHAT, "hi, have you seen https://arxiv.org/abs/2406.14272 ?")
    assert isinstance(one, results.PaperCard)
    hidden = await talk.understanding.message(OWNER, CHAT, "this one", ["https://arxiv.org/abs/2406.14272"])
    assert isinstance(hidden, results.PaperCard)
    text = f"2406.14272 and 2406.14273v2, {UNKNOWN}"
    several = await talk.understanding.message(OWNER, CHAT, text)
    assert isinstance(several, results.ManyPapers)
    assert [card.paper.id for card in several.cards] == ["2406.14272", "2406.14273"]
    assert all(card.summary is not None for card in several.cards)
    assert several.unknown == (UNKNOWN,)
    many = await talk.understanding.message(OWNER, CHAT, " ".join(f"2406.{number:05}" for number in range(1, 15)))
    assert isinstance(many, results.ManyPapers)
    assert (len(many.cards), many.left_out) == (10, 4)


async def test_a_link_to_no_paper_says_why(talk: Conversation) -> None:
    answer = await talk.understanding.message(OWNER, CHAT, "https://youtu.be/abc look")
    assert isinstance(answer, results.NotALink)
    assert answer.why.startswith("That is a video")


async def test_a_pdf_is_read_by_its_name_its_caption_or_its_first_page(talk: Conversation) -> None:
    fetched = []

    async def content() -> bytes:
        fetched.append(1)
        return b"%PDF"

    for name, caption in (("2406.14272v2.pdf", ""), ("paper.pdf", "see 2406.14272")):
        answer = await talk.understanding.document(OWNER, CHAT, name, caption, content)
        assert isinstance(answer, results.PaperCard)
    assert not fetched
    answer = await talk.understanding.document(OWNER, CHAT, "paper.pdf", "", content)
    assert isinstance(answer, results.PaperCard)
    assert fetched


# ── groups, small talk, unsubscribing in words ────────────────────────────────────────────────────────────────────


async def test_in_a_group_only_what_is_meant_for_the_bot_is_answered(talk: Conversation) -> None:
    understanding = talk.understanding
    assert await understanding.in_group(MEMBER, CHAT, "nice paper", (), is_named=False) is None
    assert await understanding.in_group(MEMBER, CHAT, "", (), is_named=True) is None
    read = await understanding.in_group(MEMBER, CHAT, "and this? 2406.14272", (), is_named=False)
    assert isinstance(read, results.PaperCard)
    assert isinstance(await understanding.in_group(MEMBER, CHAT, WORDS, (), is_named=True), results.TopicOffer)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Hi!", results.SmallTalk),
        ("谢谢", results.SmallTalk),
        ("👍", results.SmallTalk),
        ("what can you do?", results.Help),
        ("стоп", results.ConfirmForget),
        ("mis temas", results.Subscriptions),
        ("how do I change the language?", results.SettingsView),
        ("unsubscribe from cs.CV", results.Unsubscribed),
        ("取消关注 cs.CV", results.Unsubscribed),
    ],
)
async def test_small_talk_and_words_for_commands_get_the_right_answer(
    talk: Conversation, typed: str, kind: type
) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    assert isinstance(await talk.understanding.message(OWNER, CHAT, typed), kind)


async def test_greetings_name_what_the_chat_follows(talk: Conversation) -> None:
    assert await talk.understanding.message(OWNER, CHAT, "hello") == results.SmallTalk(Talk.GREETING, 0)


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ("all", []),
        ("1 2", ["c"]),
        ("1-2", ["c"]),
        ("3,1", ["b"]),
        ("1–3", []),
        ("a, c", ["b"]),
        ("1, x", ["b", "c"]),
    ],
)
async def test_several_topics_are_unsubscribed_at_once_and_taken_back_at_once(
    talk: Conversation, store: SqlStore, clock: FakeClock, named: str, left: list[str]
) -> None:
    topics = [f"abs:{name}" for name in ("a", "b", "c")]
    for topic in topics:
        await talk.subscribe(OWNER, CHAT, topic, may_ask=False)
        clock.advance(1)
    gone = await talk.unsubscribe(
        OWNER, CHAT, named.replace("a", "abs:a").replace("c", "abs:c") if "," in named and "a" in named else named
    )
    assert isinstance(gone, results.UnsubscribedSeveral)
    assert [each.topic for each in await store.subscriptions(CHAT)] == [f"abs:{name}" for name in left]
    assert gone.missing == (("x",) if "x" in named else ())
    clock.advance(UNDO_LASTS.total_seconds() - 1)
    await talk.undo.undo(OWNER, CHAT, gone.undo)
    assert [each.topic for each in await store.subscriptions(CHAT)] == topics


async def test_a_misspelt_category_is_unsubscribed_as_it_was_meant(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV, cs.CL")
    for named in ("cs.cl, cs.cv", "nlp or computer vision"):
        gone = await talk.unsubscribe(OWNER, CHAT, named)
        assert isinstance(gone, results.Unsubscribed)
        await talk.undo.undo(OWNER, CHAT, gone.undo)


@pytest.mark.parametrize(
    ("broad", "narrowed"),
    [
        ("cs.CV OR cs.CL", "about: medical image segmentation, in cs.CL, cs.CV"),
        ("image cs.CV", "image AND medical AND segmentation AND cat:cs.CV"),
        ("cs.CV -cs.LG", "image AND medical AND segmentation AND cat:cs.CV AND NOT cat:cs.LG"),
    ],
)
async def test_a_narrowed_topic_keeps_its_words_and_what_it_excludes(
    talk: Conversation, store: SqlStore, broad: str, narrowed: str
) -> None:
    offer = await talk.understanding.offer(CHAT, broad)
    assert isinstance(offer, results.TopicOffer)
    await talk.understanding.ask_words(OWNER, CHAT, CHAT, offer.options[0].key, may_type=True)
    assert (await offered(talk, "medical image segmentation")).options[0].query == narrowed


async def test_a_setting_in_words_is_changed_and_can_be_taken_back(talk: Conversation, store: SqlStore) -> None:
    changed = await talk.understanding.message(OWNER, CHAT, "weekly on Friday")
    assert isinstance(changed, results.Changed)
    assert changed.chat.days == {4}
    assert isinstance(await talk.undo.undo(OWNER, CHAT, changed.undo), results.Undone)
    assert await talk.understanding.message(MEMBER, CHAT, "pause for two weeks") == results.NotAllowed()


async def test_a_name_is_offered_as_an_author_where_its_words_bring_less(talk: Conversation, store: SqlStore) -> None:
    await announce(store, "Talking heads, driven by audio", "Talking heads again")
    paper = made_up("2606.00100", NOW.date(), title="Capsules", authors=("Geoffrey E. Hinton",))
    await store.ingest([paper], NOW)
    assert kinds(await offered(talk, "Geoffrey Hinton"))[0] is GuessKind.AUTHOR
    assert GuessKind.AUTHOR in kinds(await offered(talk, "Ada Nobody"))
    assert GuessKind.AUTHOR not in kinds(await offered(talk, "Talking Heads"))
    assert GuessKind.AUTHOR not in kinds(await offered(talk, "talking heads"))


@pytest.mark.parametrize("text", ["undo", "Undo that!", "撤销", "deshacer", "отменить"])
async def test_a_word_for_undo_is_no_topic(talk: Conversation, text: str) -> None:
    assert await talk.understanding.message(OWNER, CHAT, text) == results.SmallTalk(Talk.UNDO, 0)
