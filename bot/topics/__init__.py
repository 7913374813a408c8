"""The topic language: parsing, the normal form, and explanations in words. Pure.

    talking head          both words, anywhere in title and abstract
    "talking head"        side by side; talking-head and #talking-head say the same
    ti:gan abs:gan        in the title, in the abstract; co: in the comment, au: an author, all: in any of these
    cat:cs.CV, cs.CV      the category, cross-lists included; cat:cs.* the archive; primary:cs.CV without cross-lists
    diffus*               every word that begins with it
    a OR b c -d           (a) OR (b AND c AND NOT d); AND, OR, NOT and ANDNOT in capitals, "and" is a word
    ti:(a OR b)           one field for a group
    cs.CL about: TEXT     what matches exactly, and the interest that orders it: free text up to the end
    about: TEXT           an interest alone: papers close to it, see `bot.topics.interest`

A word without a field does not search comments and authors: comments say "accepted at CVPR", which would match every
topic that names a conference.
"""

from bot.topics.interest import Interest, interest_parts
from bot.topics.meaning import archives, explain
from bot.topics.parse import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Topic, parse
from bot.topics.plain_text import is_plain_text
from bot.topics.syntax_errors import pointer
from bot.topics.syntax_tree import And, Category, Field, Leaf, Node, Not, Or, Term

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "And",
    "Category",
    "Field",
    "Interest",
    "Leaf",
    "Node",
    "Not",
    "Or",
    "Term",
    "Topic",
    "archives",
    "explain",
    "interest_parts",
    "is_plain_text",
    "parse",
    "pointer",
]
