"""Describes the state of the service: sentences for people, and the JSON of the health page. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.decisions.embedding import Similarity, describe_similarity
from bot.decisions.health import STALLED_AFTER, UNSETTLED, Status, Unfinished, counted, short_date, timestamp
from bot.decisions.spreading import SendingForecast
from bot.decisions.term_vectors import FEWEST_PAPERS
from bot.model import JSON, FollowCounts, Platform

WORTH_TELLING = timedelta(minutes=1)
"""A status says how long sending takes if it takes longer than this."""

_CHAT = re.compile(rf"\b(?:{'|'.join(Platform)}):[-\w@/]+|(?<!\w)@[\w/]+|(?<![\w.-])-?\d{{6,}}\b(?!\.\d)")
"""Text that identifies a chat: `telegram:-100123/45`, `@its_name`, or a number as long as their ids."""


def sentences(status: Status) -> list[str]:
    """Return the state without the ledger's table, one sentence per line, the most urgent first."""
    lines = [str(status.unwritable)] if status.unwritable else []
    lines += list(_platform_problems(status))
    lines += describe_unserved(status.unserved)
    lines += [f"{gap.day:%a} {short_date(gap.day, status.at)}: {gap.why}" for gap in status.gaps]
    if status.set_aside:
        last = status.set_aside[0]
        aside = counted(len(status.set_aside), "malformed entry")
        lines.append(f"{aside} set aside with the raw text; the latest from the {last.source}: {last.why}.")
    wait = "waits" if status.wanted == 1 else "wait"
    followers = describe_followers(status.counts)
    lines.append(f"{followers}; {counted(status.wanted, 'summary')} {wait}.")
    lines += [describe_similarity(status.similarity), _describe_vectors(status)]
    lines += list(_workers(status))
    lines += [f"{counted(waiting.count, waiting.what)}: {waiting.reason}" for waiting in status.unfinished]
    lines += [f"{ref} gets nothing: {why}" for ref, why in status.suspended.items()]
    if more := status.counts.suspended - len(status.suspended):
        lines.append(f"… and {counted(more, 'more suspended chat')}: `paperboy chats` lists them.")
    lines += [f"{platform}: {count} {state}" for (platform, state), count in sorted(status.deliveries.items())]
    if minutes := status.outbox_age // timedelta(minutes=1):
        lines.append(f"The oldest digest that is not wholly sent was written {counted(minutes, 'minute')} ago.")
    lines += list(_sending(status))
    lines += list(_troubles(status))
    return lines + [f"{usage.model}: {usage.requests} requests, {usage.tokens} tokens today" for usage in status.usage]


def _workers(status: Status) -> Iterable[str]:
    if status.waiting_tasks and not status.workers:
        waiting = counted(status.waiting_tasks, "task")
        yield f"No worker is running, and {waiting} of the service would need one; `paperboy worker` starts one."
    elif status.workers and status.tasks is not None:
        queues = [f"{name} {todo} ({doing} begun)" for name, (todo, doing) in sorted(status.tasks.queues.items())]
        running = "is" if len(status.workers) == 1 else "are"
        yield f"{counted(len(status.workers), 'worker')} {running} alive: {', '.join(status.workers)}."
        yield f"Tasks that wait for a worker: {', '.join(queues) or 'none'}."


def _describe_vectors(status: Status) -> str:
    if status.vectors is None:
        return (
            f"Vectors of terms are the bundled ones; from {FEWEST_PAPERS:,} papers on, they are made from this store."
        )
    made = f"{status.vectors.papers:,} papers of this store"
    return f"Vectors of terms were made from {made} on {timestamp(status.vectors.made_at, status.at)}."


def describe_followers(counts: FollowCounts) -> str:
    """Say in a few words how many chats follow how many topics."""
    if not counts.following:
        return "No chat follows a topic"
    chats, following = counted(counts.chats, "chat"), counts.following
    followers = chats if following == counts.chats else f"{following} of {chats}"
    paused = (
        f" ({counted(counts.paused, 'chat')} {'is' if counts.paused == 1 else 'are'} paused)" if counts.paused else ""
    )
    return f"{followers} {'follows' if following == 1 else 'follow'} {counted(counts.topics, 'topic')}{paused}"


def _sending(status: Status) -> Iterable[str]:
    for platform, progress in sorted(status.sending.items()):
        if platform in status.stalled:
            late, minutes = counted(progress.late, "message"), STALLED_AFTER // timedelta(minutes=1)
            yield f"{platform}: {late} late, and none sent for {minutes} minutes; see the log."
    for forecast in status.forecasts:
        if forecast.lasting > WORTH_TELLING:
            yield _describe_forecast(forecast, status.at)


def _describe_forecast(forecast: SendingForecast, now: datetime) -> str:
    due = "now" if forecast.until <= now else f"until {timestamp(forecast.until, now)}"
    done = f"the last one goes out at about {timestamp(forecast.done_at, now)}"
    return (
        f"{forecast.platform}: about {forecast.messages:,} messages are due {due}; at {forecast.rate:g} a second for "
        f"each bot, sending them takes about {_span(forecast.lasting)}, and {done}."
    )


def _span(lasting: timedelta) -> str:
    hours, minutes = divmod(max(1, round(lasting / timedelta(minutes=1))), 60)
    return " ".join(counted(number, unit) for number, unit in ((hours, "hour"), (minutes, "minute")) if number)


def describe_unserved(unserved: Mapping[tuple[Platform, str], int]) -> list[str]:
    """A sentence for each bot without a token, with the number of chats that it serves, by platform and bot."""
    return [
        f"{counted(count, 'chat')} on {platform} {'waits' if count == 1 else 'wait'} for bot {bot}, which has no token "
        f"in {platform.upper()}_BOT_TOKEN; add its token, or let people there use another of your bots."
        for (platform, bot), count in unserved.items()
    ]


def _troubles(status: Status) -> Iterable[str]:
    for delivery in status.troubles:
        part = f"{delivery.slot}, part {delivery.number} of {delivery.of}"
        yield f"delivery {delivery.id} to {delivery.chat} ({part}) is {delivery.state}: {delivery.why}"
    count = sum(count for (_, state), count in status.deliveries.items() if state in UNSETTLED)
    if more := count - len(status.troubles):
        yield f"… and {more} more like these."
    if status.troubles:
        yield "`paperboy replay NUMBER`, or --given-up or --unknown for all of a kind, sends them again."


def _platform_problems(status: Status) -> Iterable[str]:
    if status.service is None:
        return
    # The connections that a process reported before it ended say nothing about now.
    if status.silent:
        yield f"No service has been running since {timestamp(status.service.at, status.at)}; `paperboy run` starts it."
        return
    for platform, connection in sorted(status.connections.items()):
        if connection.problem:
            since = timestamp(connection.since, status.at)
            yield f"{platform} has not been connected since {since}: {_sentence(connection.problem)}"


def _sentence(problem: str) -> str:
    return f"{problem[:1].upper()}{problem[1:].rstrip('.')}."


def health(status: Status) -> JSON:
    """Return the JSON of /healthz.

    `ok` is true while the store answers; `ready` while it can be written, sending goes on, and every platform that has
    a token is connected. Anybody can read the page, so it names no chat and not the place of the database.
    """
    platforms = {
        str(platform): _sentence(connection.problem) if connection.problem else "ok"
        for platform, connection in sorted(status.connections.items())
    }
    return {
        "ok": True,
        "ready": status.ready,
        "database": status.unwritable.public if status.unwritable else "writable",
        "platforms": platforms,
        "outbox_age_seconds": round(status.outbox_age.total_seconds()),
        "latest_listing": status.poll.day.isoformat() if status.poll.day else None,
        "asked_arxiv_at": status.poll.asked_at.isoformat() if status.poll.asked_at else None,
        "arxiv_failures": status.poll.failures,
        "summaries_waiting": status.wanted,
        "workers": len(status.workers),
        "tasks_waiting": status.waiting_tasks,
        "set_aside": len(status.set_aside),
        "unfinished": _without_chat_names(status.unfinished),
        "sending": {
            str(platform): {"due": progress.due, "late": progress.late, "stalled": platform in status.stalled}
            for platform, progress in sorted(status.sending.items())
        },
        "sending_until": {
            str(forecast.platform): forecast.done_at.isoformat(timespec="seconds")
            for forecast in status.forecasts
            if forecast.messages
        },
        "unserved_chats": sum(status.unserved.values()),
        "deliveries": {f"{platform}:{state}": count for (platform, state), count in sorted(status.deliveries.items())},
        "similarity": _similarity(status.similarity),
        "gaps": [{"day": gap.day.isoformat(), "cause": str(gap.cause), "why": gap.why} for gap in status.gaps],
    }


def _similarity(similarity: Similarity | None) -> JSON:
    if similarity is None:
        return {"embeddings": "none"}
    counts = {"embedded": similarity.embedded, "papers": similarity.papers}
    return {"embeddings": similarity.name, **counts, "trouble": similarity.trouble}


def _without_chat_names(unfinished: Iterable[Unfinished]) -> dict[str, int]:
    """Count what waits by reason, without the names of chats."""
    plural = {"summary": "summaries", "message": "messages"}
    counts: Counter[str] = Counter()
    for waiting in unfinished:
        counts[f"{plural[waiting.what]}: {_CHAT.sub('another chat', waiting.reason)}"] += waiting.count
    return dict(counts.most_common())
