"""The table of commands that every platform registers and answers: arguments, rights, how to answer, use case."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.arxiv import ids
from bot.conversation import Conversation, Result
from bot.errors import TellUser
from bot.locales import N_, _
from bot.model import Depth
from bot.references import FORMAT_NAMES, CitationFormat
from handlers import setting_actions, stop_actions
from handlers.requests import Operation, Request


class Suggests(enum.Enum):
    """What completes an argument while it is typed, where the platform can."""

    TOPICS = "the chat's own topics"
    CATEGORIES = "arXiv's categories"
    SETTINGS = "the names of settings"
    VALUES = "common values of the setting that the argument `name` names"
    WORDS = "the words of `Argument.words`"


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands after a command. `words`, if not empty, are all that it can be; `labels` name them in English for a
    menu, one each, where the words do not say enough.

    `may_be_quoted`: where a command answers another message, that message's text can stand for the argument.
    `setting` is the one whose values complete it, if no other argument names it.
    """

    name: str
    description: str
    required: bool = True
    suggests: Suggests | None = None
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    may_be_quoted: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """`name` without the slash; `description` in English, at most 100 characters in every language, as platforms show
    it beside the name."""

    name: str
    description: str
    operation: Operation
    arguments: tuple[Argument, ...] = ()
    takes_file: bool = False
    """A list of papers as a file may stand for its arguments."""
    is_for_operators: bool = False
    """Only the operators may use it, so that /help does not name it."""

    def read_line(self, line: str) -> dict[str, str]:
        """The arguments in a line of text, for platforms where people write them one after the other.

        A single argument takes the whole line. Of two, the second takes the last word if it is made of fixed words,
        else the first takes the first word.
        """
        line = line.strip()
        if not line or not self.arguments:
            return {}
        first = self.arguments[0]
        if len(self.arguments) == 1:
            return {first.name: line}
        second = self.arguments[1]
        if not second.words:
            name, _, value = line.partition(" ")
            return {first.name: name, second.name: value.strip()}
        before, _, last = line.rpartition(" ")
        # A single word is the first argument even if it is one of the fixed words: the first argument is required.
        if before and last.casefold() in second.words:
            return {first.name: before, second.name: last}
        return {first.name: line}


# ── use cases, in terms of arguments by name ──────────────────────────────────────────────────────────────────────


async def start(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.beginning.start(target.requester, target.chat, target.kind, target.title)


async def show_help(conversation: Conversation, _request: Request) -> Result:
    return await conversation.help()


async def subscribe(conversation: Conversation, request: Request) -> Result:
    target = request.target
    query = request.arguments.get("query", "")
    return await conversation.subscribe(target.requester, target.chat, query, target.title)


async def unsubscribe(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.unsubscribe(target.requester, target.chat, request.arguments.get("topic", ""))


async def subscriptions(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.subscriptions(target.chat, person=target.requester.user_id)


async def summarize(conversation: Conversation, request: Request) -> Result:
    target, link, depth = request.target, request.arguments.get("link", ""), request.arguments.get("depth", "")
    # Several links, or words instead of one, are answered as in a message.
    if link.strip() and len(ids.all_papers(link)) != 1 and not ids.reason_for_no_paper(link):
        return await conversation.understanding.message(target.requester, target.chat, link)
    return await conversation.papers.summarize(target.chat, link, target.requester.user_id, _depth(depth))


async def like(conversation: Conversation, request: Request) -> Result:
    target = request.target
    papers = request.arguments.get("papers", "")
    return await conversation.likes.from_text(target.requester, target.chat, papers, target.title)


async def saved(conversation: Conversation, request: Request) -> Result:
    target, form = request.target, request.arguments.get("format", "")
    if form.strip():
        return await conversation.library.saved_references(target.requester, target.chat, _format(form))
    return await conversation.library.saved(target.requester, target.chat)


async def cite(conversation: Conversation, request: Request) -> Result:
    papers, form = request.arguments.get("papers", ""), request.arguments.get("format", "")
    return await conversation.library.cite(papers, _format(form or CitationFormat.BIBTEX))


async def search(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.library.search(target.requester, target.chat, request.arguments.get("words", ""))


async def history(conversation: Conversation, request: Request) -> Result:
    return await conversation.library.history(request.target.chat)


async def export(conversation: Conversation, request: Request) -> Result:
    return await conversation.exports.export(request.target.requester, request.target.chat)


def _format(given: str) -> CitationFormat:
    try:
        return CitationFormat(given.strip().casefold().removeprefix("."))
    except ValueError:
        formats = ", ".join(CitationFormat)
        raise TellUser(
            _("“{given}” is no format of references; choose one of {formats}.").format(
                given=given.strip(), formats=formats
            )
        ) from None


async def preview(conversation: Conversation, request: Request) -> Result:
    return await conversation.insights.preview(request.target.chat)


async def why(conversation: Conversation, request: Request) -> Result:
    return await conversation.insights.why(request.target.chat, request.arguments.get("link", ""))


async def tune(conversation: Conversation, request: Request) -> Result:
    return await conversation.insights.tune(request.target.chat)


def _depth(given: str) -> Depth | None:
    try:
        return Depth(given.strip().casefold()) if given.strip() else None
    except ValueError:  # Discord lets people choose from the words but takes any text
        raise TellUser(_("The depth is brief (from the abstract) or deep (from the whole paper).")) from None


async def digest_now(conversation: Conversation, request: Request) -> Result:
    return await conversation.digests.now(request.target.requester, request.target.chat)


async def privacy(conversation: Conversation, _request: Request) -> Result:
    return await conversation.privacy()


async def health(conversation: Conversation, request: Request) -> Result:
    return await conversation.health(request.target.requester, request.target.chat)


async def broadcast(conversation: Conversation, request: Request) -> Result:
    target, text = request.target, request.arguments.get("text", "")
    return await conversation.broadcasts.plan(target.requester, target.chat, text)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

_FORMAT = Argument(
    "format",
    N_("The format: bib, ris, json, md or csv"),
    required=False,
    suggests=Suggests.WORDS,
    words=tuple(CitationFormat),
    labels=tuple(FORMAT_NAMES[form] for form in CitationFormat),
)

COMMANDS = (
    Command("start", N_("Say hello and see how to begin"), Operation(use_case=start, is_public=True)),
    Command("help", N_("What I can do, by example"), Operation(use_case=show_help)),
    Command(
        "subscribe",
        N_("Follow a topic: new papers come as a daily digest"),
        # Slow where the answer counts what the last week would have brought.
        Operation(use_case=subscribe, needs_rights=True, needs_posting=True, is_slow=True, is_about_chat=True),
        (
            Argument(
                "query",
                N_("A category, words, a query, or your interests in sentences"),
                suggests=Suggests.CATEGORIES,
            ),
        ),
    ),
    Command(
        "unsubscribe",
        N_("Stop following a topic"),
        Operation(use_case=unsubscribe, needs_rights=True, is_about_chat=True),
        (Argument("topic", N_("The topic, or its number in the list"), suggests=Suggests.TOPICS),),
    ),
    Command(
        "subscriptions", N_("The topics that this chat follows"), Operation(use_case=subscriptions, is_about_chat=True)
    ),
    # Public: a paper that somebody asks for is interesting for everybody in the chat.
    Command(
        "summarize",
        N_("Read one paper now"),
        Operation(use_case=summarize, is_slow=True, is_public=True),
        (
            Argument("link", N_("An arXiv link, id or DOI"), may_be_quoted=True),
            Argument(
                "depth",
                N_("brief (abstract) or deep (whole paper)"),
                required=False,
                suggests=Suggests.WORDS,
                words=tuple(depth.value for depth in Depth),
                labels=(N_("brief: from the abstract"), N_("deep: from the whole paper")),
            ),
        ),
    ),
    # No rights for one's own likes; an author's papers are the chat's.
    Command(
        "like",
        N_("Name papers you like, and digests bring similar ones first"),
        Operation(use_case=like, needs_rights=True, is_slow=True, is_about_chat=True),
        (Argument("papers", N_('arXiv ids or links, or au:"Name" for an author'), required=False, may_be_quoted=True),),
        takes_file=True,
    ),
    Command(
        "saved",
        N_("The papers that you saved with 🔖, also as a file"),
        Operation(use_case=saved),
        (_FORMAT,),
    ),
    Command(
        "search",
        N_("Search in everything that came here"),
        Operation(use_case=search, is_about_chat=True),
        (Argument("words", N_('Words, "words in a row", au:Name, -without')),),
    ),
    Command("history", N_("The digests of the last weeks"), Operation(use_case=history, is_about_chat=True)),
    # Public, as /summarize is.
    Command(
        "cite",
        N_("References to papers: BibTeX, RIS, Markdown and more"),
        Operation(use_case=cite, is_slow=True, is_public=True),
        (Argument("papers", N_("arXiv links or ids"), may_be_quoted=True), _FORMAT),
    ),
    # No rights: nothing is taken or changed.
    Command(
        "preview",
        N_("See the next digest as it stands; nothing is sent or used up"),
        Operation(use_case=preview, is_slow=True, is_about_chat=True),
    ),
    Command(
        "why",
        N_("Why a paper came, at which place, or why not"),
        Operation(use_case=why, is_slow=True, is_about_chat=True),
        (Argument("link", N_("An arXiv link or id, of the last month"), may_be_quoted=True),),
    ),
    Command(
        "tune",
        N_("What I learned from your votes, and forgetting it"),
        Operation(use_case=tune, is_about_chat=True),
    ),
    Command(
        "digest",
        N_("Get what is new now instead of waiting"),
        Operation(use_case=digest_now, needs_rights=True, needs_posting=True, is_slow=True, is_about_chat=True),
    ),
    Command(
        "settings",
        N_("Language, time, time zone, days, size and style of digests"),
        Operation(use_case=setting_actions.settings, needs_rights=True, is_about_chat=True),
        (
            Argument("name", N_("Which setting to change"), required=False, suggests=Suggests.SETTINGS),
            Argument("value", N_("Its new value"), required=False, suggests=Suggests.VALUES),
        ),
    ),
    # The answer is for the one who asks alone.
    Command(
        "export",
        N_("Everything that I keep about this chat, as a file"),
        Operation(use_case=export, needs_rights=True, is_about_chat=True),
    ),
    # It only asks; the button of the question deletes.
    Command(
        "forget",
        N_("Delete everything that I keep about this chat"),
        Operation(use_case=stop_actions.ask, needs_rights=True, is_about_chat=True),
    ),
    Command(
        "pause",
        N_("Get no digests for a while; nothing is lost"),
        Operation(use_case=setting_actions.pause, needs_rights=True, is_about_chat=True),
        (
            Argument(
                "how_long", N_("1 week, until 24 December …"), required=False, suggests=Suggests.VALUES, setting="pause"
            ),
        ),
    ),
    Command(
        "resume",
        N_("Get digests again after a pause"),
        Operation(use_case=setting_actions.resume, needs_rights=True, is_about_chat=True),
    ),
    Command("privacy", N_("What I keep about this chat"), Operation(use_case=privacy)),
    # No rights in the chat: the operators are known by their ids.
    Command(
        "health", N_("The state of the service, for its operators"), Operation(use_case=health), is_for_operators=True
    ),
    # It only shows what would be sent; the button below sends.
    Command(
        "broadcast",
        N_("Write to all chats, for the operators: shows first what would be sent"),
        Operation(use_case=broadcast, is_slow=True),
        (Argument("text", N_("The message; an empty line begins a new paragraph")),),
        is_for_operators=True,
    ),
    # It only asks; the button of the question deletes.
    Command(
        "stop",
        N_("Unsubscribe from everything and delete what I know of this chat"),
        Operation(use_case=stop_actions.ask, needs_rights=True, is_about_chat=True),
    ),
)
"""In the order in which people see them."""
