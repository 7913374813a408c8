"""Text in an HTML page that its readers would not see: found by its style, removed, and reported.

Such text is written for programs: keywords for search engines, or orders to a model that summarizes the paper.
"""

from __future__ import annotations

import re

from lxml import etree

MAX_REPORTED = 400
"""Characters of one hidden passage that are kept for the report."""
MAX_STYLE_SHEET = 200_000

_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?(?![.\d])"
    r"|clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:[^;]*scale\(\s*0(?:\.0+)?\s*[,)]|max-height\s*:\s*0(?![.\d])"
    # Moved off the page: by 500 and more, since LaTeXML itself moves text by negative margins of some 100 pt.
    r"|(?:text-indent|left|top|right|bottom|margin-left|margin-top)\s*:\s*-(?:\d{4,}|[5-9]\d\d)"
    r"|transform\s*:[^;]*translate[XY]?\([^)]*-(?:\d{4,}|[5-9]\d\d)",
    re.I,
)
_NUMBER = r"\d*\.?\d+"
_FONT_SIZE = re.compile(rf"font-size\s*:\s*({_NUMBER})\s*(px|pt|em|rem|%)?", re.I)
_MIN_FONT_SIZE = {"": 0.01, "px": 4.0, "pt": 3.0, "em": 0.25, "rem": 0.25, "%": 25.0}
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;]+)", re.I)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)", re.I)
_CSS_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
# Not text of the paper in any case: scripts, and the controls of arXiv's page.
_REMOVED_TAGS = (
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "dialog",
    "nav",
)


def remove_hidden(page: etree._Element) -> tuple[str, ...]:
    """Take every invisible element out of `page`; returns the passages that had words, shortened, in order."""
    classes, ids = _hidden_selectors(page)
    for element in list(page.iter(*_REMOVED_TAGS)):
        _remove(element)
    reported: list[str] = []
    candidates = page.xpath("//*[@style or @hidden or @aria-hidden]")
    if classes or ids:
        candidates += [element for element in page.xpath("//*[@class or @id]") if _is_selected(element, classes, ids)]
    for element in candidates:
        if element.getparent() is None or not (_is_hidden(element) or _is_selected(element, classes, ids)):
            continue
        text = " ".join("".join(map(str, element.itertext())).split())
        # Fewer letters are icons and spacers.
        if sum(char.isalpha() for char in text) >= 8 and " " in text:
            reported.append(text[:MAX_REPORTED])
        _remove(element)
    return tuple(reported)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        # An empty element stays before the text that follows: joining that text to the text before it would copy the
        # paragraph once for each of its hidden words; 80,000 of them would take minutes.
        element.clear(keep_tail=True)
        element.tag = "span"
    else:
        parent.remove(element)


def _is_hidden(element: etree._Element) -> bool:
    if _is_in_math(element):  # MathML hides its TeX, and spaces formulas with invisible parts
        return False
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = str(element.get("style") or "")
    return _style_hides(style) or _is_white_on_white(element, style)


def _is_in_math(element: etree._Element) -> bool:
    return element.tag == "math" or next(element.iterancestors("math"), None) is not None


def _style_hides(style: str) -> bool:
    if _HIDING_STYLE.search(style):
        return True
    size = _FONT_SIZE.search(style)
    return bool(size and float(size[1]) < _MIN_FONT_SIZE[(size[2] or "").lower()])


def _is_white_on_white(element: etree._Element, style: str) -> bool:
    colour = _COLOUR.search(style)
    if not colour or not _is_white(colour[1]):
        return False
    for ancestor in (element, *element.iterancestors()):
        background = _BACKGROUND.search(str(ancestor.get("style") or ""))
        if background:
            return _is_white(background[1])
        if ancestor.tag in ("svg", "foreignObject"):  # a drawing, whose shapes may be the dark ground
            return False
    return True


def _is_white(value: str) -> bool:
    """Whether a CSS colour is white, nearly white, or transparent."""
    value = value.strip().lower().removesuffix("!important").strip()
    if value in ("white", "transparent", "snow", "ivory"):
        return True
    if hexadecimal := re.fullmatch(r"#([0-9a-f]{3,8})", value):
        digits = hexadecimal[1] if len(hexadecimal[1]) >= 6 else "".join(digit * 2 for digit in hexadecimal[1])
        return all(int(digits[i : i + 2], 16) >= 0xF5 for i in (0, 2, 4))
    numbers = [float(n) for n in re.findall(_NUMBER, value)] if value.startswith("rgb") else []
    return len(numbers) >= 3 and (all(n >= 245 for n in numbers[:3]) or (len(numbers) == 4 and numbers[3] == 0))


def _hidden_selectors(page: etree._Element) -> tuple[set[str], set[str]]:
    """Classes and ids that the page's own style sheets hide.

    LaTeXML's classes are not among them: its style sheet hides footnotes, which open when they are pointed at.
    """
    classes: set[str] = set()
    ids: set[str] = set()
    for style_sheet in page.iter("style"):
        for selectors, declarations in _CSS_RULE.findall((style_sheet.text or "")[:MAX_STYLE_SHEET]):
            if not _style_hides(declarations):
                continue
            for selector in selectors.split(","):
                if match := re.fullmatch(r"\s*\w*([.#])([\w-]+)\s*", selector):
                    (classes if match[1] == "." else ids).add(match[2])
    return {name for name in classes if not name.startswith("ltx_")}, ids


def _is_selected(element: etree._Element, classes: set[str], ids: set[str]) -> bool:
    return bool(classes.intersection(str(element.get("class") or "").split())) or element.get("id") in ids
