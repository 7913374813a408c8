"""How many cards each renderer makes in a second on one core. Real papers where the corpus is available.

python -m benchmarks.rendering
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.model import Card, Claim, Paper
from bot.render.formats import FORMATS, render
from bot.site import render_archive
from bot.tex.latex import readable
from handlers.discord import cards as discord_cards
from handlers.telegram import cards as telegram_cards
from tests.render.samples import BRIEF, CARD, CORPUS, DAY, PAPER, corpus

SECONDS = 1.5
_T = TypeVar("_T")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    cards = real_cards() if (CORPUS / "topics-2024.jsonl.gz").is_file() else [CARD]
    print(f"{len(cards)} papers, each with a headline and four takeaways")
    for name in FORMATS:
        report(name, cards, partial(rendered, name))
    pages = [cards[at : at + 50] for at in range(0, len(cards), 50)]
    cards_per_page = sum(map(len, pages)) / len(pages)
    report("archive page and feed", pages, lambda page: render_archive({DAY: page}, {}), cards_per_page)
    # Nothing may be left of the texts that the renderers above have put into it.
    readable.cache_clear()
    report("TeX, without the cache", cards, lambda card: readable.__wrapped__(card.paper.abstract))


def rendered(name: str, card: Card) -> str:
    payloads = {"telegram": telegram_cards.payloads, "discord": discord_cards.payloads}
    return render(card, name, payloads=payloads.get(name))


def real_cards() -> list[Card]:
    """The papers of the corpus, with their first sentences instead of a summary."""
    return [
        _card(replace(PAPER, id=paper.id, title=paper.title, authors=paper.authors, abstract=paper.abstract))
        for paper in corpus()
    ]


def _card(paper: Paper) -> Card:
    sentences = paper.abstract.split(". ")
    takeaways = tuple(Claim(sentence) for sentence in sentences[1:5])
    return replace(CARD, paper=paper, summary=replace(BRIEF, headline=Claim(sentences[0]), takeaways=takeaways))


def report(name: str, inputs: Sequence[_T], render_one: Callable[[_T], object], cards_each: float = 1) -> None:
    """Render the inputs in turn for `SECONDS` of CPU time; an input has `cards_each` cards."""
    count, started = 0, time.process_time()
    while (spent := time.process_time() - started) < SECONDS:
        render_one(inputs[count % len(inputs)])
        count += 1
    print(f"{name:>22}: {count * cards_each / spent:9,.0f} cards a second")


if __name__ == "__main__":
    main()
