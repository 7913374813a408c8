"""Give deliveries states that need no flags, and columns for priority, force and day; give managers a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PERSON_WAITING, DIGEST = 0, 10

CHANNELS_OF, MANAGERS_OF = "telegram channels of ", "telegram managers of "
"""Names of small values, followed by an id: {chat id: title} of a person, and {"users": [person's id, …]} of a chat."""

DATES = re.compile(r"\d{4}-\d\d-\d\d|\d{8}(?=T)")
"""The dates in the name of a digest: "2026-06-02", "now 20260602T1215…", "once 2026-06-02 20260603T…"."""

_time = sa.DateTime(timezone=True)
_deliveries = sa.table(
    "deliveries",
    sa.column("id"),
    sa.column("chat_id"),
    sa.column("digest_id"),
    sa.column("state"),
    sa.column("payload", sa.JSON()),
    sa.column("priority"),
    sa.column("forced", sa.Boolean()),
    sa.column("again", sa.Boolean()),
    sa.column("next_attempt_at", _time),
    sa.column("touched_at", _time),
)
_digests = sa.table(
    "digests",
    sa.column("id"),
    sa.column("slot"),
    sa.column("created_at", _time),
    sa.column("day", sa.Date()),
)
_chats = sa.table("chats", sa.column("id"), sa.column("platform"))
_state = sa.table("state", sa.column("name"), sa.column("value", sa.JSON()))
_managers = sa.table(
    "managers",
    sa.column("id"),
    sa.column("platform"),
    sa.column("place"),
    sa.column("person"),
    sa.column("title"),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The `next_attempt_at` of a delivery that a person waited for, in the older form; UTC."""


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("priority", sa.Integer(), nullable=False, server_default=str(DIGEST)))
    # `asked` and `forced` mean the same; both databases rename a column in place.
    op.execute("ALTER TABLE deliveries RENAME COLUMN asked TO forced")
    _states_up()
    _priorities_up()
    op.drop_column("deliveries", "again")
    _days_up()
    _managers_up()


def downgrade() -> None:
    op.add_column("deliveries", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    _states_down()
    _priorities_down()
    op.drop_column("deliveries", "priority")
    op.execute("ALTER TABLE deliveries RENAME COLUMN forced TO asked")
    op.drop_column("digests", "day")
    _managers_down()


# ── states ──


def _states_up() -> None:
    table = _deliveries
    # Telegram cannot verify a delivery. One that waited there with `again` was surely not sent, except for one that
    # somebody had asked to send again (`forced`).
    telegram = table.c.chat_id.in_(sa.select(_chats.c.id).where(_chats.c.platform == "telegram"))
    surely_not_sent = sa.and_(table.c.state == "waiting", table.c.again, ~table.c.forced, telegram)
    op.execute(table.update().where(surely_not_sent).values(again=sa.false()))
    for state, again, new in (
        ("waiting", True, "verify first"),
        ("unknown", True, "verify first"),
        ("leased", True, "leased to verify"),
        ("unknown", False, "in doubt"),
    ):
        matching = sa.and_(table.c.state == state, table.c.again if again else ~table.c.again)
        op.execute(table.update().where(matching).values(state=new))
    unforced = table.c.state.not_in(("verify first", "leased to verify"))
    op.execute(table.update().where(unforced, table.c.forced).values(forced=sa.false()))


def _states_down() -> None:
    table = _deliveries
    verify = table.update().where(table.c.state == "verify first")
    # In the older form a forced delivery was waiting, and one that is verified by itself was unknown.
    op.execute(verify.where(table.c.forced).values(state="waiting", again=sa.true()))
    op.execute(verify.values(state="unknown", again=sa.true()))
    op.execute(table.update().where(table.c.state == "leased to verify").values(state="leased", again=sa.true()))
    op.execute(table.update().where(table.c.state == "in doubt").values(state="unknown"))


# ── priorities ──


def _priorities_up() -> None:
    table, connection = _deliveries, op.get_bind()
    for row in _rows_with_payload(sa.cast(table.c.payload, sa.Text).like('%"asked"%')):
        payload = {name: value for name, value in row.payload.items() if name != "asked"}
        changed = table.update().where(table.c.id == row.id)
        connection.execute(changed.values(payload=payload, priority=PERSON_WAITING if row.payload["asked"] else DIGEST))
    # The marker for "before all others" was a time that no delivery can have; its digest's own time takes its place.
    marked = table.update().where(table.c.next_attempt_at <= _utc(_EPOCH))
    written = sa.select(_digests.c.created_at).where(_digests.c.id == table.c.digest_id).scalar_subquery()
    op.execute(marked.values(next_attempt_at=written, priority=PERSON_WAITING))


def _priorities_down() -> None:
    table, connection = _deliveries, op.get_bind()
    for row in _rows_with_payload(table.c.priority == PERSON_WAITING):
        changed = table.update().where(table.c.id == row.id)
        connection.execute(changed.values(payload={**row.payload, "asked": True}))
    is_open = table.c.state.in_(("waiting", "leased")) | ((table.c.state == "unknown") & table.c.again)
    was_due = table.c.next_attempt_at <= table.c.touched_at
    first = table.update().where(table.c.priority == PERSON_WAITING, is_open, was_due)
    op.execute(first.values(next_attempt_at=_utc(_EPOCH)))


def _rows_with_payload(condition: sa.ColumnElement[bool]) -> Iterator[Any]:
    table = _deliveries
    yield from op.get_bind().execute(sa.select(table.c.id, table.c.payload).where(condition)).all()


def _utc(moment: datetime) -> datetime:
    """SQLite keeps times without a zone."""
    return moment.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else moment


# ── days ──


def _days_up() -> None:
    table, connection = _digests, op.get_bind()
    op.add_column("digests", sa.Column("day", sa.Date()))
    days: dict[date, list[int]] = {}
    for row in connection.execute(sa.select(table.c.id, table.c.slot, table.c.created_at)).all():
        days.setdefault(_day_in(row.slot) or row.created_at.date(), []).append(row.id)
    for day, ids in days.items():
        for start in range(0, len(ids), 5_000):  # as many as one statement's parameters hold
            some = table.update().where(table.c.id.in_(ids[start : start + 5_000]))
            connection.execute(some.values(day=day))
    with op.batch_alter_table("digests", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("day", existing_type=sa.Date(), nullable=False)


def _day_in(slot: str) -> date | None:
    for found in DATES.findall(slot):
        try:
            return date.fromisoformat(found)
        except ValueError:  # digits that are no date
            continue
    return None


# ── managers ──


def _managers_up() -> None:
    op.create_table(
        "managers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("since", _time, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_managers"),
        sa.UniqueConstraint("platform", "place", "person", name="uq_managers_platform_place_person"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_managers_platform_person", "managers", ["platform", "person"], unique=False)
    values = _values()
    titles = {
        (str(place), name.removeprefix(CHANNELS_OF)): str(title)
        for name, value in values.items()
        if name.startswith(CHANNELS_OF)
        for place, title in value.items()
    }
    known = [
        (name.removeprefix(MANAGERS_OF), str(person))
        for name, value in values.items()
        if name.startswith(MANAGERS_OF)
        for person in value.get("users", ())
    ]
    rows = [
        {"platform": "telegram", "place": place, "person": person, "title": titles.get((place, person))}
        for place, person in dict.fromkeys([*known, *titles])
    ]
    if rows:
        op.get_bind().execute(_managers.insert(), rows)
    op.execute(_state.delete().where(_state.c.name.in_(list(values))))


def _managers_down() -> None:
    values: dict[str, Any] = {}
    for row in op.get_bind().execute(sa.select(_managers).order_by(_managers.c.id)).all():
        if row.platform != "telegram":
            continue
        values.setdefault(f"{MANAGERS_OF}{row.place}", {"users": []})["users"].append(int(row.person))
        if row.title is not None:
            values.setdefault(f"{CHANNELS_OF}{row.person}", {})[row.place] = row.title
    if values:
        rows = [{"name": name, "value": value} for name, value in values.items()]
        op.get_bind().execute(_state.insert(), rows)
    op.drop_table("managers")


def _values() -> dict[str, Any]:
    ours = sa.or_(*(_state.c.name.startswith(prefix, autoescape=True) for prefix in (CHANNELS_OF, MANAGERS_OF)))
    rows = op.get_bind().execute(sa.select(_state.c.name, _state.c.value).where(ours).order_by(_state.c.name))
    return {row.name: row.value for row in rows}
