"""Fills the prompts of `prompts/` with papers, statements and terms, and hashes them for provenance. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import prompts
from bot.model import Claim, Paper, SummaryRequest
from bot.model.languages import prompt_name
from bot.summaries import glossary as glossaries
from bot.summaries.glossary import Glossary
from bot.summaries.reply_checks import LONGEST_HEADLINE
from bot.summaries.sections import Selection

_HEADLINE_GOAL = LONGEST_HEADLINE - 40
"""Characters that a model is asked to keep a headline to: models count badly, and a little more still fits."""

_MOST_PROBLEMS = 40
"""Mistakes that are listed in a second request."""


def brief_prompts(
    requests: Sequence[SummaryRequest], glossary: Glossary, problems: Mapping[str, Sequence[str]]
) -> tuple[str, str]:
    """System and user prompt for brief summaries of several papers in one language.

    `problems` has the mistakes of an earlier reply, by paper id; it is empty for a first request.
    """
    code = requests[0].key.language  # all of them have the same one
    texts = [f"{request.paper.title}\n{request.paper.abstract}" for request in requests]
    system = prompts.load("brief_system").fill(
        language=prompt_name(code),
        headline_limit=str(_HEADLINE_GOAL),
        takeaways="three to seven",
        glossary=glossaries.instruction(glossary, code, "\n".join(texts)),
    )
    papers = [
        enclosed(f"paper {request.paper.id}", f"Title: {request.paper.title}\n\nAbstract: {request.paper.abstract}")
        for request in requests
    ]
    user = prompts.load("brief_user").fill(
        count=str(len(requests)),
        language=prompt_name(code),
        papers="\n\n".join(papers),
        ids=", ".join(request.paper.id for request in requests),
    )
    listed = [f"{paper_id}: {problem}" for paper_id, found in problems.items() for problem in found]
    return system, retry_prompt(user, listed) if listed else user


def facts_prompts(paper: Paper, selection: Selection) -> tuple[str, str]:
    """System and user prompt for the facts of a whole paper."""
    extent = selection.extent
    text = f"Title: {paper.title}\n\n## Abstract\n{paper.abstract}\n\n{selection.text}"
    read = "All of it follows." if selection.whole else f"{extent.read} of {extent.total} {extent.unit} follow."
    system = prompts.load("deep_system").fill(headline_limit=str(_HEADLINE_GOAL))
    user = prompts.load("deep_user").fill(id=paper.id, read=read, paper=enclosed(f"paper {paper.id}", text))
    return system, user


def translation_prompts(
    request: SummaryRequest, claims: Mapping[str, Claim], keywords: Sequence[str], glossary: Glossary
) -> tuple[str, str]:
    """System and user prompt for English claims, by key, in the language of the request."""
    paper, code = request.paper, request.key.language
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


def enclosed(heading: str, text: str) -> str:
    """`text` between two lines with a mark that it does not contain, so that nothing in it can end the data.

    The mark is a hash of the text itself: an author cannot write it into the text, and equal texts make equal prompts.
    """
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    while mark in text:
        mark = hashlib.sha256(mark.encode()).hexdigest()[:16]
    return f"=== data {mark} begins: {heading} ===\n{text}\n=== data {mark} ends ==="


def brief_hash(glossary: Glossary) -> str:
    """The hash of the prompts that make a brief summary and of the glossary that fills them."""
    return _hash(("brief_system", "brief_user", "retry"), glossary)


def deep_hash(glossary: Glossary) -> str:
    """The hash of the prompts that make a deep summary and of the glossary that fills them."""
    return _hash(("deep_system", "deep_user", "translate_system", "translate_user", "retry"), glossary)


def _hash(names: Sequence[str], glossary: Glossary) -> str:
    return prompts.digest(*(prompts.load(name).text for name in names), repr(sorted(glossary.items())))
