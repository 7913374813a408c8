"""Both platforms offer the commands of the one table, and both understand every button."""

from __future__ import annotations

from pathlib import Path

import pytest
from discord import AppCommandType
from pydantic import SecretStr
from telegram.ext import CommandHandler

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester, topic_key
from bot.conversation.library import owner_key
from bot.errors import TellUser
from bot.model import ChatRef, Platform
from bot.settings import load
from bot.storage.store import SqlStore
from handlers import button_actions
from handlers.commands import COMMANDS, Command
from handlers.discord.client import PaperboyClient
from handlers.discord.http_trace import InvalidRequests
from handlers.requests import ARGUMENT, Operation, Request, Target, dispatch
from handlers.telegram.app import build
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline, made_up_digest

CHAT = ChatRef(Platform.DISCORD, "5")
OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)


@pytest.fixture
def talk(store: SqlStore) -> Conversation:
    pipeline = FakePipeline(made_up_digest())
    return Conversation(
        store, FakeClock(), pipeline.read, pipeline.compose, finder(store), insight_of(store, FakeClock()), Defaults()
    )


async def test_both_platforms_offer_the_same_commands(talk: Conversation, store: SqlStore, tmp_path: Path) -> None:
    clock = FakeClock()
    settings = load(telegram_bot_token=SecretStr("1:x"), telegram_api_url="http://127.0.0.1:9", data_dir=tmp_path)
    application = build(settings, talk, store, clock).application
    handled = [each for group in application.handlers.values() for each in group if isinstance(each, CommandHandler)]
    on_telegram = {name for handler in handled for name in handler.commands}
    client = PaperboyClient(talk, InvalidRequests(clock.now), tmp_path, store)
    on_discord = {command.name for command in client.tree.get_commands(type=AppCommandType.chat_input)}
    await client.close()
    assert on_telegram == on_discord == {command.name for command in COMMANDS}


PLAIN_WORDS = "talking heads driven by audio"

EXPECTED_OF_COMMANDS: dict[str, tuple[dict[str, str], type]] = {
    "start": ({}, results.Welcome),
    "help": ({}, results.Help),
    "subscribe": ({"query": "cs.LG"}, results.Subscribed),
    "unsubscribe": ({"topic": "cs.CV"}, results.Unsubscribed),
    "subscriptions": ({}, results.Subscriptions),
    "summarize": ({"link": "2406.14272", "depth": "deep"}, results.PaperCard),
    "like": ({"papers": 'au:"Ann Author"'}, results.Liked),
    "saved": ({}, results.SavedPapers),
    "search": ({"words": "diffusion"}, results.FoundInChat),
    "history": ({}, results.PastDigests),
    "cite": ({"papers": "2406.14272", "format": "ris"}, results.References),
    "export": ({}, results.ExportedChat),
    "forget": ({}, results.ConfirmForget),
    "preview": ({}, results.NothingNow),
    "why": ({"link": "2406.14272"}, results.Explained),
    "tune": ({}, results.NothingLearned),
    "digest": ({}, results.DigestComing),
    "settings": ({"name": "Size", "value": "5"}, results.Changed),
    "pause": ({"how_long": "1 week"}, results.Changed),
    "resume": ({}, results.Changed),
    "privacy": ({}, results.Privacy),
    "health": ({}, results.NotOperator),
    "broadcast": ({"text": "Hello."}, results.NotOperator),
    "stop": ({}, results.ConfirmForget),
}
EXPECTED_OF_BUTTONS: dict[str, tuple[str, type]] = {
    "digest": ("", results.DigestComing),
    "preview": ("", results.NothingNow),
    "why": ("2406.14272", results.Explained),
    "tune": ("", results.NothingLearned),
    "unlearn": ("yes", results.Unlearned),
    "topics": ("", results.Subscriptions),
    "help": ("", results.Help),
    "drop": (topic_key("cat:cs.CV"), results.Unsubscribed),
    "take": (topic_key(f"{CHAT} about: {PLAIN_WORDS}"), results.Subscribed),
    "narrow": (topic_key(f"{CHAT} about: {PLAIN_WORDS}"), results.AskWords),
    "run": ("0123456789ab", results.OfferExpired),  # tests/handlers/test_typed_texts.py has lines that are run
    "settings": ("", results.SettingsView),
    "choose": ("language", results.Choices),
    "set": ("size=5", results.Changed),
    "day": ("5", results.Changed),
    "pause": ("7d", results.Changed),
    "resume": ("", results.Changed),
    "undo": ("0123456789ab", results.UndoExpired),  # tests/conversation/test_undo.py takes changes back
    "deep": ("2406.14272v1", results.PaperCard),
    "cite": ("2406.14272v1:en:b1f3a", results.NoEvidence),  # test_evidence.py of Discord has stored summaries
    "up": ("2406.14272", results.PaperNotKept),  # test_votes.py has stored papers
    "down": ("2406.14272", results.PaperNotKept),
    "save": ("2406.14272", results.PaperNotKept),
    "rate": ("2406.14272", results.PaperNotKept),
    # The store has no paper here; test_open_cards.py of Telegram opens cards of a real digest.
    **dict.fromkeys(("open", "read", "back", "figs", "bib"), ("2406.14272v1", results.PaperNotKept)),
    "proof": ("2406.14272v1:b", results.PaperNotKept),
    "next": ("2026-06-02:10", results.Stale),
    "close": ("", results.CardClosed),
    "saved": (f"0:{owner_key(OWNER)}", results.SavedPapers),
    "unsave": (f"2406.14272:0:{owner_key(OWNER)}", results.SavedPapers),
    "refs": (f"bib:{owner_key(OWNER)}", results.References),
    "find": ("0123456789ab:10", results.SearchExpired),  # tests/conversation/test_library.py has searches
    "past": ("0", results.PastDigests),
    "forget": ("yes", results.Forgotten),
    "begin": ("", results.AskTopic),
    "area": ("vision", results.AreaOffer),
    "pick": ("vision", results.AlreadySubscribed),
    "hour": ("18", results.AskPlace),
    "zone": ("Asia/Tokyo", results.Settled),
    "news": ("2406.14272", results.Stale),  # tests/conversation/test_paper_news.py has news
    "tellall": ("0123456789ab", results.NotOperator),
    "share": ("", results.Shared),
    "which": ("0123456789ab", results.Stale),  # tests/handlers/telegram/test_named_chats.py has questions
    "keep": ("", results.Unchanged),
    "erase": ("-100123", results.Stale),  # tests/conversation/test_stopping.py has unreachable chats
    "resend": ("1", results.Stale),  # there is no such delivery; tests/pipeline/test_resend.py has some
}


def test_every_command_and_every_button_is_tried_here() -> None:
    assert set(EXPECTED_OF_COMMANDS) == {command.name for command in COMMANDS}
    assert set(EXPECTED_OF_BUTTONS) == set(button_actions.BUTTONS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
async def test_every_command_comes_to_its_own_use_case(talk: Conversation, command: Command) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    arguments, kind = EXPECTED_OF_COMMANDS[command.name]
    request = Request(Target(CHAT, "", OWNER), arguments)
    assert isinstance(await dispatch(talk, command.operation, request), kind)


@pytest.mark.parametrize("verb", button_actions.BUTTONS)
async def test_every_button_does_what_its_verb_says(talk: Conversation, verb: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    await talk.subscribe(OWNER, CHAT, PLAIN_WORDS)  # asks which of two readings is meant
    argument, kind = EXPECTED_OF_BUTTONS[verb]
    action = button_actions.parse(f"{verb}:{argument}")
    assert action is not None
    assert isinstance(await button_actions.perform(talk, Target(CHAT, "", OWNER), action), kind)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
async def test_commands_need_rights_where_the_table_says_so(talk: Conversation, command: Command) -> None:
    """A platform looks rights up only where the table says so; without, everybody counts as a member."""
    arguments, _ = EXPECTED_OF_COMMANDS[command.name]
    result = await dispatch(talk, command.operation, Request(Target(CHAT, "", MEMBER), arguments))
    assert isinstance(result, results.NotAllowed) is command.operation.needs_rights


@pytest.mark.parametrize("verb", button_actions.BUTTONS)
async def test_buttons_need_rights_where_the_table_says_so(talk: Conversation, verb: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    argument, _ = EXPECTED_OF_BUTTONS[verb]
    result = await button_actions.perform(talk, Target(CHAT, "", MEMBER), button_actions.Action(verb, argument))
    assert isinstance(result, results.NotAllowed) is button_actions.BUTTONS[verb].needs_rights


@pytest.mark.parametrize("operation", [*(command.operation for command in COMMANDS), *button_actions.BUTTONS.values()])
async def test_only_what_leads_to_digests_is_refused_where_the_bot_may_not_post(
    talk: Conversation, operation: Operation
) -> None:
    target = Target(CHAT, "", OWNER, posting_problem="I may not write here yet.")
    request = Request(target, {"query": "cs.CV", ARGUMENT: ""})
    if not operation.needs_posting:
        await dispatch(talk, operation, request)
        return
    with pytest.raises(TellUser, match="may not write here"):
        await dispatch(talk, operation, request)
    assert not (await talk.subscriptions(CHAT)).topics


@pytest.mark.parametrize(
    ("name", "line", "arguments"),
    [
        ("help", "me", {}),
        ("subscribe", "", {}),
        ("subscribe", '"talking head" AND cs.CV', {"query": '"talking head" AND cs.CV'}),
        ("settings", "timezone New York", {"name": "timezone", "value": "New York"}),
        ("settings", "style", {"name": "style", "value": ""}),
        ("summarize", "arxiv.org/abs/2406.14272 Deep", {"link": "arxiv.org/abs/2406.14272", "depth": "Deep"}),
        ("summarize", "arxiv.org/abs/2406.14272", {"link": "arxiv.org/abs/2406.14272"}),
        ("summarize", "deep", {"link": "deep"}),
    ],
)
def test_arguments_are_read_from_a_line(name: str, line: str, arguments: dict[str, str]) -> None:
    command = next(each for each in COMMANDS if each.name == name)
    assert command.read_line(line) == arguments


def test_an_action_names_its_chat_and_is_read_back_with_it() -> None:
    for chat_id in ("5", "-1001234567890", "-1001234567890/2147483647", "1234567890123456789"):
        ref = ChatRef(Platform.TELEGRAM, chat_id)
        data = button_actions.with_chat(str(button_actions.Action("forget", "yes")), ref)
        assert button_actions.parse(data) == button_actions.Action("forget", "yes", chat_id)
        assert button_actions.with_chat(data, ChatRef(Platform.TELEGRAM, "6")) == data


@pytest.mark.parametrize("chat_id", ["", "x", "5/", "/5", "5/6/7", "--5", "5@6", "1" * 21, "5/" + "1" * 11, "5 ", "٣"])
def test_an_action_with_a_chat_that_cannot_be_is_not_read(chat_id: str) -> None:
    assert button_actions.parse(f"topics:@{chat_id}") is None


@pytest.mark.parametrize(
    "text", ["drop:", "drop:000000000000", "deep:passwd", "deep:", "set:size", "choose:", "set:=1"]
)
async def test_a_stale_action_changes_nothing(talk: Conversation, store: SqlStore, text: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    before = await store.chat(CHAT)
    action = button_actions.parse(text)
    assert action is not None
    result = await button_actions.perform(talk, Target(CHAT, "", OWNER), action)
    assert isinstance(result, results.Stale | results.NotAccepted)
    assert await store.chat(CHAT) == before
    assert len(await store.subscriptions(CHAT)) == 1
