"""`paperboy like`: papers from files, ids, a Zotero library or an author become votes of a chat, or are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.arxiv import ids
from bot.conversation import Busy, Liked, Result, TakenBack
from bot.conversation.likes import author_named
from bot.decisions.health import counted
from bot.errors import RetryLater, TellUser
from bot.model import ChatRef, FoundPapers, PaperList
from bot.operator.arguments import parse_chat
from bot.operator.chats import as_text
from bot.operator.console import print_sentences, say
from bot.references import read_file, read_words
from bot.references.reading import MAX_BYTES
from bot.service.app import App, open_app
from bot.settings import Settings
from handlers.like_replies import not_found, nothing_found

ZOTERO = "zotero"
MOST_SHOWN = 50
"""Titles that are printed; more are counted."""


async def like(settings: Settings, chat: str, papers: Sequence[str], *, remove: bool) -> None:
    """Let a chat like these papers, or with `remove` take its likes of them back, and print what was done.

    Raises `TellUser` for wrong input and if nothing was found, `RetryLater` if arXiv or Zotero does not answer.
    """
    ref, author = parse_chat(chat), author_named(" ".join(papers))
    # Before the database is opened: a mistake is answered at once.
    wanted = PaperList() if author or list(papers) == [ZOTERO] else read_given(papers)
    async with open_app(settings, interactive=True) as app:
        if list(papers) == [ZOTERO]:
            say("Reading the Zotero library …")
            wanted = await app.library().papers()
            if not wanted:
                raise TellUser("The Zotero library has no papers.")
        if remove:
            found = await (app.papers.by_author(author) if author else app.papers.listed(wanted))
            _show_taken_back(ref, await app.conversation().likes.take_back(ref, found), wanted)
        else:
            _show_liked(ref, await _like(app, ref, author, wanted))


async def _like(app: App, ref: ChatRef, author: str | None, wanted: PaperList) -> Liked:
    likes = app.conversation().likes
    result: Result = await (likes.of_author(ref, author) if author else likes.of_list(ref, wanted))
    match result:
        case Liked():
            return result
        case Busy():
            raise RetryLater(result.why)
    raise TellUser(as_text(result, ref))


def read_given(words: Sequence[str]) -> PaperList:
    """Read what was given on the command line: the names of files, or ids and links, or both.

    Raises `TellUser` for what is neither.
    """
    lists = [read_path(Path(word)) if _is_file(word) else _ids_in(word) for word in words]
    ids_of_all = dict.fromkeys(paper_id for each in lists for paper_id in each.ids)
    named = dict.fromkeys(paper for each in lists for paper in each.named)
    unread = tuple(entry for each in lists for entry in each.unread)
    return PaperList(tuple(ids_of_all), tuple(named), unread, sum(each.left_out for each in lists))


def read_path(path: Path) -> PaperList:
    """Read a list of papers from a file. Raises `TellUser` if it cannot be read or names no paper."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # no more than is needed to see that it is too large
    except OSError as error:
        raise TellUser(f"{path} cannot be read ({error.strerror}); name a file of arXiv ids, BibTeX or RIS.") from None
    return read_file(content, path.name)


def _is_file(word: str) -> bool:
    try:
        return Path(word).exists()
    except OSError:  # a text that is too long for a name
        return False


def _ids_in(word: str) -> PaperList:
    if found := read_words(word):
        return found
    reason = ids.resolve(word)
    why = reason.why if isinstance(reason, ids.NotAPaperLink) else ""
    raise TellUser(f"“{word}” is neither a file nor a paper. {why}")


def _show_liked(ref: ChatRef, liked: Liked) -> None:
    for line in not_found(liked.found, liked.wanted):
        say(line)
    if not liked.found.papers:
        raise TellUser(nothing_found(liked))
    known = len(liked.found.papers) - liked.new
    print_sentences(
        [
            f"{ref} likes {counted(len(liked.found.papers), 'paper')}: {liked.new} new, {known} known already.",
            *_titles(liked.found),
        ]
    )


def _show_taken_back(ref: ChatRef, result: TakenBack, wanted: PaperList) -> None:
    for line in not_found(result.found, wanted):
        say(line)
    print_sentences([f"{ref} likes {counted(result.gone, 'paper')} no more."])


def _titles(found: FoundPapers) -> list[str]:
    lines = [f"  {paper.id}  {paper.title}" for paper in found.papers[:MOST_SHOWN]]
    more = len(found.papers) - MOST_SHOWN
    return [*lines, f"  … and {more} more"] if more > 0 else lines
