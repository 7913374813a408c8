"""Sentences are verbatim slices of the text, split where a reader would split them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.sentences import split

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "days"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We use e.g. two sets, i.e. A and B. They differ.", 2),
        ("Smith et al. Show it. See Fig. 3 and Eq. 2.", 2),
        ("It rises by 3.5 points. Then it falls.", 2),
        ("The loss $f(x). G(y)$ is small. We prove it.", 2),
        ("We call it nnU-Net. nnU-Net is small. iPhone users like it.", 3),
        ("It works (see Sec. 2. There is more). Really!", 2),
        ("What is it? A map! “A map.” Yes.", 4),
        ("First part.\n\nSecond part", 2),
        ("这是一句话。这是另一句。", 2),
        ("J. Smith wrote it vs. Q. Jones.", 1),
        ("We use \\modelname. \\modelname is good.", 2),
        ("It has several levels.We introduce a way to choose one.", 2),
        ("It has several levels.However, we choose one.", 2),
        ("It takes 40 ms. On floors it takes 50 ms. Ms. Hill agrees.", 3),
        ("We use attention gates (WAG).Our results are good.", 2),
        ("The page is at github.com/a.Net is not read. It is good.", 2),
        ("It works (see the text, which never closes. It is fast. It is small.", 3),
        ("We have two findings. (i) The first holds. ii) It scales. 2) We prove it.", 4),
        ("Objective. We plan. Main results. We win.", 2),
        ("We ask 100 U.S. K-12 schools. They are in the U.S. We ask others.", 3),
        ("It follows GDPR Art. 5(1). It is the state of the art. We like it.", 3),
        ("It gains 3.8 pp. We release it.", 2),
        ("We show \\[ f(n). G(n) \\] for all. It holds.", 2),
        ("It is proved in IEEE Trans. IT, vol. 7, and in Proc. LICS. We like it.", 2),
        ("It is fast. % In halls, it wins 5 % of all runs. 5\\% are lost.", 3),
        ("", 0),
    ],
)
def test_sentences_are_split_as_by_a_reader(text: str, count: int) -> None:
    assert len(split(text)) == count


@given(st.text(alphabet="ab .!?$()\\n“”AB1,", max_size=120))
@settings(max_examples=200, deadline=None)
def test_sentences_are_slices_in_order_and_lose_no_letter(text: str) -> None:
    place = 0
    for sentence in split(text):
        place = text.index(sentence, place) + len(sentence)
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real papers is not present")
def test_abstracts_of_real_papers_have_no_fragments_of_sentences() -> None:
    abstracts = []
    for file in sorted(CORPUS.glob("*.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            abstracts += [json.loads(line)["abstract"] for line in lines]
    sentences = [sentence for abstract in abstracts for sentence in split(abstract)]
    small = [s for s in sentences if len(s) < 12]
    lower = [s for s in sentences if re.match(r"[a-z]+ ", s)]
    glued = [s for s in sentences if re.search(r" [a-z]{3,}\.(?:The|We|In|Our|This) [a-z]", s)]
    assert len(sentences) > 5 * len(abstracts)
    assert max(len(small), len(lower), len(glued)) <= len(sentences) // 2000


# Each of these would take minutes if the text were looked through again for each of its marks.
@pytest.mark.parametrize(
    ("piece", "count"),
    [("(A. ", 20_000), ("(Ab c. D) ", 5000), (r"\(", 50_000), ("$a$. B ", 15_000), ("$$a. ", 20_001)],
)
def test_a_text_of_many_thousand_marks_is_split(piece: str, count: int) -> None:
    text = piece * count
    assert "".join("".join(split(text)).split()) == "".join(text.split())
