"""Fills the prompts of `prompts/` with papers, statements and terms, and hashes them for provenance. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import prompts
from bot.model import Claim, Paper, SectionKind, SummaryRequest
from bot.model.languages import is_english, prompt_name
from bot.summaries import glossary as glossaries
from bot.summaries.claim_drafts import LONGEST_HEADLINE
from bot.summaries.glossary import Glossary
from bot.summaries.quotes import fold
from bot.summaries.sections import Selection
from bot.summaries.source_text import FRONT, SourceSentence, SourceText, as_seen, section_label, source_of

_HEADLINE_GOAL = LONGEST_HEADLINE - 40
"""Characters that a model is asked to keep a headline to: models count badly, and a little more still fits."""

_MOST_PROBLEMS = 40
"""Mistakes that are listed in a second request."""

_BRACKETS = (("[", "]"), ("{", "}"), ("<", ">"), ("⟦", "⟧"))
"""What the number of a sentence may stand in; the first that the text has around no number of its own."""

Mark = tuple[str, str]
"""What stands before and after the number of a sentence in a prompt."""


def brief_prompts(
    requests: Sequence[SummaryRequest], glossary: Glossary, problems: Mapping[str, Sequence[str]]
) -> tuple[str, str]:
    """System and user prompt for brief summaries of several papers in one language.

    `problems` has the mistakes of an earlier reply, by paper id; it is empty for a first request.
    """
    code = requests[0].key.language  # all of them have the same one
    sources = {request.paper.id: source_of(request.paper) for request in requests}
    texts = "\n".join(source.front for source in sources.values())
    mark = _mark(texts)
    papers = [enclosed(f"paper {name}", _lines(source.sentences, mark)) for name, source in sources.items()]
    user = prompts.load("brief_user").fill(
        papers="\n\n".join(papers),
        in_language="" if is_english(code) else f'Write every "text" and "title" in {prompt_name(code)}. ',
        # Only where it is not seen at once: a text has something like the usual mark.
        mark="" if mark == _BRACKETS[0] else f"A number looks like this: {_numbered(1, mark)}. ",
        count=str(len(requests)),
    )
    listed = [f"{paper_id}: {problem}" for paper_id, found in problems.items() for problem in found]
    return _brief_system(code, glossary, texts), retry_prompt(user, listed) if listed else user


def _brief_system(code: str, glossary: Glossary, texts: str) -> str:
    """In English, takeaways are sentences of the paper by number: only the headline is in the model's words."""
    limit = str(_HEADLINE_GOAL)
    if is_english(code):
        return prompts.load("brief_english_system").fill(headline_limit=limit)
    terms = glossaries.instruction(glossary, code, texts)
    return prompts.load("brief_system").fill(language=prompt_name(code), headline_limit=limit, glossary=terms)


def facts_prompts(paper: Paper, source: SourceText, selection: Selection) -> tuple[str, str]:
    """System and user prompt for the facts of a whole paper: the selected sections, each with its number."""
    extent = selection.extent
    front = source.section_sentences(FRONT)
    parts = [("Title and abstract", FRONT, front)]
    known = {_plain(sentence.text) for sentence in front}
    for number, section in zip(selection.numbers, selection.sections, strict=True):
        sentences = source.section_sentences(number, len(section.paragraphs))
        if section.kind is SectionKind.ABSTRACT:  # arXiv's abstract again, and perhaps more of the text
            sentences = tuple(sentence for sentence in sentences if _plain(sentence.text) not in known)
        if sentences:
            parts.append((section_label(section.number, section.title), number, sentences))
    mark = _mark("\n".join(text for title, _, sentences in parts for text in (title, *(s.text for s in sentences))))
    text = "\n\n".join(
        f"## S{number} {' '.join(title.split())}\n{_lines(found, mark)}" for title, number, found in parts
    )
    read = "All of it follows." if selection.whole else f"{extent.read} of {extent.total} {extent.unit} follow."
    system = prompts.load("deep_system").fill(headline_limit=str(_HEADLINE_GOAL))
    user = prompts.load("deep_user").fill(
        id=paper.id, read=read, mark=_numbered(1, mark), paper=enclosed(f"paper {paper.id}", text)
    )
    return system, user


def translation_prompts(
    request: SummaryRequest, claims: Mapping[str, Claim], keywords: Sequence[str], glossary: Glossary
) -> tuple[str, str]:
    """System and user prompt for English claims, by key, in the language of the request."""
    paper, code = as_seen(request.paper), request.key.language
    lines = [f"Title: {paper.title}", f"Keywords: {'; '.join(keywords)}", ""]
    text = "\n".join([*lines, *(f"[{key}] {claim.text}" for key, claim in claims.items())])
    terms = glossaries.instruction(glossary, code, text)
    system = prompts.load("translate_system").fill(language=prompt_name(code), glossary=terms)
    data = enclosed(f"title and numbered statements of {paper.id}", text)
    return system, prompts.load("translate_user").fill(id=paper.id, language=prompt_name(code), claims=data)


def retry_prompt(user: str, problems: Sequence[str]) -> str:
    """The user prompt of a second request, which says what was wrong with the reply to the first one."""
    # The problems quote the model and, through it, perhaps the paper: they are enclosed as data as well.
    listed = enclosed("what was wrong", "\n".join(f"- {problem}" for problem in problems[:_MOST_PROBLEMS]))
    return prompts.load("retry").fill(request=user, problems=listed)


def _lines(sentences: Sequence[SourceSentence], mark: Mark) -> str:
    """Each sentence on a line of its own, after its number within its section."""
    return "\n".join(
        f"{_numbered(sentence.id.rpartition('.')[2], mark)} {' '.join(sentence.text.split())}" for sentence in sentences
    )


def _numbered(number: int | str, mark: Mark) -> str:
    return f"{mark[0]}{number}{mark[1]}"


def _mark(text: str) -> Mark:
    """What the numbers of the sentences stand in, so that no number in the text looks like one of them."""
    for opening, closing in _BRACKETS:
        if not re.search(rf"{re.escape(opening)}\s*[Ss]?[\d.]+\s*{re.escape(closing)}", text):
            return opening, closing
    # As with `enclosed`: an author cannot write the hash of a text into that text.
    return f"[{_hash_of(text, 6)}:", "]"


def _plain(sentence: str) -> str:
    return fold(sentence).text


def enclosed(heading: str, text: str) -> str:
    """`text` between two lines with a mark that it does not contain, so that nothing in it can end the data.

    The mark is a hash of the text itself: an author cannot write it into the text, and equal texts make equal prompts.
    """
    mark = _hash_of(text, 8)
    return f"=== data {mark} begins: {heading} ===\n{text}\n=== data {mark} ends ==="


def _hash_of(text: str, length: int) -> str:
    """The first digits of a hash of `text` that do not occur in it."""
    mark = hashlib.sha256(text.encode()).hexdigest()[:length]
    while mark in text:
        mark = hashlib.sha256(mark.encode()).hexdigest()[:length]
    return mark


def brief_hash(glossary: Glossary) -> str:
    """The hash of the prompts that make a brief summary and of the glossary that fills them."""
    return _hash(("brief_system", "brief_english_system", "brief_user", "retry"), glossary)


def deep_hash(glossary: Glossary) -> str:
    """The hash of the prompts that make a deep summary and of the glossary that fills them."""
    return _hash(("deep_system", "deep_user", "translate_system", "translate_user", "retry"), glossary)


def _hash(names: Sequence[str], glossary: Glossary) -> str:
    return prompts.digest(*(prompts.load(name).text for name in names), repr(sorted(glossary.items())))
