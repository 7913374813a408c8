"""What a section's heading says: its number, its title, and whether it begins the references or an appendix."""

from __future__ import annotations

import re

from bot.model import SectionKind

_NUMBER = re.compile(
    r"^(?:(?:Appendix|Appendices|APPENDIX)\s+(?P<letter>[A-Z](?:\.\d+)*)\b[.:\s—–-]*"
    r"|(?P<number>\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})+|[IVX]{1,5}(?=\.\s)|[A-Z](?=\.?\s+[A-Z]))\.?\)?\s+)(?P<title>\S.*)?$"
)
_REFERENCES = re.compile(r"references?|bibliography|literature cited|works cited|参考文献", re.I)
_APPENDIX = re.compile(r"(?:appendi(?:x|ces)|supplement(?:ary|al)?)\b", re.I)
_BACK = re.compile(
    r"acknowledge?ments?|author(?:s['’]?|['’]s)? contributions?|contributions? statement|funding|author information"
    r"|(?:conflicts?|declarations?) of .*interests?|competing interests?|credit .*"
    r"|ethic(?:s|al) (?:statement|considerations?)|reproducibility statement|(?:data|code).* availability.*"
    r"|(?:broader )?impacts?(?: statement)?|disclosures?.*|declarations?.*|use of (?:llms|ai).*|contributors?|致谢",
    re.I,
)


def split_number(heading: str) -> tuple[str | None, str]:
    """("3.1", "Training") of "3.1 Training"; (None, heading) where it bears no number."""
    heading = heading.strip()
    match = _NUMBER.match(heading)
    if not match:
        return None, heading
    number = match["letter"] or match["number"]
    return number, (match["title"] or "").strip()


def kind_of_title(title: str, number: str | None, *, past_references: bool) -> SectionKind:
    """What the section is, from its title, its number and whether the references have been passed."""
    bare = title.strip(" .:").casefold()
    if _REFERENCES.fullmatch(bare):
        return SectionKind.REFERENCES
    if bare == "abstract":
        return SectionKind.ABSTRACT
    if _BACK.fullmatch(bare):
        return SectionKind.BACK
    if _APPENDIX.match(bare) or past_references or (number and re.match(r"[A-HJ-UWYZ](?:\.|$)", number)):
        return SectionKind.APPENDIX
    return SectionKind.BODY
