from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import ChatModel
from bot.relevance.embeddings.centers import KEY as CENTER
from bot.relevance.measuring import PaperRelevance
from bot.relevance.model_weights import packed_terms
from bot.relevance.paper_block import paper_row
from bot.relevance.paper_memory import PaperMemory
from bot.relevance.starter import starter
from bot.relevance.weights import ALWAYS_FEW
from bot.storage.store import SqlStore
from tests.contracts import samples
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.stores import memory_store
from tests.relevance.papers import FACES, HEADS, PROOFS, SPEECH, announced, listing, paper

INTEREST = "about: audio-driven talking heads and lip sync"
NOW = datetime(2026, 6, 2, tzinfo=UTC)


def model(*terms: tuple[str, float], liked: tuple[str, ...] = ()) -> ChatModel:
    return ChatModel(1, NOW, 3, packed_terms(terms), liked=liked)


async def test_a_paper_about_an_interest_comes_before_others(relevance: PaperRelevance) -> None:
    heads, faces, proofs, speech = relevance.of_topic(INTEREST, [1, 2, 3, 4])
    assert heads > max(faces, speech) >= min(faces, speech) > proofs
    assert relevance.close(INTEREST, [4, 3, 2, 1], 3)[0] == 1
    assert 3 not in relevance.close(INTEREST, [1, 2, 3, 4], 4)


async def test_on_a_thin_day_the_nearest_few_are_close_enough(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    texts = [PROOFS, *[SPEECH] * 3, *[HEADS] * (ALWAYS_FEW + 3), *[PROOFS] * ALWAYS_FEW]
    await relevance.read({number: announced(f"2606.{number:05}", text) for number, text in enumerate(texts, 1)})
    query, thin_day, full_day = "about: proofs with video", range(1, ALWAYS_FEW + 8), range(1, len(texts) + 1)
    # Papers with "video" are near, but only a proof is close; speech has nothing of the interest.
    assert relevance.close(query, thin_day, 30) == [1, *range(5, 4 + ALWAYS_FEW)]
    # Late papers of a day that has brought its few are not taken for the nearest once more.
    assert relevance.close(query, thin_day, 30, already=ALWAYS_FEW) == [1]
    assert relevance.close(query, full_day, 30) == [1, *range(ALWAYS_FEW + 8, len(texts) + 1)]


async def test_what_is_pushed_away_goes_down(relevance: PaperRelevance) -> None:
    plain, pushed = (
        relevance.of_topic(f"about: lip sync in video{end}", [1, 2]) for end in ("", "; not face recognition")
    )
    assert pushed[0] == plain[0]
    assert pushed[1] < plain[1]


@pytest.mark.parametrize(
    "query",
    ["about: 语音驱动的说话人头像；不要人脸识别", "about: говорящие головы, но не лица", "about: 🤖 🦾",
     "about: the of and", 'au:"Ada Example"', "diffus*", '"state of the art"', "cs.CV",
     "cs.LG -heads", "ti:x1 OR cat:math.*"],
)  # fmt: skip
async def test_every_topic_gives_scores_from_0_to_1(relevance: PaperRelevance, query: str) -> None:
    assert all(0 <= score <= 1 for score in relevance.of_topic(query, [1, 2, 3, 4]))
    relevance.why(1, query, None)


async def test_a_topic_of_words_likes_titles_and_phrases(relevance: PaperRelevance) -> None:
    heads, faces, proofs, _ = relevance.of_topic('"talking head"', [1, 2, 3, 4])
    assert heads > faces > proofs
    rare, common = relevance.of_topic("vocoder OR video", [4, 1])
    assert rare > common


async def test_a_category_is_better_as_the_primary_one(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    await relevance.read({1: announced("1", HEADS, "cs.CV", "cs.SD"), 2: announced("2", HEADS, "cs.SD")})
    assert relevance.of_topic("cat:cs.SD", [2])[0] > relevance.of_topic("cat:cs.SD", [1])[0] > 0
    assert relevance.of_topic("cat:cs.*", [1, 2]) == relevance.of_topic("cat:cs.*", [2, 1])


@given(st.integers(2, 30))
async def test_a_longer_paper_is_not_closer_by_its_length(times: int) -> None:
    async with memory_store() as store:
        relevance = PaperRelevance(store)
        title, abstract = HEADS
        padding = " Unrelated sentences about weather, rivers and bridges." * times
        await relevance.read({1: announced("1", HEADS), 2: announced("2", (title, abstract + padding))})
        short, long = relevance.of_topic(INTEREST, [1, 2])
        assert long < short


async def test_a_papers_scores_do_not_depend_on_its_neighbours(store: SqlStore) -> None:
    """Read in another order, in other blocks, asked for alone or together: the same number, to the last bit."""
    papers = {number: announced(f"2606.{number:05}", _mixed(number)) for number in range(1, 60)}
    together, apart = PaperRelevance(store), PaperRelevance(store)
    await together.read(papers)
    for number in sorted(papers, key=lambda number: number * 37 % 61):
        await apart.read({number: papers[number]})
    learned = model(("talking head", 0.4), ("proof", -0.3))
    for query in (INTEREST, "about: faces; not lips", '"talking head" OR search'):
        alone = [apart.of_topic(query, [number])[0] for number in papers]
        assert together.of_topic(query, list(papers)) == alone
    assert together.of_model(learned, list(papers)) == [apart.of_model(learned, [number])[0] for number in papers]


def _mixed(number: int) -> tuple[str, str]:
    first, second = listing()[1 + number % 4].paper, listing()[1 + number // 4 % 4].paper
    return f"{first.title} {number}", f"{second.abstract} {first.abstract[:number]}"


def test_every_process_gives_the_same_scores() -> None:
    script = (
        "import asyncio\n"
        "from bot.relevance.measuring import PaperRelevance\n"
        "from tests.fakes.stores import memory_store\n"
        "from tests.relevance.papers import listing\n"
        "async def main():\n"
        "    async with memory_store() as store:\n"
        "        relevance = PaperRelevance(store)\n"
        "        await relevance.read(listing())\n"
        f"        print(relevance.of_topic({INTEREST!r}, [1, 2, 3, 4]))\n"
        "asyncio.run(main())\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=_environment(seed)).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


def _environment(seed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": seed}


async def test_nearly_equal_papers_are_alike(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    twin = (HEADS[0] + " again", HEADS[1].replace("measured", "rated"))
    await relevance.read({1: announced("1", HEADS), 2: announced("2", twin), 3: announced("3", PROOFS)})
    alike, other = relevance.likeness(1, [2, 3])
    assert alike > 0.6 > 0.1 > other
    assert relevance.likeness(1, [1])[0] == pytest.approx(1)


async def test_a_model_likes_papers_with_the_words_it_likes(relevance: PaperRelevance) -> None:
    learned = model(("talking head", 3.0), ("proof", -3.0))
    heads, proofs, speech = relevance.of_model(learned, [1, 3, 4])
    assert heads > 0.5 > proofs
    assert speech == 0.5
    assert relevance.taste(learned, 5).likes == (("talking head", 3.0),)
    assert relevance.taste(learned, 5).dislikes == (("proof", -3.0),)


async def test_words_of_scripts_that_papers_do_not_use_are_not_told(relevance: PaperRelevance) -> None:
    learned = model(("可 信", 4.0), ("评", 3.5), ("talking head", 3.0), ("的 人", -3.0))
    assert relevance.taste(learned, 5).likes == (("talking head", 3.0),)
    assert relevance.taste(learned, 5).dislikes == ()


async def test_a_word_that_a_model_hardly_likes_is_no_reason(relevance: PaperRelevance) -> None:
    assert relevance.why(1, None, model(("talking head", 3.0), ("audio", 0.1))).terms == ("talking head",)
    assert relevance.why(1, None, model(("theorem proving", 3.0), ("audio", 0.1))).terms == ()
    assert relevance.why(
        1,
        None,
        model(
            ("audio", 0.1),
        ),
    ).terms == ("audio",)


async def test_reasons_name_what_papers_share(store: SqlStore, relevance: PaperRelevance) -> None:
    await store.remember([paper("2401.00001", HEADS), paper("2401.00002", PROOFS)], samples.NOW)
    learned = model(("lip sync", 2.0), liked=("2401.00002", "2401.00001", "2401.99999"))
    assert relevance.why(1, None, learned).liked == ()  # not read yet
    await relevance.prepare((), [learned])
    found = relevance.why(1, INTEREST, learned)
    assert found.liked == ("2401.00001",)
    assert "talking head" in found.terms
    assert "talking" not in found.terms
    assert relevance.why(3, None, learned).liked == ("2401.00002",)


async def test_counts_of_the_store_change_what_is_rare(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    await relevance.read(listing())
    before = relevance.of_topic("about: proofs with video", [1, 3])
    await relevance.count([paper(f"2605.{n:05}", PROOFS) for n in range(200)], 200)
    await relevance.read(listing())
    after = relevance.of_topic("about: proofs with video", [1, 3])
    assert after[1] / after[0] < before[1] / before[0]
    # Another process uses them as soon as it reads what was announced since.
    other = PaperRelevance(store)
    await other.read(listing() | {200: announced("2606.99999", FACES)})
    assert other.of_topic("about: proofs with video", [1, 3]) == after


async def test_embeddings_count_where_a_paper_has_one(store: SqlStore) -> None:
    embedder = FakeEmbedder()
    relevance = PaperRelevance(store, embedder)
    foreign = "about: 会说话的头像"
    entries = listing()
    await relevance.read(entries)
    await relevance.prepare([foreign])
    without = relevance.of_topic(foreign, [1, 3])
    assert without[0] == without[1]
    same, other = await embedder.queries(["会说话的头像", "something else entirely"])
    vectors = {("2606.00001", 1): same, ("2606.00003", 1): other, CENTER: bytes(len(same))}
    await store.save_vectors(embedder.name, vectors)
    await relevance.read(entries)
    close, far = relevance.of_topic(foreign, [1, 3])
    assert close > max(far, without[0])


async def test_a_slow_embedder_holds_up_nothing(store: SqlStore) -> None:
    embedder = _SlowEmbedder()
    relevance = PaperRelevance(store, embedder, embed_seconds=0.01)
    await relevance.read(listing())
    await relevance.prepare([INTEREST])
    await relevance.prepare([INTEREST])
    assert len(embedder.queried) == 1, "asked once, as long as no answer has come"
    by_words = relevance.of_topic(INTEREST, [1])
    [vector] = await FakeEmbedder().queries(["audio"])
    await store.save_vectors(embedder.name, {("2606.00001", 1): vector, CENTER: bytes(len(vector))})
    await relevance.read(listing())
    assert relevance.of_topic(INTEREST, [1]) == by_words
    embedder.may_answer.set()
    await asyncio.sleep(0.01)
    await relevance.prepare([INTEREST])
    assert relevance.of_topic(INTEREST, [1]) != by_words
    await relevance.close_parts()


class _SlowEmbedder(FakeEmbedder):
    """Answers for queries when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def queries(self, texts: Collection[str]) -> list[bytes]:
        made = await super().queries(texts)
        await self.may_answer.wait()
        return made


async def test_memory_is_limited() -> None:
    memory = PaperMemory(most_bytes=3_000_000)
    rows = [paper_row(number, paper(f"2606.{number:05}", _mixed(number))) for number in range(1, 12_000)]
    for at in range(0, len(rows), 1500):
        memory.add(rows[at : at + 1500], starter(), {})
    assert memory.size <= 3_000_000
    assert memory.parts([11_999])
    with pytest.raises(KeyError):
        memory.parts([1])
    assert memory.number_of("2606.00001") is None
    assert memory.unknown([1, 11_999]) == [1]


@pytest.mark.parametrize("use", ["unknown", "refresh"])
def test_papers_that_a_reading_asked_for_stay_when_it_adds_others(use: str) -> None:
    rows = [paper_row(number, paper(f"2606.{number:05}", _mixed(number))) for number in range(1, 6_001)]
    memory = PaperMemory()
    memory.add(rows[:4_000], starter(), {})
    memory = PaperMemory(most_bytes=memory.size + 1_000)  # two blocks of 2,000 papers
    memory.add(rows[:4_000], starter(), {})
    if use == "unknown":
        assert memory.unknown([1, 4_001]) == [4_001]
    else:
        memory.refresh([1], starter(), {})
    memory.add(rows[4_000:4_100], starter(), {})
    assert memory.parts([1, 4_001])
    assert memory.unknown([2_001]) == [2_001]


async def test_frequencies_tell_common_words_from_unknown_ones(relevance: PaperRelevance) -> None:
    common, plural, unknown, stop = relevance.frequencies(["transformer", "transformers", "tranformers", "the"])
    assert common == plural > 100
    assert unknown < 3
    assert stop > common
