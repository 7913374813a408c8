"""Decides when a digest is written, which uncertain deliveries it offers, and why it waits. Pure; takes `now`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from bot.decisions import due_times
from bot.locales import _, formats
from bot.model import Chat, Delivery, DeliveryState, SummaryKey, UncertainDelivery, WantedSummary

LATE_LISTING = timedelta(hours=3)
"""How long a digest that would be empty waits for a listing that is late."""

COMPOSE_AGAIN = timedelta(seconds=30)
"""A chat whose digest was not written, because it waits for summaries, is composed again after this time; sooner when
summaries were made."""

RETRY_AFTER = timedelta(minutes=15)
"""A digest that could not be made is retried after this time."""


def is_due_time_wrong(chat: Chat, now: datetime) -> bool:
    """Whether a chat that counts as due has a due time in the future: a clock that ran ahead has set it."""
    return chat.next_due_at is not None and chat.next_due_at > now


def empty_digest_waits(due_at: datetime, now: datetime, *, listing_owed: bool) -> bool:
    """Whether a digest without papers waits for a listing that arXiv should have published by now."""
    return listing_owed and now < due_at + LATE_LISTING


def digest_waits(
    due_at: datetime, now: datetime, missing: Collection[SummaryKey], postponed: Sequence[WantedSummary]
) -> bool:
    """Whether a digest waits for summaries that are missing, because one of them may still come in time.

    A summary that is postponed until after the digest's longest wait cannot.
    """
    if not due_times.may_wait(due_at, now):
        return False
    too_late = {
        wanted.key for wanted in postponed if wanted.again_at and not due_times.may_wait(due_at, wanted.again_at)
    }
    return any(key not in too_late for key in missing)


def was_composed_lately(composed_at: datetime, now: datetime) -> bool:
    """Whether a chat whose digest was not written then need not be composed again now."""
    # `abs`: after the clock was set back, nothing would be composed for as long as it was set back.
    return abs(now - composed_at) < COMPOSE_AGAIN


def uncertain_deliveries(latest: Delivery, in_doubt: Sequence[Delivery]) -> tuple[UncertainDelivery, ...]:
    """The deliveries in doubt of a chat's last digest, in the order of its parts, to be offered with the next one.

    `latest` is the chat's newest delivery, `in_doubt` are its deliveries in doubt, newest first. Only the last digest
    counts, so that each is offered once. A part without papers is itself such an offer, and not worth another.
    """
    return tuple(
        UncertainDelivery(delivery.id, delivery.day)
        for delivery in reversed(in_doubt)
        if delivery.slot == latest.slot and delivery.part.paper_ids
    )


def blocking_delivery(deliveries: Sequence[Delivery], now: datetime) -> Delivery | None:
    """The delivery that keeps a chat's other deliveries waiting until later; None if none has to wait.

    A part that waits comes before one to be verified, which lets the others go after a few attempts.
    """
    # A chat's queue is in the order of ids, and a part that fails keeps the later ones waiting.
    put_off = [
        delivery
        for delivery in deliveries
        if delivery.next_attempt_at > now and delivery.state in (DeliveryState.WAITING, DeliveryState.VERIFY_FIRST)
    ]
    return min(put_off, key=lambda delivery: (delivery.must_verify, delivery.id), default=None)


def put_off_sentence(delivery: Delivery, now: datetime) -> str:
    """Tells a chat, in the language of the answer, that its digest waits behind this delivery, and until when."""
    then = delivery.next_attempt_at.astimezone(UTC) + timedelta(seconds=59)  # rounded up to the next whole minute
    shown = formats.clock(then) if then.date() == now.date() else formats.moment(then)
    return _("Your digest waits, because it could not be sent; it is tried again at {time} UTC.").format(time=shown)
