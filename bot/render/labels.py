"""The labels on cards, digests and pages of the archive in each language of the interface, and dates. Pure.

A new label is one entry of `LABELS`; its translations are in the catalogues of `bot.locales`. `{…}` are values that
`label` fills in; an entry with a singular and a plural is chosen by `n`. Text of papers is never translated here.
"""

from __future__ import annotations

from datetime import date

from bot.locales import NNP_, NP_, formats, npgettext, pgettext, using
from bot.model import Window
from bot.render.labels_of_notes import NOTES
from bot.render.labels_of_reasons import REASONS

LABELS: dict[str, tuple[str, str] | tuple[str, str, str]] = {
    "and more": NP_("card", "and {n} more"),
    "sample": NP_("card", "sample text"),
    "withdrawn": NP_("card", "This paper has been withdrawn by its authors."),
    "cross": NP_("card", "cross-list"),
    "replace": NP_("card", "replacement"),
    "abstract": NP_("card", "abstract"),
    "pdf": NP_("card", "PDF"),
    "html": NP_("card", "HTML"),
    "code": NP_("card", "code"),
    "project": NP_("card", "project"),
    "matched": NP_("card", "matched"),
    "keywords": NP_("card", "Keywords"),
    "affiliations": NP_("card", "Affiliations"),
    "comment": NP_("card", "Comment"),
    "by": NP_("provenance", "by {model} from {source}"),
    "extractive": NP_("provenance", "sentences picked from {source}, no model"),
    "from abstract": NP_("provenance", "the abstract"),
    "from html": NP_("provenance", "the full text (HTML)"),
    "from pdf": NP_("provenance", "the full text (PDF)"),
    "read sections": NP_("provenance", "read: {n} of {of} sections"),
    "read pages": NP_("provenance", "read: {n} of {of} pages"),
    "picked by": NP_("provenance", "sentences picked from {source} by {model}"),
    "checked": NNP_(
        "provenance",
        "{n} statement, checked against its sentence by {judge}",
        "{n} statements, each checked against its sentence by {judge}",
    ),
    "checked and picked": NNP_(
        "provenance",
        "{n} statement checked against its sentence by {judge}, {m} in the paper’s own words",
        "{n} statements checked against their sentences by {judge}, {m} in the paper’s own words",
    ),
    "the same model": NP_("provenance", "the same model"),
    "quoted": NP_("provenance", "quotes found, meaning not checked"),
    "not translated": NP_("provenance", "in English, not translated"),
    "no translation held": NP_("provenance", "in English: no translation could be confirmed"),
    "original": NP_("card", "(original)"),
    "evidence": NP_("card", "Evidence"),
    "why": NP_("button", "Why?"),
    "vote": NP_("button", "Vote on a paper …"),
    "evidence by statement": NP_("card", "evidence by statement"),
    "full text": NP_("card", "full text"),
    "no summary": NP_("card", "not summarized yet; this is the abstract"),
    "background": NP_("card", "Background"),
    "prior work": NP_("card", "Prior work and its gap"),
    "method": NP_("card", "Method"),
    "results": NP_("card", "Results"),
    "methods": NP_("card", "Step by step"),
    "significance": NP_("card", "Significance"),
    "innovation": NP_("card", "Innovation"),
    "performance": NP_("card", "Performance"),
    "workload": NP_("card", "Workload"),
    "conclusion": NP_("card", "Conclusion"),
    "takeaways": NP_("card", "Key takeaways"),
    "summary": NP_("card", "Summary"),
    "deep": NP_("card", "Deep reading"),
    "figure": NP_("card", "Figure {n}"),
    "figures": NP_("card", "Figures"),
    "figure licence": NP_("card", "figures: {licence}"),
    "page": NP_("card", "p. {n}"),
    "digest": NP_("digest", "New on arXiv"),
    "n of m": NP_("digest", "{n} of {of} new papers match"),
    "doubtful": NP_("digest", "A message of the digest of {day} may not have arrived; this cannot be checked."),
    "send again": NP_("button", "Send it again"),
    "also": NP_("digest", "Also matching"),
    "and more papers": NP_("digest", "… and {n} more"),
    "nothing": NP_("digest", "Nothing new for your topics."),
    "archive": NP_("archive", "Archive"),
    "days": NP_("archive", "Days"),
    "topics": NP_("archive", "Topics"),
    "papers": NNP_("archive", "{n} paper", "{n} papers"),
    "no papers": NP_("archive", "No papers yet."),
    "about archive": NP_("archive", "Paperboy’s archive: new arXiv papers by topic"),
    "from sample": NP_("archive", "made from a bundled sample"),
    "feed": NP_("archive", "Atom feed"),
    "older": NP_("archive", "older"),
    "newer": NP_("archive", "newer"),
    "footer": NP_("archive", "Metadata from arXiv. Thank you to arXiv for use of its open access interoperability."),
    "authors": NP_("card", "Authors"),
    "version": NP_("card", "version {n}"),
    **NOTES,
    **REASONS,
}
"""By key: the context for translators, and the English text, or its singular and plural."""


def label(key: str, language: str, **values: object) -> str:
    """The label `key` in `language` with its values filled in; in English if the interface has no such language."""
    entry = LABELS[key]
    with using(language):
        text = npgettext(*entry, int(str(values["n"]))) if len(entry) == 3 else pgettext(*entry)
    return text.format(**values) if values else text


def format_date(day: date, language: str) -> str:
    """A date as it is usually written in a language: "2 June 2026", "2026年6月2日"."""
    with using(language):
        return formats.full_day(day)


def format_window(window: Window, language: str) -> str:
    """The first and last day of a window, or the only one."""
    if window.first == window.last:
        return format_date(window.last, language)
    return f"{format_date(window.first, language)} – {format_date(window.last, language)}"
