"""A delivery in doubt is offered with the next digest, once, and only the chat's own people may have it sent again."""

from __future__ import annotations

from bot import pipeline
from bot.conversation import Conversation, Defaults, NotAllowed, Requester, Resent, Stale
from bot.model import Card, Delivery, DeliveryState, Depth, NothingToSend, PaperRef, Platform, Unknown
from bot.model import ChatRef as Ref
from bot.pipeline import DigestBuilder
from handlers import button_actions
from handlers.requests import Target
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.makers import AbstractReader
from tests.pipeline.conftest import ANN, BOB, DAYS, Scene

ADMIN, MEMBER = Requester("1", is_admin=True), Requester("2", is_admin=False)


async def never_read(ref: PaperRef, language: str, depth: Depth) -> Card:
    raise AssertionError("nobody asked for a paper")


async def never_digest(ref: Ref) -> NothingToSend:
    raise AssertionError("nobody asked for a digest")


def talk(scene: Scene) -> Conversation:
    return Conversation(
        scene.store,
        scene.clock,
        never_read,
        never_digest,
        finder(scene.store),
        insight_of(scene.store, scene.clock),
        Defaults(),
    )


async def day(scene: Scene, number: int) -> None:
    """Write ANN's digest of that day as Telegram's messages, and send it."""
    scene.morning(DAYS[number])
    await scene.prepare()
    builder = DigestBuilder({Platform.TELEGRAM: TelegramRenderer()}, scene.makers, AbstractReader())
    await pipeline.compose(scene.store, builder, scene.clock)
    await scene.worker.deliver()


async def delivery_in_doubt(scene: Scene) -> Delivery:
    """The first digest's message, after a request whose outcome is in_doubt."""
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.GR")
    scene.telegram.fails(Unknown("read time-out"))
    await day(scene, 0)
    [in_doubt] = await scene.store.deliveries(states=[DeliveryState.IN_DOUBT])
    return in_doubt


def offers(scene: Scene) -> list[str]:
    rows = [row for _, _, part in scene.telegram.accepted for row in part.payload.get("buttons", ())]
    return [b["action"] for row in rows for b in row if str(b.get("action", "")).startswith("resend:")]


async def test_the_next_digest_ends_with_the_offer_and_the_one_after_it_does_not(scene: Scene) -> None:
    in_doubt = await delivery_in_doubt(scene)
    assert scene.telegram.accepted == []
    await day(scene, 1)
    assert offers(scene) == [f"resend:{in_doubt.id}"]
    [(_, _, only)] = scene.telegram.accepted
    assert "A message of the digest of 1 June may not have arrived" in only.payload["html"]
    await day(scene, 2)
    assert len(scene.telegram.accepted) == 2, "each morning is one message"
    assert offers(scene) == [f"resend:{in_doubt.id}"]


async def test_the_button_sends_it_again_once(scene: Scene) -> None:
    in_doubt = await delivery_in_doubt(scene)
    action = button_actions.parse(f"resend:{in_doubt.id}")
    assert action is not None
    conversation = talk(scene)
    assert await button_actions.perform(conversation, Target(ANN, "", ADMIN), action) == Resent()
    assert await button_actions.perform(conversation, Target(ANN, "", ADMIN), action) == Stale()
    await scene.worker.deliver()
    assert scene.telegram.papers(ANN) == list(in_doubt.part.paper_ids)
    assert await button_actions.perform(conversation, Target(ANN, "", ADMIN), action) == Stale()


async def test_strangers_and_forged_numbers_get_nothing(scene: Scene) -> None:
    in_doubt = await delivery_in_doubt(scene)
    conversation = talk(scene)
    assert isinstance(await conversation.digests.resend(MEMBER, ANN, str(in_doubt.id)), NotAllowed)
    assert await conversation.digests.resend(ADMIN, BOB, str(in_doubt.id)) == Stale()
    for forged in ("", "-1", "1e3", "٣", "9" * 40, str(in_doubt.id + 1)):
        assert await conversation.digests.resend(ADMIN, ANN, forged) == Stale()
    await scene.worker.deliver()
    assert scene.telegram.accepted == []
