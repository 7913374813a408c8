"""What a card shows of its evidence, and what it says of how its statements were checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.locales import INTERFACE_LANGUAGES
from bot.model import Card, Claim, Depth, Evidence, NoteKind, Source, Style, Summary, SummaryNote, Support
from bot.render.cards import card_document
from bot.render.evidence import EvidenceForm, evidence_document
from bot.render.labels import label
from bot.render.nodes import Bullets, Document, Fold, Line, Link, Note
from bot.render.provenance import note_text, provenance_line
from tests.render.samples import BRIEF, CARD, DEEP, DEEP_CARD, EXTRACTIVE, FIRST, SECOND, plain_text

ABS = "https://arxiv.org/abs/2406.14272v2"
BY_STATEMENT = "evidence by statement: "


def with_summary(summary: Summary) -> Card:
    return replace(CARD, summary=summary)


def fold(document: Document) -> Fold | None:
    titles = [label("evidence", language) for language in INTERFACE_LANGUAGES]
    folds = [block for block in document.blocks if isinstance(block, Fold) and block.title[0].text in titles]
    return folds[0] if folds else None


def folded(summary: Summary, language: str) -> str:
    found = fold(card_document(with_summary(summary), language))
    assert found is not None
    return plain_text(Document(found.blocks))


def links(document: Document) -> list[Link]:
    """The links of the line that begins with the word for evidence."""
    notes = [block for block in document.blocks if isinstance(block, Note) and block.spans[0].text == BY_STATEMENT]
    return [span for note in notes for span in note.spans if isinstance(span, Link)]


# ── the sentences ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_statement_in_a_models_words_stands_beside_its_sentence_with_a_link() -> None:
    found = fold(card_document(CARD, "en"))
    assert found is not None
    said = plain_text(Document(found.blocks)).split("\n")
    assert said[0] == f"Talking heads learn twenty…: “{FIRST}” abstract"
    (items,) = [block.items for block in found.blocks if isinstance(block, Bullets)]
    assert isinstance(items[0][-1], Link)
    assert items[0][-1].url.startswith(f"{ABS}#:~:text=We%20make")


def test_a_sentence_that_several_statements_rest_on_is_quoted_once() -> None:
    said = plain_text(evidence_document(CARD, "en"))
    assert said.count("faster than before") == 1
    assert "It runs 1.13× faster. / It costs a fifth.\n“It is 1.13× faster than before" in said


def test_opened_evidence_names_each_statement_as_a_whole() -> None:
    assert f"{BRIEF.headline.text}\n“{FIRST}” abstract" in plain_text(evidence_document(CARD, "en"))


def test_a_deep_card_shows_its_evidence_by_part_with_section_and_page() -> None:
    said = plain_text(evidence_document(DEEP_CARD, "en"))
    assert (
        "Background\nModels know English best: “Most models are trained on English only.” Introduction, p. 1 “" in said
    )
    assert "Results\nLip errors fall by 12%: “Our model reduces lip vertex error by 12%.” Experiments, p. 5" in said


def test_the_papers_own_sentence_is_not_repeated() -> None:
    assert "Method\nA language-specific code guides…: Method, p. 3" in plain_text(evidence_document(DEEP_CARD, "en"))
    shortened = replace(EXTRACTIVE, headline=Claim("We make heads talk.", (Evidence(FIRST),)))
    assert "We make heads talk.\nabstract" in plain_text(evidence_document(with_summary(shortened), "en"))


def test_a_card_of_the_papers_own_sentences_has_only_links_to_them() -> None:
    document = card_document(with_summary(EXTRACTIVE), "en")
    assert fold(document) is None
    assert [link.text for link in links(document)] == ["1", "2"]
    assert links(document)[0].url.startswith(f"{ABS}#:~:text=We%20make")


def test_the_forms_of_evidence() -> None:
    def document(form: EvidenceForm, style: Style = Style.CARDS) -> Document:
        return card_document(CARD, "en", style, evidence=form)

    assert fold(document(EvidenceForm.QUOTES))
    assert not links(document(EvidenceForm.QUOTES))
    assert len(links(document(EvidenceForm.LINKS))) == 3
    assert fold(document(EvidenceForm.LINKS)) is None
    assert fold(document(EvidenceForm.NONE)) is None
    assert not links(document(EvidenceForm.NONE))
    compact = document(EvidenceForm.QUOTES, Style.TITLES)
    assert fold(compact) is None
    assert not links(compact)


def test_a_compact_card_leads_to_the_sentence_of_its_headline() -> None:
    (*_, last) = card_document(CARD, "es", Style.TITLES).blocks
    assert isinstance(last, Note)
    assert isinstance(last.spans[-1], Link)
    assert last.spans[-1].text == "evidencia"
    assert last.spans[-1].url.startswith(f"{ABS}#:~:text=We%20make")
    bare = replace(BRIEF, headline=Claim("A."))
    assert "evidence" not in plain_text(card_document(with_summary(bare), "en", Style.TITLES))
    none = card_document(CARD, "en", Style.TITLES, evidence=EvidenceForm.NONE)
    assert "evidence" not in plain_text(none)


def test_a_summary_whose_claims_have_no_evidence_shows_none() -> None:
    bare = replace(BRIEF, headline=Claim("A."), takeaways=(Claim("B."),))
    assert fold(card_document(with_summary(bare), "en")) is None
    assert not links(card_document(with_summary(bare), "en"))


def test_chinese_statements_are_named_by_few_characters() -> None:
    claim = Claim("该模型用一套数据学习二十种语言的说话人头部动画。", (Evidence(FIRST),), Support.JUDGED)
    said = folded(replace(BRIEF, headline=claim), "zh")
    assert f"该模型用一套数据学习二十种语言的说…: “{FIRST}” 摘要" in said


def test_statements_that_begin_alike_are_told_apart_by_more_words() -> None:
    alike = "The planner with partial views of a floor reaches"
    texts = (f"{alike} more goals.", f"{alike} fewer doors.")
    claims = [Claim(texts[0], (Evidence(FIRST),), Support.JUDGED), Claim(texts[1], (Evidence(SECOND),), Support.JUDGED)]
    said = folded(replace(BRIEF, headline=claims[0], takeaways=(claims[1],)), "en")
    first, second = (line.split(":")[0] for line in said.split("\n"))
    assert first != second
    assert len(first) > len("The planner with partial views…")


def test_no_name_is_cut_in_a_chinese_statement() -> None:
    claim = Claim("论文在这里用一个小模型说明了ImageNet的结果。", (Evidence(FIRST),), Support.JUDGED)
    said = folded(replace(BRIEF, headline=claim), "zh")
    assert f"论文在这里用一个小模型说明了…: “{FIRST}”" in said


def test_headline_and_takeaways_of_a_deep_card_have_links_where_no_sentences_are_shown() -> None:
    for card, form in ((DEEP_CARD, EvidenceForm.LINKS), (replace(DEEP_CARD, summary=OWN_WORDS), EvidenceForm.QUOTES)):
        document = card_document(card, "en", evidence=form)
        assert fold(document) is None
        assert [link.text for link in links(document)] == ["1", "2", "3"]


OWN_WORDS = replace(
    DEEP,
    headline=Claim(FIRST, (Evidence(FIRST),)),
    takeaways=(Claim(SECOND, (Evidence(SECOND),)), Claim("It is new.", (Evidence("It is new."),))),
    background=(), prior_work=(), results=(), methods=(),
)  # fmt: skip


# ── the mark of the original ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "mark"),
    [("zh", "（原文）"), ("zh-Hant", "（原文）"), ("es", " (original)"), ("ja", "（原文）"), ("ru", " (оригинал)")],
)
def test_a_sentence_that_stays_in_english_is_marked(language: str, mark: str) -> None:
    summary = replace(BRIEF, key=replace(BRIEF.key, language=language), takeaways=(Claim(SECOND, (Evidence(SECOND),)),))
    for style in Style:
        said = plain_text(card_document(with_summary(summary), language, style, evidence=EvidenceForm.NONE))
        assert f"Talking heads learn twenty languages from one set.{mark}" not in said
    assert f"at 20% of the cost of $5.{mark}\n" in said_by(summary, language)


def said_by(summary: Summary, language: str) -> str:
    return plain_text(card_document(with_summary(summary), language, evidence=EvidenceForm.NONE))


def test_neither_english_nor_extractive_cards_mark_their_sentences() -> None:
    assert "(original)" not in said_by(replace(BRIEF, headline=EXTRACTIVE.headline), "en")
    spanish = replace(EXTRACTIVE, key=replace(EXTRACTIVE.key, language="es"))
    assert "(original)" not in said_by(spanish, "es")
    assert "frases originales extraídas del resumen, sin modelo" in said_by(spanish, "es")


def test_the_mark_goes_by_the_language_of_the_sentence_not_of_the_card() -> None:
    french = Claim(FIRST, (Evidence(FIRST),), language="fr")
    assert f"{FIRST} (original)" in said_by(replace(BRIEF, headline=french), "en")
    assert f"{FIRST} (original)" in said_by(replace(EXTRACTIVE, headline=french), "en")
    summary = replace(BRIEF, key=replace(BRIEF.key, language="fr"), headline=french)
    assert "(original)" not in said_by(summary, "fr")
    extractive = replace(EXTRACTIVE, key=replace(EXTRACTIVE.key, language="fr"), headline=french, takeaways=(french,))
    assert "not translated" not in said_by(extractive, "fr")


# ── how it was checked ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_line_says_how_the_statements_were_checked() -> None:
    by_itself = replace(BRIEF.provenance, judge=BRIEF.provenance.model)
    picked = replace(EXTRACTIVE, provenance=replace(BRIEF.provenance, judge=None))
    mixed = replace(BRIEF, takeaways=EXTRACTIVE.takeaways)
    claims = tuple(replace(claim, support=Support.QUOTED) for claim in BRIEF.claims)
    quoted = replace(BRIEF, headline=claims[0], takeaways=claims[1:], provenance=picked.provenance)
    maker = "by gemini-flash-latest from the abstract"
    assert provenance_line(BRIEF, "en") == (f"{maker} · 3 statements, each checked against its sentence by qwen3-small")
    assert provenance_line(replace(BRIEF, provenance=by_itself), "en") == (
        f"{maker} · 3 statements, each checked against its sentence by the same model"
    )
    assert provenance_line(replace(BRIEF, takeaways=()), "en") == (
        f"{maker} · 1 statement, checked against its sentence by qwen3-small"
    )
    assert provenance_line(mixed, "en") == (
        f"{maker} · 1 statement checked against its sentence by qwen3-small, 1 in the paper’s own words"
    )
    assert provenance_line(replace(BRIEF, headline=EXTRACTIVE.headline), "en") == (
        f"{maker} · 2 statements checked against their sentences by qwen3-small, 1 in the paper’s own words"
    )
    assert provenance_line(picked, "en") == "sentences picked from the abstract by gemini-flash-latest"
    assert provenance_line(EXTRACTIVE, "en") == "sentences picked from the abstract, no model"
    assert provenance_line(quoted, "en") == f"{maker} · quotes found, meaning not checked"


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "ja", "es", "ru"])
def test_a_card_that_is_all_english_says_why_in_the_language_of_its_reader(language: str) -> None:
    key = replace(EXTRACTIVE.key, language=language)
    unconfirmed = replace(EXTRACTIVE, key=key, provenance=replace(BRIEF.provenance, judge=None))
    for made, reason in ((replace(EXTRACTIVE, key=key), "not translated"), (unconfirmed, "no translation held")):
        assert provenance_line(made, language).endswith(label(reason, language))
        assert label(reason, "en") not in provenance_line(made, language)
    assert label("no translation held", language) not in provenance_line(replace(BRIEF, key=key), language)


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "3 条陈述，均由同一模型对照原句核查"), ("ja", "すべて同じモデルが")]
)
def test_no_spaces_stand_around_the_same_model_in_chinese_and_japanese(language: str, said: str) -> None:
    by_itself = replace(BRIEF, provenance=replace(BRIEF.provenance, judge=BRIEF.provenance.model))
    assert said in provenance_line(by_itself, language)
    assert "qwen3-small" in provenance_line(BRIEF, language).split()


def test_nothing_is_called_checked_that_no_judge_is_named_for() -> None:
    nameless = replace(BRIEF, provenance=replace(BRIEF.provenance, judge=None))
    assert provenance_line(nameless, "en").endswith("quotes found, meaning not checked")


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_the_last_line_is_complete_in_every_language(language: str) -> None:
    for summary in (BRIEF, EXTRACTIVE, DEEP, replace(BRIEF, takeaways=EXTRACTIVE.takeaways)):
        line = provenance_line(summary, language)
        assert "{" not in line
        if language != "en":
            assert "checked" not in line
            assert "sentences" not in line


def test_a_passage_of_html_without_a_section_is_of_the_full_text() -> None:
    provenance = replace(DEEP.provenance, source=Source.HTML)
    claim = Claim("It weaves.", (Evidence(FIRST, None, None, "p1"),), Support.JUDGED)
    summary = replace(BRIEF, key=replace(BRIEF.key, depth=Depth.DEEP), headline=claim, provenance=provenance)
    first, *_ = [
        block.spans for block in evidence_document(with_summary(summary), "en").blocks if isinstance(block, Line)
    ]
    assert isinstance(first[-1], Link)
    assert first[-1].text == "full text"
    assert first[-1].url.startswith("https://arxiv.org/html/2406.14272v2#p1:~:text=")


# ── notes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", NoteKind)
@pytest.mark.parametrize("count", [1, 3])
def test_every_note_is_told_in_the_language_of_the_card(kind: NoteKind, count: int) -> None:
    counted = {NoteKind.HIDDEN, NoteKind.ORDERS, NoteKind.ORDERS_IN_FULL_TEXT}
    note = SummaryNote(kind, count if kind in counted else 0, ("prior work", "methods"), "PDF unreadable")
    told = {language: note_text(note, language) for language in INTERFACE_LANGUAGES}
    assert all(told.values())
    assert len(set(told.values())) >= (1 if kind is NoteKind.READING_PROBLEM else 5), told  # some Chinese is alike
    assert ("3" in told["ru"]) == (kind in counted and count == 3)


def test_notes_say_what_was_left_out_and_stored_sentences_stay() -> None:
    notes = (
        SummaryNote(NoteKind.HIDDEN, 2),
        SummaryNote(NoteKind.NO_FURTHER_SENTENCE, parts=("prior work", "methods")),
        SummaryNote(NoteKind.UNREAD, text="the PDF is damaged"),
        "1 hidden passage left out",
    )
    summary = replace(EXTRACTIVE, provenance=replace(EXTRACTIVE.provenance, notes=notes))
    assert provenance_line(summary, "en").endswith(
        "2 hidden passages left out"
        " · no further sentence can be read by itself for: Prior work and its gap, Step by step"
        " · abstract only: the PDF is damaged · 1 hidden passage left out"
    )
    assert "2 pasajes ocultos omitidos · ninguna otra frase" in provenance_line(summary, "es")
