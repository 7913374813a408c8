"""Made-up papers of a few subjects, for measuring and learning."""

from __future__ import annotations

from bot.model import Announced, Paper
from tests.contracts import samples

HEADS = (
    "Talking heads driven by audio",
    "We animate a portrait so that its lips follow the speech. Lip sync of talking heads is measured on video.",
)
FACES = (
    "Face recognition with margins",
    "Faces are recognized by a network that is trained with a margin, also for faces of talking heads in video.",
)
PROOFS = (
    "Proofs of inequalities by search",
    "A search finds proofs of inequalities in a formal language, with lemmas that mathematicians can read.",
)
SPEECH = (
    "Speech synthesis for many voices",
    "A vocoder makes speech of many voices from text. Audio quality is rated by listeners.",
)
SUBJECTS = (HEADS, FACES, PROOFS, SPEECH)


def paper(name: str, text: tuple[str, str], *categories: str) -> Paper:
    return samples.paper(name, title=text[0], abstract=text[1], categories=categories or ("cs.CV",))


def announced(name: str, text: tuple[str, str], *categories: str) -> Announced:
    return samples.announced(name, title=text[0], abstract=text[1], categories=categories or ("cs.CV",))


def listing() -> dict[int, Announced]:
    """One paper of each subject, by sequence number from 1."""
    return {number: announced(f"2606.0000{number}", text) for number, text in enumerate(SUBJECTS, 1)}


def of_subject(text: tuple[str, str], count: int, prefix: str) -> list[Paper]:
    """Papers of one subject that differ in some words."""
    return [
        paper(f"{prefix}.{number:05}", (f"{text[0]} {number}", f"{text[1]} Variant w{number} of it."))
        for number in range(count)
    ]
