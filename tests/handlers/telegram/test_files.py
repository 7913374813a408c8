"""Lists of papers that people send as documents on Telegram, through the real library."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model import VoteKind
from tests.fakes.telegram_files import FakeFile
from tests.fakes.telegram_world import BOT_USERNAME, FakeMessage
from tests.handlers.telegram.conftest import JOINER, Bench
from tests.handlers.telegram.test_commands import ANN, BOB, GROUP, ref

BIBTEX = b"""@article{multitalk,
  title = {MultiTalk}, author = {Sung-Bin, Kim}, eprint = {2406.14272}, archiveprefix = {arXiv}
}
@misc{gpt, title = {GPT-4}, url = {https://arxiv.org/abs/2303.08774}}
"""
RIS = b"TY  - JOUR\r\nTI  - MultiTalk\r\nUR  - https://arxiv.org/abs/2406.14272\r\nER  - \r\n"
LIKED = {("", "2303.08774", VoteKind.UP), ("", "2406.14272", VoteKind.UP)}


def file(name: str | None, content: bytes, claimed: int | None = None) -> FakeFile:
    return FakeFile(name, content, len(content) if claimed is None else claimed)


async def sent(bench: Bench, chat_id: int, given: FakeFile, caption: str = "", **more: Any) -> str:
    """Send a document and return the text of the next answer in that chat."""
    before = len(bench.tg.messages(chat_id))
    bench.tg.send_file(chat_id, more.pop("user", chat_id), given, caption, **more)
    return (await bench.tg.wait_for(chat_id, before + 1))[before].text.replace(JOINER, "")


async def votes(bench: Bench, ident: object) -> set[tuple[str, str, VoteKind]]:
    return {(vote.person, vote.paper_id, vote.kind) for vote in await bench.store.votes_of(ref(ident))}


async def test_the_papers_of_a_file_are_liked_for_the_private_chat(bench: Bench) -> None:
    assert "papers like these 2 first" in await sent(bench, ANN, file("My Library.BIB", BIBTEX))
    assert await votes(bench, ANN) == LIKED
    assert bench.pipeline.readings == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.ris", RIS), ("a.txt", b"# mine\n2406.14272\n"), ("a.txt", "2406.14272\n".encode("utf-16"))],
)
async def test_other_formats_are_read_too(bench: Bench, name: str, content: bytes) -> None:
    assert "papers like this one first" in await sent(bench, ANN, file(name, content))
    assert await votes(bench, ANN) == {("", "2406.14272", VoteKind.UP)}


async def test_the_list_counts_more_than_its_caption(bench: Bench) -> None:
    assert "papers like these 2 first" in await sent(bench, ANN, file("a.bib", BIBTEX), "my papers, 2401.00001")
    assert bench.pipeline.readings == []


# ── hostile ──


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (file("a.bib", b"x", 50_000_000), "a.bib has 50 MB; a list may have up to 1 MB"),
        (file("a.bib", b"x" * 1_000_001, 1), "a.bib has 1.1 MB; a list may have up to 1 MB"),
        (FakeFile("a.bib", b"x" * 1_000_001, None), "a.bib has 1.1 MB"),
        (FakeFile("a.bib", b"x" * (20 * 2**20 + 1), None), "I could not get a.bib; send it once more"),
        (file("a.bib", b"%PDF-1.7\n\x00\x01\xff"), "a.bib is not a text file"),
        (file("a.txt", bytes(range(256)) * 40), "a.txt is not a text file"),
        (file("a.ris", b""), "a.ris names no paper"),
        (file("a.txt", b"nothing of arXiv"), "a.txt"),
        (file("../../etc/passwd.txt", b""), "passwd.txt names no paper"),
        (file("x" * 200 + ".txt", b""), "xxx… names no paper"),
        (file("@everyone <b>\n/start.bib", b""), "@everyone <b> /start.bib names no paper"),
    ],
)
async def test_a_file_that_is_no_list_is_refused_in_a_sentence(bench: Bench, given: FakeFile, said: str) -> None:
    answer = await sent(bench, ANN, given)
    assert said in answer
    assert "Something went wrong" not in answer
    assert await bench.store.chat(ref(ANN)) is None


async def test_a_file_that_claims_to_be_large_is_not_even_asked_for(bench: Bench) -> None:
    await sent(bench, ANN, file("a.bib", BIBTEX, 50_000_000))
    assert not any(method.casefold() == "getfile" for method, _ in bench.tg.requests)
    assert bench.tg.world.files.served == 0


@pytest.mark.parametrize("name", ["slides.pptx", "list.bib.exe", "noending", None])
async def test_of_other_files_it_is_said_what_can_be_sent(bench: Bench, name: str | None) -> None:
    answer = await sent(bench, ANN, file(name, BIBTEX))
    assert ".bib, .ris, or .txt" in answer
    assert await bench.store.chat(ref(ANN)) is None


@pytest.mark.parametrize("method", ["getFile", "file"])
async def test_a_file_that_telegram_does_not_give_is_told(bench: Bench, method: str) -> None:
    bench.tg.fail(method, "502", stored=False)
    assert "I could not get a.bib; send it once more." in await sent(bench, ANN, file("a.bib", BIBTEX))
    assert "papers like these 2 first" in await sent(bench, ANN, file("a.bib", BIBTEX))


# ── groups ──


@pytest.fixture
async def greeting(bench: Bench) -> FakeMessage:
    """A message of the bot's in a group with an admin, Ann, and a member, Bob."""
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/help", user=BOB)
    return bench.tg.messages(GROUP)[-1]


async def test_in_a_group_a_list_is_read_if_it_is_sent_to_the_bot(bench: Bench, greeting: FakeMessage) -> None:
    bench.tg.send_file(GROUP, ANN, file("notes.txt", b"2401.00001"), "for the others")
    answer = await sent(bench, GROUP, file("a.bib", BIBTEX), user=ANN, reply_to_message=greeting.as_json())
    assert "papers like these 2 first" in answer
    assert await votes(bench, GROUP) == LIKED
    ris = file("a.ris", RIS)
    assert "known already" in await sent(bench, GROUP, ris, f"@{BOT_USERNAME} please", user=ANN)


async def test_like_may_answer_a_list_that_somebody_posted(bench: Bench, greeting: FakeMessage) -> None:
    bench.tg.send_file(GROUP, BOB, file("a.bib", BIBTEX))
    posted = bench.tg.world.messages[-1]
    document = bench.tg.world.updates[-1]["message"]["document"]
    before = len(bench.tg.messages(GROUP))
    bench.tg.say(GROUP, ANN, "/like", reply_to_message=posted.as_json() | {"document": document})
    assert "papers like these 2 first" in (await bench.tg.wait_for(GROUP, before + 1))[-1].text.replace(JOINER, "")


async def test_only_admins_give_a_group_a_list(bench: Bench, greeting: FakeMessage) -> None:
    answer = await sent(bench, GROUP, file("a.bib", BIBTEX), user=BOB, reply_to_message=greeting.as_json())
    assert "Only admins" in answer
    assert await votes(bench, GROUP) == set()
