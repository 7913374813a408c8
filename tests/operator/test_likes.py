"""`paperboy like` and `paperboy subscribe --about`: what an operator types becomes votes and topics of a chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.errors import BadSetting, BadTopic, SourceUnavailable, TellUser
from bot.model import ChatRef, Platform, Vote
from bot.operator import chats, likes
from bot.operator.arguments import join_topic
from bot.service.app import open_app
from bot.settings import Settings
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.fakes.zotero import KEY, USER, FakeZotero, item
from tests.test_cli import paperboy

CHAT = "telegram:12345"
DAY = date(2026, 6, 3)
PAPERS = [
    made_up("2606.00001", DAY, title="Kites that see: visual control", authors=("Ada Example", "José Ångström")),
    made_up("2606.00002", DAY, title="Heads that talk in sync with lips", authors=("Mary van der Berg",)),
    made_up("2606.00003", DAY, title="Something else entirely", authors=("J. Angstrom",)),
]


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv({DAY: PAPERS}) as fake:
        yield fake


@pytest.fixture
async def settings(arxiv: FakeArxiv, tmp_path: Path) -> Settings:
    return arxiv.settings(data_dir=tmp_path / "data")


async def votes(settings: Settings) -> list[Vote]:
    async with open_app(settings) as app:
        return await app.store.votes_of(ChatRef(Platform.TELEGRAM, "12345"))


async def liked_ids(settings: Settings) -> set[str]:
    found = await votes(settings)
    assert {vote.person for vote in found} <= {""}
    return {vote.paper_id for vote in found}


async def test_ids_and_a_file_are_liked_and_taken_back(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my.bib"
    file.write_text(
        "@misc{a, title={Heads that Talk: in Sync with Lips}, author={van der Berg, M.}}\n@misc{b, note={x}}"
    )
    await likes.like(settings, CHAT, [str(file), "arxiv.org/abs/2606.00001v2", "2606.99999"], remove=False)
    said = capsys.readouterr()
    # Outside of a command, the log is on standard output too.
    assert [line for line in said.out.splitlines() if "[info" not in line] == [
        "telegram:12345 likes 2 papers: 2 new, 0 known already.",
        "  2606.00001  Kites that see: visual control",
        "  2606.00002  Heads that talk in sync with lips",
    ]
    assert said.err == "arXiv does not know: 2606.99999.\nWithout an arXiv id or a title: @misc{b, note={x}}.\n"
    assert await liked_ids(settings) == {"2606.00001", "2606.00002"}
    await likes.like(settings, CHAT, ["2606.00002", "2606.00003"], remove=True)
    assert capsys.readouterr().out.endswith("telegram:12345 likes 1 paper no more.\n")
    assert await liked_ids(settings) == {"2606.00001"}


async def test_an_authors_papers_are_liked(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await likes.like(settings, CHAT, ['au:"Ångström"'], remove=False)
    assert "likes 2 papers: 2 new" in capsys.readouterr().out
    assert await liked_ids(settings) == {"2606.00001", "2606.00003"}
    with pytest.raises(TellUser, match="arXiv has no paper by this author"):
        await likes.like(settings, CHAT, ['au:"Nobody Known"'], remove=False)
    with pytest.raises(BadTopic):
        await likes.like(settings, CHAT, ["au:()"], remove=True)


async def test_a_zotero_library_is_liked(
    settings: Settings, arxiv: FakeArxiv, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeZotero({f"users/{USER}": [item(1, url="https://arxiv.org/abs/2606.00002"), item(2)]}) as zotero:
        own = arxiv.settings(data_dir=settings.data_dir, zotero_key=KEY, zotero_api_url=zotero.url)
        await likes.like(own, CHAT, ["zotero"], remove=False)
        assert await liked_ids(settings) == {"2606.00002"}
        assert "Not found on arXiv by title: Thing number 2." in capsys.readouterr().err
        zotero.libraries[f"users/{USER}"] = []
        with pytest.raises(TellUser, match="The Zotero library has no papers"):
            await likes.like(own, CHAT, ["zotero"], remove=False)
    with pytest.raises(BadSetting, match="ZOTERO_KEY: it is not set"):
        await likes.like(settings, CHAT, ["zotero"], remove=False)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["my.bib"], "“my.bib” is neither a file nor a paper. There is no arXiv id in this text."),
        (["2606.00001", "2413.00001"], "“2413.00001” is neither a file nor a paper. “2413.00001” is not an arXiv id"),
        (["/"], "/ cannot be read (Is a directory)"),
        (["/dev/zero"], "zero has more than 5 MB"),
        (["x" * 5000], "is neither a file nor a paper"),
    ],
)
async def test_what_is_neither_a_file_nor_a_paper_is_refused_at_once(
    settings: Settings, given: list[str], sentence: str, arxiv: FakeArxiv
) -> None:
    with pytest.raises(TellUser) as refused:
        await likes.like(settings, CHAT, given, remove=False)
    assert sentence in str(refused.value)
    assert arxiv.stats().requests == 0


async def test_an_outage_of_arxiv_leaves_nothing(settings: Settings, arxiv: FakeArxiv) -> None:
    arxiv.fault("/api", status=404, times=9)
    with pytest.raises(SourceUnavailable):
        await likes.like(settings, CHAT, ["2606.00001"], remove=True)
    assert await votes(settings) == []


def test_the_command_prints_what_is_liked(arxiv: FakeArxiv, tmp_path: Path) -> None:
    done = paperboy("like", "--chat", CHAT, "2606.00001", "2606.00003", data=tmp_path, arxiv=arxiv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("telegram:12345 likes 2 papers: 2 new, 0 known already.\n")
    failed = paperboy("like", "--chat", CHAT, "2606.99999", data=tmp_path, arxiv=arxiv)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "arXiv does not know: 2606.99999.\narXiv has none of these papers.\n"


# ── subscribe --about ──


async def test_a_query_and_an_interest_become_one_topic(settings: Settings) -> None:
    assert join_topic("cs.CL", None) == "cs.CL"
    said, _ = await chats.subscribe(settings, CHAT, join_topic("cs.CL OR cs.LG", "evaluation that can be trusted"))
    assert said.endswith(": papers in cs.CL or cs.LG, first those close to “evaluation that can be trusted”.")
    said, _ = await chats.subscribe(settings, CHAT, join_topic(None, "lip sync; not face recognition"))
    assert said.startswith("telegram:12345 now follows “lip sync; not face recognition”: papers close to “lip sync”")
    async with open_app(settings) as app:
        followed = [each.topic for each in await app.store.subscriptions(ChatRef(Platform.TELEGRAM, "12345"))]
    assert followed == [
        "cat:cs.CL OR cat:cs.LG about: evaluation that can be trusted",
        "about: lip sync; not face recognition",
    ]


@pytest.mark.parametrize(
    ("query", "about", "sentence"),
    [
        (None, None, "Say what it is about: a QUERY, an interest with --about, or both."),
        ("cs.CL", "  ", "--about is empty"),
        ("cs.CL about: x and y", "lip sync", "The query has an interest of its own"),
    ],
)
def test_a_topic_needs_a_query_or_an_interest(query: str | None, about: str | None, sentence: str) -> None:
    with pytest.raises(TellUser) as refused:
        join_topic(query, about)
    assert str(refused.value).startswith(sentence)


def test_the_command_subscribes_a_chat_to_an_interest(tmp_path: Path) -> None:
    done = paperboy("subscribe", "--chat", CHAT, "--about", "lip sync of heads", data=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "papers close to “lip sync of heads”" in done.stdout
    assert paperboy("subscribe", "--chat", CHAT, data=tmp_path).returncode == 2
