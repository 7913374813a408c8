"""A topic as the name of a file: readable, and never the same for two topics."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 48


def slug(topic: str) -> str:
    """ASCII letters, digits and hyphens; ends in eight digits that depend on the whole topic."""
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")
    mark = hashlib.blake2s(topic.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{words}-{mark}" if words else mark
