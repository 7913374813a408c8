"""What surrounds a subject is removed, whatever people type around it."""

from __future__ import annotations

import time

import pytest

from bot.topics.typed import subject_of


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("diffusion models, please . !", "diffusion models"),
        ("diffusion. . , . please", "diffusion"),
        ("请给我扩散模型的论文，，谢谢。", "扩散模型"),
    ],
)
def test_politeness_behind_a_subject_is_left_out(typed: str, subject: str) -> None:
    assert subject_of(typed) == subject


def test_long_runs_of_signs_cost_little() -> None:
    started = time.process_time()
    for signs in (". ", " ,", ";!", "， ", "please . "):
        subject_of("x" + signs * (4_000 // len(signs)) + "y")
    assert time.process_time() - started < 1
