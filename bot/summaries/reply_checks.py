"""How much a reply must give. Pure."""

from __future__ import annotations

from bot.model import Paper
from bot.summaries.sentences import split

LONGEST_HEADLINE = 260
"""Characters a headline may have."""

MOST_TAKEAWAYS = 7
LEAST_TAKEAWAYS = 3
"""With fewer a model is asked again, unless the abstract is too short for more."""


def least_takeaways(paper: Paper) -> int:
    """How many takeaways an abstract must give: three, or as many as it has sentences beside the headline's."""
    return max(min(LEAST_TAKEAWAYS, len(split(paper.abstract)) - 1), 0)
