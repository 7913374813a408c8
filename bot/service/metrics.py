"""Metrics for Prometheus: the state of the store as gauges, and the counters of this process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.decisions.health import Status
from bot.service import counting
from bot.service.counting import Counts

TOTALS = (
    (counting.DELIVERIES, "Outcomes of sending parts of digests.", ("platform", "outcome", "cause")),
    (counting.RATE_LIMITED, "Rate-limit responses to parts of digests.", ("platform",)),
    (counting.BOT_MESSAGES, "Outcomes of sending parts of digests, by bot.", ("platform", "bot", "outcome")),
    (counting.MODEL_REQUESTS, "Requests to models.", ("model",)),
    (counting.MODEL_TOKENS, "Tokens to and from models.", ("model",)),
    (counting.TASKS, "Tasks that this worker did.", ("queue", "outcome")),
)
"""The counters of the process: name, help, labels."""


def render(status: Status, counts: Counts) -> bytes:
    """Return the metrics in Prometheus' text format."""
    # A registry of its own for each request: the default one would keep the values of the first.
    registry = CollectorRegistry()
    registry.register(_State(status))
    registry.register(_Totals(counts))
    return generate_latest(registry)


def render_counts(counts: Counts) -> bytes:
    """Return the counters alone, for a process that does not watch the state of the store."""
    registry = CollectorRegistry()
    registry.register(_Totals(counts))
    return generate_latest(registry)


class _Totals(Collector):
    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        for name, text, labels in TOTALS:
            family = CounterMetricFamily(f"paperboy_{name}", text, labels=labels)
            for values, count in sorted(self._counts.of(name).items()):
                family.add_metric(values, count)
            yield family


class _State(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        age = "Time since the oldest digest that is not completely sent was written."
        yield _gauge("outbox_age_seconds", age, status.outbox_age)
        due = GaugeMetricFamily("paperboy_outbox_due", "Messages that may be sent now.", labels=("platform",))
        for platform, progress in status.sending.items():
            due.add_metric((str(platform),), progress.due)
        yield due
        text = "How long the busiest bot sends what waits and what is due in the next hours."
        sending = GaugeMetricFamily("paperboy_sending_seconds", text, labels=("platform",))
        for forecast in status.forecasts:
            sending.add_metric((str(forecast.platform),), forecast.lasting.total_seconds())
        yield sending
        # A gauge must not have the name of a counter without "_total": OpenMetrics takes both for one family.
        name = "paperboy_outbox_deliveries"
        deliveries = GaugeMetricFamily(name, "Deliveries in the outbox by state.", labels=("platform", "state"))
        for (platform, state), count in status.deliveries.items():
            deliveries.add_metric((str(platform), str(state)), count)
        yield deliveries
        up = GaugeMetricFamily("paperboy_platform_up", "Whether commands are answered there.", labels=("platform",))
        for platform, connection in status.connections.items():
            up.add_metric((str(platform),), float(connection.problem is None))
        yield up
        # Left out before the first request: a lag of 0 would look healthy.
        if status.poll.asked_at is not None:
            yield _gauge("poll_lag_seconds", "Time since arXiv was last asked.", status.at - status.poll.asked_at)
        yield _gauge("poll_failures", "Polls in a row that arXiv did not serve.", status.poll.failures)
        yield _gauge("entries_set_aside", "Entries of the last week that could not be read.", len(status.set_aside))
        yield _gauge("database_writable", "Whether the database can be written.", status.unwritable is None)
        yield _gauge("summaries_waiting", "Summaries that some chat waits for.", status.wanted)
        yield _gauge("chats", "Chats.", status.counts.chats)
        yield _gauge("chats_suspended", "Suspended chats.", status.counts.suspended)
        yield _gauge("chats_paused", "Chats that are paused by their people.", status.counts.paused)
        yield _gauge("listing_gaps", "Listing days of the last week that are incomplete.", len(status.faults))
        for name, text in (("requests", "Requests to models today."), ("tokens", "Tokens to and from models today.")):
            family = GaugeMetricFamily(f"paperboy_model_{name}_today", text, labels=("model",))
            for usage in status.usage:
                family.add_metric((usage.model,), getattr(usage, name))
            yield family


def _gauge(name: str, text: str, value: float | timedelta) -> GaugeMetricFamily:
    number = value.total_seconds() if isinstance(value, timedelta) else value
    return GaugeMetricFamily(f"paperboy_{name}", text, value=float(number))
