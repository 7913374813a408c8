"""The benchmark counts each kind of error on a card."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.faithfulness.counting import ERRORS, count
from tests.summaries.conftest import ABSTRACT, a_paper

QUOTE = "The cost is trained on 1,500 simulated floors without labels."


def a_card(text: str = QUOTE, quote: str = QUOTE, **changed: Any) -> dict[str, Any]:
    paper = a_paper()
    judge = changed.pop("judge", "openai:judge")
    claim = {"text": text, "quote": quote, "support": changed.pop("support", "judged"), "evidence": [{"quote": quote}]}
    card = {
        "id": paper.id,
        "version": "v1",
        "authors": list(paper.authors),
        "abstract": ABSTRACT,
        "urls": {"abs": f"https://arxiv.org/abs/{paper.id}", "code": []},
        "summary": {"headline": claim, "takeaways": [claim], "provenance": {"model": "openai:test", "judge": judge}},
    }
    return card | changed


def test_a_true_card_has_no_errors() -> None:
    found = count(a_card(), a_paper(), "en")
    assert sum(found[line] for line in ERRORS) == 0
    assert found["claims"] == 2


@pytest.mark.parametrize(
    ("card", "line"),
    [
        (a_card(authors=["Tamsin Okonkwo"]), "authors wrong"),
        (a_card(id="1901.00001"), "ids wrong"),
        (a_card(urls={"abs": "https://arxiv.org/abs/xxx", "code": []}), "URL fields untrue"),
        (a_card(quote="The cost is trained on 1,600 floors."), "claims whose quote is not in the paper"),
        (a_card("The cost is trained on 1,600 floors."), "claims with a number that is not in the paper"),
        (a_card("El coste se aprende en los pisos de la simulación y es de una red."), "claims in another language"),
        (a_card("The cost falls.", support="sentence"), "a model's words that are not marked as judged"),
        (a_card("The cost falls.", judge=None), "a model's words although no judge was believed"),
        (a_card("The cost is xxx."), "placeholders"),
        (a_card("I'm sorry, no cost."), "apologies"),
        (a_card("Here is the cost."), "preambles"),
        (a_card("The cost by Okonkwo."), "names that the misbehaving model invented"),
        (a_card("See http://x.y"), "links, mentions, markup, instructions added by the model"),
    ],
)
def test_each_kind_of_error_is_counted(card: dict[str, Any], line: str) -> None:
    assert count(card, a_paper(), "en")[line] > 0
