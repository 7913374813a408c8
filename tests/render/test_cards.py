"""The contents of cards and digests in every interface language."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.locales import INTERFACE_LANGUAGES
from bot.model import Announcement, Card, Claim, Evidence, Extent, Figure, Kind, Match, Style, Summary, Support, Window
from bot.render.cards import authors_line, card_document, card_links, card_reply, licence_name
from bot.render.digests import digest_header
from bot.render.formats import FORMATS, render
from bot.render.labels import format_date, format_window, label
from bot.render.nodes import Fold, Note, Text
from bot.render.reasons import match_reasons
from handlers.discord import cards as discord_cards
from handlers.telegram import cards as telegram_cards
from tests.render.samples import (
    CARD,
    DAY,
    DEEP,
    DEEP_CARD,
    DIGEST,
    EXTRACTIVE,
    PAPER,
    PLAIN_CARD,
    digest_document,
    plain_text,
)

SNAPSHOTS = Path(__file__).with_name("snapshots")


def text(card: Card, language: str = "en", style: Style = Style.CARDS) -> str:
    return plain_text(card_document(card, language, style))


def with_summary(summary: Summary) -> Card:
    return replace(CARD, summary=summary)


def test_a_card_shows_title_authors_date_reason_links_and_provenance() -> None:
    said = text(CARD)
    for part in (
        "MultiTalk: Faster O(n²) Talking Heads, 20% Better",
        "Kim Sung-Bin, Lee Chae-Yeon, Gihun Son, Oh Hyun-Bin and 3 more",
        "2406.14272v2 · cs.CV · cross-list · 2 June 2026",
        "It runs 1.13× faster.",
        "matched: talking head, cs.CV",
        "abstract · PDF · HTML · code · project",
        "by gemini-flash-latest from the abstract · 3 statements, each checked against its sentence by qwen3-small",
    ):
        assert part in said


def test_the_announced_version_is_shown_if_it_is_not_the_latest() -> None:
    first = replace(CARD, announcement=Announcement("2406.14272", 1, DAY, Kind.NEW))
    assert "2406.14272v2 · cs.CV · 2 June 2026 (v1)" in text(first)


def test_up_to_six_authors_are_named_and_of_seven_the_first_four() -> None:
    assert authors_line(replace(PAPER, authors=PAPER.authors[:6]), "en").count(",") == 5
    assert authors_line(PAPER, "en").endswith("and 3 more")


def test_a_card_without_a_summary_shows_the_abstract_and_a_note() -> None:
    said = text(PLAIN_CARD)
    assert "We make heads talk in many languages. It is 1.13× faster than before, at 20% of the cost of $5." in said
    assert "not summarized yet" in said
    assert "sample text" in said
    assert "This paper has been withdrawn by its authors." in said


def test_extractive_and_partial_summaries_are_marked() -> None:
    provenance = replace(EXTRACTIVE.provenance, instead_of="gemini was over quota")
    assert "sentences picked from the abstract, no model (gemini was over quota)" in text(
        with_summary(replace(EXTRACTIVE, provenance=provenance))
    )
    assert text(with_summary(DEEP)).endswith(" · read: 8 of 12 pages")
    whole = replace(DEEP.provenance, read=Extent("pages", 12, 12))
    assert "read:" not in text(with_summary(replace(DEEP, provenance=whole)))


def test_deep_sections_are_folds_with_the_place_of_each_statement_and_the_evidence_is_the_last() -> None:
    folds = [block for block in card_document(DEEP_CARD, "en").blocks if isinstance(block, Fold)]
    titles = [fold.title[0].text for fold in folds]
    parts = ["Background", "Prior work and its gap", "Method", "Results", "Step by step", "Conclusion"]
    assert titles == [*parts, "Evidence"]
    assert "Lip errors fall by 12%. (Experiments, p. 5)" in text(DEEP_CARD)


def test_a_compact_card_is_title_headline_id_and_a_link_to_its_evidence() -> None:
    assert text(CARD, style=Style.TITLES).split("\n") == [
        "MultiTalk: Faster O(n²) Talking Heads, 20% Better",
        "Talking heads learn twenty languages from one set.",
        "2406.14272v2 · evidence",
    ]


REPEATED = replace(EXTRACTIVE, headline=Claim(PAPER.title, (Evidence(PAPER.title),), Support.SENTENCE))


@pytest.mark.parametrize("name", FORMATS)
def test_a_headline_that_says_only_the_title_is_not_shown_again(name: str) -> None:
    def made(summary: Summary) -> str:
        return render(with_summary(summary), name, payloads=_PAYLOADS.get(name))  # type: ignore[arg-type] # as below

    other = replace(REPEATED, headline=Claim("Heads talk in twenty tongues.", REPEATED.headline.evidence))
    said = "Talking" if name != "json" else "headline"
    assert made(other).count(said) == made(REPEATED).count(said)
    assert "Heads talk in twenty tongues." in made(other)


def test_without_the_repeated_headline_the_links_to_the_evidence_follow_the_takeaways() -> None:
    said = text(with_summary(REPEATED))
    assert said.count("Talking Heads") == 1
    assert "evidence by statement: 1\n" in said
    assert text(with_summary(REPEATED), style=Style.TITLES).count("Talking Heads") == 1
    # It stays where it is all that the summary says.
    assert text(with_summary(replace(REPEATED, takeaways=()))).count("Talking Heads") == 2


def test_figures_that_may_not_be_shown_are_linked_and_licences_are_named() -> None:
    said = text(DEEP_CARD)
    assert "Figure 2: Results." in said
    assert "figures: CC BY 4.0" in said
    hidden = replace(DEEP_CARD, figures=(Figure("1", "Secret.", "figures/a.png", None, shown=False),))
    assert "Secret." not in text(hidden)


def test_links_lead_to_this_version_and_old_papers_have_no_html() -> None:
    assert card_links(CARD, "en")[0] == ("abstract", "https://arxiv.org/abs/2406.14272v2")
    assert [label for label, _ in card_links(PLAIN_CARD, "en")] == ["abstract", "PDF"]
    assert len([button for row in card_reply(CARD, "en").buttons for button in row]) == 5


def test_each_reason_for_a_match_is_named_once() -> None:
    assert match_reasons(replace(CARD, matched=CARD.matched * 2)) == "talking head, cs.CV"
    assert match_reasons(replace(CARD, matched=())) == ""


def test_an_interest_is_named_by_its_text_and_a_query_as_code() -> None:
    interest = "about: talking heads driven by audio"
    card = replace(CARD, matched=(Match(interest, ()),))
    assert match_reasons(card) == "“talking heads driven by audio”"
    header = digest_header(replace(DIGEST, topics=("cat:cs.CL", "cat:cs.CV about: lip sync", interest)))
    assert header.blocks[1] == Note(
        (
            Text("cat:cs.CL", code=True),
            Text(" · "),
            Text("cat:cs.CV, “lip sync”"),
            Text(" · "),
            Text("“talking heads driven by audio”"),
        )
    )
    post = render(replace(DIGEST, topics=(interest,)), "hexo")
    assert "about:" not in post.partition("---\n")[2].partition("---\n")[0]


def test_a_replacement_is_marked() -> None:
    replaced = replace(CARD, announcement=Announcement("2406.14272", 2, DAY, Kind.REPLACE))
    assert "replacement" in text(replaced)


def test_a_digest_counts_and_lists_the_papers_past_its_size() -> None:
    said = plain_text(digest_document(DIGEST))
    assert said.startswith("New on arXiv · 2 June 2026\n")
    assert "3 of 512 new papers match" in said
    assert "Also matching (1)" in said
    assert said.endswith("One waits.")


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_cards_and_digests_are_complete_in_every_language(language: str) -> None:
    said = text(DEEP_CARD, language) + plain_text(digest_document(replace(DIGEST, language=language)))
    assert "{" not in said
    if language != "en":
        assert "cross-list" not in said
        assert "new papers match" not in said


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_language_gets_english_labels() -> None:
    assert (label("code", "zh-Hans"), label("code", "pt-BR")) == ("代码", "code")
    assert (label("code", "zh-Hant"), label("code", "zh-TW")) == ("程式碼", "程式碼")
    assert label("code", "xx") == "code"


def test_dates_are_written_as_usual_in_each_language() -> None:
    day = date(2026, 6, 2)
    dates = {language: format_date(day, language) for language in INTERFACE_LANGUAGES}
    assert dates == {
        "en": "2 June 2026", "zh": "2026年6月2日", "es": "2 de junio de 2026", "ja": "2026年6月2日",
        "ru": "2 июня 2026\u202fг.", "zh-Hant": "2026年6月2日",
    }  # fmt: skip
    assert format_window(Window(date(2026, 6, 1), day), "en") == "1 June 2026 – 2 June 2026"


def test_a_licence_has_a_short_name() -> None:
    assert licence_name("http://creativecommons.org/licenses/by-nc-sa/4.0/") == "CC BY-NC-SA 4.0"
    assert licence_name("http://creativecommons.org/publicdomain/zero/1.0/") == "CC0 1.0"
    assert licence_name("http://example.org/own/") == "http://example.org/own/"


# ── formats ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_PAYLOADS: dict[str, Callable[..., object]] = {
    "telegram": telegram_cards.payloads,
    "discord": discord_cards.payloads,
}


@pytest.mark.parametrize("name", FORMATS)
def test_rendered_cards_look_as_they_did(name: str) -> None:
    """Snapshots; REWRITE_SNAPSHOTS=1 writes them anew."""
    payloads = _PAYLOADS.get(name)
    made = render(DEEP_CARD, name, payloads=payloads) + "\n=====\n\n" + render(DIGEST, name, payloads=payloads)  # type: ignore[arg-type] # the two functions have the protocol's shape
    if name == "html":
        made = made.split("</style>")[1] + made.split("</style>")[2]
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("REWRITE_SNAPSHOTS"):
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8")


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose one of text, json"):
        render(CARD, "pdf")
