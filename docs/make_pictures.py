"""Make the pictures of the README from what the renderers really send: pages that look like chats, in Chromium.

    python docs/make_pictures.py [--digest DIGEST.json] [--language LANGUAGE] [--to FOLDER]

DIGEST.json is the output of `paperboy digest … --format json`; without it the bundled sample is shown. The paper that
is opened has statements in other words than its own, as a model would write them, so that its evidence can be shown.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from discord_page import PRIVATE, discord_page
from pictured_digest import read_digest, reworded_card, sample_digest
from pictured_talk import first_minute
from telegram_page import telegram_page

from bot.conversation import CardView, OpenedCard, Result, SettingsView
from bot.locales import using
from bot.model import JSON, Chat, ChatKind, ChatRef, Depth, Digest, Platform, Style, VoteKind
from bot.render.nodes import Reply
from bot.site import write_archive
from handlers import replies
from handlers.discord.cards import DiscordRenderer, reply_components
from handlers.telegram.cards import TelegramRenderer, reply_messages

HERE = Path(__file__).parent
SITE = "https://papers.example/"
WIDTH, MOST = 400, 1900
Page = tuple[str, int, int]
"""HTML, and the width and the greatest height of its picture in pixels."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--digest", type=Path, help="the output of `paperboy digest … --format json`")
    parser.add_argument("--language", default="en")
    parser.add_argument("--to", type=Path, default=HERE / "images", help="the folder of the pictures")
    options = parser.parse_args()
    if (chromium := shutil.which("chromium") or shutil.which("google-chrome")) is None:
        sys.exit("Chromium is not installed; install it to make the pictures.")
    digest = read_digest(options.digest) if options.digest else sample_digest(options.language)
    options.to.mkdir(exist_ok=True, parents=True)
    with tempfile.TemporaryDirectory() as folder, using(options.language):
        work = Path(folder)
        pages = {**telegram_pages(digest), **discord_pages(digest), **archive_pages(digest, work / "site")}
        for name, (page, width, most) in pages.items():
            # Beside the archive's own pages, whose addresses are relative.
            file = work / "site" / "days" / f"{name}.html"
            file.write_text(page, encoding="utf-8")
            take_screenshot(chromium, file, options.to / f"{name}.png", width, most)


def take_screenshot(chromium: str, page: Path, target: Path, width: int, most: int) -> None:
    """Write a picture of a page to `target`: `width` pixels wide, and as high as the page is, at most `most`."""
    measuring = page.with_suffix(".measured.html")
    # A window of Chromium is never narrower than 500 pixels; its pictures are.
    script = (
        f"<script>document.body.style.width = '{width}px';"
        "document.title = document.querySelector('main').getBoundingClientRect().bottom</script>"
    )
    measuring.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8")
    measured = re.search(r"<title>([\d.]+)</title>", run(chromium, measuring, width, most, "--dump-dom"))
    height = min(most, round(float(measured[1]))) if measured else most
    run(chromium, page, width, height, f"--screenshot={target}")
    print(target)  # noqa: T201 - a script for the command line


def run(chromium: str, page: Path, width: int, height: int, what: str) -> str:
    """Open a page in a window of this size; returns what Chromium prints."""
    # A profile of its own: Chromium refuses to start a second time with one that is in use.
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(  # noqa: S603 - a program from PATH with our own arguments
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--hide-scrollbars", what, f"--window-size={width},{height}", f"--user-data-dir={profile}",
                page.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    return done.stdout.decode()


# ── what is shown on both platforms ───────────────────────────────────────────────────────────────────────────────


def shown_replies(digest: Digest, chat: Chat) -> Iterator[Reply]:
    """An opened card, its evidence, and the settings."""
    opened = OpenedCard(reworded_card(digest), digest.language, Depth.BRIEF, votes=frozenset({VoteKind.UP}))
    results: tuple[Result, ...] = (
        opened,
        replace(opened, view=CardView.EVIDENCE),
        SettingsView(chat, datetime(2026, 6, 4, 9, 0, tzinfo=UTC)),
    )
    return map(replies.reply, results)


def telegram_pages(digest: Digest) -> dict[str, Page]:
    chat = Chat(ChatRef(Platform.TELEGRAM, "1"), style=Style.LIST, kind=ChatKind.PRIVATE, language=digest.language)
    morning: list[JSON | str] = [part.payload for part in TelegramRenderer(SITE).parts(digest, chat)]
    card, evidence, settings = map(_telegram_messages, shown_replies(digest, chat))
    minute = asyncio.run(first_minute(Platform.TELEGRAM, digest.language))
    start = [message for each in minute for message in ([each] if isinstance(each, str) else _telegram_messages(each))]
    return {
        "telegram": (telegram_page(morning, is_notified=True), WIDTH, MOST),
        "telegram-dark": (telegram_page(morning, is_notified=True, is_dark=True), WIDTH, MOST),
        "telegram-card": (telegram_page(card), WIDTH, MOST),
        "telegram-card-dark": (telegram_page(card, is_dark=True), WIDTH, MOST),
        "telegram-evidence": (telegram_page(evidence, is_open=True), WIDTH, MOST),
        "telegram-settings": (telegram_page(settings), WIDTH, MOST),
        "telegram-start": (telegram_page(start), WIDTH, MOST),
    }


def _telegram_messages(reply: Reply) -> list[JSON | str]:
    return list(reply_messages(reply))


def discord_pages(digest: Digest) -> dict[str, Page]:
    chat = Chat(ChatRef(Platform.DISCORD, "1"), title="#papers in lab", style=Style.LIST, language=digest.language)
    morning = [part.payload for part in DiscordRenderer(SITE).parts(digest, chat)]
    card, evidence, settings = map(reply_components, shown_replies(digest, chat))
    minute = asyncio.run(first_minute(Platform.DISCORD, digest.language))
    start = [payload for each in minute if not isinstance(each, str) for payload in reply_components(each)]
    pages: dict[str, Page] = {}
    for suffix, is_light in (("", False), ("-light", True)):
        pages |= {
            f"discord{suffix}": (discord_page(morning, is_light=is_light), WIDTH, MOST),
            f"discord-card{suffix}": (discord_page(card, PRIVATE, is_light=is_light), WIDTH, MOST),
        }
    return pages | {
        "discord-evidence": (discord_page(evidence, PRIVATE), WIDTH, MOST),
        "discord-settings": (discord_page(settings, PRIVATE), WIDTH, MOST),
        "discord-start": (discord_page(start), WIDTH, MOST),
    }


def archive_pages(digest: Digest, site: Path) -> dict[str, Page]:
    """A page of the archive, with its first card closed and opened."""
    first = reworded_card(digest)
    cards = (first, *[card for card in digest.cards if card.paper.id != first.paper.id])
    write_archive(site, days={digest.window.last: cards}, topics={digest.topics[0]: cards})
    page = (site / "days" / f"{digest.window.last.isoformat()}.html").read_text(encoding="utf-8")
    return {
        "archive": (page, 640, 1010),
        "archive-evidence": (page.replace("<details>", "<details open>", 1), 640, 1010),
    }


if __name__ == "__main__":
    main()
