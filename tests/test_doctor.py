"""What doctor and status say where something is missing or at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import doctor, oneshot
from bot.model import ARCHIVE, Chat
from bot.settings import Settings
from bot.status import gather
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store


async def found_by(settings: Settings) -> dict[str, list[doctor.Finding]]:
    found: dict[str, list[doctor.Finding]] = {}
    async for finding in doctor.examine(settings):
        found.setdefault(finding.what, []).append(finding)
    return found


async def test_a_bad_default_topic_leaves_no_tick_beside_the_settings(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, default_topics=("cs.CV AND",)))
    assert [finding.fine for finding in found["settings"]] == [False]
    assert "DEFAULT_TOPICS" in found["settings"][0].says
    assert found["database"][0].says == "SQLite answers; no chat follows a topic"


@pytest.mark.parametrize("follows", [True, False])
async def test_a_missing_listing_says_how_arxiv_comes_to_be_asked_only_where_nobody_follows(
    follows: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    async with memory_store() as store:
        clock = FakeClock()
        await store.save_chat(Chat(ARCHIVE))
        if follows:
            await store.subscribe(ARCHIVE, "cat:cs.CV", clock.now().date(), clock.now())
        oneshot.show_status(await gather(store, clock))
    shown = capsys.readouterr().out
    assert ("DEFAULT_TOPICS" in shown) is not follows
    assert "No listing yet" in shown
