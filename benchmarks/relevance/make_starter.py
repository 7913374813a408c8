"""Makes `bot/relevance/starter.npz`, the bundled table of terms, from files of papers.

    .venv/bin/python -m benchmarks.relevance.make_starter FILE.jsonl.gz … [-o bot/relevance/starter.npz]

A line of a file is a paper with title, abstract and, where known, categories (arXiv's metadata, which is CC0). The
table has numbers only: in how many papers each term occurs, and the vectors that `bot.relevance.term_vectors` computes.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from bot.model import Paper
from bot.relevance.paper_block import paper_row
from bot.relevance.term_vectors import term_vectors
from bot.relevance.terms import category_term, is_pair, key_of, occurrences_in

FEWEST_PAPERS, FEWEST_PAPERS_OF_PAIR = 3, 4
"""Rarer terms are left out: most of them are names, and the file is part of every installation."""


def papers_in(files: Iterable[Path]) -> Iterator[Paper]:
    seen = set()
    for file in files:
        with gzip.open(file, "rt") as lines:
            for entry in map(json.loads, lines):
                if entry["id"] not in seen:
                    seen.add(entry["id"])
                    categories = tuple(entry.get("categories", ()))
                    yield Paper(entry["id"], 1, entry["title"], (), entry["abstract"], categories)


def terms_in(paper: Paper) -> Iterator[str]:
    yield from occurrences_in(paper.title, paper.abstract).counts
    yield from map(category_term, paper.categories)


def is_kept(term: str, papers: int) -> bool:
    fewest = FEWEST_PAPERS_OF_PAIR if is_pair(term) else FEWEST_PAPERS
    return papers >= fewest or term.startswith(category_term(""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("bot/relevance/starter.npz"))
    options = parser.parse_args()
    papers = list(papers_in(options.files))
    made = term_vectors([paper_row(number, paper) for number, paper in enumerate(papers)])
    names = {key_of(term): term for paper in papers for term in terms_in(paper)}
    terms = [names[key] for key in made.keys.tolist()]
    kept = [row for row, count in enumerate(made.counts.tolist()) if is_kept(terms[row], count)]
    kept.sort(key=lambda row: (-made.counts[row], terms[row]))
    np.savez_compressed(
        options.output,
        terms=np.frombuffer("\n".join(terms[row] for row in kept).encode(), np.uint8),
        counts=made.counts[kept].astype(np.uint16),
        papers=len(papers),
        vectors=made.rows[kept],
    )
    print(f"{len(papers)} papers, {len(kept)} terms, {options.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
