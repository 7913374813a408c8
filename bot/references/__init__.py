"""Lists of papers that somebody has: ids and links, BibTeX, RIS, a Zotero library → a `PaperList`; and back. Pure.

`reading` tells the formats apart; `bibtex`, `ris` and `zotero_items` read one each, `collected` is what they share.
`titles` compares the titles of a list with those of arXiv. `citations` writes papers in the formats that other programs
read.
"""

from bot.references.citations import FORMAT_NAMES, CitationFormat, cite, file_content
from bot.references.reading import read_file, read_words
from bot.references.titles import is_same_paper

__all__ = ["FORMAT_NAMES", "CitationFormat", "cite", "file_content", "is_same_paper", "read_file", "read_words"]
