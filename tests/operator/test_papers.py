"""`paperboy digest` with an interest and liked papers, measured and learned by the real thing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.errors import TellUser
from bot.model import Announced, Chat, ChatRef, Depth, Platform
from bot.operator import arguments, papers
from bot.operator.likes import read_path
from bot.operator.papers import Wanted, topic_of
from bot.render.reasons import reasons_line
from bot.settings import Settings
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.test_cli import paperboy

DAY = date(2026, 6, 3)
BEFORE = date(2026, 6, 2)


def entry(number: int, title: str, abstract: str, day: date = DAY, category: str = "cs.CV") -> Announced:
    return made_up(f"2606.{number:05}", day, title=title, abstract=abstract, categories=(category,))


HEADS = [
    ("Talking heads driven by speech", "We animate portraits so that lips follow the audio of a speaker."),
    ("Lip synchronization for dubbing", "Audio-driven animation of a talking face with precise lip sync."),
    ("Portraits that speak", "A talking head model that follows speech audio; lips and gaze are in sync."),
]
OTHERS = [
    ("Segmentation of aerial images", "Fields and roads are segmented in satellite images."),
    ("Depth from a single photograph", "Monocular depth is estimated with a transformer."),
    ("Point clouds for driving", "Lidar detection of cars and pedestrians on roads."),
    ("Medical images and tumours", "Tumours are found in computed tomography."),
]


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    today = [entry(number, *text) for number, text in enumerate([*OTHERS, HEADS[0], HEADS[1]], 1)]
    today.append(entry(7, *HEADS[2], category="eess.AS"))
    with FakeArxiv({BEFORE: [entry(51, *HEADS[0], BEFORE), entry(52, *HEADS[1], BEFORE)], DAY: today}) as fake:
        yield fake


@pytest.fixture
def settings(arxiv: FakeArxiv, tmp_path: Path) -> Settings:
    return arxiv.settings(data_dir=tmp_path / "data")


async def ids(settings: Settings, wanted: Wanted) -> list[int]:
    digest = await papers.digest(settings, wanted, DAY, 1, "en", Depth.BRIEF)
    return [int(card.paper.id.partition(".")[2]) for card in digest.cards]


async def test_an_interest_finds_papers_of_every_archive(settings: Settings) -> None:
    interest = topic_of(None, "talking heads and lip sync driven by audio; not medical images", is_needed=True)
    assert set(await ids(settings, Wanted(interest, None, 10))) == {5, 6, 7}


async def test_an_interest_and_likes_lead_a_topic(settings: Settings, tmp_path: Path) -> None:
    about = topic_of("cs.CV", "talking heads and lip sync driven by audio", is_needed=True)
    assert set((await ids(settings, Wanted(about, None, 10)))[:2]) == {5, 6}
    file = tmp_path / "liked.txt"
    file.write_text("2606.00051\narxiv.org/abs/2606.00052\n2606.99999\n")
    learned = await ids(settings, Wanted(papers.parse_topic("cs.CV"), read_path(file), 10))
    assert len(learned) == 6
    assert set(learned[:2]) == {5, 6}


async def test_an_interest_that_shares_nothing_with_a_paper_is_no_reason_for_it(settings: Settings) -> None:
    wanted = Wanted(topic_of("cs.CV", "chess openings", is_needed=True), None, 10)
    digest = await papers.digest(settings, wanted, DAY, 1, "en", Depth.BRIEF)
    assert digest.cards
    for card in digest.cards:
        assert reasons_line(card, "en").startswith("matched: cs.CV")
        assert "chess" not in reasons_line(card, "en")


async def test_likes_alone_lead_the_whole_listing(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "liked.bib"
    file.write_text(
        "@misc{a, eprint={2606.00051}}\n@misc{b, title={Lip synchronization for dubbing}, author={Example}}"
    )
    assert set((await ids(settings, Wanted(None, read_path(file), 3)))[:3]) == {5, 6, 7}
    file.write_text("2606.99999")
    with pytest.raises(TellUser, match="arXiv has none of the papers of --liked"):
        await ids(settings, Wanted(None, read_path(file), 10))
    assert "arXiv does not know: 2606.99999." in capsys.readouterr().err


async def test_an_interest_in_another_script_gets_the_advice_to_write_it_in_english(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    advice = "Interests are compared with papers by their words, and papers are in English"
    for query, about in ((None, "可信的评测"), ("cs.CV", "Доверие к оценке моделей")):
        await ids(settings, Wanted(topic_of(query, about, is_needed=True), None, 3))
        assert advice in capsys.readouterr().err
    for about in ("Évaluation fiable des modèles", "人脸 talking heads and lip sync"):
        await ids(settings, Wanted(topic_of(None, about, is_needed=True), None, 3))
        assert advice not in capsys.readouterr().err


def test_plain_words_as_a_query_get_the_advice_to_write_an_interest(capsys: pytest.CaptureFixture[str]) -> None:
    advice = "Papers must have all of these words. For papers about them, use --about."
    topic_of("evaluation that can be trusted", None, is_needed=True)
    assert advice in capsys.readouterr().err
    for query, about in (
        ("talking heads", None),
        ('"talking heads" AND lips', None),
        (None, "lips in sync with audio"),
    ):
        topic_of(query, about, is_needed=True)
        assert capsys.readouterr().err == ""


def test_a_digest_has_the_size_of_a_new_chats() -> None:
    assert Chat(ChatRef(Platform.TELEGRAM, "1")).size == arguments.DEFAULT_SIZE


def test_the_command_prints_what_it_is_asked_for(arxiv: FakeArxiv, tmp_path: Path) -> None:
    words = ["digest", "cs.CV", "--about", "talking heads and lip sync", "--date", str(DAY), "--format", "json"]
    done = paperboy(*words, "--size", "2", data=tmp_path, arxiv=arxiv)
    assert done.returncode == 0, done.stderr
    digest = json.loads(done.stdout)
    assert {card["id"] for card in digest["cards"]} == {"2606.00005", "2606.00006"}
    assert (digest["matched"], len(digest["also"]), digest["unlisted"]) == (6, 4, 0)
    assert digest["topic"] == "cat:cs.CV about: talking heads and lip sync"
    everything = json.loads(paperboy(*words, "--all", data=tmp_path, arxiv=arxiv).stdout)
    assert (len(everything["cards"]), everything["also"]) == (6, [])


@pytest.mark.parametrize("form", ["text", "markdown", "html", "hexo"])
def test_every_page_and_text_shows_the_titles_past_the_size(form: str, arxiv: FakeArxiv, tmp_path: Path) -> None:
    words = ["digest", "cs.CV", "--date", str(DAY), "--size", "2", "--format", form]
    done = paperboy(*words, "-o", str(tmp_path / "out"), data=tmp_path, arxiv=arxiv)
    assert done.returncode == 0, done.stderr
    [written] = [path for path in [tmp_path / "out", *tmp_path.glob("out/*")] if path.is_file()]
    text = written.read_text()
    assert all(title in text for title, _ in [*OTHERS, *HEADS[:2]])


@pytest.mark.parametrize("style", ["list", "titles", "cards"])
def test_the_messages_of_a_chat_count_the_papers_past_the_size(style: str, arxiv: FakeArxiv, tmp_path: Path) -> None:
    words = ["digest", "cs.CV", "--date", str(DAY), "--size", "2", "--format", "telegram", "--style", style]
    done = paperboy(*words, data=tmp_path, arxiv=arxiv)
    assert done.returncode == 0, done.stderr
    [message] = map(json.loads, done.stdout.splitlines())
    assert message["html"].startswith("<b>2 of 6 ")
