"""A Zotero library against a working stand-in: its papers, or one sentence that says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import settings
from bot.errors import BadSetting, LibraryUnavailable
from bot.model import NamedPaper, PaperList
from bot.references.collected import MOST_ENTRIES
from bot.sources.zotero import MAX_WAIT_SECONDS, ZoteroLibrary
from tests.fakes.zotero import KEY, USER, FakeZotero, item


@pytest.fixture
def zotero() -> Iterator[FakeZotero]:
    with FakeZotero({f"users/{USER}": []}) as server:
        yield server


def library(zotero: FakeZotero, key: str = KEY, name: str = "") -> ZoteroLibrary:
    return ZoteroLibrary(settings.load(zotero_key=key, zotero_library=name, zotero_api_url=zotero.url))


PAPERS = [
    item(1, itemType="preprint", archiveID="arXiv:2406.14272", repository="arXiv"),
    item(2, url="http://arxiv.org/abs/hep-th/9901001"),
    item(3, extra="Number: arXiv:2303.08774 [cs]\narXiv:1111.11111 is something else"),
    item(4, DOI="10.48550/arXiv.1706.03762"),
    item(5, itemType="note"),
    item(6, itemType="attachment", url="https://arxiv.org/pdf/2001.00001"),
    item(7, creators=[{"creatorType": "editor", "lastName": "E"}, {"creatorType": "author", "lastName": "Größe"}]),
    item(8, title="By an institution", creators=[{"creatorType": "author", "name": "The Lab"}]),
    item(9, title=""),
]
NAMED = (NamedPaper("Thing number 7", "Größe"), NamedPaper("By an institution", "The Lab"))


async def test_the_papers_of_the_keys_own_library_are_found(zotero: FakeZotero) -> None:
    zotero.libraries[f"users/{USER}"] = PAPERS
    found = await library(zotero).papers()
    ids = ("2406.14272", "hep-th/9901001", "2303.08774", "1706.03762")
    assert found == PaperList(ids, NAMED, ("K0000009",))
    assert len(zotero.asked) == 2


async def test_a_group_is_read_page_by_page(zotero: FakeZotero) -> None:
    zotero.libraries["groups/5"] = [item(number) for number in range(1, 251)]
    found = await library(zotero, name="group:5").papers()
    assert [named.title for named in found.named] == [f"Thing number {number}" for number in range(1, 251)]
    assert len(zotero.asked) == 3


async def test_the_items_past_the_limit_are_counted(zotero: FakeZotero) -> None:
    zotero.libraries[f"users/{USER}"] = [item(number) for number in range(MOST_ENTRIES + 150)]
    found = await library(zotero).papers()
    assert (len(found.named), found.left_out) == (MOST_ENTRIES, 150)
    assert len(zotero.asked) == 1 + MOST_ENTRIES / 100


async def test_a_short_pause_is_waited_for(zotero: FakeZotero) -> None:
    zotero.libraries[f"users/{USER}"] = PAPERS
    zotero.faults, zotero.retry_after = [{"Backoff": "1"}, 429], "1"
    assert (await library(zotero).papers()).named == NAMED


@pytest.mark.parametrize(("fault", "seconds"), [(429, "3600"), ({"Backoff": "3600"}, None)])
async def test_a_long_pause_is_reported(zotero: FakeZotero, fault: int | dict[str, str], seconds: str | None) -> None:
    zotero.faults, zotero.retry_after = [fault], seconds
    with pytest.raises(LibraryUnavailable, match="asks to be left alone") as refused:
        await library(zotero).papers()
    assert refused.value.retry_after == 3600 > MAX_WAIT_SECONDS


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (429, "Zotero has too many requests from here"),
        (503, "Zotero answered with an error; try again later."),
        (b"<html>", "Zotero's answer cannot be read"),
        (b"[1, 2]", "Zotero's answer cannot be read"),
        (b"{}", "Zotero's answer cannot be read"),
    ],
)
async def test_a_fault_is_one_sentence(zotero: FakeZotero, fault: int | bytes, sentence: str) -> None:
    zotero.faults = [fault]
    with pytest.raises(LibraryUnavailable) as refused:
        await library(zotero).papers()
    assert str(refused.value).startswith(sentence)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(("key", "name"), [("another", ""), ("another", f"user:{USER}"), (KEY, "group:6")])
async def test_a_key_that_is_not_accepted_is_named(zotero: FakeZotero, key: str, name: str) -> None:
    with pytest.raises(BadSetting, match="ZOTERO_KEY: Zotero does not accept it"):
        await library(zotero, key, name).papers()


async def test_a_server_that_is_not_there_is_one_sentence(zotero: FakeZotero) -> None:
    gone = library(zotero)
    zotero.__exit__()
    with pytest.raises(LibraryUnavailable, match="Zotero cannot be reached"):
        await gone.papers()


def test_without_a_key_the_setting_is_named() -> None:
    with pytest.raises(BadSetting, match="ZOTERO_KEY: it is not set"):
        ZoteroLibrary(settings.load())
