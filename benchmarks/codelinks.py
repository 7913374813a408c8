"""How many of the repositories that abstracts name are found, and whether any is invented or changed.

    python benchmarks/codelinks.py --papers corpus/topics-2024.jsonl.gz [--show]

The expected repositories are read from the raw abstracts character by character, independently of the program: after
each "github.com/" an owner, a slash (and a space where a line was broken) and a name. No regular expression is shared.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.arxiv.code_links import find_links

_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_name(text: str, start: int) -> tuple[str, int]:
    """The name that begins at `start`, and the offset where it ends."""
    end = start
    while end < len(text) and text[end] in _ALLOWED:
        end += 1
    return text[start:end], end


def named_repositories(abstract: str) -> list[str]:
    """Each "owner/name" that the raw text names on GitHub, in order, once."""
    text = abstract.replace("\\_", "_").replace("{\\_}", "_")
    repositories: list[str] = []
    at = text.lower().find("github.com/")
    while at >= 0:
        owner, end = read_name(text, at + len("github.com/"))
        # A space after the slash is a line break of the abstract.
        if owner and text[end : end + 1] == "/":
            start = end + 2 if text[end + 1 : end + 2] == " " else end + 1
            name = read_name(text, start)[0].rstrip(".")
            name = name.removesuffix(".git")
            if name and f"{owner}/{name}".lower() not in (known.lower() for known in repositories):
                repositories.append(f"{owner}/{name}")
        at = text.lower().find("github.com/", at + 1)
    return repositories


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print every link found")
    options = parser.parse_args()
    papers = correct = named = found = 0
    wrong: list[str] = []
    for row in rows(options.papers):
        # Other hosts are not counted: their addresses do not tell a repository from a page by their form.
        if "github.com" not in row["abstract"].lower():
            continue
        papers += 1
        expected = [f"https://github.com/{name}" for name in named_repositories(row["abstract"])]
        links = [url for url in find_links(row["abstract"]).code if url.startswith("https://github.com/")]
        named += len(expected)
        found += len(set(expected) & set(links))
        correct += set(expected) == set(links)
        if set(expected) != set(links):
            missing, unexpected = sorted(set(expected) - set(links)), sorted(set(links) - set(expected))
            wrong.append(f"{row['id']}: missing {missing}, unexpected {unexpected}")
        if options.show:
            print(row["id"], *links)
    print(f"papers whose abstract names a GitHub repository   {papers}")
    print(f"repositories named                                {named}")
    print(f"found exactly                                     {found}")
    print(f"papers with all of them and nothing else          {correct}")
    print(*wrong, sep="\n")


if __name__ == "__main__":
    main()
