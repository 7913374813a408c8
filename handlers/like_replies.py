"""Replies about papers that people like: which were found, and which were not."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Liked
from bot.locales import N_, _, formats, ngettext
from bot.model import FoundPapers, PaperList
from bot.render.nodes import Block, Bullets, Document, Line, Note, Reply, Text
from bot.render.plain import shortened
from handlers.reply_parts import about, examples, sentence, title_link, undo_button
from handlers.requests import ChatName

MOST_TITLES = 5
"""Papers that an answer names; more fill a phone."""

MOST_MISSING = 3
"""Entries of one kind that were not found and are named."""

EXAMPLES = (
    ("2406.14272 2303.08774", N_("papers by their ids or links")),
    ('au:"Geoffrey Hinton"', N_("your own papers, or another author's")),
)


def what_to_like(chat: ChatName) -> Reply:
    """For the command without papers."""
    why = _("Name papers that you like, and digests bring similar ones first. For example:")
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
        more = len(papers) - MOST_TITLES
        blocks.append(Line((Text(ngettext("… and {n} more", "… and {n} more", more).format(n=formats.number(more))),)))
    undo = undo_button(result.undo)
    return Reply(Document((*blocks, *missing, *about(chat))), (undo,) if undo else ())


def _summary(result: Liked, chat: ChatName) -> str:
    papers = result.found.papers
    if not result.new:
        return _("That was known already:")
    if chat.is_named:
        noted = ngettext(
            "Noted: digests of {chat} bring papers like this one first.",
            "Noted: digests of {chat} bring papers like these {n} first.",
            len(papers),
        )
    else:
        noted = ngettext(
            "Noted: the next digests bring papers like this one first.",
            "Noted: the next digests bring papers like these {n} first.",
            len(papers),
        )
    said = noted.format(chat=chat, n=formats.number(len(papers)))
    if result.new == len(papers):
        return said
    known = len(papers) - result.new
    also = ngettext("{n} of them was known already.", "{n} of them were known already.", known)
    return f"{said} {also.format(n=formats.number(known))}"


def nothing_found(result: Liked) -> str:
    """For a list, or an author, of which arXiv has no paper."""
    return _("arXiv has none of these papers.") if result.wanted else _("arXiv has no paper by this author.")


def not_found(found: FoundPapers, wanted: PaperList) -> list[str]:
    """What of a list was not found or not read, a sentence for each kind."""
    kinds = (
        (_("arXiv does not know: {names}"), found.unknown_ids),
        (_("Not found on arXiv by title: {names}"), found.unknown_titles),
        (_("Without an arXiv id or a title: {names}"), wanted.unread),
    )
    lines = [line.format(names=_some(names)) for line, names in kinds if names]
    if number := found.unsearched:
        line = ngettext(
            "{n} more title without an id: too many to look up; add their ids.",
            "{n} more titles without an id: too many to look up; add their ids.",
            number,
        )
        lines.append(line.format(n=formats.number(number)))
    if number := wanted.left_out:
        line = ngettext(
            "{n} entry stands past the limit of one list; send it as another one.",
            "{n} entries stand past the limit of one list; send them as another one.",
            number,
        )
        lines.append(line.format(n=formats.number(number)))
    return lines


def _some(names: Sequence[str]) -> str:
    shown = "; ".join(shortened(name, 80) for name in names[:MOST_MISSING])
    more = len(names) - MOST_MISSING
    if more > 0:
        shown = ngettext("{names}; and {n} more", "{names}; and {n} more", more).format(names=shown, n=more)
    return sentence(shown)
