"""English plurals to singulars: "networks" is "network". Pure.

There is no further stemming: it would make "university" and "universe" one word, or "news" and "new". The lists hold
what the rules get wrong in real titles and abstracts.
"""

from __future__ import annotations

import functools

_KEPT_WORDS = """
    alias always asbestos atlas aids bayes bias blas canvas chaos christmas cosmos does ethos gas has https jesus keras
    kubernetes kudos lens mars means mips news neurips odds pandas paris pathos perhaps pros rhinoceros sars series
    species texas thermos towards versus wales was whereas yes
"""
_KEPT = frozenset(_KEPT_WORDS.split())
"""Words that end in "s" and are not plurals."""

_IRREGULAR = {
    # -es after a singular that ends in "s" or "x"
    "aliases": "alias", "apparatuses": "apparatus", "atlases": "atlas", "axes": "axis", "biases": "bias",
    "bonuses": "bonus", "buses": "bus", "campuses": "campus", "canvases": "canvas", "censuses": "census",
    "consensuses": "consensus", "corpuses": "corpus", "focuses": "focus", "gases": "gas", "lenses": "lens",
    "moduluses": "modulus", "statuses": "status", "stimuluses": "stimulus", "viruses": "virus",
    # -is
    "analyses": "analysis", "crises": "crisis", "diagnoses": "diagnosis", "ellipses": "ellipsis",
    "emphases": "emphasis", "geneses": "genesis", "hypotheses": "hypothesis", "metastases": "metastasis",
    "neuroses": "neurosis", "oases": "oasis", "parentheses": "parenthesis", "prognoses": "prognosis",
    "prostheses": "prosthesis", "syntheses": "synthesis", "synopses": "synopsis", "theses": "thesis",
    # -ex, -ix
    "appendices": "appendix", "codices": "codex", "indices": "index", "matrices": "matrix",
    "simplices": "simplex", "vertices": "vertex", "vortices": "vortex",
    # -um, -on, -us, -a
    "automata": "automaton", "bacteria": "bacterium", "cacti": "cactus", "corpora": "corpus",
    "criteria": "criterion", "equilibria": "equilibrium", "extrema": "extremum", "foci": "focus",
    "formulae": "formula", "fungi": "fungus", "infima": "infimum", "lemmata": "lemma", "loci": "locus",
    "maxima": "maximum", "minima": "minimum", "moduli": "modulus", "momenta": "momentum", "nuclei": "nucleus",
    "optima": "optimum", "phenomena": "phenomenon", "quanta": "quantum", "radii": "radius", "schemata": "schema",
    "spectra": "spectrum", "stimuli": "stimulus", "strata": "stratum", "supernovae": "supernova",
    "suprema": "supremum", "tori": "torus",
    # words of their own
    "children": "child", "feet": "foot", "halves": "half", "knives": "knife", "leaves": "leaf", "men": "man",
    "mice": "mouse", "shelves": "shelf", "teeth": "tooth", "wolves": "wolf", "women": "woman",
    # -ies, -ches, -oes that lose only their "s"
    "caches": "cache", "calories": "calorie", "cookies": "cookie", "headaches": "headache", "movies": "movie",
    "niches": "niche", "shoes": "shoe", "toes": "toe", "zombies": "zombie",
    # acronyms whose plural looks like a Latin singular
    "ais": "ai", "apis": "api", "bcis": "bci", "cpus": "cpu", "dpus": "dpu", "fpus": "fpu", "gpus": "gpu",
    "grus": "gru", "guis": "gui", "imus": "imu", "kpis": "kpi", "menus": "menu", "mlus": "mlu", "mris": "mri",
    "npus": "npu", "pois": "poi", "relus": "relu", "rois": "roi", "taxis": "taxi", "tpus": "tpu",
}  # fmt: skip

_ICS_WORDS = """
    basics characteristics clinics comics critics fabrics heuristics lyrics metrics mosaics rubrics specifics topics
"""
_ICS = frozenset(_ICS_WORDS.split())
"""Words in "-ics" that are plurals; the others are names of a field ("robotics")."""


@functools.lru_cache(maxsize=65536)  # texts repeat their words
def singular(word: str) -> str:
    """The singular of a folded English word; a word that is not a plural is returned as it is.

    Applying it twice changes nothing more, since topics store singulars and are parsed again.
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.endswith("s") or word in _KEPT or not word[-2].isalpha():
        return word
    if word.endswith(("ss", "us", "is")) or (word.endswith("ics") and word not in _ICS):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]  # "ties", "dies"
    if word.endswith(("xes", "ches", "shes", "sses", "zzes", "oes")) and len(word) > 4:
        return word[:-2]
    return word[:-1]


def irregular_plurals(word: str, *, is_prefix: bool = False) -> list[str]:
    """The irregular plurals of a word; with `is_prefix` those of all words that begin with it."""
    return [
        plural
        for plural, singular in _IRREGULAR.items()
        if singular == word or (is_prefix and singular.startswith(word))
    ]
