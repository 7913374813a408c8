"""Every result has a reply that fits a phone, and every button of it can be read back and does something."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from bot import conversation as results
from bot.conversation import Followed, Result, setting_choices, setting_values, topic_key
from bot.errors import BadSetting
from bot.model import (
    FOREVER,
    JSON,
    Card,
    Chat,
    ChatRef,
    Depth,
    FoundPapers,
    Paper,
    PaperList,
    Platform,
    SummaryKey,
    VoteKind,
)
from bot.render.nodes import Bullets, Code, Fold, Heading, Line, Note, Reply
from handlers import button_actions
from handlers.commands import COMMANDS
from handlers.discord.cards import reply_components
from handlers.replies import apology, reply
from handlers.reply_parts import EXAMPLES
from handlers.requests import ChatName
from handlers.telegram.cards import reply_messages
from handlers.telegram.sender import keyboard
from tests.handlers.insights import (
    COLD,
    EMPTY,
    FOREIGN,
    FOREIGN_ORDER,
    INSIGHTS,
    SHORT_FOREIGN,
    UNTESTED,
    subscribed,
)
from tests.render.samples import BRIEF

CHAT = Chat(ChatRef(Platform.TELEGRAM, "5"), timezone="Europe/Berlin")
DUE = datetime(2026, 6, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
CARD = Card(Paper("2406.14272", 1, "A title", ("A. Author",), "An abstract.", ("cs.CV",)))
SUMMARY = replace(BRIEF, key=SummaryKey("2406.14272", 1, "en"))
LONG = 'abs:"gaussian splatting" AND cat:cs.CV AND NOT ' + " AND NOT ".join(f"word{n}" for n in range(40))
TOPIC = Followed("cat:cs.CV", "papers in cs.CV", topic_key("cat:cs.CV"), date(2026, 6, 2))
LONGEST = Followed(LONG, "papers that …", topic_key(LONG), date(2026, 6, 2))
_ABOUT = "audio-driven talking heads and lip sync for films and games; not face recognition"
INTEREST = Followed(f"about: {_ABOUT}", f"papers close to “{_ABOUT}”", topic_key("about"), date(2026, 6, 2))
BOTH = Followed(
    "cat:cs.CL about: good evaluation", "papers in cs.CL, first those …", topic_key("both"), date(2026, 6, 2)
)

EVERY_RESULT: tuple[Result, ...] = (
    results.Welcome(CHAT, True, 0),
    results.Welcome(CHAT, False, 3),
    results.Help(),
    results.Privacy(),
    results.Subscribed(CHAT, LONG, "papers that …", date(2026, 6, 2), DUE, 1, UNTESTED),
    results.AlreadySubscribed("cat:cs.CV", "papers in cs.CV"),
    results.NotUnderstood("a AND", "There is nothing after AND.", 2, "a AND\n  ^"),
    results.TwoReadings("a b c", "0123456789ab", "a AND b AND c", "about: a b c", 2, 34),
    results.TwoReadings("long words " * 30, "0123456789ab", None, "about: long words", None, None, "It is none."),
    results.OfferExpired(),
    results.TooMany(50),
    results.Unsubscribed("cat:cs.CV", 0),
    results.NotSubscribed("x", ()),
    results.NotSubscribed("x", (TOPIC, LONGEST)),
    results.Subscriptions(CHAT, ()),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25),
    results.Subscriptions(CHAT, (INTEREST, BOTH)),
    results.Subscribed(CHAT, INTEREST.topic, INTEREST.explained, date(2026, 6, 2), DUE, 1, UNTESTED),
    results.PaperCard(CARD, "en", Depth.BRIEF),
    results.PaperCard(replace(CARD, summary=SUMMARY), "en", Depth.BRIEF),
    results.PaperEvidence(replace(CARD, summary=SUMMARY), "en"),
    results.NoEvidence("2406.14272v1"),
    results.NotALink("x", "There is no arXiv id in it."),
    results.UnknownPaper("2406.99999", "arXiv has no paper 2406.99999; check the id."),
    results.Withdrawn(Card(replace(CARD.paper, withdrawn=True))),
    results.Unreadable("2406.14272", "it is encrypted"),
    results.Liked(FoundPapers((CARD.paper,)), PaperList(("2406.14272",)), 1, is_for_chat=False),
    results.Liked(FoundPapers((CARD.paper,) * 400), PaperList(), 0, is_for_chat=True),
    results.Liked(
        FoundPapers((replace(CARD.paper, title="Long " * 60),) * 400, ("2406.99999",) * 9, ("A title " * 30,) * 9, 300),
        PaperList(("2406.14272",), (), ("@misc{broken",) * 9, 120),
        3,
        is_for_chat=True,
    ),
    results.Liked(FoundPapers((), ("2406.99999",)), PaperList(("2406.99999",)), 0, is_for_chat=False),
    results.Liked(FoundPapers(), PaperList(), 0, is_for_chat=True),
    results.Incomplete("like"),
    results.Busy("arXiv does not answer.", 4000.0),
    results.Voted(CARD.paper, VoteKind.UP),
    results.VoteOptions(CARD.paper),
    results.VoteNotKept(),
    results.PaperNotKept("2406.14272"),
    results.SavedPapers(()),
    results.SavedPapers((replace(CARD.paper, title="Long " * 60),) * 20, 300),
    *INSIGHTS,
    results.DigestComing(3, 1),
    results.NothingNow("Nothing is new.", 1),
    results.SettingsView(CHAT, DUE),
    results.Choices("language", "en", (("en", "English"), ("de", "Deutsch")), "or any other"),
    results.Changed(CHAT, "timezone", "Europe/Berlin", DUE),
    results.NotAccepted("timezone", "Berln", "I know no such place.", ("Europe/Berlin",)),
    results.Changed(CHAT, "size", "10 papers", None, "0123456789ab"),
    results.Undone(CHAT, DUE, ("cat:cs.CV",), (LONG,), ("size", "time"), 2),
    results.Undone(CHAT, None, settings=("timezone",)),
    results.WhichSetting("10", (("time", "10:00", "10:00"), ("size", "10", "10 papers"))),
    results.WhichSetting("x " * 80, ()),
    results.NotAccepted("timezone", "USA", "Which one?", (), (("America/New_York", "New York"),)),
    results.NotAccepted("colour", "red", "There is no such setting.", setting_values.NAMES),
    results.Changed(replace(CHAT, paused_until=FOREVER), "pause", "until you resume", None, "0123456789ab"),
    results.Changed(CHAT, "pause", "off", DUE, "0123456789ab"),
    results.UndoExpired(),
    results.UndoRefused(),
    results.ConfirmForget((LONG, "cat:cs.CV") * 9, 7, unreachable=(replace(CHAT, title="Vision lab"), CHAT)),
    results.ConfirmForget(is_paused=True),
    results.ConfirmErase(replace(CHAT, title="Vision lab " * 20), ("cat:cs.CV",)),
    results.Erased(CHAT),
    results.Unchanged(),
    results.Forgotten(),
    results.Resent(),
    results.NotAllowed("change its settings"),
    results.NotOperator(),
    results.Health(("The database is read-only.", "x" * 900, *("telegram:1 gets nothing: blocked",) * 40)),
    results.Incomplete("subscribe"),
    results.Stale(),
)


def lines(answer: Reply) -> Iterator[str]:
    for block in answer.document.blocks:
        match block:
            case Heading(spans) | Line(spans) | Note(spans):
                yield "".join(span.text for span in spans)
            case Bullets(items):
                yield from ("".join(span.text for span in item) for item in items)
            case Code(text):
                yield text
            case Fold(title):
                yield "".join(span.text for span in title)


def test_every_kind_of_result_is_among_these_samples() -> None:
    assert isinstance(Result, types.UnionType)
    assert {type(each) for each in EVERY_RESULT} == set(get_args(Result))


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_result_is_answered_in_sentences(result: Result) -> None:
    said = list(lines(reply(result)))
    assert said
    assert all(each.strip() for each in said)
    assert not any(".." in each or "None" in each for each in said)


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_button_leads_somewhere_and_fits_both_platforms(result: Result) -> None:
    rows = reply(result).buttons
    buttons = [button for row in rows for button in row]
    assert len(buttons) <= 25
    assert all(len(row) <= 5 for row in rows)
    for button in buttons:
        assert (button.url is None) != (button.action is None)
        if button.action is not None:
            assert len(button.action.encode()) <= button_actions.MAX_ACTION_BYTES
            assert button_actions.parse(button.action) is not None


def custom_ids(components: Sequence[JSON]) -> list[str]:
    nested = [custom_id for component in components for custom_id in custom_ids(component.get("components", ()))]
    return [component["custom_id"] for component in components if "custom_id" in component] + nested


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_button_of_every_reply_carries_its_chat_on_both_platforms(result: Result) -> None:
    answer = reply(result)
    actions = sorted(button.action for row in answer.buttons for button in row if button.action is not None)
    group = ChatRef(Platform.TELEGRAM, "-1001234567890/2147483647")
    markups = [keyboard(message["buttons"], group) for message in reply_messages(answer) if message["buttons"]]
    on_telegram = [button.callback_data for made in markups if made for row in made.inline_keyboard for button in row]
    sent = sorted(str(data) for data in on_telegram if data is not None)
    assert sent == [f"{action}@{group.id}" for action in actions]
    channel = ChatRef(Platform.DISCORD, "1234567890123456789")
    # What is a fold of the text on Telegram is a button on Discord.
    folds = [block.action for block in answer.document.blocks if isinstance(block, Fold) and block.action]
    on_discord = [custom_id for message in reply_components(answer, channel) for custom_id in custom_ids([message])]
    assert sorted(on_discord) == sorted(f"{action}@{channel.id}" for action in (*actions, *folds))


ABOUT_NO_CHAT = (
    results.ConfirmErase,  # these name the chat that cannot be reached
    results.Erased,
    results.Help,
    results.Privacy,
    results.PaperCard,
    results.PaperEvidence,
    results.NoEvidence,
    results.NotALink,
    results.UnknownPaper,
    results.Withdrawn,
    results.Unreadable,
    results.Voted,
    results.VoteOptions,
    results.PaperNotKept,
    results.SavedPapers,
    results.NotOperator,
    results.Health,
)


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_an_answer_about_another_chat_names_it_and_never_says_this_chat(result: Result) -> None:
    if isinstance(result, ABOUT_NO_CHAT) or result == results.Welcome(CHAT, True, 0):
        return  # no command about another chat comes to these
    said = "\n".join(lines(reply(result, ChatName("#vision in Lab", is_elsewhere=True))))
    assert "#vision in Lab" in said
    assert "this chat" not in said.casefold()


def test_the_question_before_deleting_names_its_chat_wherever_it_is_asked() -> None:
    for name in (ChatName("#vision in Lab"), ChatName("#vision in Lab", is_elsewhere=True)):
        assert "#vision in Lab" in "\n".join(lines(reply(results.ConfirmForget(), name)))


@pytest.mark.parametrize("name", setting_values.NAMES)
def test_every_choice_of_a_setting_is_a_button_and_the_current_one_is_marked(name: str) -> None:
    choices = setting_choices.choices(CHAT, name)
    assert isinstance(choices, results.Choices)
    buttons = [button for row in reply(choices).buttons for button in row]
    assert all(button.action and button_actions.parse(button.action) for button in buttons)
    marked = [button for button in buttons if button.label.startswith("✓")]
    assert sum((button.action or "").startswith("set:") for button in marked) == 1


def test_a_mistake_in_a_topic_is_pointed_at() -> None:
    said = list(lines(reply(EVERY_RESULT[6])))
    assert said == ["There is nothing after AND.", "a AND\n  ^"]


def test_the_first_digest_is_given_in_the_chats_own_time() -> None:
    said = "\n".join(lines(reply(results.Subscribed(CHAT, "cat:cs.CV", "papers", date(2026, 6, 2), DUE, 1, UNTESTED))))
    assert "Wednesday 3 June at 08:30 (Berlin time)" in said


def test_help_names_every_command_and_its_examples_are_real_topics() -> None:
    from bot import topics

    said = "\n".join(lines(reply(results.Help())))
    assert all(f"/{command.name} " in said for command in COMMANDS)
    assert all(topics.parse(query).query for query, _ in EXAMPLES)


def test_a_card_offers_the_deep_reading_unless_it_is_one() -> None:
    def labels(depth: Depth) -> list[str]:
        return [button.label for row in reply(results.PaperCard(CARD, "en", depth)).buttons for button in row]

    assert "Read it all" in labels(Depth.BRIEF)
    assert "Read it all" not in labels(Depth.DEEP)


def test_errors_for_people_are_shown_and_others_get_only_a_reference() -> None:
    assert list(lines(reply(BadSetting("SIZE", "is no number.")))) == ["SIZE: is no number."]
    assert "0a1b" in "\n".join(lines(apology("0a1b")))


@pytest.mark.parametrize(
    "forged",
    [
        None,
        7,
        "",
        "drop",
        "drop:",
        "drop:ü",
        "drop:a b",
        "sudo:now",
        "x" * 100,
        "digest:\n",
        "set:" + "a" * 60,
        "\ud9ba",
    ],
)
def test_forged_actions_are_not_read(forged: object) -> None:
    parsed = button_actions.parse(forged)
    assert parsed is None or (forged, parsed.argument) == ("drop:", "")


def test_commands_are_what_every_platform_can_register() -> None:
    for command in COMMANDS:
        assert command.name.isascii()
        assert command.name.islower()
        assert 1 <= len(command.name) <= 32
        assert 1 <= len(command.description) <= 100
        required = [argument.required for argument in command.arguments]
        assert required == sorted(required, reverse=True)
        assert all(len(argument.description) <= 100 for argument in command.arguments)
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_no_reply_shows_the_syntax_of_interests() -> None:
    for result in EVERY_RESULT:
        shown = reply(result)
        assert not any("about:" in line for line in lines(shown))
        assert not any("about:" in button.label for row in shown.buttons for button in row)


def test_the_two_readings_say_what_each_brings() -> None:
    answer = reply(results.TwoReadings("lip sync for films", "0123456789ab", "x", "about: x", 2, 34))
    assert [*lines(answer)] == [
        "What should I look for with “lip sync for films”?",
        "Exactly these words: papers whose title or abstract has all of them; 2 in the last week.",
        "Papers about this: the closest, at most 30 a day, whatever their words; 34 in the last week.",
    ]
    assert [(button.label, button.action) for row in answer.buttons for button in row] == [
        ("Exactly these words (2)", "exact:0123456789ab"),
        ("Papers about this (34)", "about:0123456789ab"),
    ]


def test_words_that_are_no_query_are_offered_as_a_description() -> None:
    why = "There is no field “Topic:”; did you mean co:?"
    answer = reply(results.TwoReadings("Topic: lip sync", "0123456789ab", None, "about: x", None, 34, why))
    assert why in "".join(lines(answer))
    assert [button.label for row in answer.buttons for button in row] == ["Papers about this (34)"]


def test_an_interest_in_another_script_gets_the_advice_to_write_it_in_english() -> None:
    advice = "I compare words here, and papers are in English: describe it in English, too."
    for tested in (FOREIGN, SHORT_FOREIGN, FOREIGN_ORDER):
        assert advice in [*lines(reply(subscribed(tested)))]
    for tested in (EMPTY, COLD, replace(FOREIGN_ORDER, is_by_words=False)):
        assert advice not in [*lines(reply(subscribed(tested)))]


def test_a_sentence_in_place_of_a_link_gets_the_advice_to_follow_it() -> None:
    why = "There is no arXiv id in this text."
    assert [*lines(reply(results.NotALink("lip sync for films", why)))] == [
        why,
        "For new papers about something, write it after /subscribe.",
    ]
    assert [*lines(reply(results.NotALink("2699.00001", why)))] == [why]
