"""Formulas become text that people and models can read."""

from __future__ import annotations

import pytest
from lxml import etree

from bot.reading.html_math import math_text


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<mi>x</mi><mo>=</mo><mn>3</mn>", "x = 3"),
        ("<msub><mi>h</mi><mi>t</mi></msub>", "h_t"),
        ("<msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>", "h_{t−1}"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>", "10^{−3}"),
        ("<mfrac><mn>1</mn><msqrt><mi>d</mi></msqrt></mfrac>", "1/(√d)"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>x</mi>",
            "∑_{i=1}^nx",
        ),
        ("<mover><mi>x</mi><mo>^</mo></mover>", "x\u0302"),
        ("<mi>𝐳</mi>", "z"),
        ("<mi>f</mi><mo>\u2061</mo><mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo>", "f(x, y)"),
        ("<mi>i</mi><mo>mod</mo><mi>W</mi>", "i mod W"),
        ("<mtext>if </mtext><mi>x</mi><mo>&gt;</mo><mn>0</mn>", "if x > 0"),
    ],
)
def test_presentation_mathml_becomes_one_line(inner: str, text: str) -> None:
    math = etree.fromstring(
        f'<math alttext="?"><semantics><mrow>{inner}</mrow><annotation>?</annotation></semantics></math>'
    )
    assert math_text(math) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\alpha \leq \beta", "α ≤ β"),
        (r"\frac{1}{20}", "1/20"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\mathbf{x}\in\mathbb{R}^{d}", "x∈ℝᵈ"),
        (r"x \text{ for all $n$}", "x for all n"),
        (r"a\%", "a%"),
    ],
)
def test_without_mathml_the_tex_is_read_as_in_titles_and_abstracts(tex: str, text: str) -> None:
    math = etree.Element("math", alttext=tex)
    assert math_text(math) == text


def test_tex_without_any_text_is_kept_as_it_is() -> None:
    assert math_text(etree.Element("math", alttext=r"\quad")) == r"\quad"


def test_a_deeply_nested_formula_does_no_harm() -> None:
    deep = "<mrow>" * 200 + "<mi>x</mi>" + "</mrow>" * 200
    assert math_text(etree.fromstring(f"<math>{deep}<mi>y</mi></math>")) == "y"
