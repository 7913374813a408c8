"""What Prometheus scrapes: the state of the store, as gauges read at the moment of the scrape."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.status import Status


def render(status: Status) -> bytes:
    """Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_State(status))
    return generate_latest(registry)


class _State(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        yield _gauge("outbox_age_seconds", "How long the oldest waiting delivery has been due.", status.outbox_age)
        deliveries = GaugeMetricFamily("paperboy_deliveries", "Deliveries by state.", labels=("platform", "state"))
        for (platform, state), count in status.deliveries.items():
            deliveries.add_metric((str(platform), str(state)), count)
        yield deliveries
        up = GaugeMetricFamily("paperboy_platform_up", "Whether commands are answered there.", labels=("platform",))
        for platform, connection in status.connections.items():
            up.add_metric((str(platform),), float(connection.problem is None))
        yield up
        if status.poll.asked_at is not None:
            yield _gauge("poll_lag_seconds", "Time since arXiv was last asked.", status.at - status.poll.asked_at)
        yield _gauge("poll_failures", "Polls in a row that arXiv did not serve.", status.poll.failures)
        yield _gauge("entries_set_aside", "Entries of the last week that could not be read.", len(status.set_aside))
        yield _gauge("database_writable", "Whether the database takes writes.", status.unwritable is None)
        yield _gauge("summaries_waiting", "Summaries that some chat waits for.", status.wanted)
        yield _gauge("chats", "Chats.", status.chats)
        yield _gauge("chats_suspended", "Chats that get nothing.", len(status.suspended))
        yield _gauge("listing_gaps", "Listing days of the last week that are not whole.", len(status.faults))
        for name, what in (("requests", "Requests to models today."), ("tokens", "Tokens to and from models today.")):
            family = GaugeMetricFamily(f"paperboy_model_{name}", what, labels=("model",))
            for usage in status.usage:
                family.add_metric((usage.model,), getattr(usage, name))
            yield family


def _gauge(name: str, what: str, value: object) -> GaugeMetricFamily:
    number = value.total_seconds() if hasattr(value, "total_seconds") else value
    return GaugeMetricFamily(f"paperboy_{name}", what, value=float(number))  # type: ignore[arg-type]
