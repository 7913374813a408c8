"""Number words: fifteen, quince, пятнадцать, 十五, twice, half. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

# Without the word for one, see `spelled`. Inflected forms are listed where a language has them.
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_EN: dict[str, int] = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "dozen": 12, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, **_TENS,
}  # fmt: skip
_ES: dict[str, int] = {
    "cero": 0, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciséis": 16, "diecisiete": 17, "dieciocho": 18,
    "diecinueve": 19, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90, "cien": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300,
    "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500,
    "seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800,
    "ochocientas": 800, "novecientos": 900, "novecientas": 900, "veintiuno": 21, "veintidós": 22, "veintitrés": 23,
    "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
_RU: dict[str, int] = {
    "два": 2, "две": 2, "двух": 2, "двумя": 2, "двум": 2, "три": 3, "трёх": 3, "трех": 3, "тремя": 3, "трём": 3,
    "четыре": 4, "четырёх": 4, "четырех": 4, "четырьмя": 4, "пять": 5, "пяти": 5, "пятью": 5, "шесть": 6, "шести": 6,
    "семь": 7, "семи": 7, "восемь": 8, "восьми": 8, "девять": 9, "девяти": 9, "десять": 10, "десяти": 10,
    "одиннадцать": 11, "двенадцать": 12, "двенадцати": 12, "тринадцать": 13, "четырнадцать": 14, "пятнадцать": 15,
    "пятнадцати": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18, "девятнадцать": 19, "двадцать": 20,
    "двадцати": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50, "шестьдесят": 60, "семьдесят": 70,
    "восемьдесят": 80, "девяносто": 90, "сто": 100, "ста": 100, "одиннадцати": 11, "четырнадцати": 14,
    "шестнадцати": 16, "семнадцати": 17, "восемнадцати": 18, "девятнадцати": 19, "тридцати": 30, "сорока": 40,
    "пятидесяти": 50, "шестидесяти": 60, "семидесяти": 70, "восьмидесяти": 80, "девяноста": 90, "двести": 200,
    "двухсот": 200, "триста": 300, "трёхсот": 300, "трехсот": 300, "четыреста": 400, "четырёхсот": 400, "пятьсот": 500,
    "пятисот": 500, "шестьсот": 600, "шестисот": 600, "семьсот": 700, "семисот": 700, "восемьсот": 800,
    "восьмисот": 800, "девятьсот": 900, "девятисот": 900,
}  # fmt: skip
_WORDS = {**_EN, **_ES, **_RU}
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "mil": 1000, "millón": 10**6, "millones": 10**6,
    **dict.fromkeys(("тысяча", "тысячи", "тысяч", "тысячу", "тысячах", "тысячам"), 1000),
    **dict.fromkeys(("миллион", "миллиона", "миллионов", "миллионах"), 10**6),
    **dict.fromkeys(("миллиард", "миллиарда", "миллиардов"), 10**9),
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
# "Two thirds" has no two in it: see `_RATIOS`.
_PARTS = re.compile(
    r"[\s-](?:thirds?|quarters?|fourths?|fifths?|tenths?|tercios?|cuartos?|трет(?:и|ей)|четверти)\b", re.I
)
# "twofold", "tenfold": the number word is not a word of its own there.
_COMPOUND = re.compile(r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve)(?=fold\b)")

_CJK_DIGIT = {
    "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_CJK_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CJK = re.compile(r"[〇零一二两兩三四五六七八九十百千万萬亿億]+(?:[点點][〇零一二三四五六七八九]+)?")
# Measure words that stand between a number and a noun in Chinese and Japanese.
_COUNTERS = "个個種种项項层層倍名类類件つ段阶階步組组轮輪套张張位組篇本台人"
_NOT_NUMBERS = frozenset(("十分", "万一", "千万", "百万", "万", "千", "百", "十", "一", "一一", "三千", "百千", "千百"))
"""Words with number characters that are no quantities: "very", "in case", "tens of millions of", "a set" …"""

_RATIOS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"\b(?:twice|doubl(?:e|es|ed|ing)|twofold|two-fold|el doble|duplica\w*|вдвое|удваива\w+)\b|翻倍|翻番|加倍|倍増",
        ("2", "100"),
    ),
    (r"\b(?:tripl(?:e|es|ed|ing)|thrice|threefold|three-fold|el triple|triplica\w*|втрое)\b", ("3", "200")),
    (r"\b(?:quadrupl(?:e|es|ed|ing)|fourfold|вчетверо)\b", ("4", "300")),
    (
        r"\b(?:two[- ]thirds|dos tercios|две трети|двух третей)\b|三分之二|三分の二|3分の2",
        ("0.667", "66.7", "66.67", "67", "1.5"),
    ),
    (
        r"\b(?:(?:a|one)[- ]third|un tercio|(?:одн\w+ )?треть[юи]?|трети)\b|三分之一|三分の一|3分の1",
        ("0.333", "33", "33.3", "33.33", "3"),
    ),
    (r"\b(?:(?:a|one)[- ]quarter|un cuarto|четверть[ю]?|четверти)\b|四分之一|四分の一|4分の1", ("0.25", "25", "4")),
    (r"\b(?:three[- ]quarters|tres cuartos|три четверти)\b|四分之三|四分の三|4分の3", ("0.75", "75")),
    (r"\b(?:half|halv(?:e|es|ed|ing)|la mitad|половин\w*|наполовину)\b|一半|半数|减半|半減|半分", ("0.5", "50", "2")),
)
_RATIO = [(re.compile(pattern, re.IGNORECASE), frozenset(map(Decimal, values))) for pattern, values in _RATIOS]


def spelled(text: str) -> Iterator[tuple[Decimal, int, int]]:
    """Numbers written as words: value, start, end. "One" is left out: in most languages it is an article as well."""
    yield from _in_alphabets(text)
    for match in _COMPOUND.finditer(text.lower()):
        yield Decimal(_WORDS[match.group()]), match.start(), match.end()
    yield from _in_chinese_characters(text)


def ratios(text: str) -> Iterator[tuple[frozenset[Decimal], int, int]]:
    """ "Twice", "half" …: the values that they may stand for, start, end. "Doubled" is 2 times, or 100% more."""
    for pattern, values in _RATIO:
        for match in pattern.finditer(text):
            yield values, match.start(), match.end()


def _in_alphabets(text: str) -> Iterator[tuple[Decimal, int, int]]:
    """Runs of number words that make one number: "two hundred and five"."""
    run: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(text):
        word = match.group().lower()
        is_adjacent = not run or re.fullmatch(r"[\s-]+(?:and |y )?", text[run[-1][2] : match.start()]) is not None
        if word in ("and", "y") and run:
            continue
        if run and not (is_adjacent and _continues(run, word)):
            yield _value_of(run)
            run = []
        if (word in _WORDS and not _PARTS.match(text, match.end())) or (run and word in _SCALES):
            run.append((word, *match.span()))
    if run:
        yield _value_of(run)


def _continues(run: list[tuple[str, int, int]], word: str) -> bool:
    """Whether a word belongs to the same number: "twenty" continues with "five"; "two, three" are two numbers."""
    if word in _SCALES:
        return True
    last = run[-1][0]
    if word not in _WORDS:
        return False
    value, next_value = _WORDS.get(last, 0), _WORDS[word]
    is_hundred, is_ten = value >= 100 and next_value < 100, value >= 20 and value % 10 == 0 and next_value < 10
    return last in _SCALES or is_hundred or is_ten


def _value_of(run: list[tuple[str, int, int]]) -> tuple[Decimal, int, int]:
    total, current = 0, 0
    for word, _, _ in run:
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        else:
            current += _WORDS[word]
    return Decimal(total + current), run[0][1], run[-1][2]


def _in_chinese_characters(text: str) -> Iterator[tuple[Decimal, int, int]]:
    """Numbers of several characters, after 百分之 ("percent"), or before a counter word.

    A single character elsewhere is usually part of a word (一般 "general"), as is what follows 第 ("the n-th").
    """
    for match in _CJK.finditer(text):
        word = match.group()
        before = text[max(0, match.start() - len("百分之")) : match.start()]
        after = text[match.end() : match.end() + 1]
        if before[-1:].isdigit() or before.endswith("第") or text[match.start() : match.end() + 1] in _NOT_NUMBERS:
            continue
        is_percent = before.endswith("百分之")
        if word in _NOT_NUMBERS and not is_percent:
            continue
        is_counted = bool(after) and after in _COUNTERS and word not in "一十百千万萬亿億"
        if (len(word) > 1 or is_percent or is_counted) and not "百分之".startswith(word + after):
            yield _chinese_value(word), match.start(), match.end()


def _chinese_value(word: str) -> Decimal:
    """十五 is 15, 一千五百 is 1500, 二〇二四 is 2024. The short form 一万二 (12,000) is not known."""
    word, _, decimals = word.replace("點", "点").partition("点")
    if all(char in _CJK_DIGIT for char in word):
        whole = Decimal("".join(str(_CJK_DIGIT[char]) for char in word))
    else:
        total, section, digit = 0, 0, 0
        for char in word:
            if char in _CJK_DIGIT:
                digit = _CJK_DIGIT[char]
            elif (scale := _CJK_SCALE[char]) < 10**4:
                section, digit = section + max(digit, 1) * scale, 0
            else:
                total, section, digit = (total + section + digit) * scale, 0, 0
        whole = Decimal(total + section + digit)
    tail = "".join(str(_CJK_DIGIT[char]) for char in decimals)
    return Decimal(f"{whole}.{tail}") if tail else whole
