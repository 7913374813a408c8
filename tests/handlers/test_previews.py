"""Lines about papers in replies, each a title with a sentence."""

from __future__ import annotations

from dataclasses import replace

from bot import conversation as results
from bot.conversation import AREAS
from bot.model import Claim, SummaryKey
from handlers.replies import reply
from handlers.requests import ChatName
from tests.handlers.insights import CARD, COLD, DUE, NEXT
from tests.render.samples import BRIEF

SAID = "Kites see more than birds."
REPEATING = replace(
    BRIEF,
    key=SummaryKey(CARD.paper.id, 1, "en"),
    headline=Claim(CARD.paper.title, ()),
    takeaways=(Claim(SAID, ()),),
)
TOLD = replace(CARD, summary=REPEATING)


def test_a_title_is_not_repeated_as_the_sentence_about_its_paper() -> None:
    for result in (
        results.Preview(replace(NEXT, matched=1, cards=(TOLD,), also=(), unlisted=0), DUE),
        results.ManyPapers((TOLD,), (), 0),
        results.AreaOffer(AREAS[0], COLD, (TOLD,), True),
    ):
        text = str(reply(result, ChatName()).document)
        assert SAID in text
        assert text.count(CARD.paper.title) == 1
