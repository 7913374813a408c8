"""Queries and plain words: which of them may mean two things."""

from __future__ import annotations

import pytest

from bot.topics.plain_text import is_plain_text


@pytest.mark.parametrize(
    "text",
    [
        "audio driven talking heads",
        "audio-driven talking heads and lip sync; not face recognition",
        "I work on lip sync (for films). No face recognition!",
        "Topic: evaluation that can be trusted",
        "graph neural networks in cs.LG and stat.ML",
        "音频驱动的说话人头像",
        "扩散模型的视频生成",
        "顔認識ではなくリップシンク",
        "говорящие головы по звуку",
        "what language models do not know",
    ],
)
def test_plain_words_of_several_terms_may_be_a_description(text: str) -> None:
    assert is_plain_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gan",
        "diffusion video",
        "扩散模型",
        "cs.CV",
        "cs.CL, cs.CV, cs.LG",
        "diffusion video generation cs.CV",
        '"talking head" video face',
        "talking heads OR avatars",
        "talking heads NOT faces",
        "talking heads video -medical",
        "#talking heads video",
        "ti:talking heads video",
        "cat:cs.CV talking heads video",
        "about: talking heads driven by audio",
        "diffus* models for video",
    ],
)
def test_a_query_is_a_query(text: str) -> None:
    assert not is_plain_text(text)
