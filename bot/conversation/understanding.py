"""What people write that is no command: links, answers to questions, titles, small talk, and what they work on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot import topics
from bot.arxiv import ids
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import FindPapers, Insight, ReadFirstPage
from bot.conversation.following import Following
from bot.conversation.offers import Offers
from bot.conversation.paper_requests import PaperRequests
from bot.conversation.paper_results import NotALink
from bot.conversation.put_off import why_put_off
from bot.conversation.questions import Question, Questions
from bot.conversation.results import Busy, NotAllowed, Requester, Result
from bot.conversation.topic_offers import TopicOffers
from bot.conversation.topic_results import AlreadySubscribed, NotUnderstood, OfferExpired, Subscribed, TooMany
from bot.conversation.understanding_results import (
    AskWords,
    DidYouMeanCommand,
    DidYouMeanPaper,
    ManyPapers,
    NoSubject,
    SmallTalk,
    TopicOffer,
    UnknownFile,
)
from bot.decisions import refinements
from bot.errors import BadTopic, RetryLater
from bot.model import Backtest, Card, Chat, ChatRef, Depth, NamedPaper, Paper, PaperList, PaperRef
from bot.ports import Clock, Store
from bot.topics import Topic
from bot.topics.typed import (
    GuessKind,
    Talk,
    Understood,
    is_titled,
    small_talk,
    telling_words,
    title_typed,
    topic_left,
    understand,
)

_STAMP = re.compile(r"arXiv:\s*(?:\d{4}\.\d{4,5}|[a-z.-]{2,14}/\d{7})(?:v\d{1,3})?", re.IGNORECASE)
"""What arXiv prints in the margin of the first page."""

log = structlog.get_logger()

MOST_PAPERS = 10
"""Papers of one message that are shown, a line each."""

SEARCH_SECONDS = 12.0
"""How long arXiv is waited for when somebody types what may be a title."""

WORDS = "words"
"""`Question.asked` of the question which words in a category."""

_MOST_TITLED = 3


@dataclass(frozen=True, slots=True)
class Routes:
    """The use cases that a message in words may ask for."""

    unsubscribe: Callable[[Requester, ChatRef, str], Awaitable[Result]]
    answer: Callable[[Requester, Question, str], Awaitable[Result | None]]
    talk: Callable[[Requester, ChatRef, Talk], Awaitable[Result]]
    setting: Callable[[Requester, ChatRef, str], Awaitable[Result | None]]


class Understanding:
    """Answers any text helpfully. Every method may raise `StoreUnavailable`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        insight: Insight,
        find: FindPapers,
        offers: Offers,
        questions: Questions,
        following: Following,
        papers: PaperRequests,
        chats: ChatRecords,
        routes: Routes,
        first_page: ReadFirstPage,
    ) -> None:
        self._store, self._clock, self._insight, self._find = store, clock, insight, find
        self._kept, self._questions, self._following, self._routes = offers, questions, following, routes
        self._papers, self._chats, self._first_page = papers, chats, first_page
        self._offers = TopicOffers(insight, offers)

    async def message(self, requester: Requester, ref: ChatRef, text: str, links: Sequence[str] = ()) -> Result:
        """The answer to a message that is no command. `links` are addresses under its words.

        Papers that it names come first, whatever else it says; then the answer to an open question.
        """
        everything = "\n".join([text, *links])
        if papers := ids.all_papers(everything):
            return await self.papers(requester, ref, papers)
        question = await self._questions.answered(ref, requester.user_id)
        if question is not None and (answer := await self._answered(requester, question, text)) is not None:
            return answer
        if why := ids.reason_for_no_paper(everything):
            return NotALink(text.strip(), why)
        if (talk := small_talk(text)) is not None:
            return await self._talk(requester, ref, talk)
        if (changed := await self._routes.setting(requester, ref, text)) is not None:
            return changed
        if left := topic_left(text):
            return await self._routes.unsubscribe(requester, ref, left)
        return await self._words(ref, text)

    async def in_group(
        self, requester: Requester, ref: ChatRef, text: str, links: Sequence[str], *, is_named: bool
    ) -> Result | None:
        """The answer to a message that names the bot, or replies to it, in a group; None if it is for somebody else.

        A link is a request, whatever stands around it; a reply without one is for the bot only if it has asked.
        """
        if papers := ids.all_papers("\n".join([text, *links])):
            return await self.papers(requester, ref, papers)
        if is_named:
            return await self.message(requester, ref, text, links) if text.strip() else None
        question = await self._questions.answered(ref, requester.user_id)
        return await self._answered(requester, question, text) if question is not None else None

    async def document(
        self, requester: Requester, ref: ChatRef, name: str, caption: str, content: Callable[[], Awaitable[bytes]]
    ) -> Result:
        """Read the paper that a PDF is: its name, what is written with it, or its first page has the id.

        `content` fetches the file, if it is needed.
        """
        papers = ids.all_papers(caption) or ids.all_papers(name.removesuffix(".pdf").replace("_", " "))
        if not papers:
            first_page = await self._first_page(await content())
            # Further ids on the page are those of papers that it cites; the stamp in its margin may come last.
            stamped = _STAMP.search(first_page)
            papers = ids.all_papers(stamped[0] if stamped else "")
        return await self.papers(requester, ref, papers) if papers else UnknownFile(name)

    async def papers(self, requester: Requester, ref: ChatRef, papers: Sequence[PaperRef]) -> Result:
        """Read one paper, or name several with a sentence each."""
        if len(papers) == 1:
            return await self._papers.summarize(ref, str(papers[0]), requester.user_id)
        wanted = PaperList(tuple(paper.id for paper in papers[:MOST_PAPERS]))
        try:
            found = await self._find.listed(wanted)
        except RetryLater as error:
            log.info("papers not found", chat=str(ref), why=str(error))
            return Busy(why_put_off(error), error.retry_after)
        chat = await self._chats.known_or_new(ref)
        cards = [await self._card(chat, paper) for paper in found.papers]
        return ManyPapers(tuple(cards), found.unknown_ids, max(0, len(papers) - MOST_PAPERS))

    async def _card(self, chat: Chat, paper: Paper) -> Card:
        return await self._insight.card(chat, paper, Depth.BRIEF) or Card(paper)

    async def _answered(self, requester: Requester, question: Question, text: str) -> Result | None:
        if question.asked != WORDS:
            return await self._routes.answer(requester, question, text)
        if small_talk(text) is not None:
            return None
        return await self._offers.narrowed(question.about, str(question.data["query"]), text)

    async def _talk(self, requester: Requester, ref: ChatRef, talk: Talk) -> Result:
        if talk in (Talk.GREETING, Talk.THANKS, Talk.NO, Talk.UNDO):
            return SmallTalk(talk, len(await self._store.subscriptions(ref)))
        return await self._routes.talk(requester, ref, talk)

    # ── topics ──

    async def offer(self, ref: ChatRef, text: str) -> TopicOffer | NoSubject | NotUnderstood:
        """What a text offers to follow: topics with what they would have brought. Nothing is followed."""
        return await self._offers.offer(ref, text)

    async def subscribe(
        self, ref: ChatRef, query: str, title: str
    ) -> Subscribed | AlreadySubscribed | TooMany | TopicOffer | NoSubject | NotUnderstood:
        """Follow what cannot mean anything else and brings neither too much nor nothing; offer everything else."""
        read = await asyncio.to_thread(understand, query)
        if not isinstance(read, Understood):
            return await self._offers.offer(ref, query)
        offer = await self._offers.of(ref, read)
        is_clear = read.is_certain or read.guesses[0].kind in (GuessKind.WORDS, GuessKind.AUTHOR)
        is_as_read = offer.options[0].query == read.guesses[0].topic.query
        # A category may have no paper only because nobody has followed its archive so far.
        is_known_empty = refinements.is_empty(offer.backtest) and refinements.has_words(read.guesses[0].topic.query)
        is_healthy = not (refinements.is_too_broad(offer.backtest) or is_known_empty)
        if is_clear and is_as_read and is_healthy and not (read.english or read.is_shortened):
            return await self._following.follow(ref, read.guesses[0].topic, title, offer.backtest)
        return offer

    async def take(
        self, requester: Requester, ref: ChatRef, key: str, title: str = ""
    ) -> Subscribed | AlreadySubscribed | TooMany | NotAllowed | OfferExpired:
        """Follow the topic of an offer with this key, for buttons."""
        if not requester.is_admin:
            return NotAllowed()
        topic = await self._kept_topic(ref, key)
        if topic is None:
            return OfferExpired()
        # What it brings was shown with the offer.
        return await self._following.follow(ref, topic, title, Backtest(topic.query))

    async def ask_words(
        self, requester: Requester, ref: ChatRef, asked_in: ChatRef, key: str, *, may_type: bool
    ) -> AskWords | NotAllowed | OfferExpired:
        """Ask for words that narrow the topic of an offer, for buttons. `may_type`: the next message is the answer."""
        if not requester.is_admin:
            return NotAllowed()
        topic = await self._kept_topic(ref, key)
        if topic is None:
            return OfferExpired()
        if may_type:
            question = Question(WORDS, ref, {"query": topic.query})
            await self._questions.ask(asked_in, requester.user_id, question)
        return AskWords(topic.query, may_type)

    async def _kept_topic(self, ref: ChatRef, key: str) -> Topic | None:
        kept = await self._kept.text(ref, key) or ""
        if kept.startswith("/"):  # the line of a command
            return None
        try:
            return topics.parse(kept)
        except BadTopic:  # nothing is kept, or it is no offer of this kind
            return None

    # ── commands ──

    async def misspelt(self, ref: ChatRef, line: str) -> DidYouMeanCommand:
        """The question whether a line with another command was meant; the button runs that line."""
        return DidYouMeanCommand(line, await self._kept.keep(ref, f"/{line}"))

    async def line(self, ref: ChatRef, key: str) -> str | None:
        """The line of `misspelt`, without its slash; None if it is not kept any more."""
        kept = await self._kept.text(ref, key) or ""
        return kept.removeprefix("/") if kept.startswith("/") else None

    # ── titles ──

    async def _words(self, ref: ChatRef, text: str) -> DidYouMeanPaper | TopicOffer | NoSubject | NotUnderstood:
        papers = await self._titled(text) if (title_typed(text) or len(text.split()) >= 3) else ()
        offer = await self._offers.offer(ref, text)
        if papers:
            return DidYouMeanPaper(text.strip(), tuple(papers), offer if isinstance(offer, TopicOffer) else None)
        return offer

    async def _titled(self, text: str) -> Sequence[Paper]:
        """The papers with the title that somebody typed: stored ones, else those of arXiv if it looks like a title."""
        words = telling_words(text)
        stored = await self._store.papers_titled(words) if words else []
        found = [paper for paper in stored if is_titled(paper.title, text)]
        title = title_typed(text)
        if found or title is None:
            return found[:_MOST_TITLED]
        try:
            async with asyncio.timeout(SEARCH_SECONDS):
                return (await self._find.listed(PaperList(named=(NamedPaper(title, ""),)))).papers[:_MOST_TITLED]
        except (RetryLater, TimeoutError) as error:
            log.info("title not looked for", why=str(error))
            return ()
