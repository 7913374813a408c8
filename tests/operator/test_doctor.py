"""What doctor and status say where something is missing or at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SourceUnavailable
from bot.model import ARCHIVE, Chat, Depth
from bot.operator import doctor, papers, status
from bot.service.status import gather
from bot.settings import Settings
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


async def test_default_topics_joined_by_commas_say_how_to_separate_topics(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, default_topics=("cs.CL, cs.CV",)))
    said = found["settings"][0].says
    assert "cs.CL OR cs.CV" in said
    assert "separated by “;”" in said


async def test_a_misspelt_name_in_env_is_told_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DATA_DRI=x\n", encoding="utf-8")
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path))
    assert found["settings"][1].says == "`.env` has DATA_DRI, which is no setting; did you mean DATA_DIR?"
    assert [finding.fine for finding in found["settings"]] == [True, None]


@pytest.mark.parametrize("follows", [True, False])
async def test_a_missing_listing_says_how_arxiv_comes_to_be_asked_only_where_nobody_follows(
    follows: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    async with memory_store() as store:
        clock = FakeClock()
        await store.add_chat(Chat(ARCHIVE))
        if follows:
            await store.subscribe(ARCHIVE, "cat:cs.CV", clock.now().date(), clock.now())
        status.show_status(await gather(store, clock))
    shown = capsys.readouterr().out
    assert ("DEFAULT_TOPICS" in shown) is not follows
    assert "No listing yet" in shown


async def test_without_a_network_a_digest_and_a_reading_say_so_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeArxiv() as arxiv:
        urls = dict.fromkeys(arxiv.urls(), "http://127.0.0.1:9")
        settings = arxiv.settings(data_dir=tmp_path, arxiv_delay_seconds=60, **urls)
    sentence = "arXiv cannot be reached (no connection to 127.0.0.1); check the network, or try again later."
    with pytest.raises(SourceUnavailable) as digest:
        await papers.digest(settings, "cat:cs.CV", None, 1, "en", Depth.BRIEF)
    with pytest.raises(SourceUnavailable) as reading:
        await papers.summarize(settings, "2606.00001", "en", Depth.BRIEF)
    assert (str(digest.value), str(reading.value)) == (sentence, sentence)
    assert "Asking arXiv" in capsys.readouterr().err
