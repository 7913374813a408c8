"""The names under which processes own leases, and whether the process behind a name has ended."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path

WORKER_PREFIX = "worker "
"""Begins the name of the lease by which a worker shows that it is alive."""


def new_owner() -> str:
    """Return a name for this process as the owner of leases.

    It consists of host name, process id, a random word and the process table, separated by slashes: `is_dead` needs
    the first two and the last, and the random word tells a restarted process from the one before.
    """
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}/{_process_table()}"


@cache
def _process_table() -> str:
    """Identify the table in which this process's id is unique: the boot of the kernel and the process namespace.

    Two containers may have the same host name and process id. On systems without /proc there are no containers, and the
    host name is enough. If Linux hides the table, a random word makes sure that no other process seems to share it.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return secrets.token_hex(4) if sys.platform == "linux" else ""


def is_dead(holder: str, me: str) -> bool | None:
    """Whether the process `holder` has ended, so that its lease need not be waited for.

    Returns None if that cannot be found out, because it runs on another machine or in another container.
    """
    host, pid, table = _parts(holder)
    my_host, my_pid, my_table = _parts(me)
    if host != my_host or table != my_table or not pid.isdecimal():
        return None
    if pid == my_pid:  # an earlier process had the id that is ours now
        return True
    # Signal 0 is not sent; it only checks whether the process exists.
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it exists, but another user runs it
        return False
    return False


def _parts(name: str) -> tuple[str, str, str]:
    """Return host, process id and process table of an owner; names made by earlier versions lack the last."""
    host, pid, _, table = (*name.split("/", 3), "", "", "")[:4]
    return host, pid, table


def describe(owner: str) -> str:
    """Return an owner's name in words."""
    host, pid, _ = _parts(owner)
    # The random word and the process table say nothing to a person.
    return f"process {pid} on {host}" if pid else owner


def has_ended(claimant: str, living: Collection[str], me: str) -> bool:
    """Whether the process behind a claim has ended. `living` are the owners of leases that have not expired.

    A claimant is an owner with a word after it. Of a name that is not made so, nothing is known: its claim expires.
    """
    owner = claimant.rpartition(" ")[0]
    if owner.count("/") < 3 or owner == me:
        return False
    # The lease of a process that was killed lasts on for a while: where the process itself can be asked for, it is.
    is_known_dead = is_dead(owner, me)
    return owner not in living if is_known_dead is None else is_known_dead
