"""Replies that list the topics of a chat, in pages, and that give them on to others."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from bot.conversation import Followed, LinkDamaged, Shared, Subscriptions, WhichChat
from bot.locales import _, formats, ngettext, pgettext
from bot.model import split_query, topic_label
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.plain import shortened
from handlers import deep_links
from handlers.button_actions import Action
from handlers.reply_parts import (
    MAX_TITLE,
    about,
    command,
    digest_button,
    follows_nothing,
    help_button,
    rows,
    settings_button,
    topic_spans,
)
from handlers.requests import ChatName
from handlers.topic_words import topic_meaning

PAGE = 10
"""Topics on one page: about a screen of a phone, with a button for each."""

MAX_SHARED = 8
"""Topics that are given on in one answer, the latest ones."""

MOST_OTHERS = 8
"""Other chats of a person that have a button; all are named."""

_MAX_LABEL = 30


def subscriptions(result: Subscriptions, chat: ChatName) -> Reply:
    listed = _topics(result, chat) if result.topics else follows_nothing(chat)
    return listed if result.page else _with_others(listed, result)


def _topics(result: Subscriptions, chat: ChatName) -> Reply:
    number, last = len(result.topics), (len(result.topics) - 1) // PAGE
    # Some of the list may be gone since its buttons were made.
    page = min(result.page, last)
    shown = result.topics[page * PAGE : (page + 1) * PAGE]
    if chat.is_named:
        heading = ngettext("{chat} follows {n} topic", "{chat} follows {n} topics", number)
    else:
        heading = ngettext("You follow {n} topic", "You follow {n} topics", number)
    title = Text(heading.format(chat=str(chat), n=formats.number(number)), bold=True)
    items = Bullets(tuple(map(_listed, (each.topic for each in shown))), numbered=True, start=page * PAGE + 1)
    share = Button(pgettext("button", "Share"), action=str(Action("share")))
    buttons = (
        *_turning(page, last),
        *rows([_removal(each) for each in shown], 2),
        (digest_button(), settings_button()),
        (share,),
    )
    return Reply(Document((Heading((title,)), items)), buttons)


def _with_others(listed: Reply, result: Subscriptions) -> Reply:
    """The list of a private chat with the other chats of its person."""
    if not result.others:
        return listed
    lines = [
        ngettext("{chat}: {n} topic", "{chat}: {n} topics", other.following).format(
            chat=shortened(other.title or str(other.ref), MAX_TITLE), n=formats.number(other.following)
        )
        for other in result.others
    ]
    heading = Line((Text(_("Your other chats:"), bold=True),))
    buttons = [
        Button(f"📣 {shortened(other.title, _MAX_LABEL)}", action=str(Action("topics", chat_id=other.ref.id)))
        for other in result.others[:MOST_OTHERS]
    ]
    document = Document((*listed.document.blocks, heading, Bullets(tuple((Text(line),) for line in lines))))
    return Reply(document, (*listed.buttons, *rows(buttons, 2)))


def _listed(topic: str) -> tuple[Span, ...]:
    """A topic as it is written and in words; an interest, and what cannot be said in words, once only."""
    exact, interest = split_query(topic)
    meaning = topic_meaning(topic)
    if interest or not exact or any(span.text == exact for span in meaning):
        return meaning
    return (Text(exact, code=True), Text(" · "), *meaning)


def _removal(followed: Followed) -> Button:
    return Button(f"✕ {shortened(topic_label(followed.topic), _MAX_LABEL)}", action=str(Action("drop", followed.key)))


def _turning(page: int, last: int) -> tuple[tuple[Button, ...], ...]:
    """Buttons to the pages before and after, as a row; none for a single page."""
    if not last:
        return ()
    before = Button(f"◀ {page}", action=str(Action("topics", str(page - 1)))) if page else None
    after = Button(f"{page + 2} ▶", action=str(Action("topics", str(page + 1)))) if page < last else None
    return (tuple(button for button in (before, after) if button is not None),)


def shared(result: Shared, chat: ChatName) -> Reply:
    given = result.topics[-MAX_SHARED:]
    if not given:
        return follows_nothing(chat)
    if not result.bot_name:
        how = Line((Text(_("Others follow the same with these commands:")),))
        commands = Bullets(tuple((command("subscribe", topic),) for topic, _key in given))
        return Reply(Document((how, commands, *about(chat))), ((settings_button(), help_button()),))
    blocks: list[Block] = [Line((Text(_("Whoever opens a link follows its topic with one tap:")),))]
    buttons: list[Button] = []
    for topic, key in given:
        link = deep_links.topic_link(result.bot_name, topic, key)
        blocks.append(Line((*topic_spans(topic), Text(" "), Text(link, code=True))))
        label = shortened(topic_label(topic), _MAX_LABEL)
        # Telegram shows people the chats that they may send it to.
        buttons.append(Button(f"↗ {label}", url=f"https://t.me/share/url?{urlencode({'url': link}, quote_via=quote)}"))
    group = Button(pgettext("button", "Add me to a group"), url=f"https://t.me/{result.bot_name}?startgroup=new")
    return Reply(Document((*blocks, *about(chat))), (*rows(buttons, 2), (group,)))


def which_chat(result: WhichChat, _chat: ChatName) -> Reply:
    buttons: list[Button] = []
    for chat, title in result.chats:
        # Two chats may have one title; the end of their ids tells them apart.
        is_unique = [other for _chat_of, other in result.chats].count(title) == 1
        label = title or pgettext("button", "This chat")
        shown = shortened(label, _MAX_LABEL) if is_unique else f"{shortened(label, _MAX_LABEL)} …{chat.id[-4:]}"
        buttons.append(Button(shown, action=str(Action("which", result.key, chat.id))))
    return Reply(Document((Line((Text(_("Which chat do you mean?")),)),)), rows(buttons, 1))


def link_damaged(_result: LinkDamaged, _chat: ChatName) -> Reply:
    sentence = _("That link is damaged or too old. Write what you work on, and I find it again.")
    return Reply(Document((Line((Text(sentence),)), Note((Text(_("A link to a paper works here, too.")),)))))
