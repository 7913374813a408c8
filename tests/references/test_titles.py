"""A title of a list is compared with arXiv's as people would: by words and author."""

from __future__ import annotations

import pytest

from bot.model import NamedPaper, Paper
from bot.references import is_same_paper


def paper(title: str) -> Paper:
    return Paper("2406.14272", 1, title, ("José Ångström", "Mary van der Berg"), "", ("cs.CV",))


@pytest.mark.parametrize(
    ("title", "author", "found"),
    [
        ("Heads that talk: a study of $k$ lips", "Ångström", "Heads That Talk: A Study of k-Lips"),
        ("HEADS THAT TALK – A STUDY", "Angstrom", "Heads That Talk: A Study"),
        ("Heads that talk: a study", "", "Heads That Talk: A Study"),
        ("Heads that all talk", "van der Berg", "Heads That All Talk: A Study of Lips"),
        ("Heads that talk: the study of lips", "Ångström", "Heads that talk: a study of lips"),
        ("Heads", "Ångström", "Heads"),
    ],
)
def test_one_paper_is_recognized(title: str, author: str, found: str) -> None:
    assert is_same_paper(NamedPaper(title, author), paper(found))


@pytest.mark.parametrize(
    ("title", "author", "found"),
    [
        ("Heads that talk: a study", "Other", "Heads that talk: a study"),
        ("Heads", "", "Heads"),
        ("Heads that talk", "Ångström", "Heads that talk: a study"),
        ("Heads that talk", "Ångström", "Heads that walk and run"),
        ("Heads that all talk", "", "Heads that all talk: a study"),
        ("…", "Ångström", "…"),
    ],
)
def test_another_paper_is_not_taken_for_it(title: str, author: str, found: str) -> None:
    assert not is_same_paper(NamedPaper(title, author), paper(found))
