"""XML as arXiv writes it, for `FakeArxiv`: entries of the API and of the feed, OAI records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from bot.model import Announced, Paper

NS = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom"'
)


def error_feed(message: str) -> str:
    return (
        f"<?xml version='1.0'?><feed {NS}><opensearch:totalResults>1</opensearch:totalResults>"
        "<opensearch:startIndex>0</opensearch:startIndex><entry><id>https://arxiv.org/api/errors#it</id>"
        f"<title>Error</title><summary>{escape(message)}</summary></entry></feed>"
    )


def api_entry(paper: Paper) -> str:
    def when(time: datetime | None) -> str:
        return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""

    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    categories = "".join(f'<category term="{code}"/>' for code in paper.categories)
    comment = f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.versioned_id}</id><title>{escape(paper.title)}</title>"
        f"<updated>{when(paper.updated)}</updated><published>{when(paper.published)}</published>"
        f"<summary>{escape(paper.abstract)}</summary>{categories}"
        f'<arxiv:primary_category term="{paper.primary_category}"/>{comment}{authors}</entry>'
    )


_ACCENTS = {"é": "\\'e", "É": "\\'E", "ü": '\\"u', "ö": '\\"o', "ß": "{\\ss}", "Ł": "\\L{}", "Ż": "\\.Z"}


def feed_entry(entry: Announced) -> str:
    paper, kind, day = entry.paper, entry.announcement.kind, entry.announcement.day
    creator = "".join(_ACCENTS.get(char, char) for char in ", ".join(paper.authors))
    return (
        f"<entry><id>oai:arXiv.org:{paper.versioned_id}</id><title>{escape(paper.title)}</title>"
        f'<updated>{day}T04:00:19+00:00</updated><link href="https://arxiv.org/abs/{paper.id}" rel="alternate"/>'
        f"<summary>arXiv:{paper.versioned_id} Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</summary>"
        + "".join(f'<category term="{code}"/>' for code in paper.categories)
        + f"<published>{day}T00:00:00-04:00</published><arxiv:announce_type>{kind}</arxiv:announce_type>"
        + (f"<dc:rights>{escape(paper.license)}</dc:rights>" if paper.license else "")
        + f"<dc:creator>{escape(creator)}</dc:creator></entry>"
    )


def oai_answer(inner: str, today: date) -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">"
        f"<responseDate>{today}T00:00:00Z</responseDate><request>http://localhost/oai</request>{inner}</OAI-PMH>"
    )


def record(entries: Sequence[Announced]) -> str:
    first, last = entries[0].paper, entries[-1]
    paper = last.paper
    names = [name.rpartition(" ") for name in paper.authors]
    authors = "".join(
        f"<author><keyname>{escape(key)}</keyname><forenames>{escape(fore)}</forenames></author>"
        for fore, _, key in names
    )
    updated = f"<updated>{paper.updated:%Y-%m-%d}</updated>" if paper.version > 1 else ""
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper.id}</identifier>"
        f"<datestamp>{last.announcement.day}</datestamp></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.id}</id><created>{first.published:%Y-%m-%d}</created>'
        f"{updated}<authors>{authors}</authors><title>{escape(paper.title)}</title>"
        f"<categories>{' '.join(paper.categories)}</categories>"
        + (f"<comments>{escape(paper.comment)}</comments>" if paper.comment else "")
        + (f"<license>{escape(paper.license)}</license>" if paper.license else "")
        + f"<abstract>{escape(paper.abstract)}</abstract></arXiv></metadata></record>"
    )
