"""The areas that somebody new can tap instead of writing what they work on. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from bot.arxiv import categories
from bot.locales import N_


@dataclass(frozen=True, slots=True)
class Area:
    """`name` is translated where it is shown; `query` is the normalized topic; `parts` are categories inside of it."""

    key: str
    name: str
    query: str
    parts: tuple[str, ...] = ()


def _of_archive(key: str, name: str, archive: str, parts: str = "") -> Area:
    """`parts` are the archive's categories that many work in, where it has more than a phone can show."""
    inside = tuple(f"{archive}.{part}" for part in parts.split())
    return Area(key, name, f"cat:{archive}.*", inside or categories.categories_in(archive))


def _of_categories(key: str, name: str, *codes: str) -> Area:
    query = " OR ".join(f"cat:{code}" for code in sorted(codes))
    return Area(key, name, query, codes if len(codes) > 1 else ())


AREAS = (
    _of_categories("vision", N_("Computer vision"), "cs.CV"),
    _of_categories("language", N_("Natural language"), "cs.CL"),
    _of_categories("learning", N_("Machine learning"), "cs.LG", "stat.ML"),
    _of_categories("robotics", N_("Robotics"), "cs.RO"),
    _of_categories(
        "computing", N_("Computing"), "cs.SE", "cs.CR", "cs.DC", "cs.HC", "cs.IR", "cs.DB", "cs.NI", "cs.DS"
    ),
    _of_archive("stars", N_("Astrophysics"), "astro-ph"),
    _of_archive("matter", N_("Condensed matter"), "cond-mat"),
    _of_categories(
        "particles", N_("High-energy physics"), "hep-th", "hep-ph", "hep-ex", "hep-lat", "gr-qc", "nucl-th", "nucl-ex"
    ),
    _of_categories("quantum", N_("Quantum physics"), "quant-ph"),
    _of_archive("math", N_("Mathematics"), "math", "AG AP CO DG DS GT LO NA NT OC PR RT"),
    _of_archive("stats", N_("Statistics"), "stat"),
    _of_archive("bio", N_("Quantitative biology"), "q-bio"),
    _of_archive("money", N_("Economics"), "econ"),
    _of_categories("signals", N_("Signals and speech"), "eess.SP", "eess.AS", "eess.IV", "eess.SY"),
)
"""In the order of their buttons."""

_BY_KEY = {area.key: area for area in AREAS}


def area(key: str) -> Area | None:
    """The area, or the single category, that a button names; None for anything else."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    if key in categories.CATEGORIES:
        return Area(key, categories.CATEGORIES[key], f"cat:{key}")
    return None
