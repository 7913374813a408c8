"""Makes the bundled table of term counts: `python -m benchmarks.term_counts FILE.jsonl.gz …`.

Each line of the files is a paper with "title" and "abstract". Only counts are written, no text of a paper.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from bot.summaries import term_counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="papers as JSON lines, compressed with gzip")
    parser.add_argument("-o", "--output", type=Path, default=Path(term_counts.__file__).with_suffix(".json"))
    given = parser.parse_args()
    papers: dict[str, str] = {}
    for file in given.files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            # A paper that is in several files counts once.
            papers.update((row["id"], f"{row['title']}\n\n{row['abstract']}") for row in map(json.loads, lines))
    text = term_counts.to_json(term_counts.count(papers.values())) + "\n"
    given.output.write_text(text, encoding="utf-8")
    print(f"{len(papers)} papers, {len(text.encode()) / 1000:.0f} kB: {given.output}")


if __name__ == "__main__":
    main()
