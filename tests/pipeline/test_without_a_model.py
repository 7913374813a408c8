"""Digests where no model is configured."""

from __future__ import annotations

from bot import pipeline
from bot.model import Digest
from bot.pipeline.making import EXTRACTIVE
from tests.pipeline.conftest import ANN, DAYS, Scene


async def test_a_digest_that_is_asked_for_does_not_speak_of_a_model_where_none_is_configured(scene: Scene) -> None:
    scene.makers.name = EXTRACTIVE
    scene.morning(DAYS[0])
    await scene.follow(ANN, "cat:cs.CV")
    await pipeline.poll(scene.store, scene.source, scene.clock)
    chat = await scene.store.chat(ANN)
    assert chat is not None
    await pipeline.match(scene.store, scene.relevance)
    digest = await pipeline.digest_now(scene.store, scene.builder, chat, scene.clock)
    assert isinstance(digest, Digest)
    assert digest.cards
    assert digest.notes == ()
    assert {card.summary.provenance.instead_of for card in digest.cards if card.summary} == {None}
