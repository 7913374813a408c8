"""The pieces of which replies are made."""

from __future__ import annotations

import pytest

from bot.render.nodes import Link, Text
from handlers.reply_parts import spans


def test_the_values_of_a_sentence_keep_their_styles_and_links() -> None:
    link = Link("A paper", "https://arxiv.org/abs/2406.14272")
    made = spans("Liked {paper} in {topic}.", paper=link, topic=(Text("cat:cs.CV", code=True), Text(", speech")))
    assert made == (
        Text("Liked "),
        link,
        Text(" in "),
        Text("cat:cs.CV", code=True),
        Text(", speech."),
    )


def test_a_translation_may_have_its_fields_in_another_order() -> None:
    assert spans("{b}：{a}", a="eins", b=Text("zwei", bold=True)) == (Text("zwei", bold=True), Text("：eins"))


def test_braces_of_a_value_are_text() -> None:
    assert spans("{query}", query="{x} {}") == (Text("{x} {}"),)
    assert spans("no field") == (Text("no field"),)


def test_a_field_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        spans("{query}")
