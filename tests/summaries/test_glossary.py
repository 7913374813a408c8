"""The terms of the glossary in prompts, and glossaries of operators."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import BadSetting
from bot.summaries import glossary
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, ModelServer
from tests.summaries.conftest import a_request


async def test_terms_of_the_text_are_in_the_prompt_with_their_translations(
    server: ModelServer, clock: FakeClock, tmp_path: Path
) -> None:
    extra = tmp_path / "terms.json"
    extra.write_text(json.dumps({"es": {"planner": "planificador", "unused": "sin uso"}}), encoding="utf-8")
    maker = ModelSummarizer(OpenAIModel("t", KEY, base_url=server.openai), clock, glossary=glossary.load(extra))
    await maker.summarize(a_request(language="es"))
    await maker.close()
    system = server.asked[0]["messages"][0]["content"]
    assert "“planner” is “planificador”" in system
    assert "“benchmark” is “benchmark”" in system
    assert "sin uso" not in system


@pytest.mark.parametrize("text", ["[]", "{", '{"es": {"a": 1}}', '{"es": []}'])
def test_a_file_that_is_not_a_glossary_is_an_error_of_the_setting(text: str, tmp_path: Path) -> None:
    extra = tmp_path / "terms.json"
    extra.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match="GLOSSARY"):
        glossary.load(extra)
    with pytest.raises(BadSetting, match="cannot read"):
        glossary.load(tmp_path / "nowhere.json")
