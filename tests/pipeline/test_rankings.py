"""What choosing ranked serves composing."""

from __future__ import annotations

from bot.model import Unseen
from bot.pipeline import Rankings
from bot.pipeline.announcement_log import AnnouncementLog
from tests.pipeline.conftest import ANN, DAYS, Scene


async def test_equal_papers_and_sizes_share_a_ranking_and_others_do_not(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV", "cs.CL")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    unseen, log, now = (await scene.store.unseen_of([ANN]))[ANN], AnnouncementLog(scene.store), scene.clock.now()
    await log.read([unseen])
    rankings = Rankings(most=2)
    first = rankings.of(unseen, 2, log, now)
    assert rankings.of(Unseen(unseen.found), 2, log, now) is first
    assert len(rankings.of(unseen, 1, log, now).shown) == 1
    assert rankings.of(Unseen(unseen.found[1:]), 2, log, now).count == first.count - 1
    # Only two are kept: the first one is made again, with the same result.
    assert rankings.of(unseen, 2, log, now) == first
    assert rankings.of(unseen, 2, log, now) is not first
