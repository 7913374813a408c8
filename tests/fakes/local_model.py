"""A stand-in of the process with the local model: it speaks as `bot.relevance.embeddings.local_worker` does.

A text with "crash" in it ends the process as a fault in C does, "killed" as the system ends one for lack of memory,
"hang" is never answered, and "nonsense" gets an answer of another form. With the argument "broken" it does not start.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time

import numpy as np

from tests.fakes.embeddings import vector

LENGTH = 64


def main() -> int:
    if "broken" in sys.argv:
        sys.stderr.write("No such library\n")
        return 1
    _say(json.dumps({"ready": True}))
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        everything = " ".join(texts)
        if "crash" in everything:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "killed" in everything:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in everything:
            time.sleep(600)
        if "nonsense" in everything:
            _say("malloc(): corrupted")
            continue
        rows = [np.array(vector(text, LENGTH), "<f4").tobytes() for text in texts]
        _say(json.dumps({"vectors": [base64.b64encode(row).decode() for row in rows]}))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
