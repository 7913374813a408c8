"""Made-up answers about topics, papers and votes, as long as they get."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot import conversation as results
from bot.model import (
    Backtest,
    Card,
    Chat,
    ChatRef,
    Digest,
    Lift,
    Nearest,
    Paper,
    PaperOutcome,
    Platform,
    Reason,
    ReasonKind,
    Refinement,
    RefinementKind,
    SummaryKey,
    Taste,
    Whereabouts,
    Window,
)
from tests.render.samples import BRIEF

CHAT = Chat(ChatRef(Platform.TELEGRAM, "5"), timezone="Europe/Berlin")
DUE = datetime(2026, 6, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TUESDAY = date(2026, 6, 2)
WEEK = tuple(TUESDAY - timedelta(days=ago) for ago in (8, 7, 6, 5, 4, 1, 0))
PAPER = Paper("2606.00001", 1, "Talking heads that listen", ("A. Author",), "We let heads talk.", ("cs.CV",))
LONG = replace(PAPER, title="A very long title about many things that talk and listen to each other " * 4)
EARLIER = tuple((TUESDAY - timedelta(days=ago), 0) for ago in range(9, 31))
UNTESTED = Backtest("cat:cs.CV")


def made_backtest(
    query: str = '"talking head"', counts: tuple[int, ...] = (1, 0, 2, 0, 0, 1, 1), **fields: Any
) -> Backtest:
    """A backtest of seven listing days."""
    return Backtest(query, tuple(zip(WEEK, counts, strict=True)), **fields)


def subscribed(backtest: Backtest) -> results.Subscribed:
    return results.Subscribed(CHAT, backtest.query, "papers …", TUESDAY, DUE, 1, backtest)


FITTING = made_backtest(shown=(PAPER, LONG, PAPER), left_out=(LONG, PAPER))
BROAD = made_backtest(
    "diffusion",
    (120, 90, 100, 80, 110, 70, 60),
    shown=(PAPER, LONG, LONG),
    refinements=(Refinement(RefinementKind.CATEGORY, "diffusion AND cat:cs.CV", "cs.CV", 312),),
)
BROAD_CATEGORY = made_backtest("cat:cs.CL", (226,) * 7, shown=(PAPER, LONG, LONG))
EMPTY = made_backtest(
    "gaussian AND splating",
    (0,) * 7,
    earlier=EARLIER,
    refinements=(
        Refinement(RefinementKind.SPELLING, "gaussian AND splatting", "splatting"),
        Refinement(RefinementKind.INTEREST, "about: gaussian splating", count=12),
    ),
)
FOREIGN = made_backtest("about: 音频驱动的说话人头像", (0,) * 7, earlier=EARLIER, is_by_words=True)
SHORT_FOREIGN = made_backtest("about: 可信的评测", (0,) * 7, is_by_words=True)
FOREIGN_ORDER = made_backtest("cat:cs.CV about: 可信的评测", shown=(PAPER,), is_by_words=True)
RARE = made_backtest("nerf", (0,) * 7, earlier=((date(2026, 5, 12), 1), (date(2026, 5, 13), 0)))
COLD = made_backtest("about: talking heads", is_least=True, left_out=(LONG,))

CARD = Card(PAPER, summary=replace(BRIEF, key=SummaryKey(PAPER.id, 1, "en")))
PLAIN_CARD = Card(LONG, reasons=(Reason(ReasonKind.LIKED, count=3), Reason(ReasonKind.ACCEPTED, "ICML")))
NEXT = Digest(
    ("cat:cs.CV",),
    Window(TUESDAY, TUESDAY),
    announced=226,
    matched=226,
    cards=(CARD, PLAIN_CARD) * 15,
    also=(CARD,) * 20,
    unlisted=176,
)

FOUND = Whereabouts(PAPER.id, PaperOutcome.NO_TOPIC, PAPER, TUESDAY)
TOPICS = ('"talking head"', "cat:cs.CV about: talking heads and lip sync")
PLACED = replace(FOUND, topics=TOPICS, place=34, of=226, reasons=PLAIN_CARD.reasons)
EVERY_LIFT = (Lift.VOTES, Lift.INTEREST, Lift.SIZE)
WHEREABOUTS = (
    replace(PLACED, outcome=PaperOutcome.SENT, place=3, is_about=True, digest_day=TUESDAY),
    replace(FOUND, outcome=PaperOutcome.SENT, digest_day=TUESDAY),
    replace(PLACED, outcome=PaperOutcome.COUNTED, digest_day=TUESDAY, lifts=EVERY_LIFT),
    replace(FOUND, outcome=PaperOutcome.COUNTED),
    replace(PLACED, outcome=PaperOutcome.CARD, place=1, of=1),
    replace(PLACED, outcome=PaperOutcome.UNLISTED, place=12, lifts=(Lift.SIZE,)),
    replace(PLACED, outcome=PaperOutcome.UNLISTED, lifts=EVERY_LIFT[:2]),
    replace(FOUND, outcome=PaperOutcome.BEFORE_SUBSCRIPTION, topics=TOPICS, since=date(2026, 6, 3)),
    FOUND,
    replace(
        FOUND,
        outcome=PaperOutcome.NO_MATCH,
        nearest=Nearest("gan AND cat:cs.CL", ("does not mention “gan”", "is not in cs.CL")),
    ),
    replace(FOUND, outcome=PaperOutcome.NO_MATCH, nearest=Nearest("about: talking heads", (), True)),
    replace(FOUND, outcome=PaperOutcome.NO_MATCH, nearest=Nearest("about: proofs of theorems")),
    replace(FOUND, outcome=PaperOutcome.REPLACEMENT),
    replace(FOUND, outcome=PaperOutcome.LONG_AGO),
    Whereabouts("2606.99999", PaperOutcome.NOT_ANNOUNCED),
)

TASTE = Taste(tuple((f"lip sync {n}", 1.0) for n in range(12)), (("face recognition", -1.0),))

INSIGHTS: tuple[results.Result, ...] = (
    *(subscribed(each) for each in (FITTING, BROAD, BROAD_CATEGORY, EMPTY, FOREIGN, RARE, COLD)),
    results.Preview(NEXT, DUE),
    results.Preview(replace(NEXT, matched=1, cards=(CARD,), also=(), unlisted=0), DUE),
    *(results.Explained(CHAT, each) for each in WHEREABOUTS),
    results.Learned(TASTE, 17, TUESDAY, True),
    results.Learned(Taste(), 1, TUESDAY),
    results.NothingLearned(0),
    results.NothingLearned(3),
    results.ConfirmUnlearn(17),
    results.Unlearned(1),
)
