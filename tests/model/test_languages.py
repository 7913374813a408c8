"""One table of languages: each is found by its code and its names, and a prompt can name every one of them."""

from __future__ import annotations

import pytest

from bot.model.languages import LANGUAGES, canonical, language_code, prompt_name


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("de", "de"),
        ("German", "de"),
        ("deutsch", "de"),
        ("中文", "zh"),
        ("zh-CN", "zh"),
        ("簡體中文", "zh"),
        ("繁體中文", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("Traditional  Chinese", "zh-Hant"),
        ("pt-br", "pt-BR"),
        ("বাংলা", "bn"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("Klingon", None),
        ("xx", None),
        ("xx-YY", None),
        ("german-AT", None),
    ],
)
def test_a_language_is_found_by_code_or_name(given: str, code: str | None) -> None:
    assert language_code(given) == code


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_name_that_a_model_understands(code: str) -> None:
    assert "ISO 639" not in prompt_name(code)
    assert canonical(code) == code


def test_a_model_is_told_which_script_to_write() -> None:
    assert prompt_name("zh") == prompt_name("zh-CN") == "Simplified Chinese"
    assert prompt_name("zh-Hant") == prompt_name("zh-TW") == prompt_name("zh-HK") == "Traditional Chinese"
    assert [prompt_name(code) for code in ("bn", "ca", "is")] == ["Bengali", "Catalan", "Icelandic"]


def test_a_region_that_is_not_in_the_table_is_its_language() -> None:
    assert canonical("de-AT") == "de"
    assert canonical("xx-YY") == "xx-YY"
    assert prompt_name("xx") == "the language with the ISO 639 code xx"
