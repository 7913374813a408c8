"""The first page of a PDF that somebody sent, through the real worker process."""

from __future__ import annotations

import pytest

from bot.reading.first_page import first_page_text
from tests.reading.pdf_files import Page, pdf


async def test_the_text_of_the_first_page_is_read() -> None:
    first, second = Page(), Page()
    first.text(72, 700, "arXiv:2406.14272v2 [cs.CV]")
    second.text(72, 700, "arXiv:1706.03762")
    text = await first_page_text(pdf([first, second]))
    assert "2406.14272v2" in text
    assert "1706.03762" not in text


@pytest.mark.parametrize("content", [b"", b"no pdf at all", b"%PDF-1.4 broken", b"<html>%PDF"])
async def test_what_is_no_pdf_has_no_text(content: bytes) -> None:
    assert await first_page_text(content) == ""
