"""Every number in the formulas of relevance, each with what it does."""

from __future__ import annotations

# ── terms ──

TITLE_COUNTS = 3.0
"""How often a term of the title counts; one of the abstract counts once."""

PAIR = 0.7
"""Weight of two neighbouring words as a term, beside the two words themselves."""

IDF_POWER = 0.9
"""Below 1, the rarest terms weigh less against the others."""

MOST_TERMS = 300_000
"""Terms whose counts are kept; beyond that, the rarest are dropped, pairs before words."""

# ── similarity of a paper to a text ──

SPARSE = 0.83
"""Weight of the terms that paper and text share."""
DENSE = 0.17
"""Weight of the terms' vectors, by which different words of one subject are close."""
EMBEDDING = 0.12
"""Weight of embeddings, compared from the middle of all papers, beside `SPARSE` and `DENSE`."""
EMBEDDING_ALONE = 0.5
"""Likewise for a text that shares no terms with papers, such as one in another language."""
FOREIGN = 0.2
"""A text is such a one if its terms that occur in papers have less than this share of its squared weights."""

PUSH = 1.0
"""How much the similarity to what is pushed away costs, as far as it exceeds that to what is wanted less the margin."""
PUSH_MARGIN = 0.02

MIDDLE = 0.16
"""The similarity that gives a score of a half."""
STEEPNESS = 2.0
"""How fast the score grows there: the power of the similarity in it."""

CLOSE = 0.12
"""The least score of a paper that an interest brings."""
ALWAYS_FEW, NOT_FAR = 5, 0.04
"""The nearest so many of a day may have a lower score, this at least: on a thin day they are better than none."""

# ── exact words ──

EXACT = 0.3
"""Share of the exactly matched terms in the score of a topic of words; the rest is similarity to its words."""
SATURATION = 1.5
"""After so many occurrences a term has half of its greatest weight; the title counts as often as in `TITLE_COUNTS`."""

IN_PRIMARY = 0.32
"""Score of a paper for a topic that only names categories, if its primary category is among them."""
IN_CROSS_LIST = 0.3
"""Likewise if only other categories are."""
FIELD = 0.6
"""How much more for a paper that is just what most papers of the category are."""
NO_WORDS = 0.5
"""Score for a topic of authors: its papers are equally good."""

# ── likeness of papers ──

TELLING = 0.3
"""Words are told as what a chat's votes favour if their weight is at least this share of the greatest one."""
LIKED_CLOSE = 0.14
"""The least cosine at which a paper is called close to a liked one."""
LIKED_COMPARED = 30
"""How many of the latest liked papers are compared."""

# ── learning ──

VOTE_WEIGHTS = {"up": 1.0, "saved": 1.2, "opened": 0.3, "down": 1.0}
"""Weight of one person's vote of each kind."""
PERSON_POWER = 0.5
"""Votes of n people weigh n to this power as much as one."""
PASSED_OVER = 0.15
"""Weight of a paper that was shown and got no vote, as a negative example."""
OTHER = 0.05
"""Weight of a paper of the same days that was not shown, as a negative example."""
PRIOR = 1.0
"""Weight of all topics and interests of a chat together, as positive examples."""
NEGATIVE_SHARE = 1.0
"""The weight of all negative examples for one of the positive ones."""
MOST_WITHOUT_VOTE = 0.5
"""The most that a paper without a vote weighs, however few they are: less than one that somebody disliked."""
DENSE_SCALE = 0.5
"""Length of the dense part of an example beside the terms' length of 1."""
EMBEDDING_SCALE = 0.7
"""Length of the embedding in an example."""
REGULARIZATION = 40.0
"""scikit-learn's C: the greater, the closer the model fits its examples."""
MODEL_TERMS = 600
"""Terms of a model, those with the greatest weights. Measured on graded papers: more make no order better."""
MOST_LIKED = 200
"""The latest liked papers that a model names."""
