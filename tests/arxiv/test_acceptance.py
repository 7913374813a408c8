"""Where a paper was accepted, as authors write it in their comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.acceptance import HONOURS, MOST_VENUE_LENGTH, Acceptance, acceptance


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("ICML 2026", "ICML 2026"),
        ("Accepted at ICML 2026. 4 figures. 51 pages including appendices", "ICML 2026"),
        ("21 pages, 10 figures, accepted in ICML2026", "ICML 2026"),
        ("accepted by KDD 26", "KDD 2026"),
        ("Accepted to ICML'26", "ICML 2026"),
        ("ICML 2026 Camera Ready", "ICML 2026"),
        ("CVPR 2026 accepted", "CVPR 2026"),
        ("Findings of ACL 2026", "ACL 2026"),
        (
            "To appear in the Proceedings of the 43rd International Conference on Machine Learning (ICML 2026)",
            "ICML 2026",
        ),
        ("To appear in Proc. ICIP2026, September 13-17, 2026, Tampere, Finland", "ICIP 2026"),
        ("Accepted to NeurIPS 2025", "NeurIPS 2025"),
        ("Accepted at Neurips 2025", "NeurIPS 2025"),
        ("Accepted by IEEE TIP 2026", "TIP 2026"),
        ("Accepted for Dialogue-2026 conference", "Dialogue 2026"),
        ("Accepted to Pattern Recognition", "Pattern Recognition"),
        ("accepted for publication in IEEE Wireless Communications Letters", "IEEE Wireless Communications Letters"),
        ("12 pages, published in Physical Review D", "Physical Review D"),
        ("Won a contest; to appear in IGARSS 2026 proceedings", "IGARSS 2026"),
        ("ICML", "ICML"),
    ],
)
def test_the_venue_is_named_with_its_year(comment: str, venue: str) -> None:
    assert acceptance(comment) == Acceptance(venue)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("Accepted to ICML 2026 (Spotlight)", Acceptance("ICML 2026", "spotlight")),
        ("CVPR 2026 Highlight. Project page: https://ann.github.io", Acceptance("CVPR 2026", "highlight")),
        ("ACL 2026 Main Conference Oral", Acceptance("ACL 2026", "oral")),
        ("Accepted at ICML 2026. Oral presentation.", Acceptance("ICML 2026", "oral")),
        ("Best paper award at CoRL 2025", Acceptance("CoRL 2025", "best paper")),
        ("Accepted at ACL 2026, best paper candidate", Acceptance("ACL 2026", "award")),
        ("Outstanding Paper at ACL 2026", Acceptance("ACL 2026", "award")),
        ("Accepted at ICML 2026 (Oral & Spotlight)", Acceptance("ICML 2026", "oral")),
    ],
)
def test_an_honour_is_told(comment: str, expected: Acceptance) -> None:
    assert acceptance(comment) == expected


@pytest.mark.parametrize(
    "comment",
    [
        "Accepted at CVPR 2026 Workshop MORSE",
        "Accepted to NTIRE Workshop at CVPR 2026. Project page: https://ann.github.io",
        "CVPR 2026, VidLLMs workshop",
    ],
)
def test_a_workshop_is_no_conference(comment: str) -> None:
    found = acceptance(comment)
    assert found == Acceptance("CVPR 2026", is_workshop=True)
    assert found.name == "CVPR 2026 workshop"


def test_a_workshop_of_another_sentence_does_not_count() -> None:
    assert acceptance("Accepted at ICML 2026 and presented at the ICLR 2026 workshop on reasoning") == Acceptance(
        "ICML 2026"
    )


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 3 figures",
        "Submitted to EMNLP 2026",
        "9 pages. Preprint. Under review at NeurIPS 2026",
        "Rejected from ICML 2026",
        "This work has been submitted to the IEEE for possible publication",
        "not accepted at ICML 2026",
        "To be submitted to ICML 2026",
        "CVPR 2026 SoccerNet Challenge, Rank 6",
        "Technical report for the VRR Challenge at the VideoLLMs Workshop, CVPR 2026",
        "15 pages, 1 figure, ACL format",
        "Extended version of the CVPR 2026 paper",
        "Accepted",
        "Oral",
        "Segmentation of oral cancer",
        "Project page: https://ann.github.io",
        "version 2 after its review from ACL 2026",
    ],
)
def test_what_is_not_accepted_yet_gives_nothing(comment: str) -> None:
    assert acceptance(comment) is None


def test_other_uses_of_the_words_are_no_honour() -> None:
    assert acceptance("Oral cancer detection. Accepted to MICCAI 2026") == Acceptance("MICCAI 2026")
    assert acceptance("Accepted to ACL 2026. We highlight the role of data") == Acceptance("ACL 2026")


pieces = st.sampled_from(
    [
        "accepted",
        " at ",
        "ICML",
        " 2026",
        "'26",
        "oral",
        ". ",
        "the ",
        "Workshop",
        "submitted",
        "(",
        ")",
        ";",
        "Proc.",
        "é",
    ]
)


@given(st.one_of(st.text(max_size=300), st.lists(pieces, max_size=60).map("".join)))
def test_any_comment_is_read(comment: str) -> None:
    found = acceptance(comment)
    if found:
        assert 0 < len(found.venue) <= MOST_VENUE_LENGTH
        assert found.honour in ("", *HONOURS)
