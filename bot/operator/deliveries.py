"""`paperboy replay`: sends deliveries again that did not arrive, or may not have arrived."""

from __future__ import annotations

from collections.abc import Sequence

from bot.decisions.due_times import next_due
from bot.errors import TellUser
from bot.model import ChatRef, DeliveryState
from bot.service.app import App, open_app
from bot.settings import Settings

REPLAYABLE = (DeliveryState.GIVEN_UP, DeliveryState.IN_DOUBT, DeliveryState.VERIFY_FIRST)
"""The states from which an operator may have a delivery sent again."""


async def replay(settings: Settings, numbers: Sequence[int], *, given_up: bool, unknown: bool) -> str:
    """Put deliveries back into the outbox, and resume their chats; returns a sentence that says so.

    `given_up` and `unknown` choose all that were given up or are in doubt. Raises `TellUser` if none is named, or one
    cannot be replayed.
    """
    states = ([DeliveryState.GIVEN_UP] if given_up else []) + ([DeliveryState.IN_DOUBT] if unknown else [])
    async with open_app(settings) as app:
        # The port requires a limit; this one is above any number of deliveries that fail between two looks.
        chosen = await app.store.deliveries(states=states, limit=100_000) if states else []
        # All are checked before any is changed, so that a wrong number leaves everything as it was.
        for number in numbers:
            delivery = await app.store.delivery(number)
            if delivery is None or delivery.state not in REPLAYABLE:
                raise TellUser(f"Delivery {number} is neither given up nor in doubt (see `paperboy status`).")
            chosen.append(delivery)
        if not chosen and states:
            return "There is nothing to send again."
        if not chosen:
            raise TellUser("Name deliveries by number (see `paperboy status`), or use --given-up or --unknown.")
        now = app.clock.now()
        # `reopen` returns False for one that a chat's own button reopened meanwhile.
        opened = sum([await app.store.reopen(delivery.id, now, "replayed") for delivery in chosen])
        resumed = await _resume(app, {delivery.chat for delivery in chosen})
    deliveries = "1 delivery goes" if opened == 1 else f"{opened} deliveries go"
    return f"{deliveries} out again when the service runs." + "".join(f" {ref} gets digests again." for ref in resumed)


async def _resume(app: App, refs: set[ChatRef]) -> list[ChatRef]:
    """Resume the suspended ones of these chats, so that something can be sent there; returns them."""
    resumed = []
    for ref in sorted(refs, key=str):
        chat = await app.store.chat(ref)
        if chat is not None and chat.suspended:
            await app.store.resume(ref, next_due(chat, app.clock.now()), app.clock.now())
            resumed.append(ref)
    return resumed
