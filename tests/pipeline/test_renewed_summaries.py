"""What was summarized while no model was configured is made anew by the model that is configured later, once."""

from __future__ import annotations

import pytest

from bot import pipeline
from bot.errors import ModelRefused
from bot.model import Depth, PaperRef, SummaryKey
from bot.pipeline.making import EXTRACTIVE
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.pipeline.conftest import ANN, DAYS, Scene

SEEN = {SummaryKey(paper_id, 1, "en", Depth.BRIEF) for paper_id in ("2605.31057", "2605.31589")}


@pytest.fixture
async def without_model(scene: Scene) -> Scene:
    """A scene whose summaries were made while no model was configured."""
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0], 7)
    model, scene.makers = scene.makers, FakeMakers(scene.clock, name=EXTRACTIVE)
    await scene.prepare()
    scene.makers = model
    return scene


async def choose_and_summarize(scene: Scene) -> None:
    await pipeline.choose(scene.store, scene.clock.now(), has_model=scene.makers.name != EXTRACTIVE)
    await pipeline.summarize(scene.store, scene.makers, AbstractReader(), scene.clock)


async def test_a_summary_without_a_model_is_made_anew_once_if_a_chat_will_see_it(without_model: Scene) -> None:
    scene = without_model
    for _ in range(3):
        await choose_and_summarize(scene)
    made = await scene.store.summaries(SEEN)
    assert {summary.provenance.model for summary in made.values()} == {"openai:test"}
    assert sorted(scene.makers.asked) == ["2605.31057v1", "2605.31589v1"]


async def test_without_a_model_nothing_is_made_anew(without_model: Scene) -> None:
    scene = without_model
    scene.makers = FakeMakers(scene.clock, name=EXTRACTIVE)
    await choose_and_summarize(scene)
    assert scene.makers.asked == []


async def test_what_no_chat_will_see_stays(without_model: Scene) -> None:
    scene = without_model
    await scene.store.unsubscribe(ANN, "cat:cs.CV", scene.clock.now())
    await choose_and_summarize(scene)
    assert {summary.provenance.model for summary in (await scene.store.summaries(SEEN)).values()} == {EXTRACTIVE}
    assert scene.makers.asked == []


async def test_what_every_model_refused_is_not_asked_for_again(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    scene.morning(DAYS[0], 7)
    scene.makers.down = ModelRefused("The model refuses this paper.")
    await scene.prepare()
    scene.makers.down = None
    await choose_and_summarize(scene)
    assert len(scene.makers.asked) == 2
    assert len(await scene.store.summaries(SEEN)) == 2


async def test_a_person_who_asks_for_a_paper_gets_the_models_summary(without_model: Scene) -> None:
    scene = without_model
    for _ in range(2):
        card = await pipeline.read_now(
            scene.store, scene.source, scene.builder, scene.clock, PaperRef("2605.31057"), "en", Depth.BRIEF
        )
        assert card.summary is not None
        assert card.summary.provenance.model == "openai:test"
    assert scene.makers.asked == ["2605.31057v1"]
