"""arXiv's categories: codes, names, archives, former names, and suggestions for misspelt codes. Pure data.

Source: https://arxiv.org/category_taxonomy
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

_ARCHIVES = {
    "astro-ph": "Astrophysics",
    "cond-mat": "Condensed Matter",
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Electrical Engineering and Systems Science",
    "gr-qc": "General Relativity and Quantum Cosmology",
    "hep-ex": "High Energy Physics – Experiment",
    "hep-lat": "High Energy Physics – Lattice",
    "hep-ph": "High Energy Physics – Phenomenology",
    "hep-th": "High Energy Physics – Theory",
    "math": "Mathematics",
    "math-ph": "Mathematical Physics",
    "nlin": "Nonlinear Sciences",
    "nucl-ex": "Nuclear Experiment",
    "nucl-th": "Nuclear Theory",
    "physics": "Physics",
    "q-bio": "Quantitative Biology",
    "q-fin": "Quantitative Finance",
    "quant-ph": "Quantum Physics",
    "stat": "Statistics",
}

_SUBJECTS = {
    "astro-ph": {
        "CO": "Cosmology and Nongalactic Astrophysics",
        "EP": "Earth and Planetary Astrophysics",
        "GA": "Astrophysics of Galaxies",
        "HE": "High Energy Astrophysical Phenomena",
        "IM": "Instrumentation and Methods for Astrophysics",
        "SR": "Solar and Stellar Astrophysics",
    },
    "cond-mat": {
        "dis-nn": "Disordered Systems and Neural Networks",
        "mes-hall": "Mesoscale and Nanoscale Physics",
        "mtrl-sci": "Materials Science",
        "other": "Other Condensed Matter",
        "quant-gas": "Quantum Gases",
        "soft": "Soft Condensed Matter",
        "stat-mech": "Statistical Mechanics",
        "str-el": "Strongly Correlated Electrons",
        "supr-con": "Superconductivity",
    },
    "cs": {
        "AI": "Artificial Intelligence",
        "AR": "Hardware Architecture",
        "CC": "Computational Complexity",
        "CE": "Computational Engineering, Finance, and Science",
        "CG": "Computational Geometry",
        "CL": "Computation and Language",
        "CR": "Cryptography and Security",
        "CV": "Computer Vision and Pattern Recognition",
        "CY": "Computers and Society",
        "DB": "Databases",
        "DC": "Distributed, Parallel, and Cluster Computing",
        "DL": "Digital Libraries",
        "DM": "Discrete Mathematics",
        "DS": "Data Structures and Algorithms",
        "ET": "Emerging Technologies",
        "FL": "Formal Languages and Automata Theory",
        "GL": "General Literature",
        "GR": "Graphics",
        "GT": "Computer Science and Game Theory",
        "HC": "Human-Computer Interaction",
        "IR": "Information Retrieval",
        "IT": "Information Theory",
        "LG": "Machine Learning",
        "LO": "Logic in Computer Science",
        "MA": "Multiagent Systems",
        "MM": "Multimedia",
        "MS": "Mathematical Software",
        "NA": "Numerical Analysis",
        "NE": "Neural and Evolutionary Computing",
        "NI": "Networking and Internet Architecture",
        "OH": "Other Computer Science",
        "OS": "Operating Systems",
        "PF": "Performance",
        "PL": "Programming Languages",
        "RO": "Robotics",
        "SC": "Symbolic Computation",
        "SD": "Sound",
        "SE": "Software Engineering",
        "SI": "Social and Information Networks",
        "SY": "Systems and Control",
    },
    "econ": {"EM": "Econometrics", "GN": "General Economics", "TH": "Theoretical Economics"},
    "eess": {
        "AS": "Audio and Speech Processing",
        "IV": "Image and Video Processing",
        "SP": "Signal Processing",
        "SY": "Systems and Control",
    },
    "math": {
        "AC": "Commutative Algebra",
        "AG": "Algebraic Geometry",
        "AP": "Analysis of PDEs",
        "AT": "Algebraic Topology",
        "CA": "Classical Analysis and ODEs",
        "CO": "Combinatorics",
        "CT": "Category Theory",
        "CV": "Complex Variables",
        "DG": "Differential Geometry",
        "DS": "Dynamical Systems",
        "FA": "Functional Analysis",
        "GM": "General Mathematics",
        "GN": "General Topology",
        "GR": "Group Theory",
        "GT": "Geometric Topology",
        "HO": "History and Overview",
        "IT": "Information Theory",
        "KT": "K-Theory and Homology",
        "LO": "Logic",
        "MG": "Metric Geometry",
        "MP": "Mathematical Physics",
        "NA": "Numerical Analysis",
        "NT": "Number Theory",
        "OA": "Operator Algebras",
        "OC": "Optimization and Control",
        "PR": "Probability",
        "QA": "Quantum Algebra",
        "RA": "Rings and Algebras",
        "RT": "Representation Theory",
        "SG": "Symplectic Geometry",
        "SP": "Spectral Theory",
        "ST": "Statistics Theory",
    },
    "nlin": {
        "AO": "Adaptation and Self-Organizing Systems",
        "CD": "Chaotic Dynamics",
        "CG": "Cellular Automata and Lattice Gases",
        "PS": "Pattern Formation and Solitons",
        "SI": "Exactly Solvable and Integrable Systems",
    },
    "physics": {
        "acc-ph": "Accelerator Physics",
        "ao-ph": "Atmospheric and Oceanic Physics",
        "app-ph": "Applied Physics",
        "atm-clus": "Atomic and Molecular Clusters",
        "atom-ph": "Atomic Physics",
        "bio-ph": "Biological Physics",
        "chem-ph": "Chemical Physics",
        "class-ph": "Classical Physics",
        "comp-ph": "Computational Physics",
        "data-an": "Data Analysis, Statistics and Probability",
        "ed-ph": "Physics Education",
        "flu-dyn": "Fluid Dynamics",
        "gen-ph": "General Physics",
        "geo-ph": "Geophysics",
        "hist-ph": "History and Philosophy of Physics",
        "ins-det": "Instrumentation and Detectors",
        "med-ph": "Medical Physics",
        "optics": "Optics",
        "plasm-ph": "Plasma Physics",
        "pop-ph": "Popular Physics",
        "soc-ph": "Physics and Society",
        "space-ph": "Space Physics",
    },
    "q-bio": {
        "BM": "Biomolecules",
        "CB": "Cell Behavior",
        "GN": "Genomics",
        "MN": "Molecular Networks",
        "NC": "Neurons and Cognition",
        "OT": "Other Quantitative Biology",
        "PE": "Populations and Evolution",
        "QM": "Quantitative Methods",
        "SC": "Subcellular Processes",
        "TO": "Tissues and Organs",
    },
    "q-fin": {
        "CP": "Computational Finance",
        "EC": "Economics",
        "GN": "General Finance",
        "MF": "Mathematical Finance",
        "PM": "Portfolio Management",
        "PR": "Pricing of Securities",
        "RM": "Risk Management",
        "ST": "Statistical Finance",
        "TR": "Trading and Market Microstructure",
    },
    "stat": {
        "AP": "Applications",
        "CO": "Computation",
        "ME": "Methodology",
        "ML": "Machine Learning",
        "OT": "Other Statistics",
        "TH": "Statistics Theory",
    },
}

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "math.MP": "math-ph",
        "stat.TH": "math.ST",
        "math.IT": "cs.IT",
        "q-fin.EC": "econ.GN",
        "cs.NA": "math.NA",
        "cs.SY": "eess.SY",
    }
)
"""Categories with two names: a paper in one of them is in the other."""

FORMER: Mapping[str, str] = MappingProxyType(
    {
        "acc-phys": "physics.acc-ph",
        "adap-org": "nlin.AO",
        "alg-geom": "math.AG",
        "ao-sci": "physics.ao-ph",
        "atom-ph": "physics.atom-ph",
        "bayes-an": "physics.data-an",
        "chao-dyn": "nlin.CD",
        "chem-ph": "physics.chem-ph",
        "cmp-lg": "cs.CL",
        "comp-gas": "nlin.CG",
        "dg-ga": "math.DG",
        "funct-an": "math.FA",
        "mtrl-th": "cond-mat.mtrl-sci",
        "patt-sol": "nlin.PS",
        "plasm-ph": "physics.plasm-ph",
        "q-alg": "math.QA",
        "solv-int": "nlin.SI",
        "supr-con": "cond-mat.supr-con",
    }
)
"""Closed archives and the category that replaced each. Old papers have them in their ids."""

ARCHIVES: Mapping[str, str] = MappingProxyType(_ARCHIVES)
"""The present archives with their names."""

ALL_ARCHIVES: tuple[str, ...] = tuple(_ARCHIVES)
"""The archives to poll in order to get all of arXiv."""

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        **{code: name for code, name in _ARCHIVES.items() if code not in _SUBJECTS},
        **{f"{archive}.{code}": name for archive, subjects in _SUBJECTS.items() for code, name in subjects.items()},
    }
)
"""The present categories with their names: `cs.CV`, `quant-ph`."""

_SPELLINGS = {code.casefold(): code for code in (*CATEGORIES, *ARCHIVES, *FORMER)}


def canonical(code: str) -> str | None:
    """Return a code as arXiv spells it ("CS.cv" → "cs.CV"), also a former one; None if there is no such code."""
    return _SPELLINGS.get(code.strip().casefold())


def name_of(code: str) -> str:
    """The name of a category or of a whole archive ("cs.*"); "" for an unknown one."""
    return CATEGORIES.get(code) or ARCHIVES.get(code.removesuffix(".*"), "")


def archive_of(code: str) -> str:
    """Return the archive of a category: "cs.CV" → "cs", "cmp-lg" → "cs", "quant-ph" → itself.

    Of an unknown category it is the part before the dot.
    """
    known = canonical(code) or code.strip()
    return FORMER.get(known, known).partition(".")[0]


def is_in_archives(categories: Iterable[str], archives: Collection[str]) -> bool:
    """Whether one of a paper's categories belongs to one of these archives."""
    return any(archive_of(category) in archives for category in categories)


def archives_of(categories: Collection[str]) -> tuple[str, ...]:
    """Return the archives to poll for these categories ("cs.CV", "cs.*", "math"), sorted; without any, all of arXiv.

    A category with two names (`stat.TH` is `math.ST`) needs both archives. An unknown archive is left out, so that a
    topic that nothing can match does not make us ask for all of arXiv.
    """
    if not categories:
        return ALL_ARCHIVES
    found: set[str] = set()
    for category in categories:
        code = category.removesuffix("*").rstrip(".")
        aliases = [new for old, new in ALIASES.items() if old == code]
        aliases += [old for old, new in ALIASES.items() if new == code]
        found.update(archive_of(name) for name in (code, *aliases))
    return tuple(sorted(found & set(ALL_ARCHIVES)))


def categories_in(archive: str) -> tuple[str, ...]:
    """Return the categories of an archive: "econ" → ("econ.EM", "econ.GN", "econ.TH"), "quant-ph" → ("quant-ph",)."""
    if archive in _SUBJECTS:
        return tuple(f"{archive}.{code}" for code in _SUBJECTS[archive])
    return (archive,) if archive in _ARCHIVES else ()


def suggestions(code: str, limit: int = 3) -> tuple[str, ...]:
    """Suggest categories for a misspelt code, best first: "cs.VC" → "cs.CV", "csCL" → "cs.CL"."""
    wanted = code.strip().casefold()
    if wanted in (former.casefold() for former in FORMER):
        return (FORMER[_SPELLINGS[wanted]],)
    if exact := _SPELLINGS.get(wanted):
        return (exact,)
    bare = {spelling.replace(".", "").replace("-", ""): known for spelling, known in _SPELLINGS.items()}
    # A code without its dot or hyphen ("csCL") can hardly mean another one.
    first = [bare[key]] if (key := wanted.replace(".", "").replace("-", "").replace(" ", "")) in bare else []
    # Two letters swapped ("cs.VC") are less similar by the matcher's measure than they are to people.
    swapped = [known for spelling, known in _SPELLINGS.items() if sorted(spelling) == sorted(wanted)]
    close = [_SPELLINGS[match] for match in difflib.get_close_matches(wanted, _SPELLINGS, n=2 * limit, cutoff=0.6)]
    return tuple(dict.fromkeys([*first, *swapped, *close]))[:limit]


def search(text: str, limit: int = 25) -> tuple[str, ...]:
    """Return categories for what a person has typed so far: first those whose code begins with it, then those that
    contain it in code or name."""
    wanted = text.strip().casefold()
    begins = [code for code in CATEGORIES if code.casefold().startswith(wanted)]
    named = [code for code, name in CATEGORIES.items() if wanted in name.casefold() or wanted in code.casefold()]
    return tuple(dict.fromkeys(begins + named))[:limit]
