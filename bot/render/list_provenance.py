"""One line for all sentences of a list: what made them, and from which texts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from bot.locales import ngettext
from bot.model import Card, Source, Support
from bot.model.languages import is_english
from bot.render.labels import label
from bot.render.one_sentence import sentence_of
from bot.render.plain import one_line

MODEL_LENGTH = 60


class _Origin(NamedTuple):
    """`model` is None without one; a model that only picked the paper's own sentence has written nothing."""

    model: str | None
    is_picked: bool
    is_of_abstract: bool


def list_provenance(cards: Iterable[Card], language: str) -> str:
    """ "10 sentences by gemini-flash from abstracts"; several such statements where they differ. "" without sentences.

    The sentences are those that the lines of a list show; the language is that of the context.
    """
    origins: Counter[_Origin] = Counter()
    is_all_english = True
    for card in cards:
        if card.summary is None or (found := sentence_of(card)) is None:
            continue
        claim, made = found[0], card.summary.provenance
        is_picked = claim.support is Support.SENTENCE
        is_all_english &= is_picked and claim.language == "en"
        model = None if made.model == "extractive" else _model_name(made.model)
        origins[_Origin(model, is_picked or model is None, made.source is Source.ABSTRACT)] += 1
    if not origins:
        return ""
    parts = [_told(origin, count) for origin, count in origins.most_common()]
    if is_all_english and not is_english(language):
        parts.append(label("not translated", language))
    return " · ".join(parts)


def _told(origin: _Origin, n: int) -> str:
    if origin.model is None:
        if origin.is_of_abstract:
            text = ngettext(
                "{n} sentence picked from the abstract, no model", "{n} sentences picked from abstracts, no model", n
            )
        else:
            text = ngettext(
                "{n} sentence picked from the full text, no model", "{n} sentences picked from full texts, no model", n
            )
    elif origin.is_picked:
        if origin.is_of_abstract:
            text = ngettext(
                "{n} sentence picked from the abstract by {model}", "{n} sentences picked from abstracts by {model}", n
            )
        else:
            text = ngettext(
                "{n} sentence picked from the full text by {model}",
                "{n} sentences picked from full texts by {model}",
                n,
            )
    elif origin.is_of_abstract:
        text = ngettext("{n} sentence by {model} from the abstract", "{n} sentences by {model} from abstracts", n)
    else:
        text = ngettext("{n} sentence by {model} from the full text", "{n} sentences by {model} from full texts", n)
    return text.format(n=n, model=origin.model)


def _model_name(model: str) -> str:
    # Without the provider: "google:gemini-flash-latest" is a setting, and the list is for readers.
    name = one_line(model.partition(":")[2] or model)
    return name if len(name) <= MODEL_LENGTH else f"{name[: MODEL_LENGTH - 1]}…"
