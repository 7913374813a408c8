"""What strangers write is shown as plain text or refused in a sentence, through the whole pipeline.

Downloads of hostile addresses and bodies are tried in `tests/sources/test_fetch.py`, hostile PDFs in `tests/reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest

from bot import conversation as results
from bot import pipeline
from bot import topics as topic_language
from bot.conversation import Conversation, Defaults, Requester, topic_key
from bot.errors import SourceUnavailable
from bot.model import Card, Chat, ChatRef, Depth, Digest, NothingToSend, PaperRef, Platform
from bot.pipeline import DigestBuilder
from bot.service.app import renderers
from bot.sources import api_answers, feed, oai
from bot.storage.store import SqlStore
from handlers import button_actions, replies
from handlers.discord.cards import reply_components
from handlers.requests import Target
from handlers.telegram.cards import reply_messages
from tests.fakes.clock import FakeClock
from tests.fakes.discord_limits import check_payload, walk
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.telegram_text import check_message
from tests.handlers.telegram.test_cards import active

NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 6, 2)
ANN, BOB = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.DISCORD, "6")

HOSTILE = {
    "mentions": "@everyone @here <@1> <@!123> <@&9> <#42> @durov join @evilchannel",
    "platform markup": "**b** __u__ ~~s~~ ||spoiler|| `c` # big <t:1700000000:R> </cmd:123456789012345678>",
    "a fence that closes": "```\n@everyone\n``` > quote\n- item\n# heading",
    "html": "<b>bold</b><script>alert(1)</script></blockquote><a href='javascript:alert(1)'>x</a> &lt;b&gt; &#60;",
    "masked links": "[click](https://evil.example) [x](javascript:alert(1)) <https://evil.example>",
    "bare links": "www.evil.example evil.com/path t.me/evil tg://resolve?domain=evil javascript:alert(1) a@evil.com",
    "commands and tags": "/start /stop@paperboy #tag $BTC",
    "bidi overrides": "safe \u202etxt.exe\u202c \u2066inner\u2069 \u200fmark",
    "zero width": "ze\u200bro\u200d wi\u2060dth\ufeff @\u200beveryone",
    "control characters": "bell\x07 escape\x1b[31m \x9b nul\x00",
    "tex that links": r"\href{javascript:alert(1)}{x} \url{https://evil.example} $\text{@everyone}$ \textbf{",
    "templates": "{{ 7*7 }} {% raw %} ${x} %(y)s {0}",
}
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MASKED = re.compile(r"(?<!\\)\[(?:[^\]\\]|\\.)*\]\((?P<url>[^)\s]*)\)")
_OWN = re.compile(r"https://(?:arxiv\.org/|(?:www\.)?evil\.example/?$)")
"""arXiv's addresses, and what stands as an address in the paper's own abstract."""
_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
_LIVE = re.compile(r"<[@#:t/]|@(?:everyone|here)\b|\w:(?=//)|```|\|\||~~|\]\(")


def inert_on_telegram(html: str) -> None:
    """Telegram's parser accepts it, makes nothing touchable by itself, and every link is one of arXiv's."""
    parsed = check_message(html)
    assert active(parsed) == []
    urls = [entity.url or "" for entity in parsed.entities if entity.type == "text_link"]
    assert [url for url in urls if not _OWN.match(url)] == []
    assert not any(entity.type in ("mention", "text_mention", "bot_command") for entity in parsed.entities)
    assert _HIDDEN.search(parsed.text) is None


def inert_on_discord(payload: dict[str, Any]) -> None:
    """Within Discord's limits, no live mention or markup of a stranger's, and every link is one of arXiv's."""
    said = check_payload(payload)
    buttons = [component["url"] for component in walk(payload["components"]) if component.get("url")]
    masked = [match["url"] for text in said for match in _MASKED.finditer(text)]
    assert [url for url in (*buttons, *masked) if not _OWN.match(url)] == []
    for text in said:
        left = _ESCAPED.sub("\ufffc", _MASKED.sub("", text))
        assert _LIVE.search(left) is None, left
        assert _HIDDEN.search(text) is None


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def announced_by_feed(text: str) -> bytes:
    """arXiv's feed with one paper whose every field says this."""
    clean = escape(re.sub("[\x00-\x08\x0b-\x1f]", "", text))
    name = escape(re.sub("[\x00-\x1f]", "", text)[:60])
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom"><updated>2026-06-02T00:00:00-04:00</updated>
<entry><id>oai:arXiv.org:2606.00001v1</id><title>{clean}</title><updated>2026-06-02T00:00:00-04:00</updated>
<summary>arXiv:2606.00001v1 Announce Type: new
Abstract: {clean}. We fold paper. {clean}</summary><category term="cs.CV"/>
<dc:creator>{name}, Ada Example</dc:creator><arxiv:announce_type>new</arxiv:announce_type></entry>
</feed>""".encode()


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_paper_arrives_as_plain_text_on_both_platforms(store: SqlStore, kind: str) -> None:
    clock = FakeClock(NOW)
    listing = feed.read_feed(announced_by_feed(HOSTILE[kind]))
    assert listing.malformed == ()
    await store.ingest(listing.entries, NOW)
    for ref in (ANN, BOB):
        await store.add_chat(Chat(ref, next_due_at=NOW))
        await store.subscribe(ref, topic_language.parse("cs.CV").query, DAY, NOW)
    await pipeline.match(store)
    await pipeline.choose(store, NOW)
    makers = FakeMakers(clock)
    await pipeline.summarize(store, makers, AbstractReader(), clock)
    assert await pipeline.compose(store, DigestBuilder(renderers(), makers, AbstractReader()), clock) == 2
    deliveries = await store.deliveries()
    assert {delivery.chat for delivery in deliveries} == {ANN, BOB}
    for delivery in deliveries:
        assert delivery.part.paper_ids == ("2606.00001",)
        if delivery.chat == ANN:
            inert_on_telegram(delivery.part.payload["html"])
        else:
            inert_on_discord(delivery.part.payload)


# ── documents that blow up ────────────────────────────────────────────────────────────────────────────────────────

LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha ha ha ha ha ha">' for n in range(12)
)
BOMBS = {
    "a billion laughs": f"<!DOCTYPE f [{LAUGHS}]><f>&l11;</f>",
    "one large entity many times": f'<!DOCTYPE f [<!ENTITY a "{"x" * 50_000}">]><f>{"&a;" * 20_000}</f>',
    "a file of ours": '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><f>&a;</f>',
    "an address": '<!DOCTYPE f [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]><f/>',
    "a hundred thousand levels": "<f>" * 100_000 + "</f>" * 100_000,
    "one attribute of ten million": f'<f a="{"x" * 10_000_001}"/>',
    "not XML at all": "\x00\x01\x02<<<>>>",
}


READERS: dict[str, Callable[[bytes], object]] = {
    "feed": feed.read_feed,
    "OAI": oai.read_page,
    "API": lambda body: api_answers.read_page(body, 0, 10),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("reader", READERS)
def test_a_document_that_expands_without_limit_is_a_temporary_fault(bomb: str, reader: str) -> None:
    body = BOMBS[bomb].encode()
    with pytest.raises(SourceUnavailable) as told:
        READERS[reader](body)
    assert "root:" not in str(told.value)


# ── what people type ──────────────────────────────────────────────────────────────────────────────────────────────


async def no_reading(ref: PaperRef, language: str, depth: Depth) -> Card:
    raise AssertionError(f"{ref} must not be read")


async def no_digest(ref: ChatRef) -> Digest | NothingToSend:
    raise AssertionError(f"no digest for {ref}")


@pytest.fixture
def talk(store: SqlStore) -> Conversation:
    return Conversation(
        store, FakeClock(NOW), no_reading, no_digest, finder(store), insight_of(store, FakeClock(NOW)), Defaults()
    )


OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)

BLOWN_UP = {
    "deep": "(" * 5_000 + "a" + ")" * 5_000,
    "deep and open": "(" * 10_000,
    "ten thousand terms": " OR ".join(f"term{n}" for n in range(10_000)),
    "ten thousand negations": "NOT " * 10_000 + "a",
    "alternating": "(a OR (b AND (c OR NOT " * 3_000,
    "stars": "a*" * 10_000,
    "quotation marks": '"' * 9_999,
    "a million letters": "x" * 1_000_000,
    "backtracking": "a" * 5_000 + "!" + "a:" * 5_000,
    "combining marks": "e" + "\u0301" * 20_000,
    "spaces": " " * 100_000 + "(",
}


@pytest.mark.parametrize("shape", BLOWN_UP)
async def test_an_excessive_topic_is_not_followed_and_answered_in_sentences_that_fit(
    store: SqlStore, talk: Conversation, shape: str
) -> None:
    result = await talk.subscribe(OWNER, ANN, BLOWN_UP[shape])
    assert isinstance(result, results.NotUnderstood | results.NoSubject | results.TopicOffer)
    assert await store.topics() == []
    assert await store.chats() == []
    shown(result)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_words_are_answered_as_plain_text_by_every_command(talk: Conversation, kind: str) -> None:
    words = HOSTILE[kind]
    shown(await talk.subscribe(OWNER, ANN, words))
    shown(await talk.subscribe(OWNER, ANN, f'"{words}'))
    shown(await talk.subscriptions(ANN))
    shown(await talk.unsubscribe(OWNER, ANN, words))
    shown(await talk.chat_settings.change(OWNER, ANN, words, words))
    shown(await talk.chat_settings.change(OWNER, ANN, "timezone", words))
    shown(await talk.papers.summarize(ANN, words, OWNER.user_id))


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "file://arxiv.org/abs/x",
        "http://127.0.0.1/admin",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:8080/healthz",
        "http://arxiv.org@evil.example/",
        "https://evil.example/?u=https://arxiv.org/",
        "javascript:alert(1)",
        "data:text/html,<script>1</script>",
        "https://arxiv.org/abs/../../../etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
    ],
)
async def test_a_link_that_names_no_paper_is_never_fetched(talk: Conversation, link: str) -> None:
    result = await talk.papers.summarize(ANN, link, OWNER.user_id)
    assert isinstance(result, results.NotALink)
    shown(result)


def shown(result: results.Result) -> None:
    """The answer on both platforms, inert on each; what a person typed may stand there as code."""
    reply = replies.reply(result)
    for message in reply_messages(reply):
        assert active(check_message(message["html"])) == []
    for payload in reply_components(reply):
        check_payload(payload)


# ── forged buttons, other chats, no rights ────────────────────────────────────────────────────────────────────────

FORGED = (
    "", ":", "x", "drop", "drop:", "DROP:abc", "forget:yes:no", "forget:yes\n", "set:language=en;drop", "set:\u202e=1",
    "deep:../../etc/passwd", "deep:file:///etc/passwd", "resend:-1", "resend:1 OR 1=1", "resend:" + "9" * 39,
    "digest:" + "x" * 100, "choose:__class__", "set:ref=discord:1", "set:next_due_at=0", "topics:\x00", "é:1",
)  # fmt: skip


@pytest.mark.parametrize("data", FORGED)
async def test_forged_button_data_changes_nothing(store: SqlStore, talk: Conversation, data: str) -> None:
    await talk.subscribe(OWNER, ANN, "cs.CV")
    before = await store.chat(ANN), await store.subscriptions()
    action = button_actions.parse(data)
    if action is not None and action.verb != "digest":
        shown(await button_actions.perform(talk, Target(ANN, "", OWNER), action))
    assert (await store.chat(ANN), await store.subscriptions()) == before


async def test_a_button_of_another_chat_does_nothing_here(store: SqlStore, talk: Conversation) -> None:
    await talk.subscribe(OWNER, ANN, "cs.CV")
    await talk.subscribe(OWNER, BOB, "math.NA")
    stolen = button_actions.Action("drop", topic_key("cat:math.NA"))
    assert await button_actions.perform(talk, Target(ANN, "", OWNER), stolen) == results.Stale()
    assert {(each.chat, each.topic) for each in await store.subscriptions()} == {
        (ANN, "cat:cs.CV"),
        (BOB, "cat:math.NA"),
    }


@pytest.mark.parametrize("data", ["digest:", "drop:KEY", "set:language=zh", "forget:", "forget:yes"])
async def test_who_is_no_admin_changes_nothing_by_any_button(store: SqlStore, talk: Conversation, data: str) -> None:
    await talk.subscribe(OWNER, ANN, "cs.CV")
    before = await store.chat(ANN), await store.subscriptions()
    action = button_actions.parse(data.replace("KEY", topic_key("cat:cs.CV")))
    assert action is not None
    result = await button_actions.perform(talk, Target(ANN, "", MEMBER), action)
    assert isinstance(result, results.NotAllowed)
    shown(result)
    assert (await store.chat(ANN), await store.subscriptions()) == before


async def test_who_is_no_admin_changes_nothing_by_any_command(store: SqlStore, talk: Conversation) -> None:
    await talk.subscribe(OWNER, ANN, "cs.CV")
    before = await store.chat(ANN), await store.subscriptions()
    for result in (
        await talk.subscribe(MEMBER, ANN, "math.NA"),
        await talk.unsubscribe(MEMBER, ANN, "1"),
        await talk.chat_settings.change(MEMBER, ANN, "language", "zh"),
        await talk.digests.now(MEMBER, ANN),
        await talk.stopping.ask(MEMBER, ANN),
        await talk.stopping.forget(MEMBER, ANN),
    ):
        assert isinstance(result, results.NotAllowed)
    assert (await store.chat(ANN), await store.subscriptions()) == before
