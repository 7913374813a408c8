"""Numbers as people write them in papers and in many languages, as exact values with their units. Pure.

1.5k = 1500 = 1,500; 47× = 47 times; fifteen = 15 = 十五; 1,5 млн = 1.5 million; $2^{10}$ = 2¹⁰ = 1024. A number that
can be read in two ways (3,500) has both values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from bot.summaries import numerals


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its possible values, its unit ("%", "pp", "×", "ms" …; None if none is named).

    `parts` has numerator and denominator if the text writes them with a slash ("11/12"), which may as well mean two
    numbers ("11 of 12"). `start` and `end` are offsets in the text without its TeX.
    """

    values: frozenset[Decimal]
    unit: str | None
    text: str
    start: int
    end: int
    parts: tuple[Decimal, ...] = ()

    @property
    def separate(self) -> tuple[Number, ...]:
        """The parts as numbers of their own."""
        return tuple(replace(self, values=frozenset((part,)), parts=()) for part in self.parts)


_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺"
_TO_SUPERSCRIPT = str.maketrans("0123456789-−–+", _SUPERSCRIPTS)
_FROM_SUPERSCRIPT = str.maketrans(_SUPERSCRIPTS, "0123456789---+")
_RAISED = rf"[⁻⁺]?[{_SUPERSCRIPTS[:10]}]+"
_SIGN = r"(?P<sign>(?<![\w)\]%])[-−–](?=\.?\d))?"
_DIGITS = re.compile(
    rf"(?<![A-Za-z0-9.]){_SIGN}"
    r"(?P<body>\d{1,3}(?:[,\u00a0\u202f\u2009' ]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)*|\.\d+)"
    rf"(?:(?P<raised>{_RAISED})|"
    r"(?P<power>\s*(?:×|x|\\times|\*|·|⋅|\\cdot)\s*10\s*\^?\s*\{?\s*"
    rf"(?P<exponent>[-−–]?\d+|{_RAISED})\}}?|[eE](?P<e>[-+]?\d+)))?"
)
_FRACTION = re.compile(
    rf"(?<![\w.,/⁄]){_SIGN}(?P<numerator>\d{{1,9}})(?P<slash>[/⁄])(?P<denominator>\d{{1,9}})(?![\w/⁄]|[.,]\d)"
)
"""The slash that people type may also separate two numbers; ⁄ is what `without_tex` writes for a fraction of TeX."""

_SCORE = re.compile(r"[1-9]\d?\.\d+")

_LARGEST_EXPONENT = 400
"""Larger ones are read as this one, so that a hostile text cannot make a number of a million digits."""

_SCALE = re.compile(
    r"[\s-]?(?:(?P<short>[kKMBGT])(?![A-Za-z0-9])|(?P<word>"
    r"thousand|million|billion|trillion|hundred|"
    r"mil millones|mil|mill[oó]n(?:es)?|bill[oó]n(?:es)?|billones|"
    r"тыс(?:яч[аиу]?|\.)?|млн\.?|млрд\.?|миллион\w*|миллиард\w*|трлн\.?|триллион\w*|"
    r"tausend|Millionen|Million|Milliarden?|mille|millions?|milliards?|"
    r"千万|千萬|百万|百萬|十亿|十億|亿|億|万|萬|千|百|兆)(?![a-zа-я]))"
)
_SHORT_SCALES = {"k": 3, "m": 6, "b": 9, "g": 9, "t": 12}
_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
    "mil": 3, "mil millones": 9, "millón": 6, "millon": 6,
    "millones": 6, "тыс": 3, "млн": 6, "млрд": 9, "миллион": 6, "миллиард": 9, "трлн": 12,
    "триллион": 12, "tausend": 3, "millionen": 6, "milliarde": 9, "milliarden": 9, "mille": 3, "millions": 6,
    "milliard": 9, "milliards": 9,
    "千万": 7, "千萬": 7, "百万": 6, "百萬": 6, "十亿": 9, "十億": 9, "亿": 8, "億": 8, "万": 4, "萬": 4, "千": 3,
    "百": 2, "兆": 12,
}  # fmt: skip
_UNITS: tuple[tuple[str, str], ...] = (
    ("pp", r"pp\b|\\?%[- ]points?\b|p\.p\.|pts?\b|(?:absolute )?percentage[- ]points?|points?\b|percent points?|"
           r"个百分点|"
           r"個百分點|百分点|ポイント|パーセントポイント|puntos?(?: porcentuales?)?|"
           r"процентн\w+ пункт\w*|п\.\s?п\.?|пункт\w*"),
    ("%", r"\\?%|％|percent\b|per cent\b|por ciento|процент\w*|パーセント|prozent\b"),
    ("×", r"×|\\times|[xX](?!\w)|[- ]?fold\b|[- ]?times\b|倍|veces\b|раза?\b|[- ]?кратн\w*|-mal\b|fois\b"),
    ("ms", r"ms\b|msec\b|milliseconds?|毫秒|ミリ秒|milisegundos?|мс\b|миллисекунд\w*"),
    ("s", r"s\b|secs?\b|seconds?\b|秒|segundos?\b|секунд\w*|сек\b\.?|с\b"),
    ("min", r"min\b|mins\b|minutes?\b|分钟|分鐘|分間|minutos?\b|минут\w*|мин\b\.?"),
    ("h", r"h\b|hrs?\b|hours?\b|小时|小時|時間|horas?\b|час(?:а|ов)?\b|ч\b\.?"),
    ("day", r"days?\b|天|日間|días?\b|дн(?:я|ей)\b|день\b|суток\b"),
    ("week", r"weeks?\b|周|週間|semanas?\b|недел\w+"),
    ("month", r"months?\b|个月|か月|ヶ月|meses\b|месяц\w*"),
    ("year", r"years?\b|年間|años?\b|год(?:а|ов)?\b|лет\b"),
    ("kb", r"[kK]i?B\b|КБ\b"), ("mb", r"Mi?B\b|МБ\b"), ("gb", r"Gi?B\b|ГБ\b"), ("tb", r"Ti?B\b|ТБ\b"),
    ("hz", r"Hz\b|Гц\b|赫兹"), ("khz", r"kHz\b|кГц\b"), ("mhz", r"MHz\b|МГц\b"), ("ghz", r"GHz\b|ГГц\b"),
    ("db", r"dB\b|дБ\b"), ("fps", r"fps\b|FPS\b|frames per second|кадр\w* в секунду"),
    ("nm", r"nm\b|нм\b|nanomet\w+|纳米"),
    ("um", r"[µμ]m\b|мкм\b|micromet\w+|微米"), ("mm", r"mm\b|мм\b|millimet\w+|毫米"),
    ("cm", r"cm\b|см\b|centimet\w+|厘米"),
    ("km", r"km\b|км\b|kilomet\w+|公里"),
    ("m", r"m\b|м\b|met(?:er|re)s?\b|米|metros?\b"),
    ("kg", r"kg\b|кг\b|公斤"), ("w", r"W\b|Вт\b|watts?\b|瓦"), ("kwh", r"kWh\b|кВт·ч"),
    ("$", r"USD\b|dollars?\b|美元|долл\w*|dólares\b"), ("°", r"°|\\circ|degrees?\b|grados?\b|градус\w*|度"),
)  # fmt: skip
_UNIT = re.compile("|".join(rf"(?P<u{i}>{pattern})" for i, (_, pattern) in enumerate(_UNITS)))
_BETWEEN = re.compile(
    r"\s*(?:,|、|，)?\s*(?:and|or|to|y|o|a|и|или|до|和|或|と|到|至|から|[-–—−~～/&]|vs\.?|,|、|→)?\s*(?:\$|\+|±)?\s*"
)
_LONGEST_BETWEEN = 24
"""Characters between two numbers of a list; in longer gaps the spaces of `_BETWEEN` could be divided in many ways."""
_SIZE = re.compile(r"[BM](?![A-Za-z0-9])")
_PERCENT_BEFORE = re.compile(r"百分之\s*$")
_FACTOR_BEFORE = re.compile(r"factors? of\s*~?\s*$|factor de\s*$")
_UNIT_GAP = re.compile(r"(?:\s?-?\s?|\s{1,3}|\)\s?)(?:absolute |relative |more |higher )?")
_TEX_FRACTION = re.compile(
    r"\\(?:[tdc]?frac|nicefrac|sfrac)\s*(?:\{\s*(\d{1,9})\s*\}|(\d))\s*(?:\{\s*(\d{1,9})\s*\}|(\d))"
)
_TEX_POWER = re.compile(r"(?<=\d)\s*\^\s*(?:\{\s*([-−–+]?\d+)\s*\}|([-−–]?\d+))")
_TEX_MARKUP = re.compile(r"\\(?:,|;|!|:|\s|text\w*\s*\{|mathrm\s*\{|mathbf\s*\{)|[${}~]")


@lru_cache(maxsize=4096)  # each claim of a paper is compared with the same sentences
def numbers_in(text: str, *, decimal_comma: bool = True) -> tuple[Number, ...]:
    """Every number that stands for a quantity, in order. Digits inside names (F1, GPT-4) are no quantities.

    `decimal_comma` is false for languages (English, Chinese …) in which 3,500 is never three and a half.
    """
    plain = without_tex(text)
    # Fractions first: their digits are not to be read once more as numbers of their own.
    numbers = [number for match in _FRACTION.finditer(plain) if (number := _fraction(match, plain))]
    taken = _offsets(numbers)
    in_digits = [
        _in_digits(match, plain, decimal_comma)
        for match in _DIGITS.finditer(plain)
        if not _is_in_name(plain, match) and taken.isdisjoint(range(*match.span()))
    ]
    taken |= _offsets(in_digits)
    spelled = [
        _with_unit(Number(frozenset((value,)), None, plain[start:end], start, end), plain)
        for value, start, end in numerals.spelled(plain)
        if taken.isdisjoint(range(start, end))
    ]
    # Ratios may overlap words that were read as numbers: "twofold" is 2 times, or 100 % more.
    ratios = [Number(values, None, plain[start:end], start, end) for values, start, end in numerals.ratios(plain)]
    found = (*numbers, *in_digits, *spelled, *ratios)
    return _with_shared_units(sorted(found, key=lambda number: number.start), plain)


def is_number_in(number: Number, source: Sequence[Number]) -> bool:
    """Whether the source has this number, with a unit that does not contradict it."""
    if number.parts and all(is_number_in(part, source) for part in number.separate):
        return True
    candidates = (candidate for whole in source for candidate in (whole, *whole.separate))
    same = [candidate for candidate in candidates if candidate.values & number.values]
    if not same:
        return False
    if number.unit is None:
        return True
    if number.unit == "%":
        return any(_may_be_percentage(other) for other in same)
    if number.unit in ("pp", "×"):
        # A difference in points may be written with a percent sign; "47% faster" is not "47× faster".
        near = {"pp": ("pp", "%"), "×": ("×",)}[number.unit]
        return any(other.unit in near for other in same) or all(other.unit is None for other in same)
    return any(other.unit in (number.unit, None) for other in same)


def _may_be_percentage(number: Number) -> bool:
    """15 data sets are not 15 %; but scores are written without a sign ("67.1 vs. 65.2"), and no count has decimals."""
    return number.unit in ("%", "pp") or (number.unit is None and _SCORE.fullmatch(number.text.strip()) is not None)


def without_tex(text: str) -> str:
    """The text with TeX's powers as superscripts, its fractions with ⁄, and a space for its spaces and braces."""
    text = text.replace("{,}", ",")
    text = _TEX_FRACTION.sub(lambda m: f"{m[1] or m[2]}⁄{m[3] or m[4]}", text)
    text = _TEX_POWER.sub(lambda m: (m[1] or m[2]).translate(_TO_SUPERSCRIPT), text)
    return re.sub(r"\\%", " %", _TEX_MARKUP.sub(" ", text).replace("\u2212", "−"))


def _offsets(numbers: Iterable[Number]) -> set[int]:
    """The places of the characters that these numbers are written with."""
    return {offset for number in numbers for offset in range(number.start, number.end)}


def _is_in_name(text: str, match: re.Match[str]) -> bool:
    """GPT-4, COVID-19, Recall@1: a letter, with a hyphen or "@" at most, right before the digits."""
    # 40 characters are enough for any name, and a fixed number keeps long texts fast.
    before = text[max(0, match.start("body") - 40) : match.start("body")]
    # The size in a name is a quantity all the same: OCC-0.6B has 0.6 billion parameters.
    is_size = _SIZE.match(text, match.end()) and before.endswith("-")
    return bool(re.search(r"[A-Za-z][A-Za-z0-9]*[-–_.@]$", before)) and not match["sign"] and not is_size


def _fraction(match: re.Match[str], text: str) -> Number | None:
    """The number of a match of `_FRACTION`; None if its denominator is 0."""
    above, below = Decimal(match["numerator"]), Decimal(match["denominator"])
    if not below:
        return None
    values = _signed({above / below}, match["sign"])
    parts = (above, below) if match["slash"] == "/" else ()
    return _with_unit(Number(_normalized(values), None, match.group(), match.start(), match.end(), parts), text)


def _in_digits(match: re.Match[str], text: str, decimal_comma: bool) -> Number:
    """The number of a match of `_DIGITS`, with a scale word ("million") and unit after it."""
    values = {value * _power_of_ten(match) for value in _readings(match["body"], decimal_comma)}
    if match["raised"]:
        values = _raised(values, match["raised"])
    values, end = _signed(values, match["sign"]), match.end()
    # A power of ten and a scale word do not occur together; what looks like one after a power is a unit.
    scale = _SCALE.match(text, end)
    if scale is not None and not match["power"] and not match["raised"]:
        values, end = _scaled(values, scale)
    return _with_unit(Number(_normalized(values), None, text[match.start() : end], match.start(), end), text)


def _signed(values: set[Decimal], sign: str | None) -> set[Decimal]:
    """With a minus sign negative; with a dash, which may stand in a range, both."""
    if not sign:
        return values
    negative = {-value for value in values}
    return values | negative if sign == "–" else negative


def _normalized(values: set[Decimal]) -> frozenset[Decimal]:
    return frozenset(value.normalize() for value in values)


def _power_of_ten(match: re.Match[str]) -> Decimal:
    exponent = match["exponent"] or match["e"]
    return Decimal(1) if exponent is None else Decimal(10) ** _exponent(exponent)


def _raised(values: set[Decimal], exponent: str) -> set[Decimal]:
    """Whole numbers to this power. One with decimals keeps its value: there a raised digit marks a footnote."""
    # The limit keeps a hostile text from making a number of many digits.
    if any(value != value.to_integral_value() or abs(value) > 10**9 for value in values):
        return values
    try:
        return {value ** _exponent(exponent) for value in values}
    except ArithmeticError:  # 0 to the power of 0 or less
        return values


def _exponent(text: str) -> int:
    digits = text.translate(_FROM_SUPERSCRIPT).replace("−", "-").replace("–", "-")
    # Python refuses to read a number of thousands of digits.
    return max(min(int(digits[:9]), _LARGEST_EXPONENT), -_LARGEST_EXPONENT)


def _scaled(values: set[Decimal], scale: re.Match[str]) -> tuple[set[Decimal], int]:
    """The values times a scale word, and where that word ends."""
    if scale["short"]:
        exponents = {_SHORT_SCALES[scale["short"].lower()]}
    else:
        word = scale["word"].lower().rstrip(".")
        # The pattern also allows for endings ("миллионов"): the table has the word without them.
        stem = next((word[:size] for size in range(len(word), 0, -1) if word[:size] in _SCALES), None)
        # A billón, the one word that is not in the table, is a million millions in Spain and a billion elsewhere.
        exponents = {_SCALES[stem]} if stem else {12, 9}
    return {value * Decimal(10) ** exponent for value in values for exponent in exponents}, scale.end()


def _readings(body: str, decimal_comma: bool) -> set[Decimal]:
    """The values that a run of digits may mean: commas and points separate thousands or decimals, by language."""
    spaced = re.sub(r"[\u00a0\u202f\u2009' ]", "", body)
    is_thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", spaced) is not None
    options = {spaced.replace(",", "")} if is_thousands or "," not in spaced else set()
    if "." not in spaced and spaced.count(",") == 1 and (decimal_comma or not is_thousands):
        options.add(spaced.replace(",", "."))
    if decimal_comma and re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", spaced):
        options.add(spaced.replace(".", "").replace(",", "."))
    values = set()
    for option in options or {spaced.replace(",", "")}:
        try:
            values.add(Decimal(option))
        except InvalidOperation:  # 1.2.3 is a version; its parts are read as numbers
            values.update(Decimal(part) for part in option.split(".") if part)
    return values


def _with_unit(number: Number, text: str) -> Number:
    """The number with the unit that follows it, or that stands before it in some languages."""
    if _PERCENT_BEFORE.search(text[max(0, number.start - 6) : number.start]):
        return replace(number, unit="%")
    gap = _UNIT_GAP.match(text, number.end)
    for place in (number.end, gap.end() if gap else number.end):
        unit = _UNIT.match(text, place)
        if unit is not None and unit.lastgroup is not None:
            return replace(number, unit=_UNITS[int(unit.lastgroup[1:])][0])
    before = text[max(0, number.start - 14) : number.start].lower()
    if _FACTOR_BEFORE.search(before):
        return replace(number, unit="×")
    return replace(number, unit="$") if before.rstrip().endswith("us$") else number


def _with_shared_units(numbers: list[Number], text: str) -> tuple[Number, ...]:
    """“5, 10 and 15%”: the unit at the end of a list or range belongs to all of its numbers."""
    # From the end, so that a unit passes on through the whole list.
    for index in range(len(numbers) - 2, -1, -1):
        number, following = numbers[index], numbers[index + 1]
        between = text[number.end : following.start]
        is_listed = len(between) <= _LONGEST_BETWEEN and _BETWEEN.fullmatch(between) is not None
        scale = _SCALE.search(following.text)
        if is_listed and scale is not None and _SCALE.search(number.text) is None:
            # "0.6 and 1.7 billion": both may be billions.
            number = replace(number, values=number.values | _normalized(_scaled(set(number.values), scale)[0]))
            numbers[index] = number
        if number.unit is None and following.unit and is_listed:
            numbers[index] = replace(number, unit=following.unit)
    return tuple(numbers)
