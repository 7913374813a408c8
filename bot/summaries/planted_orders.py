"""Orders to a summarizer, a reviewer or a language model that were planted in a paper. Pure."""

from __future__ import annotations

import re

_IMPERATIVE = r"(?:^|[.!?:;,\"“(]\s*|\bplease\s+)(?:now\s+)?"
"""Where a clause begins: a verb here is an instruction, elsewhere it may be what models or attackers do."""
# Instructions to language models and reviewers, as they are hidden in papers.
_INSTRUCTION = re.compile(
    rf"{_IMPERATIVE}(?:ignore|disregard|forget|override)\b"
    r"[^.]{0,40}\b(?:instruction|prompt|previous|above|prior\ (?:text|message))"
    r"|\b(?:ignore|disregard|forget|override)\ (?:all\ |any\ )?(?:of\ )?"
    r"(?:your|my|the\ (?:above|previous|prior)|previous|prior|earlier|above)\ (?:\w+\ )?"
    r"(?:instruction|prompt|rule|text|message)"
    r"|\byou\ are\ (?:now\ )?(?:an?|the)\ (?:\w+\ )?(?:ai|assistant|language\ model|llm|reviewer|chatbot)\b"
    r"|\b(?:as\ an?|dear|note\ to|attention:?|for)\ (?:ai|llm|language\ model)s?\ (?:reviewers?|assistants?|"
    r"systems?|models?)?\b[^.]{0,60}"
    r"\b(?:must|should|please|do\ not|always|give|recommend|write|say|include|output)\b"
    r"|\bgive\ (?:this\ paper\ )?an?\ (?:only\ )?positive\ review|\bdo\ not\ (?:mention|"
    r"highlight)\ any\ (?:negativ|weakness)"
    r"|\b(?:respond|reply|answer|output)\ (?:only\ )?with\b[^.]{0,40}(?:\"|“|'|the\ word|the\ phrase|json)"
    r"|^\s*(?:system|assistant|user)\s*:|\byour\ (?:system|hidden)\ prompt\b"
    rf"|{_IMPERATIVE}(?:reveal|print|repeat|output|show|leak)\ (?:the|this)\ system\ prompt\b"
    r"|</?(?:paper|system|instructions?|data)\b|\[/?INST\]|<\|im_",
    re.IGNORECASE | re.VERBOSE,
)


def is_order(text: str) -> bool:
    """Whether a sentence gives an order to whoever reads the paper for others, a person or a model."""
    return bool(_INSTRUCTION.search(text))
