"""Lists of papers that somebody has: ids and links, BibTeX, RIS, a Zotero library → a `PaperList`. Pure.

`reading` tells the formats apart; `bibtex`, `ris` and `zotero_items` read one each, `collected` is what they share.
`titles` compares the titles of a list with those of arXiv.
"""

from bot.references.reading import read_file, read_words
from bot.references.titles import is_same_paper

__all__ = ["is_same_paper", "read_file", "read_words"]
