"""Text in an HTML page that its reader would not see: found by its style, taken out, and reported."""

from __future__ import annotations

import re

from lxml import etree

MAX_REPORTED = 400
"""Characters of one hidden passage that are kept for the report."""

_GONE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?(?![.\d])"
    r"|clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:[^;]*scale\(\s*0(?:\.0+)?\s*[,)]|max-height\s*:\s*0(?![.\d])"
    r"|(?:text-indent|left|top|right|bottom|margin-left|margin-top)\s*:\s*-(?:\d{4,}|[5-9]\d\d)"
    r"|transform\s*:[^;]*translate[XY]?\([^)]*-(?:\d{4,}|[5-9]\d\d)",
    re.I,
)
_SIZE = re.compile(r"font-size\s*:\s*([\d.]+)\s*(px|pt|em|rem|%)?", re.I)
_SMALLEST = {"": 0.01, "px": 4.0, "pt": 3.0, "em": 0.25, "rem": 0.25, "%": 25.0}
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;]+)", re.I)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;]+)", re.I)
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_DROPPED_TAGS = (
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
    """Take every invisible element out of `page`; the passages that had words, shortened, in order."""
    classes, ids = _hiding_rules(page)
    for element in list(page.iter(*_DROPPED_TAGS)):
        _take_out(element)
    reported: list[str] = []
    candidates = page.xpath("//*[@style or @hidden or @aria-hidden]")
    if classes or ids:
        candidates += [e for e in page.xpath("//*[@class or @id]") if _named(e, classes, ids)]
    for element in candidates:
        if element.getparent() is None or not (_is_hidden(element) or _named(element, classes, ids)):
            continue
        text = " ".join("".join(map(str, element.itertext())).split())
        if sum(c.isalpha() for c in text) >= 8 and " " in text:
            reported.append(text[:MAX_REPORTED])
        _take_out(element)
    return tuple(reported)


def _take_out(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        # It stays as an empty mark before the text that follows it: joining that text to what stands before would
        # copy a paragraph once for each of its hidden words.
        element.clear(keep_tail=True)
        element.tag = "span"
    else:
        parent.remove(element)


def _is_hidden(element: etree._Element) -> bool:
    if _in_math(element):
        return False
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = str(element.get("style") or "")
    return _hides(style) or _is_white_on_white(element, style)


def _in_math(element: etree._Element) -> bool:
    return element.tag == "math" or next(element.iterancestors("math"), None) is not None


def _hides(style: str) -> bool:
    if _GONE.search(style):
        return True
    size = _SIZE.search(style)
    return bool(size and float(size[1].strip(".") or 0) < _SMALLEST[(size[2] or "").lower()])


def _is_white_on_white(element: etree._Element, style: str) -> bool:
    colour = _COLOUR.search(style)
    if not colour or not _is_white(colour[1]):
        return False
    for around in (element, *element.iterancestors()):
        background = _BACKGROUND.search(str(around.get("style") or ""))
        if background or around.tag in ("svg", "foreignObject"):
            return bool(background) and _is_white(background[1] if background else "")
    return True


def _is_white(value: str) -> bool:
    value = value.strip().lower().removesuffix("!important").strip()
    if value in ("white", "transparent", "snow", "ivory"):
        return True
    if hexed := re.fullmatch(r"#([0-9a-f]{3,8})", value):
        digits = hexed[1] if len(hexed[1]) >= 6 else "".join(c * 2 for c in hexed[1])
        return all(int(digits[i : i + 2], 16) >= 0xF5 for i in (0, 2, 4))
    numbers = [float(n) for n in re.findall(r"[\d.]+", value)] if value.startswith("rgb") else []
    return len(numbers) >= 3 and (all(n >= 245 for n in numbers[:3]) or (len(numbers) == 4 and numbers[3] == 0))


def _hiding_rules(page: etree._Element) -> tuple[set[str], set[str]]:
    """Classes and ids that the page's own style sheets hide; LaTeXML's classes are never among them."""
    classes: set[str] = set()
    ids: set[str] = set()
    for sheet in page.iter("style"):
        for selectors, declarations in _RULE.findall((sheet.text or "")[:200_000]):
            if not _hides(declarations):
                continue
            for selector in selectors.split(","):
                if named := re.fullmatch(r"\s*\w*([.#])([\w-]+)\s*", selector):
                    (classes if named[1] == "." else ids).add(named[2])
    return {name for name in classes if not name.startswith("ltx_")}, ids


def _named(element: etree._Element, classes: set[str], ids: set[str]) -> bool:
    return bool(classes.intersection(str(element.get("class") or "").split())) or element.get("id") in ids
