"""Whether text of one colour can be read on another: contrast as WCAG defines it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MIN_CONTRAST = 1.35
"""Contrast by WCAG below which nobody reads a text: 1 is none, light grey (#D3D3D3) on white has 1.5."""
MIN_CHANNEL_DIFFERENCE = 0.25
"""Yellow on white has hardly any contrast of brightness, but one channel differs by 1."""


def can_be_told_apart(text: Sequence[float], ground: Sequence[float]) -> bool:
    """Whether text of one opaque colour can be read on the other; red, green and blue from 0 to 1."""
    if max(abs(a - b) for a, b in zip(text[:3], ground[:3], strict=True)) >= MIN_CHANNEL_DIFFERENCE:
        return True
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05) >= MIN_CONTRAST


def _luminance(colour: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
