"""A chat is told with its next digest, and once, what is new about papers that it liked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot import pipeline
from bot.model import Chat, Digest, News, NewsKind, NewsOfPaper, Part, VoteKind, Window
from bot.pipeline.follow_ups import FollowingUp
from bot.render.digest_list import list_buttons, list_document
from bot.render.terminal import document_text
from tests.fakes.arxiv import made_up
from tests.fakes.finder import MadeUpSearch
from tests.fakes.senders import FakePlatform
from tests.pipeline.conftest import ANN, DAYS, Scene

PAPER = made_up("2406.00001", DAYS[0], title="Heads that talk").paper


class Remembering(FakePlatform):
    """A platform that keeps the digests it is to render."""

    def __init__(self, platform: FakePlatform) -> None:
        super().__init__(platform.platform)
        self.digests: list[Digest] = []

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        self.digests.append(digest)
        return super().parts(digest, chat)


async def test_news_come_with_the_next_digest_and_once(scene: Scene) -> None:
    scene.telegram = platform = Remembering(scene.telegram)
    await scene.follow(ANN, "cat:cs.CV")
    await scene.store.remember([PAPER], scene.clock.now())
    await scene.store.vote(ANN, "1", [PAPER.id], VoteKind.UP, scene.clock.now())
    following = FollowingUp(scene.store, MadeUpSearch([PAPER]), scene.clock)
    await following.run()
    await scene.store.remember([replace(PAPER, version=2)], scene.clock.now())
    await following.run()
    for day in DAYS[:2]:
        scene.morning(day)
        await scene.prepare()
        await pipeline.compose(scene.store, scene.builder, scene.clock)
    told = [[(each.paper.id, each.news) for each in digest.follow_ups] for digest in platform.digests]
    assert told == [[(PAPER.id, (News(NewsKind.VERSION, "2"),))], []]


def test_a_list_names_the_paper_what_is_new_and_a_button_to_read_what_changed() -> None:
    news = (News(NewsKind.ACCEPTED, "ICML 2026"), News(NewsKind.VERSION, "2"))
    day = date(2026, 6, 5)
    digest = Digest(("cat:cs.CV",), Window(day, day), 9, 0, (), follow_ups=(NewsOfPaper(PAPER, news),))
    text = document_text(list_document(digest))
    assert "Heads that talk" in text
    assert "accepted at ICML 2026 · version 2" in " ".join(text.split())
    assert [button.action for row in list_buttons(digest) for button in row] == [f"news:{PAPER.id}"]
