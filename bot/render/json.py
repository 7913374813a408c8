"""Cards and digests as JSON for scripts. The names of fields are stable: add fields, never rename them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import JSON, Card, Claim, Digest, Evidence, Figure, Provenance, Summary
from bot.render.addresses import evidence_url, paper_urls
from bot.render.provenance import note_text
from bot.render.reasons import is_guess, reason_sentences


def card_json(card: Card) -> JSON:
    """One card. Texts are as arXiv or the summary has them, including TeX."""
    paper, announcement = card.paper, card.announcement
    return {
        "id": paper.id,
        "version": f"v{paper.version}",
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "primary_category": paper.primary_category,
        "categories": list(paper.categories),
        "comment": paper.comment,
        "published": _time(paper.published),
        "announced_on": announcement.day.isoformat() if announcement else None,
        "kind": announcement.kind.value if announcement else None,
        "license": paper.license,
        "sample": paper.sample,
        "urls": {**paper_urls(paper), "code": list(card.links.code), "project": list(card.links.project)},
        "matched": [{"topic": match.topic, "because": list(match.because)} for match in card.matched],
        "reasons": reason_sentences(card, "en"),
        "guess": is_guess(card),
        "summary": _summary(card, card.summary) if card.summary else None,
        "figures": [_figure(figure) for figure in card.figures],
    }


def digest_json(digest: Digest) -> JSON:
    """A digest: its papers in order, as cards, then by title (`also`), then counted (`unlisted`). `topic` joins several
    topics by "; "."""
    return {
        "topic": "; ".join(digest.topics),
        "window": {"first": digest.window.first.isoformat(), "last": digest.window.last.isoformat()},
        "announced": digest.announced,
        "matched": digest.matched,
        "cards": [card_json(card) for card in digest.cards],
        "also": [{"id": card.paper.id, "title": card.paper.title} for card in digest.also],
        "unlisted": digest.unlisted,
    }


def _summary(card: Card, summary: Summary) -> JSON:
    conclusion = summary.conclusion

    def claims(given: Iterable[Claim]) -> list[JSON]:
        return [_claim(claim, card, summary) for claim in given]

    return {
        "language": summary.key.language,
        "depth": summary.key.depth.value,
        "headline": _claim(summary.headline, card, summary),
        "translated_title": summary.translated_title,
        "takeaways": claims(summary.takeaways),
        "keywords": list(summary.keywords),
        "affiliations": list(summary.affiliations),
        "background": claims(summary.background),
        "prior_work": claims(summary.prior_work),
        "method": claims(summary.method),
        "results": claims(summary.results),
        "methods": claims(summary.methods),
        "conclusion": {
            "significance": claims(conclusion.significance),
            "innovation": claims(conclusion.innovation),
            "performance": claims(conclusion.performance),
            "workload": claims(conclusion.workload),
        },
        "provenance": _provenance(summary.provenance),
    }


def _provenance(provenance: Provenance) -> JSON:
    read = provenance.read
    return {
        "model": provenance.model,
        "prompt": provenance.prompt,
        "created_at": _time(provenance.created_at),
        "source": provenance.source.value,
        "read": {read.unit: [read.read, read.total]} if read else None,
        "dropped": [{"text": dropped.text, "why": dropped.why} for dropped in provenance.dropped],
        # Optional fields: why a fallback made the summary, and notes for the reader.
        **({"instead_of": provenance.instead_of} if provenance.instead_of else {}),
        **({"notes": [note_text(note, "en") for note in provenance.notes]} if provenance.notes else {}),
        **({"judge": provenance.judge, "judge_prompt": provenance.judge_prompt} if provenance.judge else {}),
    }


def _claim(claim: Claim, card: Card, summary: Summary) -> JSON:
    def passage(evidence: Evidence) -> JSON:
        url = evidence_url(card.paper, summary.provenance.source, evidence)
        return {"quote": evidence.quote, "section": evidence.section, "page": evidence.page, "url": url}

    return {
        "text": claim.text,
        "quote": claim.quote,
        "section": claim.section,
        "page": claim.page,
        "support": claim.support.value,
        "evidence": [passage(evidence) for evidence in claim.evidence],
    }


def _figure(figure: Figure) -> JSON:
    # Never both: a picture that may not be shown must not be found through its file.
    where = {"file": figure.file} if figure.file and figure.shown else {"url": figure.url}
    return {
        "number": figure.number,
        "caption": figure.caption,
        **where,
        "license": figure.license,
        "shown": figure.shown,
    }


def _time(moment: datetime | None) -> str | None:
    # All times are UTC; "Z" is the form that every parser of JSON dates knows.
    return moment.isoformat().replace("+00:00", "Z") if moment else None
