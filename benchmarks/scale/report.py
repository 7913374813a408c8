"""The table of one morning, with the figures of the version before chats shared what they have in common."""

from __future__ import annotations

from benchmarks.scale.mornings import Morning

BEFORE_MS = {"choose": 9.0, "compose": 30.0}
"""CPU milliseconds a chat as measured in that version, with the same topics and papers on the same two cores."""
BEFORE_KB = 55.0
"""Kilobytes a chat and morning on disk, the middle of the 34 to 76 measured."""
CHAIN = ("match", "choose", "compose")
"""The steps that lie between the listing and the outbox; making summaries depends on papers, not on chats."""


def table(morning: Morning) -> str:
    """The figures as lines of text."""
    chats = morning.chats
    lines = [
        f"{morning.day}: {morning.matches} matches, {morning.wanted} summaries wanted, {morning.digests} digests, "
        f"{morning.messages} messages ({morning.messages / max(morning.digests, 1):.1f} a digest)",
        f"  {'step':<18}{'CPU s':>9}{'wall s':>9}{'ms a chat':>11}{'before':>8}{'ratio':>7}"
        f"{'statements':>12}{'a chat':>8}{'pause ms':>10}",
    ]
    for name, cost in morning.steps.items():
        each = cost.cpu_seconds / chats * 1000
        before = BEFORE_MS.get(name)
        compared = f"{before:>8.1f}{before / max(each, 1e-9):>6.1f}×" if before else " " * 15
        lines.append(
            f"  {name:<18}{cost.cpu_seconds:>9.2f}{cost.wall_seconds:>9.2f}{each:>11.2f}{compared}"
            f"{cost.statements:>12}{cost.statements / chats:>8.2f}{cost.pause_seconds * 1000:>10.0f}"
        )
    chain = [morning.steps[name] for name in CHAIN]
    lines.append(
        f"  {'match…compose':<18}{sum(c.cpu_seconds for c in chain):>9.2f}{sum(c.wall_seconds for c in chain):>9.2f}"
        f"{sum(c.cpu_seconds for c in chain) / chats * 1000:>11.2f}{'':15}"
        f"{sum(c.statements for c in chain):>12}{sum(c.statements for c in chain) / chats:>8.2f}"
    )
    grown = (morning.bytes_after - morning.bytes_before) / chats / 1000
    lines.append(
        f"  on disk {grown:.1f} kB a chat this morning (before: {BEFORE_KB:.0f}), "
        f"{morning.bytes_after / 1e6:.0f} MB in all; peak memory {morning.peak_mb:.0f} MB"
    )
    return "\n".join(lines)
