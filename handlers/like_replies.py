"""Replies about papers that people like: which were found, and which were not."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Liked
from bot.model import FoundPapers, PaperList
from bot.render.nodes import Block, Bullets, Document, Line, Note, Reply, Text
from handlers.reply_parts import about, count, examples, sentence, shortened, title_link, undo_button
from handlers.requests import ChatName

MOST_TITLES = 5
"""Papers that an answer names; more fill a phone."""

MOST_MISSING = 3
"""Entries of one kind that were not found and are named."""

EXAMPLES = (
    ("2406.14272 2303.08774", "papers by their ids or links"),
    ('au:"Geoffrey Hinton"', "your own papers, or another author's"),
)


def what_to_like(chat: ChatName) -> Reply:
    """For the command without papers."""
    why = "Name papers that you like, and digests bring similar ones first. For example:"
    return Reply(Document((Line((Text(why),)), examples(EXAMPLES, "/like "), *about(chat))))


def liked(result: Liked, chat: ChatName) -> Reply:
    papers = result.found.papers
    missing = tuple(Note((Text(line),)) for line in not_found(result.found, result.wanted))
    if not papers:
        return Reply(Document((Line((Text(nothing_found(result)),)), *missing, *about(chat))))
    blocks: list[Block] = [
        Line((Text(_summary(result, chat)),)),
        Bullets(tuple((title_link(paper),) for paper in papers[:MOST_TITLES])),
    ]
    if len(papers) > MOST_TITLES:
        blocks.append(Line((Text(f"… and {len(papers) - MOST_TITLES} more"),)))
    undo = undo_button(result.undo)
    return Reply(Document((*blocks, *missing, *about(chat))), (undo,) if undo else ())


def _summary(result: Liked, chat: ChatName) -> str:
    papers = result.found.papers
    if not result.new:
        return "That was known already:"
    these = "this one" if len(papers) == 1 else f"these {len(papers)}"
    known = f" ({len(papers) - result.new} were known already)" if result.new < len(papers) else ""
    where = f"digests of {chat}" if chat.is_elsewhere else "the next digests"
    return f"Noted{known}: {where} bring papers like {these} first."


def nothing_found(result: Liked) -> str:
    """For a list, or an author, of which arXiv has no paper."""
    return "arXiv has none of these papers." if result.wanted else "arXiv has no paper by this author."


def not_found(found: FoundPapers, wanted: PaperList) -> list[str]:
    """What of a list was not found or not read, a sentence for each kind."""
    kinds = (
        ("arXiv does not know", found.unknown_ids),
        ("Not found on arXiv by title", found.unknown_titles),
        ("Without an arXiv id or a title", wanted.unread),
    )
    lines = [f"{label}: {_some(names)}" for label, names in kinds if names]
    if found.unsearched:
        lines.append(f"{count(found.unsearched, 'more title')} without an id: too many to look up; add their ids.")
    if wanted.left_out:
        lines.append(f"{wanted.left_out} entries stand past the limit of one list; send them as another one.")
    return lines


def _some(names: Sequence[str]) -> str:
    shown = "; ".join(shortened(name, 80) for name in names[:MOST_MISSING])
    more = len(names) - MOST_MISSING
    return sentence(f"{shown}; and {more} more" if more > 0 else shown)
