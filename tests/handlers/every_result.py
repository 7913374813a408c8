"""A sample of every result, and of every way that it may look: short, long, empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import conversation as results
from bot.conversation import Followed, Result, setting_values, topic_key
from bot.conversation.likely_zones import likely_zones
from bot.model import (
    FOREVER,
    Backtest,
    Card,
    Chat,
    ChatRef,
    Depth,
    Digest,
    FoundPapers,
    Paper,
    PaperList,
    PastDigest,
    Platform,
    SummaryKey,
    VoteKind,
    Window,
)
from bot.references.citations import CitationFormat, cite
from bot.topics.typed import GuessKind, Talk
from tests.handlers.insights import INSIGHTS, UNTESTED
from tests.handlers.services import SERVICES
from tests.render.samples import BRIEF
from tests.render.samples import DEEP as DEEP_SAMPLE

CHAT = Chat(ChatRef(Platform.TELEGRAM, "5"), timezone="Europe/Berlin")
DUE = datetime(2026, 6, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
CARD = Card(Paper("2406.14272", 1, "A title", ("A. Author",), "An abstract.", ("cs.CV",)))
SUMMARY = replace(BRIEF, key=SummaryKey("2406.14272", 1, "en"))
DEEP = replace(DEEP_SAMPLE, key=SummaryKey("2406.14272", 1, "en", Depth.DEEP))
PAGE = Digest(
    ("cat:cs.CV", "cat:cs.CL", "cat:cs.LG"),
    Window(date(2026, 6, 5), date(2026, 6, 5)),
    700,
    109,
    (replace(CARD, summary=SUMMARY), Card(replace(CARD.paper, id="astro-ph/0601001", title="Long " * 200))) * 5,
    slot="n20260605T091500123456",
    ranked=109,
)
LONG = 'abs:"gaussian splatting" AND cat:cs.CV AND NOT ' + " AND NOT ".join(f"word{n}" for n in range(40))
TOPIC = Followed("cat:cs.CV", "papers in cs.CV", topic_key("cat:cs.CV"), date(2026, 6, 2))
OTHER = results.OtherChat(ChatRef(Platform.TELEGRAM, "-1001234567890"), "Lab " * 30, 3)
LONGEST = Followed(LONG, "papers that …", topic_key(LONG), date(2026, 6, 2))
_ABOUT = "audio-driven talking heads and lip sync for films and games; not face recognition"
INTEREST = Followed(f"about: {_ABOUT}", f"papers close to “{_ABOUT}”", topic_key("about"), date(2026, 6, 2))
BOTH = Followed(
    "cat:cs.CL about: good evaluation", "papers in cs.CL, first those …", topic_key("both"), date(2026, 6, 2)
)

DAY = date(2026, 6, 2)
PAST = PastDigest(
    DAY, Window(DAY, DAY), datetime(2026, 6, 2, tzinfo=UTC), frozenset(("2406.14272",)), "2026-06-02", 109
)

ZONES = ("America/Argentina/Buenos_Aires", *likely_zones("zh", "UTC"))

WEEK = tuple((date(2026, 6, day), 3) for day in (1, 2, 3, 4, 5))
OFFER = results.TopicOffer(
    "lip sync for films",
    tuple(results.OfferedTopic(kind, f"about: lip sync {kind}", "0123456789ab", "cs.CV", 12, 5) for kind in GuessKind),
    Backtest("about: lip sync", WEEK, shown=(CARD.paper,)),
    tuple((note, "some words") for note in results.OfferNote if note is not results.OfferNote.BROAD),
)
BROAD_OFFER = results.TopicOffer(
    "cs.CV",
    (results.OfferedTopic(GuessKind.CATEGORY, "cat:cs.CV", "0123456789ab", "cs.CV", 500, 5),),
    Backtest("cat:cs.CV", tuple((day, 100) for day, _ in WEEK)),
    ((results.OfferNote.BROAD, ""),),
)

EVERY_RESULT: tuple[Result, ...] = (
    results.Welcome(CHAT, 3),
    results.Help(),
    results.Privacy(),
    results.Subscribed(CHAT, LONG, "papers that …", date(2026, 6, 2), DUE, 1, UNTESTED),
    results.AlreadySubscribed("cat:cs.CV", "papers in cs.CV"),
    results.NotUnderstood("a AND", "There is nothing after AND.", 2, "a AND\n  ^"),
    OFFER,
    BROAD_OFFER,
    replace(OFFER, backtest=Backtest("x")),
    results.AskWords("cat:cs.CV", may_type=True),
    results.AskWords("cat:cs.CV", may_type=False),
    results.NoSubject("the"),
    *(
        results.SmallTalk(talk, following)
        for talk in (Talk.GREETING, Talk.THANKS, Talk.NO, Talk.UNDO)
        for following in (0, 1)
    ),
    results.DidYouMeanPaper("a title", (CARD.paper,), OFFER),
    results.DidYouMeanPaper("a title", (CARD.paper, CARD.paper)),
    results.DidYouMeanCommand("subscribe cs.CV", "0123456789ab"),
    results.ManyPapers((CARD, replace(CARD, summary=SUMMARY)), ("2406.99999",), 3),
    results.UnknownFile("a.pdf"),
    results.UnsubscribedSeveral(("cat:cs.CV", LONG), 0),
    results.UnsubscribedSeveral(("cat:cs.CV", LONG), 1, "0123456789ab", ("x",)),
    results.OfferExpired(),
    results.TooMany(50),
    results.Unsubscribed("cat:cs.CV", 0),
    results.NotSubscribed("x", ()),
    results.NotSubscribed("x", (TOPIC, LONGEST)),
    results.Subscriptions(CHAT, ()),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25),
    results.Subscriptions(CHAT, (INTEREST, BOTH)),
    results.Subscribed(CHAT, INTEREST.topic, INTEREST.explained, date(2026, 6, 2), DUE, 1, UNTESTED),
    results.PaperCard(CARD, "en", Depth.BRIEF),
    results.PaperCard(replace(CARD, summary=SUMMARY), "en", Depth.BRIEF),
    results.PaperEvidence(replace(CARD, summary=SUMMARY), "en"),
    results.NoEvidence("2406.14272v1"),
    results.OpenedCard(replace(CARD, summary=SUMMARY), "en", Depth.BRIEF, votes=frozenset({VoteKind.UP})),
    results.OpenedCard(replace(CARD, summary=SUMMARY), "zh", Depth.BRIEF, results.CardView.EVIDENCE),
    results.OpenedCard(replace(CARD, summary=DEEP), "en", Depth.DEEP, results.CardView.READING),
    results.OpenedCard(replace(CARD, summary=DEEP), "en", Depth.DEEP, trouble=results.CardTrouble.BUSY),
    results.OpenedCard(CARD, "en", Depth.BRIEF, trouble=results.CardTrouble.UNREADABLE),
    results.OpenedCard(
        CARD, "en", Depth.BRIEF, trouble=results.TooManyReadings(10, timedelta(minutes=12), is_deep=True)
    ),
    results.OpenedCard(CARD, "en", Depth.BRIEF, is_ready=True),
    results.OpenedCard(Card(replace(CARD.paper, withdrawn=True)), "en", Depth.BRIEF),
    results.BeingRead(CARD, "en", 60.0),
    *(results.CitedPaper(CARD, form, cite([CARD.paper], form)) for form in CitationFormat),
    results.CardFigures(CARD, "en"),
    results.CardClosed(),
    results.DigestPage(PAGE, 10, PAGE.slot, 109),
    results.DigestPage(replace(PAGE, language="ja"), 0, PAGE.slot, 109),
    results.NotALink("x", "There is no arXiv id in it."),
    results.UnknownPaper("2406.99999", "arXiv has no paper 2406.99999; check the id."),
    results.Withdrawn(Card(replace(CARD.paper, withdrawn=True))),
    results.Unreadable("2406.14272", "it is encrypted"),
    results.Liked(FoundPapers((CARD.paper,)), PaperList(("2406.14272",)), 1, is_for_chat=False),
    results.Liked(FoundPapers((CARD.paper,) * 400), PaperList(), 0, is_for_chat=True),
    results.Liked(
        FoundPapers((replace(CARD.paper, title="Long " * 60),) * 400, ("2406.99999",) * 9, ("A title " * 30,) * 9, 300),
        PaperList(("2406.14272",), (), ("@misc{broken",) * 9, 120),
        3,
        is_for_chat=True,
    ),
    results.Liked(FoundPapers((), ("2406.99999",)), PaperList(("2406.99999",)), 0, is_for_chat=False),
    results.Liked(FoundPapers(), PaperList(), 0, is_for_chat=True),
    results.Incomplete("like"),
    results.Busy("arXiv does not answer.", 4000.0),
    results.Voted(CARD.paper, VoteKind.UP),
    results.VoteOptions(CARD.paper),
    results.VoteNotKept(),
    results.PaperNotKept("2406.14272"),
    results.SavedPapers(()),
    results.SavedPapers((replace(CARD.paper, title="Long " * 60),) * 10, 10, 300, "0a1b"),
    results.SavedPapers((CARD.paper,) * 10, 0, 300, "0a1b", is_removing=True),
    results.NotYours(),
    results.References((CARD.paper,), CitationFormat.BIBTEX, "@misc{x}\n", b"@misc{x}\n"),
    results.References((CARD.paper,) * 3, CitationFormat.RIS, "TY", b"TY", are_saved=True),
    results.References((), CitationFormat.RIS, "", b"", found=FoundPapers(unknown_ids=("2606.99999",) * 5)),
    results.FoundInChat("a <b> & *c*", "0123456789ab", ()),
    results.FoundInChat("x" * 200, "0123456789ab", ((CARD.paper, DAY), (CARD.paper, None)) * 5, 10, 999, 200, True),
    results.NothingToSearch("-x"),
    results.SearchExpired(),
    results.PastDigests(()),
    results.PastDigests((PAST,) * 7, 7, 40),
    results.ExportedChat("{}", "@misc{x}"),
    *INSIGHTS,
    results.DigestComing(3, 1),
    results.NothingNow("Nothing is new.", 1),
    results.SettingsView(CHAT, DUE),
    results.Choices("language", "en", (("en", "English"), ("de", "Deutsch")), "or any other"),
    results.Changed(CHAT, "timezone", "Europe/Berlin", DUE),
    results.NotAccepted("timezone", "Berln", "I know no such place.", ("Europe/Berlin",)),
    results.Changed(CHAT, "size", "10 papers", None, "0123456789ab"),
    results.Undone(CHAT, DUE, ("cat:cs.CV",), (LONG,), ("size", "time"), 2),
    results.Undone(CHAT, None, settings=("timezone",)),
    results.WhichSetting("10", (("time", "10:00", "10:00"), ("size", "10", "10 papers"))),
    results.WhichSetting("x " * 80, ()),
    results.NotAccepted("timezone", "USA", "Which one?", (), (("America/New_York", "New York"),)),
    results.NotAccepted("colour", "red", "There is no such setting.", setting_values.NAMES),
    results.Changed(replace(CHAT, paused_until=FOREVER), "pause", "until you resume", None, "0123456789ab"),
    results.Changed(CHAT, "pause", "off", DUE, "0123456789ab"),
    results.UndoExpired(),
    results.UndoRefused(),
    results.ConfirmForget((LONG, "cat:cs.CV") * 9, 7, unreachable=(replace(CHAT, title="Vision lab"), CHAT)),
    results.ConfirmForget(is_paused=True),
    results.ConfirmErase(replace(CHAT, title="Vision lab " * 20), ("cat:cs.CV",)),
    results.Erased(CHAT),
    results.Unchanged(),
    results.Forgotten(),
    results.Resent(),
    results.NotAllowed(),
    results.NotOperator(),
    results.Health(("The database is read-only.", "x" * 900, *("telegram:1 gets nothing: blocked",) * 40)),
    results.AskTopic(CHAT, True),
    results.AskTopic(CHAT, False),
    *(results.AreaOffer(each, UNTESTED, (CARD, Card(CARD.paper)), True) for each in results.AREAS),
    results.AskPlace(CHAT, "cat:cs.CV", ZONES, time(8), True, UNTESTED),
    results.AskPlace(CHAT, LONG, ZONES, time(8, 30), False),
    *(results.Settled(CHAT, DUE, DUE - timedelta(days=days)) for days in (0, 1, 3)),
    results.GroupWelcome(CHAT, 0),
    results.GroupWelcome(CHAT, 2),
    results.Shared((), "paperboy_bot"),
    results.Shared((("cat:cs.CV", topic_key("cat:cs.CV")), (LONG, topic_key(LONG))) * 9, "paperboy_bot"),
    results.Shared((("cat:cs.CV", topic_key("cat:cs.CV")),), ""),
    results.LinkDamaged(),
    results.WhichChat(((CHAT.ref, ""), (ChatRef(Platform.TELEGRAM, "-1001234567890"), "Lab " * 30)), "0123456789ab"),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25, 3),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25, 0, (OTHER,) * 20),
    results.Subscriptions(CHAT, (), 0, (OTHER,)),
    results.Incomplete("subscribe"),
    results.Stale(),
    *SERVICES,
)
