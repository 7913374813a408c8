"""Replies about what a chat has received: saved papers, searches, references, past digests, and the export.

Lists are numbered, and the buttons below open their papers or turn the pages in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.conversation import (
    ExportedChat,
    FoundInChat,
    NothingToSearch,
    NotYours,
    PastDigests,
    References,
    SavedPapers,
    SearchExpired,
)
from bot.conversation.library import DIGESTS_PAGE, PAGE
from bot.locales import _, formats, ngettext, pgettext
from bot.model import Paper, PaperList, PastDigest, digest_slot_key
from bot.references import FORMAT_NAMES, CitationFormat
from bot.render.nodes import Attachment, Block, Bullets, Button, Code, Document, Heading, Line, Note, Reply, Span, Text
from handlers.button_actions import Action
from handlers.like_replies import not_found
from handlers.reply_parts import about, command, one_line, rows, spans, title_link, with_note
from handlers.requests import ChatName

NUMBERS_IN_A_ROW = 5
"""On a phone such buttons are still wide enough for a thumb."""

_BUTTONS = (CitationFormat.BIBTEX, CitationFormat.RIS, CitationFormat.CSV)
"""Formats that have a button; the others are typed."""


# ── saved papers ──────────────────────────────────────────────────────────────────────────────────────────────────


def saved_papers(result: SavedPapers, chat: ChatName) -> Reply:
    if not result.papers:
        line = _("You have saved nothing here yet; {sign} below a paper saves it.").format(sign="🔖")
        return with_note(one_line(line), chat)
    heading = ngettext("You have saved {n} paper here", "You have saved {n} papers here", result.total)
    blocks = _numbered(
        heading.format(n=formats.number(result.total)), result.first, [(each, None) for each in result.papers]
    )
    mode = ":x" if result.is_removing else ""
    pages = _page_row(result.first, result.total, PAGE, lambda first: Action("saved", f"{first}:{result.owner}{mode}"))
    if result.is_removing:
        removals = [
            Button(f"✕ {number}", action=str(Action("unsave", f"{paper.id}:{result.first}:{result.owner}")))
            for number, paper in enumerate(result.papers, result.first + 1)
        ]
        done = Button(pgettext("button", "Done"), action=str(Action("saved", f"{result.first}:{result.owner}")))
        buttons = (*rows(removals, NUMBERS_IN_A_ROW), *pages, (done,))
        return Reply(
            Document((*blocks, Line((Text(_("Press the number of a paper to remove it.")),)), *about(chat))), buttons
        )
    files = tuple(Button(FORMAT_NAMES[form], action=str(Action("refs", f"{form}:{result.owner}"))) for form in _BUTTONS)
    remove = Button(pgettext("button", "Remove …"), action=str(Action("saved", f"{result.first}:{result.owner}:x")))
    openers = _openers([paper.id for paper in result.papers], result.first)
    return Reply(Document((*blocks, *about(chat))), (*openers, *pages, files, (remove,)))


def not_yours(_result: NotYours, _chat: ChatName) -> Reply:
    line = _("This is somebody else's list; {command} shows yours.")
    return Reply(Document((Line(spans(line, command=command("saved"))),)))


# ── references ────────────────────────────────────────────────────────────────────────────────────────────────────


def references(result: References, chat: ChatName) -> Reply:
    missing = tuple(Note((Text(line),)) for line in not_found(result.found, PaperList()))
    if not result.papers:
        if result.are_saved:
            return saved_papers(SavedPapers(()), chat)
        return Reply(Document((Line((Text(_("arXiv has none of these papers.")),)), *missing)), private=False)
    if len(result.papers) == 1 and not result.are_saved:
        blocks = (Line((title_link(result.papers[0]),)), Code(result.text.strip()))
        return Reply(Document(blocks), private=False)
    line = ngettext("{n} reference as {format}:", "{n} references as {format}:", len(result.papers))
    line = line.format(n=formats.number(len(result.papers)), format=FORMAT_NAMES[result.form])
    name = "saved" if result.are_saved else "papers"
    file = Attachment(f"{name}.{result.form}", result.content)
    return Reply(Document((Line((Text(line),)), *missing)), private=result.are_saved, files=(file,))


def what_to_cite(chat: ChatName) -> Reply:
    """For the command without papers."""
    line = _("Say which papers, by ids or links, and maybe a format: {one} or {several}.")
    examples = spans(line, one=command("cite", "1706.03762"), several=command("cite", "1706.03762 2406.14272 ris"))
    return with_note(Reply(Document((Line(examples),))), chat)


# ── searching ─────────────────────────────────────────────────────────────────────────────────────────────────────


def found_in_chat(result: FoundInChat, chat: ChatName) -> Reply:
    words = Text(result.typed, bold=True)
    if not result.total:
        nothing = Line(spans(_("Nothing that came here has {words}."), words=words))
        return Reply(Document((nothing, _search_help(), *about(chat))))
    heading = ngettext("{n} paper for {words}", "{n} papers for {words}", result.total)
    blocks = _numbered(
        spans(heading, n=Text(formats.number(result.total), bold=True), words=words), result.first, result.papers
    )
    if result.is_widened:
        blocks.append(Note((Text(_("No paper has these very words; these have longer ones that begin so.")),)))
    if result.total > result.reachable:
        more = _("The best {n} can be looked at; another word leaves fewer.")
        blocks.append(Note((Text(more.format(n=formats.number(result.reachable))),)))
    pages = _page_row(result.first, result.reachable, PAGE, lambda first: Action("find", f"{result.key}:{first}"))
    openers = _openers([paper.id for paper, _day in result.papers], result.first)
    return Reply(Document((*blocks, *about(chat))), (*openers, *pages))


def nothing_to_search(_result: NothingToSearch, chat: ChatName) -> Reply:
    line = Line((Text(_("There is no word in that to look for.")),))
    return Reply(Document((line, _search_help(), *about(chat))))


def search_expired(_result: SearchExpired, _chat: ChatName) -> Reply:
    line = _("That search is more than a week old; send it again with {command}.")
    return Reply(Document((Line(spans(line, command=command("search"))),)))


def what_to_search(chat: ChatName) -> Reply:
    """For the command without words."""
    line = Line((Text(_("Search in everything that came here.")),))
    return Reply(Document((line, _search_help(), *about(chat))))


def _search_help() -> Bullets:
    examples = (
        ("diffusion video", _("both words, in titles, summaries or authors")),
        ('"talking head"', _("these words in a row")),
        ("au:Hinton 3d", _("an author, and a word")),
        ("transf* -medical", _("the beginning of a word, and no paper with the other word")),
    )
    line = _("{example}: {meaning}")
    return Bullets(
        tuple(spans(line, example=command("search", example), meaning=meaning) for example, meaning in examples)
    )


# ── past digests ──────────────────────────────────────────────────────────────────────────────────────────────────


def past_digests(result: PastDigests, chat: ChatName) -> Reply:
    if not result.digests:
        line = _("No digest has come here yet.") if not result.total else _("There are no older digests.")
        return with_note(one_line(line), chat)
    heading = Heading((Text(ngettext("{n} digest", "{n} digests", result.total).format(n=result.total), bold=True),))
    lines = tuple((Text(_digest_line(digest)),) for digest in result.digests)
    openers = [
        Button(formats.short_day(digest.day), action=str(Action("next", f"{digest_slot_key(digest.slot)}:0")))
        for digest in result.digests
        if digest.total
    ]
    pages = _page_row(result.first, result.total, DIGESTS_PAGE, lambda first: Action("past", str(first)))
    document = Document((heading, Bullets(lines, numbered=True, start=result.first + 1), *about(chat)))
    return Reply(document, (*rows(openers, 3), *pages))


def _digest_line(digest: PastDigest) -> str:
    day, shown = formats.day(digest.day), len(digest.shown)
    if digest.total > shown:
        line = ngettext("{day}: {shown} of {n} paper", "{day}: {shown} of {n} papers", digest.total)
        return line.format(day=day, shown=formats.number(shown), n=formats.number(digest.total))
    return ngettext("{day}: {n} paper", "{day}: {n} papers", shown).format(day=day, n=formats.number(shown))


# ── the export ────────────────────────────────────────────────────────────────────────────────────────────────────


def exported_chat(result: ExportedChat, chat: ChatName) -> Reply:
    line = _("Everything that I keep about {chat}. {command} deletes it.")
    files = [Attachment("paperboy.json", result.content.encode())]
    if result.saved:
        files.append(Attachment("saved.bib", result.saved.encode()))
    said = spans(line, chat=chat.full, command=command("forget"))
    return Reply(Document((Line(said),)), files=tuple(files))


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _numbered(heading: str | tuple[Span, ...], first: int, papers: Sequence[tuple[Paper, date | None]]) -> list[Block]:
    said = (Text(heading, bold=True),) if isinstance(heading, str) else heading
    lines = tuple(
        (title_link(paper), *((Text(f" · {formats.full_day(day)}"),) if day else ())) for paper, day in papers
    )
    return [Heading(said), Bullets(lines, numbered=True, start=first + 1)]


def _openers(paper_ids: Sequence[str], first: int) -> tuple[tuple[Button, ...], ...]:
    """A button for each paper of a page, with its number in the list."""
    buttons = [
        Button(str(number), action=str(Action("open", each))) for number, each in enumerate(paper_ids, first + 1)
    ]
    return rows(buttons, NUMBERS_IN_A_ROW)


def _page_row(first: int, total: int, page: int, to: Callable[[int], Action]) -> tuple[tuple[Button, ...], ...]:
    """The buttons to the pages before and after, if there are any."""
    row = [Button("◀", action=str(to(max(first - page, 0))))] if first > 0 else []
    row += [Button("▶", action=str(to(first + page)))] if first + page < total else []
    return (tuple(row),) if row else ()
