"""Numbers as people write them in papers and in many languages, as exact values with their units. Pure.

1.5k = 1500 = 1,500; 47× = 47 times; fifteen = 15 = 十五; 1,5 млн = 1.5 million. A number that can be read in two ways
(3,500) has both values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from bot.summaries import numerals


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its possible values, its unit ("%", "pp", "×", "ms" …; None where none is named)."""

    values: frozenset[Decimal]
    unit: str | None
    text: str
    start: int
    end: int


_DIGITS = re.compile(
    r"(?<![A-Za-z0-9.])(?P<sign>(?<![\w)\]%])[-−–](?=\.?\d))?"
    r"(?P<body>\d{1,3}(?:[,\u00a0\u202f\u2009' ]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)*|\.\d+)"
    r"(?P<power>\s*(?:×|x|\\times|\*|·)\s*10\s*\^?\s*\{?\s*(?P<exponent>[-−–]?\d+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\}?|[eE](?P<e>[-+]?\d+))?"
)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SCALE = re.compile(
    r"[\s-]?(?:(?P<short>[kKMBGT])(?![A-Za-z0-9])|(?P<word>"
    r"thousand|million|billion|trillion|hundred|"
    r"mil millones|mil|mill[oó]n(?:es)?|bill[oó]n(?:es)?|billones|"
    r"тыс(?:яч[аиу]?|\.)?|млн\.?|млрд\.?|миллион\w*|миллиард\w*|трлн\.?|триллион\w*|"
    r"tausend|Millionen|Million|Milliarden?|mille|millions?|milliards?|"
    r"千万|百万|十亿|亿|億|万|萬|千|百|兆)(?![a-zа-я]))"
)
_SCALES = {
    "k": 3, "m": 6, "b": 9, "g": 9, "t": 12, "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
    "mil": 3, "mil millones": 9, "millón": 6, "millon": 6,
    "millones": 6, "тыс": 3, "млн": 6, "млрд": 9, "миллион": 6, "миллиард": 9, "трлн": 12,
    "триллион": 12, "tausend": 3, "millionen": 6, "milliarde": 9, "milliarden": 9, "mille": 3, "millions": 6,
    "milliard": 9, "milliards": 9,
    "千万": 7, "百万": 6, "十亿": 9, "亿": 8, "億": 8, "万": 4, "萬": 4, "千": 3, "百": 2,
    "兆": 12,
}  # fmt: skip
_UNITS: tuple[tuple[str, str], ...] = (
    ("pp", r"pp\b|p\.p\.|pts?\b|(?:absolute )?percentage[- ]points?|points?\b|percent points?|"
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
_CHINESE_PERCENT = re.compile(r"百分之\s*$")
_TEX = re.compile(r"\\(?:,|;|!|:|\s|text\w*\s*\{|mathrm\s*\{|mathbf\s*\{)|[${}~]")


def numbers_in(text: str, *, decimal_comma: bool = True) -> tuple[Number, ...]:
    """Every number that stands for a quantity, in order. Digits inside names (F1, GPT-4) are left to the names.

    `decimal_comma` is false for languages (English, Chinese …) in which 3,500 is never three and a half.
    """
    plain = _flat(text)
    found = [_digital(match, plain, decimal_comma) for match in _DIGITS.finditer(plain) if not _in_name(plain, match)]
    taken = [(n.start, n.end) for n in found]
    for value, start, end in numerals.spelled(plain):
        if not any(start < stop and begin < end for begin, stop in taken):
            found.append(_unit_after(Number(frozenset((value,)), None, plain[start:end], start, end), plain))
    found.extend(numerals_as_times(plain))
    return _shared_units(sorted(found, key=lambda n: n.start), plain)


def numerals_as_times(text: str) -> list[Number]:
    """ "Twice", "half" and the like, with the values that they may stand for."""
    return [Number(values, None, text[start:end], start, end) for values, start, end in numerals.ratios(text)]


def stands_in(number: Number, source: tuple[Number, ...]) -> bool:
    """Whether the source has this number, with a unit that does not speak against it."""
    same = [other for other in source if other.values & number.values]
    if not same:
        return False
    if number.unit is None:
        return True
    if number.unit == "%":
        return any(other.unit == "%" for other in same)
    if number.unit in ("pp", "×"):
        near = {"pp": ("pp", "%"), "×": ("×",)}[number.unit]
        return any(other.unit in near for other in same) or all(other.unit is None for other in same)
    return any(other.unit in (number.unit, None) for other in same)


def _flat(text: str) -> str:
    """TeX's spaces and braces out of the way, one blank for each, so that places stay comparable."""
    return re.sub(r"\\%", " %", _TEX.sub(" ", text).replace("\u2212", "−"))


def _in_name(text: str, match: re.Match[str]) -> bool:
    """GPT-4, Qwen3-8B, COVID-19: a letter or a letter with a hyphen right before the digits."""
    before = text[max(0, match.start("body") - 40) : match.start("body")]
    return bool(re.search(r"[A-Za-z][A-Za-z0-9]*[-–_.]$", before)) and not match["sign"]


def _digital(match: re.Match[str], text: str, decimal_comma: bool) -> Number:
    values = {v * _power(match) for v in _readings(match["body"], decimal_comma)}
    if match["sign"]:
        values = {sign * v for v in values for sign in (1, -1)} if match["sign"] == "–" else {-v for v in values}
    end = match.end()
    scale = _SCALE.match(text, end)
    if scale is not None and not match["power"]:
        values, end = _scaled(values, scale)
    number = Number(frozenset(v.normalize() for v in values), None, text[match.start() : end], match.start(), end)
    return _unit_after(number, text)


def _power(match: re.Match[str]) -> Decimal:
    exponent = match["exponent"] or match["e"]
    if exponent is None:
        return Decimal(1)
    digits = exponent.translate(_SUPERSCRIPT).replace("−", "-").replace("–", "-")
    return Decimal(10) ** max(min(int(digits), 400), -400)


def _scaled(values: set[Decimal], scale: re.Match[str]) -> tuple[set[Decimal], int]:
    word = (scale["short"] or scale["word"]).lower().rstrip(".")
    for size in range(len(word), 0, -1):
        if word[:size] in _SCALES:
            times = {Decimal(10) ** _SCALES[word[:size]]}
            break
    else:  # a billón is a million millions in Spain and a billion elsewhere
        times = {Decimal(10) ** 12, Decimal(10) ** 9}
    return {v * t for v in values for t in times}, scale.end()


def _readings(body: str, decimal_comma: bool) -> set[Decimal]:
    """What a run of digits may mean: commas and points separate thousands or decimals, as the language has it."""
    spaced = re.sub(r"[\u00a0\u202f\u2009' ]", "", body)
    thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", spaced) is not None
    options = {spaced.replace(",", "")} if thousands or "," not in spaced else set()
    if "." not in spaced and spaced.count(",") == 1 and (decimal_comma or not thousands):
        options.add(spaced.replace(",", "."))
    if decimal_comma and re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", spaced):
        options.add(spaced.replace(".", "").replace(",", "."))
    values = set()
    for option in options or {spaced.replace(",", "")}:
        try:
            values.add(Decimal(option))
        except InvalidOperation:  # 1.2.3: a version, no quantity
            values.update(Decimal(part) for part in option.split(".") if part)
    return values


def _unit_after(number: Number, text: str) -> Number:
    if _CHINESE_PERCENT.search(text[max(0, number.start - 6) : number.start]):
        return replace(number, unit="%")
    gap = re.compile(r"(?:\s?-?\s?|\s{1,3}|\)\s?)(?:absolute |relative |more |higher )?")
    match = gap.match(text, number.end)
    at = match.end() if match else number.end
    for place in (number.end, at):
        unit = _UNIT.match(text, place)
        if unit is not None and unit.lastgroup is not None:
            return replace(number, unit=_UNITS[int(unit.lastgroup[1:])][0])
    before = text[max(0, number.start - 14) : number.start].lower()
    if re.search(r"factors? of\s*~?\s*$|factor de\s*$|в\s*$", before) and number.unit is None and "factor" in before:
        return replace(number, unit="×")
    return replace(number, unit="$") if before.rstrip().endswith("us$") else number


def _shared_units(found: list[Number], text: str) -> tuple[Number, ...]:
    """“5, 10 and 15%”: a unit at the end of a list or range belongs to all of it."""
    for index in range(len(found) - 2, -1, -1):
        this, following = found[index], found[index + 1]
        if this.unit is None and following.unit and _BETWEEN.fullmatch(text[this.end : following.start]):
            found[index] = replace(this, unit=following.unit)
    return tuple(found)
