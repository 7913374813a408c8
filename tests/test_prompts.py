"""Prompts are files; filling one takes exactly its variables."""

from __future__ import annotations

import pytest

import prompts

NAMES = (
    "brief_system",
    "brief_english_system",
    "brief_user",
    "deep_system",
    "deep_user",
    "translate_system",
    "translate_user",
    "retry",
    "judge_system",
    "judge_user",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_exists_and_can_be_filled(name: str) -> None:
    prompt = prompts.load(name)
    text = prompt.fill(**{variable: f"<{variable}>" for variable in prompt.variables})
    assert all(f"<{variable}>" in text for variable in prompt.variables)
    assert "{{" not in text
    assert len(prompt.hash) == 12


def test_a_missing_variable_and_an_unknown_one_are_errors() -> None:
    prompt = prompts.Prompt("p", "Say {{this}} in {{language}}.", "0")
    with pytest.raises(prompts.PromptError, match="misses language"):
        prompt.fill(this="it")
    with pytest.raises(prompts.PromptError, match="has no that"):
        prompt.fill(this="it", language="en", that="no")


def test_a_variable_in_a_value_is_not_filled() -> None:
    prompt = prompts.Prompt("p", "{{first}} {{second}}", "0")
    assert prompt.fill(first="{{second}}", second="2") == "{{second}} 2"


@pytest.mark.parametrize("name", ["nowhere", "../pyproject", "", "glossary"])
def test_a_prompt_that_does_not_exist_is_an_error(name: str) -> None:
    with pytest.raises(prompts.PromptError, match="no prompt"):
        prompts.load(name)


def test_the_hash_depends_on_the_text_and_its_division() -> None:
    assert prompts.digest("a", "b") != prompts.digest("ab", "")
    assert prompts.load("retry").hash == prompts.digest(prompts.load("retry").text)
