"""Errors on cards are counted by kind; of statements known to be true or false, the right ones are shown."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faithfulness.counting import ERRORS, count
from benchmarks.faithfulness.falsehoods import made_trials
from benchmarks.faithfulness.judging import Scenario, report, run, scenarios
from benchmarks.faithfulness.outcomes import LOST, REPLACED, SHOWN, Outcomes, faults_of, outcome
from benchmarks.faithfulness.scripted import named
from benchmarks.faithfulness.texts import papers
from benchmarks.faithfulness.trials import MOST_CLAIMS, Posed, Trial, arranged, numbered, read_trials
from bot.summaries.sentences import split
from tests.summaries.conftest import ABSTRACT, a_paper

SHARED = Path(__file__).resolve().parents[3] / "shared"
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


def test_titles_and_keywords_need_evidence() -> None:
    card = a_card(judge=None)
    card["summary"] |= {"translated_title": "地图", "keywords": ["learned costs", "partial views", "protein folds"]}
    found = count(card, a_paper(), "en")
    assert found["keywords without evidence"] == 1
    assert found["translated titles although no judge was believed"] == 1


def test_a_keyword_may_be_the_glossarys_translation_of_a_term() -> None:
    card = a_card(text="代价由模拟的楼层学习得到。")
    card["summary"]["keywords"] = ["规划", "扩散模型"]
    assert count(card, a_paper(), "zh")["keywords without evidence"] == 1


# ── statements through the whole path ─────────────────────────────────────────────────────────────────────────────────

RESULT = (
    "On the HallwayBench benchmark MapHopper reaches the goal in 93.4% of runs, 8.1 points above the best baseline, "
)
RESULT += "and needs 47x less memory."
STATEMENTS = (
    Posed("paraphrase", "The cost is learned from 1500 simulated floors, and no labels are needed.", QUOTE, True),
    Posed("polarity", "The cost is trained on 1,500 simulated floors with labels.", QUOTE, False),
    Posed("numbers swapped", "MapHopper reaches the goal in 8.1% of runs, 93.4 points above the best.", RESULT, False),
    Posed("merged sentences", "Trained on 1,500 floors, MapHopper reaches the goal in 93.4% of runs.", RESULT, True),
    Posed("scope widened", "Existing planners always fail everywhere.", "Existing planners assume a full view", False),
)


def made_up_trials(cards: int = 8) -> list[Trial]:
    trial = arranged(a_paper(), "en", STATEMENTS)
    return numbered([trial] * cards)


def sampled_trials() -> list[Trial]:
    files = sorted((SHARED / "corpus" / "days").glob("*.gz"))
    return made_trials(papers(files, 24, seed=11))


def by_name(scenario: Scenario) -> str:
    return scenario.name


@pytest.mark.parametrize("scenario", scenarios(seeds=3), ids=by_name)
async def test_false_statements_are_not_shown_and_true_ones_are(scenario: Scenario) -> None:
    lines: list[str] = []
    assert report(await run(made_up_trials(), scenario), scenario, lines.append), "\n".join(lines)


@pytest.mark.skipif(not (SHARED / "claims").is_dir(), reason="the collected statements are not present")
@pytest.mark.parametrize("scenario", scenarios(seeds=3), ids=by_name)
async def test_of_collected_statements_the_true_ones_are_shown(scenario: Scenario) -> None:
    trials, lines = read_trials(SHARED / "claims")[::6], list[str]()
    assert report(await run(trials, scenario), scenario, lines.append), "\n".join(lines)


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus of real papers is not present")
@pytest.mark.parametrize("scenario", scenarios(seeds=3), ids=by_name)
async def test_of_statements_made_by_rule_the_true_ones_are_shown(scenario: Scenario) -> None:
    lines: list[str] = []
    assert report(await run(sampled_trials(), scenario), scenario, lines.append), "\n".join(lines)


@pytest.mark.parametrize(
    ("shown", "is_met"), [(STATEMENTS[0], True), (STATEMENTS[1], False)], ids=["true statement", "false statement"]
)
def test_a_goal_is_met_only_without_false_statements(shown: Posed, is_met: bool) -> None:
    trial = Trial(a_paper(), "en", STATEMENTS[:2])
    claim = {"text": shown.text, "support": "judged", "quote": QUOTE, "evidence": [{"quote": QUOTE}]}
    outcomes = Outcomes("judged")
    outcomes.add(trial, {"summary": {"headline": claim, "takeaways": [], "provenance": {"judge": "openai:judge"}}})
    assert report(outcomes, Scenario("judged", 0.01), lambda _: None) is is_met


def test_words_that_nobody_said_and_words_without_a_judge_are_faults() -> None:
    trial = Trial(a_paper(), "en", STATEMENTS[:2])
    claim = {"text": "Robots are fun.", "support": "judged", "quote": "x", "evidence": [{"quote": "Not in the paper."}]}
    found = faults_of([claim], {}, trial, ())
    assert sorted(name for name, number in found.items() if number) == [
        "evidence that is not in the paper",
        "the maker's words with no judge believed",
        "words of neither the maker nor the paper",
    ]


def test_every_statement_of_a_file_stands_on_one_card(tmp_path: Path) -> None:
    paper = {"id": "2606.00042", "title": "A Title", "authors": ["A"], "abstract": ABSTRACT, "categories": ["cs.RO"]}
    rows = [
        {"paper": paper["id"], "language": code, "kind": "new", "supported": n % 3 == 0, "text": f"{n}", "quote": QUOTE}
        for code in ("en", "pt")
        for n in range(15)
    ]
    (tmp_path / "papers.jsonl").write_text(json.dumps(paper) + "\n")
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    trials = read_trials(tmp_path)
    found = Counter((trial.language, posed.text) for trial in trials for posed in trial.statements)
    assert found == Counter((str(row["language"]), str(row["text"])) for row in rows)
    assert all(len(trial.statements) <= MOST_CLAIMS for trial in trials)
    assert len({trial.paper.id for trial in trials}) == len(trials)


def test_a_true_statement_names_the_other_sentence_that_it_joins() -> None:
    sentences = {str(number): text for number, text in enumerate(["MapHopper", *split(ABSTRACT)])}
    merged = next(posed for posed in STATEMENTS if posed.kind == "merged sentences")
    assert named(merged, sentences) == ["5", "4"]
    assert named(STATEMENTS[1], sentences) == ["4"]


@pytest.mark.parametrize(
    ("text", "support", "expected"),
    [
        (STATEMENTS[1].text, "judged", SHOWN),
        (f"2) {STATEMENTS[1].text}", "judged", SHOWN),
        (QUOTE, "sentence", REPLACED),
        ("Another one.", "judged", LOST),
    ],
)
def test_what_became_of_a_statement_is_read_off_the_card(text: str, support: str, expected: str) -> None:
    claim = {"text": text, "support": support, "quote": QUOTE, "evidence": [{"quote": QUOTE}]}
    assert outcome(STATEMENTS[1], [claim]) == expected
