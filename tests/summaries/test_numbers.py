"""A number is the same number in every notation and language."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.number_support import unsupported_number
from bot.summaries.numbers import is_number_in, numbers_in


def is_found(claim: str, source: str, comma: bool = True) -> bool:
    """Whether every number of `claim` is in `source`, and there is one."""
    claimed = numbers_in(claim, decimal_comma=comma)
    known = numbers_in(source, decimal_comma=False)
    return bool(claimed) and all(is_number_in(number, known) for number in claimed)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1.5k rows", "1500 rows"),
        ("1500 rows", "1,500 rows"),
        ("1 500 строк", "1,500 rows"),
        ("1.500 filas", "1,500 rows"),
        ("47x faster", "47 times faster"),
        ("47× faster", r"47$\times$ faster"),
        ("47 раз быстрее", "47x faster"),
        ("47倍", "47-fold"),
        ("fifteen data sets", "15 data sets"),
        ("15 data sets", "fifteen data sets"),
        ("十五个数据集", "15 data sets"),
        ("quince conjuntos", "fifteen data sets"),
        ("пятнадцать наборов", "15 data sets"),
        ("一千五百张图像", "1,500 images"),
        ("1,5 млн изображений", "1.5 million images"),
        ("1,5 millones de imágenes", "1.5M images"),
        ("150万张图像", "1.5 million images"),
        ("提高了3.5%", r"improves by 3.5\%"),
        ("mejora un 3,5 %", "improves by 3.5%"),
        ("百分之十五", "15 percent"),
        ("2 billones de tokens", "2 trillion tokens"),
        ("2 billones de tokens", "2 billion tokens"),
        ("1 billón de tokens", "1 trillion tokens"),
        ("1.5百萬張圖像", "1.5 million images"),
        ("三點五秒", "3.5 seconds"),
        ("十五張圖像", "15 images"),
        ("三張圖像", "three images"),
        ("8 and 11%", r"roughly 11\%, 8\% and 5\%"),
        ("from 5 to 10%", "5-10%"),
        ("12.8 percentage points", "+12.8 to +25.3 percentage points"),
        ("12,8 процентных пункта", "12.8 percentage points"),
        ("7.35e-9", r"$7.35\times 10^{-9}$"),
        ("a 14-billion-parameter model", "14B parameters"),
        ("twice as fast", "2x faster"),
        ("两个阶段", "two stages"),
        ("12毫秒", "12 ms"),
        ("two hundred and five runs", "205 runs"),
        ("−0.5", "-0.5"),
        ("2024 年", "in 2024"),
        ("1024 states", "$2^{10}$ states"),
        ("1,024 states", "2¹⁰ states"),
        ("2^10 states", "1024 states"),
        ("2¹⁰ states", "$2^{10}$ states"),
        ("0.05 of the data", r"$\frac{1}{20}$ of the data"),
        ("1/20 of the data", r"$\frac{1}{20}$ of the data"),
        ("1/20 данных", r"$\tfrac1{20}$ of the data"),
        ("1/2 of the data", r"$\frac12$ of the data"),
        ("300,000 images", r"$3\cdot10^5$ images"),
        ("300000 images", "3·10⁵ images"),
        ("3×10^5 images", r"$3 \cdot 10^{5}$ images"),
        ("1 million tokens", "$10^6$ tokens"),
        ("100,000 steps", "10⁵ steps"),
        ("0.001", r"a rate of $10^{-3}$"),
        ("1,024 states", "1{,}024 states"),
        ("11 of 12 tasks", "11/12 tasks"),
        ("11/12 tasks", "11 of 12 tasks"),
        ("5, 10 and 15%", "5/10/15%"),
        ("8.4% points", "8.4 percentage points"),
        ("up to 18.7%", "up to +18.7 pp"),
        ("from 65.2% to 67.1%", "67.1 vs. 65.2, +1.8 pp"),
        ("0.6 and 1.7 billion parameters", "Tiny-0.6B and Tiny-1.7B"),
        ("doscientos cincuenta hilos", "250 threads"),
        ("dos mil quinientas muestras", "2,500 samples"),
        ("на пятидесяти задачах", "50 tasks"),
        ("две тысячи примеров", "2000 examples"),
        ("五十問", "50 problems"),
        ("三分之一", "a third of the cost"),
        ("un tercio del coste", "33% of the cost"),
        ("two thirds of the runs", "67% of the runs"),
        ("a dozen robots", "12 robots"),
    ],
)
def test_the_same_number_in_another_notation_is_found(claim: str, source: str) -> None:
    assert is_found(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("15 rows", "1.5 rows"),
        ("16%", "15%"),
        ("15%", "15 data sets"),
        ("47x faster", "47% faster"),
        ("47% faster", "47x faster"),
        ("12 s", "12 ms"),
        ("1.5 GB", "1.5 MB"),
        ("1.5 million", "1.5 thousand"),
        ("0.5", "-0.5"),
        ("15 times", "fifty times"),
        ("十六个数据集", "15 data sets"),
        ("15,5 %", "15.6%"),
        ("2,300 pages", "2.3 pages"),
        ("three times", "two times"),
        ("10 states", "$2^{10}$ states"),
        ("2 states", "2¹⁰ states"),
        ("20 data sets", r"$\frac{1}{20}$ data sets"),
        ("1/20 of the data", r"$\frac{1}{30}$ of the data"),
        ("10 images", r"$3\cdot10^5$ images"),
        ("5 images", "3·10⁵ images"),
        ("3000 images", r"$3\cdot10^5$ images"),
        ("11/13 tasks", "11/12 tasks"),
    ],
)
def test_another_number_or_unit_is_not_found(claim: str, source: str) -> None:
    assert not is_found(claim, source, comma="," in claim and "%" in claim)


@pytest.mark.parametrize(
    "text", ["F1 and GPT-4 on ResNet-50", "十分重要的一种方法", "one of the methods", "统一的框架", "v1.2.3"]
)
def test_names_and_phrases_contain_no_number(text: str) -> None:
    assert numbers_in(text) == ()


def test_a_unit_at_the_end_of_a_list_belongs_to_all_of_it() -> None:
    assert [number.unit for number in numbers_in("5, 10 and 15% of 20 rows")] == ["%", "%", "%", None]


@pytest.mark.parametrize("text", [r"$2^{10}$", r"$\frac{1}{20}$", r"$3\cdot10^5$", r"$7.35\times 10^{-9}$", "2¹⁰"])
def test_a_formula_of_numbers_is_one_value(text: str) -> None:
    (number,) = numbers_in(text)
    assert len(number.values) == 1
    assert number.parts == ()


@pytest.mark.parametrize("text", ["0^{-1}", "9" * 30 + "^{400}", "1/0", "0^0", "2^{99999999999}"])
def test_a_power_or_fraction_without_a_value_is_read_without_failing(text: str) -> None:
    assert numbers_in(text)


@given(st.integers(min_value=2, max_value=10**9), st.sampled_from(["%", " percent", " ms", "x", " GB", ""]))
@settings(max_examples=80, deadline=None)
def test_a_number_with_thousands_separators_is_the_same_number(value: int, unit: str) -> None:
    assert is_found(f"{value}{unit}", f"about {value:,}{unit} here", comma=False)
    assert not is_found(f"{value + 1}{unit}", f"about {value:,}{unit} here", comma=False)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_without_failing(text: str) -> None:
    for number in numbers_in(text):
        assert number.values
        assert all(isinstance(value, Decimal) for value in number.values)
        assert 0 <= number.start < number.end


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("about 80,000 rows", "79,846 rows"),
        ("约八万行", "79,846 rows"),
        ("casi 80 000 filas", "79,846 rows"),
        ("почти 80 000 строк", "79,846 rows"),
        ("more than 1,500 floors", "1,544 floors"),
        ("超过1500层", "1,544 floors"),
        ("1500 以上", "1,544 floors"),
        ("fewer than 50 ms", "48 ms"),
        ("by 10 points, from 48.7% to 58.7%", "improves accuracy from 48.7% to 58.7%"),
        ("almost triples, from 12.75% to 36.81%", "from 12.75% to 36.81%"),
        ("fewer than half (43.2%)", "only 43.2%"),
        ("falls to less than a third, from 34.0% to 9.9%", "from 34.0% to 9.9%"),
    ],
)
def test_a_number_that_is_rounded_or_computed_as_it_says_is_supported(claim: str, source: str) -> None:
    assert unsupported_number(claim, numbers_in(claim), numbers_in(source, decimal_comma=False)) is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("80,000 rows", "79,000 rows"),
        ("about 90,000 rows", "79,846 rows"),
        ("more than 1,500 floors", "1,400 floors"),
        ("fewer than 50 ms", "52 ms"),
        ("by 12 points, from 48.7% to 58.7%", "improves accuracy from 48.7% to 58.7%"),
        ("about 80% of rows", "79 rows"),
    ],
)
def test_a_number_that_is_neither_is_not_supported(claim: str, source: str) -> None:
    assert unsupported_number(claim, numbers_in(claim), numbers_in(source, decimal_comma=False)) is not None


@pytest.mark.parametrize(
    "text",
    [
        f"1e{'9' * 5000}",
        f"10^{{{'9' * 5000}}}",
        f"2{'⁹' * 5000}",
        f"{'9' * 5000} %",
        "一" * 5000,
        f"一{'万' * 2000}点五",
    ],
)
def test_a_number_of_thousands_of_digits_is_read(text: str) -> None:
    assert numbers_in(text)


def test_thousands_of_numbers_are_read() -> None:
    assert len(numbers_in(" ".join(f"{n}.5 and ten" for n in range(10_000)))) == 20_000


def test_a_long_gap_joins_no_list() -> None:
    first, second = numbers_in(f"1{' ' * 3000}x 2%")
    assert (first.unit, second.unit) == (None, "%")
