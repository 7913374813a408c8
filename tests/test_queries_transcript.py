"""What becomes of phrases that people type: the answer to each, as a snapshot in `tests/transcripts/queries.md`.

RECORD_TRANSCRIPTS=1 writes the snapshot anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.conversation import Conversation, Defaults, Result
from bot.model import Announced, ChatRef, Platform
from bot.pipeline import Insight, Rankings
from bot.relevance.measuring import PaperRelevance
from handlers import typed_texts
from handlers.requests import Request
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch, finder
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.transcripts.recorder import Person, Place, Recorder

NOW = datetime(2026, 6, 8, 10, 0, tzinfo=UTC)
DAYS = [date(2026, 6, day) for day in (8, 5, 4, 3, 2, 1)] + [date(2026, 5, 29)]
ANN = Person("Ann", "5")
PRIVATE = Place(ChatRef(Platform.TELEGRAM, "5"), "Ann")
ATTENTION = made_up("1706.03762", date(2017, 6, 13), title="Attention Is All You Need").paper

SUBJECTS = (
    ("cs.CV", "Talking head generation from audio", "We drive talking heads by audio with a diffusion model."),
    ("cs.CV", "Gaussian splatting of indoor scenes", "Scenes are reconstructed by gaussian splatting from video."),
    ("cs.CV", "Diffusion models for medical imaging", "A diffusion model improves the segmentation of medical images."),
    ("cs.CL", "Large language models that explain", "A large language model explains its answers in long contexts."),
    ("cs.LG", "Reinforcement learning without rewards", "Deep reinforcement learning learns without any reward."),
    ("quant-ph", "Quantum error correction with few qubits", "Quantum computing needs error correction."),
)

KINDS = ("", "Faster", "Robust", "Interactive", "Efficient", "Improved", "Towards")
"""What the titles of later days begin with."""

PHRASES: dict[str, tuple[str, ...]] = {
    "Wishes": (
        "talking head generation please",
        "hi, I work on audio-driven talking heads, especially lip sync; not face recognition",
        "please send me papers about diffusion models, thanks!",
        "gaussian splatting",
        "diffusion",
        "what's new in reinforcement learning?",
        "my research is on medical imaging 🙂",
        "papers by Ada Example",
        "#GaussianSplatting",
    ),
    "Categories": (
        "cs.cv",
        "CS CV",
        "cscv",
        "ＣＳ．ＣＶ",
        "cs.CX",
        "computer vision",
        "machine learning",
        "nlp",
        "stat ml",
        "hep th",
        "diffusion in cs.CV",
    ),
    "Lists": (
        "cs.CV, cs.CL",
        "cs.CV\ncs.CL\ncs.LG",
        "cs.CV or cs.CL",
        "computer vision and machine learning",
        "diffusion, cs.CV",
        "gaussian splatting, talking heads",
        "- gaussian splatting\n- diffusion models",
        "/subscribe cs.CL, cs.LG",
    ),
    "Misspelt and unknown": (
        "depp learning",
        "tranformers",
        "gaussian splating",
        "asdfghjkl",
        "the",
        "papers about everything",
        "/subscibe cs.CL",
        "/list",
        "/xyzzy",
    ),
    "Other languages": (
        "计算机视觉",
        "電腦視覺",
        "我研究扩散模型",
        "我对强化学习很感兴趣",
        "请推送关于大语言模型的论文，谢谢",
        "拡散モデル関連の論文をください",
        "私は自然言語処理を研究しています",
        "visión por computador",
        "me interesan los modelos de difusión",
        "меня интересует компьютерное зрение",
        "присылайте статьи по обучению с подкреплением, пожалуйста",
        "Robotik oder maschinelles Lernen",
        "数学か物理",
        "Кошки",
    ),
    "Titles and links": (
        "Attention Is All You Need",
        "attention is all you need",
        "Quantum error correction with few qubits",
        "https://arxiv.org/abs/2406.14272 and 2406.14273",
        "https://openreview.net/forum?id=x",
        "https://youtu.be/abc",
        "10.1000/xyz",
    ),
    "Queries": (
        '"talking head" OR avatar',
        "cat:cs.CV AND (diffusion",
        "diffusion OR",
        "Topic: evaluation that can be trusted",
        "about: nerf",
    ),
    "Small talk": (
        "hello",
        "谢谢",
        "👍",
        "🙂🙂",
        "what can you do?",
        "как сменить язык",
        "unsubscribe cs.CV",
        "mis temas",
        "stop",
        "no",
    ),
    "Strange": (
        "for (int i = 0; i < n; i++) { x[i] = 0; }",
        "?",
        "x" * 300,
        "I study how people learn. " * 40,
    ),
}


def papers() -> Iterator[Announced]:
    """Seven listing days: each subject once a day, and seventy more papers in cs.CV."""
    for number, day in enumerate(DAYS):
        for place, (category, title, abstract) in enumerate(SUBJECTS):
            paper_id = f"26{day:%m}.{number * 100 + place + 1:05}"
            shown = f"{KINDS[number]} {title[0].lower()}{title[1:]}" if number else title
            yield made_up(paper_id, day, title=shown, abstract=abstract, categories=(category,))
        for place in range(70):
            title = f"Images of the city, part {number * 100 + place}"
            yield made_up(f"26{day:%m}.{number * 100 + place + 10_001:05}", day, title=title, categories=("cs.CV",))


async def read_text(conversation: Conversation, request: Request) -> Result:
    found = await typed_texts.answer(conversation, request.target, request.arguments["text"])
    assert found is not None
    return found


async def test_every_phrase_gets_the_answer_of_the_snapshot() -> None:
    assert sum(map(len, PHRASES.values())) >= 60
    async with memory_store() as store:
        await store.ingest(list(papers()), NOW - timedelta(hours=8))
        clock, pipeline, relevance = FakeClock(NOW), FakePipeline(), PaperRelevance(store)
        makers = FakeMakers(clock, name="extractive")
        insight = Insight(store, relevance, Rankings(relevance), clock, makers, AbstractReader())
        found = finder(store, MadeUpSearch([ATTENTION]))
        talk = Conversation(store, clock, pipeline.read, pipeline.compose, found, insight, Defaults())
        recorder = Recorder(talk, "What people type, and what becomes of it", read_text)
        for heading, phrases in PHRASES.items():
            recorder.lines += ["", f"## {heading}"]
            for phrase in phrases:
                await recorder.says(ANN, PRIVATE, phrase)
        recorder.is_recorded("queries")
