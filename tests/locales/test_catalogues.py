"""The catalogues have every sentence of the code, in every language, with its values and plural forms."""

from __future__ import annotations

import re
import subprocess
import sys
from gettext import c2py
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.locales import INTERFACE_LANGUAGES
from bot.locales.catalogues import SOURCE_LANGUAGE, cldr_name

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "bot" / "locales"
TEMPLATE = FOLDER / "paperboy.pot"
TRANSLATED = [language for language in INTERFACE_LANGUAGES if language != SOURCE_LANGUAGE]
UPDATE = "run `make messages`, then translate what is new"

# Ranges of letters that stand in no sentence of a language: a sign that another language was pasted.
FOREIGN = {
    "zh": "[а-яА-Яぁ-んァ-ヶ]",
    "zh-Hant": "[а-яА-Яぁ-んァ-ヶ]",
    "es": "[а-яА-Яぁ-んァ-ヶ\u4e00-\u9fff]",
    "ja": "[а-яА-Я]",
    "ru": "[ぁ-んァ-ヶ\u4e00-\u9fff]",
}
# Characters that only the other Chinese script has, of those that are frequent in an interface.
SIMPLIFIED_ONLY, TRADITIONAL_ONLY = "个这论么为无读发关订设选题阅试时间页", "個這論麼為無讀發關訂設選題閱試時間頁"


def catalogue(language: str) -> Catalog:
    with (FOLDER / cldr_name(language) / "LC_MESSAGES" / "paperboy.po").open("rb") as file:
        return read_po(file, locale=cldr_name(language))


def template() -> Catalog:
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def texts(entry: object) -> tuple[str, ...]:
    """The forms of a message or of its translation: one, or one for each plural."""
    return tuple(str(each) for each in entry) if isinstance(entry, (tuple, list)) else (str(entry or ""),)


def key(message: Message) -> tuple[str, tuple[str, ...]]:
    return message.context or "", texts(message.id)


def messages(found: Catalog) -> list[Message]:
    return [message for message in found if message.id]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_template_has_the_sentences_that_are_in_the_code(tmp_path: Path) -> None:
    made = tmp_path / "made.pot"
    recipe = re.search(
        r"^messages:.*?(?:pybabel) -q (extract .*?)(?=\n\t@)", (ROOT / "Makefile").read_text(), re.S | re.M
    )
    assert recipe is not None
    options = re.findall(r'--[a-z-]+(?:="[^"]*"|=\S+)?', recipe[1].replace("\\\n", " "))
    arguments = [option.replace('"', "") for option in options if not option.startswith("--output-file")]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *arguments]
    subprocess.run([*command, f"--output-file={made}", "bot", "handlers"], cwd=ROOT, check=True)
    assert made.read_text(encoding="utf-8") == TEMPLATE.read_text(encoding="utf-8"), UPDATE


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    found = catalogue(language)
    assert [key(message) for message in messages(found)] == [key(message) for message in messages(template())], UPDATE
    missing = [key(message) for message in messages(found) if not all(texts(message.string))]
    assert not missing, UPDATE
    assert not [key(message) for message in messages(found) if message.fuzzy]
    assert not found.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    """A singular may do without its number, as in English, but not a form that other numbers have too."""
    found = catalogue(language)
    form_of = c2py(found.plural_expr)
    is_for_one_alone = {form_of(number) for number in range(1_001) if number != 1}.isdisjoint({form_of(1)})
    for message in messages(found):
        sources = [fields(text) for text in texts(message.id)]
        for number, form in enumerate(texts(message.string)):
            may_be = sources if is_for_one_alone and number == form_of(1) else sources[-1:]
            assert fields(form) in may_be, key(message)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_counted_sentence_has_the_plural_forms_of_the_language(language: str) -> None:
    found = catalogue(language)
    counted = [message for message in messages(found) if message.pluralizable]
    assert counted
    assert [key(each) for each in counted if len(texts(each.string)) != found.num_plurals] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_in_its_own_script(language: str) -> None:
    said = {text for message in messages(catalogue(language)) for text in texts(message.string)}
    other = {"zh": TRADITIONAL_ONLY, "zh-Hant": SIMPLIFIED_ONLY}.get(language, "")
    own = {"zh": SIMPLIFIED_ONLY, "zh-Hant": TRADITIONAL_ONLY}.get(language, "")
    wrong = set(other) - set(own)
    assert [text for text in said if re.search(FOREIGN[language], text) or wrong & set(text)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_like_its_sentence(language: str) -> None:
    """A full stop, a colon, an ellipsis or a question mark at the end, and no space that English does not have."""
    ends = {".": ".。", ":": ":：", "…": "…", "?": "?？"}
    for message in messages(catalogue(language)):
        source = texts(message.id)[-1]
        for text in texts(message.string):
            assert text == text.strip() or source != source.strip(), key(message)
            if wanted := ends.get(source[-1]):
                assert text[-1] in wanted, (key(message), text)
