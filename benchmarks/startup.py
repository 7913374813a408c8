"""Measures the time of `paperboy --help`, and the peak memory of `demo` and of an idle `run`.

    python -m benchmarks.startup

A time is the best of several runs, in seconds. Memory is the peak resident set of the process in MiB, as reported by
the kernel.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path

HELP_GOAL_SECONDS = 0.5
DEMO_GOAL_MIB = 200
IDLE_SECONDS = 15
"""How long `run` stays idle before it is stopped: every periodic job has run at least once by then."""

UNREACHABLE = "http://127.0.0.1:9"
"""The discard port, on which nothing listens: no network is needed, and connections fail at once."""
ROOT = Path(__file__).parents[1]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    # The best of five: the first run also compiles and reads the modules from the disk.
    interpreter = min(_run_seconds([sys.executable, "-c", "pass"]) for _ in range(5))
    help_page = min(_run_seconds([sys.executable, "-m", "bot", "--help"]) for _ in range(5))
    ratio = help_page / interpreter
    print(f"paperboy --help  {help_page:.2f} s, {ratio:.1f}× the bare interpreter (goal: under {HELP_GOAL_SECONDS} s)")
    with tempfile.TemporaryDirectory() as folder:
        print(f"demo             {_peak_mib('demo', folder):.0f} MiB peak (goal: under {DEMO_GOAL_MIB} MiB)")
        archive_only = _peak_mib("run", folder, IDLE_SECONDS)
        print(f"idle run         {archive_only:.0f} MiB peak in {IDLE_SECONDS} s, archive only")
        # Of the form that a token has: the first part of Discord's is the bot's id in Base64.
        tokens = {"TELEGRAM_BOT_TOKEN": "1:x", "DISCORD_BOT_TOKEN": f"{b64encode(b'1').decode().rstrip('=')}.y.z"}
        both_platforms = _peak_mib("run", folder, IDLE_SECONDS, tokens)
        print(f"idle run         {both_platforms:.0f} MiB peak with both platforms loaded and unreachable")


def _run_seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _peak_mib(
    command: str, folder: str, stop_after_seconds: float | None = None, variables: dict[str, str] | None = None
) -> float:
    """Peak resident memory in MiB of one command, which ends by itself unless it is to be stopped."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": folder,  # the same for all commands, so that only the first one creates the database
        "SITE_PORT": "0",
        "TELEGRAM_API_URL": UNREACHABLE,
        "DISCORD_API_URL": UNREACHABLE,
        "ARXIV_FEED_URL": UNREACHABLE,
        "ARXIV_API_URL": UNREACHABLE,
        "ARXIV_OAI_URL": UNREACHABLE,
        **(variables or {}),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # SIGTERM, as a supervisor sends it, so that the end of the service is measured too.
    if stop_after_seconds is not None:
        time.sleep(stop_after_seconds)
        if process.poll() is not None:
            sys.exit(f"`paperboy {command}` ended by itself with exit status {process.returncode}.")
        process.send_signal(signal.SIGTERM)
    # Not `process.wait`: only wait4 returns the resource usage of a single child.
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_maxrss / 1024  # Linux reports KiB


if __name__ == "__main__":
    main()
