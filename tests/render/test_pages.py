"""Markdown, Hexo posts, HTML, JSON and terminal text are complete, and text of papers has no effect in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from bot.model import Card, Claim, Evidence, FoundLinks
from bot.render import html
from bot.render.cards import card_document
from bot.render.dossier import dossier_document
from bot.render.hexo import card_post, digest_post, front_matter
from bot.render.json import card_json, digest_json
from bot.render.markdown import escape, markdown
from bot.render.nodes import Bullets, Document, Heading, Line, Link, Text
from bot.render.plain import visible
from bot.render.terminal import card_text, digest_text, document_text
from bot.tex.latex import readable
from tests.render.samples import BRIEF, DEEP_CARD, DIGEST, PAPER, PLAIN_CARD, hostile_text, letters, plain_text

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def hostile(title: str, text: str) -> Card:
    """A paper whose every string says `title` or `text`."""
    paper = replace(PAPER, title=title, abstract=text, authors=(title, text), comment=text, categories=(title,))
    summary = replace(
        BRIEF, headline=Claim(text, (Evidence(title, title),)), takeaways=(Claim(title),), keywords=(title,)
    )
    return Card(paper, None, (), summary, FoundLinks(("https://github.com/a/b", title), (text,)))


@settings(max_examples=60)
@given(hostile_text(20), hostile_text(20))
def test_html_has_only_expected_elements_and_all_text(title: str, text: str) -> None:
    document = card_document(hostile(title, text), "en", roomy=True)
    tree = lxml_html.fragment_fromstring(html.fragment(document), create_parent="main")
    assert {str(element.tag) for element in tree.iter()} <= {
        "main", "h2", "p", "ul", "li", "a", "strong", "em", "code", "details", "summary",
    }  # fmt: skip
    assert letters(str(tree.text_content())) == letters(visible(plain_text(document)))
    assert [url for url in tree.xpath("//@href") if not re.match(r"https?://", str(url))] == []


@settings(max_examples=60)
@given(hostile_text(20), hostile_text(20))
def test_markdown_renders_to_the_same_text_and_only_expected_elements(title: str, text: str) -> None:
    document = dossier_document(hostile(title, text), "en")
    made = markdown(document)
    tree = lxml_html.fragment_fromstring(_MARKDOWN.render(made), create_parent="main")
    assert letters(str(tree.text_content())) == letters(visible(plain_text(document)))
    assert {str(element.tag) for element in tree.iter()} <= {
        "main", "h2", "h3", "p", "ul", "li", "a", "strong", "em", "code", "details", "summary",
    }  # fmt: skip
    assert "{{" not in made
    assert "{%" not in made


@given(hostile_text(20))
def test_no_address_or_name_is_left_that_github_would_link(text: str) -> None:
    assert re.search(r"https?://|www\.|@\w", escape(text)) is None


def test_a_markdown_dossier_has_all_its_parts() -> None:
    made = markdown(dossier_document(DEEP_CARD, "en"))
    parts = (
        "## [MultiTalk", "**Authors:** ", "**PDF:** ", "### Abstract", "### Summary", "### Key takeaways",
        "### Deep reading", "Conclusion: Significance", "<summary>Figures</summary>", "Interspeech 2024",
    )  # fmt: skip
    assert [part for part in parts if part not in made] == []


@settings(max_examples=60)
@given(hostile_text(12), hostile_text(12))
def test_front_matter_is_yaml_with_the_same_values(title: str, text: str) -> None:
    made = front_matter(title=title, day=None, categories=[text], tags=[], description=text, cover=None)
    assert made.count("\n") == 7
    rows = dict(line.split(": ", 1) for line in made.split("\n") if ": " in line)
    assert json.loads(rows["title"]) == " ".join(visible(title).split())
    assert json.loads(rows["description"]) == " ".join(visible(text).split())


def test_a_hexo_post_has_its_front_matter() -> None:
    post = digest_post(replace(DIGEST, cards=(DEEP_CARD,)))
    head, _, body = post.removeprefix("---\n").partition("\n---\n")
    assert [line.partition(":")[0] for line in head.split("\n") if not line.startswith(" ")] == [
        "title", "date", "categories", "tags", "description", "cover",
    ]  # fmt: skip
    assert 'cover: "figures/2406.14272v2/fig1.png"' in head
    assert body.lstrip().startswith("<code>abs:")
    assert card_post(PLAIN_CARD, "en").startswith('---\ntitle: "MultiTalk: Faster O(n²)')


def test_the_json_of_a_card_has_the_stable_fields() -> None:
    made = card_json(DEEP_CARD)
    assert list(made) == [
        "id", "version", "title", "authors", "abstract", "primary_category", "categories", "comment", "published",
        "announced_on", "kind", "license", "sample", "urls", "matched", "reasons", "guess", "summary", "figures",
    ]  # fmt: skip
    assert (made["version"], made["kind"], made["announced_on"]) == ("v2", "cross", "2026-06-02")
    assert made["title"] == PAPER.title
    assert list(made["urls"]) == ["abs", "pdf", "html", "code", "project"]
    summary = made["summary"]
    assert list(summary) == [
        "language", "depth", "headline", "translated_title", "takeaways", "keywords", "affiliations", "background",
        "prior_work", "method", "results", "methods", "conclusion", "provenance",
    ]  # fmt: skip
    assert summary["method"] == [
        {"text": "A language-specific code guides the decoder.",
         "quote": "A language-specific code guides the decoder.", "section": "Method", "page": 3,
         "support": "sentence",
         "evidence": [{"quote": "A language-specific code guides the decoder.", "section": "Method", "page": 3,
                       "url": "https://arxiv.org/pdf/2406.14272v2#page=3"}]}
    ]  # fmt: skip
    assert summary["provenance"]["read"] == {"pages": [8, 12]}
    provenance = summary["provenance"]
    assert (provenance["judge"], provenance["judge_prompt"]) == ("google:gemini-flash-latest", "ef56ab78")
    assert summary["provenance"]["dropped"] == [{"text": "It is the best of all.", "why": "not in the source"}]
    assert [list(figure) for figure in made["figures"]] == [
        ["number", "caption", "file", "license", "shown"],
        ["number", "caption", "url", "license", "shown"],
    ]
    assert card_json(PLAIN_CARD)["summary"] is None
    assert json.loads(json.dumps(made)) == made


def test_the_json_of_a_digest_has_its_cards_then_titles_then_a_count() -> None:
    made = digest_json(DIGEST)
    assert list(made) == ["topic", "window", "announced", "matched", "cards", "also", "unlisted"]
    assert made["window"] == {"first": "2026-06-02", "last": "2026-06-02"}
    assert [card["id"] for card in made["cards"]] == [card.paper.id for card in DIGEST.cards]
    assert made["also"] == [{"id": card.paper.id, "title": card.paper.title} for card in DIGEST.also]
    assert (len(made["also"]), made["unlisted"]) == (len(DIGEST.also), DIGEST.unlisted)
    assert len(made["cards"]) + len(made["also"]) + made["unlisted"] == made["matched"] == 3


# ── terminal ────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60)
@given(hostile_text(20), hostile_text(20))
def test_piped_text_is_plain_and_complete(title: str, text: str) -> None:
    made = card_text(hostile(title, text), "en", width=60)
    assert "\x1b" not in made
    assert "\x07" not in made
    for part in (title, text):
        assert letters(visible(readable(part))) in letters(made)


def test_a_terminal_gets_colour_and_the_same_words() -> None:
    coloured = digest_text(DIGEST, colour=True)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", coloured)
    assert plain.split() == digest_text(DIGEST).split()


@pytest.mark.parametrize("width", [30, 60, 200])
def test_lines_keep_to_the_width_and_addresses_stay_whole(width: int) -> None:
    from rich.cells import cell_len

    wide = Bullets(((Text("文字列の長い題名" * 30),), (Text("word " * 60),)))
    made = document_text(
        Document((Heading((Text("T"),)), wide, Line((Link("a", f"https://x.org/{'y' * 100}"),)))), width=width
    )
    too_wide = [line for line in made.split("\n") if cell_len(line) > min(width, 88)]
    assert [line for line in too_wide if "https://x.org/" not in line] == []
    assert f"https://x.org/{'y' * 100}" in made
