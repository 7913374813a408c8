"""What doctor and status say if something is missing or wrong."""

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
        found.setdefault(finding.subject, []).append(finding)
    return found


async def test_an_invalid_default_topic_makes_the_settings_check_fail(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, default_topics=("cs.CV AND",)))
    assert [finding.is_fine for finding in found["settings"]] == [False]
    assert "DEFAULT_TOPICS" in found["settings"][0].message
    assert found["database"][0].message == "SQLite answers; no chat follows a topic"


async def test_default_topics_joined_by_commas_say_how_to_separate_topics(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, default_topics=("cs.CL, cs.CV",)))
    message = found["settings"][0].message
    assert "cs.CL OR cs.CV" in message
    assert "separated by “;”" in message


async def test_a_misspelt_name_in_env_is_reported_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DATA_DRI=x\n", encoding="utf-8")
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path))
    assert found["settings"][1].message == "`.env` has DATA_DRI, which is not a setting; did you mean DATA_DIR?"
    assert [finding.is_fine for finding in found["settings"]] == [True, None]


@pytest.mark.parametrize("follows", [True, False])
async def test_a_missing_listing_says_how_polling_begins_only_if_nobody_follows_a_topic(
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


async def test_without_a_network_digest_and_summarize_fail_at_once(
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
