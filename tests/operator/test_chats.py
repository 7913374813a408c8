"""The operator's commands about topics do what the chats' own commands do, with the same limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import TellUser
from bot.model import ARCHIVE, ChatRef, Platform
from bot.operator import chats
from bot.service.app import open_app
from bot.settings import Settings, load
from tests.fakes.arxiv import made_up

ANN = ChatRef(Platform.TELEGRAM, "5")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(_env_file=None, data_dir=tmp_path, timezone="Europe/Berlin")


async def test_a_chat_follows_a_topic_and_follows_it_no_more(settings: Settings) -> None:
    said = await chats.subscribe(settings, str(ANN), "cs.cv")
    assert said == ("telegram:5 now follows cat:cs.CV: papers in cs.CV.", "")
    assert "follows cat:cs.CV already" in (await chats.subscribe(settings, str(ANN), "cs.CV"))[0]
    assert await chats.unsubscribe(settings, str(ANN), "1") == "telegram:5 follows cat:cs.CV no more."
    [known] = await chats.chats(settings)
    assert (known.ref, known.timezone) == (ANN, "Europe/Berlin")
    assert known.next_due_at is not None


async def test_the_operator_reads_what_a_topic_would_have_brought_and_what_to_follow_instead(
    settings: Settings,
) -> None:
    async with open_app(settings) as app:
        now = app.clock.now()
        papers = [made_up(f"2606.{n:05}", now.date(), title="Gaussian splatting of heads") for n in range(1, 4)]
        await app.store.ingest(papers, now)
    _, tested = await chats.subscribe(settings, str(ANN), "splatting")
    assert "it would have brought about 3 papers a day" in tested
    assert tested.count("Gaussian splatting of heads") == 3
    _, tested = await chats.subscribe(settings, str(ANN), "splating")
    assert "it would have brought nothing" in tested
    assert "• splatting" in tested


async def test_an_interest_is_followed_and_listed_by_its_text(settings: Settings) -> None:
    said, _ = await chats.subscribe(settings, str(ANN), "about: lip sync for films; not faces")
    meaning = "papers close to “lip sync for films” and not to “faces”"
    assert said == f"telegram:5 now follows “lip sync for films; not faces”: {meaning}."
    assert await chats.unsubscribe(settings, str(ANN), "lip sync for films; not faces") == (
        "telegram:5 follows “lip sync for films; not faces” no more."
    )


async def test_plain_words_of_the_operator_are_a_query_since_nobody_can_press_a_button(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "papers that mention “film”" in (await chats.subscribe(settings, str(ANN), "lip sync for films"))[0]
    assert "use --about" in capsys.readouterr().err
    await chats.subscribe(settings, str(ANN), "about: dubbing of old films")
    assert "--about" not in capsys.readouterr().err


async def test_the_archive_has_no_time_of_its_own(settings: Settings) -> None:
    await chats.subscribe(settings, str(ARCHIVE), "cs.CV")
    [known] = await chats.chats(settings)
    assert known.next_due_at is None


async def test_a_mistake_in_a_topic_is_pointed_at_and_nothing_is_made(settings: Settings) -> None:
    with pytest.raises(TellUser, match=r"closing parenthesis missing[^\n]*\n\(diffusion\n\^"):
        await chats.subscribe(settings, str(ANN), "(diffusion")
    assert await chats.chats(settings) == []


async def test_fifty_topics_are_the_limit_here_too(settings: Settings) -> None:
    async with open_app(settings) as app:
        await chats.subscribe(settings, str(ANN), "cs.CV")
        for number in range(49):
            await app.store.subscribe(ANN, f"word{number}", app.clock.now().date(), app.clock.now())
    with pytest.raises(TellUser, match="50 topics"):
        await chats.subscribe(settings, str(ANN), "onemore")
    assert len(await chats.subscriptions(settings, str(ANN))) == 50


async def test_a_suspended_chat_is_resumed_as_if_it_had_spoken(settings: Settings) -> None:
    await chats.subscribe(settings, str(ANN), "cs.CV")
    async with open_app(settings) as app:
        await app.store.suspend(ANN, "blocked by the user", app.clock.now())
    await chats.subscribe(settings, str(ANN), "cs.LG")
    [known] = await chats.chats(settings)
    assert known.suspended is None


@pytest.mark.parametrize("query", ["²", "7", "difusion", "("])
async def test_what_is_not_followed_is_told_with_what_is_the_closest_first(settings: Settings, query: str) -> None:
    for topic in ("cs.CV", "diffusion"):
        await chats.subscribe(settings, str(ANN), topic)
    with pytest.raises(TellUser) as caught:
        await chats.unsubscribe(settings, str(ANN), query)
    said = str(caught.value)
    assert said.startswith(f"telegram:5 does not follow “{query}”; it follows ")
    assert {"diffusion", "cat:cs.CV"} <= set(said.rstrip(".").partition("it follows ")[2].split("; "))
    if query == "difusion":
        assert said.endswith("diffusion; cat:cs.CV.")


async def test_a_topic_that_looks_like_a_number_is_removed_by_its_text(settings: Settings) -> None:
    for topic in ("cs.CV", "802"):
        await chats.subscribe(settings, str(ANN), topic)
    assert "follows 802 no more" in await chats.unsubscribe(settings, str(ANN), "802")


async def test_nothing_to_unsubscribe_from_is_one_sentence(settings: Settings) -> None:
    with pytest.raises(TellUser, match="it follows nothing"):
        await chats.unsubscribe(settings, str(ANN), "cs.CV")
    await chats.subscribe(settings, str(ANN), "cs.CV")
    with pytest.raises(TellUser, match="Say which topic"):
        await chats.unsubscribe(settings, str(ANN), " ")
