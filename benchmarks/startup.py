"""How fast `paperboy --help` answers, and how much memory `demo` and an idle `run` take at their peak.

    python -m benchmarks.startup

Times are the best of several runs; memory is the peak resident set of the process, as the kernel counts it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL_SECONDS = 0.5
GOAL_MIB = 200
ROOT = Path(__file__).parents[1]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    bare = min(_seconds([sys.executable, "-c", "pass"]) for _ in range(5))
    helped = min(_seconds([sys.executable, "-m", "bot", "--help"]) for _ in range(5))
    print(f"paperboy --help  {helped:.2f} s, {helped / bare:.1f}× a bare interpreter (goal: under {GOAL_SECONDS} s)")
    with tempfile.TemporaryDirectory() as folder:
        print(f"demo             {_peak('demo', folder):.0f} MiB at its peak (goal: under {GOAL_MIB} MiB)")
        print(f"idle run         {_peak('run', folder, 15):.0f} MiB at its peak after 15 s, archive alone")
        both = {"TELEGRAM_BOT_TOKEN": "1:x", "DISCORD_BOT_TOKEN": "x.y.z"}
        print(f"idle run         {_peak('run', folder, 15, both):.0f} MiB with both platforms loaded (unreachable)")


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _peak(command: str, folder: str, stop_after: float | None = None, more: dict[str, str] | None = None) -> float:
    """Peak resident memory in MiB."""
    nowhere = "http://127.0.0.1:9"
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": folder,
        "SITE_PORT": "0",
        "TELEGRAM_API_URL": nowhere,
        "DISCORD_API_URL": nowhere,
        "ARXIV_FEED_URL": nowhere,
        "ARXIV_API_URL": nowhere,
        "ARXIV_OAI_URL": nowhere,
        **(more or {}),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if stop_after is not None:
        time.sleep(stop_after)
        process.send_signal(signal.SIGTERM)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
