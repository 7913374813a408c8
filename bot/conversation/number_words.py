"""Whole numbers in digits and words, in several languages. Pure."""

from __future__ import annotations

import re

from bot.conversation.time_zones import plain

_NUMBERS = (
    "zero cero ноль 〇 零",
    "one a an un una uno один одна одну 一 ein eine",
    "two dos два две 二 两 兩 zwei deux",
    "three tres три 三 drei trois",
    "four cuatro четыре 四 vier quatre",
    "five cinco пять 五 funf cinq",
    "six seis шесть 六 sechs",
    "seven siete семь 七 sieben sept",
    "eight ocho восемь 八 acht huit",
    "nine nueve девять 九 neun neuf",
    "ten diez десять 十 zehn dix",
    "eleven once одиннадцать 十一 elf onze",
    "twelve doce двенадцать 十二 zwolf douze",
)
_NUMBER_WORDS = {word: value for value, words in enumerate(_NUMBERS) for word in words.split()}
_NUMBER_WORDS |= {"fifteen": 15, "quince": 15, "пятнадцать": 15, "十五": 15, "twenty": 20, "veinte": 20, "двадцать": 20}
_NUMBER_WORDS |= {"二十": 20, "thirty": 30, "treinta": 30, "тридцать": 30, "三十": 30, "fifty": 50, "cincuenta": 50}
_NUMBER_WORDS |= {"пятьдесят": 50, "五十": 50, "forty": 40, "cuarenta": 40, "сорок": 40, "四十": 40}

# CJK numbers stand beside their unit without a space.
_CJK_NUMBER = re.compile("[〇零一二两兩三四五六七八九十]+")


def number(text: str) -> int | None:
    """A whole number, in digits or as a word."""
    text = plain(text)
    # The length comes before int(), which refuses thousands of digits with an error.
    if text.isdecimal() and len(text) <= 6:
        return int(text)
    return _NUMBER_WORDS.get(text)


def with_digits(text: str, around: str = "") -> str:
    """The text with digits for Chinese and Japanese numbers, each between two `around`."""
    return _CJK_NUMBER.sub(lambda match: f"{around}{_NUMBER_WORDS.get(match[0], match[0])}{around}", text)
