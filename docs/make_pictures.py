"""Make the pictures of the README from what the renderers really send: pages that look like chats, in Chromium.

    python docs/make_pictures.py [DIGEST.json]

DIGEST.json is the output of `paperboy digest … --format json`; without it the bundled sample is shown. Its first paper
has statements in other words than the paper's, as a model would write them, so that the pictures show their evidence.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

from discord_page import PRIVATE, discord_page

from bot import sample
from bot.conversation import CardView, OpenedCard, SettingsView
from bot.decisions.digest_content import card
from bot.model import (
    JSON,
    Announced,
    Announcement,
    Card,
    Chat,
    ChatRef,
    Claim,
    Depth,
    Digest,
    Evidence,
    FoundLinks,
    Kind,
    Match,
    Paper,
    Platform,
    Provenance,
    Source,
    Style,
    Summary,
    SummaryKey,
    SummaryRequest,
    Support,
    VoteKind,
    Window,
)
from bot.render.cards import card_reply
from bot.service.clock import SystemClock
from bot.site import write_archive
from bot.summaries.extractive import extract
from handlers import replies
from handlers.discord.cards import DiscordRenderer, reply_components
from handlers.telegram.cards import TelegramRenderer, reply_messages

HERE = Path(__file__).parent
IMAGES = HERE / "images"


def main() -> None:
    if (chromium := shutil.which("chromium") or shutil.which("google-chrome")) is None:
        sys.exit("Chromium is not installed; install it to make the pictures.")
    digest = read_digest(Path(sys.argv[1])) if len(sys.argv) > 1 else sample_digest()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        everything = (*digest.cards, *digest.also)
        write_archive(work / "site", days={digest.window.last: everything}, topics={digest.topics[0]: everything})
        archive = (work / "site" / "days" / f"{digest.window.last.isoformat()}.html").read_text(encoding="utf-8")
        opened = reply_messages(card_reply(digest.cards[0], digest.language))
        pages = {
            "telegram": (telegram_page(telegram_digest(digest)), 440, 1335),
            "telegram-evidence": (telegram_page(opened, is_open=True), 440, 1010),
            **discord_pages(digest),
            "archive": (archive, 640, 1010),
            "archive-evidence": (archive.replace("<details>", "<details open>", 1), 640, 1010),
        }
        for name, (page, width, height) in pages.items():
            # Beside the archive's own pages, whose addresses are relative.
            file = work / "site" / "days" / f"{name}.html"
            file.write_text(page, encoding="utf-8")
            take_screenshot(chromium, file, IMAGES / f"{name}.png", width, height)


def take_screenshot(chromium: str, page: Path, target: Path, width: int, height: int) -> None:
    """Write a picture of the top of a page, `width` × `height` pixels, to `target`."""
    # A profile of its own: Chromium refuses to start a second time with one that is in use.
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - a program from PATH with our own arguments
            [
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--hide-scrollbars", f"--screenshot={target}", f"--window-size={width},{height}",
                f"--user-data-dir={profile}", page.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    print(target)  # noqa: T201 - a script for the command line


# ── the digest ────────────────────────────────────────────────────────────────────────────────────────────────────


def sample_digest() -> Digest:
    """What a chat with two papers in full gets of the sample's last day, summarized without a model."""
    day, entries = max(sample.days().items())
    new = [entry for entry in entries if entry.announcement.kind.delivers]
    cards = [_sample_card(entry) for entry in new if any(c.startswith("cs.") for c in entry.paper.categories)]
    cards[0] = replace(cards[0], summary=_reworded(cards[0].paper, STATEMENTS))
    return Digest(("cat:cs.*",), Window(day, day), len(new), len(cards), tuple(cards[:2]), tuple(cards[2:]))


# Of the sample's first paper: a statement, and the words that its sentence begins with.
STATEMENTS = (
    ("Small self-supervised vision transformers find the main object better than large ones.", "We find that"),
    ("A small model chooses where to look, and a large one embeds the crops.", "Our method"),
    ("Neither group labels nor training for each dataset are needed.", "It uses"),
    ("It competes with methods that change the loss on 5 benchmarks.", "Across 5 benchmarks"),
)


def _reworded(paper: Paper, statements: Sequence[tuple[str, str]]) -> Summary:
    """A summary whose statements are in other words than the paper's, each with its sentence."""
    sentences = [f"{sentence.rstrip('.')}." for sentence in paper.abstract.split(". ")]
    claims = [
        Claim(text, (Evidence(next(s for s in sentences if s.startswith(beginning))),), Support.JUDGED)
        for text, beginning in statements
    ]
    made = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
    provenance = Provenance("google:gemini-flash-latest", made, Source.ABSTRACT, judge="google:gemini-flash-latest")
    key = SummaryKey(paper.id, paper.version, "en")
    return Summary(key, claims[0], tuple(claims[1:]), ("vision transformer",), provenance)


def _sample_card(entry: Announced) -> Card:
    paper = entry.paper
    request = SummaryRequest(SummaryKey(paper.id, paper.version, "en"), paper)
    matches = (Match("cat:cs.*", (paper.primary_category,)),)
    return card(paper, announcement=entry.announcement, matches=matches, summary=extract(request, SystemClock()))


def read_digest(path: Path) -> Digest:
    """A digest from the JSON that the command line prints, with only those fields that a brief card shows."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    cards = tuple(_read_card(row) for row in raw["cards"])
    window = Window(date.fromisoformat(raw["window"]["first"]), date.fromisoformat(raw["window"]["last"]))
    return Digest((raw["topic"],), window, raw["announced"], raw["matched"], cards)


def _read_card(row: dict[str, Any]) -> Card:
    paper = Paper(
        id=row["id"],
        version=int(row["version"].lstrip("v")),
        title=row["title"],
        authors=tuple(row["authors"]),
        abstract=row["abstract"],
        categories=tuple(row["categories"]),
        sample=row["sample"],
    )
    day, kind = row["announced_on"], row["kind"]
    announced = Announcement(paper.id, paper.version, date.fromisoformat(day), Kind(kind)) if day and kind else None
    matched = tuple(Match(match["topic"], tuple(match["because"])) for match in row["matched"])
    links = FoundLinks(tuple(row["urls"]["code"]), tuple(row["urls"]["project"]))
    return Card(paper, announced, matched, _read_summary(paper, row["summary"]), links)


def _read_summary(paper: Paper, row: dict[str, Any] | None) -> Summary | None:
    if row is None:
        return None
    made = row["provenance"]
    return Summary(
        key=SummaryKey(paper.id, paper.version, row["language"]),
        headline=_read_claim(row["headline"]),
        takeaways=tuple(_read_claim(claim) for claim in row["takeaways"]),
        keywords=tuple(row["keywords"]),
        translated_title=row["translated_title"],
        provenance=Provenance(
            made["model"],
            datetime.fromisoformat(made["created_at"]),
            Source(made["source"]),
            judge=made.get("judge"),
        ),
    )


def _read_claim(row: dict[str, Any]) -> Claim:
    evidence = tuple(Evidence(each["quote"], each["section"], each["page"]) for each in row["evidence"])
    return Claim(row["text"], evidence, Support(row["support"]))


# ── pages that look like chats ────────────────────────────────────────────────────────────────────────────────────


def telegram_digest(digest: Digest) -> list[JSON]:
    parts = TelegramRenderer().parts(digest, Chat(ChatRef(Platform.TELEGRAM, "1")))
    return [part.payload for part in parts]


def telegram_page(payloads: Sequence[JSON], *, is_open: bool = False) -> str:
    """Telegram's HTML works in a browser, except for line feeds and expandable quotations (see the style)."""
    bubbles, quotation = "", f'<blockquote class="{"open" if is_open else "closed"}">'
    for payload in payloads:
        if payload["kind"] == "message":
            html = payload["html"].replace("<blockquote expandable>", quotation)
            bubbles += f'<div class="bubble">{html}<span class="time">09:00</span></div>{_keyboard(payload)}'
    return f'<!doctype html><meta charset="utf-8"><style>{TELEGRAM_STYLE}</style>{TELEGRAM_TOP}<main>{bubbles}</main>'


def _keyboard(payload: JSON) -> str:
    rows = (
        "".join(f'<span class="key">{escape(button["text"])}</span>' for button in row) for row in payload["buttons"]
    )
    return "".join(f'<div class="keys">{row}</div>' for row in rows)


def discord_pages(digest: Digest) -> dict[str, tuple[str, int, int]]:
    """A morning, what opens from its menu, and the settings: pages with the sizes of their pictures."""
    chat = Chat(ChatRef(Platform.DISCORD, "1"), title="#papers in lab", style=Style.LIST)
    whole = replace(digest, cards=(*digest.cards, *digest.also)[:10], also=(), slot=digest.window.last.isoformat())
    parts = [part.payload for part in DiscordRenderer("https://papers.example/").parts(whole, chat)]
    card = OpenedCard(digest.cards[0], digest.language, Depth.BRIEF, votes=frozenset({VoteKind.UP}))
    opened, evidence, settings = (
        reply_components(replies.reply(result))
        for result in (
            card,
            replace(card, view=CardView.EVIDENCE),
            SettingsView(chat, datetime(2026, 6, 4, 9, 0, tzinfo=UTC)),
        )
    )
    pages: dict[str, tuple[str, int, int]] = {}
    for suffix, is_light in (("", False), ("-light", True)):
        pages |= {
            f"discord{suffix}": (discord_page(parts, is_light=is_light), 400, 960),
            f"discord-card{suffix}": (discord_page(opened, PRIVATE, is_light=is_light), 400, 680),
            f"discord-evidence{suffix}": (discord_page(evidence, PRIVATE, is_light=is_light), 400, 740),
            f"discord-settings{suffix}": (discord_page(settings, PRIVATE, is_light=is_light), 400, 440),
        }
    return pages


TELEGRAM_TOP = '<header><span class="face">P</span><div><b>Paperboy</b><br><small>bot</small></div></header>'
TELEGRAM_STYLE = """
body { margin: 0; background: linear-gradient(160deg, #cfe0b8, #a9cfb1 45%, #9ac5c0); min-height: 100vh;
  font: 15px/1.36 Roboto, "Noto Sans", system-ui, sans-serif; color: #111; }
header { display: flex; gap: 12px; align-items: center; background: #fff; padding: 9px 16px; line-height: 1.2; }
header small { color: #8a9aa5; }
.face { width: 38px; height: 38px; border-radius: 50%; background: linear-gradient(#e56b5f, #b3261e); color: #fff;
  display: grid; place-items: center; font-weight: 600; }
main { padding: 10px 10px 14px; }
.bubble { background: #fff; border-radius: 14px 14px 14px 4px; padding: 8px 12px 22px; margin: 0 34px 8px 0;
  white-space: pre-wrap; position: relative; box-shadow: 0 1px 1px #0002; overflow-wrap: anywhere; }
a { color: #2a7cc7; text-decoration: none; }
code { font: 13.5px "DejaVu Sans Mono", monospace; color: #2a7cc7; }
blockquote { margin: 4px 0 -14px; padding: 3px 9px; border-left: 3px solid #3a94d8;
  background: #3a94d814; border-radius: 4px; }
blockquote.closed { max-height: 4.05em; overflow: hidden; position: relative; padding-right: 24px; }
blockquote.closed::after { content: "⌄"; position: absolute; right: 8px; bottom: 2px; color: #3a94d8; }
.keys { display: flex; gap: 4px; margin: 0 34px 4px 0; }
.key { flex: 1; background: #0003; color: #fff; border-radius: 7px; text-align: center; padding: 7px; font-size: 14px; }
.time { position: absolute; right: 10px; bottom: 5px; color: #9aa5ad; font-size: 12px; }
"""

if __name__ == "__main__":
    main()
