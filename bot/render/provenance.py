"""The last line of a card: what made its summary, from which text, and how its statements were checked. Pure."""

from __future__ import annotations

import re
from collections import Counter

from bot.model import NoteKind, Provenance, Summary, SummaryNote, Support
from bot.model.languages import is_english
from bot.render.labels import label

# A label of one Chinese or Japanese piece inside of another one: spaces stand around Latin names only.
_BRIEF_INSTEAD = {NoteKind.NO_FULL_TEXT, NoteKind.UNREAD, NoteKind.TOO_LITTLE_VERIFIED}

_SPACE_BETWEEN_CJK = re.compile(r"(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])")


def provenance_line(summary: Summary, language: str) -> str:
    """The maker and the source of a summary, how it was checked, and what is missing.

    "by gemini-flash from the abstract · 4 statements, each checked against its sentence by the same model"
    """
    provenance = summary.provenance
    support = Counter(claim.support for claim in summary.claims)
    maker = _maker(provenance, support, language)
    parts = [f"{maker} ({provenance.instead_of})" if provenance.instead_of else maker]
    if checked := _checked(provenance, support, language):
        parts.append(checked)
    is_all_english = {claim.language for claim in summary.claims} == {"en"}
    if set(support) == {Support.SENTENCE} and is_all_english and not is_english(summary.key.language):
        key = "not translated" if provenance.model == "extractive" else "no translation held"
        parts.append(label(key, language))
    if provenance.read and provenance.read.read < provenance.read.total:
        extent = provenance.read
        key = "read pages" if extent.unit.startswith("page") else "read sections"
        parts.append(label(key, language, n=extent.read, of=extent.total))
    return " · ".join([*parts, *(note_text(note, language) for note in provenance.notes)])


def note_text(note: SummaryNote | str, language: str) -> str:
    """A note in the language of the card; one that was stored as an English sentence stays as it is."""
    if isinstance(note, str):
        return note
    kind = note.kind
    if kind is NoteKind.READING_PROBLEM:
        return note.text
    if kind in _BRIEF_INSTEAD:
        reason = note.text if kind is NoteKind.UNREAD else label(f"note: {kind}", language)
        return label("brief instead of deep", language, reason=reason)
    if kind is NoteKind.NO_FURTHER_SENTENCE:
        parts = label("list comma", language).join(label(part, language) for part in note.parts)
        return label(f"note: {kind}", language, parts=parts)
    return label(f"note: {kind}", language, n=max(1, note.count))


def _maker(provenance: Provenance, support: Counter[Support], language: str) -> str:
    source = label(f"from {provenance.source}", language)
    if provenance.model == "extractive":
        return label("extractive", language, source=source)
    # A model that only chose among the paper's sentences has written nothing.
    key = "picked by" if set(support) == {Support.SENTENCE} else "by"
    return label(key, language, model=_name(provenance.model), source=source)


def _checked(provenance: Provenance, support: Counter[Support], language: str) -> str:
    """How the statements that a model wrote were checked; empty if there are none."""
    if support[Support.QUOTED] or (support[Support.JUDGED] and provenance.judge is None):
        return label("quoted", language)
    if provenance.judge is None or not support[Support.JUDGED]:
        return ""
    # Named once: who wrote the statements stands before.
    is_same = provenance.judge == provenance.model
    judge = label("the same model", language) if is_same else _name(provenance.judge)
    judged, picked = support[Support.JUDGED], support[Support.SENTENCE]
    if picked:
        checked = label("checked and picked", language, n=judged, m=picked, judge=judge)
    else:
        checked = label("checked", language, n=judged, judge=judge)
    return _SPACE_BETWEEN_CJK.sub("", checked)


def _name(model: str) -> str:
    # Without the provider: "google:gemini-flash-latest" is a setting, and the card is for readers.
    return model.partition(":")[2] or model
