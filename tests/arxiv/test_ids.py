"""Any text that a person pastes names a paper, or gets a sentence that says why not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.ids import WHAT_TO_SEND, NotAPaperLink, parse_id, resolve
from bot.model import PaperRef

NEW = PaperRef("2406.14272")
NEW_V2 = PaperRef("2406.14272", 2)
OLD = PaperRef("hep-th/9901001")


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("2406.14272", NEW),
        ("2406.14272v2", NEW_V2),
        ("  2406.14272V2\n", NEW_V2),
        ("arXiv:2406.14272", NEW),
        ("arXiv: 2406.14272", NEW),
        ("ARXIV:2406.14272v2 [cs.CV] 20 Jun 2024", NEW_V2),
        ("arXiv：2406.14272", NEW),
        ("arxiv.2406.14272", NEW),
        ("arxiv/2406.14272", NEW),
        ("2406.14272v2.pdf", NEW_V2),
        ("(2406.14272)", NEW),
        ("“2406.14272”.", NEW),
        ("Have you seen 2406.14272?", NEW),
        ("see 2406.14272, it is good", NEW),
        ("0704.0001", PaperRef("0704.0001")),
        ("1412.9999", PaperRef("1412.9999")),
        ("1501.00001", PaperRef("1501.00001")),
        ("hep-th/9901001", OLD),
        ("HEP-TH/9901001", OLD),
        ("hep‑th/9901001", OLD),
        ("arXiv:hep-th/9901001v3", PaperRef("hep-th/9901001", 3)),
        ("math.AG/0601001v2", PaperRef("math/0601001", 2)),
        ("cond-mat.mtrl-sci/0001001", PaperRef("cond-mat/0001001")),
        ("astro-ph/0601001", PaperRef("astro-ph/0601001")),
        ("cs/0112017", PaperRef("cs/0112017")),
        ("cmp-lg/9404001", PaperRef("cmp-lg/9404001")),
        ("alg-geom/9708001", PaperRef("alg-geom/9708001")),
        ("https://arxiv.org/abs/2406.14272", NEW),
        ("http://www.arxiv.org/abs/2406.14272v2/", NEW_V2),
        ("https://arxiv.org/abs/2406.14272?context=cs.LG", NEW),
        ("https://arxiv.org/pdf/2406.14272v2.pdf#page=3", NEW_V2),
        ("https://arxiv.org/pdf/2406.14272", NEW),
        ("https://arxiv.org/html/2406.14272v2#S3.SS1", NEW_V2),
        ("https://arxiv.org/ps/hep-th/9901001", OLD),
        ("https://arxiv.org/format/2406.14272", NEW),
        ("https://arxiv.org/e-print/2406.14272", NEW),
        ("https://arxiv.org/src/2406.14272v2", NEW_V2),
        ("https://arxiv.org/ftp/arxiv/papers/2406/2406.14272.pdf", NEW),
        ("https://arxiv.org/abs/arXiv:2406.14272", NEW),
        ("https://arxiv.org/abs/hep-th/9901001v3", PaperRef("hep-th/9901001", 3)),
        ("https://arxiv.org/abs/math.AG/0601001", PaperRef("math/0601001")),
        ("arxiv.org/abs/2406.14272", NEW),
        ("//arxiv.org/abs/2406.14272", NEW),
        ("export.arxiv.org/pdf/2406.14272", NEW),
        ("https://browse.arxiv.org/html/2406.14272", NEW),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", OLD),
        ("https://export.arxiv.org/api/query?id_list=2406.14272", NEW),
        ("HTTPS://ARXIV.ORG/ABS/2406.14272V2", NEW_V2),
        ("https://ar5iv.labs.arxiv.org/html/2406.14272", NEW),
        ("https://ar5iv.org/abs/2406.14272", NEW),
        ("https://www.alphaxiv.org/abs/2406.14272v2", NEW_V2),
        ("https://huggingface.co/papers/2406.14272", NEW),
        ("https://hf.co/papers/2406.14272", NEW),
        ("https://scirate.com/arxiv/2406.14272", NEW),
        ("https://paperswithcode.com/paper/2406.14272", NEW),
        ("https://www.semanticscholar.org/arXiv:2406.14272", NEW),
        ("https://api.semanticscholar.org/arXiv:2406.14272", NEW),
        ("https://papers.cool/arxiv/2406.14272", NEW),
        ("https://www.arxiv-vanity.com/papers/2406.14272/", NEW),
        ("https://example.com/read/arxiv/2406.14272", NEW),
        ("https://ui.adsabs.harvard.edu/abs/2024arXiv240614272S/abstract", NEW),
        ("https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2406.14272&sa=D", NEW),
        ("https://doi.org/10.48550/arXiv.2406.14272", NEW),
        ("http://dx.doi.org/10.48550/arXiv.hep-th/9901001", OLD),
        ("doi:10.48550/ARXIV.2406.14272", NEW),
        ("10.48550/arXiv.2406.14272v2", NEW_V2),
        ("[the paper](https://arxiv.org/abs/2406.14272).", NEW),
        ("<https://arxiv.org/abs/2406.14272>,", NEW),
        ("**https://arxiv.org/abs/2406.14272**", NEW),
        ("`https://arxiv.org/abs/2406.14272`", NEW),
        ("code: https://github.com/a/b paper: arxiv.org/abs/2406.14272", NEW),
        ("first 2406.14272 then 2406.99999", NEW),
        ("not 2413.00001 but 2406.14272", NEW),
    ],
)
def test_a_link_or_id_names_its_paper(text: str, ref: PaperRef) -> None:
    assert resolve(text) == ref


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing to read"),
        (" \n\t", "nothing to read"),
        ("hello", "There is no arXiv id"),
        ("cs.CV", "There is no arXiv id"),
        ("diffusion models 2024", "There is no arXiv id"),
        ("12406.14272", "There is no arXiv id"),
        ("2406.142721", "There is no arXiv id"),
        ("192.168.0.1", "There is no arXiv id"),
        ("and/or 1/2 km/h 10/1234567", "There is no arXiv id"),
        ("foo/9901001", "There is no arXiv id"),
        ("2413.00001", "no month 13"),
        ("2400.00001", "no month 00"),
        ("https://arxiv.org/abs/2413.00001", "no month 13"),
        ("0808.05394", "not an arXiv id"),
        ("2406.1427", "not an arXiv id"),
        ("2406.00000", "not an arXiv id"),
        ("0703.0001", "not an arXiv id"),
        ("2406.14272v0", "versions begin with v1"),
        ("hep-th/9913001", "not an arXiv id"),
        ("hep-th/0704001", "not an arXiv id"),
        ("https://example.com/paper.pdf", "example.com"),
        ("https://example.com/2406.14272", "example.com"),
        ("https://www.nature.com/articles/s41586-021-03819-2", "www.nature.com"),
        ("https://openreview.net/forum?id=YicbFdNTTy", "OpenReview"),
        ("https://youtu.be/dQw4w9WgXcQ", "video"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "video"),
        ("https://github.com/someone/something", "code repository"),
        ("https://doi.org/10.1038/nature14539", "DOI"),
        ("10.1145/3292500.3330701", "DOI"),
        ("https://doi.org/10.48550/arXiv.nonsense", "arXiv link"),
        ("https://paperswithcode.com/paper/attention-is-all-you-need", "Papers with Code"),
        ("https://www.semanticscholar.org/paper/204e3073870fae3d05bcbc2f6a8e263d9b72e776", "Semantic Scholar"),
        ("https://arxiv.org/list/cs.CV/new", "not name a single paper"),
        ("https://arxiv.org/", "not name a single paper"),
        ("https://", "this link names none"),
        ("http://[::1", "this link names none"),
        ("a" * 10_001, "too long"),
    ],
)
def test_anything_else_gets_a_sentence_that_says_why_and_what_to_send(text: str, why: str) -> None:
    answer = resolve(text)
    assert isinstance(answer, NotAPaperLink)
    assert why in answer.why
    assert answer.why.endswith(WHAT_TO_SEND)
    assert len(answer.why) < 300


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "1",
        "1111.",
        "http://",
        "a-",
        "%25",
        "a/",
        "arxiv:",
        "(",
        "arxiv.org/",
        "x.xx/123456",
        "[](",
        "10.1/",
        "v1",
    ],
)
def test_ten_thousand_hostile_characters_are_answered_without_delay(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    begun = time.process_time()
    assert isinstance(resolve(text), NotAPaperLink)
    assert time.process_time() - begun < 2  # a search that goes back and forth would take minutes


@given(st.text(max_size=300))
def test_any_text_is_resolved_or_refused(text: str) -> None:
    assert isinstance(resolve(text), PaperRef | NotAPaperLink)


@given(
    year=st.integers(15, 90),
    month=st.integers(1, 12),
    number=st.integers(1, 99999),
    version=st.none() | st.integers(1, 99),
)
def test_every_valid_id_is_found_in_its_link(year: int, month: int, number: int, version: int | None) -> None:
    ref = PaperRef(f"{year:02}{month:02}.{number:05}", version)
    assert resolve(str(ref)) == resolve(f"https://arxiv.org/pdf/{ref}.pdf") == resolve(f"arXiv:{ref}.") == ref
    assert parse_id(str(ref)) == ref


@pytest.mark.parametrize("text", ["2406.14272 and more", "https://arxiv.org/abs/2406.14272", "abc", "", "2406.14272x"])
def test_parse_id_accepts_bare_ids_only(text: str) -> None:
    assert parse_id(text) is None
